"""What a return is made of: the aggregates as frozen values.

Orders, returns, parcels, receipts and settlements as ``decide`` reads and writes them and as events
keep them.  Amounts are integer minor units of the order's currency, instants aware UTC.  Personal
words (the customer, the shopper's comments) are values of their own, so that erasing them never
touches the rest.  Pure data: no rule lives here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A frozen value; fields that hold their default are left out of its JSON."""


# ---------------------------------------------------------------- words


class ReturnStatus(StrEnum):
    """Where a return stands.  The stored value is public; never rename one."""

    REQUESTED = "requested"  # The customer asked; a policy or an agent must answer.
    AUTHORIZED = "authorized"  # The customer may ship.
    SHIPPED = "shipped"  # The customer handed the parcel over.
    TRACKED = "tracked"  # A carrier has seen it.
    RECEIVED = "received"  # A facility has at least one parcel of it.
    PROCESSED = "processed"  # Every unit is decided and no receipt is open.
    SETTLED = "settled"  # Every accepted unit is covered by a settled settlement.
    COMPLETED = "completed"  # Done for us.
    REJECTED = "rejected"  # Final: we said no.
    CANCELED = "canceled"  # Final: someone withdrew it.


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
    NONE = "none"  # Nothing is owed, and that is said formally.


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
    EXTERNAL = "external"


class Origin(StrEnum):
    """Through which door a return came."""

    PORTAL = "portal"
    WIDGET = "widget"
    AGENT = "agent"
    API = "api"
    CHANNEL = "channel"
    WAREHOUSE = "warehouse"


class Approval(StrEnum):
    """Who answers, or acts, where a policy may do it alone."""

    MANUAL = "manual"
    AUTO = "auto"


class WindowStart(StrEnum):
    """Which instant the return window counts from."""

    DELIVERED = "delivered"
    SHIPPED = "shipped"
    ORDERED = "ordered"


class ShippedWhen(StrEnum):
    """What makes a return ``shipped``."""

    HANDOVER = "handover"
    LABEL = "label"
    FIRST_SCAN = "first_scan"


class FacilityKind(StrEnum):
    """Whose hands receive there."""

    HUB = "hub"
    MERCHANT = "merchant"
    THIRD_PARTY = "3pl"
    STORE = "store"
    WMS = "wms"


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


# ---------------------------------------------------------------- order


class Actor(Value):
    """Who did it: shown in every event."""

    kind: ActorKind
    id: str | None = None  # An API key's id, a user's; None where the kind says all.


class Address(Value):
    """Where somebody is; free of any claim of validity."""

    name: str | None = None
    company: str | None = None
    street: str | None = None
    street2: str | None = None
    postcode: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None  # ISO 3166-1 alpha-2


class Customer(Value):
    """The person, kept apart from everything else."""

    email: str
    name: str | None = None
    phone: str | None = None
    country: str | None = None
    postcode: str | None = None
    locale: str | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None


class LineShare(Value):
    """How much of an order line travelled in a shipment."""

    line: str
    quantity: int


class Shipment(Value):
    """Goods on their way out.  Without ``lines`` it carried the whole order."""

    id: str
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    facility: str | None = None
    tracking_number: str | None = None
    lines: tuple[LineShare, ...] = ()


class Payment(Value):
    """What the customer paid by one means.

    ``reserved`` is what legs hold or have paid out of it; the database keeps
    ``0 <= reserved <= captured`` by a conditional update on a row with a CHECK.
    """

    id: str
    processor: Executor
    captured: int
    kind: str | None = None
    reserved: int = 0


class Counters(Value):
    """How far an order line has come back, in units.

    The database keeps ``0 <= settled <= accepted``, ``accepted + rejected <= received <= requested
    <= delivered`` by conditional updates on a row with CHECKs.
    """

    delivered: int = 0
    requested: int = 0
    received: int = 0
    accepted: int = 0
    rejected: int = 0
    settled: int = 0

    @property
    def returnable(self) -> int:
        """Units that may still be asked back."""
        return self.delivered - self.requested


