"""The table of timers: what a return waits for, from when, how long, and what happens then.

``wind`` gives a return the timers that stand for what has become of it; ``lifecycle.firing`` lets
them fire.  A timer stands as long as its row says since when it is waited: so whatever happens that
ends the waiting makes it moot, and whatever moves the beginning moves it, in the same commit.
Pure: no clock, no database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from msgspec.structs import replace

from retour.kernel.status import ReturnStatus
from retour.lifecycle.fold import Fold
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
from retour.lifecycle.parcels import is_by_carrier
from retour.lifecycle.shopper_guards import unresolved
from retour.lifecycle.timer import Timer, TimerCause, TimerMoment, TimerStatus
from retour.policy.deadlines import REFUND_DAYS, deadline, reminder, warning

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


def _to_handle_for_a_channel(around: Around) -> Iterator[Waiting]:
    since = _entered(around.ret, ReturnStatus.REQUESTED)
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
        starts="the marketplace's return is requested",
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
}
"""Every cause with its row; the order decides between timers of one instant."""

RANK: Final = {moment: rank for rank, moment in enumerate(TimerMoment)}


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
        case TimerCause.CHOICE:
            return around.policy.shopper.rejected_days


def _days_to_refund(around: Around) -> int | None:
    """Give a merchant's own time to pay back; after a withdrawal, the law's where that is less."""
    days = around.policy.deadlines.refund_days
    if around.ret.legal is None:
        return days
    return REFUND_DAYS if days is None else min(days, REFUND_DAYS)


# ---------------------------------------------------------------- what stands


class Wanted(NamedTuple):
    """A timer that a return should have."""

    cause: TimerCause
    moment: TimerMoment
    subject: str | None
    n: int
    since: datetime
    due_at: datetime
    deadline: datetime | None


def standing(around: Around, zone: tzinfo) -> Iterator[Wanted]:
    """List the timers of a return as it stands, whatever became of them."""
    for cause, row in TIMERS.items():
        for subject, since in row.waits(around):
            for moment in row.moments:
                for n, due_at, last in _INSTANTS[moment](cause, around, since, zone):
                    yield Wanted(cause, moment, subject, n, since, due_at, last)


_Instants = Iterator[tuple[int, datetime, datetime | None]]


def _reminders(cause: TimerCause, around: Around, since: datetime, zone: tzinfo) -> _Instants:
    if cause is TimerCause.SHIP:
        for n, days in enumerate(around.policy.deadlines.remind_days, start=1):
            yield n, reminder(since, days, zone), None
    elif (days := days_of(cause, around)) is not None:
        yield 1, reminder(since, days, zone), None


def _warnings(cause: TimerCause, around: Around, since: datetime, zone: tzinfo) -> _Instants:
    days = days_of(cause, around)
    if days is None:
        return
    warn_days = around.policy.deadlines.warn_days
    last = _last(cause, around, since, days, zone)
    at = warning(since, days, warn_days, zone)
    if cause is TimerCause.REFUND:
        # Who could withhold payment until now is warned now.
        at = max(at or since, released_at(around.ret) or since)
    if at is not None and at < last:
        yield 0, at, last


def _deadlines(cause: TimerCause, around: Around, since: datetime, zone: tzinfo) -> _Instants:
    days = days_of(cause, around)
    if days is not None:
        last = _last(cause, around, since, days, zone)
        yield 0, last, last


_INSTANTS: Final = {
    TimerMoment.REMINDER: _reminders,
    TimerMoment.WARNING: _warnings,
    TimerMoment.DEADLINE: _deadlines,
}


def _last(cause: TimerCause, around: Around, since: datetime, days: int, zone: tzinfo) -> datetime:
    """Give the end of a period.

    Where payment was withheld beyond its time, what is left is the time of a warning.
    """
    last = deadline(since, days, zone)
    released = released_at(around.ret)
    if cause is TimerCause.REFUND and released is not None:
        return max(last, deadline(released, around.policy.deadlines.warn_days, zone))
    return last


# ---------------------------------------------------------------- winding


def wind(fold: Fold) -> None:
    """Give the return the timers that stand; those that do not are gone.

    One that was set keeps its place as long as its instant stays; one that has fired stays fired
    unless its instant has moved ahead of now.
    """
    around = Around(fold.ret, fold.order, fold.policy, fold.at)
    known = {one.key: one for one in fold.ret.timers}
    timers = tuple(
        _kept(known.get(wanted[:4]), wanted, fold) for wanted in standing(around, fold.context.zone)
    )
    if timers != fold.ret.timers:
        fold.change(timers=timers)


def _kept(known: Timer | None, wanted: Wanted, fold: Fold) -> Timer:
    if known is not None:
        is_over = known.status is not TimerStatus.WAITING and wanted.due_at <= fold.at
        if known.due_at == wanted.due_at or is_over:
            return known
    return Timer(
        id=fold.mint("tmr"),
        cause=wanted.cause,
        moment=wanted.moment,
        since=wanted.since,
        due_at=wanted.due_at,
        deadline=wanted.deadline,
        subject=wanted.subject,
        n=wanted.n,
    )


def is_open(timer: Timer) -> bool:
    """Say whether a timer has an agent wait for nothing: it fired, and nobody has acted yet."""
    return (
        timer.status is TimerStatus.FIRED
        and TIMERS[timer.cause].is_queued
        and timer.moment is TIMERS[timer.cause].moments[-1]
    )


def ended(before: Return | None, after: Return) -> tuple[Timer, ...]:
    """List the timers a return had and has no more."""
    if before is None or before.timers is after.timers:
        return ()
    kept = {one.id for one in after.timers}
    return tuple(one for one in before.timers if one.id not in kept)


def changed(before: Return | None, after: Return) -> tuple[Timer, ...]:
    """List the timers that are new, or of which something became."""
    if before is None:
        return after.timers
    if before.timers is after.timers:
        return ()
    known = {one.id: one for one in before.timers}
    return tuple(one for one in after.timers if known.get(one.id) != one)


def overtaken(timer: Timer, others: tuple[Timer, ...], at: datetime) -> bool:
    """Say whether a later timer of the same cause and subject is due as well."""
    return any(
        other.cause is timer.cause
        and other.subject == timer.subject
        and other.status is TimerStatus.WAITING
        and other.due_at <= at
        and (other.due_at, RANK[other.moment], other.n)
        > (timer.due_at, RANK[timer.moment], timer.n)
        for other in others
    )


def marked(timer: Timer, status: TimerStatus, at: datetime) -> Timer:
    """Give a timer as it is once it has fired, or was passed over."""
    return replace(timer, status=status, fired_at=at if status is TimerStatus.FIRED else None)
