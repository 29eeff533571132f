"""A reconciliation's work: slice by slice, each written in one transaction, from where it stands.

First a page of what the processor lists, then some of our legs that no page had.  A slice is taken
by time, for it asks the processor and holds no transaction meanwhile; whoever dies gives it back
so.  Memory holds one page, however many refunds there are.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from retour.desk.payments.messages import take
from retour.desk.reconciling.comparing import PENDING_MAX, Leg, Verdict, Why, compare
from retour.desk.reconciling.telling import tell
from retour.gateways.payments import ProcessorOutcome, ProcessorReply, RefundOrder
from retour.gateways.payments.listing import NotListed, Span
from retour.gateways.payments.messages import MessageKind, ProcessorMessage
from retour.kernel.ids import Mint
from retour.lifecycle.words import LegStatus
from retour.store.database import DELIVERY
from retour.store.payments import order_told_of
from retour.store.reconciling import (
    SQL,
    Finding,
    Tally,
    finish_or_go_on,
    legs_named,
    noted_before,
    write_tally,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import asyncpg

    from retour.desk.house import House
    from retour.gateways.payments.listing import Listed, Lister

LOOKED_UP: Final = 20
"""Our legs that one slice asks the processor about, one call each."""
LEASE_S: Final = 120
LISTED_MAX: Final = 10_000
"""Findings that are kept one by one; more are only counted."""
TRIES_MAX: Final = 10
_PAUSES_S: Final = (10, 60, 300, 900, 3600)


class Teller(Protocol):
    """A processor that lists what it did, and looks an intent up."""

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        """Say what became of an intent; ``None`` where it is unknown there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterpart:
    """One processor, to be compared with."""

    lister: Lister
    teller: Teller


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """How much a slice did, how long that took, and whether the reconciliation has ended."""

    count: int
    seconds: float
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """One reconciliation, held for one slice."""

    house: House
    counterpart: Counterpart
    workspace_id: int
    id: str
    row: asyncpg.Record
    began: float

    @property
    def processor(self) -> str:
        return self.row["processor"]

    @property
    def ms(self) -> int:
        return max(1, round(1000 * (time.monotonic() - self.began)))


async def running(house: House) -> list[tuple[int, str]]:
    """List the reconciliations to go on with: workspace and id."""
    pool = await house.database.pool(DELIVERY)
    rows = await pool.fetch(SQL["running_anywhere"])
    return [(row["workspace_id"], row["reconciliation_id"]) for row in rows]


async def go_on(
    house: House,
    counterparts: Mapping[str, Counterpart],
    workspace_id: int,
    reconciliation_id: str,
) -> Slice | None:
    """Do the next slice; None where it has ended, waits, or somebody else is at it."""
    began = time.monotonic()
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(SQL["take"], workspace_id, reconciliation_id, LEASE_S)
    if row is None:
        return None
    counterpart = counterparts.get(row["processor"])
    if counterpart is None:
        return None  # Another process may know it; the lease ends by itself.
    taken = _Taken(
        house=house,
        counterpart=counterpart,
        workspace_id=workspace_id,
        id=reconciliation_id,
        row=row,
        began=began,
    )
    return await (_theirs(taken) if row["phase"] == "theirs" else _ours(taken))


# ---------------------------------------------------------------- what they list


async def _theirs(taken: _Taken) -> Slice | None:
    row = taken.row
    span = Span(
        workspace_id=taken.workspace_id,
        since=row["since"],
        until=row["until"],
        asked_at=row["tick"],
    )
    page = await taken.counterpart.lister.listed(span, row["cursor"])
    if isinstance(page, NotListed):
        return await _put_off(taken, page.why, is_final=page.is_final)

    tally = Tally()
    refunds = [one for one in page.items if one.message.kind is MessageKind.REFUND]
    for one in page.items:
        if one.message.kind is MessageKind.DISPUTE:
            await take(taken.house, taken.workspace_id, taken.processor, one.message)
    await _compare(taken, refunds, tally)
    async with taken.house.database.transaction(taken.workspace_id) as connection:
        listed = await _explained_before(connection, taken, tally)
        noted = await connection.fetchrow(
            SQL["note_theirs"],
            taken.workspace_id,
            taken.id,
            row["retry_at"],
            page.following,
            len(refunds),
            tally.told,
            len(listed),
            taken.ms,
        )
        if noted is None:
            return None
        await write_tally(connection, taken.workspace_id, taken.id, tally, listed)
    return Slice(count=len(page.items), seconds=time.monotonic() - taken.began, is_last=False)


