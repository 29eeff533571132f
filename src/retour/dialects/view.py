"""The public shapes of a return and of an order, as the API answers and native events carry them.

Plain dictionaries with strings, integers, booleans, lists and ``None``: every key is always there,
in this order.  Amounts are decimal strings, instants RFC 3339 in UTC.  What persons wrote or are is
merged in from its own part.  ``schemas.py`` declares the same shapes; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from msgspec import to_builtins

from retour.dialects.exchange_view import exchange_view, goods_wished_view
from retour.dialects.photos import photo_view
from retour.dialects.risk_parts import risk_view
from retour.dialects.shopper_parts import drop_off_view, resolution_view
from retour.dialects.terms_view import ruling_view, step_view, terms_view
from retour.dialects.timer_view import timers_view
from retour.kernel.money import format_amount
from retour.lifecycle.model import (
    Actor,
    Leg,
    LineWords,
    Parcel,
    ParcelScan,
    Pickup,
    Receipt,
    Return,
    ReturnLine,
    ReturnStatus,
    Settlement,
    SettlementStatus,
    Ticket,
    TicketFacts,
    TicketWords,
    UnitJudgement,
)
from retour.lifecycle.money.settlement import SettlementApproval
from retour.lifecycle.requests.legal import Legal
from retour.lifecycle.requests.offering import method_of, outcome_of
from retour.lifecycle.workflow import mode_of

View = dict[str, Any]  # JSON; the shape is declared in schemas.py and checked there.

_STATUSES: Final = tuple(status.value for status in ReturnStatus)
_NO_WORDS: Final = LineWords()


def instant(at: datetime) -> str:
    """Write an aware instant as RFC 3339 in UTC, with ``Z``; fractions only where any."""
    text: str = to_builtins(at)
    if text.endswith("Z"):
        return text
    assert at.tzinfo is not None, "instants are aware"
    return to_builtins(at.astimezone(UTC))


def _word(word: StrEnum | None) -> str | None:
    return None if word is None else word.value


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant(at)


# ---------------------------------------------------------------- return


def return_view(
    ret: Return, words: Mapping[str, LineWords], allowed: Sequence[str] | None = None
) -> View:
    """Show a return whole.

    Args:
        words: What persons wrote, by return line's or return's id; empty once erased.
        allowed: Commands the reader may give now; the keys ``allowed_commands`` and ``timers``
            are left out for ``None``, as in events, which have no reader yet.
    """
    settlements = {paid.id: settlement_view(paid) for paid in ret.settlements}
    latest = latest_settlement(ret)
    view: View = {
        "id": ret.id,
        "number": ret.number,
        "rma_number": ret.rma_number,
        "status": ret.status.value,
        "version": ret.version,
        "sequence": ret.sequence,
        "order_number": ret.order_number,
        "origin": ret.origin.value,
        "source": ret.source,
        "policy": {"id": ret.policy.id, "version": ret.policy.version},
        "verdict": {
            "eligible": ret.verdict.eligible,
            "trace": [step_view(step) for step in ret.verdict.trace],
            "graded": [step_view(step) for step in ret.verdict.graded],
            "risk": risk_view(ret.verdict.risk),
        },
        **_wishes(ret),
        "terms": terms_view(ret),
        "lines": [_line(line, words.get(line.id, _NO_WORDS)) for line in ret.lines],
        "parcels": [parcel_view(parcel) for parcel in ret.parcels],
        "receipts": [_receipt(receipt) for receipt in ret.receipts],
        "photos": [photo_view(photo) for photo in ret.photos],
        "settlements": list(settlements.values()),
        "settlement": None if latest is None else settlements[latest.id],
    }
    if allowed is not None:
        view["allowed_commands"] = list(allowed)
        view["timers"] = timers_view(ret)
    for word, at in entered_at(ret).items():
        view[word + "_at"] = at
    view["steps"] = [
        {
            "step": word,
            "mode": mode_of(step),
            "by": {"kind": step.by.kind.value, "id": step.by.id},
            "at": instant(step.at),
            "done_at": _instant(step.done_at),
        }
        for word, step in ret.steps.items()
    ]
    view["drop_offs"] = [drop_off_view(one, instant) for one in ret.drop_offs]
    view["resolutions"] = [resolution_view(one, instant) for one in ret.resolutions]
    view["reject_reason"] = ret.reject_reason
    view["cancel_reason"] = ret.cancel_reason
    view["cancel_goods"] = ret.cancel_goods
    view["reopen_reason"] = ret.reopen_reason
    view["attributes"] = dict(ret.attributes)
    view |= _legal(ret.legal)
    said = words.get(ret.id, _NO_WORDS).ticket
    view["ticket"] = (
        None
        if ret.ticket is None
        else ticket_view(ret.ticket, said or TicketWords(), entered_at(ret)["requested"])
    )
    return view


def _wishes(ret: Return) -> View:
    """Show what the customer would have, and how the goods come back."""
    return {
        "outcome": _word(outcome_of(ret)),
        "gift": ret.gift,
        "goods": [goods_wished_view(one) for one in ret.goods],
        "together_with": ret.together_with,
        "method": _word(method_of(ret)),
    }


def _legal(legal: Legal | None) -> View:
    """Say on which ground of the law a return stands."""
    return {
        "legal_basis": None if legal is None else legal.basis.value,
        "withdrawal": None if legal is None else legal.withdrawal,
        "refund_by": None if legal is None else instant(legal.refund_by),
    }


def ticket_view(facts: TicketFacts, said: TicketWords, created_at: str | None) -> View:
    """Show what is noted about a return, or about a ticket that has none yet."""
    return {
        "subject": said.subject,
        "body": said.body,
        "email": said.email,
        "name": said.name,
        "priority": facts.priority.value,
        "assignee": facts.assignee,
        "tags": list(facts.tags),
        "source": facts.source,
        "messages": facts.messages,
        "in_review": facts.in_review,
        "is_spam": facts.is_spam,
        "opened_at": created_at if facts.opened_at is None else instant(facts.opened_at),
        "touched_at": _instant(facts.touched_at),
        "fields": dict(said.fields),
    }


def waiting_view(ticket: Ticket, words: Mapping[str, LineWords]) -> View:
    """Show a ticket that has no return."""
    said = words.get(ticket.id, _NO_WORDS).ticket
    return {
        "id": ticket.id,
        "number": ticket.number,
        "status": ticket.status.value,
        "version": ticket.version,
        **ticket_view(ticket.facts, said or TicketWords(), instant(ticket.created_at)),
    }


def entered_at(ret: Return) -> dict[str, str | None]:
    """Tell per status word when the return last entered it.

    ``settled`` is the milestone instead, which may come before any goods: when the customer had
    the money.
    """
    status_at = ret.status_at
    entered = {word: _instant(status_at.get(word)) for word in _STATUSES}
    paid_at = [
        settlement.settled_at
        for settlement in ret.settlements
        if settlement.status is SettlementStatus.SETTLED and settlement.settled_at is not None
    ]
    if paid_at:
        entered["settled"] = instant(max(paid_at))
    return entered


def latest_settlement(ret: Return) -> Settlement | None:
    """Give the settlement that counts: the latest that was not discarded."""
    for settlement in reversed(ret.settlements):
        if settlement.status is not SettlementStatus.DISCARDED:
            return settlement
    return None


def _line(line: ReturnLine, words: LineWords) -> View:
    comments = words.reason_comments
    return {
        "id": line.id,
        "number": line.number,
        "line": line.line,
        "sku": line.sku,
        "quantity": line.quantity,
        "reason": line.reasons[0].text if line.reasons else None,
        "reasons": [
            {
                "code": reason.code,
                "text": reason.text,
                "comment": comments[n] if n < len(comments) else None,
            }
            for n, reason in enumerate(line.reasons)
        ],
        "comment": words.comment,
        "refused_quantity": line.refused_quantity,
        "refused_reason": line.refused_reason,
        "units": [
            {
                "id": unit.id,
                "reception": unit.reception.value,
                "acceptance": unit.acceptance.value,
                "grade": unit.grade,
                "condition": unit.condition,
                "disposition": unit.disposition,
                "facility": unit.facility,
                "reason": unit.reason,
                "serial": unit.serial,
                "receipt_line": unit.receipt_line,
                "settlement": unit.covered_by,
                "damaged": unit.damaged,
                "location": unit.location,
                "lpn": unit.lpn,
                "asks": unit.asks,
                "judgements": [_judgement(one) for one in unit.judgements],
                "ruling": ruling_view(unit.terms),
            }
            for unit in line.units
        ],
    }


def _judgement(one: UnitJudgement) -> View:
    grading = one.grading
    return {
        "by": {"kind": one.kind.value, "id": one.id},
        "at": instant(one.at),
        "acceptance": one.acceptance.value,
        "grade": one.grade,
        "condition": one.condition,
        "disposition": one.disposition,
        "reason": one.reason,
        "asks": one.asks,
        "grading": None
        if grading is None
        else {
            "set": grading.set,
            "version": grading.version,
            "grade": grading.grade,
            "trace": [
                {
                    "check": step.check,
                    "answer": step.answer,
                    "grade": step.grade,
                    "detail": step.detail,
                }
                for step in grading.trace
            ],
        },
    }


def _scan(scan: ParcelScan) -> View:
    return {
        "code": scan.code,
        "at": instant(scan.at),
        "id": scan.id,
        "detail": scan.detail,
        "location": scan.location,
    }


def _pickup(pickup: Pickup) -> View:
    return {
        "status": pickup.status.value,
        "earliest": instant(pickup.earliest),
        "latest": instant(pickup.latest),
        "reference": pickup.reference,
        "note": pickup.note,
        "failure": pickup.failure,
    }


def parcel_view(parcel: Parcel) -> View:
    """Show a parcel, in a return or by itself."""
    return {
        "id": parcel.id,
        "status": parcel.status.value,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "label_url": parcel.label_url,
        "failure": parcel.failure,
        "created_at": instant(parcel.created_at),
        "scans": [_scan(scan) for scan in parcel.scans],
        "direction": parcel.direction.value,
        "method": parcel.method.value,
        "service": parcel.service,
        "reference": parcel.reference,
        "facility": parcel.facility,
        "units": list(parcel.units),
        "voiding": parcel.voiding,
        "pickup": None if parcel.pickup is None else _pickup(parcel.pickup),
        "documents": [
            {"kind": one.kind, "format": one.format, "digest": one.digest}
            for one in parcel.documents
        ],
        "of": parcel.of,
    }


def _receipt(receipt: Receipt) -> View:
    return {
        "id": receipt.id,
        "facility": receipt.facility,
        "status": receipt.status.value,
        "opened_at": instant(receipt.opened_at),
        "finished_at": _instant(receipt.finished_at),
        "paused": receipt.paused,
        "lines": [
            {
                "id": line.id,
                "line": line.line,
                "sku": line.sku,
                "quantity": line.quantity,
                "reception": line.reception.value,
                "at": instant(line.at),
                "units": list(line.units),
                "parcel": line.parcel,
                "operation_id": line.operation_id,
                "corrects": line.corrects,
                "reason": line.reason,
                "damaged": line.damaged,
            }
            for line in receipt.lines
        ],
    }


def leg_view(leg: Leg, currency: str) -> View:
    """Show one leg, and each try to pay it."""
    return {
        "id": leg.id,
        "kind": leg.kind.value,
        "executor": leg.executor.value,
        "payment": leg.payment,
        "amount": format_amount(leg.amount, currency),
        "status": leg.status.value,
        "reference": leg.reference,
        "note": leg.note,
        "attempts": [
            {
                "n": attempt.n,
                "at": instant(attempt.at),
                "outcome": attempt.outcome,
                "reference": attempt.reference,
                "error": attempt.error,
            }
            for attempt in leg.attempts
        ],
    }


def settlement_view(settlement: Settlement) -> View:
    """Show what is owed and how it is paid; ``total`` is what the lines come to."""
    currency = settlement.currency
    return {
        "id": settlement.id,
        "status": settlement.status.value,
        "kind": settlement.kind.value,
        "currency": currency,
        "total": format_amount(settlement.total, currency),
        "lines": [
            {
                "kind": line.kind,
                "line": line.line,
                "amount": format_amount(line.amount, currency),
                "tax": format_amount(line.tax, currency),
                "price": None if line.price is None else format_amount(line.price, currency),
                "discount": format_amount(line.discount, currency),
                "parts": [
                    {
                        "line": one.line,
                        "quantity": one.units,
                        "amount": format_amount(one.amount, currency),
                        "tax": format_amount(one.tax, currency),
                    }
                    for one in line.parts
                ],
                "label": line.label,
                "units": list(line.units),
            }
            for line in settlement.lines
        ],
        "legs": [leg_view(leg, currency) for leg in settlement.legs],
        "memo_number": settlement.memo_number,
        "credit_note_number": settlement.credit_note_number,
        "approval": _approval(settlement.approval),
        "exchange": exchange_view(settlement),
        "created_at": instant(settlement.created_at),
        "confirmed_at": _instant(settlement.confirmed_at),
        "settled_at": _instant(settlement.settled_at),
    }


def _approval(approval: SettlementApproval | None) -> View | None:
    """Show who was asked to agree, and what he said."""
    if approval is None:
        return None
    return {
        "status": approval.status.value,
        "why": approval.why,
        "asked_by": _actor(approval.asked_by),
        "asked_at": instant(approval.asked_at),
        "by": None if approval.by is None else _actor(approval.by),
        "at": _instant(approval.at),
        "note": approval.note,
    }


def _actor(actor: Actor) -> View:
    return {"kind": actor.kind.value, "id": actor.id}
