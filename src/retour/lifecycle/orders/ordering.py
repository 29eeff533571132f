"""An order as it is put, and put again: ``put_order``.

The counters of what came back, what refunds hold, and the moment of hand-over are ours and survive
every put; all else is the merchant's.  Nothing already in a return can be put away.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import Context
from retour.lifecycle.fold import as_told
from retour.lifecycle.model import (
    Counters,
    Customer,
    Decision,
    Event,
    EventType,
    Order,
    OrderLine,
    Payment,
    Personal,
    Policy,
    Snapshot,
    State,
)
from retour.settlement.allocation import rounded


def put_order(
    before: State | None, after: Order, customer: Customer, policy: Policy, context: Context
) -> Decision | Refusal:
    """Answer what putting an order does.

    Args:
        before: As loaded; ``None`` where the order is new.
        after: As the merchant says it is; its counters, reserves and hand-over are ignored.

    Returns:
        The state after it, with ``order.delivered`` the first time anything was handed over; the
        very state given where nothing changes; or a refusal.
    """
    was = None if before is None else before.order
    refusal = None if was is None else _undone(was, after)
    if refusal is not None:
        return refusal
    order = _kept(was, after)
    is_first = order.handed_over_at is None and any(line.counters.delivered for line in order.lines)
    if is_first:
        order = replace(order, handed_over_at=context.at)
    if before is not None and order == was and customer == before.customer:
        return Decision(state=before, events=())
    state = State(
        order=order,
        customer=customer,
        policy=policy,
        others=() if before is None else before.others,
        others_words={} if before is None else before.others_words,
    )
    # The first event of the order's stream.
    events = (_event(EventType.ORDER_DELIVERED, state, context),) if is_first else ()
    return Decision(state=state, events=events)


def amend_order(before: State, after: Order, context: Context, action: str) -> Decision | Refusal:
    """Answer what it does to an order to change what may come back of it.

    Args:
        after: As it shall be; as with ``put_order``, what is ours is taken over, but for the job's
            status.
        action: The word of whoever asks for it.

    Returns:
        The state after it, with ``order.amended``; the very state given where nothing changes; or a
        refusal.
    """
    was = before.order
    refusal = _undone(was, after)
    if refusal is not None:
        return refusal
    order = replace(_kept(was, after), job_status=after.job_status)
    if order == was:
        return Decision(state=before, events=())
    state = replace(before, order=order)
    amended = _event(EventType.ORDER_AMENDED, state, context)
    told = replace(amended, snapshot=replace(amended.snapshot, details={"action": action}))
    return Decision(state=state, events=(told,))


def _event(event_type: EventType, state: State, context: Context) -> Event:
    """Say something of the order itself."""
    return Event(
        type=event_type,
        at=context.at,
        actor=context.actor,
        source=context.source,
        snapshot=Snapshot(order=state.order, others=as_told(state.others)),
        personal=Personal(customer=state.customer, words=state.all_words),
    )


def resold(line: OrderLine, quantity: int, unit_price: int | None) -> OrderLine:
    """Give a line with another quantity, and another price where one is said."""
    if unit_price is not None and unit_price != line.unit_price:
        return replace(line, quantity=quantity, unit_price=unit_price, line_total=None)
    total = line.line_total
    if total is not None and quantity != line.quantity:
        total = rounded(total * quantity, line.quantity)
    return replace(line, quantity=quantity, line_total=total)


def handed_over(order: Order) -> Mapping[str, int]:
    """Count per line what the customer has got: shipped or delivered, never more than was sold."""
    counts = dict.fromkeys((line.id for line in order.lines), 0)
    if order.delivered_at is not None:
        return {line.id: line.quantity for line in order.lines}
    for shipment in order.shipments:
        if shipment.shipped_at is None and shipment.delivered_at is None:
            continue
        if not shipment.lines:
            return {line.id: line.quantity for line in order.lines}
        for share in shipment.lines:
            counts[share.line] = counts.get(share.line, 0) + share.quantity
    return {line.id: min(counts[line.id], line.quantity) for line in order.lines}


def _kept(was: Order | None, after: Order) -> Order:
    """Give the order as put, with what is ours taken over."""
    delivered = handed_over(after)
    counters = {} if was is None else {line.id: line.counters for line in was.lines}
    paid = {} if was is None else {one.id: one for one in was.payments}
    return replace(
        after,
        lines=tuple(
            replace(
                line,
                counters=replace(counters.get(line.id, Counters()), delivered=delivered[line.id]),
            )
            for line in after.lines
        ),
        payments=tuple(_as_it_stands(one, paid.get(one.id)) for one in after.payments),
        handed_over_at=None if was is None else was.handed_over_at,
        shipping_refunded=0 if was is None else was.shipping_refunded,
        job_status=after.job_status if was is None else was.job_status,
    )


def _as_it_stands(put: Payment, was: Payment | None) -> Payment:
    """Give a payment as put, with what legs hold and others took of it."""
    if was is None:
        return replace(put, reserved=0, taken=())
    return replace(put, reserved=was.reserved, taken=was.taken)


def _undone(was: Order, after: Order) -> Refusal | None:
    """Refuse to put away what a return or a refund stands on."""
    if after.currency != was.currency:
        return refuse(
            RefusalCode.CURRENCY_CHANGED,
            f"The order is in {was.currency} and cannot become {after.currency}. Put it under"
            " another order number.",
            "/currency",
        )
    return _lines_undone(was, after) or _payments_undone(was, after)


def _lines_undone(was: Order, after: Order) -> Refusal | None:
    places = {line.id: place for place, line in enumerate(after.lines)}
    delivered = handed_over(after)
    for line in was.lines:
        requested = line.counters.requested
        if requested == 0:
            continue
        place = places.get(line.id)
        if place is None:
            return _line_in_return(line, "", "/lines")
        if after.lines[place].quantity < requested:
            return _line_in_return(
                line, f" at {after.lines[place].quantity}", f"/lines/{place}/quantity"
            )
        if delivered[line.id] < requested:
            return _line_in_return(
                line, f" with {delivered[line.id]} handed over", f"/lines/{place}"
            )
    return None


def _line_in_return(line: OrderLine, how: str, pointer: str) -> Refusal:
    requested = line.counters.requested
    missing = "left out" if not how else f"put{how}"
    return refuse(
        RefusalCode.LINE_IN_RETURN,
        f"{requested} of line {line.id!r} are in returns, so that it cannot be {missing}. Put it"
        f" with at least {requested}, or cancel the return first.",
        pointer,
    )


def _payments_undone(was: Order, after: Order) -> Refusal | None:
    now = {paid.id: (place, paid) for place, paid in enumerate(after.payments)}
    for paid in was.payments:
        held = paid.reserved + paid.withheld
        if held == 0:
            continue
        place, payment = now.get(paid.id, (None, None))
        if payment is None or payment.captured < held:
            return _refund_held(paid, place)
    return None


def _refund_held(paid: Payment, place: int | None) -> Refusal:
    return refuse(
        RefusalCode.CAP_EXCEEDED,
        f"Refunds and disputes hold {paid.reserved + paid.withheld} minor units of payment"
        f" {paid.id!r}, more than it would have captured. Put it with at least that: what is"
        " refunded or disputed at the processor is counted already.",
        "/payments" if place is None else f"/payments/{place}/captured",
    )