async def _compare(taken: _Taken, refunds: Sequence[Listed], tally: Tally) -> None:
    """Compare a page; what legs have not heard they are told, and compared again."""
    legs = await _legs_of(taken, refunds)
    unheard: list[Listed] = []
    for one in refunds:
        leg = _leg_of(one.message, legs)
        said = compare(one.message, leg, created_at=one.created_at, now=taken.row["tick"])
        if said in (Verdict.UNHEARD, Why.UNKNOWN_HERE):
            message = one.message
            if leg is not None:  # Told by reference alone, or by a list that names no return.
                message = replace(message, intent=leg.id, return_id=leg.return_id)
            await take(taken.house, taken.workspace_id, taken.processor, message)
            unheard.append(one)
        else:
            await _count(taken, one, leg, said, tally)
    if unheard:
        legs = await _legs_of(taken, unheard)
    for one in unheard:
        leg = _leg_of(one.message, legs)
        said = compare(one.message, leg, created_at=one.created_at, now=taken.row["tick"])
        tally.told += said in (Verdict.EXPLAINED, Verdict.NOTHING)
        await _count(taken, one, leg, Why.NOT_RECORDED if said is Verdict.UNHEARD else said, tally)


async def _legs_of(taken: _Taken, refunds: Sequence[Listed]) -> Mapping[str, Leg]:
    """Give the legs of a page, by id and by reference."""
    intents = [one.message.intent for one in refunds if one.message.intent is not None]
    references = [one.message.reference for one in refunds]
    async with taken.house.database.transaction(taken.workspace_id) as connection:
        rows = await legs_named(connection, taken.workspace_id, intents, references)
    legs = [Leg(**row) for row in rows]
    return {one.reference: one for one in legs if one.reference} | {one.id: one for one in legs}


def _leg_of(message: ProcessorMessage, legs: Mapping[str, Leg]) -> Leg | None:
    return legs.get(message.intent or "") or legs.get(message.reference)


async def _count(
    taken: _Taken, one: Listed, leg: Leg | None, said: Why | Verdict, tally: Tally
) -> None:
    message = one.message
    if leg is not None:
        tally.seen.append(leg.id)
    if said is Verdict.NOTHING:
        return
    is_explained = said is Verdict.EXPLAINED
    tally.count(message.amount, message.currency, is_explained=is_explained)
    if is_explained:
        return
    async with taken.house.database.transaction(taken.workspace_id) as connection:
        number = await order_told_of(
            connection,
            taken.workspace_id,
            taken.processor,
            message.reference,
            message.payments,
        )
    tally.findings.append(
        Finding(
            subject=message.reference,
            why=said.value,
            amount=message.amount,
            currency=message.currency,
            reference=message.reference,
            leg_id=None if leg is None else leg.id,
            return_id=None if leg is None else leg.return_id,
            payment=message.payments[0] if message.payments else None,
            order_number=number,
            status=message.status,
            our_amount=None if leg is None else leg.amount,
            our_currency=None if leg is None else leg.currency,
        )
    )


# ---------------------------------------------------------------- what we say is paid


async def _ours(taken: _Taken) -> Slice | None:
    row, ws = taken.row, taken.workspace_id
    async with taken.house.database.transaction(ws) as connection:
        rows = await connection.fetch(
            SQL["unseen"],
            ws,
            taken.processor,
            row["since"],
            row["until"],
            row["until"] - PENDING_MAX,
            taken.id,
            row["reached_at"],
            row["reached_leg"] or "",
            LOOKED_UP,
        )
    legs = [Leg(**one) for one in rows]
    tally = Tally()
    for leg in legs:
        order = RefundOrder(
            workspace_id=ws,
            intent=leg.id,
            payment=leg.payment or "",
            amount=leg.amount,
            currency=leg.currency,
            return_id=leg.return_id,
            in_doubt=True,
        )
        reply = await taken.counterpart.teller.look_up(order)
        if reply is not None and reply.outcome is ProcessorOutcome.UNKNOWN:
            return await _put_off(taken, reply.error or "It did not answer.", is_final=False)
        await _look_at(taken, leg, reply, tally)
    return await _note_ours(taken, legs, tally)


