"""What a merchant's template may speak of: one catalogue, and the values for one event.

Templates are Liquid and are rendered elsewhere, in a process that may be killed; here are only
names, meanings and JSON.  Words are few and flat on purpose: whoever needs the whole tree takes the
alert.  Every name is always there, ``nil`` where there is nothing to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from babel.dates import format_date

from retour.dialects.notification import SENDING, process_of, word_of
from retour.dialects.notification.alert import (
    accepted,
    arrived,
    comment_of,
    common,
    message_view,
    printed_rma_number,
    status_word,
)
from retour.dialects.notification.coming import way_of
from retour.dialects.notification.sums import Foreseen, foreseen_view, lines_of
from retour.dialects.papers.figures import Figures, locale_of
from retour.dialects.portal.grade_words import GradeKept, grades_in
from retour.dialects.portal.languages import LANGUAGES
from retour.dialects.stored import StoredEvent
from retour.dialects.view import View, entered_at, instant, latest_settlement, settlement_view
from retour.dialects.withdrawal.labels import FALLBACK, language_of
from retour.kernel.money import format_amount
from retour.lifecycle.model import (
    Acceptance,
    Customer,
    LineWords,
    Order,
    Parcel,
    Receipt,
    Return,
    ReturnLine,
    ReturnStatus,
    Settlement,
    Unit,
)

if TYPE_CHECKING:
    from babel import Locale

NAMES: Final = MappingProxyType(
    {
        "event.id": "The event's id; the same for every resend.",
        "event.type": "What happened, in our words.",
        "event.name": "What happened, in the words of notifications.",
        "event.title": "The same, as people read it.",
        "event.process": "The process it belongs to.",
        "event.class": "primary (the status changed) or secondary (a subprocess ended).",
        "event.occurred_at": "When it happened, in UTC.",
        "event.occurred_on": "On which day, in UTC.",
        "workspace": "The workspace's id.",
        "return.id": "The return's id.",
        "return.number": "Its number in the workspace.",
        "return.rma_number": "Its RMA number; nil until it is authorized.",
        "return.reference": "What to call it: the RMA number, or the number before there is one.",
        "return.status": "Where it stands, in one word.",
        "return.process_status": "The same as process and status.",
        "return.order_number": "The order it belongs to.",
        "return.origin": "Through which door it came.",
        "return.way": "How the goods come: label, drop_off, locker, pickup, own, or virtual: they"
        " are brought; kept: nothing has to come; here: all is there. nil where that is not known.",
        "return.policy": "Under which policy it was asked.",
        "return.eligible": "Whether that policy lets it through.",
        "return.reason": "The first reason given.",
        "return.reject_reason": "Why it was rejected.",
        "return.cancel_reason": "Why it was canceled.",
        **{
            f"return.{status.value}_at": "When the customer had the money."
            if status is ReturnStatus.SETTLED
            else f"When it was last {status.value}."
            for status in ReturnStatus
        },
        "return.quantity": "How many units were asked back.",
        "return.received": "How many came.",
        "return.accepted": "How many were accepted.",
        "return.rejected": "How many were rejected.",
        "return.lines[].line": "The order line's id.",
        "return.lines[].sku": "What it is.",
        "return.lines[].title": "What it is called.",
        "return.lines[].image_url": "What it looks like.",
        "return.lines[].quantity": "How many units of it were asked back.",
        "return.lines[].received": "How many of it came.",
        "return.lines[].accepted": "How many of it were accepted.",
        "return.lines[].rejected": "How many of it were rejected.",
        "return.lines[].reason": "Why the customer returns it.",
        "return.lines[].comment": "What the customer wrote about it.",
        "return.lines[].refused_reason": "Why it may not come back.",
        "return.lines[].grade": "Its grade, where all that came share one.",
        "return.lines[].grade_name": "What that grade is called, in the template's language.",
        "return.lines[].grade_text": "What that grade means, in a sentence.",
        "return.lines[].amount": "What is paid for it.",
        "return.lines[].amount_written": "The same as people write it, with its currency.",
        "return.attributes.*": "What the merchant keeps with the return, by key.",
        "return.choose_through": "The last day on which the customer may choose what becomes of"
        " refused goods; nil where nobody asks.",
        "return.choose_through_written": "The same as people write it, with its weekday.",
        "return.send_through": "The last day on which goods may be sent, in reminders of that; nil"
        " where there is none.",
        "return.send_through_written": "The same as people write it, with its weekday.",
        "order.id": "The order's id.",
        "order.number": "Its number.",
        "order.external_id": "What another system calls it.",
        "order.channel": "Where it was sold.",
        "order.currency": "In which currency.",
        "order.ordered_at": "When it was ordered.",
        "order.delivered_at": "When it was delivered.",
        "order.attributes.*": "What the merchant keeps with the order, by key.",
        "customer.email": "The customer's address for mail.",
        "customer.name": "The customer's name.",
        "customer.phone": "The customer's telephone.",
        "customer.country": "The customer's country.",
        "customer.postcode": "The customer's postcode.",
        "customer.locale": "The customer's language.",
        "shipment.status": "Where the parcel is.",
        "shipment.carrier": "Who carries it.",
        "shipment.tracking_number": "How the carrier calls it.",
        "shipment.label_url": "Where the label is.",
        "shipment.method": "How it gets to its carrier: label, drop_off, locker, pickup, own or"
        " virtual.",
        "shipment.direction": "inbound, or outbound for what goes back to the customer.",
        "receipt.status": "Whether the facility still works on it.",
        "receipt.facility": "The facility's code.",
        "receipt.facility_name": "The facility's name.",
        "receipt.received_at": "When it began to receive.",
        "settlement.memo_number": "The settlement memo's number.",
        "settlement.kind": "What the customer gets.",
        "settlement.status": "Where the settlement stands.",
        "settlement.total": "How much, as a decimal number.",
        "settlement.total_written": "How much, as people write it, with its currency.",
        "settlement.currency": "In which currency.",
        "settlement.confirmed_at": "When it was promised.",
        "settlement.settled_at": "When the customer had it.",
        "settlement.lines[].kind": "item, shipping, fee or adjustment.",
        "settlement.lines[].line": "The order line it is for.",
        "settlement.lines[].label": "What a fee or an adjustment is called.",
        "settlement.lines[].name": "What it is for, in words.",
        "settlement.lines[].amount": "How much; fees are negative.",
        "settlement.lines[].written": "The same as people write it, with its currency.",
        "foreseen.kind": "What the return would come to if everything came back as it is described:"
        " refund or store_credit. Only when it is requested; nil where nothing can be foreseen.",
        "foreseen.name": "The same in words.",
        "foreseen.total": "How much.",
        "foreseen.total_written": "The same as people write it, with its currency.",
        "foreseen.currency": "In which currency.",
        "foreseen.pay_by": "The last day on which it is to be paid; nil where there is none.",
        "foreseen.when": "When it is paid, in a sentence.",
        "foreseen.lines[].kind": "item, shipping, fee or adjustment.",
        "foreseen.lines[].line": "The order line it is for.",
        "foreseen.lines[].label": "What a fee or an adjustment is called.",
        "foreseen.lines[].name": "What it is for, in words.",
        "foreseen.lines[].amount": "How much; fees are negative.",
        "foreseen.lines[].written": "The same as people write it, with its currency.",
        "message.id": "The id of the message it is about, such as one from the portal.",
        "message.use_case": "Which use case its writer chose.",
        "message.subject": "Its subject.",
        "message.text": "What it says.",
        "links.authorize": "Where the return is approved or rejected, by whoever has the link; nil"
        " once it is decided, and for customers.",
        "links.agent": "Where an agent opens the return.",
        "links.customer": "Where the customer follows the return.",
        "links.withdraw": "Where the shop's consumers withdraw from a contract.",
    }
)
"""Every name a template may use, with its meaning.  ``[]`` is any item, ``*`` any key."""

_PARTS: Final = frozenset(
    name[:end] for name in NAMES for end in range(1, len(name)) if name[end] in ".["
)
_EDGES: Final = frozenset({"first", "last"})
_INDEX: Final = re.compile(r"\[(?:-?\d+|[A-Za-z_]\w*)\]")
_QUOTED: Final = re.compile(r"\[(['\"])(.*?)\1\]")


_LINKS: Final = ("authorize", "agent", "customer", "withdraw")


def variables(
    event: StoredEvent,
    links: Mapping[str, str] = MappingProxyType({}),
    *,
    language: str = FALLBACK,
    foreseen: Foreseen | None = None,
    grades: Mapping[str, GradeKept] = MappingProxyType({}),
) -> View:
    """Give what a template may speak of, for one event, as JSON.

    Args:
        foreseen: What the return would come to, while nobody has promised anything.
        links: Addresses of pages about the return, by the last part of their names in ``NAMES``;
            this room does not know where the pages are.
        language: In which amounts are written and named.
        grades: What the workspace says of them; ours where it says nothing.
    """
    ret, order, word = event.snapshot.ret, event.snapshot.order, word_of(event.type)
    settlement = None if ret is None else latest_settlement(ret)
    locale = _locale(event.customer.locale, language)
    figures = None if settlement is None else Figures(locale, settlement.currency, UTC)
    said = grades_in(grades, locale.language)
    return {
        "event": {
            "id": event.id,
            "type": event.type.value,
            "name": None if word is None else word.name,
            "title": None if word is None else word.title,
            "process": process_of(event),
            "class": None if word is None else word.kind,
            "occurred_at": instant(event.occurred_at),
            "occurred_on": instant(event.occurred_at)[:10],
        },
        "workspace": event.workspace,
        "return": None
        if ret is None or order is None
        else _return(ret, order, event.words, _Paid(settlement, figures), said)
        | _last_days(event, locale),
        "order": None if order is None else _order(order),
        "customer": _customer(event.customer),
        "shipment": None if ret is None or not ret.parcels else _shipment(_parcel(event, ret)),
        "receipt": None if ret is None or not ret.receipts else _receipt(ret, ret.receipts[-1]),
        "settlement": None
        if settlement is None or figures is None
        else _settlement(settlement, order, figures, locale.language),
        "foreseen": foreseen_view(foreseen, order, locale),
        "message": message_view(event),
        "links": {name: links.get(name) for name in _LINKS},
    }


def _last_days(event: StoredEvent, locale: Locale) -> View:
    """Give the days that a shopper has to keep, each as a date and as people write it."""
    details = event.snapshot.details
    is_to_send = details.get("cause") in SENDING
    days = {
        "choose_through": details.get("choose_through"),
        "send_through": details.get("through") if is_to_send else None,
    }
    said: View = {}
    for name, day in days.items():
        written = day and format_date(date.fromisoformat(str(day)), "full", locale=locale)
        said |= {name: day, f"{name}_written": written}
    return said


def _locale(customers: str | None, language: str) -> Locale:
    """Give the locale amounts are written in: the customer's, where it is in the language."""
    base = language_of(language, LANGUAGES)
    is_theirs = (customers or "").replace("_", "-").partition("-")[0].lower() == base
    return locale_of(customers if is_theirs else base, base)


