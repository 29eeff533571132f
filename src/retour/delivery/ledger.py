"""What is yet to be written: results of runs, their attempts, the bytes sent for the first time.

Collected while they happen, handed over as the parallel arrays that one settlement takes.  A batch
that could not be written is offered again unchanged.  Nothing is sent or decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from retour.delivery.outcome import WORDS, Outcome
from retour.delivery.runs import Run
from retour.kernel.wire import WireMessage
from retour.store.delivery_queries import SettleColumns

_ENCODE: Final = msgspec.json.Encoder()
_LANE_COLUMNS: Final = 13
_ENDED_COLUMNS: Final = 2
_ATTEMPT_COLUMNS: Final = 17
_RENDERING_COLUMNS: Final = 5


class Tried(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One attempt: its outcome, and everything people may want to know of it."""

    outcome: Outcome
    status_code: int | None = None
    error: str | None = None
    detail: str | None = None
    ms: int | None = None
    ms_dns: int | None = None
    ms_connect: int | None = None
    ms_tls: int | None = None
    ms_first_byte: int | None = None
    peer: str | None = None
    request_headers: str | None = None
    response_headers: str | None = None
    response_body: bytes | None = None


class NewRendering(msgspec.Struct, frozen=True, gc=False):
    """Bytes that were made for the first time, and under which key they are kept."""

    workspace_id: int
    event_id: str
    render_key: str
    wire: WireMessage


_Attempt = tuple[Run, str, str, int, float, Tried]


@dataclass(slots=True, eq=False)
class Batch:
    """Results that are written together: each run as it stood when the batch was closed."""

    lanes: list[tuple[Run, tuple[object, ...]]]
    attempts: list[_Attempt]
    ended: list[tuple[str, str]]
    renderings: list[NewRendering]

    @property
    def runs(self) -> list[Run]:
        """Give the runs in the order of their keys, which is the order of their locks."""
        return [run for run, _ in self.lanes]

    def columns(self, now: float) -> SettleColumns:
        """Give all that ``settle`` takes."""
        places = {run: place for place, run in enumerate(self.runs, 1)}
        tried = [one[-1] for one in self.attempts]
        return SettleColumns(
            lanes=_transposed([row for _, row in self.lanes], _LANE_COLUMNS),
            ended=_transposed(self.ended, _ENDED_COLUMNS),
            attempts=_transposed(
                [_attempt_row(places[one[0]], one, now) for one in self.attempts], _ATTEMPT_COLUMNS
            ),
            bodies={
                place: one.response_body for place, one in enumerate(tried, 1) if one.response_body
            },
            renderings=_transposed(map(_rendering_row, self.renderings), _RENDERING_COLUMNS),
            rendered=[new.wire.body for new in self.renderings],
        )

    def halves(self) -> tuple[Batch, Batch]:
        """Split by runs; what belongs to no run goes with the first half."""
        middle = len(self.lanes) // 2
        first = {run for run, _ in self.lanes[:middle]}
        return (
            Batch(
                self.lanes[:middle],
                [one for one in self.attempts if one[0] in first],
                self.ended,
                self.renderings,
            ),
            Batch(
                self.lanes[middle:],
                [one for one in self.attempts if one[0] not in first],
                self.ended,
                [],
            ),
        )

    def bare(self) -> Batch:
        """Leave out every word and byte from outside; only what the lanes need stays."""
        attempts = [(*one[:-1], Tried(outcome=one[-1].outcome)) for one in self.attempts]
        return Batch(self.lanes, attempts, self.ended, [])


def _key(run: Run) -> tuple[int, str, str]:
    return run.line.workspace_id, run.line.subscription_id, run.lane


def _lane_row(run: Run) -> tuple[object, ...]:
    return (
        run.line.workspace_id,
        run.line.subscription_id,
        run.lane,
        run.token,
        run.acked,
        run.done,
        run.due_ms,
        run.attempt,
        run.series_start,
        run.is_failing,
        run.is_blocked,
        run.is_collapsing,
        run.gap_change,
    )


def _attempt_row(place: int, attempt: _Attempt, now: float) -> tuple[object, ...]:
    _, attempt_id, delivery_id, n, began, tried = attempt
    return (
        place,
        attempt_id,
        delivery_id,
        n,
        int((now - began) * 1000),
        WORDS[type(tried.outcome)],
        tried.status_code,
        tried.error,
        tried.detail,
        tried.ms,
        tried.ms_dns,
        tried.ms_connect,
        tried.ms_tls,
        tried.ms_first_byte,
        tried.peer,
        tried.request_headers,
        tried.response_headers,
    )


def _rendering_row(new: NewRendering) -> tuple[object, ...]:
    headers = _ENCODE.encode(new.wire.headers).decode()
    return new.workspace_id, new.event_id, new.render_key, new.wire.content_type, headers


def _transposed(rows: Iterable[tuple[object, ...]], width: int) -> list[Sequence[object]]:
    columns: list[Sequence[object]] = list(zip(*rows, strict=True))
    return columns or [()] * width


class Ledger:
    """Everything not yet written, and for how long."""

    def __init__(self) -> None:
        self._runs: dict[Run, None] = {}
        self._attempts: list[_Attempt] = []
        self._ended: list[tuple[str, str]] = []
        self._renderings: list[NewRendering] = []
        self._oldest: float | None = None
        self._writing = 0

    @property
    def size(self) -> int:
        """Count the results that wait or are being written."""
        return self.waiting + self._writing

    @property
    def waiting(self) -> int:
        """Count the results that wait for the next batch."""
        return max(len(self._attempts), len(self._runs))

    @property
    def oldest(self) -> float | None:
        """Give the monotonic time of the first result that waits; ``None`` where none does."""
        return self._oldest

    def note(self, run: Run, now: float) -> None:
        """Have the run's state written with the next batch."""
        self._runs[run] = None
        if self._oldest is None:
            self._oldest = now

    def attempt(self, run: Run, attempt_id: str, *, n: int, began: float, tried: Tried) -> None:
        """Keep an attempt of the run's head; the run itself is noted by the caller."""
        delivery_id = run.rows[run.index].delivery_id
        self._attempts.append((run, attempt_id, delivery_id, n, began, tried))

    def ended(self, delivery_id: str, status: str) -> None:
        """List a delivery that ends otherwise than delivered."""
        self._ended.append((delivery_id, status))

    def rendered(self, new: NewRendering) -> None:
        """Keep bytes with the attempt that sent them first."""
        self._renderings.append(new)

    def take(self) -> Batch:
        """Close the batch that waits; it counts until it is said to be written."""
        runs = sorted(self._runs, key=_key)
        batch = Batch(
            [(run, _lane_row(run)) for run in runs], self._attempts, self._ended, self._renderings
        )
        self._writing += self.waiting
        self._runs, self._attempts, self._ended, self._renderings = {}, [], [], []
        self._oldest = None
        return batch

    def wrote(self) -> None:
        """Take note that everything taken is in the database."""
        self._writing = 0
