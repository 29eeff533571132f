"""A run: one leased lane, its deliveries one after another, and what is to be written of it.

The lane's state lives here between lease and settlement: how far it is done, what its head has
suffered, when it is due again.  Pure; time is handed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from retour.delivery.lines import Line
from retour.kernel.subscription import OnDead
from retour.store.delivery_queries import TOLD, Leased


@dataclass(slots=True, eq=False, kw_only=True)
class Run:
    """One lane under one lease.

    Args:
        deadline: Monotonic time after which nothing more is sent under this lease.
        events: The rows that carry the events, of the whole lease.
        acked: The highest position delivered here, 0 before the first.
        done: The highest position delivered or given up here.
        attempt: Made of the head that now stands; ``series_start`` of them before its series.
        age_s: Of the head's first failure, as of the lease.
        is_asked: The head may have been sent under a lease that was never settled.
        gap: The event given up before the head, of which the receiver has yet to be told.
        gap_change: What to write of it: ``None`` nothing, ``TOLD`` that it is told.
        due_ms: When the lane is due again; ``None`` while the run goes on.
        is_over: Nothing more is sent under this lease.
        is_lost: Somebody else holds the lane by now.
    """

    line: Line
    token: int
    lane: str
    rows: list[Leased] = field(default_factory=list[Leased])
    events: Mapping[tuple[int, str], Leased]
    deadline: float
    attempt: int
    series_start: int
    age_s: int
    is_asked: bool
    is_probe: bool
    gap: str | None
    index: int = 0
    acked: int = 0
    done: int = 0
    gap_change: str | None = None
    due_ms: int | None = None
    is_failing: bool = False
    is_blocked: bool = False
    is_collapsing: bool = False
    is_over: bool = False
    is_lost: bool = False

    @property
    def head(self) -> Leased | None:
        """Give the delivery whose turn it is; ``None`` when all that was leased is done."""
        return self.rows[self.index] if self.index < len(self.rows) else None

    @property
    def tries(self) -> int:
        """Count the attempts of the present series, the one being made included."""
        return self.attempt - min(self.series_start, self.attempt) + 1

    def delivered(self) -> None:
        """Go on to the next delivery: the receiver has this one."""
        self.acked = self.rows[self.index].position
        if self.gap is not None:
            self.gap, self.gap_change = None, TOLD
        self._go_on()

    def _go_on(self) -> None:
        self.done = self.rows[self.index].position
        self.index += 1
        self.attempt = self.series_start = self.age_s = 0
        self.is_asked = self.is_failing = False

    def failed(self, due_ms: int, *, is_free: bool) -> None:
        """End the run; its head is tried again, and a free attempt costs it none of its series."""
        self.attempt += 1
        if is_free:
            self.series_start += 1
        self.is_failing = True
        self.end(due_ms)

    def given_up(self, on_dead: OnDead) -> None:
        """Do with an exhausted head as its subscription says: park the lane, or leave it behind."""
        self.attempt += 1
        if on_dead is OnDead.BLOCK:
            self.is_failing = self.is_blocked = True
            self.end(0)
            return
        self.gap = self.gap_change = self.rows[self.index].event_id
        self._go_on()
        if on_dead is OnDead.COLLAPSE:
            self.is_collapsing = True
            self.end(0)

    def passed_over(self) -> None:
        """Go on to the next delivery: there was nothing to say."""
        self._go_on()

    def end(self, due_ms: int) -> None:
        """Send nothing more; the lane is due again in ``due_ms``."""
        self.due_ms = due_ms
        self.is_over = True
