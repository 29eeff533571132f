"""The books of a soak, closed from outside: what was committed, what came, what the log says. Pure.

Everything committed has ended or waits; each address was told each return in order; nothing came
twice but around a kill.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

KILL_SLACK_S: Final = 2.0
"""A request of a process that is dead already may still be on its way."""
SHOWN_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Came:
    """One request as the receiver saw it."""

    at: float
    path: str
    event: str
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What ought to have come, and what the product says became of it.

    Args:
        streams: Events of each stream, in order.
        paths: The address of each subscription.
        endings: (event, subscription) to its status, ``pending`` where it has not ended.
    """

    streams: Mapping[str, Sequence[str]]
    paths: Mapping[str, str]
    endings: Mapping[tuple[str, str], str]


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What the books say; ``wrong`` is empty where every promise was kept."""

    created: int = 0
    statuses: Counter[str] = field(default_factory=Counter[str])
    requests: int = 0
    repeated: int = 0
    wrong: list[str] = field(default_factory=list[str])


def read_diary(lines: Iterable[str]) -> list[Came]:
    """Read the receiver's diary."""
    return [
        Came(float(at), path, event, taken == "1")
        for at, path, event, taken in (line.split() for line in lines)
    ]


def close(committed: Committed, came: Sequence[Came], kills: Sequence[float]) -> Verdict:
    """Compare everything with everything."""
    verdict = Verdict(requests=len(came))
    _conserve(committed, came, verdict)
    _in_order(committed, came, verdict)
    _once(came, kills, verdict)
    return verdict


def _conserve(committed: Committed, came: Sequence[Came], verdict: Verdict) -> None:
    expected = {
        (event, subscription)
        for events in committed.streams.values()
        for event in events
        for subscription in committed.paths
    }
    verdict.created = len(expected)
    verdict.statuses.update(committed.endings.values())
    verdict.wrong += [f"{key} is in no book" for key in expected - committed.endings.keys()]
    verdict.wrong += [f"{key} was never due" for key in committed.endings.keys() - expected]
    taken = {(one.event, one.path) for one in came if one.taken}
    verdict.wrong += [
        f"{event} is logged as delivered to {committed.paths[subscription]}, which never took it"
        for (event, subscription), status in committed.endings.items()
        if status == "delivered" and (event, committed.paths[subscription]) not in taken
    ]


def _in_order(committed: Committed, came: Sequence[Came], verdict: Verdict) -> None:
    """Let a message come only when all before it in its stream were taken or given up."""
    place = {
        event: (stream, number)
        for stream, events in committed.streams.items()
        for number, event in enumerate(events)
    }
    given_up = {
        (event, committed.paths[subscription])
        for (event, subscription), status in committed.endings.items()
        if status in {"dead", "skipped"}
    }
    next_up: dict[tuple[str, str], int] = defaultdict(int)
    for one in came:
        stream, number = place[one.event]
        lane = (stream, one.path)
        events = committed.streams[stream]
        while next_up[lane] < number and (events[next_up[lane]], one.path) in given_up:
            next_up[lane] += 1
        if number > next_up[lane]:
            waited = f"{number} came to {one.path} when {next_up[lane]} was next"
            verdict.wrong.append(f"{stream}: {waited}")
        elif one.taken and number == next_up[lane]:
            next_up[lane] += 1


def _once(came: Sequence[Came], kills: Sequence[float], verdict: Verdict) -> None:
    first: dict[tuple[str, str], float] = {}
    for one in came:
        if not one.taken:
            continue
        key = (one.event, one.path)
        before = first.setdefault(key, one.at)
        if before is one.at:
            continue
        verdict.repeated += 1
        if not any(before - KILL_SLACK_S <= kill <= one.at for kill in kills):
            verdict.wrong.append(f"{one.event} came twice to {one.path} without a kill between")
