"""A timer as a value: for what a return waits, until when, and what became of it.  Pure data."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from retour.kernel.value import Value


class TimerCause(StrEnum):
    """What is waited for."""

    SHIP = "ship"  # The customer sends the goods.
    LABEL = "label"  # A label is used.
    DOCK = "dock"  # What a carrier has delivered is received.
    INSPECTION = "inspection"  # What was received is judged.
    INPUT = "input"  # Somebody answers what a unit waits for.
    REVIEW = "review"  # A request is answered.
    REFUND = "refund"  # The customer is paid back.
    CHANNEL = "channel"  # A marketplace's return is handled before it is canceled there.
    CHOICE = "choice"  # The shopper says what becomes of goods refused.
    CHARGE = "charge"  # The customer pays what the goods of an exchange cost more.


class TimerMoment(StrEnum):
    """Where in the waiting a timer stands."""

    REMINDER = "reminder"  # It has taken a while.
    WARNING = "warning"  # It is nearly too late.
    DEADLINE = "deadline"  # It is too late.


class TimerStatus(StrEnum):
    """What became of a timer."""

    WAITING = "waiting"
    FIRED = "fired"
    MOOT = "moot"  # It never fired: what it waited for happened, or a later one overtook it.


class Timer(Value):
    """One instant at which something is said or done, unless it has become moot by then.

    Args:
        since: What its period counts from.
        due_at: Business time.
        deadline: When it is too late; ``due_at`` itself for deadlines, none for reminders.
        subject: The parcel it is about, where it is about one.
        n: Which of several reminders, from 1; 0 of the others.
    """

    id: str
    cause: TimerCause
    moment: TimerMoment
    since: datetime
    due_at: datetime
    deadline: datetime | None = None
    subject: str | None = None
    n: int = 0
    status: TimerStatus = TimerStatus.WAITING
    fired_at: datetime | None = None

    @property
    def key(self) -> tuple[TimerCause, TimerMoment, str | None, int]:
        """Tell it from the others of its return; the same key again is the same timer moved."""
        return self.cause, self.moment, self.subject, self.n
