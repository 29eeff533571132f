"""What others take of a payment is written on the order it paid, and told in the same commit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from retour.desk.execute import TRIES_MAX, Busy
from retour.desk.orders import commit
from retour.gateways.payments.messages import MessageKind
from retour.kernel.ids import Mint
from retour.lifecycle.commands import Context
from retour.lifecycle.model import Actor, ActorKind
from retour.lifecycle.money.disputing import note_taken
from retour.lifecycle.money.taken import Taken, TakenBy
from retour.store.committing import Committed
from retour.store.loading import LoadKey, load
from retour.store.payments import order_told_of

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.gateways.payments.messages import ProcessorMessage

_PROCESSOR: Final = ActorKind.PROCESSOR
_BY: Final = {MessageKind.REFUND: TakenBy.REFUND, MessageKind.DISPUTE: TakenBy.DISPUTE}


async def note(
    house: House, workspace_id: int, processor: str, message: ProcessorMessage
) -> str | None:
    """Note what a message says was taken; gives the order's number, None where no order has it.

    Raises:
        Busy: The order changed under six tries in a row.
    """
    async with house.database.transaction(workspace_id) as connection:
        number = await order_told_of(
            connection, workspace_id, processor, message.reference, message.payments
        )
    if number is None:
        return None
    async with house.turns.take(workspace_id, number):
        for _ in range(TRIES_MAX):
            is_noted = await _try(house, workspace_id, number, message)
            if is_noted is not None:
                return number if is_noted else None
    text = "This order is being changed by many at once. Try again in a moment."
    raise Busy(text)


async def _try(
    house: House, workspace_id: int, number: str, message: ProcessorMessage
) -> bool | None:
    """Note it on the order as it is now; says whether it is there, None to try again."""
    wanted = LoadKey(workspace_id=workspace_id, order_number=number)
    loaded = await load(await house.database.pool(), wanted)
    if loaded is None or loaded.state is None:
        return False
    if loaded.state.order.currency != message.currency:
        return False
    actor = Actor(kind=_PROCESSOR)
    context = Context(actor=actor, source=_PROCESSOR.value, at=loaded.at, entropy=os.urandom(16))
    decision = note_taken(loaded.state, message.payments, _taken(message), context)
    if decision is None:
        return False
    if decision.state == loaded.state:
        return True
    committed = await commit(
        house,
        workspace_id,
        loaded=loaded,
        decision=decision,
        mint=Mint(loaded.tick, os.urandom(16)),
        actor=actor,
        source=_PROCESSOR.value,
    )
    return True if committed is Committed.DONE else None


def _taken(message: ProcessorMessage) -> Taken:
    return Taken(
        by=_BY[message.kind],
        reference=message.reference,
        amount=message.amount,
        status=message.status,
        told_at=message.event_at,
        is_back=not message.takes,
        is_final=message.is_final,
    )
