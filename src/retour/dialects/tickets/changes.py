"""Which parts of a ticket an event changes, in the SDK's names; nothing where it stayed as it was.

The status before an event is worked out from the return just after it: what the event brought is
taken away again, and both are looked at as tickets.  Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from retour.dialects.stored import StoredEvent
from retour.dialects.tickets import status as statuses
from retour.lifecycle.model import (
    EventType,
    Leg,
    LegStatus,
    Parcel,
    ParcelStatus,
    Return,
    ReturnStatus,
    SettlementStatus,
)

STATUS: Final = "status"
_NAMES: Final[Mapping[str, str]] = {
    "subject": "title",
    "assignee": "assigneeId",
    "email": "customerEmail",
    "name": "customerName",
    "in_review": STATUS,
    "is_spam": "isSpam",
}
"""What the SDK calls the parts of a ticket that somebody notes, where it has its own names."""


def changes_of(event: StoredEvent) -> tuple[str, ...]:
    """Name what an event changed in its ticket."""
    return _CHANGES.get(event.type, _entered)(event)


def was_waiting(event: StoredEvent) -> bool:
    """Say whether a return was a ticket before it became one."""
    ret = _ret(event)
    return ret.ticket is not None and ret.ticket.opened_at is not None


def _entered(event: StoredEvent) -> tuple[str, ...]:
    """Compare the status before the one just entered: of several entered at once, the furthest."""
    ret = _ret(event)
    order = list(ReturnStatus)
    passed = [ReturnStatus(word) for word in ret.status_at if word != ret.status.value]
    assert passed, "only a request comes from nowhere"
    before = max(passed, key=lambda status: (ret.status_at[status.value], order.index(status)))
    return _moved(ret, replace(ret, status=before))


def _moved(ret: Return, before: Return) -> tuple[str, ...]:
    return () if statuses.status_of(ret) == statuses.status_of(before) else (STATUS,)


def _requested(event: StoredEvent) -> tuple[str, ...]:
    """A ticket that waited has found its order."""
    return ("customFields.order_id",) if was_waiting(event) else ()


def _amended(event: StoredEvent) -> tuple[str, ...]:
    del event
    return ("customFields.items_to_return",)


def _labeled(event: StoredEvent) -> tuple[str, ...]:
    ret, parcel = _ret(event), _parcel(event)
    return _moved(ret, _with_parcel(ret, replace(parcel, status=ParcelStatus.REQUESTED)))


def _shipped(event: StoredEvent) -> tuple[str, ...]:
    """The customer's own label appears with the shipment; one of ours had been told before."""
    ret, parcel = _ret(event), _parcel(event)
    before = replace(ret, status=ReturnStatus.AUTHORIZED)
    is_own = parcel.label_url is None and parcel.created_at == event.occurred_at
    return _moved(ret, _with_parcel(before, None if is_own else parcel, parcel.id))


def _received(event: StoredEvent) -> tuple[str, ...]:
    """The first parcel dates the receipt; a late one leaves the ticket as it is."""
    is_first = len(_ret(event).receipts) == 1
    return _entered(event) + (("customFields.received_date",) if is_first else ())


def _inspected(event: StoredEvent) -> tuple[str, ...]:
    del event
    return ("customFields.condition",)


def _promised(event: StoredEvent) -> tuple[str, ...]:
    del event
    return ("customFields.refund_amount",)


def _refund_failed(event: StoredEvent) -> tuple[str, ...]:
    return _moved(*_with_leg(event, LegStatus.IN_FLIGHT))


def _refund_retried(event: StoredEvent) -> tuple[str, ...]:
    """Only a retry names its leg; the first start leaves the ticket as it is."""
    if "leg" not in event.snapshot.details:
        return ()
    return _moved(*_with_leg(event, LegStatus.FAILED))


def _paid(event: StoredEvent) -> tuple[str, ...]:
    ret, settlement = _ret(event), event.snapshot.details["settlement"]
    before = replace(
        ret,
        settlements=tuple(
            replace(one, status=SettlementStatus.IN_PROGRESS) if one.id == settlement else one
            for one in ret.settlements
        ),
    )
    return _moved(ret, before)


def _reopened(event: StoredEvent) -> tuple[str, ...]:
    del event
    return (STATUS,)


def _annotated(event: StoredEvent) -> tuple[str, ...]:
    named = str(event.snapshot.details.get("changes") or "").split(",")
    changes = [_change(name) for name in named if name]
    return tuple(dict.fromkeys(changes))


def _change(name: str) -> str:
    if name.startswith("fields."):
        return "customFields." + name.removeprefix("fields.")
    return _NAMES.get(name, name)


_CHANGES: Final[Mapping[EventType, Callable[[StoredEvent], tuple[str, ...]]]] = {
    EventType.RETURN_REQUESTED: _requested,
    EventType.ELIGIBILITY_CHECKED: _annotated,
    EventType.RETURN_AMENDED: _amended,
    EventType.LABEL_CREATED: _labeled,
    EventType.RETURN_SHIPPED: _shipped,
    EventType.RETURN_RECEIVED: _received,
    EventType.UNIT_INSPECTED: _inspected,
    EventType.SETTLEMENT_MEMO_COMPLETED: _promised,
    EventType.REFUND_STARTED: _refund_retried,
    EventType.REFUND_FAILED: _refund_failed,
    EventType.SETTLEMENT_SETTLED: _paid,
    EventType.RETURN_REOPENED: _reopened,
    EventType.RETURN_ANNOTATED: _annotated,
    EventType.TICKET_ANNOTATED: _annotated,
}
"""What each event changes; the others enter a status, which tells by itself."""


def _ret(event: StoredEvent) -> Return:
    ret = event.snapshot.ret
    assert ret is not None, "these events are a return's"
    return ret


def _parcel(event: StoredEvent) -> Parcel:
    named = event.snapshot.details["parcel"]
    return next(one for one in _ret(event).parcels if one.id == named)


def _with_parcel(ret: Return, parcel: Parcel | None, left_out: str = "") -> Return:
    """Give the return with a parcel as it was, or without it."""
    if parcel is None:
        return replace(ret, parcels=tuple(one for one in ret.parcels if one.id != left_out))
    return replace(
        ret, parcels=tuple(parcel if one.id == parcel.id else one for one in ret.parcels)
    )


def _with_leg(event: StoredEvent, status: LegStatus) -> tuple[Return, Return]:
    """Give the return as it is, and as it was when the event's leg was in ``status``."""
    ret, named = _ret(event), event.snapshot.details["leg"]

    def before(leg: Leg) -> Leg:
        return replace(leg, status=status) if leg.id == named else leg

    settlements = tuple(
        replace(one, legs=tuple(before(leg) for leg in one.legs)) for one in ret.settlements
    )
    return ret, replace(ret, settlements=settlements)
