"""What somebody says about a ticket, in our terms: the lines asked back, and what is noted.

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
from msgspec import UNSET

from retour.dialects.tickets.parse import ChangeGiven, FieldsGiven
from retour.kernel.money import format_amount, parse_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import Annotate, LineAsked
from retour.lifecycle.model import Order, Return, State
from retour.lifecycle.money.sale import bill_of

REFUND_AMOUNT: Final = "refund_amount"
OUR_TOTAL: Final = "order_total_on_record"
"""The field that notes what the order cost, where somebody said it cost something else."""
_AT_ITEMS: Final = "/custom_fields/items_to_return"
_NAMED_MAX: Final = 100
"""Pieces of one item that a note names one by one."""
_DIGITS_MAX: Final = 20
"""Digits before or behind the point beyond which a number is not even written out."""
_ENCODE: Final = msgspec.json.Encoder(decimal_format="number")
_TEXT: Final = msgspec.json.Decoder(str)


class Case(NamedTuple):
    """A change laid against the return it is about."""

    state: State
    ret: Return
    change: ChangeGiven
    amount: int | None  # Of the refund, as agreed now or earlier; minor units.

    @property
    def fields(self) -> FieldsGiven:
        """The change's custom fields."""
        return self.change.fields


def asked_lines(
    order: Order, fields: FieldsGiven, own: Mapping[str, int]
) -> tuple[LineAsked, ...] | Refusal:
    """Find the order's lines behind the items named, filling those of one SKU in their order.

    Args:
        own: Units per order line that the return gives back by asking anew.
    """
    left = {line.id: line.counters.returnable + own.get(line.id, 0) for line in order.lines}
    wanted: Counter[str] = Counter()
    reasons: dict[str, str | None] = {}
    for index, item in enumerate(fields.items or ()):
        fitting = [line.id for line in order.lines if line.sku == item.name]
        fitting = fitting or [line.id for line in order.lines if line.id == item.name]
        if not fitting:
            return refuse(
                RefusalCode.UNKNOWN_LINE,
                f"Order {order.order_number!r} holds no {item.name!r}. Name what it holds, by SKU.",
                f"{_AT_ITEMS}/{index}",
            )
        missing = item.quantity
        for name in fitting:
            taken = min(missing, left[name])
            wanted[name] += taken
            left[name] -= taken
            missing -= taken
            if taken:
                reasons.setdefault(name, item.reason or fields.return_reason)
        # What is too much is asked for all the same, so that the refusal is the lifecycle's own.
        wanted[fitting[0]] += missing
    return tuple(
        LineAsked(line=name, quantity=quantity, reason=reasons.get(name))
        for name, quantity in wanted.items()
        if quantity
    )


def minor(said: Decimal, currency: str) -> int | None:
    """Read a number as minor units; ``None`` where it is none of the currency's, or absurd."""
    _, _, exponent = said.as_tuple()
    if not isinstance(exponent, int) or exponent < -_DIGITS_MAX or said.adjusted() > _DIGITS_MAX:
        return None
    return parse_amount(format(said, "f"), currency)


def other_total(order: Order, fields: FieldsGiven) -> dict[str, str]:
    """Note what the order cost where somebody said it cost something else; it is never used."""
    said = fields.original_order_total
    if said is None:
        return {}
    paid = sum(payment.captured for payment in order.payments)
    goods = bill_of(order).goods
    if minor(said, order.currency) in {paid, goods}:
        return {}
    return {OUR_TOTAL: format_amount(paid, order.currency)}


def noted_fields(fields: FieldsGiven) -> dict[str, str]:
    """Give custom fields as they are kept: each as the JSON text that was given."""
    kept: dict[str, object] = {
        "order_id": fields.order_id,
        "return_reason": fields.return_reason,
        "items_to_return": None
        if fields.items is None
        else [
            name for item in fields.items for name in (item.name,) * min(item.quantity, _NAMED_MAX)
        ],
        "original_order_total": fields.original_order_total,
        "received_date": None if fields.received_date is None else str(fields.received_date),
        "condition": fields.condition,
        REFUND_AMOUNT: fields.refund_amount,
    }
    given = {
        key: _ENCODE.encode(value).decode() for key, value in kept.items() if value is not None
    }
    free = {key: "null" if text is None else text for key, text in fields.free.items()}
    return given | free


def note_of(change: ChangeGiven) -> Annotate:
    """Give what a change notes about a ticket, beside its status."""
    priority = None if change.priority is UNSET else change.priority
    return msgspec.convert(
        {
            "subject": None if change.subject is UNSET else change.subject,
            "email": None if change.customer_email is UNSET else change.customer_email,
            "priority": priority,
            "assignee": None if change.assignee_id is UNSET else change.assignee_id or "",
            "tags": None if change.tags is UNSET else change.tags,
            "fields": noted_fields(change.fields),
        },
        Annotate,
    )


def free_text(fields: FieldsGiven, name: str) -> str | None:
    """Give a text among the free fields; ``None`` where there is none, or something else."""
    written = fields.free.get(name)
    if written is None or not written.startswith('"'):
        return None
    return _TEXT.decode(written)