async def _look_at(taken: _Taken, leg: Leg, reply: ProcessorReply | None, tally: Tally) -> None:
    """Count one leg by what the processor says of its intent."""
    waits = leg.status != LegStatus.SUCCEEDED.value
    why: Why | None = None
    if reply is None:
        why = Why.PENDING_TOO_LONG if waits else Why.UNKNOWN_THERE
    elif reply.outcome is ProcessorOutcome.PENDING:
        why = Why.PENDING_TOO_LONG if waits else None
    elif waits or reply.outcome is ProcessorOutcome.FAILED:
        is_told = await take(
            taken.house, taken.workspace_id, taken.processor, _word(taken, leg, reply)
        )
        tally.told += is_told
        why = None if is_told else Why.NOT_RECORDED
    tally.count(leg.amount, leg.currency, is_explained=why is None)
    if why is not None:
        tally.findings.append(
            Finding(
                subject=leg.id,
                why=why.value,
                amount=leg.amount,
                currency=leg.currency,
                reference=leg.reference,
                leg_id=leg.id,
                return_id=leg.return_id,
                payment=leg.payment,
                status=leg.status,
                our_amount=leg.amount,
                our_currency=leg.currency,
            )
        )


def _word(taken: _Taken, leg: Leg, reply: ProcessorReply) -> ProcessorMessage:
    """Write what a look-up answers as the processor's own message."""
    is_failed = reply.outcome is ProcessorOutcome.FAILED
    return ProcessorMessage(
        event_id=f"listed/{reply.reference}/{reply.outcome.value}",
        event_at=taken.row["tick"],
        kind=MessageKind.REFUND,
        reference=reply.reference or leg.reference or leg.id,
        status=reply.outcome.value,
        outcome=reply.outcome,
        is_final=True,
        is_moot=is_failed,
        takes=not is_failed,
        payments=() if leg.payment is None else (leg.payment,),
        amount=leg.amount,
        currency=leg.currency,
        intent=leg.id,
        return_id=leg.return_id,
        error=reply.error,
    )


async def _note_ours(taken: _Taken, legs: Sequence[Leg], tally: Tally) -> Slice | None:
    is_last = len(legs) < LOOKED_UP
    row, ws = taken.row, taken.workspace_id
    reached: tuple[datetime | None, str] = (row["reached_at"], row["reached_leg"] or "")
    if legs:
        reached = (legs[-1].moved_at, legs[-1].id)
    hinted: set[str] = set()
    async with taken.house.database.transaction(ws) as connection:
        listed = await _explained_before(connection, taken, tally)
        is_noted = await finish_or_go_on(
            connection,
            ws,
            taken.id,
            lease=row["retry_at"],
            reached=reached,
            tally=tally,
            listed=len(listed),
            ours=len(legs),
            ms=taken.ms,
            is_last=is_last,
        )
        if not is_noted:
            return None
        await write_tally(connection, ws, taken.id, tally, listed)
        if is_last:
            hinted = await tell(connection, ws, taken.id)
    taken.house.hints(ws, hinted)
    return Slice(count=len(legs), seconds=time.monotonic() - taken.began, is_last=is_last)


# ---------------------------------------------------------------- both


async def _explained_before(
    connection: asyncpg.pool.PoolConnectionProxy, taken: _Taken, tally: Tally
) -> list[tuple[str, Finding]]:
    """Count as explained what a person explained before; gives the rest with ids, to be listed."""
    subjects = [one.subject for one in tally.findings]
    if not subjects:
        return []
    notes = await noted_before(connection, taken.workspace_id, taken.processor, subjects)
    rest = [one for one in tally.findings if (one.subject, one.why) not in notes]
    for one in tally.findings:
        if (one.subject, one.why) in notes:
            tally.sums[one.currency].explained += 1
            tally.sums[one.currency].explained_amount += one.amount
    mint = Mint(taken.row["tick"], os.urandom(16))
    left = max(0, LISTED_MAX - taken.row["listed"])
    return [(mint("rci"), one) for one in rest[:left]]


async def _put_off(taken: _Taken, why: str, *, is_final: bool) -> None:
    """Try again later; give up where that is of no use, or was tried often enough."""
    tries: int = taken.row["tries"]
    async with taken.house.database.transaction(taken.workspace_id) as connection:
        if is_final or tries + 1 >= TRIES_MAX:
            await connection.execute(SQL["end"], taken.workspace_id, taken.id, "failed", why)
            return
        pause_s = _PAUSES_S[min(tries, len(_PAUSES_S) - 1)]
        await connection.execute(
            SQL["put_off"], taken.workspace_id, taken.id, taken.row["retry_at"], why, pause_s
        )