class OrderLine(Value):
    """What was sold, one line of it."""

    id: str  # The merchant's own, unique in the order.
    number: int  # Ours, per workspace.
    sku: str
    title: str
    quantity: int
    unit_price: int
    discount: int = 0  # Of the whole line.
    tax_rate: str | None = None  # Percent, as a decimal string: "21", "5.5".
    part_number: str | None = None
    upc: str | None = None
    image_url: str | None = None
    group: str | None = None
    parent: str | None = None
    returnable: bool = True
    weight_g: int | None = None
    serials: tuple[str, ...] = ()
    attributes: dict[str, str] = {}
    counters: Counters = Counters()


class ShippingCharge(Value):
    """What the customer paid for the way out, after its discount."""

    amount: int
    tax_rate: str | None = None
    discount: int = 0


class Order(Value):
    """What was sold and how far it has come back.  The customer stands apart."""

    id: str
    order_number: str
    currency: str
    lines: tuple[OrderLine, ...]
    created_at: datetime
    external_order_id: str | None = None
    prices_include_tax: bool = True
    order_type: str | None = None
    channel: str | None = None
    facility: str | None = None
    ordered_at: datetime | None = None
    delivered_at: datetime | None = None
    handed_over_at: datetime | None = None  # When ``order.delivered`` was said.
    shipments: tuple[Shipment, ...] = ()
    shipping: ShippingCharge | None = None
    payments: tuple[Payment, ...] = ()
    attributes: dict[str, str] = {}
    shipping_refunded: int = 0  # Minor units of ``shipping`` in live settlements.


# ---------------------------------------------------------------- return


class Reason(Value):
    """Why the customer returns: the original words beside the code."""

    text: str
    code: str | None = None


class Unit(Value):
    """One physical piece: the grain that everything else is a sum of."""

    id: str
    reception: Reception = Reception.EXPECTED
    acceptance: Acceptance = Acceptance.PENDING
    grade: str | None = None
    condition: str | None = None
    disposition: str | None = None
    reason: str | None = None  # Why it was accepted, rejected or set aside.
    facility: str | None = None  # Code of the facility that received it.
    receipt_line: str | None = None
    serial: str | None = None
    covered_by: str | None = None  # The settled settlement that paid for it.
    frozen: bool = False  # A marketplace has been told; nothing about it can change.
    released: bool = False  # No longer counted against the order line.


class ReturnLine(Value):
    """The units of one order line in one return.

    ``line`` is ``None`` for what came along and belongs to no line of the order.
    """

    id: str
    number: int
    line: str | None
    sku: str
    quantity: int  # Units asked for, refused ones included; 0 for what came unannounced.
    reasons: tuple[Reason, ...] = ()
    units: tuple[Unit, ...] = ()
    refused_quantity: int = 0
    refused_reason: str | None = None


class LineWords(Value):
    """What the shopper wrote about one return line."""

    comment: str | None = None
    reason_comments: tuple[str | None, ...] = ()


class ParcelScan(Value):
    """One word of a carrier."""

    code: str
    at: datetime


class Parcel(Value):
    """A box: its label, its carrier, its way."""

    id: str
    status: ParcelStatus
    created_at: datetime
    carrier: str | None = None
    tracking_number: str | None = None
    label_url: str | None = None
    failure: str | None = None
    scans: tuple[ParcelScan, ...] = ()


class ReceiptLine(Value):
    """Goods really seen, never edited: a correction is a new line naming the one it corrects."""

    id: str
    quantity: int
    at: datetime
    line: str | None = None
    sku: str | None = None
    reception: Reception = Reception.RECEIVED
    units: tuple[str, ...] = ()
    parcel: str | None = None
    operation_id: str | None = None
    corrects: str | None = None
    reason: str | None = None


class Receipt(Value):
    """What one facility received of a return, append-only."""

    id: str
    facility: str
    status: ReceiptStatus
    opened_at: datetime
    lines: tuple[ReceiptLine, ...] = ()
    finished_at: datetime | None = None


class SettlementLine(Value):
    """One reason for money: an item, the shipping, a fee, an adjustment.  Fees are negative."""

    kind: str  # item | shipping | fee | adjustment
    amount: int
    tax: int = 0  # Contained in ``amount``.
    line: str | None = None  # The order line, for items.
    units: tuple[str, ...] = ()
    label: str | None = None


