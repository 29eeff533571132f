"""What an actor may ask for, in the imperative: the bodies of all commands.

The API decodes its requests straight into these values (unknown fields are refused there), so the
field names are public.  Amounts are decimal strings until ``decide`` reads them in the order's
currency.  Pure data.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from retour.lifecycle.bodies import (
    LINES_MAX,
    QUANTITY_MAX,
    UNITS_MAX,
    Amount,
    Body,
    Few,
    Judgement,
    Localized,
    Quantity,
    Some,
    Text,
    Word,
)
from retour.lifecycle.model import (
    Actor,
    Executor,
    FacilityRef,
    Priority,
    Reception,
    TicketFacts,
    TicketWords,
)
from retour.lifecycle.money.bodies import (
    ApproveSettlement,
    ConfirmSettlement,
    DeclineSettlement,
    DiscardSettlement,
    ExtraAsked,
    FallBack,
    GoodsAsked,
    ProposeSettlement,
    RecordRefundOutcome,
    RecordStock,
    RedirectLeg,
    RetryRefund,
    SettleElsewhere,
    StartRefund,
)
from retour.lifecycle.money.control import OWNER, MoneyControl
from retour.lifecycle.numbering import PaperKind, Series
from retour.lifecycle.parcels.bodies import (
    AddParcel,
    CancelPickup,
    CreateLabel,
    JoinParcel,
    RecordLabel,
    RecordPickup,
    RecordVoid,
    RetryLabel,
    SchedulePickup,
    SendBack,
    Ship,
    Track,
    VoidLabel,
)
from retour.lifecycle.photos.bodies import AttachPhoto, ErasePhoto, Photos
from retour.lifecycle.photos.photo import PhotoFacts
from retour.lifecycle.requests.bodies import GiftRecipient, LineAsked, ReasonGiven, Request
from retour.lifecycle.requests.legal import Legal
from retour.lifecycle.shopper.bodies import ChangeMethod, RecordDropOff, ResolveRejected
from retour.lifecycle.talk.bodies import RecordMail
from retour.policy.grading import GradingSet
from retour.policy.history import Past
from retour.policy.routing import Routing

__all__ = [
    "LINES_MAX",
    "QUANTITY_MAX",
    "UNITS_MAX",
    "AddParcel",
    "Amend",
    "Amount",
    "Annotate",
    "ApproveSettlement",
    "AttachPhoto",
    "Authorize",
    "Birth",
    "Body",
    "Cancel",
    "CancelPickup",
    "ChangeMethod",
    "Command",
    "Comment",
    "Complete",
    "ConfirmSettlement",
    "Context",
    "CorrectReceipt",
    "CreateLabel",
    "DeclineSettlement",
    "DiscardSettlement",
    "Dispose",
    "ErasePhoto",
    "ExtraAsked",
    "FallBack",
    "Few",
    "FieldName",
    "FinishReceipt",
    "FireTimers",
    "GiftRecipient",
    "GoodsAsked",
    "Inspect",
    "JoinParcel",
    "Judgement",
    "Legal",
    "LineAsked",
    "LineRefused",
    "Localized",
    "PauseReceipt",
    "PhotoFacts",
    "Photos",
    "ProposeSettlement",
    "PutAway",
    "Quantity",
    "ReasonGiven",
    "Receive",
    "RecordDropOff",
    "RecordLabel",
    "RecordMail",
    "RecordPickup",
    "RecordRefundOutcome",
    "RecordStock",
    "RecordVoid",
    "RedirectLeg",
    "Reject",
    "Reopen",
    "Request",
    "ResolveRejected",
    "RetryLabel",
    "RetryRefund",
    "SchedulePickup",
    "SendBack",
    "SettleElsewhere",
    "Ship",
    "Some",
    "StartRefund",
    "Text",
    "Track",
    "UnitsJudged",
    "UnitsNamed",
    "UnitsSeen",
    "VoidLabel",
    "WaiveReceipt",
    "Word",
]


class LineRefused(Body):
    """Units of an order line that shall not come back, and why."""

    line: Word
    quantity: Quantity
    reason: Text


class Authorize(Body):
    """Let the customer ship, but for the lines refused here."""

    reject: Annotated[tuple[LineRefused, ...], Few] = ()


class Reject(Body):
    """Say no to the whole return."""

    reason: Text


class Cancel(Body):
    """Withdraw the return; goods already received need a decision."""

    reason: Text
    goods: Literal["send_back", "keep", "return_to_stock"] | None = None


class Amend(Body):
    """Replace what is asked for, while nothing has been received."""

    lines: Annotated[tuple[LineAsked, ...], Some]


class Reopen(Body):
    """Open a decided return again; more lines may join."""

    reason: Text
    lines: Annotated[tuple[LineAsked, ...], Few] = ()


class UnitsSeen(Body):
    """Pieces on the dock, named by order line, SKU or barcode."""

    quantity: Quantity
    line: Word | None = None
    sku: Word | None = None
    barcode: Word | None = None
    reception: Reception | None = None
    serials: Annotated[tuple[Word, ...], Meta(max_length=LINES_MAX)] = ()
    condition: Text | None = None
    damaged: bool = False


class Receive(Body):
    """Goods were really seen at a facility.

    ``facility_ref`` is filled in by the desk from ``facility`` before ``decide`` sees the command.
    """

    units: Annotated[tuple[UnitsSeen, ...], Some]
    facility: Word | None = None
    receipt: Word | None = None
    parcel: Word | None = None
    operation_id: Word | None = None


class UnitsJudged(Body):
    """A judgement on one unit by id, or on some of a line (pending first, lowest id first).

    Answers to the checks of the grading set that applies fill in what is not said: grade,
    condition, disposition, acceptance.
    """

    acceptance: Judgement | None = None
    unit: Word | None = None
    line: Word | None = None
    quantity: Quantity | None = None
    grade: Word | None = None
    condition: Text | None = None
    condition_localized: Localized = msgspec.field(default_factory=dict[str, str])
    condition_comment: Text | None = None
    disposition: Word | None = None
    reason: Text | None = None
    answers: Annotated[dict[Word, Text | int | bool], Meta(max_length=100)] | None = None


class UnitsNamed(Body):
    """One unit by id, or some of a line."""

    unit: Word | None = None
    line: Word | None = None
    quantity: Quantity | None = None


class Dispose(Body):
    """Say where units go: one of the workspace's dispositions."""

    units: Annotated[tuple[UnitsNamed, ...], Some]
    disposition: Word
    reason: Text | None = None


