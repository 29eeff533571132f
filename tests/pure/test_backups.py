"""What is said of backups: how old the one is that was told of, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from retour.desk.system import backup
from retour.store.epoch import Backups

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
NOTHING = Backups(
    backed_up_at=None,
    tick=NOW,
    is_archiving=False,
    archived_at=None,
    failed_at=None,
    is_live=False,
)
ARCHIVED = replace(NOTHING, is_archiving=True, archived_at=NOW - timedelta(hours=2))


def made(**ago: int) -> Backups:
    return replace(NOTHING, backed_up_at=NOW - timedelta(**ago))


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (made(hours=25), (True, "25 hours old")),
        (made(hours=27), (False, "27 hours old; make one")),
        (replace(ARCHIVED, backed_up_at=NOW - timedelta(days=9)), (False, "9 days old")),
        (NOTHING, (True, "none is known")),
        (replace(NOTHING, is_live=True), (False, "retour backup done")),
        (replace(ARCHIVED, archived_at=None), (False, "cannot archive")),
        (ARCHIVED, (True, "2 hours ago; no whole backup")),
        (replace(ARCHIVED, failed_at=NOW), (False, "cannot archive")),
        (replace(ARCHIVED, failed_at=NOW - timedelta(hours=3)), (True, "2 hours ago")),
    ],
)
def test_a_backup_is_as_good_as_what_is_known_of_it(known: Backups, said: tuple[bool, str]) -> None:
    found = backup(known)

    assert (found.good, said[1] in found.words) == (said[0], True), found
