"""What a policy is asked with: what is known of an order and of what is asked back of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from retour.lifecycle.commands import LineAsked, ReasonGiven, Request
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import Order, OrderLine, Reason, Return
from retour.policy.facts import Asked, Occasion, words_in
from retour.policy.history import in_force, known
from retour.settlement.allocation import share

TAGS: Final = "tags"
CODES: Final = "discount_codes"
GROUND: Final = "legal_ground"
"""Attributes of orders and their lines that rules know by name; lists stand with commas."""


def reasons_given(asked: LineAsked) -> tuple[Reason, ...]:
    """Give the reasons of a line asked for, a bare text first."""
    first = () if asked.reason is None else (Reason(text=asked.reason),)
    return first + tuple(
        Reason(text=one.text, code=one.code, localized=one.localized) for one in asked.reasons
    )


def facts_of(order: Order, asked: Sequence[LineAsked]) -> list[Asked]:
    """Give what is known of each line that is asked for."""
    sold = {line.id: line for line in order.lines}
    return [
        Asked(
            line=one.line,
            sku=sold[one.line].sku,
            group=sold[one.line].group,
            reasons=reason_words(reasons_given(one)),
            returnable=sold[one.line].returnable,
            handed_over=sold[one.line].counters.delivered > 0,
            quantity=one.quantity,
            unit_price=sold[one.line].unit_price,
            value=_worth(sold[one.line], one.quantity),
            discount_percent=_percent(sold[one.line].discount, sold[one.line].price),
            weight_g=sold[one.line].weight_g,
            tags=words_in(sold[one.line].attributes, TAGS),
            attributes=sold[one.line].attributes,
            legal_ground=sold[one.line].attributes.get(GROUND),
            variants=_variants(order, sold[one.line]),
        )
        for one in asked
    ]


def _variants(order: Order, line: OrderLine) -> int:
    """Count the SKUs that are one article: of one part number, or else of one title."""
    name = _article(line)
    return len({one.sku for one in order.lines if _article(one) == name})


def _article(line: OrderLine) -> tuple[str | None, str]:
    part = line.part_number
    return (part, "") if part else (None, line.title.casefold().strip())


def _worth(line: OrderLine, units: int) -> int:
    """Give what was paid for some units of a line, to the nearest minor unit."""
    return share(line.price - line.discount, units, line.quantity)


def _percent(part: int, whole: int) -> int:
    return part * 100 // whole if whole else 0


def reason_words(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Give codes and texts alike: a rule may name either."""
    return tuple(word for reason in reasons for word in (reason.code, reason.text) if word)


def asked_by(ret: Return) -> Request:
    """Give the request a return stands for by now, as it would be asked anew."""
    return Request(
        order_number=ret.order_number,
        origin=ret.origin,
        attributes=ret.attributes,
        outcome=ret.outcome,
        method=ret.method,
        lines=tuple(
            LineAsked(
                line=line.line,
                quantity=len(line.units),
                reasons=tuple(ReasonGiven(text=one.text, code=one.code) for one in line.reasons),
            )
            for line in ret.lines
            if line.line is not None and line.units
        ),
    )


def occasion_of(fold: Fold, asked: Request) -> Occasion:
    """Give what all lines of a request share."""
    order, customer = fold.order, fold.customer
    gross = sum(line.price for line in order.lines if not line.included)
    discount = sum(line.discount for line in order.lines if not line.included)
    wanted = Counter[str]()
    for one in asked.lines:
        wanted[one.line] += one.quantity
    shipped = [one.shipped_at for one in order.shipments if one.shipped_at is not None]
    delivered = [one.delivered_at for one in order.shipments if one.delivered_at is not None]
    arrived = len(delivered) == len(order.shipments)
    address = customer.shipping_address
    past = fold.context.past
    return Occasion(
        at=fold.at,
        origin=asked.origin.value,
        ordered_at=order.ordered_at or order.created_at,
        shipped_at=max(shipped, default=None),
        delivered_at=order.delivered_at or (max(delivered, default=None) if arrived else None),
        channel=order.channel,
        country=customer.country or (None if address is None else address.country),
        currency=order.currency,
        total=gross - discount,
        zone=fold.context.zone,
        order_type=order.order_type,
        tags=words_in(order.attributes, TAGS),
        attributes=order.attributes,
        discount=discount,
        discount_percent=_percent(discount, gross),
        discount_codes=words_in(order.attributes, CODES),
        payment_kinds=tuple(paid.kind for paid in order.payments if paid.kind is not None),
        units=sum(wanted.values()),
        value=sum(_worth(line, wanted[line.id]) for line in order.lines),
        is_whole=all(wanted[line.id] == line.quantity for line in order.lines),
        outcome=None if asked.outcome is None else asked.outcome.value,
        method=None if asked.method is None else asked.method.value,
        answers=asked.attributes,
        locale=customer.locale,
        customer=None if past is None else known(past, fold.at, order.currency),
        listed=() if past is None else in_force(past, fold.at),
    )
