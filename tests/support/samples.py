"""Events to try things on: the product's own samples, and ways to bend them.

``event`` gives one, ``walk`` the way from requested to completed; the others change one thing.
"""

from __future__ import annotations

from msgspec.structs import replace

from retour.dialects.examples import example, examples
from retour.dialects.examples import walk as told
from retour.dialects.stored import StoredEvent
from retour.lifecycle.model import (
    Customer,
    EventType,
    Order,
    OrderLine,
    Payment,
    Personal,
    Reason,
    Return,
    ReturnLine,
    Settlement,
)


def event(event_type: EventType) -> StoredEvent:
    """Give the sample of one event."""
    return example(event_type)


def every() -> tuple[StoredEvent, ...]:
    """Give the sample of every event."""
    return examples()


def walk() -> tuple[StoredEvent, ...]:
    """Give one return's events from requested to completed, in order."""
    return tuple(sample for sample in told() if sample.snapshot.ret is not None)


def ret_of(sample: StoredEvent) -> Return:
    """Give the return of an event that has one."""
    assert sample.snapshot.ret is not None
    return sample.snapshot.ret


def order_of(sample: StoredEvent) -> Order:
    """Give the order of an event that has one."""
    assert sample.snapshot.order is not None
    return sample.snapshot.order


def with_return(sample: StoredEvent, ret: Return) -> StoredEvent:
    """Put another return into an event."""
    return replace(sample, snapshot=replace(sample.snapshot, ret=ret))


def with_order(sample: StoredEvent, order: Order) -> StoredEvent:
    """Put another order into an event."""
    return replace(sample, snapshot=replace(sample.snapshot, order=order))


def erased(sample: StoredEvent) -> StoredEvent:
    """Take the persons out, as erasure does."""
    return replace(sample, personal=None)


def saying(sample: StoredEvent, text: str) -> StoredEvent:
    """Put ``text`` wherever somebody outside may put words of their own, keys included."""
    ret, order = ret_of(sample), order_of(sample)

    def sold(line: OrderLine) -> OrderLine:
        return replace(line, sku=text, title=text, serials=(text,), attributes={text: text})

    def asked(line: ReturnLine) -> ReturnLine:
        units = tuple(replace(unit, condition=text, reason=text) for unit in line.units)
        return replace(line, sku=text, reasons=(Reason(text=text, code=text),), units=units)

    assert sample.personal is not None
    words = {
        line: replace(said, comment=text, reason_comments=(text,))
        for line, said in sample.personal.words.items()
    }
    bent = with_order(
        with_return(
            sample,
            replace(
                ret,
                lines=tuple(asked(line) for line in ret.lines),
                reject_reason=text,
                cancel_reason=text,
                attributes={text: text, "plain": text},
            ),
        ),
        replace(
            order,
            lines=tuple(sold(line) for line in order.lines),
            external_order_id=text,
            attributes={text: text},
        ),
    )
    return replace(bent, personal=Personal(customer=Customer(email=text, name=text), words=words))


def in_currency(sample: StoredEvent, currency: str, minor: int) -> StoredEvent:
    """Let every amount of an event be ``minor`` in another currency."""
    ret, order = ret_of(sample), order_of(sample)

    def owed(settlement: Settlement) -> Settlement:
        return replace(
            settlement,
            currency=currency,
            total=minor,
            lines=tuple(replace(line, amount=minor, tax=minor) for line in settlement.lines),
            legs=tuple(replace(leg, amount=minor) for leg in settlement.legs),
        )

    def paid(payment: Payment) -> Payment:
        return replace(payment, captured=minor, reserved=minor)

    assert order.shipping is not None
    return with_order(
        with_return(sample, replace(ret, settlements=tuple(owed(s) for s in ret.settlements))),
        replace(
            order,
            currency=currency,
            shipping=replace(order.shipping, amount=minor, discount=minor),
            shipping_refunded=minor,
            payments=tuple(paid(payment) for payment in order.payments),
            lines=tuple(replace(line, unit_price=minor, discount=minor) for line in order.lines),
        ),
    )
