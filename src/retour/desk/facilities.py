"""Facilities: the places that receive, what each takes and when, and what hangs on one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from retour.desk.opening import opening_view
from retour.desk.outcome import Done, NotFound, Outcome, VersionDiffers
from retour.desk.pages import Page, paged
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import Body, Text, Word
from retour.lifecycle.model import FacilityKind
from retour.store.loading import FacilityBody
from retour.store.routing import FACILITIES_MAX, count_facilities, kept_routing, uses_of
from retour.store.statements import named
from retour.store.telling import bump_epoch, take_turn

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House

_SQL: Final = named("places")
_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(FacilityBody)
_MISSING: Final = NotFound(what="facility")
TO_COME: Final = (
    ReturnStatus.REQUESTED,
    ReturnStatus.AUTHORIZED,
    ReturnStatus.SHIPPED,
    ReturnStatus.TRACKED,
)
"""Where a return stands whose goods are still to come."""
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Hours = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")
]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]


class FacilityPut(Body):
    """What a facility is; where it is blind, nobody there is shown what is expected.

    Args:
        active: Whether new returns are sent there; what is on its way is received all the same.
        groups: The only groups of goods it takes; any where none is named. Likewise ``countries``.
        zone: Whose days and hours these are; the workspace's where it is left out.
        hours: When it takes parcels, such as 08:00-17:00, by day of the week.
        holidays: Days on which it takes none.
    """

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    kind: FacilityKind
    external_id: Word | None = None
    address: Annotated[dict[str, Text | None], Meta(max_length=20)] | None = None
    attributes: Annotated[dict[str, Text], Meta(max_length=100)] = msgspec.field(
        default_factory=dict[str, str]
    )
    blind: bool = False
    active: bool = True
    groups: Annotated[tuple[Word, ...], Meta(max_length=200)] = ()
    countries: Annotated[tuple[Country, ...], Meta(max_length=250)] = ()
    zone: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    hours: dict[Day, Hours] = msgspec.field(default_factory=dict[Day, str])
    holidays: Annotated[tuple[date, ...], Meta(max_length=400)] = ()


def _view(row: asyncpg.Record) -> bytes:
    body = _DECODE.decode(row["body"])
    shown = {name: getattr(body, name) for name in FacilityBody.__struct_fields__}
    return _ENCODE.encode(
        {
            "code": row["code"],
            "number": row["number"],
            **shown,
            "opening": opening_view(row["body"], row["zone"], row["now"]),
            "version": row["version"],
        }
    )


async def put(
    house: House, workspace_id: int, code: str, body: FacilityPut, seen: int | None = None
) -> Outcome:
    """Make the facility, or say anew what it is; its number never changes.

    Args:
        seen: The version that is written over; any where it is None, 0 where there is none yet.

    Raises:
        InvalidRequest: It cannot be so: all that nothing else catches goes there, and it would be
            closed; or its hours are none.
    """
    if wrong := [*_wrong(body)]:
        raise InvalidRequest(*wrong)
    stored = FacilityBody(
        **{name: getattr(body, name) for name in FacilityBody.__struct_fields__ if name != "hours"},
        hours={day: body.hours[day] for day in DAYS if day in body.hours},
    )
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "whoever asks belongs to a workspace"
        before = await connection.fetchrow(_SQL["one_facility"], workspace_id, code)
        current = before["version"] if before else 0
        if seen not in (None, current):
            return VersionDiffers(current=current)
        if not before and await count_facilities(connection, workspace_id) >= FACILITIES_MAX:
            detail = f"There are {FACILITIES_MAX} facilities. Change one of them instead."
            raise InvalidRequest(FieldError(pointer="", code="too_many", detail=detail))
        if not body.active and (await kept_routing(connection, workspace_id)).body.fallback == code:
            detail = (
                "All that no rule sends elsewhere goes there. Name another fallback in the routing"
                " first, then close it."
            )
            raise InvalidRequest(FieldError(pointer="/active", code="in_use", detail=detail))
        number = (
            before["number"]
            if before
            else await connection.fetchval(_SQL["draw_number"], workspace_id, "facility")
        )
        await connection.execute(
            _SQL["put_facility"], workspace_id, code, number, _ENCODE.encode(stored).decode()
        )
        await bump_epoch(connection, workspace_id)
        row = await connection.fetchrow(_SQL["one_facility"], workspace_id, code)
    house.configs.forget(workspace_id)
    assert row is not None, "it was put just now"
    return Done(status=200 if before else 201, body=_view(row), version=row["version"])


def _wrong(body: FacilityPut) -> Iterator[FieldError]:
    if body.zone is not None:
        try:
            ZoneInfo(body.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            detail = f"{body.zone!r} is no time zone; give a name such as 'Europe/Berlin'."
            yield FieldError(pointer="/zone", code="unknown_zone", detail=detail)
    for day, hours in body.hours.items():
        opens, _, closes = hours.partition("-")
        if opens >= closes:
            detail = "It would close before it opens. Give hours such as 08:00-17:00."
            yield FieldError(pointer=f"/hours/{day}", code="bad_value", detail=detail)


async def look_up(house: House, workspace_id: int, code: str) -> Outcome:
    """Give one facility."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_facility"], workspace_id, code)
    return _MISSING if row is None else Done(status=200, body=_view(row), version=row["version"])


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of facilities, by code."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["list_facilities"], workspace_id, page.after, page.limit + 1
        )
    return paged(rows, page, _view, key=lambda row: row["code"])


async def uses(house: House, workspace_id: int, code: str) -> Outcome:
    """Say what hangs on a facility: what closing it would leave on its way, and who names it."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_facility"], workspace_id, code)
        if row is None:
            return _MISSING
        found = await uses_of(connection, workspace_id, code, TO_COME)
    body = {
        "returns": found.returns,
        "more_returns": found.more,
        "policies": found.policies,
        "routing_rules": found.rules,
        "is_fallback": found.is_fallback,
        "people": found.people,
        "keys": found.keys,
    }
    return Done(status=200, body=_ENCODE.encode(body))
