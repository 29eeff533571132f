"""Refund calls: a leg's processor is asked, and what it says comes back as a command.

The leg's id is the processor's key for life.  Whatever may have been asked before is looked up
first; only an intent without a live refund is asked for, and only while the leg still waits for
that very processor and series.  The command is committed before the lane
is settled, so a crash in between repeats the look-up and the same command, to no effect.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from retour.delivery.crash import crash_point
from retour.delivery.effects import REFUND_PAUSES_S
from retour.delivery.ledger import Tried
from retour.delivery.outcome import DELIVERED, Abandoned, Outcome, Retry
from retour.delivery.protocols import Execute, NotRecorded, Recorded, Work
from retour.gateways.payments import (
    NullProcessor,
    Processor,
    ProcessorOutcome,
    ProcessorReply,
    RefundOrder,
)
from retour.kernel.problems import Transient
from retour.kernel.wire import WireMessage
from retour.lifecycle.commands import RecordRefundOutcome
from retour.lifecycle.model import Leg, LegStatus
from retour.store.delivery_queries import latest_snapshot, past_replies

if TYPE_CHECKING:
    import asyncpg

_LOG: Final = structlog.get_logger()
_ENCODE: Final = msgspec.json.Encoder()
_POLL_S: Final = (60, 600, 3600)
"""Between two looks at a refund that is pending; the last repeats."""
_UNKNOWN_S: Final = (10, 60, 600, 3600)
"""Before an intent whose fate is unknown is looked up."""
_BUSY_S: Final = 5
_WAITING: Final = frozenset({LegStatus.IN_FLIGHT.value, LegStatus.UNKNOWN.value})


class _Reply(msgspec.Struct, frozen=True, omit_defaults=True):
    """A processor's answer as an attempt keeps it."""

    outcome: str
    reference: str | None = None
    error: str | None = None


class _LegAttempt(msgspec.Struct, frozen=True):
    outcome: str


class _Leg(msgspec.Struct, frozen=True):
    id: str
    status: str
    attempts: tuple[_LegAttempt, ...] = ()


class _Settlement(msgspec.Struct, frozen=True):
    legs: tuple[_Leg, ...] = ()


class _Answer(msgspec.Struct, frozen=True):
    """As much of a return's answer as says how its legs stand."""

    settlements: tuple[_Settlement, ...] = ()


class _LegNow(msgspec.Struct, frozen=True):
    id: str
    status: str
    executor: str
    series: int = 1


class _SettlementNow(msgspec.Struct, frozen=True):
    legs: tuple[_LegNow, ...] = ()


class _ReturnNow(msgspec.Struct, frozen=True):
    settlements: tuple[_SettlementNow, ...] = ()


class _WorldNow(msgspec.Struct, frozen=True):
    """As much of the return's latest event as says how its legs stand by now."""

    ret: _ReturnNow


