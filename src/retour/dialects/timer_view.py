"""A return's timers as whoever reads the return is shown them: those that stand."""

from __future__ import annotations

from typing import Any, Final

from msgspec import to_builtins

from retour.dialects.shapes import Boolean, Instant, Integer, ListOf, Text, Tree, or_null
from retour.lifecycle.model import Return
from retour.lifecycle.timers.firing import next_of
from retour.lifecycle.timers.timer import TimerCause, TimerMoment, TimerStatus
from retour.lifecycle.timers.winding import is_open

NEXT: Final = or_null(
    Text(), "What follows the deadline: cancel, void_label, resolve_rejected, or agent."
)
FIELDS: Final = {
    "id": Text(),
    "cause": Text(words=tuple(cause.value for cause in TimerCause)),
    "moment": Text(words=tuple(moment.value for moment in TimerMoment)),
    "status": Text(words=tuple(status.value for status in TimerStatus)),
    "due_at": Instant(),
    "deadline": or_null(Instant(), "When it is too late; null for reminders."),
    "since": Instant(about="What its days count from."),
    "parcel": or_null(Text(), "Where it is about one."),
    "n": Integer(minimum=1, nullable=True, about="Which of several reminders."),
    "next": NEXT,
    "is_overdue": Boolean(about="Whether it fired and nobody has acted yet."),
    "fired_at": Instant(nullable=True),
}
STANDING: Final = ListOf(
    item=Tree(name="standing_timer", fields=FIELDS),
    about="What it waits for, and what it is late with; /timers has those that are over too.",
)


def timers_view(ret: Return) -> list[dict[str, Any]]:
    """Show the timers that stand, the earliest first."""
    return [
        {
            "id": one.id,
            "cause": one.cause.value,
            "moment": one.moment.value,
            "status": one.status.value,
            "due_at": to_builtins(one.due_at),
            "deadline": to_builtins(one.deadline),
            "since": to_builtins(one.since),
            "parcel": one.subject,
            "n": one.n or None,
            "next": next_of(one),
            "is_overdue": is_open(one),
            "fired_at": to_builtins(one.fired_at),
        }
        for one in sorted(ret.timers, key=lambda one: (one.due_at, one.id))
    ]
