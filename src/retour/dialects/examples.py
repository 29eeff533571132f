"""One sample of every event: what documents show and what ``subscription.test`` sends.

All of them are moments in the life of one made-up order: asked back, sent, received, paid, and the
side roads beside it.  Everything is fixed, so a sample has the same bytes every time.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

from msgspec.structs import replace

from retour.dialects.example_parts import (
    CUSTOMER,
    DELIVERED,
    FACILITY,
    IDS,
    LABELED,
    LAMP_DONE,
    LAMP_HERE,
    MUG_1,
    MUG_1_DONE,
    MUG_1_HERE,
    MUG_2,
    MUG_2_MISSING,
    PARCEL,
    RECEIPT,
    RECEIPT_2,
    RECEIPT_3,
    RECEIPT_DONE,
    RETURN,
    SCANNED,
    SETTLEMENT,
    START,
    WORDS,
    WORKSPACE,
    leg_as,
    lines_of,
    moment,
    order_with,
    settlement_as,
)
from retour.dialects.stored import StoredEvent, StoredSnapshot
from retour.kernel.ids import Mint
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    Counters,
    EventType,
    LegAttempt,
    LegStatus,
    Order,
    ParcelStatus,
    Personal,
    Return,
    ReturnStatus,
    SettlementStatus,
)


class _Story:
    """Tells events one after the other, each with the world as it has become."""

    def __init__(self) -> None:
        self.told: dict[EventType, StoredEvent] = {}
        self.ret = RETURN
        self.order = order_with()

    def tell(self, event_type: EventType, hours: int, **details: str | int) -> None:
        """Say what happened; a status event enters its status first."""
        subject, _, word = event_type.partition(".")
        at = moment(hours)
        ret = replace(self.ret, sequence=self.ret.sequence + 1, version=self.ret.version + 1)
        if subject == "return" and word in set(ReturnStatus):
            status_at = {**ret.status_at, word: at}
            ret = replace(ret, status=ReturnStatus(word), status_at=status_at)
        self.ret = ret
        self.told[event_type] = _stored(event_type, at, self.order, ret, details)

    def aside(self, event_type: EventType, hours: int, ret: Return, **details: str | int) -> None:
        """Say what might have happened instead, and forget it."""
        kept = self.ret
        self.ret = ret
        self.tell(event_type, hours, **details)
        self.ret = kept

    def become(self, **changed: object) -> None:
        """Let the return become something else before the next event is told."""
        self.ret = replace(self.ret, **changed)


def _stored(
    event_type: EventType,
    at: datetime,
    order: Order | None,
    ret: Return | None,
    details: dict[str, str | int],
) -> StoredEvent:
    place = list(EventType).index(event_type)
    stream = IDS["subscription"] if order is None else order.id
    return StoredEvent(
        id=Mint(at, place.to_bytes(16, "big"))("evt"),
        type=event_type,
        workspace=WORKSPACE,
        occurred_at=at,
        sequence=None if ret is None else ret.sequence,
        stream=stream,
        # order.delivered comes first in the order's stream.
        stream_sequence=1 if ret is None else ret.sequence + 1,
        actor=Actor(kind=ActorKind.API_KEY, id=IDS["key"]),
        source="api",
        snapshot=StoredSnapshot(order=order, ret=ret, details=dict(details)),
        personal=Personal(customer=CUSTOMER, words=WORDS),
    )


@cache
def _story() -> dict[EventType, StoredEvent]:
    story = _Story()
    _ask(story)
    _send(story)
    _receive(story)
    _pay(story)
    told = story.told
    told[EventType.ORDER_DELIVERED] = _stored(
        EventType.ORDER_DELIVERED, START, order_with(), None, {}
    )
    for event_type in (EventType.SUBSCRIPTION_TEST, EventType.SUBSCRIPTION_PAUSED):
        about: dict[str, str | int] = {"subscription": IDS["subscription"]}
        if event_type is EventType.SUBSCRIPTION_PAUSED:
            about["reason"] = "gone"
        told[event_type] = _stored(event_type, moment(60), None, None, about)
    return told


def _ask(story: _Story) -> None:
    story.order = order_with(
        lamp=Counters(delivered=1, requested=1), mug=Counters(delivered=3, requested=2)
    )
    story.tell(EventType.RETURN_REQUESTED, 2)
    story.tell(EventType.ELIGIBILITY_CHECKED, 2)
    refused = replace(story.ret, reject_reason="Worn for longer than the policy allows.")
    story.aside(EventType.RETURN_REJECTED, 3, refused)
    story.tell(EventType.RETURN_AMENDED, 3)
    story.tell(EventType.RETURN_AUTHORIZED, 3)
    withdrawn = replace(story.ret, cancel_reason="The customer keeps it.")
    story.aside(EventType.RETURN_CANCELED, 4, withdrawn)


def _send(story: _Story) -> None:
    parcel = IDS["parcel"]
    story.become(parcels=(PARCEL,))
    story.tell(EventType.LABEL_REQUESTED, 4, parcel=parcel)
    failure = "The carrier does not collect at this address."
    failed = replace(PARCEL, status=ParcelStatus.LABEL_FAILED, failure=failure)
    story.aside(EventType.LABEL_FAILED, 4, replace(story.ret, parcels=(failed,)), parcel=parcel)
    story.become(parcels=(LABELED,))
    story.tell(EventType.LABEL_CREATED, 4, parcel=parcel)
    story.tell(EventType.RETURN_SHIPPED, 26, parcel=parcel)
    story.become(parcels=(SCANNED,))
    story.tell(EventType.RETURN_TRACKED, 28, parcel=parcel)
    story.become(parcels=(DELIVERED,))
    story.tell(EventType.PARCEL_UPDATED, 50, parcel=parcel)


def _receive(story: _Story) -> None:
    receipt = IDS["receipt"]
    story.order = order_with(
        lamp=Counters(delivered=1, requested=1, received=1),
        mug=Counters(delivered=3, requested=2),
    )
    story.become(
        receipts=(RECEIPT,),
        facilities=(FACILITY,),
        lines=lines_of(LAMP_HERE, MUG_1, MUG_2),
    )
    story.tell(EventType.RETURN_RECEIVED, 51, receipt=receipt)
    story.order = order_with(
        lamp=Counters(delivered=1, requested=1, received=1),
        mug=Counters(delivered=3, requested=2, received=1),
    )
    story.become(receipts=(RECEIPT_2,), lines=lines_of(LAMP_HERE, MUG_1_HERE, MUG_2))
    story.tell(EventType.RECEIPT_UPDATED, 51, receipt=receipt)
    story.become(receipts=(RECEIPT_3,))
    story.tell(EventType.RECEIPT_CORRECTED, 52, receipt=receipt, receipt_line=IDS["correction"])
    story.order = order_with(
        lamp=Counters(delivered=1, requested=1, received=1, accepted=1),
        mug=Counters(delivered=3, requested=2, received=1, accepted=1),
    )
    story.become(lines=lines_of(LAMP_DONE, MUG_1_DONE, MUG_2))
    story.tell(EventType.UNIT_INSPECTED, 53, units=f"{IDS['lamp-1']},{IDS['mug-1']}")
    story.become(receipts=(RECEIPT_DONE,), lines=lines_of(LAMP_DONE, MUG_1_DONE, MUG_2_MISSING))
    story.tell(EventType.RECEIPT_FINISHED, 53, receipt=receipt)
    story.tell(EventType.RETURN_PROCESSED, 53)


def _pay(story: _Story) -> None:
    settlement, leg = IDS["settlement"], IDS["leg"]
    story.order = replace(
        story.order, payments=(replace(story.order.payments[0], reserved=SETTLEMENT.total),)
    )
    story.become(settlements=(SETTLEMENT,))
    story.tell(EventType.SETTLEMENT_MEMO_COMPLETED, 54, settlement=settlement)
    moving = settlement_as(SettlementStatus.IN_PROGRESS, leg_as(LegStatus.IN_FLIGHT))
    story.become(settlements=(moving,))
    story.tell(EventType.REFUND_STARTED, 55, settlement=settlement)
    declined = tuple(
        LegAttempt(n=n, at=moment(55), outcome="failed", error="card_expired") for n in (1, 2, 3)
    )
    failed = settlement_as(SettlementStatus.FAILED, leg_as(LegStatus.FAILED, *declined))
    story.aside(
        EventType.REFUND_FAILED,
        55,
        replace(story.ret, settlements=(failed,)),
        settlement=settlement,
        leg=leg,
        attempt=3,
    )
    success = LegAttempt(n=1, at=moment(55), outcome="succeeded", reference="sb_0001")
    paid = leg_as(LegStatus.SUCCEEDED, success, reference="sb_0001")
    story.become(settlements=(settlement_as(SettlementStatus.IN_PROGRESS, paid),))
    story.tell(EventType.REFUND_SUCCEEDED, 55, settlement=settlement, leg=leg, attempt=1)
    story.order = replace(
        order_with(
            lamp=Counters(delivered=1, requested=1, received=1, accepted=1, settled=1),
            mug=Counters(delivered=3, requested=2, received=1, accepted=1, settled=1),
        ),
        payments=story.order.payments,
    )
    lamp = replace(LAMP_DONE, covered_by=settlement)
    mug = replace(MUG_1_DONE, covered_by=settlement)
    story.become(
        settlements=(settlement_as(SettlementStatus.SETTLED, paid),),
        lines=lines_of(lamp, mug, MUG_2_MISSING),
    )
    story.tell(EventType.SETTLEMENT_SETTLED, 55, settlement=settlement)
    story.tell(EventType.RETURN_SETTLED, 55)
    story.tell(EventType.RETURN_COMPLETED, 56)
    again = replace(
        story.ret,
        status=ReturnStatus.AUTHORIZED,
        status_at={**story.ret.status_at, "authorized": moment(58)},
        reopen_reason="The second mug turned up.",
        reopened=True,
        lines=lines_of(lamp, mug, MUG_2),
    )
    story.aside(EventType.RETURN_REOPENED, 58, again)


def example(event_type: EventType) -> StoredEvent:
    """Give the sample of one event."""
    return _story()[event_type]


def examples() -> tuple[StoredEvent, ...]:
    """Give every sample, in the order in which the types are declared."""
    return tuple(example(event_type) for event_type in EventType)
