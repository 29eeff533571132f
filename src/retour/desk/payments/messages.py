"""What processors tell: recorded on the leg it is about, or kept as a case for a person.

A message may come before the answer to our own call, twice, or late.  The leg takes each word of a
refund once, so whichever comes first is the record and the other changes nothing.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.outcome import Done, NotFound, Refused
from retour.desk.payments.taking import note
from retour.gateways.payments import ProcessorOutcome
from retour.gateways.payments.messages import MessageKind
from retour.kernel.ids import Mint, is_id
from retour.lifecycle.commands import RecordRefundOutcome
from retour.lifecycle.model import Actor, ActorKind
from retour.store.payments import Told, order_told_of, put_case

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.gateways.payments.messages import ProcessorMessage

_ENCODE: Final = msgspec.json.Encoder(order="deterministic")
_PROCESSOR: Final = ActorKind.PROCESSOR
ELSEWHERE: Final = (
    "This refund was made outside of the returns. It is counted: so much less of the order's"
    " payment can be refunded here. If it was made for a return, say there that it is paid."
)
DISPUTED: Final = (
    "The customer disputes the payment with the bank. Answer at the processor. What it has taken is"
    " counted, and refunds that need it wait until it has come back."
)
_NOWHERE: Final = (
    " No order has this payment in this currency: nothing is counted. Put the order with its"
    " payment's id; the next reconciliation counts it."
)
_UNKNOWN_RETURN: Final = "This refund names a return that is not here."


async def take(house: House, workspace_id: int, processor: str, message: ProcessorMessage) -> bool:
    """Take one message; says whether a leg has it. The same again changes nothing.

    Raises:
        Busy: The order is being changed by many at once; the processor tells it again.
    """
    why = DISPUTED if message.kind is MessageKind.DISPUTE else ELSEWHERE
    if message.kind is MessageKind.REFUND and message.intent is not None:
        refused = await _record(house, workspace_id, processor, message)
        if refused is None:
            return True
        why = refused
    number = await note(house, workspace_id, processor, message)
    await _keep(house, workspace_id, processor, message, why if number else why + _NOWHERE)
    return False


def word_of(message: ProcessorMessage) -> RecordRefundOutcome:
    """Give the command that tells a leg of its refund."""
    return RecordRefundOutcome(
        leg=message.intent or "",
        outcome=message.outcome.value,
        reference=message.reference,
        error=message.error,
    )


async def _record(
    house: House, workspace_id: int, processor: str, message: ProcessorMessage
) -> str | None:
    """Tell the leg; says why where it does not take it."""
    if message.outcome is ProcessorOutcome.UNKNOWN:
        return None  # A status that we do not know says nothing yet.
    if message.return_id is None or not is_id(message.return_id, "ret"):
        return _UNKNOWN_RETURN
    command = word_of(message)
    outcome = await execute(
        house,
        Asked(
            workspace_id=workspace_id,
            return_id=message.return_id,
            plan=[command],
            actor=Actor(kind=_PROCESSOR, id=processor),
            source=_PROCESSOR.value,
            key=RequestKey(
                key_id=processor,
                key=f"{message.event_id}/{message.reference}",
                digest=hashlib.sha256(_ENCODE.encode(command)).digest(),
            ),
        ),
    )
    match outcome:
        case Done():
            return None
        case Refused(refusal=refusal):
            return refusal.detail
        case NotFound():
            return _UNKNOWN_RETURN
        case _:
            return "This message was told before with another content."


async def _keep(
    house: House, workspace_id: int, processor: str, message: ProcessorMessage, why: str
) -> None:
    async with house.database.transaction(workspace_id) as connection:
        now = await connection.fetchval("SELECT clock_timestamp()")
        told = Told(
            processor=processor,
            reference=message.reference,
            kind=message.kind.value,
            status=message.status,
            is_final=message.is_final,
            payment=message.payments[0] if message.payments else None,
            order_number=await order_told_of(
                connection, workspace_id, processor, message.reference, message.payments
            ),
            amount=message.amount,
            currency=message.currency,
            why=why,
            event_id=message.event_id,
            event_at=message.event_at,
        )
        case_id = Mint(now, os.urandom(16))("pmc")
        await put_case(connection, workspace_id, case_id, told, is_closed=message.is_moot)
