"""Commit: one call that writes what was decided, or writes nothing and says why.

Typed callers of ``retour.commit_return`` and ``retour.commit_order``.  Everything travels as
parallel arrays; the database re-checks versions, counters, caps and the workspace's epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import msgspec

from retour.kernel.subscription import WORDS_MAX
from retour.store.credit import legs_arguments
from retour.store.judging import judgement_arguments, marks_arguments, tally_arguments
from retour.store.papers import papers_arguments
from retour.store.processor_legs import (
    loosened_arguments,
    processor_legs_arguments,
    withheld_arguments,
)
from retour.store.timing import timers_arguments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retour.lifecycle.model import Actor, Customer, Decision, Order, Personal, Return, State
    from retour.store.database import Connection
    from retour.store.judging import Mark
    from retour.store.papers import PapersMade

_ENCODE: Final = msgspec.json.Encoder()
_COUNTED: Final = ("requested", "received", "accepted", "rejected", "settled")


class Committed(Enum):
    """How a commit ended; everything but DONE wrote nothing."""

    DONE = auto()
    STALE = auto()  # Somebody else committed first, or a counter moved: load and decide again.
    EPOCH = auto()  # Subscriptions or keys changed: load them, then decide again.
    KEY_USED = auto()  # The idempotency key has its reply already.


@dataclass(frozen=True, slots=True, kw_only=True)
class Fanout:
    """One delivery to be: which event (0-based) goes to which subscription, in which lane.

    ``part`` says which of the event's words it is, at most the fourth, from 0.
    """

    event: int
    part: int = 0
    subscription_id: str
    version: int
    lane: str
    delivery_id: str

    @property
    def place(self) -> int:
        """Name the event and its word in one number, as ``retour.append`` takes it."""
        return (self.event + 1) * WORDS_MAX + self.part


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The events of one commit, numbered, and where they go."""

    ids: Sequence[str]
    decision: Decision
    stream_sequence: int  # Of the stream before this commit.
    fanout: Sequence[Fanout]
    actor: Actor
    source: str
    personal: Personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is kept for an idempotency key."""

    key_id: str
    key: str
    digest: bytes
    status: int
    body: bytes


def text(value: msgspec.Struct | Mapping[str, msgspec.Struct]) -> str:
    """Write a value as the JSON text that ``json`` columns hold."""
    return _ENCODE.encode(value).decode()


def _facts(facts: Facts) -> list[object]:
    events = facts.decision.events
    first = facts.stream_sequence + 1
    return [
        text(facts.actor),
        facts.source,
        text(facts.personal),
        list(facts.ids),
        [event.type.value for event in events],
        list(range(first, first + len(events))),
        [event.sequence for event in events],
        [event.at for event in events],
        [text(event.snapshot) for event in events],
        [item.place for item in facts.fanout],
        [item.subscription_id for item in facts.fanout],
        [item.version for item in facts.fanout],
        [item.lane for item in facts.fanout],
        [item.delivery_id for item in facts.fanout],
    ]


def _counter_deltas(before: Order, after: Order) -> list[list[object]]:
    """Give line ids and, per counter, how much it moves; only lines that move."""
    was = {line.id: line.counters for line in before.lines}
    moved = [line for line in after.lines if line.counters != was[line.id]]
    return [
        [line.id for line in moved],
        *[
            [getattr(line.counters, name) - getattr(was[line.id], name) for line in moved]
            for name in _COUNTED
        ],
    ]


def _cap_deltas(before: Order, after: Order) -> list[list[object]]:
    was = {payment.id: payment.reserved for payment in before.payments}
    moved = [payment for payment in after.payments if payment.reserved != was[payment.id]]
    return [
        [payment.id for payment in moved],
        [payment.reserved - was[payment.id] for payment in moved],
    ]


@cache
def _statement(calls: tuple[tuple[str, int], ...]) -> str:
    """Write one statement of several calls, each by name and width, carried out in turn.

    The next is made only where the one before has answered true; CASE, unlike AND, keeps order.
    """
    last, first = "true", 1 + sum(width for _, width in calls)
    for name, width in reversed(calls):
        first -= width
        places = ", ".join(f"${place}" for place in range(first, first + width))
        last = f"CASE WHEN retour.{name}({places}) THEN {last} ELSE false END"
    return f"SELECT {last}"


async def _call(
    pool: asyncpg.Pool | Connection,
    name: str,
    arguments: list[object],
    first: list[Any] | None = None,
    **then: list[Any] | None,
) -> Committed:
    """Make the commit's call and, in the same statement, those that go with it.

    Args:
        first: What ``loosen_withheld`` takes, before anything else.
    """
    named = {"loosen_withheld": first, name: arguments, **then}
    calls = {one: given for one, given in named.items() if given is not None}
    statement = _statement(tuple((one, len(given)) for one, given in calls.items()))
    try:
        done: bool = await pool.fetchval(statement, *chain.from_iterable(calls.values()))
    except asyncpg.PostgresError as error:
        if error.sqlstate in ("RT001", "RT002", "40001", "40P01") or isinstance(
            error, asyncpg.CheckViolationError
        ):
            return Committed.STALE
        if error.sqlstate == "RT003":
            return Committed.EPOCH
        raise
    return Committed.DONE if done else Committed.KEY_USED


async def keep_all(connection: Connection, calls: Mapping[str, list[Any]]) -> None:
    """Make calls that go with commits apart from one, within a transaction."""
    statement = _statement(tuple((one, len(given)) for one, given in calls.items()))
    await connection.execute(statement, *chain.from_iterable(calls.values()))


async def commit_return(
    pool: asyncpg.Pool | Connection,
    workspace_id: int,
    *,
    tick: datetime,
    epoch: int,
    order_version: int,
    return_version: int,
    before: State,
    facts: Facts,
    email_digest: bytes,
    reply: Reply | None,
    dock: list[Any] | None = None,
    papers: PapersMade | None = None,
    listed: Mapping[str, list[Any]] | None = None,
) -> Committed:
    """Commit a plan on a return: state, events, deliveries, kept reply; or nothing."""
    after = facts.decision.state
    ret = after.ret
    assert ret is not None, "a plan on a return leaves a return"
    return await _call(
        pool,
        "commit_return",
        [
            workspace_id,
            tick,
            epoch,
            after.order.id,
            order_version,
            text(after.order) if _order_changed(before.order, after.order) else None,
            *_counter_deltas(before.order, after.order),
            *_cap_deltas(before.order, after.order),
            ret.id,
            return_version,
            ret.order_number,
            ret.number,
            ret.rma_number,
            ret.status.value,
            ret.sequence,
            text(ret),
            text(after.words),
            email_digest,
            _new_skus(before.ret, ret),
            *_facts(facts),
            *(
                (reply.key_id, reply.key, reply.digest, reply.status, reply.body)
                if reply
                else (None, None, None, None, None)
            ),
        ],
        first=loosened_arguments(workspace_id, before.order, after.order),
        keep_withheld=withheld_arguments(workspace_id, before.order, after.order),
        keep_processor_legs=processor_legs_arguments(workspace_id, tick, before.ret, ret),
        keep_parcels=_parcels(workspace_id, before.ret, ret),
        keep_legs=legs_arguments(workspace_id, before.ret, ret, tick),
        keep_tally=tally_arguments(workspace_id, before, facts.decision),
        keep_judgement=judgement_arguments(workspace_id, facts.decision),
        keep_dock=dock,
        wind_timers=timers_arguments(workspace_id, before, facts.decision, facts.ids, tick),
        keep_papers=papers_arguments(workspace_id, tick, ret.id, papers),
        **(listed or {}),
    )


def _parcels(workspace_id: int, before: Return | None, after: Return) -> list[Any] | None:
    """Give what ``keep_parcels`` takes; None where every parcel is as it was."""
    had = () if before is None else before.parcels
    changed = [one for one in after.parcels if one not in had]
    return [workspace_id, after.id, _ENCODE.encode(changed).decode()] if changed else None


def _order_changed(before: Order, after: Order) -> bool:
    """Say whether the order's own document moved, beside its counters and caps."""
    taken_before = [one.taken for one in before.payments]
    return (
        before.shipping_refunded != after.shipping_refunded
        or [one.taken for one in after.payments] != taken_before
    )


def _new_skus(before: Return | None, after: Return) -> list[str]:
    had = {line.sku for line in before.lines} if before else set[str]()
    return sorted({line.sku for line in after.lines} - had)


async def commit_order(
    pool: asyncpg.Pool | Connection,
    workspace_id: int,
    *,
    tick: datetime,
    epoch: int,
    order_version: int,
    customer: Customer,
    facts: Facts,
    email_digest: bytes,
    marks: Sequence[Mark],
    listed: Mapping[str, list[Any]] | None = None,
) -> Committed:
    """Commit an order as put: its document, delivered counts, captures, and ``order.delivered``."""
    order = facts.decision.state.order
    return await _call(
        pool,
        "commit_order",
        [
            workspace_id,
            tick,
            epoch,
            order.id,
            order_version,
            order.order_number,
            text(order),
            text(customer),
            email_digest,
            [line.id for line in order.lines],
            [line.counters.delivered for line in order.lines],
            [payment.id for payment in order.payments],
            [payment.captured for payment in order.payments],
            *_facts(facts),
        ],
        keep_withheld=withheld_arguments(workspace_id, None, order),
        keep_marks=marks_arguments(workspace_id, order, marks),
        **(listed or {}),
    )
