"""Whose turn it is: subscriptions with work, the slots each may use, workspaces taking turns.

Workspaces are served by what they have had so far, the least first; their subscriptions in turn.
Whoever comes back from idleness starts where the others are.  A subscription starts with one lane,
doubles with each success up to its cap, and falls back when it fails or is slow; those that have
fallen share a small part of the process.  Pure: no clock, no database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final

from retour.delivery.limits import PER_SUBSCRIPTION, QUANTUM, SUSPECTS_SHARE

_FIRST: Final = 1


@dataclass(slots=True, eq=False)
class Line:
    """One subscription as this process knows it.

    Args:
        is_due: It may have lanes to lease; false until somebody says so.
        busy: Lanes of it that are being worked on here.
        allowance: How many may be.
        failures: In a row, as far as is known here; ``failing_s`` since the first, as last leased.
        is_probed: It is failing; one lane is to find out whether it still is.
        held_until: Monotonic time before which it is left alone, until the database knows.
    """

    workspace_id: int
    subscription_id: str
    is_due: bool = False
    busy: int = 0
    allowance: int = _FIRST
    failures: int = 0
    failing_s: int = 0
    is_probed: bool = False
    held_until: float = 0.0
    seen_at: float = 0.0

    @property
    def key(self) -> tuple[int, str]:
        """Name it as the database does."""
        return self.workspace_id, self.subscription_id

    @property
    def is_suspect(self) -> bool:
        """Say whether its last result was a failure, or slow."""
        return self.allowance == 0


@dataclass(slots=True, eq=False)
class _Space:
    """A workspace with subscriptions whose turn may come; ``served`` is what it has had."""

    ready: dict[Line, None] = field(default_factory=dict["Line", None])
    served: int = 0
    is_queued: bool = False


class Lines:
    """Every subscription this process has heard of, and which of them lease next."""

    def __init__(self, *, in_flight_max: int, per_subscription: int = PER_SUBSCRIPTION) -> None:
        self._max = in_flight_max
        self._per_subscription = per_subscription
        self._lines: dict[tuple[int, str], Line] = {}
        self._spaces: dict[int, _Space] = {}
        self._queue: list[tuple[int, int]] = []  # A heap of (served, workspace).
        self._served = 0  # What the workspace chosen last had had.
        self.busy = 0
        self._suspects_busy = 0

    def line(self, key: tuple[int, str]) -> Line:
        """Give the line of a subscription, a new one at first sight."""
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = Line(*key)
        return found

    def __len__(self) -> int:
        return len(self._lines)

    def make_due(self, line: Line, now: float) -> None:
        """Take note that ``line`` may have something to lease."""
        line.is_due = True
        line.seen_at = now
        self._enqueue(line)

    def _enqueue(self, line: Line) -> None:
        if self._free(line) <= 0:
            return
        space = self._spaces.get(line.workspace_id)
        if space is None:
            space = self._spaces[line.workspace_id] = _Space()
        space.ready[line] = None
        if not space.is_queued:
            space.is_queued = True
            space.served = max(space.served, self._served)
            heappush(self._queue, (space.served, line.workspace_id))

    def _free(self, line: Line, suspects: int = 0) -> int:
        """Say how many more lanes ``line`` may use, beside so many ``suspects`` just chosen."""
        if line.is_suspect:
            share = max(1, self._max // SUSPECTS_SHARE)
            is_full = self._suspects_busy + suspects >= share
            return 0 if is_full or line.busy else 1
        return line.allowance - line.busy

    @property
    def has_ready(self) -> bool:
        """Say whether anybody could be leased for."""
        return bool(self._queue) and self.busy < self._max

    @property
    def is_rich(self) -> bool:
        """Say whether more subscriptions wait for their turn than could have it at once."""
        return sum(len(space.ready) for space in self._spaces.values()) > self._max

    def choose(self, lanes: int, now: float) -> list[tuple[Line, int]]:
        """Give the next up to ``lanes`` lanes to lease: each line once, with how many of it.

        The chosen are asked for and no longer due until they turn out to be; held ones are passed.
        """
        lanes = min(lanes, self._max - self.busy)
        chosen: list[tuple[Line, int]] = []
        while lanes > 0 and self._queue:
            served, workspace_id = heappop(self._queue)
            space = self._spaces[workspace_id]
            if served == space.served:
                self._served = served
                taken = self._choose_in(space, min(lanes, QUANTUM), now, chosen)
                space.served += taken
                lanes -= taken
            space.is_queued = bool(space.ready)
            if space.is_queued:
                heappush(self._queue, (space.served, workspace_id))
        return chosen

    def _choose_in(
        self, space: _Space, lanes: int, now: float, chosen: list[tuple[Line, int]]
    ) -> int:
        """Choose up to ``lanes`` lanes of one workspace; answers how many."""
        left = lanes
        suspects = sum(line.is_suspect for line, _ in chosen)
        while space.ready and left > 0:
            line = next(iter(space.ready))
            del space.ready[line]
            take = min(self._free(line, suspects), left)
            if take <= 0 or line.held_until > now:
                continue
            line.is_due = False
            chosen.append((line, take))
            suspects += line.is_suspect
            left -= take
        return lanes - left

    def charge(self, workspace_id: int, deliveries: int) -> None:
        """Have a workspace pay for what it got beyond what it was chosen for."""
        space = self._spaces.get(workspace_id)
        if space is not None:
            space.served += deliveries

    def begin(self, line: Line) -> None:
        """Take a slot."""
        line.busy += 1
        self.busy += 1
        if line.is_suspect:
            self._suspects_busy += 1

    def end(self, line: Line) -> None:
        """Give a slot back; whoever waited for it is ready again."""
        if line.is_suspect:
            self._suspects_busy -= 1
        line.busy -= 1
        self.busy -= 1
        if line.is_due:
            self._enqueue(line)

    def went_well(self, line: Line) -> None:
        """Let a line that answers soon use more lanes."""
        line.failures = line.failing_s = 0
        line.is_probed = False
        if line.allowance < self._per_subscription:
            self._allow(line, min(max(1, line.allowance * 2), self._per_subscription))

    def went_slowly(self, line: Line) -> None:
        """Take lanes from a line that answers late."""
        line.failures = line.failing_s = 0
        line.is_probed = False
        self._allow(line, line.allowance // 2)

    def went_wrong(self, line: Line) -> None:
        """Take lanes from a failing line, in the end all but one of the suspects'."""
        line.failures += 1
        self._allow(line, line.allowance // 2)

    def _allow(self, line: Line, allowance: int) -> None:
        was_suspect = line.is_suspect
        line.allowance = allowance
        if line.is_suspect and not was_suspect:
            self._suspects_busy += line.busy
        elif was_suspect and not line.is_suspect:
            self._suspects_busy -= line.busy
            if line.is_due:
                self._enqueue(line)

    def forget(self, before: float) -> None:
        """Drop lines that nobody has had work for since ``before``."""
        for key, line in list(self._lines.items()):
            if not (line.busy or line.is_due) and line.seen_at < before:
                del self._lines[key]
        for workspace_id, space in list(self._spaces.items()):
            if not space.is_queued:
                del self._spaces[workspace_id]
