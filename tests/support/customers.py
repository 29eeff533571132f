"""Orders and returns of one customer, made by the desk, for tests of what was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from retour.desk import orders
from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.order_body import OrderBody
from retour.desk.outcome import Done
from retour.lifecycle.commands import Command, LineAsked, Request
from retour.lifecycle.model import Actor, ActorKind
from retour.policy.grounds import Grounds
from retour.store.judging import grounds_from
from tests.support.pg import Workspace
from tests.support.running import order_body

ACTOR = Actor(kind=ActorKind.API_KEY, id="key_1")
HOME: Mapping[str, str] = {
    "street": "Torstraße 12",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
}


async def sold(
    house: House,
    workspace: Workspace,
    number: str,
    *quantities: int,
    email: str = "mira.sand@example.com",
    phone: str | None = None,
    address: Mapping[str, str] | None = None,
    **more: object,
) -> None:
    """Put an order of this customer, 10.00 a piece, delivered."""
    customer: dict[str, Any] = {"email": email, "country": "DE"}
    if phone is not None:
        customer["phone"] = phone
    if address is not None:
        customer["addresses"] = {"shipping": dict(address)}
    body = {**order_body(*(quantities or (2,))), "customer": customer, **more}
    outcome = await orders.put(
        house,
        workspace.id,
        number,
        msgspec.convert(body, OrderBody),
        actor=ACTOR,
        source="api",
    )
    assert isinstance(outcome, Done), outcome


async def asked(
    house: House, workspace: Workspace, number: str, *quantities: int, policy: str | None = None
) -> dict[str, Any]:
    """Ask for units of the order's first lines; gives the return as it is answered."""
    lines = tuple(
        LineAsked(line=str(place), quantity=quantity, reason="Too small")
        for place, quantity in enumerate(quantities or (1,), start=1)
        if quantity
    )
    return await done(house, workspace, [Request(order_number=number, lines=lines, policy=policy)])


async def done(
    house: House, workspace: Workspace, plan: Sequence[Command], return_id: str | None = None
) -> dict[str, Any]:
    """Carry out a plan and give the return as it is answered."""
    outcome = await execute(
        house,
        Asked(workspace_id=workspace.id, plan=plan, actor=ACTOR, source="api", return_id=return_id),
    )
    assert isinstance(outcome, Done), outcome
    answer: dict[str, Any] = msgspec.json.decode(outcome.body)
    return answer


async def grounds_of(house: House, workspace: Workspace, return_id: object) -> Grounds:
    """Give the facts that were frozen for a return."""
    async with house.database.transaction(workspace.id) as connection:
        text: str = await connection.fetchval(
            "SELECT j.body FROM retour.judgement j WHERE j.workspace_id = $1 AND j.return_id = $2",
            workspace.id,
            return_id,
        )
    return grounds_from(text)
