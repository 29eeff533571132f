"""The closed vocabularies of a return's life, beside its status.

Every value here is stored and sent: public, never renamed.  Pure data; which word may follow which
is ``machine``'s to say.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Reception(StrEnum):
    """What arrived of one unit."""

    EXPECTED = "expected"
    RECEIVED = "received"
    MISSING = "missing"
    UNEXPECTED = "unexpected"  # Came along without having been announced.
    WRONG_ITEM = "wrong_item"  # Is nothing this order ever held.
    WAIVED = "waived"  # Need not come: the customer keeps it.


class Acceptance(StrEnum):
    """What we grant for one unit."""

    PENDING = "pending"
    WAITING_FOR_INPUT = "waiting_for_input"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class ParcelStatus(StrEnum):
    """Where a parcel stands."""

    REQUESTED = "requested"
    LABEL_CREATED = "label_created"
    LABEL_FAILED = "label_failed"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    VOIDED = "voided"
    EXCEPTION = "exception"
    LOST = "lost"
    RETURNED_TO_SENDER = "returned_to_sender"


class Direction(StrEnum):
    """Which way a parcel goes."""

    INBOUND = "inbound"  # From the customer to a facility.
    OUTBOUND = "outbound"  # Back to the customer: goods that were not accepted.


class ParcelMethod(StrEnum):
    """How a parcel gets to its carrier."""

    LABEL = "label"  # Printed and stuck on.
    DROP_OFF = "drop_off"  # A code is shown at a counter, which prints.
    LOCKER = "locker"
    PICKUP = "pickup"  # Somebody comes for it.
    OWN = "own"  # With a label of whoever sends it.
    VIRTUAL = "virtual"  # No carrier at all: handed over, or brought along.


class PickupStatus(StrEnum):
    """Whether somebody comes for a parcel."""

    REQUESTED = "requested"
    SCHEDULED = "scheduled"
    CANCEL_REQUESTED = "cancel_requested"
    CANCELED = "canceled"
    FAILED = "failed"


class ReceiptStatus(StrEnum):
    """Whether a facility still works on what it received."""

    OPEN = "open"
    FINISHED = "finished"
    CANCELED = "canceled"


class SettlementStatus(StrEnum):
    """Where a settlement stands: a function of its legs, once it is confirmed."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    SETTLED = "settled"
    FAILED = "failed"
    DISCARDED = "discarded"


class SettlementKind(StrEnum):
    """What the customer gets."""

    REFUND = "refund"
    STORE_CREDIT = "store_credit"
    EXCHANGE = "exchange"
    REPAIR = "repair"  # The same goods, mended.
    NONE = "none"  # Nothing is owed, and that is said formally.


class ApprovalStatus(StrEnum):
    """Whether somebody has agreed to what a settlement gives."""

    NEEDED = "needed"
    GIVEN = "given"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # The settlement was dropped before anybody had decided.


class LegKind(StrEnum):
    """In what form a leg of a settlement gives, or takes, what it is worth."""

    REFUND = "refund"  # Money back to a payment.
    STORE_CREDIT = "store_credit"
    EXCHANGE = "exchange"  # Other goods instead.
    REPAIR = "repair"
    CHARGE = "charge"  # The customer pays a difference; the one kind that takes.


class Fallback(StrEnum):
    """What becomes of an exchange whose goods cannot be had, or whose difference nobody pays."""

    REFUND = "refund"
    STORE_CREDIT = "store_credit"
    WAIT = "wait"  # A person decides.


class StockStatus(StrEnum):
    """Whether the goods of an exchange are put aside."""

    ASKED = "asked"  # Promised here; the stock has not answered yet.
    HELD = "held"
    OUT = "out"  # There were none, or the stock would not.
    ORDERED = "ordered"  # On their way to the customer.
    RELEASED = "released"  # Let go.


class LegStatus(StrEnum):
    """Where one payment of a settlement stands."""

    DRAFT = "draft"
    RESERVED = "reserved"
    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"  # Asked, no answer: looked up before anything is sent again.
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABANDONED = "abandoned"
    REVERSED = "reversed"  # Succeeded once, then taken back by the processor.


class Executor(StrEnum):
    """Who makes the money of a leg move."""

    SANDBOX = "sandbox"
    STRIPE = "stripe"
    CHANNELENGINE = "channelengine"
    CREDIT = "credit"  # Retour's own ledger of store credit.
    EXTERNAL = "external"


AT_PROCESSORS: Final = frozenset({Executor.SANDBOX, Executor.STRIPE})
"""Those with a list of refunds of their own, which ours is compared with."""


class Origin(StrEnum):
    """Through which door a return came."""

    PORTAL = "portal"
    WIDGET = "widget"
    AGENT = "agent"
    API = "api"
    CHANNEL = "channel"
    WAREHOUSE = "warehouse"


class FacilityKind(StrEnum):
    """Whose hands receive there."""

    HUB = "hub"
    MERCHANT = "merchant"
    THIRD_PARTY = "3pl"
    STORE = "store"
    WMS = "wms"


class Priority(StrEnum):
    """How much a ticket presses, least first."""

    LOW = "low"
    NORMAL = "normal"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class TicketStatus(StrEnum):
    """Where a ticket stands that has no return."""

    OPEN = "open"
    MATCHED = "matched"  # Final here: it goes on as a return.
    REJECTED = "rejected"
    CANCELED = "canceled"
    CLOSED = "closed"


