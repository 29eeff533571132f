"""What a data folder remembers of its database, and when the two do not fit."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from retour.desk.control.epoch import why_held
from retour.store.epoch import Epoch
from retour.wiring.holding import keep
from retour.wiring.witness import FILE, Remembered, Witness, contradiction

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
PLACE = "7/00000001/5/18650"


def epoch(
    number: int = 2,
    *,
    place: str = PLACE,
    actual: str = PLACE,
    reached: int = 1000,
    after_s: int = 0,
) -> Epoch:
    return Epoch(
        number=number,
        place=place,
        actual=actual,
        held=None,
        is_held=place != actual,
        held_at=None,
        began_at=NOON,
        tick=NOON + timedelta(seconds=after_s),
        reached=reached,
    )


def seen(
    number: int = 2, *, place: str = PLACE, reached: int = 1000, files: tuple[int, ...] = (1, 2, 3)
) -> Remembered:
    return Remembered(number=number, place=place, reached=reached, files=files)


@pytest.mark.parametrize(
    ("now", "remembered", "files", "word"),
    [
        (epoch(), seen(), (1, 2, 3), None),
        (epoch(reached=1001), seen(), (1, 2, 3), None),
        (epoch(reached=999), seen(), (1, 2, 3), "bytes of log"),
        (epoch(actual="7/00000002/5/18650", reached=999), seen(), (1, 2, 3), None),  # Its own.
        (epoch(), seen(number=3), (1, 2, 3), "in its life 3"),
        (epoch(number=3, reached=1), seen(), (1, 2, 9), None),  # Released since, elsewhere.
        (epoch(), seen(), (9, 2, 3), "copy or a backup"),
        (epoch(), seen(), (1, 2, 9), "copy or a backup"),
        (epoch(), seen(files=()), (), None),  # The operator runs the server.
        (epoch(after_s=599), None, (1, 2, 3), None),
        (epoch(after_s=601), None, (1, 2, 3), "put together anew"),
        (epoch(after_s=601), None, (), None),  # One more machine at an operator's server.
    ],
)
def test_what_does_not_fit_is_said(
    now: Epoch,
    remembered: Remembered | None,
    files: tuple[int, ...],
    word: str | None,
) -> None:
    said = contradiction(now, remembered, files)

    assert (said is None) is (word is None)
    assert word is None or word in str(said)


@pytest.mark.parametrize(
    ("actual", "word"),
    [
        ("8/00000001/5/18650", "another server"),
        ("7/00000002/5/18650", "recovery or a promotion"),
        ("7/00000001/6/18650", "another database"),
        ("7/00000001/5/18651", "from a dump"),
    ],
)
def test_a_database_in_another_place_says_which(actual: str, word: str) -> None:
    said = why_held(epoch(actual=actual))

    assert said is not None
    assert word in said
    assert "retour epoch release" in said


def a_folder(root: Path) -> Witness:
    (root / "cluster" / "global").mkdir(parents=True)
    (root / "cluster" / "PG_VERSION").write_text("18\n")
    (root / "cluster" / "global" / "pg_control").write_text("x")
    return Witness(path=root / FILE, cluster=root / "cluster")


def test_a_copied_folder_knows_that_it_is_one(tmp_path: Path) -> None:
    original = a_folder(tmp_path / "data")
    for _ in range(2):
        original.remember(epoch())
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "data", copy)
    copied = Witness(path=copy / FILE, cluster=copy / "cluster")

    assert contradiction(epoch(), original.recall(), original.files()) is None
    assert contradiction(epoch(), copied.recall(), copied.files()) is not None


def test_a_folder_moved_as_a_whole_stays_itself(tmp_path: Path) -> None:
    original = a_folder(tmp_path / "data")
    for _ in range(2):
        original.remember(epoch())
    (tmp_path / "data").rename(tmp_path / "moved")
    moved = Witness(path=tmp_path / "moved" / FILE, cluster=tmp_path / "moved" / "cluster")

    assert contradiction(epoch(), moved.recall(), moved.files()) is None


def test_the_witness_forgets_nothing_of_one_life(tmp_path: Path) -> None:
    witness = a_folder(tmp_path / "data")
    for _ in range(2):
        witness.remember(epoch(reached=1000))

    witness.remember(epoch(reached=10))
    assert 1000 == (witness.recall() or seen(reached=0)).reached
    witness.remember(epoch(number=3, reached=10))
    assert (3, 10) == ((witness.recall() or seen()).number, (witness.recall() or seen()).reached)


def test_a_witness_that_cannot_be_read_remembers_nothing(tmp_path: Path) -> None:
    witness = a_folder(tmp_path / "data")
    witness.path.write_text("{")

    assert witness.recall() is None


def test_a_folder_that_cannot_be_written_keeps_nobody_from_serving(tmp_path: Path) -> None:
    """An operator's server and a container without a disk of its own."""
    (tmp_path / "data").write_text("A file, not a folder.")
    witness = Witness(path=tmp_path / "data" / FILE, cluster=None)

    assert witness.recall() is None
    assert not keep(witness, epoch())
    assert contradiction(epoch(after_s=9999), witness.recall(), witness.files()) is None