class _Paid:
    """What is paid for each line; the first return line of an order line is given all of it."""

    def __init__(self, settlement: Settlement | None, figures: Figures | None) -> None:
        self._currency = "" if settlement is None else settlement.currency
        self._figures = figures
        lines = () if settlement is None else settlement.lines
        self._amounts = {one.line: one.amount for one in lines if one.line is not None}

    def of(self, line: str | None) -> View:
        """Give what is paid for a line, as a number and as people write it."""
        amount = None if line is None else self._amounts.pop(line, None)
        if amount is None or self._figures is None:
            return {"amount": None, "amount_written": None}
        number = format_amount(amount, self._currency)
        return {"amount": number, "amount_written": self._figures.money(amount)}


def unknown_variables(names: Iterable[str]) -> dict[str, str | None]:
    """Give the names nobody will fill, each with the nearest known one, or ``None`` without one.

    Args:
        names: Paths as Liquid's analysis gives them: ``return.lines[0].sku``, ``order['number']``.
    """
    return {name: _nearest(plain) for name in names if not _is_known(plain := _plain(name))}


def _plain(name: str) -> str:
    """Write a path as the catalogue would: any item as ``[]``, keys behind dots."""
    path = _INDEX.sub("[]", _QUOTED.sub(r".\2", name))
    head, *tail = path.split(".")
    for part in tail:
        head += "[]" if part in _EDGES else f".{part}"
    return head.removesuffix(".size")


