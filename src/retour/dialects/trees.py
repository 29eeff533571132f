"""The declared shape of what we send: the one place that says it.

``view.py`` builds these trees, ``schemas.py`` writes their schemas, and the golden tests hold them
together.  Words are read from the enums, so a new one is in the schemas at once.
"""

from __future__ import annotations

from typing import Final

from retour.dialects.details import DETAILS
from retour.dialects.exchange_view import EXCHANGE, GOODS
from retour.dialects.order_trees import ORDER
from retour.dialects.photos import PHOTO
from retour.dialects.risk_parts import RISK
from retour.dialects.shapes import (
    Amount,
    Boolean,
    Instant,
    Integer,
    ListOf,
    Shape,
    StringMap,
    Text,
    Tree,
    or_null,
)
from retour.dialects.shopper_parts import DROP_OFF, RESOLUTION
from retour.dialects.terms_view import RULING, TERMS
from retour.dialects.tree_parts import (
    AMOUNT,
    COUNT,
    FREE,
    MAYBE,
    MAYBE_MOMENT,
    MOMENT,
    TEXT,
    words,
)
from retour.lifecycle.model import (
    Acceptance,
    ActorKind,
    Direction,
    EventType,
    Executor,
    LegKind,
    LegStatus,
    Origin,
    Outcome,
    ParcelMethod,
    ParcelStatus,
    PickupStatus,
    Priority,
    ReceiptStatus,
    Reception,
    ReturnStatus,
    SettlementKind,
    SettlementStatus,
    TicketStatus,
    WorkflowStep,
)
from retour.lifecycle.requests.legal import LegalBasis
from retour.lifecycle.words import ApprovalStatus

SCHEMA_VERSION: Final = 1
"""Rises when something receivers may rely on changes; additions leave it alone."""

ROOT: Final = "event"
"""The element an event stands in."""

# ---------------------------------------------------------------- return