class LegAttempt(Value):
    """One try to pay a leg, as far as its outcome is known."""

    n: int
    at: datetime
    outcome: str  # succeeded | failed | unknown | pending
    reference: str | None = None
    error: str | None = None


class Leg(Value):
    """One payment of a settlement, by exactly one executor.

    ``id`` is also the processor's idempotency key, the same for life.
    """

    id: str
    kind: str  # refund
    executor: Executor
    amount: int
    status: LegStatus
    payment: str | None = None
    attempts: tuple[LegAttempt, ...] = ()
    series: int = 1  # A manual retry starts the next series of three.
    series_failures: int = 0  # Known failures in this series.
    reference: str | None = None


class Settlement(Value):
    """Money or its substitute: what is owed, by which legs it is paid."""

    id: str
    kind: SettlementKind
    status: SettlementStatus
    currency: str
    total: int  # The sum of ``lines`` and, but for kind none, of ``legs``.
    created_at: datetime
    lines: tuple[SettlementLine, ...] = ()
    legs: tuple[Leg, ...] = ()
    memo_number: str | None = None
    shipping_asked: int | None = None  # As proposed, so that a draft can be worked out anew.
    extras: tuple[SettlementLine, ...] = ()  # Fees and adjustments as proposed.
    confirmed_at: datetime | None = None
    settled_at: datetime | None = None


class PolicyRef(Value):
    """Which version of which policy a return was frozen under."""

    id: str
    version: int


class TraceStep(Value):
    """What one rule said."""

    rule: str
    verdict: str  # eligible | ineligible | review
    detail: str
    line: str | None = None


class Verdict(Value):
    """What the policy said of the request, and why."""

    eligible: bool
    trace: tuple[TraceStep, ...] = ()


class FacilityRef(Value):
    """A facility as it was called when it touched the return."""

    code: str
    number: int
    name: str
    external_id: str | None = None


