"""A return's timers: the instants of the table's rows, kept as the return goes on.

``wind`` gives a return the timers that stand for what has become of it; ``firing`` lets them fire.
A timer stands as long as its row says since when it is waited: so whatever happens that ends the
waiting makes it moot, and whatever moves the beginning moves it, in the same commit.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from msgspec.structs import replace

from retour.lifecycle.fold import Fold
from retour.lifecycle.model import (
    Return,
)
from retour.lifecycle.timers.table import TIMERS, Around, days_of, released_at
from retour.lifecycle.timers.timer import Timer, TimerCause, TimerMoment, TimerStatus
from retour.policy.deadlines import deadline, reminder, warning

RANK: Final = {moment: rank for rank, moment in enumerate(TimerMoment)}


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
