"""Returns brought to their money through the desk, in as few steps as the desk allows."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from retour.desk import orders
from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.order_body import OrderBody
from retour.desk.outcome import Done, Outcome
from retour.lifecycle.commands import (
    Authorize,
    Command,
    ConfirmSettlement,
    LineAsked,
    ProposeSettlement,
    Request,
    StartRefund,
    WaiveReceipt,
)
from retour.lifecycle.model import Actor, ActorKind

PERSON = Actor(kind=ActorKind.API_KEY, id="key")
PROMISED = (ProposeSettlement(), ConfirmSettlement())
STARTED = (*PROMISED, StartRefund())


async def put_paid(
    house: House,
    workspace_id: int,
    number: str,
    *,
    quantity: int = 2,
    price: str = "60.00",
    captured: str = "100.00",
    processor: str = "external",
) -> Outcome:
    """Put an order of so many pieces, delivered, paid by one payment."""
    body = {
        "currency": "EUR",
        "customer": {"email": "mira.sand@example.com"},
        "delivered_at": "2026-11-20T12:00:00Z",
        "payments": [{"id": "pay-1", "processor": processor, "captured": captured}],
        "lines": [
            {
                "id": "1",
                "sku": "CHAIR",
                "title": "Chair",
                "quantity": quantity,
                "unit_price": price,
            }
        ],
    }
    return await orders.put(
        house, workspace_id, number, msgspec.convert(body, OrderBody), actor=PERSON, source="api"
    )


async def kept(
    house: House, workspace_id: int, number: str, *money: Command, quantity: int = 1
) -> str:
    """Ask for pieces that the customer may keep, and go as far with the money as said."""
    asked = LineAsked(line="1", quantity=quantity, reason="Too small")
    plan = (
        Request(order_number=number, lines=(asked,)),
        Authorize(),
        WaiveReceipt(),
        *money,
    )
    done = await execute(house, on(workspace_id, None, plan))
    assert isinstance(done, Done), done
    return return_id(done)


def on(
    workspace_id: int, ret: str | None, plan: Sequence[Command], *, actor: Actor = PERSON
) -> Asked:
    """Ask for a plan."""
    return Asked(workspace_id=workspace_id, plan=plan, actor=actor, source="api", return_id=ret)


def return_id(done: Done) -> str:
    """Read whose return an answer shows."""
    return str(msgspec.json.decode(done.body)["id"])