def _is_known(plain: str) -> bool:
    if plain in NAMES or plain in _PARTS or plain.removesuffix("[]") in _PARTS:
        return True
    return any(plain.startswith(name[:-1]) for name in NAMES if name.endswith(".*"))


def _nearest(plain: str) -> str | None:
    begun = [name for name in NAMES if name.startswith(plain)]
    near = begun or get_close_matches(plain, [*NAMES, *sorted(_PARTS)], n=1)
    if near:
        return near[0]
    last = plain.rpartition(".")[2]
    return next((name for name in NAMES if name.rpartition(".")[2] == last), None)


def _return(
    ret: Return,
    order: Order,
    words: Mapping[str, LineWords],
    paid: _Paid,
    grades: Mapping[str, tuple[str, str]],
) -> View:
    units = [unit for line in ret.lines for unit in line.units]
    rma_number = printed_rma_number(ret)
    reasons = [line.reasons[0].text for line in ret.lines if line.reasons]
    return {
        "id": ret.id,
        "number": ret.number,
        "rma_number": rma_number,
        "reference": rma_number or str(ret.number),
        "status": ret.status.value,
        "process_status": status_word(ret),
        "order_number": ret.order_number,
        "origin": ret.origin.value,
        "way": way_of(ret),
        "policy": ret.policy.id,
        "eligible": ret.verdict.eligible,
        "reason": reasons[0] if reasons else None,
        "reject_reason": ret.reject_reason,
        "cancel_reason": ret.cancel_reason,
        **{f"{word}_at": at for word, at in entered_at(ret).items()},
        "quantity": sum(line.quantity for line in ret.lines),
        **_counts(units),
        "lines": [
            _line(line, order, words.get(line.id, LineWords()), paid, grades) for line in ret.lines
        ],
        "attributes": dict(ret.attributes),
    }


