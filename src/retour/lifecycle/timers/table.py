"""The table of timers: what a return waits for, since when, how long, and what happens then.

A row says since when it is waited, or nothing where nobody waits: that is all there is to know of
whether a timer stands.  Which instants follow is ``timers``'.  Pure: no clock, no database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

from retour.kernel.status import ReturnStatus
from retour.lifecycle.guards import SEEN, UNDECIDED, expected_units, units_of
from retour.lifecycle.model import (
    Acceptance,
    Direction,
    Order,
    Origin,
    Parcel,
    ParcelStatus,
    Policy,
    Reception,
    Return,
    ShippedWhen,
)
from retour.lifecycle.money.goods import charged_since, pay_days
from retour.lifecycle.money.marketplaces import DECLARED
from retour.lifecycle.parcels.packing import is_by_carrier
from retour.lifecycle.shopper.guards import unresolved
from retour.lifecycle.timers.timer import TimerCause, TimerMoment
from retour.policy.deadlines import REFUND_DAYS

LABELS_MAX: Final = 10
"""Unused labels of one return that are watched, the newest ones."""
REMINDERS_MAX: Final = 5
"""Reminders of one kind that a policy can ask for."""

Waiting = tuple[str | None, datetime]
"""A parcel, or none, and since when it is waited."""


class Around(NamedTuple):
    """What a row may look at."""

    ret: Return
    order: Order
    policy: Policy
    at: datetime


class Row(NamedTuple):
    """One line of the table.

    Args:
        waits: Gives what is waited for, and since when; nothing where nobody waits.
        field: Of the policy's ``deadlines``, where its period stands.
        starts: From when the period counts, in words.
        ends: What makes it moot, in words.
        then: What happens at the deadline, in words.
        moments: Which timers it has.
        is_queued: Whether it stands in the agents' queue from then on until it is moot.
    """

    waits: Callable[[Around], Iterator[Waiting]]
    field: str
    starts: str
    ends: str
    then: str
    moments: tuple[TimerMoment, ...] = (TimerMoment.DEADLINE,)
    is_queued: bool = True


# ---------------------------------------------------------------- since when it is waited


def _entered(ret: Return, status: ReturnStatus) -> datetime | None:
    return ret.status_at.get(status.value)


def _is_at_home(around: Around) -> bool:
    """Say whether the goods are with the customer, and shall come.

    Where a label is enough to call a return shipped, it is so until a carrier has seen it.
    """
    status = around.ret.status
    is_only_labelled = (
        status is ReturnStatus.SHIPPED and around.policy.shipped_when is ShippedWhen.LABEL
    )
    return (status is ReturnStatus.AUTHORIZED or is_only_labelled) and expected_units(
        around.ret
    ) > 0


def unused_labels(ret: Return) -> tuple[Parcel, ...]:
    """Give the parcels with a label of ours that no carrier has seen, the newest last.

    One that is being taken back is among them: the carrier may refuse.
    """
    return tuple(
        one
        for one in ret.parcels
        if one.status is ParcelStatus.LABEL_CREATED
        and one.direction is Direction.INBOUND
        and is_by_carrier(one)
    )[-LABELS_MAX:]


def _to_ship(around: Around) -> Iterator[Waiting]:
    since = _entered(around.ret, ReturnStatus.AUTHORIZED)
    if since is not None and _is_at_home(around):
        yield None, max([since, *(one.created_at for one in unused_labels(around.ret))])


def _to_use_a_label(around: Around) -> Iterator[Waiting]:
    if _is_at_home(around):
        yield from ((one.id, one.created_at) for one in unused_labels(around.ret))


_BEFORE_THE_DOCK: Final = frozenset(
    {ReturnStatus.AUTHORIZED, ReturnStatus.SHIPPED, ReturnStatus.TRACKED}
)


def _to_receive(around: Around) -> Iterator[Waiting]:
    if around.ret.status not in _BEFORE_THE_DOCK or not expected_units(around.ret):
        return
    arrived = [
        scan.at
        for one in around.ret.parcels
        if one.status is ParcelStatus.DELIVERED and one.direction is Direction.INBOUND
        for scan in one.scans
        if scan.code == ParcelStatus.DELIVERED.value
    ]
    if arrived:
        yield None, min(arrived)


def _to_inspect(around: Around) -> Iterator[Waiting]:
    since = _entered(around.ret, ReturnStatus.RECEIVED)
    is_open = around.ret.status is ReturnStatus.RECEIVED and any(
        unit.reception in SEEN and unit.acceptance is Acceptance.PENDING
        for unit in units_of(around.ret)
    )
    if since is not None and is_open:
        yield None, since


_WITH_UNITS_HERE: Final = frozenset(
    {ReturnStatus.RECEIVED, ReturnStatus.PROCESSED, ReturnStatus.SETTLED}
)


def _to_be_answered(around: Around) -> Iterator[Waiting]:
    """Wait since the unit began to: since this timer was set, else since now."""
    ret = around.ret
    if ret.status in _WITH_UNITS_HERE and any(
        unit.acceptance is Acceptance.WAITING_FOR_INPUT for unit in units_of(ret)
    ):
        known = [one.since for one in ret.timers if one.cause is TimerCause.INPUT]
        yield None, known[0] if known else around.at


def _to_review(around: Around) -> Iterator[Waiting]:
    since = _entered(around.ret, ReturnStatus.REQUESTED)
    if around.ret.status is ReturnStatus.REQUESTED and since is not None:
        yield None, since


_AT_HOME: Final = frozenset({ReturnStatus.AUTHORIZED, ReturnStatus.SHIPPED})
_SENT: Final = (ReturnStatus.TRACKED, ReturnStatus.RECEIVED, ReturnStatus.PROCESSED)


def informed_at(ret: Return) -> datetime | None:
    """Give when we were told: by the withdrawal it follows, else by the request itself."""
    return _entered(ret, ReturnStatus.REQUESTED) if ret.legal is None else ret.legal.informed_at


def released_at(ret: Return) -> datetime | None:
    """Give when payment could no longer be withheld: a carrier saw the goods, or we did.

    ``None`` until then (Directive 2011/83/EU, Article 13, paragraph 3).  A proof that the parcel
    was handed in counts from when it was given.
    """
    seen = [at for one in _SENT if (at := _entered(ret, one)) is not None]
    return min([*seen, *(one.recorded_at for one in ret.drop_offs)], default=None)


def _is_sent(ret: Return) -> bool:
    """Say whether the goods are known to be on their way, or here."""
    return ret.status in _SENT or (ret.status in _AT_HOME and bool(ret.drop_offs))


def _to_refund(around: Around) -> Iterator[Waiting]:
    ret = around.ret
    since = informed_at(ret)
    if since is None or not _is_sent(ret) or released_at(ret) is None:
        return
    if any(
        unit.acceptance in UNDECIDED or unit.acceptance is Acceptance.ACCEPTED
        for line in ret.lines
        if line.line is not None
        for unit in line.units
        if unit.covered_by is None and not unit.released and unit.reception is not Reception.MISSING
    ):
        yield None, since


_UNHANDLED: Final = frozenset({ReturnStatus.REQUESTED, *_BEFORE_THE_DOCK, ReturnStatus.RECEIVED})


def _declared(ret: Return) -> datetime | None:
    """Give when a marketplace's buyer declared a return; we may hear of it days later."""
    heard = _entered(ret, ReturnStatus.REQUESTED)
    try:
        said = datetime.fromisoformat(ret.attributes.get(DECLARED, ""))
    except ValueError:
        return heard
    return heard if heard is None or said.tzinfo is None else min(heard, said)


