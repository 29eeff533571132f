"""Stock calls: goods of an exchange put aside, ordered and let go; answers come back as commands.

The lane is the first goods leg's own, beside that of its money, so that what was asked first is
answered first and no refund ever waits for a stock.  Whatever may have been asked before is looked
up first.  Before goods are ordered that were not yet put aside, the return is asked whether they
still shall go out; once ordered, they cannot be taken back.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from retour.delivery.crash import crash_point
from retour.delivery.ledger import Tried
from retour.delivery.outcome import DELIVERED, Abandoned, Outcome, Retry
from retour.delivery.protocols import Execute, NotRecorded, Recorded, Sender, Work
from retour.gateways.stock import NullStock, Pieces, Stock, StockAnswer, StockOrder, StockReply
from retour.kernel.problems import Transient
from retour.kernel.wire import WireMessage
from retour.lifecycle.commands import RecordRefundOutcome, RecordStock
from retour.lifecycle.model import EventType, LegKind, LegStatus, StockStatus
from retour.lifecycle.money.exchanging import GOODS_LANE

_LOG: Final = structlog.get_logger()
_ENCODE: Final = msgspec.json.Encoder()
_UNKNOWN_S: Final = (10, 60, 600, 3600)
"""Before an intent whose fate is unknown is looked up."""
_FAILED_S: Final = (60, 600, 600)
_BUSY_S: Final = 5
_GOING: Final = frozenset({LegStatus.IN_FLIGHT.value, LegStatus.UNKNOWN.value})
_LETS_GO: Final = frozenset({EventType.EXCHANGE_RELEASED, EventType.EXCHANGE_FAILED})


class LegSender:
    """Serves what legs ask of the outside: money by one sender, goods by another."""

    def __init__(self, money: Sender, goods: Sender) -> None:
        self._money = money
        self._goods = goods

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        """Hand on to whoever serves the lane."""
        sender = self._goods if work.row.lane.endswith(GOODS_LANE) else self._money
        return await sender.send(work, wire)


class _Leg(msgspec.Struct, frozen=True):
    id: str
    kind: str
    status: str


class _Settlement(msgspec.Struct, frozen=True):
    legs: tuple[_Leg, ...] = ()


class _Answer(msgspec.Struct, frozen=True):
    """As much of a return's answer as says how its legs stand."""

    settlements: tuple[_Settlement, ...] = ()


