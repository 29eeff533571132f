"""What an attempt's outcome does: to its lane, to its subscription, to the log.

The one place where outcomes become schedules.  Nothing is sent or written here; the ledger and the
health of receivers remember it for the next settlement.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import random
from typing import Final

import structlog

from retour.delivery.book import Spoken
from retour.delivery.clock import AttemptIds, TickClock
from retour.delivery.health import Health
from retour.delivery.ledger import Ledger, NewRendering, Tried
from retour.delivery.limits import DETAIL_LENGTH_MAX, POISON_PAUSES_S, PROBE_PAUSES_S, SLOW_S
from retour.delivery.lines import Lines
from retour.delivery.meters import Meters
from retour.delivery.outcome import (
    WORDS,
    Abandoned,
    Delivered,
    Gone,
    Held,
    Retry,
    Unsent,
    pause_ms,
)
from retour.delivery.rendering import Message
from retour.delivery.runs import Run
from retour.kernel.subscription import EFFECT_KINDS, OnDead
from retour.store.delivery_queries import Leased

_LOG: Final = structlog.get_logger()
_SLOW_MS: Final = int(SLOW_S * 1000)
_UNSENT_MS: Final = 1000
_GONE_MS: Final = 30_000
"""A lane's pause after a 410; by then its subscription is paused."""
_UNTIL_JUDGED_S: Final = 2.0
"""A subscription is left alone until the database has been told why."""


@dataclass(slots=True, eq=False)
class Attempt:
    """A delivery being tried.  ``spoken`` is ``None`` where what it says is lost."""

    run: Run
    row: Leased
    spoken: Spoken | None
    began: float
    message: Message | None = None


def poisoned(run: Run, why: str) -> Tried:
    """Judge a message that could not be made: tried again soon, and given up soon."""
    if run.tries > len(POISON_PAUSES_S):
        return Tried(outcome=Abandoned(why), error="poison", detail=why[:DETAIL_LENGTH_MAX])
    outcome = Retry(why, after_s=POISON_PAUSES_S[run.tries - 1], is_receivers=False)
    return Tried(outcome=outcome, error="poison", detail=why[:DETAIL_LENGTH_MAX])


