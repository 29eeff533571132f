"""Orders, returns and commands by the desk, for tests of what is told about them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from retour.desk import orders
from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.house import House
from retour.desk.order_body import OrderBody
from retour.desk.outcome import Done, Outcome
from retour.lifecycle.commands import Authorize, Command, LineAsked, Reject, Request, Ship
from retour.lifecycle.model import Actor, ActorKind

JSON = dict[str, Any]
ACTOR = Actor(kind=ActorKind.API_KEY, id="key_test")


def read(outcome: Outcome, status: int = 200) -> JSON:
    """Give the answer of what must have been done."""
    assert isinstance(outcome, Done), outcome
    assert outcome.status == status, outcome
    return msgspec.json.decode(outcome.body)


def asked_with(key: str, body: str = "") -> RequestKey:
    """Give an idempotency key of the test's client for a request with this body."""
    return RequestKey(key_id="key_test", key=key, digest=body.encode().ljust(32, b"."))


def order_body(quantity: int = 5, **changes: object) -> OrderBody:
    """Give a delivered order of one line."""
    body: JSON = {
        "currency": "EUR",
        "customer": {"email": "ada@example.com", "name": "Ada"},
        "delivered_at": datetime.now(UTC).isoformat(),
        "payments": [{"id": "p1", "processor": "sandbox", "captured": "100.00"}],
        "lines": [
            {
                "id": "1",
                "sku": "007",
                "title": "Mug",
                "quantity": quantity,
                "unit_price": "10.00",
            }
        ],
        **changes,
    }
    return msgspec.convert(body, OrderBody)


async def put_order(house: House, workspace_id: int, number: str, **changes: object) -> None:
    """Put a delivered order; its stream begins with ``order.delivered``."""
    body = order_body(**changes)  # pyright: ignore[reportArgumentType]  # named by the test
    outcome = await orders.put(house, workspace_id, number, body, actor=ACTOR, source="api")
    assert isinstance(outcome, Done), outcome


async def ask_return(house: House, workspace_id: int, number: str, quantity: int = 1) -> str:
    """Ask for a return; gives its id."""
    lines = (LineAsked(line="1", quantity=quantity, reason="Broken"),)
    asked = Asked(
        workspace_id=workspace_id,
        plan=[Request(order_number=number, lines=lines)],
        actor=ACTOR,
        source="api",
    )
    return str(read(await execute(house, asked), 201)["id"])


async def give(house: House, workspace_id: int, return_id: str, *plan: Command) -> JSON:
    """Give commands that must succeed; gives the return."""
    asked = Asked(
        workspace_id=workspace_id, plan=plan, actor=ACTOR, source="api", return_id=return_id
    )
    return read(await execute(house, asked))


async def shipped_return(house: House, workspace_id: int, number: str) -> str:
    """Put an order and take a return of it until it is shipped; gives its id."""
    await put_order(house, workspace_id, number)
    return_id = await ask_return(house, workspace_id, number)
    await give(house, workspace_id, return_id, Authorize(), Ship())
    return return_id


async def reject(house: House, workspace_id: int, return_id: str) -> JSON:
    """Say no to a return."""
    return await give(house, workspace_id, return_id, Reject(reason="Too late"))
