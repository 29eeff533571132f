"""A return as its shopper sees it: what was asked, where it stands, what may still be done.

Nothing of the shop's own: no notes, no verdict's trace, no risk, no other return, no person's data
beyond what this shopper wrote.  The shape beside the view is what is published.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final

from retour.dialects.exchange_view import GOODS, goods_wished_view
from retour.dialects.shapes import Amount, Instant, Integer, ListOf, Text, Tree, or_null
from retour.dialects.shopper_findings import FOUND, JUDGED, found_of, judged_view
from retour.dialects.shopper_money import REFUND, refund_view
from retour.dialects.shopper_parts import DROP_OFF, drop_off_view
from retour.dialects.shopper_promises import PROMISE, promises_view
from retour.dialects.tree_parts import COUNT, MAYBE, MOMENT, TEXT, words
from retour.dialects.view import View, instant, latest_settlement
from retour.kernel.money import format_amount
from retour.lifecycle.model import (
    Acceptance,
    Direction,
    LegKind,
    LegStatus,
    LineWords,
    Parcel,
    ParcelMethod,
    ParcelStatus,
    Return,
    ReturnLine,
    ReturnStatus,
    State,
    WorkflowStep,
)
from retour.lifecycle.photos.picturing import photos_missing, photos_of
from retour.lifecycle.requests.offering import method_of, outcome_of, terms_for
from retour.lifecycle.shopper.guards import good_labels, unresolved
from retour.lifecycle.shopper.resolving import choose_until, options
from retour.lifecycle.shopper.table import shopper_commands
from retour.lifecycle.steps import Verb
from retour.lifecycle.workflow import mode_of
from retour.policy.shopper import RejectedChoice

_CHOSEN: Final = frozenset({"label", "drop_off", "locker", "pickup", "own"})
"""Ways that a shopper can change to."""
_USABLE: Final = frozenset({ParcelStatus.REQUESTED, ParcelStatus.LABEL_CREATED})

SHOPPER_RETURN: Final = Tree(
    name="shopper_return",
    about="A return as its shopper sees it.",
    fields={
        "reference": Text(
            about="What to call it: the RMA number, or the number before it has one."
        ),
        "merchant": TEXT,
        "order_number": TEXT,
        "status": words(ReturnStatus),
        "version": Integer(minimum=0, about="For If-Match."),
        "expires_at": Instant(about="Until when this link is good."),
        "outcome": or_null(TEXT, "What is had for the goods, where that is known."),
        "method": or_null(words(ParcelMethod), "How the goods come back, where that is known."),
        "methods": ListOf(item=TEXT, about="Other ways that may be chosen now."),
        "goods": ListOf(item=GOODS, about="What is wanted in exchange."),
        "charge": Tree(
            name="shopper_charge",
            nullable=True,
            about="The difference that is still to be paid; null where nothing is.",
            fields={"amount": Amount(), "currency": TEXT},
        ),
        "promises": ListOf(
            about="What is promised until when; late ones are missed.",
            item=PROMISE,
        ),
        "reject_reason": MAYBE,
        "cancel_reason": MAYBE,
        "steps": ListOf(
            item=Tree(
                name="shopper_step",
                fields={
                    "step": words(WorkflowStep),
                    "mode": or_null(Text(words=("manual", "automated")), "Null: it is to come."),
                    "done_at": or_null(MOMENT, "Null while it is not done."),
                },
            )
        ),
        "lines": ListOf(
            item=Tree(
                name="shopper_line",
                fields={
                    "line": MAYBE,
                    "sku": TEXT,
                    "title": MAYBE,
                    "image_url": MAYBE,
                    "quantity": Integer(minimum=0, about="How many may come back."),
                    "most": Integer(minimum=0, about="How many could be asked back."),
                    "reason": MAYBE,
                    "reason_code": MAYBE,
                    "comment": or_null(TEXT, "The shopper's own words."),
                    "refused_quantity": COUNT,
                    "refused_reason": MAYBE,
                    "photos": Integer(minimum=0, about="How many show it."),
                    "photos_missing": Integer(minimum=0, about="How many more are asked for."),
                    "accepted": COUNT,
                    "rejected": COUNT,
                    "judged": JUDGED,
                    "found": FOUND,
                },
            )
        ),
        "parcels": ListOf(
            item=Tree(
                name="shopper_parcel",
                fields={
                    "id": TEXT,
                    "direction": words(Direction),
                    "method": words(ParcelMethod),
                    "status": words(ParcelStatus),
                    "carrier": MAYBE,
                    "tracking_number": MAYBE,
                    "label_url": or_null(TEXT, "Null where nothing can be printed, or no more."),
                },
            )
        ),
        "labels_left": Integer(minimum=0, about="How many more the shopper may ask for."),
        "drop_offs": ListOf(item=DROP_OFF),
        "refund": REFUND,
        "rejected": Tree(
            name="shopper_choice",
            nullable=True,
            about="Goods that were not accepted and wait for a choice; null where none do.",
            fields={
                "units": Integer(minimum=1),
                "until": or_null(MOMENT, "Until when it is the shopper's to choose."),
                "options": ListOf(
                    item=Tree(
                        name="shopper_option",
                        fields={
                            "choice": words(RejectedChoice),
                            "fee": Amount(nullable=True, about="What it costs; null: nothing."),
                            "currency": TEXT,
                        },
                    )
                ),
            },
        ),
        "allowed": ListOf(item=TEXT, about="What may be done now, each at its own address."),
    },
)


def shopper_view(
    state: State, *, merchant: str, expires_at: datetime, at: datetime, zone: tzinfo
) -> View:
    """Show a return to its shopper, as it is at this instant."""
    ret = state.ret
    assert ret is not None, "a link is a return's"
    allowed = shopper_commands(state, at, zone)
    return {
        "reference": ret.rma_number
        if ReturnStatus.AUTHORIZED.value in ret.status_at
        else str(ret.number),
        "merchant": merchant,
        "order_number": ret.order_number,
        "status": ret.status.value,
        "version": ret.version,
        "expires_at": instant(expires_at),
        "outcome": _word(outcome_of(ret)),
        "method": _word(method_of(ret)),
        "methods": _methods(ret, allowed),
        "goods": [goods_wished_view(one) for one in ret.goods],
        "charge": _charge(ret),
        "promises": promises_view(ret, at, zone, instant),
        "reject_reason": ret.reject_reason,
        "cancel_reason": ret.cancel_reason,
        "steps": [_step(ret, step) for step in WorkflowStep],
        "lines": [_line(ret, line, state) for line in ret.lines],
        "parcels": [_parcel(parcel) for parcel in ret.parcels],
        "labels_left": max(state.policy.shopper.labels - good_labels(ret), 0),
        "drop_offs": [drop_off_view(one, instant) for one in ret.drop_offs],
        "refund": refund_view(ret, latest_settlement(ret), instant),
        "rejected": _rejected(state, ret, at, zone),
        "allowed": list(allowed),
    }


def _word(word: StrEnum | None) -> str | None:
    return None if word is None else word.value


def _methods(ret: Return, allowed: Sequence[str]) -> list[str]:
    """Give the other ways that the policy offers, where one may be chosen now."""
    offer = ret.verdict.offer
    if Verb.CHANGE_METHOD.value not in allowed or offer is None:
        return []
    now = method_of(ret)
    return [one for one in offer.methods if one in _CHOSEN and one != now]


def _charge(ret: Return) -> View | None:
    for settlement in ret.settlements:
        for leg in settlement.legs:
            if leg.kind is LegKind.CHARGE and leg.status is LegStatus.IN_FLIGHT:
                amount = format_amount(leg.amount, settlement.currency)
                return {"amount": amount, "currency": settlement.currency}
    return None


def _step(ret: Return, step: WorkflowStep) -> View:
    taken = ret.steps.get(step.value)
    done_at = None if taken is None else taken.done_at
    return {
        "step": step.value,
        "mode": None if taken is None else mode_of(taken),
        "done_at": None if done_at is None else instant(done_at),
    }


def _line(ret: Return, line: ReturnLine, state: State) -> View:
    sold = next((one for one in state.order.lines if one.id == line.line), None)
    words_of = state.words.get(line.id, LineWords())
    terms = terms_for(ret, line.line)
    needed = 0 if terms is None or not line.units else terms.photos_required or 0
    reason = line.reasons[0] if line.reasons else None
    return {
        "line": line.line,
        "sku": line.sku,
        "title": None if sold is None else sold.title,
        "image_url": None if sold is None else sold.image_url,
        "quantity": len(line.units),
        "most": len(line.units) + (0 if sold is None else sold.counters.returnable),
        "reason": None if reason is None else reason.text,
        "reason_code": None if reason is None else reason.code,
        "comment": words_of.comment
        or next((one for one in words_of.reason_comments if one is not None), None),
        "refused_quantity": line.refused_quantity,
        "refused_reason": line.refused_reason,
        "photos": photos_of(ret, line.id),
        "photos_missing": photos_missing(ret, line.id, needed),
        "judged": judged_view(ret, line),
        "found": found_of(ret, line),
        "accepted": sum(unit.acceptance is Acceptance.ACCEPTED for unit in line.units),
        "rejected": sum(unit.acceptance is Acceptance.REJECTED for unit in line.units),
    }


def _parcel(parcel: Parcel) -> View:
    is_theirs = parcel.direction is Direction.INBOUND and not parcel.voiding
    return {
        "id": parcel.id,
        "direction": parcel.direction.value,
        "method": parcel.method.value,
        "status": parcel.status.value,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "label_url": parcel.label_url if is_theirs and parcel.status in _USABLE else None,
    }


def _rejected(state: State, ret: Return, at: datetime, zone: tzinfo) -> View | None:
    waiting = len(unresolved(ret))
    until = choose_until(ret, state.policy, zone)
    offered = options(ret, state.order, state.policy)
    if not waiting or not offered or (until is not None and at >= until):
        return None
    return {
        "units": waiting,
        "until": None if until is None else instant(until),
        "options": [
            {
                "choice": one.choice.value,
                "fee": None if one.fee is None else format_amount(one.fee, state.order.currency),
                "currency": state.order.currency,
            }
            for one in offered
        ],
    }
