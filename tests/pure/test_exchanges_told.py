"""Whatever becomes of an exchange, every dialect finds words or is silent, and none breaks."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from retour.dialects.dialect import Wanted
from retour.dialects.registry import DIALECTS
from retour.dialects.stored import stored
from retour.kernel.ids import Mint
from retour.lifecycle.commands import (
    Command,
    ConfirmSettlement,
    GoodsAsked,
    ProposeSettlement,
    RecordRefundOutcome,
    RecordStock,
    StartRefund,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import ActorKind, Decision, Event, EventType, LegKind
from tests.support.returns import NOON, Journey

Way = Callable[["Told"], None]


class Told(Journey):
    """A journey that keeps whole events."""

    told: list[Event]

    def act(self, *plan: Command, by: ActorKind = ActorKind.API_KEY) -> None:
        """Decide, and keep what is said."""
        decision = decide(self.state, plan, self.context(by, plan=plan))
        assert isinstance(decision, Decision), decision
        self.told += decision.events
        self.state = decision.state

    def end(self, kind: LegKind, word: str = "succeeded") -> None:
        """Report the legs of a kind."""
        for leg in self.ret.settlements[-1].legs:
            if leg.kind is kind and leg.status == "in_flight":
                by = ActorKind.API_KEY if leg.executor == "external" else ActorKind.PROCESSOR
                body = {"leg": leg.id, "outcome": word}
                self.act(msgspec.convert(body, RecordRefundOutcome), by=by)

    def out(self) -> None:
        """Let the stock have none."""
        lead = self.ret.settlements[-1].legs[0].id
        self.act(RecordStock(leg=lead, outcome="out_of_stock"), by=ActorKind.PROCESSOR)


def cheaper(journey: Told) -> None:
    exchange(journey, "7.50")
    journey.act(StartRefund())
    journey.end(LegKind.REFUND)
    journey.end(LegKind.EXCHANGE)


def dearer(journey: Told) -> None:
    exchange(journey, "12.50")
    journey.act(StartRefund())
    journey.end(LegKind.CHARGE)
    journey.end(LegKind.EXCHANGE)


def fallen_back(journey: Told) -> None:
    exchange(journey, "7.50", fallback="refund")
    journey.act(StartRefund())
    journey.out()
    journey.end(LegKind.REFUND)


def mended(journey: Told) -> None:
    journey.act(ProposeSettlement(kind="repair"), ConfirmSettlement(), StartRefund())
    journey.end(LegKind.REPAIR)


def exchange(journey: Told, price: str, **more: str) -> None:
    goods = (GoodsAsked(sku="A-2", unit_price=price),)
    body = msgspec.convert({"kind": "exchange", **more}, type=dict[str, str])
    propose = msgspec.convert({**body, "goods": msgspec.to_builtins(goods)}, ProposeSettlement)
    journey.act(propose, ConfirmSettlement())


@pytest.mark.parametrize("way", [cheaper, dearer, fallen_back, mended])
def test_no_dialect_breaks(way: Way) -> None:
    journey = Told()
    journey.told = []
    journey.processed(a=1)

    way(journey)

    said = set[EventType]()
    for n, event in enumerate(journey.told, start=1):
        told = stored(
            event,
            id=Mint(NOON, n.to_bytes(16, "big"))("evt"),
            workspace="ws_0000000000001",
            stream="ord_1",
            stream_sequence=n,
        )
        for dialect in DIALECTS.values():
            for word in dialect.vocabulary.get(event.type, ()):
                for form in dialect.formats:
                    message = dialect.render(told, Wanted(word=word, format=form))
                    if message is not None:
                        assert message.body
                        said.add(event.type)
    assert {event.type for event in journey.told} == said
    assert EventType.RETURN_SETTLED in said