REASON: Final = Tree(
    name="reason",
    fields={
        "code": or_null(TEXT, "The merchant's code, where one was chosen."),
        "text": TEXT,
        "comment": or_null(TEXT, "The shopper's own words; null once erased."),
    },
)
JUDGEMENT: Final = Tree(
    name="unit_judgement",
    about="What one look came to.",
    fields={
        "by": Tree(name="judge", fields={"kind": words(ActorKind), "id": MAYBE}),
        "at": MOMENT,
        "acceptance": words(Acceptance),
        **dict.fromkeys(("grade", "condition", "disposition", "reason"), MAYBE),
        "asks": or_null(TEXT, "Why another had to look too."),
        "grading": Tree(
            name="grading",
            nullable=True,
            about="How answers led to the grade; null where nobody answered.",
            fields={
                "set": TEXT,
                "version": COUNT,
                "grade": TEXT,
                "trace": ListOf(
                    item=Tree(
                        name="grading_step",
                        fields=dict.fromkeys(("check", "answer", "grade", "detail"), TEXT),
                    )
                ),
            },
        ),
    },
)
UNIT: Final = Tree(
    name="unit",
    about="One physical piece; quantities are sums of these.",
    fields={
        "id": TEXT,
        "reception": words(Reception),
        "acceptance": words(Acceptance),
        "grade": or_null(TEXT, "The warehouse's judgement, such as A to D."),
        "condition": or_null(TEXT, "In words."),
        "disposition": or_null(TEXT, "Where the piece goes."),
        "facility": or_null(TEXT, "Code of the facility that received it."),
        "reason": or_null(TEXT, "Why it was accepted, rejected or set aside."),
        "serial": MAYBE,
        "receipt_line": MAYBE,
        "settlement": or_null(TEXT, "The settled settlement that paid for it."),
        "damaged": Boolean(about="As seen on the dock."),
        "location": or_null(TEXT, "Where it was put."),
        "lpn": or_null(TEXT, "The licence plate of the carrier it lies in."),
        "asks": or_null(TEXT, "Why somebody else must judge it too, until that is done."),
        "judgements": ListOf(
            item=JUDGEMENT, about="Kept where a second was asked for, or answers were given."
        ),
        "ruling": RULING,
    },
)
RETURN_LINE: Final = Tree(
    name="return_line",
    fields={
        "id": TEXT,
        "number": COUNT,
        "line": or_null(TEXT, "The order line; null for what belongs to none."),
        "sku": TEXT,
        "quantity": Integer(minimum=0, about="Asked for; 0 for what came unannounced."),
        "reason": or_null(TEXT, "The first reason's text."),
        "reasons": ListOf(item=REASON),
        "comment": or_null(TEXT, "The shopper's own words; null once erased."),
        "refused_quantity": COUNT,
        "refused_reason": MAYBE,
        "units": ListOf(item=UNIT),
    },
)
SCAN: Final = Tree(
    name="scan",
    fields={
        "code": TEXT,
        "at": MOMENT,
        "id": or_null(TEXT, "The carrier's name of it; null where a person said it."),
        "detail": or_null(TEXT, "In the carrier's words."),
        "location": MAYBE,
    },
)
PARCEL: Final = Tree(
    name="parcel",
    fields={
        "id": TEXT,
        "status": words(ParcelStatus),
        "carrier": MAYBE,
        "tracking_number": MAYBE,
        "label_url": MAYBE,
        "failure": or_null(TEXT, "Why there is no label."),
        "created_at": MOMENT,
        "scans": ListOf(item=SCAN, about="Furthest along last; the newest hundred."),
        "direction": words(Direction),
        "method": words(ParcelMethod),
        "service": or_null(TEXT, "The carrier's product."),
        "reference": or_null(TEXT, "The carrier's own name for the shipment."),
        "facility": or_null(TEXT, "Where it goes, or comes from when it is outbound."),
        "units": ListOf(item=TEXT, about="What lies in it, as far as somebody said."),
        "voiding": Boolean(about="The carrier has been asked to take the label back."),
        "pickup": Tree(
            name="pickup",
            nullable=True,
            about="Somebody comes for it.",
            fields={
                "status": words(PickupStatus),
                "earliest": MOMENT,
                "latest": MOMENT,
                "reference": or_null(TEXT, "The carrier's confirmation."),
                "note": or_null(TEXT, "For who comes."),
                "failure": MAYBE,
            },
        ),
        "documents": ListOf(
            item=Tree(
                name="document",
                fields={
                    "kind": Text(words=("label", "code", "customs", "proof")),
                    "format": Text(words=("pdf", "zpl", "png")),
                    "digest": Text(about="SHA-256 of its bytes."),
                },
            ),
            about="Its papers; the label itself is served under the parcel's own address.",
        ),
        "of": or_null(TEXT, "The return that asked for the box, where it is another one."),
    },
)
RECEIPT_LINE: Final = Tree(
    name="receipt_line",
    about="Goods really seen; a correction is a new line.",
    fields={
        "id": TEXT,
        "line": MAYBE,
        "sku": MAYBE,
        "quantity": COUNT,
        "reception": words(Reception),
        "at": MOMENT,
        "units": ListOf(item=Text(about="A unit's id.")),
        "parcel": MAYBE,
        "operation_id": MAYBE,
        "corrects": or_null(TEXT, "The receipt line this one puts right."),
        "reason": MAYBE,
        "damaged": Boolean(),
    },
)
RECEIPT: Final = Tree(
    name="receipt",
    fields={
        "id": TEXT,
        "facility": TEXT,
        "status": words(ReceiptStatus),
        "opened_at": MOMENT,
        "finished_at": MAYBE_MOMENT,
        "paused": Boolean(about="Nobody works on it for now."),
        "lines": ListOf(item=RECEIPT_LINE),
    },
)
SETTLEMENT_LINE: Final = Tree(
    name="settlement_line",
    fields={
        "kind": Text(about="item, shipping, fee, adjustment, goodwill or bonus."),
        "line": or_null(TEXT, "The order line, for items."),
        "amount": Amount(about="Fees are negative."),
        "tax": Amount(about="Contained in the amount."),
        "price": Amount(nullable=True, about="As the shop gives prices, before the discount."),
        "discount": Amount(about="Of the line and of the order; not in the amount."),
        "parts": ListOf(
            item=Tree(
                name="part",
                fields={"line": TEXT, "quantity": COUNT, "amount": AMOUNT, "tax": AMOUNT},
            ),
            about="Where the line is a kit.",
        ),
        "label": MAYBE,
        "units": ListOf(item=Text(about="A unit's id.")),
    },
)
ATTEMPT: Final = Tree(
    name="attempt",
    fields={
        "n": Integer(minimum=1),
        "at": MOMENT,
        "outcome": Text(about="succeeded, failed, unknown or pending."),
        "reference": MAYBE,
        "error": MAYBE,
    },
)
LEG: Final = Tree(
    name="leg",
    about="One payment, by exactly one executor.",
    fields={
        "id": TEXT,
        "kind": words(LegKind),
        "executor": words(Executor),
        "payment": or_null(TEXT, "The order's payment it goes back to."),
        "amount": AMOUNT,
        "status": words(LegStatus),
        "reference": or_null(TEXT, "What the executor calls it."),
        "note": or_null(TEXT, "How it was paid, where a person says that it was."),
        "attempts": ListOf(item=ATTEMPT),
    },
)
_WHO: Final = Tree(name="who", fields={"kind": words(ActorKind), "id": MAYBE})
APPROVAL: Final = Tree(
    name="approval",
    about="Whether somebody agrees to what a settlement gives.",
    fields={
        "status": words(ApprovalStatus),
        "why": Text(about="Which limit it is above, with the arithmetic."),
        "asked_by": _WHO,
        "asked_at": MOMENT,
        "by": or_null(_WHO, "Who decided; null while nobody has."),
        "at": MAYBE_MOMENT,
        "note": or_null(TEXT, "What was said of it."),
    },
)
SETTLEMENT: Final = Tree(
    name="settlement",
    about="Money or its substitute.",
    fields={
        "id": TEXT,
        "status": words(SettlementStatus),
        "kind": words(SettlementKind),
        "currency": Text(about="ISO 4217."),
        "total": Amount(about="The sum of the lines; of the legs, less what is charged."),
        "lines": ListOf(item=SETTLEMENT_LINE),
        "legs": ListOf(item=LEG),
        "memo_number": MAYBE,
        "credit_note_number": MAYBE,
        "approval": or_null(APPROVAL, "Null where nobody had to agree."),
        "exchange": or_null(EXCHANGE, "Null but for exchanges."),
        "created_at": MOMENT,
        "confirmed_at": MAYBE_MOMENT,
        "settled_at": MAYBE_MOMENT,
    },
)
FORESEEN: Final = Tree(
    name="foreseen_settlement",
    about="What a settlement would come to.",
    fields={
        **{key: SETTLEMENT.fields[key] for key in ("kind", "currency", "total", "lines")},
        "legs": ListOf(
            item=Tree(
                name="foreseen_leg",
                fields={key: LEG.fields[key] for key in ("kind", "executor", "payment", "amount")},
            )
        ),
        "is_early": Boolean(about="What may still come counts as accepted."),
        "needs_approval": Boolean(about="Somebody would have to agree to it."),
    },
)
TRACE_STEP: Final = Tree(
    name="trace_step",
    fields={
        "rule": TEXT,
        "verdict": Text(
            about="eligible, ineligible, review or overruled; an acceptance at grading."
        ),
        "detail": TEXT,
        "line": MAYBE,
    },
)
_TICKET: Final[dict[str, Shape]] = {
    "subject": or_null(TEXT, "As somebody wrote it; null once erased."),
    "body": or_null(TEXT, "As somebody wrote it; null once erased."),
    "email": or_null(TEXT, "Whose conversation it is, as given."),
    "name": MAYBE,
    "priority": words(Priority),
    "assignee": MAYBE,
    "tags": ListOf(item=TEXT),
    "source": Text(about="Where it began: api, web, email …"),
    "messages": Integer(minimum=0, about="How many were written."),
    "in_review": Boolean(about="Whether an agent looks at the request."),
    "is_spam": Boolean(),
    "opened_at": MAYBE_MOMENT,
    "touched_at": or_null(MOMENT, "When somebody last noted or wrote something."),
    "fields": StringMap(about="The merchant's own, each as JSON text."),
}
STEP: Final = Tree(
    name="step_taken",
    about="A step that was taken, and by whom.",
    fields={
        "step": words(WorkflowStep),
        "mode": Text(words=("manual", "automated"), about="By a hand, or by itself."),
        "by": Tree(name="taken_by", fields={"kind": words(ActorKind), "id": MAYBE}),
        "at": MOMENT,
        "done_at": or_null(MOMENT, "Null while a carrier or a processor has not answered."),
    },
)
RETURN: Final = Tree(
    name="return",
    fields={
        "id": TEXT,
        "number": COUNT,
        "rma_number": TEXT,
        "status": words(ReturnStatus),
        "version": Integer(minimum=0, about="Counts commits."),
        "sequence": Integer(minimum=0, about="Counts events."),
        "order_number": TEXT,
        "origin": words(Origin),
        "source": TEXT,
        "policy": Tree(name="policy", fields={"id": TEXT, "version": COUNT}),
        "verdict": Tree(
            name="verdict",
            fields={
                "eligible": Boolean(),
                "trace": ListOf(item=TRACE_STEP),
                "graded": ListOf(item=TRACE_STEP, about="What rules for grading said."),
                "risk": RISK,
            },
        ),
        "outcome": or_null(words(Outcome), "What is had for the goods, where that is known."),
        "gift": Boolean(about="Whether who received it gives it back; the buyer is not told."),
        "goods": ListOf(item=GOODS, about="What is wanted in exchange, as it was asked for."),
        "together_with": or_null(TEXT, "The return whose parcel it shares."),
        "method": or_null(words(ParcelMethod), "How the goods come back, where that is known."),
        "terms": TERMS,
        "lines": ListOf(item=RETURN_LINE),
        "parcels": ListOf(item=PARCEL),
        "receipts": ListOf(item=RECEIPT),
        "photos": ListOf(item=PHOTO),
        "settlements": ListOf(item=SETTLEMENT),
        "settlement": or_null(SETTLEMENT, "The latest that was not discarded."),
        **{
            f"{status.value}_at": Instant(
                nullable=True,
                about="When the customer had the money; may come before any goods."
                if status is ReturnStatus.SETTLED
                else f"When it was last {status.value}.",
            )
            for status in ReturnStatus
        },
        "steps": ListOf(item=STEP),
        "drop_offs": ListOf(item=DROP_OFF),
        "resolutions": ListOf(item=RESOLUTION),
        "reject_reason": MAYBE,
        "cancel_reason": MAYBE,
        "cancel_goods": or_null(TEXT, "What becomes of goods already here."),
        "reopen_reason": MAYBE,
        "attributes": FREE,
        "legal_basis": or_null(
            words(LegalBasis), "Null where the merchant alone lets it come back."
        ),
        "withdrawal": or_null(TEXT, "The consumer's statement it follows."),
        "refund_by": or_null(MOMENT, "When the legal time to pay back ends."),
        "ticket": Tree(
            name="ticket",
            nullable=True,
            about="The conversation around it; null until somebody notes or writes something.",
            fields=_TICKET,
        ),
    },
)
TICKET: Final = Tree(
    name="waiting_ticket",
    about="A conversation that no return has come of.",
    fields={
        "id": TEXT,
        "number": Integer(minimum=0, about="That of the return it may become."),
        "status": words(TicketStatus),
        "version": COUNT,
        **_TICKET,
    },
)

