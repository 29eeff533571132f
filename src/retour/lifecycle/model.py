"""What a return is made of: the aggregates as frozen values.

Returns, parcels, receipts and settlements as ``decide`` reads and writes them and as events keep
them.  Amounts are integer minor units of the order's currency, instants aware UTC.  Personal words
(the customer, the shopper's comments) are values of their own, so that erasing them never touches
the rest.  Pure data: no rule lives here.  What ``words``, ``order`` and ``policy.model`` hold can
be imported from here too.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import field

from retour.kernel.status import ReturnStatus
from retour.kernel.value import Value
from retour.lifecycle.actors import Actor, StepTaken
from retour.lifecycle.dock.judgement import UnitJudgement
from retour.lifecycle.money.settlement import (
    CompactLeg,
    CompactSettlement,
    Exchange,
    Goods,
    Leg,
    LegAttempt,
    PartShare,
    Settlement,
    SettlementLine,
)
from retour.lifecycle.orders.order import (
    Address,
    Counters,
    Customer,
    LineShare,
    Order,
    OrderDiscount,
    OrderLine,
    Payment,
    Shipment,
    ShippingCharge,
)
from retour.lifecycle.parcels.parcel import (
    CompactParcel,
    Parcel,
    ParcelDocument,
    ParcelScan,
    Pickup,
)
from retour.lifecycle.photos.photo import Photo
from retour.lifecycle.requests.legal import Legal
from retour.lifecycle.shopper.facts import DropOff, Resolution
from retour.lifecycle.talk.ticket import Ticket, TicketFacts, TicketWords
from retour.lifecycle.timers.timer import Timer
from retour.lifecycle.words import (
    Acceptance,
    ActorKind,
    Direction,
    EventType,
    Executor,
    FacilityKind,
    Fallback,
    LegKind,
    LegStatus,
    Origin,
    ParcelMethod,
    ParcelStatus,
    PickupStatus,
    Priority,
    ReceiptStatus,
    Reception,
    SettlementKind,
    SettlementStatus,
    StockStatus,
    TicketStatus,
    WorkflowStep,
)
from retour.policy.grounds import Grounds
from retour.policy.model import (
    Approval,
    Outcome,
    Phases,
    Policy,
    PolicyRule,
    ShippedWhen,
    TraceStep,
    UnitTerms,
    Verdict,
    WindowStart,
)
from retour.policy.shopper import RejectedChoice

__all__ = [
    "Acceptance",
    "Actor",
    "ActorKind",
    "Address",
    "Approval",
    "CompactLeg",
    "CompactLine",
    "CompactParcel",
    "CompactReturn",
    "CompactSettlement",
    "CompactUnit",
    "Counters",
    "Customer",
    "Decision",
    "Direction",
    "DropOff",
    "Effect",
    "Event",
    "EventType",
    "Exchange",
    "Executor",
    "FacilityKind",
    "FacilityRef",
    "Fallback",
    "Goods",
    "Leg",
    "LegAttempt",
    "LegKind",
    "LegStatus",
    "LineShare",
    "LineWords",
    "Order",
    "OrderDiscount",
    "OrderLine",
    "Origin",
    "Outcome",
    "Parcel",
    "ParcelDocument",
    "ParcelMethod",
    "ParcelScan",
    "ParcelStatus",
    "PartShare",
    "Payment",
    "Personal",
    "Phases",
    "Pickup",
    "PickupStatus",
    "Policy",
    "PolicyRef",
    "PolicyRule",
    "Priority",
    "Reason",
    "Receipt",
    "ReceiptLine",
    "ReceiptStatus",
    "Reception",
    "RejectedChoice",
    "Resolution",
    "Return",
    "ReturnLine",
    "ReturnStatus",
    "Settlement",
    "SettlementKind",
    "SettlementLine",
    "SettlementStatus",
    "Shipment",
    "ShippedWhen",
    "ShippingCharge",
    "Snapshot",
    "State",
    "StepTaken",
    "StockStatus",
    "Ticket",
    "TicketFacts",
    "TicketStatus",
    "TicketWords",
    "Timer",
    "TraceStep",
    "Unit",
    "UnitJudgement",
    "UnitTerms",
    "Value",
    "Verdict",
    "WindowStart",
    "WorkflowStep",
]


class Reason(Value):
    """Why the customer returns: the original words beside the code."""

    text: str
    code: str | None = None
    localized: dict[str, str] = field(default_factory=dict)  # By locale, as configured.


class Unit(Value):
    """One physical piece: the grain that everything else is a sum of."""

    id: str
    reception: Reception = Reception.EXPECTED
    acceptance: Acceptance = Acceptance.PENDING
    grade: str | None = None
    condition: str | None = None
    condition_localized: dict[str, str] = field(default_factory=dict)  # By locale, as configured.
    condition_comment: str | None = None
    disposition: str | None = None
    reason: str | None = None  # Why it was accepted, rejected or set aside.
    facility: str | None = None  # Code of the facility that received it.
    receipt_line: str | None = None
    serial: str | None = None
    covered_by: str | None = None  # The settled settlement that paid for it.
    frozen: bool = False  # A marketplace has been told; nothing about it can change.
    released: bool = False  # No longer counted against the order line.
    damaged: bool = False  # As seen on the dock, before anybody judged it.
    location: str | None = None  # Where it was put: a bin, a shelf, a zone.
    lpn: str | None = None  # The carrier or bag it lies in, by its licence plate.
    asks: str | None = None  # Why a second pair of eyes must look, until it has.
    judgements: tuple[UnitJudgement, ...] = ()
    terms: UnitTerms | None = None  # What rules for grading set, where they judged it.
    resolution: str | None = None  # What was chosen of it, once it was rejected.


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
    """What persons wrote about one return line; ``ticket`` about the whole, under its own id."""

    comment: str | None = None
    reason_comments: tuple[str | None, ...] = ()
    ticket: TicketWords | None = None


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
    damaged: bool = False


class Receipt(Value):
    """What one facility received of a return, append-only."""

    id: str
    facility: str
    status: ReceiptStatus
    opened_at: datetime
    lines: tuple[ReceiptLine, ...] = ()
    finished_at: datetime | None = None
    paused: bool = False  # Nobody works on it; says something of open receipts only.


class PolicyRef(Value):
    """Which version of which policy a return was frozen under."""

    id: str
    version: int


class FacilityRef(Value):
    """A facility as it was called when it touched the return."""

    code: str
    number: int
    name: str
    external_id: str | None = None


class GoodsWished(Value):
    """Pieces of one kind that the customer would have instead; the price as they were shown it."""

    sku: str
    quantity: int
    unit_price: str | None = None
    title: str | None = None


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
    outcome: Outcome | None = None  # What is wanted for the goods, where that was said.
    gift: bool = False  # Who received it gives it back; the buyer hears nothing of it.
    method: ParcelMethod | None = None  # How the goods shall come back, likewise.
    goods: tuple[GoodsWished, ...] = ()  # What is wanted in exchange, where that was said.
    together_with: str | None = None  # The return whose parcel it shares; it asks for no label.
    source: str = "api"  # Whose hand made it: agent, api, portal …
    version: int = 0
    sequence: int = 0
    parcels: tuple[Parcel, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    facilities: tuple[FacilityRef, ...] = ()  # Every facility that touched it, in order.
    status_at: dict[str, datetime] = field(default_factory=dict)  # By word, when last entered.
    steps: dict[str, StepTaken] = field(default_factory=dict)  # By the workflow's words.
    drop_offs: tuple[DropOff, ...] = ()  # Proofs that it was sent.
    resolutions: tuple[Resolution, ...] = ()  # What becomes of goods refused.
    reject_reason: str | None = None
    cancel_reason: str | None = None
    cancel_goods: str | None = None
    reopen_reason: str | None = None
    reopened: bool = False  # Since its last completion; lets a return with nothing due complete.
    attributes: dict[str, str] = field(default_factory=dict)
    ticket: TicketFacts | None = None  # None until somebody notes or writes something.
    photos: tuple[Photo, ...] = ()
    legal: Legal | None = None  # None where the merchant alone lets it come back.
    timers: tuple[Timer, ...] = ()  # Those that stand, whatever became of them.


class CompactUnit(Value):
    """As much of a sibling's unit as a dialect needs."""

    id: str
    reception: Reception = Reception.EXPECTED
    acceptance: Acceptance = Acceptance.PENDING
    condition: str | None = None
    condition_localized: dict[str, str] = field(default_factory=dict)
    condition_comment: str | None = None
    reason: str | None = None
    facility: str | None = None
    receipt_line: str | None = None
    serial: str | None = None
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
    parcels: tuple[CompactParcel, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    settlements: tuple[CompactSettlement, ...] = ()
    facilities: tuple[FacilityRef, ...] = ()
    status_at: dict[str, datetime] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    gift: bool = False


class State(Value):
    """Everything one decision may look at, loaded in one call.

    ``ret`` is ``None`` until a return is requested.  ``words`` maps return line ids, and the
    return's own, to what persons wrote, ``others_words`` those of the other returns; they and
    ``customer`` are the personal part.
    """

    order: Order
    customer: Customer
    policy: Policy
    ret: Return | None = None
    words: dict[str, LineWords] = field(default_factory=dict)
    others: tuple[CompactReturn, ...] = ()
    others_words: dict[str, LineWords] = field(default_factory=dict)

    @property
    def all_words(self) -> dict[str, LineWords]:
        """What persons wrote about any return of the order, as events keep it."""
        return {**self.others_words, **self.words} if self.others_words else self.words


class Snapshot(Value):
    """What an event keeps of the world, without the personal part.

    ``order`` is ``None`` only for events about something else, such as a ticket without one.
    """

    order: Order | None = None
    ret: Return | None = None
    ticket: Ticket | None = None  # Of events about a ticket that has no return.
    others: tuple[CompactReturn, ...] = ()
    details: dict[str, str | int | bool | None] = field(
        default_factory=dict
    )  # Ids and words of what this event is about.


class Personal(Value):
    """What an event keeps of persons; the only part of an event that erasure ever rewrites.

    ``messages`` holds by id what was written in this commit.
    """

    customer: Customer
    words: dict[str, LineWords] = field(default_factory=dict)
    messages: dict[str, str] = field(default_factory=dict)


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
    grounds: Grounds | None = None  # What was judged, where something was.
