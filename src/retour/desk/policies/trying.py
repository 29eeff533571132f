"""A backtest's work: slice by slice, each one transaction, from where the last one ended.

Whoever takes a slice holds the backtest's row until it is written, so that no two processes do the
same, and one that dies gives it back with nothing done.  There is nothing else to remember: a
restart goes on where the row says.  Memory holds one slice, however many returns there are.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from retour.lifecycle.model import Policy
from retour.policy.grounds import judged_again
from retour.policy.outcome import APPROVE, REJECT, REVIEW, Said, whole_of
from retour.policy.rules import laid_out
from retour.store.database import DELIVERY
from retour.store.judging import grounds_from
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.policy.grounds import Grounds
    from retour.store.database import Connection

_SQL: Final = named("backtests")
_ENCODE: Final = msgspec.json.Encoder()
_POLICY: Final = msgspec.json.Decoder(Policy)
_WORTH: Final = msgspec.json.Decoder(dict[str, dict[str, list[int]]])
SLICE: Final = 500
"""Returns tried in one transaction: some tens of milliseconds."""
LISTED_MAX: Final = 10_000
"""Changed lines that are listed; more are only counted."""


Worth: TypeAlias = dict[str, dict[str, list[int]]]
"""By currency and answer: returns as they were and would be, and what they are worth, likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A line that the tried policy answers otherwise."""

    return_id: str
    was: str
    said: Said


@dataclass(slots=True, kw_only=True)
class Tried:
    """What a slice comes to."""

    count: int = 0
    would: Counter[str] = field(default_factory=Counter[str])
    changed: int = 0
    changes: list[Change] = field(default_factory=list[Change])
    worth: Worth = field(default_factory=dict[str, dict[str, list[int]]])

    def weigh(self, grounds: Grounds, was: str, would: str) -> None:
        """Count a return, and its worth, by what was said and what would be."""
        value = sum(one.value or 0 for one in grounds.lines)
        words = self.worth.setdefault(grounds.occasion.currency or "", {})
        for place, word in enumerate((was, would)):
            figures = words.setdefault(word, [0, 0, 0, 0])
            figures[place] += 1
            figures[place + 2] += value


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """How much a slice did, how long that took, and whether the backtest has ended with it."""

    count: int
    seconds: float
    is_last: bool


async def running(house: House) -> list[tuple[int, str]]:
    """List the backtests to go on with: workspace and id."""
    pool = await house.database.pool(DELIVERY)
    rows = await pool.fetch(_SQL["running_anywhere"])
    return [(row["workspace_id"], row["backtest_id"]) for row in rows]


async def go_on(
    house: House, workspace_id: int, backtest_id: str, *, listed_max: int = LISTED_MAX
) -> Slice | None:
    """Try the next slice; None where the backtest has ended or somebody else is at it."""
    began = time.monotonic()
    async with house.database.transaction(workspace_id) as connection:
        taken = await connection.fetchrow(_SQL["take_backtest"], workspace_id, backtest_id)
        if taken is None:
            return None
        rows = await connection.fetch(
            _SQL["judged_after"],
            workspace_id,
            taken["policy_id"],
            taken["reached_at"],
            taken["reached_id"],
            taken["until"],
            SLICE,
        )
        found: list[tuple[str, str]] = [(row["return_id"], row["body"]) for row in rows]
        try:
            tried = await asyncio.to_thread(_tried, found, _POLICY.decode(taken["policy"]))
        except msgspec.MsgspecError as error:
            failure = f"What was frozen for a return cannot be read: {error}"
            now: datetime = await connection.fetchval("SELECT clock_timestamp()")
            await connection.execute(
                _SQL["end_backtest"], workspace_id, backtest_id, "failed", failure, now
            )
            return None
        is_last = len(rows) < SLICE
        reached = (rows[-1]["asked_at"], rows[-1]["return_id"]) if rows else _same(taken)
        listed = await _list(
            connection,
            workspace_id,
            backtest_id,
            taken["listed"],
            tried.changes[: max(0, listed_max - taken["listed"])],
        )
        now = await connection.fetchval("SELECT clock_timestamp()")
        seconds = time.monotonic() - began
        await connection.execute(
            _SQL["note_slice"],
            workspace_id,
            backtest_id,
            tried.count,
            *(tried.would[word] for word in (APPROVE, REVIEW, REJECT)),
            tried.changed,
            listed,
            *reached,
            max(1, round(1000 * seconds)),
            is_last,
            now,
            _ENCODE.encode(_added(taken["worth"], tried.worth)).decode(),
        )
    return Slice(count=tried.count, seconds=seconds, is_last=is_last)


def _added(before: str | None, worth: Worth) -> Worth:
    """Add the worth of a slice to that of those before."""
    whole = {} if before is None else _WORTH.decode(before)
    for currency, words in worth.items():
        known = whole.setdefault(currency, {})
        for word, figures in words.items():
            pairs = zip(known.get(word, [0, 0, 0, 0]), figures, strict=True)
            known[word] = [one + other for one, other in pairs]
    return whole


def _same(taken: Any) -> tuple[datetime, str]:  # noqa: ANN401 - a row
    return taken["reached_at"], taken["reached_id"]


def _tried(rows: Sequence[tuple[str, str]], policy: Policy) -> Tried:
    """Judge a slice again, on nothing but what was frozen for it."""
    tried = Tried(count=len(rows))
    rules = laid_out(policy.rules)
    for return_id, text in rows:
        grounds = grounds_from(text)
        said = judged_again(grounds, policy, rules)
        tried.would[whole_of(said)] += 1
        tried.weigh(grounds, whole_of(grounds.said), whole_of(said))
        before = {one.line: one.word for one in grounds.said}
        changes = [
            Change(return_id=return_id, was=before[one.line], said=one)
            for one in said
            if one.word != before.get(one.line, one.word)
        ]
        tried.changed += bool(changes)
        tried.changes += changes
    return tried


async def _list(
    connection: Connection,
    workspace_id: int,
    backtest_id: str,
    listed: int,
    kept: Sequence[Change],
) -> int:
    """Keep changes behind those that are listed; gives how many."""
    if kept:
        await connection.execute(
            _SQL["add_changes"],
            workspace_id,
            backtest_id,
            list(range(listed + 1, listed + 1 + len(kept))),
            [one.return_id for one in kept],
            [one.said.line for one in kept],
            [one.was for one in kept],
            [one.said.word for one in kept],
            [one.said.rule for one in kept],
            [one.said.detail for one in kept],
        )
    return len(kept)
