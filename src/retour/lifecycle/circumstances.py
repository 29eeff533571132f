"""What a policy is asked with: what is known of an order and of what is asked back of it."""

from __future__ import annotations

from collections.abc import Sequence

from retour.lifecycle.commands import LineAsked
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import Order, Origin, Reason
from retour.policy.facts import Asked, Occasion


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
        )
        for one in asked
    ]


def reason_words(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Give codes and texts alike: a rule may name either."""
    return tuple(
        word for reason in reasons for word in (reason.code, reason.text) if word is not None
    )


def occasion_of(fold: Fold, origin: Origin) -> Occasion:
    """Give what all lines of a request share."""
    order, customer = fold.order, fold.customer
    shipped = [one.shipped_at for one in order.shipments if one.shipped_at is not None]
    delivered = [one.delivered_at for one in order.shipments if one.delivered_at is not None]
    arrived = len(delivered) == len(order.shipments)
    address = customer.shipping_address
    return Occasion(
        at=fold.at,
        origin=origin.value,
        ordered_at=order.ordered_at or order.created_at,
        shipped_at=max(shipped, default=None),
        delivered_at=order.delivered_at or (max(delivered, default=None) if arrived else None),
        channel=order.channel,
        country=customer.country or (None if address is None else address.country),
        currency=order.currency,
        total=sum(line.unit_price * line.quantity - line.discount for line in order.lines),
        zone=fold.context.zone,
    )
