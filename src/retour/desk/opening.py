"""When facilities are open: for how much of a time is over, and for whoever brings goods there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import msgspec

from retour.dialects.view import View, instant
from retour.policy.window_working_days import free_days
from retour.policy.working_time import Now, Opening, open_at
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("places")


class _Place(msgspec.Struct):
    """As much of a facility as says when it is open."""

    address: dict[str, str | None] | None = None
    zone: str | None = None
    hours: dict[str, str] = {}
    holidays: tuple[date, ...] = ()


_PLACE: Final = msgspec.json.Decoder(_Place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a facility is open by the week, and whether it is now."""

    week: Mapping[str, str]
    zone: ZoneInfo
    now: Now


def opening_of(body: str | None, zone: str) -> Opening:
    """Give when a facility as it is kept is open; its own holidays, and its country's, are free.

    Args:
        body: Without one it is any place: only weekends are free.
        zone: The workspace's, where the facility has none.
    """
    said = _Place() if body is None else _PLACE.decode(body)
    # Who says hours says them of Saturdays and Sundays too.
    public = free_days((said.address or {}).get("country"), is_rested=not said.hours)
    own = frozenset(said.holidays)
    return Opening(
        zone=ZoneInfo(said.zone or zone),
        is_free=lambda day: day in own or public(day),
        hours=said.hours,
    )


async def openings_of(
    connection: Connection, workspace_id: int, codes: Sequence[str], zone: str
) -> dict[str, Opening]:
    """Give when those of some facilities are open that say their hours, by code."""
    rows = await connection.fetch(_SQL["facilities_named"], workspace_id, list(codes))
    found = {row["code"]: opening_of(row["body"], zone) for row in rows}
    return {code: one for code, one in found.items() if one.hours}


def opening_view(body: str, zone: str, now: datetime) -> View | None:
    """Show whether a facility takes parcels now, and until when; nothing where it says no hours."""
    place = opening_of(body, zone)
    if not place.hours:
        return None
    seen = open_at(place, now)
    until = None if seen.until is None else instant(seen.until)
    return {"now": seen.is_open, "until": until}


async def hours_of(house: House, workspace_id: int, code: str) -> Hours | None:
    """Give when a facility is open; ``None`` where it says no hours, or there is none."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_facility"], workspace_id, code)
    if row is None:
        return None
    place = opening_of(row["body"], row["zone"])
    if not place.hours:
        return None
    assert isinstance(place.zone, ZoneInfo), "it was made of one"
    return Hours(week=place.hours, zone=place.zone, now=open_at(place, row["now"]))