def _to_handle_for_a_channel(around: Around) -> Iterator[Waiting]:
    since = _declared(around.ret)
    if around.ret.origin is Origin.CHANNEL and around.ret.status in _UNHANDLED and since:
        yield None, since


_AFTER_INSPECTION: Final = frozenset(
    {ReturnStatus.PROCESSED, ReturnStatus.SETTLED, ReturnStatus.COMPLETED}
)


def _to_choose(around: Around) -> Iterator[Waiting]:
    terms, since = around.policy.shopper, _entered(around.ret, ReturnStatus.PROCESSED)
    if not terms.rejected_options or terms.rejected_default is None or since is None:
        return
    if around.ret.status in _AFTER_INSPECTION and unresolved(around.ret):
        yield None, since


def _to_pay_the_difference(around: Around) -> Iterator[Waiting]:
    since = charged_since(around.ret)
    if since is not None:
        yield None, since


# ---------------------------------------------------------------- the table

_WARNED: Final = (TimerMoment.WARNING, TimerMoment.DEADLINE)

TIMERS: Final[dict[TimerCause, Row]] = {
    TimerCause.SHIP: Row(
        _to_ship,
        "ship_days",
        starts="authorisation, or the newest label that is unused",
        ends="the goods are on their way, received or waived; the return ends",
        then="the return is canceled with the reason `expired`; its units may be asked for again",
        moments=(TimerMoment.REMINDER, *_WARNED),
    ),
    TimerCause.LABEL: Row(
        _to_use_a_label,
        "label_days",
        starts="the label is asked for",
        ends="a carrier sees the parcel, the label is voided, the return moves on",
        then="the label is voided",
        moments=_WARNED,
        is_queued=False,
    ),
    TimerCause.DOCK: Row(
        _to_receive,
        "dock_days",
        starts="a carrier has delivered the parcel",
        ends="goods are received or waived; the return ends",
        then="an agent looks for the parcel",
    ),
    TimerCause.INSPECTION: Row(
        _to_inspect,
        "inspection_days",
        starts="goods are received",
        ends="no unit that is here is undecided; the return ends",
        then="an agent sees to it",
    ),
    TimerCause.INPUT: Row(
        _to_be_answered,
        "input_days",
        starts="a unit waits for input",
        ends="no unit waits for input; the return ends",
        then="an agent answers",
        moments=(TimerMoment.REMINDER,),
    ),
    TimerCause.REVIEW: Row(
        _to_review,
        "review_days",
        starts="the return is requested",
        ends="it is authorized, rejected or canceled",
        then="an agent answers the request",
    ),
    TimerCause.REFUND: Row(
        _to_refund,
        "refund_days",
        starts="we are informed: by the withdrawal, else by the request",
        ends="everything owed is paid, or nothing is owed; the return ends",
        then="an agent pays at once",
        moments=_WARNED,
    ),
    TimerCause.CHANNEL: Row(
        _to_handle_for_a_channel,
        "channel_days",
        starts="the buyer declares the return at the marketplace",
        ends="it is processed, rejected or canceled",
        then="the marketplace cancels it: an agent handles it there",
        moments=_WARNED,
    ),
    TimerCause.CHOICE: Row(
        _to_choose,
        "shopper.rejected_days",
        starts="every unit is decided, and goods were refused that the shopper may choose about",
        ends="the shopper or an agent has chosen",
        then="the policy chooses what becomes of them",
        moments=_WARNED,
        is_queued=False,
    ),
    TimerCause.CHARGE: Row(
        _to_pay_the_difference,
        "pay_days of the exchange",
        starts="the customer is asked to pay what the goods cost more",
        ends="it is paid, or the exchange is given up",
        then="the exchange falls back as was agreed on, or an agent decides",
        moments=_WARNED,
        is_queued=False,
    ),
}
"""Every cause with its row; the order decides between timers of one instant."""


