"""Where goods go, as rows: the table, facilities that are choosy, and what hangs on a facility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from retour.policy.routing import Place, Routing, RoutingRule
from retour.store.loading import FacilityBody
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.store.database import Connection

_SQL: Final = named("routing")
_PLACES: Final = named("places")
FACILITIES_MAX: Final = 500
RETURNS_COUNTED_MAX: Final = 1000
"""More are counted as so many and more."""
POLICIES_NAMED_MAX: Final = 20


class RoutingBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The table as stored."""

    rules: tuple[RoutingRule, ...] = ()
    fallback: str = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The table with its version; 0 until somebody said anything."""

    version: int
    body: RoutingBody


_BODY: Final = msgspec.json.Decoder(RoutingBody)
_FACILITY: Final = msgspec.json.Decoder(FacilityBody)


async def kept_routing(connection: Connection, workspace_id: int) -> Kept:
    """Give the table as it stands."""
    row = await connection.fetchrow(_SQL["routing"], workspace_id)
    if row is None:
        return Kept(version=0, body=RoutingBody())
    return Kept(version=row["version"], body=_BODY.decode(row["body"]))


async def put_routing(
    connection: Connection, workspace_id: int, seen: int, body: RoutingBody
) -> int | None:
    """Write the version after the one that was seen; ``None`` where there is another by now."""
    text = msgspec.json.encode(body).decode()
    if seen == 0:
        first: int | None = await connection.fetchval(_SQL["add_routing"], workspace_id, text)
        return first
    version: int | None = await connection.fetchval(_SQL["put_routing"], workspace_id, seen, text)
    return version


async def routing_of(connection: Connection, workspace_id: int) -> Routing:
    """Give the table with all that is to be known of facilities."""
    kept = (await kept_routing(connection, workspace_id)).body
    rows = await connection.fetch(_SQL["choosy_facilities"], workspace_id, FACILITIES_MAX)
    places = tuple(_place(row["code"], _FACILITY.decode(row["body"])) for row in rows)
    return Routing(rules=kept.rules, fallback=kept.fallback, places=places)


def _place(code: str, body: FacilityBody) -> Place:
    return Place(code=code, is_open=body.active, groups=body.groups, countries=body.countries)


async def closed_among(
    connection: Connection, workspace_id: int, codes: Sequence[str]
) -> dict[str, bool]:
    """Say of those codes that are facilities whether each is closed."""
    known = await connection.fetch(_PLACES["known_facilities"], workspace_id, list(codes))
    choosy = await connection.fetch(_SQL["choosy_facilities"], workspace_id, FACILITIES_MAX)
    closed = {row["code"] for row in choosy if not _FACILITY.decode(row["body"]).active}
    return {row["code"]: row["code"] in closed for row in known}


async def count_facilities(connection: Connection, workspace_id: int) -> int:
    """Say how many facilities there are."""
    count: int = await connection.fetchval(_SQL["count_facilities"], workspace_id)
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """What hangs on a facility.

    Args:
        returns: Still to come there, up to a thousand; ``more``: whether there are more of them.
        policies: In force with a rule that sends goods there.
        rules: Routing rules that do; ``is_fallback``: whether all else goes there.
        people: Members bound to it; ``keys``: API keys that are.
    """

    returns: int
    more: bool
    policies: tuple[str, ...]
    rules: tuple[str, ...]
    is_fallback: bool
    people: int
    keys: int


async def uses_of(
    connection: Connection, workspace_id: int, code: str, statuses: Sequence[str]
) -> Uses:
    """Count what hangs on a facility; ``statuses`` are those of returns that are still to come."""
    returns: int = await connection.fetchval(
        _SQL["returns_to_come"], workspace_id, code, list(statuses), RETURNS_COUNTED_MAX + 1
    )
    policies = await connection.fetch(
        _SQL["policies_sending_to"], workspace_id, code, POLICIES_NAMED_MAX
    )
    bound = await connection.fetchrow(_SQL["bound_to"], workspace_id, code)
    assert bound is not None, "a count always has a row"
    routing = (await kept_routing(connection, workspace_id)).body
    return Uses(
        returns=min(returns, RETURNS_COUNTED_MAX),
        more=returns > RETURNS_COUNTED_MAX,
        policies=tuple(row["policy_id"] for row in policies),
        rules=tuple(one.id for one in routing.rules if one.facility == code),
        is_fallback=routing.fallback == code,
        people=bound["people"],
        keys=bound["keys"],
    )