class ActorKind(StrEnum):
    """Who can be behind a command."""

    API_KEY = "api_key"
    AGENT = "agent"
    OPERATOR = "operator"  # of a warehouse
    CUSTOMER = "customer"
    SYSTEM = "system"
    PROCESSOR = "processor"
    CARRIER = "carrier"
    CHANNEL = "channel"
    POLICY = "policy"  # By its id and version: what it does alone.


class WorkflowStep(StrEnum):
    """The steps of a return as people follow it, in order."""

    REQUEST = "request"
    ELIGIBILITY = "eligibility"
    APPROVAL = "approval"
    LABEL = "label"
    RECEIPT = "receipt"
    REFUND = "refund"
    CLOSING = "closing"


class EventType(StrEnum):
    """What happened, in the past tense.  The stored and sent value is public; never rename one."""

    ORDER_DELIVERED = "order.delivered"
    ORDER_AMENDED = "order.amended"  # What may come back of it, not what was sold.
    RETURN_REQUESTED = "return.requested"
    ELIGIBILITY_CHECKED = "eligibility.checked"
    RETURN_AUTHORIZED = "return.authorized"
    RETURN_REJECTED = "return.rejected"
    RETURN_AMENDED = "return.amended"
    LABEL_REQUESTED = "label.requested"
    LABEL_CREATED = "label.created"
    LABEL_FAILED = "label.failed"
    LABEL_VOID_REQUESTED = "label.void_requested"
    LABEL_VOIDED = "label.voided"
    LABEL_VOID_REFUSED = "label.void_refused"
    PARCEL_ADDED = "parcel.added"
    PARCEL_SENT_BACK = "parcel.sent_back"
    PICKUP_REQUESTED = "pickup.requested"
    PICKUP_SCHEDULED = "pickup.scheduled"
    PICKUP_FAILED = "pickup.failed"
    PICKUP_CANCEL_REQUESTED = "pickup.cancel_requested"
    PICKUP_CANCELED = "pickup.canceled"
    RETURN_DROPPED_OFF = "return.dropped_off"
    RETURN_SHIPPED = "return.shipped"
    RETURN_TRACKED = "return.tracked"
    PARCEL_UPDATED = "parcel.updated"
    RETURN_RECEIVED = "return.received"
    RECEIPT_UPDATED = "receipt.updated"
    UNIT_INSPECTED = "unit.inspected"
    REJECTION_RESOLVED = "rejection.resolved"
    UNIT_DISPOSED = "unit.disposed"  # Goes elsewhere than said before.
    UNIT_STORED = "unit.stored"
    RECEIPT_FINISHED = "receipt.finished"
    RECEIPT_CORRECTED = "receipt.corrected"
    RETURN_PROCESSED = "return.processed"
    SETTLEMENT_APPROVAL_REQUESTED = "settlement.approval_requested"
    SETTLEMENT_APPROVED = "settlement.approved"
    SETTLEMENT_DECLINED = "settlement.declined"
    SETTLEMENT_MEMO_COMPLETED = "settlement_memo.completed"
    REFUND_STARTED = "refund.started"
    REFUND_SUCCEEDED = "refund.succeeded"
    REFUND_FAILED = "refund.failed"
    EXCHANGE_RESERVED = "exchange.reserved"
    EXCHANGE_STARTED = "exchange.started"
    EXCHANGE_ORDERED = "exchange.ordered"
    EXCHANGE_FAILED = "exchange.failed"
    EXCHANGE_RELEASED = "exchange.released"
    CHARGE_REQUESTED = "charge.requested"
    CHARGE_PAID = "charge.paid"
    REPAIR_STARTED = "repair.started"
    REPAIR_FINISHED = "repair.finished"
    REPAIR_FAILED = "repair.failed"
    SETTLEMENT_SETTLED = "settlement.settled"
    RETURN_SETTLED = "return.settled"
    RETURN_COMPLETED = "return.completed"
    RETURN_CANCELED = "return.canceled"
    RETURN_REOPENED = "return.reopened"
    RETURN_ANNOTATED = "return.annotated"
    RETURN_REMINDED = "return.reminded"
    DEADLINE_APPROACHING = "deadline.approaching"
    DEADLINE_MISSED = "deadline.missed"
    MESSAGE_CREATED = "message.created"
    PHOTO_ATTACHED = "photo.attached"
    PHOTO_ERASED = "photo.erased"
    TICKET_OPENED = "ticket.opened"
    TICKET_ANNOTATED = "ticket.annotated"
    WITHDRAWAL_RECEIVED = "withdrawal.received"
    WITHDRAWAL_ACKNOWLEDGED = "withdrawal.acknowledged"
    ACKNOWLEDGEMENT_FAILED = "withdrawal.acknowledgement_failed"
    PAYMENT_CHANGED = "payment.changed"  # By others: a dispute, a refund at the processor.
    RECONCILIATION_DIFFERS = "reconciliation.differs"
    CHANNEL_REFUSED = "channel.refused"
    CHANNEL_RESUMED = "channel.resumed"
    SUBSCRIPTION_PAUSED = "subscription.paused"
    SUBSCRIPTION_TEST = "subscription.test"
