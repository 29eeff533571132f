"""Where goods go: the table put whole, and goods tried on it by the code that sends them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from retour.desk.order_body import CustomerBody, OrderBody, OrderLineBody
from retour.desk.outcome import Done, Outcome, VersionDiffers
from retour.desk.policies.rule_body import ItemWhenBody, OrderWhenBody, RequestWhenBody
from retour.desk.policies.simulating import SimulationBody, Trial, laid_open
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.commands import LineAsked
from retour.lifecycle.requests.requesting import verdict_on, ways_on
from retour.policy.conditions import When
from retour.policy.routing import MAIN, Routing, RoutingRule, Way, whole_of
from retour.store.loading import LoadKey, load
from retour.store.routing import (
    Kept,
    RoutingBody,
    closed_among,
    kept_routing,
    put_routing,
    routing_of,
)
from retour.store.telling import bump_epoch, take_turn

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.lifecycle.model import Actor
    from retour.store.database import Connection

RULES_MAX: Final = 100
_LINES_MAX: Final = 50
_ENCODE: Final = msgspec.json.Encoder()
_NOBODY: Final = "nobody@example.com"
_APART: Final = (
    "Its lines go to different places, and one parcel cannot: it goes to {}, the fallback."
)


class RoutingWhenBody(Body):
    """What must be so at once; nothing named is always so."""

    order: OrderWhenBody = OrderWhenBody()
    item: ItemWhenBody = ItemWhenBody()
    request: RequestWhenBody = RequestWhenBody()


class RoutingRuleBody(Body):
    """Goods go to a facility when everything in ``when`` is so."""

    id: Word
    facility: Word
    when: RoutingWhenBody = RoutingWhenBody()


class RoutingPut(Body):
    """The table whole: rules in order, of which the first that matches decides, and a fallback."""

    rules: Annotated[tuple[RoutingRuleBody, ...], Meta(max_length=RULES_MAX)] = ()
    fallback: Word = MAIN


class WhereBody(Body):
    """A return as it might come: of an order that is here, or goods as they are described.

    Args:
        lines: Which lines of the order; one unit of each where none is named.
        routing: A table to try in place of the one in force.
    """

    order_number: Word | None = None
    lines: Annotated[tuple[LineAsked, ...], Meta(max_length=_LINES_MAX)] = ()
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")] | None = None
    channel: Word | None = None
    sku: Word | None = None
    group: Word | None = None
    reason: Word | None = None
    policy: Word = "default"
    routing: RoutingPut | None = None


def _table(body: RoutingPut) -> RoutingBody:
    rules = tuple(
        RoutingRule(
            id=one.id,
            facility=one.facility,
            when=msgspec.convert(msgspec.to_builtins(one.when), When),
        )
        for one in body.rules
    )
    return RoutingBody(rules=rules, fallback=body.fallback)


def _view(kept: Kept) -> dict[str, Any]:
    return {
        "version": kept.version,
        "rules": [
            {"id": one.id, "facility": one.facility, "when": _when_view(one.when)}
            for one in kept.body.rules
        ],
        "fallback": kept.body.fallback,
    }


def _when_view(when: When) -> dict[str, Any]:
    """Show the parts of a condition in which something is asked."""
    parts = {name: getattr(when, name) for name in RoutingWhenBody.__struct_fields__}
    return {
        name: {k: v for k, v in msgspec.to_builtins(part).items() if v not in (None, [], (), {})}
        for name, part in parts.items()
        if part != type(part)()
    }


async def look_up(house: House, workspace_id: int) -> Outcome:
    """Give the table; in version 0 nothing was said: what policies leave goes to main."""
    async with house.database.transaction(workspace_id) as connection:
        kept = await kept_routing(connection, workspace_id)
    return Done(status=200, body=_ENCODE.encode(_view(kept)), version=kept.version)


async def put(
    house: House, workspace_id: int, body: RoutingPut, seen: int | None = None
) -> Outcome:
    """Bring a table into force; returns that were asked for before go where they were sent.

    Raises:
        InvalidRequest: It names a facility that is not there, or what all else goes to is closed.
    """
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "whoever asks belongs to a workspace"
        if wrong := [*await _wrong(connection, workspace_id, body)]:
            raise InvalidRequest(*wrong)
        before = await kept_routing(connection, workspace_id)
        if seen not in (None, before.version):
            return VersionDiffers(current=before.version)
        table = _table(body)
        if table == before.body and before.version:
            return Done(status=200, body=_ENCODE.encode(_view(before)), version=before.version)
        version = await put_routing(connection, workspace_id, before.version, table)
        assert version is not None, "whose turn it is writes alone"
        await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    kept = Kept(version=version, body=table)
    return Done(status=200, body=_ENCODE.encode(_view(kept)), version=version)


async def _wrong(
    connection: Connection, workspace_id: int, body: RoutingPut
) -> Iterator[FieldError]:
    codes = {one.facility for one in body.rules} | {body.fallback}
    closed = await closed_among(connection, workspace_id, sorted(codes))
    return _faults(body, closed)


def _faults(body: RoutingPut, closed: dict[str, bool]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for place, rule in enumerate(body.rules):
        if rule.id in seen:
            detail = f"Two rules are called {rule.id!r}. Give each its own id."
            yield FieldError(pointer=f"/rules/{place}/id", code="duplicate", detail=detail)
        seen.add(rule.id)
        if rule.facility not in closed:
            detail = f"There is no facility {rule.facility!r}. Put it first, or name another."
            pointer = f"/rules/{place}/facility"
            yield FieldError(pointer=pointer, code="unknown_facility", detail=detail)
    if body.fallback not in closed:
        detail = f"There is no facility {body.fallback!r}. Put it first, or name another."
        yield FieldError(pointer="/fallback", code="unknown_facility", detail=detail)
    elif closed[body.fallback]:
        detail = f"{body.fallback!r} is closed. Open it, or name another."
        yield FieldError(pointer="/fallback", code="closed", detail=detail)


# ---------------------------------------------------------------- where would this go?


async def where(house: House, workspace_id: int, body: WhereBody, *, actor: Actor) -> Outcome:
    """Say where goods would go and why, by the code that sends them; nothing is written.

    Raises:
        InvalidRequest: Neither an order nor goods are named, or both; or the table tried is wrong.
    """
    async with house.database.transaction(workspace_id) as connection:
        routing = await routing_of(connection, workspace_id)
        if body.routing is not None:
            if wrong := [*await _wrong(connection, workspace_id, body.routing)]:
                raise InvalidRequest(*_below_routing(wrong))
            table = _table(body.routing)
            routing = replace(routing, rules=table.rules, fallback=table.fallback)
    asked = await _simulation(house, workspace_id, body)
    trial = await laid_open(house, workspace_id, body.policy, asked, actor=actor)
    if not isinstance(trial, Trial):
        return trial
    state, context, request = trial.state, trial.context, trial.request
    skus = {line.id: line.sku for line in state.order.lines}
    if strange := [place for place, one in enumerate(request.lines) if one.line not in skus]:
        detail = f"The order has lines {', '.join(skus)}. Name one of them."
        wrong = (
            FieldError(pointer=f"/lines/{place}/line", code="unknown_line", detail=detail)
            for place in strange
        )
        raise InvalidRequest(*wrong)
    by_policy = verdict_on(state, replace(context, routing=Routing()), request)
    ways = ways_on(state, replace(context, routing=routing), request, by_policy)
    goes_to = whole_of(ways, routing)
    apart = len({way.facility for way in ways}) > 1
    answer = {
        "facility": goes_to,
        "why": _APART.format(goes_to) if apart else ways[0].why,
        "lines": [_way_view(way, skus.get(way.line)) for way in ways],
    }
    return Done(status=200, body=_ENCODE.encode(answer))


def _below_routing(wrong: Sequence[FieldError]) -> list[FieldError]:
    return [
        FieldError(pointer=f"/routing{one.pointer}", code=one.code, detail=one.detail)
        for one in wrong
    ]


def _way_view(way: Way, sku: str | None) -> dict[str, Any]:
    return {
        "line": way.line,
        "sku": sku,
        "facility": way.facility,
        "why": way.why,
        "stops": [
            {
                "by": stop.by,
                "facility": stop.facility,
                "matches": stop.matches,
                "taken": stop.taken,
                "why": stop.why,
            }
            for stop in way.stops
        ],
    }


async def _simulation(house: House, workspace_id: int, body: WhereBody) -> SimulationBody:
    described = (body.country, body.channel, body.sku, body.group)
    if (body.order_number is None) is all(one is None for one in described):
        detail = "Give order_number, or describe goods: country, channel, sku or group."
        raise InvalidRequest(FieldError(pointer="/order_number", code="bad_value", detail=detail))
    if body.order_number is None:
        return _described(body, (await house.configs.at(workspace_id, 0)).currency)
    lines = body.lines
    if not lines:
        key = LoadKey(workspace_id=workspace_id, order_number=body.order_number)
        loaded = await load(await house.database.pool(), key)
        known = () if loaded is None or loaded.state is None else loaded.state.order.lines
        lines = tuple(
            LineAsked(line=one.id, quantity=1, reason=body.reason)
            for one in known[:_LINES_MAX]
            if not one.included
        )
    # An order that is not here has no lines; that is said by whoever looks for it.
    lines = lines or (LineAsked(line="1", quantity=1),)
    return SimulationBody(order_number=body.order_number, lines=lines)


def _described(body: WhereBody, currency: str) -> SimulationBody:
    line = OrderLineBody(
        id="1",
        sku=body.sku or "any",
        title=body.sku or "Goods as described",
        quantity=1,
        unit_price="0",
        group=body.group,
    )
    order = OrderBody(
        currency=currency,
        customer=CustomerBody(email=_NOBODY, country=body.country),
        lines=(line,),
        channel=body.channel,
    )
    asked = LineAsked(line="1", quantity=1, reason=body.reason)
    return SimulationBody(order=order, lines=(asked,))
