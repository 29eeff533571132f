"""Stripe's webhooks: believed by the official library's word, read as far as money needs it.

Source: Stripe documentation, webhooks (signatures) and types of events.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
from stripe import SignatureVerificationError, WebhookSignature

from retour.gateways.payments import ProcessorOutcome
from retour.gateways.payments.messages import MessageKind, ProcessorMessage
from retour.gateways.payments.stripe import INTENT, OUTCOMES, RETURN, our_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TOLERANCE_S: Final = 300
REFUNDS_MAX: Final = 100
_REFUNDS: Final = frozenset(
    {"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"}
)
_CHARGE_REFUNDED: Final = "charge.refunded"
_DISPUTES: Final = "charge.dispute."
_HARMLESS: Final = frozenset({"won", "warning_closed", "prevented"})
_LOST: Final = "lost"
_INQUIRY: Final = "warning_"
"""Begins the statuses of a dispute by which the bank only asks, and takes nothing."""


class _Expandable(msgspec.Struct, frozen=True):
    id: str


class _Refund(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    amount: int
    currency: str
    status: str | None = None
    payment_intent: str | _Expandable | None = None
    charge: str | _Expandable | None = None
    metadata: dict[str, str] | None = None
    failure_reason: str | None = None


class _Dispute(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    amount: int
    currency: str
    status: str
    payment_intent: str | _Expandable | None = None
    charge: str | _Expandable | None = None


class _Refunds(msgspec.Struct, frozen=True):
    data: tuple[_Refund, ...] = ()


class _Charge(msgspec.Struct, frozen=True):
    refunds: _Refunds | None = None


class _Data(msgspec.Struct, frozen=True):
    object: dict[str, Any]


class _Event(msgspec.Struct, frozen=True):
    id: str
    type: str
    created: int
    data: _Data


_VERIFY: Final = cast(
    "Callable[[bytes, str | None, str, int], bool]",
    WebhookSignature.verify_header,
)
_EVENT: Final = msgspec.json.Decoder(_Event)


def is_signed(body: bytes, header: str | None, secrets: Sequence[str]) -> bool:
    """Say whether Stripe signed this body, lately, with one of the secrets."""
    for secret in secrets:
        try:
            if _VERIFY(body, header, secret, TOLERANCE_S):
                return True
        except (SignatureVerificationError, ValueError):
            continue
    return False


def read(body: bytes) -> tuple[ProcessorMessage, ...]:
    """Read an event; one that is about something else says nothing.

    Raises:
        msgspec.MsgspecError: It cannot be read.
    """
    event = _EVENT.decode(body)
    said = event.data.object
    if event.type in _REFUNDS:
        return (_of_refund(event, msgspec.convert(said, _Refund)),)
    if event.type == _CHARGE_REFUNDED:  # Newer API versions leave its refunds out.
        refunds = msgspec.convert(said, _Charge).refunds or _Refunds()
        return tuple(_of_refund(event, one) for one in refunds.data[:REFUNDS_MAX])
    if event.type.startswith(_DISPUTES):
        return (_of_dispute(event, msgspec.convert(said, _Dispute)),)
    return ()


def refund_as_told(said: dict[str, Any], at: datetime) -> ProcessorMessage:
    """Read a refund that a list says, as if it had been told at an instant.

    Raises:
        msgspec.MsgspecError: It cannot be read.
    """
    return _of_refund(_listed_at(said, at), msgspec.convert(said, _Refund))


def dispute_as_told(said: dict[str, Any], at: datetime) -> ProcessorMessage:
    """Read a dispute that a list says.

    Raises:
        msgspec.MsgspecError: It cannot be read.
    """
    return _of_dispute(_listed_at(said, at), msgspec.convert(said, _Dispute))


def _listed_at(said: dict[str, Any], at: datetime) -> _Event:
    """Give the list's word the form of an event; the same status is the same word."""
    name = f"listed/{said.get('id')}/{said.get('status')}"
    return _Event(id=name, type="listed", created=int(at.timestamp()), data=_Data(object=said))


def _of_refund(event: _Event, refund: _Refund) -> ProcessorMessage:
    status = refund.status or "unknown"
    outcome = OUTCOMES.get(status, ProcessorOutcome.UNKNOWN)
    is_failed = outcome is ProcessorOutcome.FAILED
    told = refund.metadata or {}
    return ProcessorMessage(
        event_id=event.id,
        event_at=_at(event),
        kind=MessageKind.REFUND,
        reference=refund.id,
        status=status,
        outcome=outcome,
        is_final=outcome in (ProcessorOutcome.SUCCEEDED, ProcessorOutcome.FAILED),
        is_moot=is_failed,
        takes=outcome in (ProcessorOutcome.SUCCEEDED, ProcessorOutcome.PENDING),
        payments=_named(refund),
        amount=our_amount(refund.amount, refund.currency.upper()),
        currency=refund.currency.upper(),
        intent=told.get(INTENT),
        return_id=told.get(RETURN),
        error=f"Stripe says: {refund.failure_reason or status}." if is_failed else None,
    )


def _of_dispute(event: _Event, dispute: _Dispute) -> ProcessorMessage:
    is_harmless = dispute.status in _HARMLESS
    return ProcessorMessage(
        event_id=event.id,
        event_at=_at(event),
        kind=MessageKind.DISPUTE,
        reference=dispute.id,
        status=dispute.status,
        outcome=ProcessorOutcome.UNKNOWN,
        is_final=is_harmless or dispute.status == _LOST,
        is_moot=is_harmless,
        takes=not is_harmless and not dispute.status.startswith(_INQUIRY),
        payments=_named(dispute),
        amount=our_amount(dispute.amount, dispute.currency.upper()),
        currency=dispute.currency.upper(),
    )


def _named(said: _Refund | _Dispute) -> tuple[str, ...]:
    ids = (
        one.id if isinstance(one, _Expandable) else one
        for one in (said.payment_intent, said.charge)
    )
    return tuple(one for one in ids if one is not None)


def _at(event: _Event) -> datetime:
    return datetime.fromtimestamp(event.created, tz=UTC)