_ANSWER: Final = msgspec.json.Decoder(_Answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Goods whose turn it is."""

    work: Work
    leg: str
    peer: str
    stock: Stock
    order: StockOrder
    is_held: bool

    @property
    def may_repeat(self) -> bool:
        """Say whether the stock may have been asked before."""
        return self.work.may_repeat or self.work.n > 1


class StockSender:
    """Asks stocks for the goods of exchanges, by the name of each exchange's executor."""

    def __init__(self, execute: Execute, stocks: Mapping[str, Stock]) -> None:
        self._execute = execute
        self._stocks = stocks

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        """Ask or look up once, and report what was said."""
        del wire
        crash_point("goods_asked")
        began = time.monotonic()
        asked = self._asked(work)
        if asked is None:
            return Tried(outcome=Abandoned("The event names no such goods."))
        try:
            outcome, reply = await self._serve(asked)
        except Transient as error:
            outcome, reply = _again(work, str(error), (_BUSY_S,)), None
        crash_point("goods_recorded")
        return Tried(
            outcome=outcome,
            error=None if reply is None or reply.error is None else reply.answer.value,
            detail=None if reply is None else reply.error,
            ms=int((time.monotonic() - began) * 1000),
            peer=asked.peer,
            response_body=None if reply is None else _ENCODE.encode(reply),
        )

    def _asked(self, work: Work) -> _Asked | None:
        ret = work.event.snapshot.ret
        leg = work.row.lane.removesuffix(GOODS_LANE)
        for settlement in ret.settlements if ret else ():
            exchange = settlement.exchange
            if exchange is None or all(one.id != leg for one in settlement.legs):
                continue
            return _Asked(
                work=work,
                leg=leg,
                peer=exchange.executor.value,
                stock=self._stocks.get(exchange.executor.value) or NullStock(),
                order=StockOrder(
                    workspace_id=work.row.workspace_id,
                    intent=leg,
                    pieces=tuple(
                        Pieces(sku=one.sku, quantity=one.quantity) for one in exchange.goods
                    ),
                    return_id=work.row.return_id,
                ),
                is_held=exchange.stock is StockStatus.HELD,
            )
        return None

    async def _serve(self, asked: _Asked) -> tuple[Outcome, StockReply | None]:
        kind = asked.work.event.type
        if kind in _LETS_GO:
            return await self._let_go(asked)
        if kind is not EventType.EXCHANGE_STARTED:
            outcome, _, reply = await self._put_aside(asked)
            return outcome, reply
        if not asked.is_held:
            outcome, told, reply = await self._put_aside(asked)
            if outcome is not DELIVERED or not _is_going(asked.leg, told):
                return outcome, reply
        return await self._send_out(asked)

    async def _put_aside(self, asked: _Asked) -> tuple[Outcome, Recorded | None, StockReply]:
        """Have the goods put aside, or hear that there are none."""
        reply = await asked.stock.look_up(asked.order) if asked.may_repeat else None
        if reply is None or reply.answer is StockAnswer.RELEASED:
            reply = await asked.stock.reserve(asked.order)
        crash_point("goods_answered")
        match reply.answer:
            case StockAnswer.UNKNOWN | StockAnswer.FAILED:
                why = reply.error or "The stock did not answer."
                return _again(asked.work, why, _UNKNOWN_S), None, reply
            case StockAnswer.OUT:
                told = await self._tell(
                    asked, RecordStock(leg=asked.leg, outcome="out_of_stock", error=reply.error)
                )
            case _:
                told = await self._tell(asked, RecordStock(leg=asked.leg, outcome="reserved"))
        return DELIVERED, told, reply

    async def _send_out(self, asked: _Asked) -> tuple[Outcome, StockReply]:
        """Have what was put aside sent, once."""
        reply = await asked.stock.look_up(asked.order) if asked.may_repeat else None
        if reply is None or reply.answer is not StockAnswer.ORDERED:
            reply = await asked.stock.order(asked.order)
        crash_point("goods_ordered")
        work, said = asked.work, reply.answer
        if said is StockAnswer.OUT:
            await self._tell(
                asked, RecordStock(leg=asked.leg, outcome="out_of_stock", error=reply.error)
            )
            return DELIVERED, reply
        words = {StockAnswer.ORDERED: "succeeded", StockAnswer.FAILED: "failed"}
        told = await self._tell(
            asked,
            msgspec.convert(
                {
                    "leg": asked.leg,
                    "outcome": words.get(said, "unknown"),
                    "reference": reply.reference,
                    "error": reply.error,
                },
                RecordRefundOutcome,
            ),
        )
        if said is StockAnswer.ORDERED:
            if told is None:
                _LOG.error("ordered goods could not be recorded", leg=asked.leg)
            return DELIVERED, reply
        if not _is_going(asked.leg, told):
            return DELIVERED, reply
        pauses = _FAILED_S if said is StockAnswer.FAILED else _UNKNOWN_S
        return _again(work, reply.error or "The stock did not answer.", pauses), reply

    async def _let_go(self, asked: _Asked) -> tuple[Outcome, StockReply]:
        reply = await asked.stock.release(asked.order)
        if reply.answer in {StockAnswer.UNKNOWN, StockAnswer.FAILED}:
            return _again(asked.work, reply.error or "The stock did not answer.", _UNKNOWN_S), reply
        if reply.answer is StockAnswer.ORDERED:
            _LOG.error("goods went out that were given up", leg=asked.leg)
        return DELIVERED, reply

    async def _tell(
        self, asked: _Asked, command: RecordStock | RecordRefundOutcome
    ) -> Recorded | None:
        """Commit what was said; ``None`` where the return takes no more words."""
        work = asked.work
        told = await self._execute(
            work.row.workspace_id,
            work.row.return_id or "",
            command,
            effect_id=f"{work.row.delivery_id}/{command.outcome}",
            attempt=work.n,
        )
        return None if isinstance(told, NotRecorded) else told


def _is_going(leg: str, told: Recorded | None) -> bool:
    """Say whether the goods shall still go out, as the command left it."""
    if told is None:
        return False
    settlements = _ANSWER.decode(told.body).settlements
    return any(
        one.id == leg and one.kind == LegKind.EXCHANGE.value and one.status in _GOING
        for settlement in settlements
        for one in settlement.legs
    )


def _again(work: Work, why: str, pauses_s: tuple[int, ...]) -> Retry:
    pause_s = pauses_s[min(work.tries, len(pauses_s)) - 1]
    return Retry(why, after_s=pause_s, is_receivers=False)
