"""Stocks that do again whatever they are asked again: goods go out once all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Final, cast

import msgspec
import pytest

from retour.delivery.outcome import DELIVERED, Outcome, Retry
from retour.delivery.protocols import NotRecorded, Recorded, Work
from retour.delivery.stocks import StockSender
from retour.gateways.stock import StockAnswer, StockOrder, StockReply
from retour.lifecycle.commands import Command
from retour.lifecycle.model import EventType
from tests.support import samples

STARTED: Final = samples.event(EventType.EXCHANGE_STARTED)

FAILED: Final = samples.event(EventType.EXCHANGE_FAILED)
LEG: Final = samples.ret_of(STARTED).settlements[-1].legs[0].id


class Simple:
    """A stock that books each time it is asked, and may fail to say so."""

    def __init__(self, faults: Sequence[str] = ()) -> None:
        self.asked: list[str] = []
        self.booked: list[str] = []
        self._faults = list(faults)

    async def availability(self, workspace_id: int, skus: Sequence[str]) -> dict[str, int]:
        """Know nothing."""
        del workspace_id, skus
        return {}

    async def reserve(self, order: StockOrder) -> StockReply:
        """Put aside, once more."""
        return self._book("reserve", StockAnswer.HELD, order)

    async def order(self, order: StockOrder) -> StockReply:
        """Send, once more."""
        return self._book("order", StockAnswer.ORDERED, order)

    async def release(self, order: StockOrder) -> StockReply:
        """Let go."""
        return self._book("release", StockAnswer.RELEASED, order)

    async def look_up(self, order: StockOrder) -> StockReply | None:
        """Give what was booked last."""
        del order
        self.asked.append("look_up")
        return StockReply(answer=StockAnswer(self.booked[-1])) if self.booked else None

    def _book(self, verb: str, answer: StockAnswer, order: StockOrder) -> StockReply:
        assert LEG == order.intent
        self.asked.append(verb)
        fault = self._faults.pop(0) if self._faults else None
        if fault == "before":
            return StockReply(answer=StockAnswer.UNKNOWN)
        self.booked.append(answer.value)
        if fault == "after":
            return StockReply(answer=StockAnswer.UNKNOWN)
        return StockReply(answer=answer, reference="R-1")


class Returns:
    """Takes every word, and says where the leg stands."""

    def __init__(self, status: str = "in_flight", kind: str = "exchange") -> None:
        self.told: list[str] = []
        leg = {"id": LEG, "kind": kind, "status": status}
        self._body = msgspec.json.encode({"settlements": [{"legs": [leg]}]})

    async def __call__(
        self,
        workspace_id: int,
        return_id: str,
        command: Command,
        *,
        effect_id: str,
        attempt: int,
    ) -> Recorded | NotRecorded:
        """Keep the outcome."""
        del workspace_id, return_id, effect_id, attempt
        self.told.append(str(msgspec.to_builtins(command)["outcome"]))
        return Recorded(self._body)


def send(
    stock: Simple, returns: Returns, event: object = STARTED, *, n: int = 1, again: bool = False
) -> Outcome:
    """Let one attempt be made."""
    row = SimpleNamespace(lane=f"{LEG}/goods", workspace_id=1, return_id="ret_1", delivery_id="d")
    work = SimpleNamespace(row=row, n=n, tries=n, may_repeat=again, event=event)
    sender = StockSender(returns, {"sandbox": stock})
    return asyncio.run(sender.send(cast("Work", work), None)).outcome


def test_what_is_put_aside_is_ordered() -> None:
    stock, returns = Simple(), Returns()

    assert send(stock, returns) is DELIVERED

    assert (["order"], ["succeeded"]) == (stock.asked, returns.told)


@pytest.mark.parametrize("fault", ["before", "after"])
def test_an_answer_that_was_lost_is_looked_up(fault: str) -> None:
    stock, returns = Simple([fault]), Returns("unknown")

    assert isinstance(send(stock, returns), Retry)
    assert send(stock, returns, n=2) is DELIVERED

    assert ["order"] == [verb for verb in stock.asked if verb == "order"][: len(stock.booked)]
    assert 1 == stock.booked.count("ordered")
    assert "look_up" == stock.asked[1]
    assert ["unknown", "succeeded"] == returns.told


def test_after_a_crash_the_stock_is_looked_up_before_it_is_asked() -> None:
    stock, returns = Simple(), Returns()
    send(stock, returns)

    assert send(stock, returns, n=2, again=True) is DELIVERED

    assert ["order", "look_up"] == stock.asked
    assert 1 == stock.booked.count("ordered")


@pytest.mark.parametrize(
    ("kind", "status"), [("refund", "in_flight"), ("exchange", "failed"), ("exchange", "abandoned")]
)
def test_what_was_given_up_meanwhile_is_not_ordered(kind: str, status: str) -> None:
    """The goods were not yet put aside when the order was given: the return is asked once more."""
    stock, returns = Simple(), Returns(status, kind)
    asked = _with_stock_asked()

    assert send(stock, returns, asked) is DELIVERED

    assert (["reserve"], ["reserved"]) == (stock.asked, returns.told)


def test_what_is_given_up_is_let_go() -> None:
    stock, returns = Simple(), Returns()

    assert send(stock, returns, FAILED) is DELIVERED

    assert (["release"], []) == (stock.asked, returns.told)


def _with_stock_asked() -> object:
    """Give the order of goods about which the stock had not answered."""
    body = msgspec.json.decode(msgspec.json.encode(STARTED))
    (newest,) = body["snapshot"]["ret"]["settlements"][-1:]
    newest["exchange"]["stock"] = "asked"
    return msgspec.convert(body, type(STARTED))
