"""What a shopper was promised until when; where that was missed, until when it is seen to now."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Final

from retour.dialects.shapes import Boolean, Text, Tree
from retour.dialects.tree_parts import words
from retour.lifecycle.timers.timer import Timer, TimerCause, TimerMoment, TimerStatus
from retour.policy.deadlines import deadline

if TYPE_CHECKING:
    from collections.abc import Callable

    from retour.lifecycle.model import Return

    View = dict[str, Any]  # JSON; the shape is declared here and checked in tests.

_SHOPS: Final = frozenset({TimerCause.REVIEW, TimerCause.INSPECTION, TimerCause.REFUND})
"""What the shop owes: it alone can be late with these, and see to them after all."""
_TOLD: Final = _SHOPS | {TimerCause.SHIP, TimerCause.CHOICE, TimerCause.CHARGE}
"""Deadlines that are the shopper's business."""
_INSTANT: Final = timedelta(microseconds=1)

PROMISE: Final = Tree(
    name="shopper_promise",
    fields={
        "cause": words(TimerCause),
        "until": Text(about="The last instant of it, or when it was missed."),
        "missed": Boolean(),
        "renewed": Text(
            nullable=True,
            about="Where the shop is late: until when it sees to it now, as many days more as the"
            " policy gave at first.",
        ),
    },
)


def promises_view(
    ret: Return, at: datetime, zone: tzinfo, instant: Callable[[datetime], str]
) -> list[View]:
    """Show the deadlines that stand; ``instant`` writes instants as the return's view does."""
    deadlines = [one for one in ret.timers if one.moment is TimerMoment.DEADLINE]
    return [
        {
            "cause": one.cause.value,
            "until": instant(one.deadline or one.due_at),
            "missed": (missed := one.status is TimerStatus.FIRED or one.due_at <= at),
            "renewed": instant(renewed(one, at, zone)) if missed and one.cause in _SHOPS else None,
        }
        for one in sorted(deadlines, key=lambda one: one.due_at)
        if one.cause in _TOLD and one.status is not TimerStatus.MOOT
    ]


def renewed(timer: Timer, at: datetime, zone: tzinfo) -> datetime:
    """Give the end of the first period after a missed one, as long as that, that is not over."""
    last = timer.due_at - _INSTANT
    days = max((last.astimezone(zone).date() - timer.since.astimezone(zone).date()).days, 1)
    gone = max((at.astimezone(zone).date() - last.astimezone(zone).date()).days - 1, 0)
    return deadline(last, (gone // days + 1) * days, zone)