def days_of(cause: TimerCause, around: Around) -> int | None:
    """Give the period of a cause; ``None`` where the policy sets none."""
    periods = around.policy.deadlines
    match cause:
        case TimerCause.SHIP:
            return periods.ship_days
        case TimerCause.LABEL:
            return periods.label_days
        case TimerCause.DOCK:
            return periods.dock_days
        case TimerCause.INSPECTION:
            return periods.inspection_days
        case TimerCause.INPUT:
            return periods.input_days
        case TimerCause.REVIEW:
            return periods.review_days
        case TimerCause.REFUND:
            return _days_to_refund(around)
        case TimerCause.CHANNEL:
            return periods.channel_days.get(around.order.channel or "")
        case TimerCause.CHOICE | TimerCause.CHARGE:
            return _days_of_the_shopper(cause, around)


def _days_of_the_shopper(cause: TimerCause, around: Around) -> int | None:
    """Give the time that the shopper has: to choose, or to pay."""
    if cause is TimerCause.CHARGE:
        return pay_days(around.ret)
    return around.policy.shopper.rejected_days


def _days_to_refund(around: Around) -> int | None:
    """Give a merchant's own time to pay back; after a withdrawal, the law's where that is less."""
    days = around.policy.deadlines.refund_days
    if around.ret.legal is None:
        return days
    return REFUND_DAYS if days is None else min(days, REFUND_DAYS)
