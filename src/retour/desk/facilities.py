"""Facilities: the places that receive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, envelope
from retour.lifecycle.commands import Body, Text, Word
from retour.lifecycle.model import FacilityKind
from retour.store.loading import FacilityBody
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House

_SQL: Final = named("places")
_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(FacilityBody)


class FacilityPut(Body):
    """What a facility is; where it is blind, nobody there is shown what is expected."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    kind: FacilityKind
    external_id: Word | None = None
    address: Annotated[dict[str, Text | None], Meta(max_length=20)] | None = None
    attributes: Annotated[dict[str, Text], Meta(max_length=100)] = msgspec.field(
        default_factory=dict[str, str]
    )
    blind: bool = False


def _view(row: asyncpg.Record) -> bytes:
    body = _DECODE.decode(row["body"])
    return _ENCODE.encode(
        {
            "code": row["code"],
            "number": row["number"],
            "name": body.name,
            "kind": body.kind,
            "external_id": body.external_id,
            "address": body.address,
            "attributes": body.attributes,
            "blind": body.blind,
        }
    )


async def put(house: House, workspace_id: int, code: str, body: FacilityPut) -> Outcome:
    """Make the facility, or say anew what it is; its number never changes."""
    stored = FacilityBody(
        name=body.name,
        kind=body.kind,
        external_id=body.external_id,
        address=body.address,
        attributes=body.attributes,
        blind=body.blind,
    )
    async with house.database.transaction(workspace_id) as connection:
        before = await connection.fetchrow(_SQL["one_facility"], workspace_id, code)
        number = (
            before["number"]
            if before
            else await connection.fetchval(_SQL["draw_number"], workspace_id, "facility")
        )
        await connection.execute(
            _SQL["put_facility"], workspace_id, code, number, _ENCODE.encode(stored).decode()
        )
        row = await connection.fetchrow(_SQL["one_facility"], workspace_id, code)
    assert row is not None, "it was put just now"
    return Done(status=200 if before else 201, body=_view(row))


async def look_up(house: House, workspace_id: int, code: str) -> Outcome:
    """Give one facility."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_facility"], workspace_id, code)
    return NotFound(what="facility") if row is None else Done(status=200, body=_view(row))


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of facilities, by code."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["list_facilities"], workspace_id, page.after, page.limit + 1
        )
    more = rows[page.limit - 1]["code"] if len(rows) > page.limit else None
    return Done(status=200, body=envelope([_view(row) for row in rows[: page.limit]], more))
