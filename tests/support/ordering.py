"""Orders put by the desk, for tests that need one and care for little of it."""

from __future__ import annotations

import msgspec

from retour.desk import orders
from retour.desk.house import House
from retour.desk.order_body import OrderBody
from retour.desk.outcome import Done
from retour.lifecycle.model import Actor, ActorKind
from tests.support.pg import Workspace
from tests.support.running import order_body


async def put_order(
    house: House, workspace: Workspace, number: str, *quantities: int, processor: str = "sandbox"
) -> None:
    """Put an order delivered yesterday with a line per quantity, 10.00 each."""
    body = msgspec.convert(order_body(*quantities, processor=processor), OrderBody)
    outcome = await orders.put(
        house, workspace.id, number, body, actor=Actor(kind=ActorKind.API_KEY), source="api"
    )
    assert isinstance(outcome, Done), outcome