class PutAway(Body):
    """Units were put into a bin, on a shelf or into a carrier with a licence plate."""

    units: Annotated[tuple[UnitsNamed, ...], Some]
    location: Word
    lpn: Word | None = None


class Inspect(Body):
    """Judge units."""

    units: Annotated[tuple[UnitsJudged, ...], Some]


class FinishReceipt(Body):
    """The facility is done; what has not come is said missing or still expected."""

    receipt: Word | None = None
    remaining: Literal["missing", "expected"] = "expected"


class PauseReceipt(Body):
    """Work on an open receipt rests, or goes on where ``paused`` is false; nothing is forbidden."""

    receipt: Word | None = None
    paused: bool = True


class CorrectReceipt(Body):
    """A receipt line was wrong: say what was really there (quantity 0: nothing)."""

    receipt_line: Word
    reason: Text
    quantity: Annotated[int, Meta(ge=0, le=QUANTITY_MAX)]
    line: Word | None = None
    sku: Word | None = None
    barcode: Word | None = None
    reception: Reception | None = None


class WaiveReceipt(Body):
    """The customer keeps the goods."""


class Complete(Body):
    """Close the return."""


class FireTimers(Body):
    """Say and do what is due; told by the timer sender only."""


FieldName = Annotated[str, Meta(min_length=1, max_length=255)]


