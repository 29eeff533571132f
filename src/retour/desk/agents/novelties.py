"""What is new of what pages show: one look for all that are open, numbers only.

A look costs a workspace one transaction, however many pages are open there; how many looks there
are is up to whoever keeps the pages.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.agents.leases import Lease
from retour.desk.people import sessions
from retour.desk.people.persons import HOUSE
from retour.desk.queues import DUE, LATE, SOON
from retour.desk.timers.listing import QUEUED
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from retour.desk.house import House
    from retour.desk.people.sessions import Session

_SQL: Final = named("agents")
COUNTED_MAX: Final = 100
_BY_TIME: Final[dict[str, tuple[str, object]]] = {
    DUE: ("newest_due", SOON),
    LATE: ("newest_late", [one.value for one in QUEUED]),
}
"""Queues of deadlines, each with its statement and what that asks by beside an instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a return stands: its version, and who has it open."""

    version: int
    lease: Lease | None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one look found in a workspace.

    Args:
        came: By queue, and ``None`` for all returns, when the newest came, the newest first.
        returns: Those that were asked about and are there.
    """

    came: Mapping[str | None, Sequence[datetime]]
    returns: Mapping[str, Standing]

    def count(self, queue: str | None, since: datetime) -> int:
        """Count what came after an instant, as far as anybody counts."""
        return sum(at > since for at in self.came.get(queue, ()))


async def look(
    house: House,
    workspace_id: int,
    after: Mapping[str | None, datetime],
    return_ids: Collection[str],
) -> News:
    """Look once for everything that pages of a workspace show.

    Args:
        after: By queue, and ``None`` for all returns, the earliest instant that a page is of.
    """
    came = defaultdict[str | None, list["datetime"]](list)
    returns: dict[str, Standing] = {}
    causes = [one for one in after if one not in (None, DUE, LATE)]
    async with house.database.transaction(workspace_id) as connection:
        if None in after:
            rows = await connection.fetch(
                _SQL["newest_returns"], workspace_id, after[None], COUNTED_MAX
            )
            came[None] = [row["asked_at"] for row in rows]
        for name, (statement, asked) in _BY_TIME.items():
            if name in after:
                rows = await connection.fetch(
                    _SQL[statement], workspace_id, after[name], asked, COUNTED_MAX
                )
                came[name] = [row["since"] for row in rows]
        if causes:
            instants = [after[one] for one in causes]
            rows = await connection.fetch(
                _SQL["newest_in_queues"], workspace_id, causes, instants, COUNTED_MAX
            )
            for row in rows:
                came[row["cause"]].append(row["since"])
        if return_ids:
            rows = await connection.fetch(_SQL["as_they_are"], workspace_id, list(return_ids))
            for row in rows:
                known = {one: row[one] for one in ("holder", "since", "until", "now")}
                lease = None if row["holder"] is None else Lease(**known)
                returns[row["return_id"]] = Standing(version=row["version"], lease=lease)
    return News(came=came, returns=returns)


async def still_signed_in(house: House, known: Collection[Session]) -> set[bytes]:
    """Give the digests of those sessions that live; asking keeps nobody signed in."""
    digests = {one.digest: one for one in known}
    async with house.database.transaction(HOUSE) as connection:
        rows = await connection.fetch(
            _SQL["sessions_in_use"], HOUSE, list(digests), sessions.IDLE, sessions.LIFE
        )
    living = {row["digest"] for row in rows}
    # What was not used lately may live nevertheless; whoever keeps sessions knows.
    for digest, session in digests.items():
        if digest not in living and await sessions.lives(house, session):
            living.add(digest)
    return living