class Return(Value):
    """The permission to send goods back, and all that became of it.

    ``version`` counts commits, ``sequence`` counts events; both start at 1 with the request.
    """

    id: str
    number: int
    rma_number: str
    status: ReturnStatus
    order_number: str
    origin: Origin
    policy: PolicyRef
    verdict: Verdict
    lines: tuple[ReturnLine, ...]
    source: str = "api"  # Whose hand made it: agent, api, portal …
    version: int = 0
    sequence: int = 0
    parcels: tuple[Parcel, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    facilities: tuple[FacilityRef, ...] = ()  # Every facility that touched it, in order.
    status_at: dict[str, datetime] = {}  # When each status was last entered, by its word.
    reject_reason: str | None = None
    cancel_reason: str | None = None
    cancel_goods: str | None = None
    reopen_reason: str | None = None
    reopened: bool = False  # Since its last completion; lets a return with nothing due complete.
    attributes: dict[str, str] = {}


class CompactUnit(Value):
    """As much of a sibling's unit as a dialect needs."""

    id: str
    reception: Reception = Reception.EXPECTED
    acceptance: Acceptance = Acceptance.PENDING
    condition: str | None = None
    reason: str | None = None
    facility: str | None = None
    covered_by: str | None = None
    released: bool = False


class CompactLine(Value):
    """As much of a sibling's line as a dialect needs."""

    id: str
    number: int
    line: str | None
    sku: str
    quantity: int
    reasons: tuple[Reason, ...] = ()
    units: tuple[CompactUnit, ...] = ()


class CompactReturn(Value):
    """Another return of the same order, in the form snapshots carry."""

    id: str
    number: int
    rma_number: str
    status: ReturnStatus
    lines: tuple[CompactLine, ...]
    receipts: tuple[Receipt, ...] = ()
    facilities: tuple[FacilityRef, ...] = ()
    status_at: dict[str, datetime] = {}


# ---------------------------------------------------------------- policy


class PolicyRule(Value):
    """When everything named here matches, the rule speaks.

    ``then`` is eligible, ineligible or review; an empty list matches anything.
    """

    name: str
    then: str
    skus: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    window_days: int | None = None  # Replaces the policy's window where the rule matches.


class Policy(Value):
    """Under which rules returns are asked, judged and paid; a change is a new version."""

    id: str = "default"
    version: int = 1
    window_days: int = 30
    window_starts: WindowStart = WindowStart.DELIVERED
    approval: Approval = Approval.MANUAL
    ineligible: str = "queue"  # queue | reject
    label: Approval = Approval.MANUAL
    settlement: Approval = Approval.MANUAL
    settle_at: ReturnStatus = ReturnStatus.PROCESSED  # From which status on money may move.
    completion: Approval = Approval.MANUAL
    shipped_when: ShippedWhen = ShippedWhen.HANDOVER
    keep_item: bool = False  # Whether a return may be settled without its goods.
    refund_shipping: str = "none"  # none | full
    carrier: str = "sandbox"
    rules: tuple[PolicyRule, ...] = ()


# ---------------------------------------------------------------- events


class EventType(StrEnum):
    """What happened, in the past tense.  The stored and sent value is public; never rename one."""

    ORDER_DELIVERED = "order.delivered"
    RETURN_REQUESTED = "return.requested"
    ELIGIBILITY_CHECKED = "eligibility.checked"
    RETURN_AUTHORIZED = "return.authorized"
    RETURN_REJECTED = "return.rejected"
    RETURN_AMENDED = "return.amended"
    LABEL_REQUESTED = "label.requested"
    LABEL_CREATED = "label.created"
    LABEL_FAILED = "label.failed"
    RETURN_SHIPPED = "return.shipped"
    RETURN_TRACKED = "return.tracked"
    PARCEL_UPDATED = "parcel.updated"
    RETURN_RECEIVED = "return.received"
    RECEIPT_UPDATED = "receipt.updated"
    UNIT_INSPECTED = "unit.inspected"
    RECEIPT_FINISHED = "receipt.finished"
    RECEIPT_CORRECTED = "receipt.corrected"
    RETURN_PROCESSED = "return.processed"
    SETTLEMENT_MEMO_COMPLETED = "settlement_memo.completed"
    REFUND_STARTED = "refund.started"
    REFUND_SUCCEEDED = "refund.succeeded"
    REFUND_FAILED = "refund.failed"
    SETTLEMENT_SETTLED = "settlement.settled"
    RETURN_SETTLED = "return.settled"
    RETURN_COMPLETED = "return.completed"
    RETURN_CANCELED = "return.canceled"
    RETURN_REOPENED = "return.reopened"
    SUBSCRIPTION_PAUSED = "subscription.paused"
    SUBSCRIPTION_TEST = "subscription.test"


class State(Value):
    """Everything one decision may look at, loaded in one call.

    ``ret`` is ``None`` until a return is requested.  ``words`` maps return line ids to what the
    shopper wrote; it and ``customer`` are the personal part.
    """

    order: Order
    customer: Customer
    policy: Policy
    ret: Return | None = None
    words: dict[str, LineWords] = {}
    others: tuple[CompactReturn, ...] = ()


class Snapshot(Value):
    """What an event keeps of the world, without the personal part."""

    order: Order
    ret: Return | None = None
    others: tuple[CompactReturn, ...] = ()
    details: dict[str, str | int | bool | None] = {}  # Ids and words of what this event is about.


class Personal(Value):
    """What an event keeps of persons; the only part of an event that erasure ever rewrites."""

    customer: Customer
    words: dict[str, LineWords] = {}


class Event(Value):
    """A fact with the world as it stood just after; numbered and identified by the desk."""

    type: EventType
    at: datetime
    actor: Actor
    source: str
    snapshot: Snapshot
    personal: Personal
    sequence: int | None = None  # Gapless per return; None where the event has no return.


class Effect(Value):
    """Something to be done outside because of an event, by a sender of that kind.

    ``lane`` orders effects of one kind: the next one waits for the one before.
    """

    kind: str  # refund | label
    lane: str  # The leg's id, the parcel's id.
    event: int  # Index into the decision's events.


class Decision(Value):
    """What one plan does: the state after it, its facts in order, and its effects."""

    state: State
    events: tuple[Event, ...]
    effects: tuple[Effect, ...] = ()
