"""Which status a return has as a ticket, and the list of statuses there are.

Six are the document's; four more say what it leaves out: refused, withdrawn, a refund that failed,
done.  Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

import msgspec

from retour.lifecycle.model import (
    LegStatus,
    ParcelStatus,
    Return,
    ReturnStatus,
    SettlementStatus,
    TicketStatus,
)

OPEN: Final = "open"
RETURN_REQUESTED: Final = "return_requested"
ELIGIBILITY_CHECK: Final = "eligibility_check"
APPROVED: Final = "approved"
LABEL_SENT: Final = "label_sent"
ITEM_RECEIVED: Final = "item_received"
REFUNDED: Final = "refunded"
REFUND_FAILED: Final = "refund_failed"
REJECTED: Final = "rejected"
CANCELED: Final = "canceled"
CLOSED: Final = "closed"


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """One status as lists of statuses show it.

    Args:
        step: Its place among the document's six steps, from 1.
        mode: Whether that step waits for a person, ``manual``, or goes by itself, ``automated``.
    """

    key: str
    name: str
    color: str
    is_system: bool = False
    step: int | None = None
    mode: Literal["manual", "automated"] | None = None


def _step(
    step: int, key: str, name: str, color: str, mode: Literal["manual", "automated"]
) -> Status:
    return Status(key=key, name=name, color=color, step=step, mode=mode)


STATUSES: Final = (
    Status(key=OPEN, name="Open", color="#6b7280", is_system=True),
    _step(1, RETURN_REQUESTED, "Return requested", "#2563eb", "manual"),
    _step(2, ELIGIBILITY_CHECK, "Eligibility check", "#7c3aed", "automated"),
    _step(3, APPROVED, "Approved", "#0d9488", "automated"),
    _step(4, LABEL_SENT, "Label sent", "#0891b2", "automated"),
    _step(5, ITEM_RECEIVED, "Item received", "#ca8a04", "manual"),
    _step(6, REFUNDED, "Refunded", "#16a34a", "automated"),
    Status(key=REFUND_FAILED, name="Refund failed", color="#dc2626"),
    Status(key=REJECTED, name="Rejected", color="#b91c1c"),
    Status(key=CANCELED, name="Canceled", color="#6b7280"),
    Status(key=CLOSED, name="Closed", color="#374151", is_system=True),
)
"""Every status, in the order of the way; ``open`` is a conversation that asks nothing back."""

FINAL: Final = frozenset({REJECTED, CANCELED, CLOSED})
"""Statuses that close a ticket."""

_BASE: Final[Mapping[ReturnStatus, str]] = {
    ReturnStatus.REQUESTED: RETURN_REQUESTED,
    ReturnStatus.AUTHORIZED: APPROVED,
    ReturnStatus.SHIPPED: LABEL_SENT,
    ReturnStatus.TRACKED: LABEL_SENT,
    ReturnStatus.RECEIVED: ITEM_RECEIVED,
    ReturnStatus.PROCESSED: ITEM_RECEIVED,
    ReturnStatus.SETTLED: REFUNDED,
    ReturnStatus.COMPLETED: CLOSED,
    ReturnStatus.REJECTED: REJECTED,
    ReturnStatus.CANCELED: CANCELED,
}
"""What a return's own status makes of its ticket, where nothing else does."""

_LIVE: Final = frozenset(_BASE) - {
    ReturnStatus.REQUESTED,
    ReturnStatus.COMPLETED,
    ReturnStatus.REJECTED,
    ReturnStatus.CANCELED,
}
_BROKEN: Final = frozenset({LegStatus.FAILED, LegStatus.REVERSED})
_UNLABELED: Final = frozenset(
    {ParcelStatus.REQUESTED, ParcelStatus.LABEL_FAILED, ParcelStatus.VOIDED}
)


def status_of(ret: Return) -> str:
    """Give the status of a return as a ticket.

    Money speaks before goods: a refund that failed or arrived is said wherever the goods are.
    What belongs to the time before a reopening no longer counts.
    """
    base = _BASE[ret.status]
    if ret.status is ReturnStatus.REQUESTED and ret.ticket is not None and ret.ticket.in_review:
        return ELIGIBILITY_CHECK
    if ret.status not in _LIVE:
        return base
    since = _reopened_at(ret)
    if _has_failed(ret):
        return REFUND_FAILED
    if _has_paid(ret, since):
        return REFUNDED
    if ret.status is ReturnStatus.AUTHORIZED and _has_label(ret, since):
        return LABEL_SENT
    return base


def status_of_waiting(status: TicketStatus, *, asks_return: bool) -> str:
    """Give the status of a ticket that has no return."""
    if status is TicketStatus.OPEN:
        return RETURN_REQUESTED if asks_return else OPEN
    return RETURN_REQUESTED if status is TicketStatus.MATCHED else status.value


def _reopened_at(ret: Return) -> datetime | None:
    return ret.status_at.get(ReturnStatus.AUTHORIZED.value) if ret.reopened else None


def _has_failed(ret: Return) -> bool:
    """Say whether the settlement that counts has a payment that failed for good."""
    for settlement in reversed(ret.settlements):
        if settlement.status is not SettlementStatus.DISCARDED:
            return any(leg.status in _BROKEN for leg in settlement.legs)
    return False


def _has_paid(ret: Return, since: datetime | None) -> bool:
    return any(
        one.status is SettlementStatus.SETTLED
        and one.settled_at is not None
        and (since is None or one.settled_at > since)
        for one in ret.settlements
    )


def _has_label(ret: Return, since: datetime | None) -> bool:
    return any(
        parcel.status not in _UNLABELED and (since is None or parcel.created_at > since)
        for parcel in ret.parcels
    )