# ---------------------------------------------------------------- event

_WITHOUT_ORDER: Final = frozenset(
    {
        EventType.MESSAGE_CREATED,
        EventType.TICKET_OPENED,
        EventType.TICKET_ANNOTATED,
        EventType.WITHDRAWAL_RECEIVED,
        EventType.WITHDRAWAL_ACKNOWLEDGED,
        EventType.ACKNOWLEDGEMENT_FAILED,
        EventType.RECONCILIATION_DIFFERS,
        EventType.CHANNEL_REFUSED,
        EventType.CHANNEL_RESUMED,
        EventType.SUBSCRIPTION_PAUSED,
        EventType.SUBSCRIPTION_TEST,
    }
)
_WITHOUT_RETURN: Final = _WITHOUT_ORDER | {
    EventType.ORDER_DELIVERED,
    EventType.ORDER_AMENDED,
    EventType.PAYMENT_CHANGED,
}


def event_tree(event_type: EventType) -> Tree:
    """Declare what a native event of this type looks like."""
    ret = or_null(RETURN) if event_type in _WITHOUT_RETURN else RETURN
    order = or_null(ORDER) if event_type in _WITHOUT_ORDER else ORDER
    waiting = {"ticket": TICKET} if event_type in _WITHOUT_ORDER else {}
    return Tree(
        name=ROOT,
        fields={
            "id": Text(about="The same for every resend; also the header webhook-id."),
            "type": Text(words=(event_type.value,)),
            "schema_version": Integer(minimum=SCHEMA_VERSION),
            "occurred_at": MOMENT,
            "workspace": TEXT,
            "sequence": Integer(
                minimum=1, nullable=event_type in _WITHOUT_RETURN, about="Gapless per return."
            ),
            "stream": Text(about="What the event belongs to: the order, or the object itself."),
            "stream_sequence": Integer(minimum=1, about="Gapless per stream."),
            "actor": Tree(name="actor", fields={"kind": words(ActorKind), "id": MAYBE}),
            "source": Text(about="Through which door it came."),
            "data": Tree(
                name="data", fields={"return": ret, "order": order}, extras=DETAILS | waiting
            ),
        },
    )