class Annotate(Body):
    """Note something about the return; what is left out stays, an empty text is taken away.

    Args:
        fields: The merchant's own, merged by name: each value as JSON text, ``null`` to take away.
        in_review: Whether an agent looks at the request.
    """

    subject: Text | None = None
    body: Text | None = None
    email: Text | None = None
    name: Text | None = None
    priority: Priority | None = None
    assignee: Annotated[str, Meta(max_length=255)] | None = None
    tags: Annotated[tuple[Word, ...], Meta(max_length=100)] | None = None
    fields: Annotated[dict[FieldName, Text], Meta(max_length=100)] = msgspec.field(
        default_factory=dict
    )
    in_review: bool | None = None
    is_spam: bool | None = None


class Comment(Body):
    """Write into the return's conversation; what is internal is for agents only."""

    text: Annotated[str, Meta(min_length=1, max_length=4000)]
    author: Literal["customer", "agent", "system"] = "agent"
    author_id: Word | None = None
    internal: bool = False
    photos: Photos = ()


Command = (
    Request
    | Authorize
    | Reject
    | Cancel
    | Amend
    | Reopen
    | CreateLabel
    | RetryLabel
    | RecordLabel
    | AddParcel
    | JoinParcel
    | VoidLabel
    | RecordVoid
    | SchedulePickup
    | CancelPickup
    | RecordPickup
    | Ship
    | SendBack
    | Track
    | Receive
    | Inspect
    | Dispose
    | PutAway
    | FinishReceipt
    | PauseReceipt
    | CorrectReceipt
    | WaiveReceipt
    | ProposeSettlement
    | ConfirmSettlement
    | ApproveSettlement
    | DeclineSettlement
    | DiscardSettlement
    | StartRefund
    | RetryRefund
    | SettleElsewhere
    | RedirectLeg
    | RecordRefundOutcome
    | RecordStock
    | FallBack
    | Complete
    | FireTimers
    | Annotate
    | Comment
    | RecordMail
    | AttachPhoto
    | ErasePhoto
    | ChangeMethod
    | RecordDropOff
    | ResolveRejected
)


class Birth(msgspec.Struct, frozen=True, kw_only=True):
    """What a return is born with where it was a ticket before, or is told as one.

    Args:
        return_id: The id it must have; None where a fresh one is minted.
    """

    return_id: str | None = None
    facts: TicketFacts = TicketFacts()
    words: TicketWords = TicketWords()


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What surrounds a plan: who, through which door, when, and the names it may need.

    Args:
        at: Business time of the decision; aware UTC.
        entropy: Fresh random bytes (16 at least) from which ids are minted.
        numbers: Fresh per-workspace numbers; the first is a new return's, the rest its lines'.
        facility: The one a receipt names; ``executors``: those this workspace can really call.
        birth: What a request begins with beside its own body; ``zone``: by whose days is counted.
        grading_sets: The workspace's, from which the one for an item is chosen.
        dispositions: Codes of the workspace's; None where nobody looked, and any will do.
        legal: The ground that a new return stands on beside the policy, which then cannot say no.
        past: What the customer did before; ``photos``: those the plan names that are there, by id.
        series: The workspace's numbers of memos and credit notes, by kind, as they stand.
        control: How much whom may promise alone; ``role`` is whose limits hold, but the policy's.
        routing: The workspace's own table of where goods go, asked after the policy's rules.
    """

    actor: Actor
    source: str
    at: datetime
    entropy: bytes
    numbers: tuple[int, ...] = ()
    facility: FacilityRef | None = None
    executors: frozenset[Executor] = frozenset(
        {Executor.SANDBOX, Executor.CREDIT, Executor.EXTERNAL}
    )
    birth: Birth | None = None
    zone: tzinfo = UTC
    grading_sets: tuple[GradingSet, ...] = ()
    dispositions: frozenset[str] | None = None
    photos: dict[str, PhotoFacts] = {}
    legal: Legal | None = None
    past: Past | None = None
    series: dict[PaperKind, Series] = {}
    control: MoneyControl = MoneyControl()
    role: str = OWNER
    routing: Routing = Routing()