_ANSWER: Final = msgspec.json.Decoder(_Answer)
_WORLD_NOW: Final = msgspec.json.Decoder(_WorldNow)
_REPLY: Final = msgspec.json.Decoder(_Reply)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One leg whose turn it is, and what its processor has said of it before."""

    leg: Leg
    currency: str
    processor: Processor
    past: tuple[_Reply, ...]

    def order(self, work: Work) -> RefundOrder:
        """Say what is asked for; tries that failed but were not recorded count as well."""
        said = [one.outcome for one in (*self.leg.attempts, *self.past)]
        failed = ProcessorOutcome.FAILED.value
        return RefundOrder(
            workspace_id=work.row.workspace_id,
            return_id=work.row.return_id,
            intent=self.leg.id,
            payment=self.leg.payment or "",
            amount=self.leg.amount,
            currency=self.currency,
            failures=said.count(failed),
            in_doubt=work.may_repeat and (not said or said[-1] != failed),
            world=work.event.snapshot.ret,
        )

    def was_said(self, reply: ProcessorReply) -> bool:
        """Say whether this very answer has been reported already."""
        attempts = [(one.outcome, one.reference) for one in (*self.past, *self.leg.attempts)]
        return (reply.outcome.value, reply.reference) in attempts


class RefundSender:
    """Asks processors to refund, by the name of each leg's executor."""

    def __init__(
        self, pool: asyncpg.Pool, execute: Execute, processors: Mapping[str, Processor]
    ) -> None:
        self._pool = pool
        self._execute = execute
        self._processors = processors

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        """Ask or look up once, and report what was said."""
        del wire
        crash_point("reserved")
        began = time.monotonic()
        asked = await self._asked(work)
        if asked is None:
            return Tried(outcome=Abandoned("The event names no such leg."))
        if (work.may_repeat or work.n > 1) and await self._has_moved_on(work, asked):
            return Tried(outcome=DELIVERED, peer=asked.leg.executor.value)
        reply = await self._reply(work, asked)
        crash_point("replied")
        try:
            outcome = await self._report(work, asked, reply)
        except Transient as error:
            outcome = Retry(str(error), after_s=_BUSY_S, is_receivers=False)
        crash_point("booked")
        said = _Reply(reply.outcome.value, reply.reference, reply.error)
        return Tried(
            outcome=outcome,
            error=None if reply.outcome is ProcessorOutcome.SUCCEEDED else reply.outcome.value,
            detail=reply.error,
            ms=int((time.monotonic() - began) * 1000),
            peer=asked.leg.executor.value,
            response_body=_ENCODE.encode(said),
        )

    async def _asked(self, work: Work) -> _Asked | None:
        ret = work.event.snapshot.ret
        found = [
            (leg, settlement.currency)
            for settlement in (ret.settlements if ret else ())
            for leg in settlement.legs
            if leg.id == work.row.lane
        ]
        if not found:
            return None
        leg, currency = found[0]
        past: list[bytes] = []
        if work.n > 1:
            past = await past_replies(self._pool, work.row.workspace_id, work.row.delivery_id)
        return _Asked(
            leg=leg,
            currency=currency,
            processor=self._processors.get(leg.executor.value) or NullProcessor(),
            past=tuple(_REPLY.decode(reply) for reply in past),
        )

    async def _has_moved_on(self, work: Work, asked: _Asked) -> bool:
        """Say whether a message has ended the leg, or people have it paid another way since.

        Only what had been asked before can have been told of.  A leg that is under way is left to
        its executor by everybody, so what is true here stays true until we have asked.
        """
        latest = await latest_snapshot(self._pool, work.row.workspace_id, work.row.return_id or "")
        if latest is None:
            return False
        settlements = _WORLD_NOW.decode(latest).ret.settlements
        now = [leg for one in settlements for leg in one.legs if leg.id == asked.leg.id]
        return any(
            leg.status not in _WAITING
            or leg.series != asked.leg.series
            or leg.executor != asked.leg.executor.value
            for leg in now
        )

    async def _reply(self, work: Work, asked: _Asked) -> ProcessorReply:
        """Look up what may have been asked before; ask where nothing is under way."""
        order = asked.order(work)
        if work.may_repeat or asked.leg.attempts:
            known = await asked.processor.look_up(order)
            is_over = known is not None and known.outcome is ProcessorOutcome.FAILED
            if known is not None and not (is_over and asked.was_said(known)):
                return known
        crash_point("key_stored")  # With the effect itself: the leg's id is the key.
        call = asyncio.ensure_future(asked.processor.refund(order))
        await asyncio.sleep(0)
        crash_point("called")
        return await call

    async def _report(self, work: Work, asked: _Asked, reply: ProcessorReply) -> Outcome:
        """Commit the answer as a command, and say when to look again, if ever."""
        if reply.outcome is ProcessorOutcome.PENDING and asked.was_said(reply):
            return _again(work, "The refund is still pending.", _POLL_S)
        # Told apart by what was said: after a crash the same attempt may come to know better, or
        # hear the same doubt in other words.
        told = await self._execute(
            work.row.workspace_id,
            work.row.return_id or "",
            RecordRefundOutcome(
                leg=asked.leg.id,
                outcome=reply.outcome.value,
                reference=reply.reference,
                error=reply.error,
            ),
            effect_id=f"{work.row.delivery_id}/{_named(reply)}",
            attempt=work.n,
        )
        if isinstance(told, NotRecorded):
            return _refused(work, reply, told)
        leg = _leg_of(asked.leg, told)
        if leg is None or leg.status not in _WAITING:
            return DELIVERED  # All is said, by us or by the processor's own message.
        match reply.outcome:
            case ProcessorOutcome.SUCCEEDED:
                return _again(work, "The refund failed after this answer.", _UNKNOWN_S)
            case ProcessorOutcome.PENDING:
                return _again(work, "The refund is pending.", _POLL_S)
            case ProcessorOutcome.UNKNOWN:
                pauses_s = _UNKNOWN_S if reply.after_s is None else (reply.after_s,)
                return _again(work, reply.error or "The processor did not answer.", pauses_s)
            case ProcessorOutcome.FAILED:
                return _after_failure(leg, reply)


def _named(reply: ProcessorReply) -> str:
    """Name an answer, by all that is recorded of it."""
    said = f"{reply.reference}\n{reply.error}".encode()
    return f"{reply.outcome.value}/{hashlib.sha256(said).hexdigest()[:16]}"


def _again(work: Work, why: str, pauses_s: tuple[int, ...]) -> Retry:
    pause_s = pauses_s[min(work.tries, len(pauses_s)) - 1]
    return Retry(why, after_s=pause_s, is_receivers=False)


def _refused(work: Work, reply: ProcessorReply, told: NotRecorded) -> Outcome:
    """End where the return takes no more words; money that moved unrecorded is for people."""
    if reply.outcome is ProcessorOutcome.SUCCEEDED:
        _LOG.error(
            "a refund could not be recorded",
            leg=work.row.lane,
            reference=reply.reference,
            why=told.why,
        )
        return Abandoned(f"The refund was made but could not be recorded. {told.why}")
    return DELIVERED


def _leg_of(leg: Leg, told: Recorded) -> _Leg | None:
    """Find the leg as the command left it."""
    settlements = _ANSWER.decode(told.body).settlements
    legs = [one for settlement in settlements for one in settlement.legs]
    return next((one for one in legs if one.id == leg.id), None)


def _after_failure(leg: _Leg, reply: ProcessorReply) -> Outcome:
    """Try a known failure again: it was not the last of its series."""
    failures = sum(one.outcome == "failed" for one in leg.attempts)
    pause_s = REFUND_PAUSES_S[(failures - 1) % (len(REFUND_PAUSES_S) + 1) - len(REFUND_PAUSES_S)]
    return Retry(reply.error or "The refund failed.", after_s=pause_s, is_receivers=False)
