"""How much waited, queue by queue, on each of the last days: the course behind today's count.

It is noted now and then, and before a sandbox's clock moves, so a day says what waited when it was
last looked at.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import msgspec

from retour.desk import queues
from retour.desk.outcome import Done, Outcome
from retour.desk.queues import QUEUES
from retour.store.database import DELIVERY
from retour.store.statements import named

if TYPE_CHECKING:
    from datetime import date

    from retour.desk.house import House

_SQL: Final = named("talking")
_CLOCK: Final = named("searching")
_WORKSPACES: Final = named("auditing")
_ENCODE: Final = msgspec.json.Encoder()
DAYS: Final = 14
"""Days of a course, today among them."""
_KEPT_DAYS: Final = 60
_AT_ONCE: Final = 500
_NAMES: Final = [one.name for one in QUEUES]


async def note_all(house: House) -> int:
    """Note how much waits now, in every workspace; says in how many."""
    pool, above, count = await house.database.pool(DELIVERY), 0, 0
    while True:
        rows = await pool.fetch(_WORKSPACES["workspaces"], above, _AT_ONCE)
        for row in rows:
            await note(house, row["workspace_id"])
        count += len(rows)
        if len(rows) < _AT_ONCE:
            return count
        above = rows[-1]["workspace_id"]


async def note(house: House, workspace_id: int) -> None:
    """Note how much waits now; the day is the workspace's."""
    counted = await _counted(house, workspace_id)
    today = await _today(house, workspace_id)
    names, counts = list(counted), list(counted.values())
    async with house.database.transaction(workspace_id) as connection:
        await connection.execute(_SQL["keep_depths"], workspace_id, today, names, counts)
        oldest = today - timedelta(days=_KEPT_DAYS)
        await connection.execute(_SQL["remove_old_depths"], workspace_id, oldest, names)


async def listing(house: House, workspace_id: int) -> Outcome:
    """Give the course of each queue: a count for each of the last days, the earliest first.

    A day on which nobody looked has what the one before it had; days before the first look have
    none.
    """
    counted = await _counted(house, workspace_id)
    today = await _today(house, workspace_id)
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(_SQL["depths"], workspace_id, _NAMES, today, DAYS + 1)
    noted: dict[str, dict[date, int]] = {}
    for row in rows:
        noted.setdefault(row["queue"], {})[row["day"]] = row["count"]
    items = [
        {"queue": name, "days": _course(noted.get(name, {}), today, counted[name])}
        for name in _NAMES
    ]
    return Done(status=200, body=_ENCODE.encode({"data": items, "next_cursor": None}))


def _course(noted: dict[date, int], today: date, now: int) -> list[dict[str, Any]]:
    first = today - timedelta(days=DAYS - 1)
    before = [day for day in noted if day < first]
    count = noted[max(before)] if before else None
    course: list[dict[str, Any]] = []
    for n in range(DAYS):
        day = first + timedelta(days=n)
        count = now if day == today else noted.get(day, count)
        course.append({"day": day.isoformat(), "count": count})
    return course


async def _counted(house: House, workspace_id: int) -> dict[str, int]:
    outcome = await queues.counted(house, workspace_id)
    assert isinstance(outcome, Done), "counting is never refused"
    listed = msgspec.json.decode(outcome.body)["data"]
    return {one["queue"]: one["count"] for one in listed}


async def _today(house: House, workspace_id: int) -> date:
    config = await house.configs.recent(workspace_id)
    assert config is not None, "a workspace is never deleted"
    async with house.database.transaction(workspace_id) as connection:
        now: datetime = await connection.fetchval(_CLOCK["business_now"], workspace_id)
    return now.astimezone(ZoneInfo(config.zone)).date()
