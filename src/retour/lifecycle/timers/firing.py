"""Timers fire: what is due is said and done, in order, as far as it still applies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import msgspec

from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import Cancel, Command
from retour.lifecycle.fold import Details, Fold
from retour.lifecycle.model import EventType
from retour.lifecycle.money.exchanging import lapse
from retour.lifecycle.parcels.bodies import VoidLabel
from retour.lifecycle.shopper.resolving import default_choice
from retour.lifecycle.timers.table import Around
from retour.lifecycle.timers.timer import Timer, TimerCause, TimerMoment, TimerStatus
from retour.lifecycle.timers.winding import RANK, marked, overtaken, standing, wind

EXPIRED: Final = "expired"
"""Why a return is canceled that was never sent, and a label voided that was never used."""
FIRINGS_MAX: Final = 100
"""Timers that one command lets fire; more than a return can have."""

_INSTANT: Final = timedelta(microseconds=1)

CarryOut = Callable[[Fold, Command], Refusal | None]

_SAYS: Final = {
    TimerMoment.REMINDER: EventType.RETURN_REMINDED,
    TimerMoment.WARNING: EventType.DEADLINE_APPROACHING,
    TimerMoment.DEADLINE: EventType.DEADLINE_MISSED,
}
_NEXT: Final = {
    TimerCause.SHIP: "cancel",
    TimerCause.LABEL: "void_label",
    TimerCause.CHOICE: "resolve_rejected",
    TimerCause.CHARGE: "fall_back",
}
"""What follows a deadline by itself; an agent acts on all others."""


def fire(fold: Fold, carry_out: CarryOut) -> None:
    """Let every timer fire that is due, the earliest first; each may set or end others.

    Of several of one cause that are due together only the last is said: nobody is reminded twice
    in one breath, or warned of what is already late.
    """
    for _ in range(FIRINGS_MAX):
        timer = _earliest_due(fold)
        if timer is None:
            return
        if overtaken(timer, fold.ret.timers, fold.at) or not _stands(fold, timer):
            _mark(fold, timer, TimerStatus.MOOT)
            continue
        _mark(fold, timer, TimerStatus.FIRED)
        fold.say(_SAYS[timer.moment], {**details_of(timer), "through": _through(fold, timer)})
        if timer.moment is TimerMoment.DEADLINE:
            _act(fold, timer, carry_out)
        wind(fold)


def _earliest_due(fold: Fold) -> Timer | None:
    due = [
        one
        for one in fold.ret.timers
        if one.status is TimerStatus.WAITING and one.due_at <= fold.at
    ]
    return min(due, key=lambda one: (one.due_at, RANK[one.moment], one.n, one.id), default=None)


def _stands(fold: Fold, timer: Timer) -> bool:
    around = Around(fold.ret, fold.order, fold.policy, fold.at)
    return any(one[:4] == timer.key for one in standing(around, fold.context.zone))


def _mark(fold: Fold, timer: Timer, status: TimerStatus) -> None:
    now = marked(timer, status, fold.at)
    fold.change(timers=tuple(now if one.id == timer.id else one for one in fold.ret.timers))


def next_of(timer: Timer) -> str | None:
    """Name what follows the deadline: a command, or ``agent`` where somebody has to act."""
    if timer.moment is TimerMoment.REMINDER and timer.cause is TimerCause.SHIP:
        return None
    return _NEXT.get(timer.cause, "agent")


def details_of(timer: Timer) -> Details:
    """Say which timer an event is about."""
    return {
        "timer": timer.id,
        "cause": timer.cause.value,
        "due_at": msgspec.to_builtins(timer.due_at),
        "deadline": None if timer.deadline is None else msgspec.to_builtins(timer.deadline),
        "n": timer.n or None,
        "parcel": timer.subject,
        "next": next_of(timer),
    }


def _through(fold: Fold, timer: Timer) -> str | None:
    """Give the last day for what is waited for, in the workspace's zone; ``None`` without one."""
    ends = [
        one.due_at
        for one in fold.ret.timers
        if one.key == (timer.cause, TimerMoment.DEADLINE, timer.subject, 0)
    ]
    until = timer.deadline or next(iter(ends), None)
    return (
        None
        if until is None
        else (until - _INSTANT).astimezone(fold.context.zone).date().isoformat()
    )


def _act(fold: Fold, timer: Timer, carry_out: CarryOut) -> None:
    """Do what follows a deadline; where that is refused (money moves), an agent finds it late."""
    if timer.cause is TimerCause.SHIP:
        carry_out(fold, Cancel(reason=EXPIRED))
    elif timer.cause is TimerCause.LABEL:
        assert timer.subject is not None, "a label is a parcel's"
        carry_out(fold, VoidLabel(parcel=timer.subject, reason=EXPIRED))
    elif timer.cause is TimerCause.CHOICE:
        default_choice(fold)
    elif timer.cause is TimerCause.CHARGE:
        lapse(fold)
