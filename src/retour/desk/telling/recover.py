"""Recovery: a subscription is told again what has happened since an instant, in order.

The log is read in the order of commits and told in lanes of the recovery's own, one per return (or
order), so that neither waits for the subscription's other work.  What still waits stays there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.keeping import keep
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import cursor, read_page
from retour.desk.stored_events import lane_key, stored_event, words_for
from retour.desk.telling.subscription_body import RecoverBody
from retour.desk.telling.subscriptions import webhook
from retour.dialects.speaking import place, rendered
from retour.kernel.ids import Mint, time_prefix
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import Refusal, RefusalCode
from retour.kernel.subscription import Ordering, SubscriptionState
from retour.store.statements import named
from retour.store.telling import Subscription, Turn, take_turn
from retour.store.telling_deliveries import Delivery, queue, told_before

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("events")
_ENCODE: Final = msgspec.json.Encoder()
_STEP: Final = 500
_STEPS_MAX: Final = 20
"""One call looks at no more than 10 000 events; the answer's cursor goes on from there."""
_INSTANT: Final = len("evt_") + 10
_BEGINNING: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""Before any event; an instant earlier than this means all of them."""
_CURSOR: Final = re.compile(r"(rcv_[0-9a-z]{26})\.(evt_[0-9a-z]{10,26})")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One recovery: its id, which names its lanes, what it goes on behind, and the time."""

    id: str
    after: str
    since: datetime
    tick: datetime
    step: int = _STEP
    steps_max: int = _STEPS_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a call tells again, and where the next one goes on, if anywhere."""

    fresh: list[Delivery]
    after: str | None


async def recover(
    house: House,
    workspace_id: int,
    subscription_id: str,
    body: RecoverBody,
    key: RequestKey | None = None,
    *,
    step: int = _STEP,
    steps_max: int = _STEPS_MAX,
) -> Outcome:
    """Queue again every event since an instant that the subscription wants; answers how many.

    ``since`` counts on either clock, the wall's or the workspace's.  Where ``next_cursor`` is not
    null there is more: ask again with it.  One call looks at ``steps_max`` times ``step`` events.

    Raises:
        InvalidRequest: The cursor is none of a recovery's.
    """
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        subscription = await webhook(connection, workspace_id, subscription_id)
        if turn is None or subscription is None:
            return NotFound(what="subscription")
        if subscription.state is SubscriptionState.DISABLED:
            detail = "This subscription is disabled. Set its status to active first."
            refusal = Refusal(code=RefusalCode.NOT_ALLOWED_IN_STATUS, detail=detail)
            return Refused(refusal=refusal)
        run = replace(_run(body, turn), step=step, steps_max=steps_max)
        found = await _find(connection, workspace_id, subscription, run)
        following = None if found.after is None else cursor(f"{run.id}.{found.after}")
        answer = _ENCODE.encode({"count": len(found.fresh), "next_cursor": following})
        if answered := await keep(connection, workspace_id, key, 200, answer):
            return answered
        if found.fresh:
            await queue(connection, workspace_id, subscription_id, found.fresh)
    house.hints(workspace_id, (subscription_id,))
    return Done(status=200, body=answer)


def _run(body: RecoverBody, turn: Turn) -> _Run:
    since = max(body.since, _BEGINNING)
    if body.cursor is not None:
        match = _CURSOR.fullmatch(read_page(None, body.cursor).after)
        if match is None:
            detail = (
                "This cursor is of no recovery. Give next_cursor of the call before, unchanged."
            )
            raise InvalidRequest(FieldError(pointer="/cursor", code="bad_cursor", detail=detail))
        return _Run(id=match[1], after=match[2], since=since, tick=turn.tick)
    # The workspace's clock only moves ahead: what it dates since then was not recorded before this.
    earliest = max(since - (turn.at - turn.tick), _BEGINNING)
    run_id = Mint(turn.tick, os.urandom(16))("rcv")
    return _Run(id=run_id, after=time_prefix("evt", earliest), since=since, tick=turn.tick)


async def _find(
    connection: Connection,
    workspace_id: int,
    subscription: Subscription,
    run: _Run,
) -> _Found:
    fresh: list[Delivery] = []
    after = run.after
    for _ in range(run.steps_max):
        rows = await connection.fetch(_SQL["events_by_id"], workspace_id, after, run.step)
        whole = _whole_commits(rows, run.step)
        recent = [row for row in whole if max(row["occurred_at"], row["recorded_at"]) >= run.since]
        fresh += await _tell(connection, workspace_id, subscription, run, recent)
        if len(rows) < run.step:
            return _Found(fresh=fresh, after=None)
        after = _instant_of(rows[-1]["event_id"])
        if len(whole) == len(rows):
            after = rows[-1]["event_id"]
    return _Found(fresh=fresh, after=after)


def _instant_of(event_id: str) -> str:
    """Give what an id shares with every other one of its millisecond; it sorts before them all."""
    return event_id[:_INSTANT]


def _whole_commits(rows: Sequence[asyncpg.Record], step: int) -> Sequence[asyncpg.Record]:
    """Leave a page's last millisecond to the next: ids do not order the events within it."""
    if len(rows) < step:
        return rows
    last = _instant_of(rows[-1]["event_id"])
    whole = [row for row in rows if _instant_of(row["event_id"]) != last]
    return whole or rows


async def _tell(
    connection: Connection,
    workspace_id: int,
    subscription: Subscription,
    run: _Run,
    rows: Sequence[asyncpg.Record],
) -> list[Delivery]:
    """Make deliveries of the events that the subscription wants and does not already await."""
    said, event_ids = subscription.body, [row["event_id"] for row in rows]
    mint = Mint(run.tick, os.urandom(16))
    waiting, ended = await told_before(connection, workspace_id, subscription.id, event_ids)
    fresh: list[Delivery] = []
    for row in rows:
        if row["event_id"] in waiting:
            continue
        event = stored_event(workspace_id, row)
        before = ended.get(event.id)
        # A first delivery bears its event's instant, by which it is found.
        first = Mint(row["recorded_at"], os.urandom(16))
        for part, word in enumerate(words_for(said, event)):
            if rendered(event, said, word) is None:
                continue
            delivery_id = mint("dlv") if before else first("dlv")
            key = lane_key(said.ordering, event, delivery_id)
            fresh.append(
                Delivery(
                    id=delivery_id,
                    subscription_id=subscription.id,
                    lane=key if said.ordering is Ordering.NONE else f"{run.id}/{key}",
                    position=place(event.stream_sequence, part),
                    event_id=event.id,
                    version=subscription.version,
                    type=event.type,
                    return_id=row["return_id"],
                    resend_of=before,
                )
            )
    return fresh