class Taking:
    """Takes results, one after another, on the event loop."""

    def __init__(
        self,
        *,
        clock: TickClock,
        lines: Lines,
        ledger: Ledger,
        health: Health,
        meters: Meters,
        on_result: Callable[[], None],
    ) -> None:
        self._ids = AttemptIds(clock)
        self._lines = lines
        self._ledger = ledger
        self._health = health
        self._meters = meters
        self._on_result = on_result

    def take(self, attempt: Attempt, tried: Tried) -> None:
        """Let an outcome take effect; afterwards the run is over, or its next head stands."""
        run, outcome = attempt.run, tried.outcome
        if type(outcome) is not Unsent:
            self._log(attempt, tried)
        match outcome:
            case Delivered():
                self._delivered(attempt, tried.ms)
            case Retry():
                self._retry(attempt, outcome)
            case Held(after_s):
                self._held(attempt, after_s)
            case Gone():
                self._gone(attempt)
            case Abandoned(why):
                self._give_up(attempt, why)
            case Unsent():
                self.end(run, _UNSENT_MS)
                return
        self._ledger.note(run, time.monotonic())
        if run.is_over:
            self._lines.end(run.line)
        self._on_result()

    def end(self, run: Run, due_ms: int) -> None:
        """End a run whose head was not tried; the lane is due again in ``due_ms``."""
        run.end(due_ms)
        self._ledger.note(run, time.monotonic())
        self._lines.end(run.line)
        self._on_result()

    def pass_over(self, run: Run, row: Leased) -> None:
        """Leave a delivery behind about which there is nothing to say."""
        self._ledger.ended(row.delivery_id, "skipped")
        run.passed_over()
        self._ledger.note(run, time.monotonic())
        self._on_result()

    def _log(self, attempt: Attempt, tried: Tried) -> None:
        run, row, message = attempt.run, attempt.row, attempt.message
        self._meters.attempt(WORDS[type(tried.outcome)], tried.ms)
        self._ledger.attempt(run, self._ids(), n=run.attempt + 1, began=attempt.began, tried=tried)
        if message is not None and not message.is_kept and attempt.spoken is not None:
            message.is_kept = True
            new = NewRendering(*attempt.spoken.key(row), message.wire)
            self._ledger.rendered(new)

    def _delivered(self, attempt: Attempt, ms: int | None) -> None:
        line = attempt.run.line
        if attempt.spoken is not None and attempt.spoken.kind not in EFFECT_KINDS:
            self._health.succeeded(line, attempt.spoken.rules)
        if ms is not None and ms > _SLOW_MS:
            self._lines.went_slowly(line)
        else:
            self._lines.went_well(line)
        attempt.run.delivered()

    def _retry(self, attempt: Attempt, outcome: Retry) -> None:
        run, spoken = attempt.run, attempt.spoken
        assert spoken is not None, "what is unknown is abandoned"
        is_receivers = outcome.is_receivers and spoken.kind not in EFFECT_KINDS
        if is_receivers:
            self._fell_ill(attempt, spoken)
        if outcome.after_s is not None:
            run.failed(outcome.after_s * 1000, is_free=False)
            return
        due_ms = pause_ms(spoken.rules, run.tries, run.age_s, random())  # noqa: S311 - spreads load
        if run.is_probe and is_receivers:
            run.failed(due_ms or PROBE_PAUSES_S[-1] * 1000, is_free=True)
        elif due_ms is None and is_receivers and run.line.failing_s >= spoken.rules.expiry_s:
            run.failed(_GONE_MS, is_free=True)  # Nobody got through: it is paused, not given up.
        elif due_ms is None:
            self._give_up(attempt, outcome.why)
        else:
            run.failed(due_ms, is_free=False)

    def _held(self, attempt: Attempt, after_s: int) -> None:
        run, spoken = attempt.run, attempt.spoken
        assert spoken is not None, "what is unknown is abandoned"
        run.line.held_until = time.monotonic() + min(after_s, _UNTIL_JUDGED_S)
        self._fell_ill(attempt, spoken, hold_s=after_s)
        if run.age_s >= spoken.rules.expiry_s:
            self._give_up(attempt, "Its receiver has put it off for too long.")
        else:
            run.failed(after_s * 1000, is_free=True)

    def _gone(self, attempt: Attempt) -> None:
        run, spoken = attempt.run, attempt.spoken
        assert spoken is not None, "what is unknown is abandoned"
        run.line.held_until = time.monotonic() + _UNTIL_JUDGED_S
        self._fell_ill(attempt, spoken, gone=True)
        run.failed(_GONE_MS, is_free=True)

    def _fell_ill(
        self, attempt: Attempt, spoken: Spoken, *, hold_s: int = 0, gone: bool = False
    ) -> None:
        line = attempt.run.line
        self._lines.went_wrong(line)
        self._health.failed(line, spoken.rules, hold_s=hold_s, gone=gone)

    def _give_up(self, attempt: Attempt, why: str) -> None:
        """Give the head up as its subscription says; the rest of its lane waits or goes on."""
        row, spoken = attempt.row, attempt.spoken
        on_dead = OnDead.SKIP if spoken is None else spoken.body.on_dead
        if on_dead is not OnDead.BLOCK:
            self._ledger.ended(row.delivery_id, "dead")
        self._meters.ended.inc()
        _LOG.warning(
            "delivery given up",
            workspace=row.workspace_id,
            subscription=row.subscription_id,
            delivery=row.delivery_id,
            lane=on_dead.value,
            why=why,
        )
        attempt.run.given_up(on_dead)