def _counts(units: Collection[Unit]) -> dict[str, int]:
    return {
        "received": len(arrived(units)),
        "accepted": accepted(units),
        "rejected": sum(unit.acceptance is Acceptance.REJECTED for unit in units),
    }


def _line(
    line: ReturnLine,
    order: Order,
    words: LineWords,
    paid: _Paid,
    grades: Mapping[str, tuple[str, str]],
) -> View:
    sold = next((sold for sold in order.lines if sold.id == line.line), None)
    grade = common(unit.grade for unit in arrived(line.units))
    name, text = grades.get(grade or "", (None, None))
    return {
        "line": line.line,
        "sku": line.sku,
        "title": None if sold is None else sold.title,
        "image_url": None if sold is None else sold.image_url,
        "quantity": line.quantity,
        **_counts(line.units),
        "reason": line.reasons[0].text if line.reasons else None,
        "comment": comment_of(words),
        "refused_reason": line.refused_reason,
        "grade": grade,
        "grade_name": name,
        "grade_text": text,
        **paid.of(line.line),
    }


def _order(order: Order) -> View:
    return {
        "id": order.id,
        "number": order.order_number,
        "external_id": order.external_order_id,
        "channel": order.channel,
        "currency": order.currency,
        "ordered_at": None if order.ordered_at is None else instant(order.ordered_at),
        "delivered_at": None if order.delivered_at is None else instant(order.delivered_at),
        "attributes": dict(order.attributes),
    }


def _customer(customer: Customer) -> View:
    return {
        "email": customer.email,
        "name": customer.name,
        "phone": customer.phone,
        "country": customer.country,
        "postcode": customer.postcode,
        "locale": customer.locale,
    }


def _parcel(event: StoredEvent, ret: Return) -> Parcel:
    """Give the parcel an event is about, or else the latest."""
    named = event.snapshot.details.get("parcel")
    return next((one for one in ret.parcels if one.id == named), ret.parcels[-1])


def _shipment(parcel: Parcel) -> View:
    return {
        "status": parcel.status.value,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "label_url": parcel.label_url,
        "method": parcel.method.value,
        "direction": parcel.direction.value,
    }


def _receipt(ret: Return, receipt: Receipt) -> View:
    names = {facility.code: facility.name for facility in ret.facilities}
    return {
        "status": receipt.status.value,
        "facility": receipt.facility,
        "facility_name": names.get(receipt.facility, receipt.facility),
        "received_at": instant(receipt.opened_at),
    }


def _settlement(
    settlement: Settlement, order: Order | None, figures: Figures, language: str
) -> View:
    view = settlement_view(settlement)
    return {
        "memo_number": view["memo_number"],
        "kind": view["kind"],
        "status": view["status"],
        "total": view["total"],
        "total_written": figures.money(settlement.total),
        "currency": view["currency"],
        "confirmed_at": view["confirmed_at"],
        "settled_at": view["settled_at"],
        "lines": lines_of(settlement, order, figures, language),
    }
