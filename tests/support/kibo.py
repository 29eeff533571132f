"""Returns walked through their real life, and what Kibo's receivers are told of each step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Final

from msgspec.structs import replace

from retour.dialects.dialect import Wanted
from retour.dialects.kibo import DIALECT
from retour.dialects.stored import StoredEvent, stored
from retour.kernel.ids import Mint, workspace_text
from retour.lifecycle.commands import (
    Authorize,
    Command,
    ConfirmSettlement,
    Context,
    FinishReceipt,
    LineAsked,
    ProposeSettlement,
    Receive,
    RecordRefundOutcome,
    Request,
    StartRefund,
    UnitsSeen,
)
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    Customer,
    Decision,
    FacilityRef,
    Order,
    OrderLine,
    Origin,
    Payment,
    Policy,
    Return,
    ReturnStatus,
    Shipment,
    State,
)
from retour.lifecycle.orders.ordering import put_order
from retour.lifecycle.words import Executor
from tests.support.returns import NOON, accept, judge_unit, receive

Body = dict[str, Any]
DOCK: Final = FacilityRef(code="dock", number=7, name="Dock")
STORE: Final = FacilityRef(code="zzz", number=11111, name="ZZZ Store 1", external_id="1")
SETTINGS: Final = {"manufacturer_id": "11111", "catalog_id": "0", "retailer_id": "00000"}


def article(name: str, cents: int, quantity: int = 1, **more: Any) -> OrderLine:  # noqa: ANN401 - any field
    """Make an order line whose number is the letter's place in the alphabet."""
    number = ord(name) - ord("a") + 1
    line = OrderLine(
        id=name, number=number, sku="SKU", title=name, quantity=quantity, unit_price=cents
    )
    return replace(line, **more)


def an_order(*lines: OrderLine, **more: Any) -> Order:  # noqa: ANN401 - any field
    """Make an order that was delivered in one shipment and can pay everything back."""
    order = Order(
        id="ord_1",
        order_number="012345",
        external_order_id="AM_TEST_1531922876",
        currency="USD",
        lines=lines,
        created_at=NOON,
        shipments=(Shipment(id="543210", delivered_at=NOON - timedelta(days=1)),),
        payments=(Payment(id="card", processor=Executor.SANDBOX, captured=1_000_000),),
    )
    return replace(order, **more)


class Tale:
    """One return from its request on, with everything that is said of it."""

    def __init__(self, order: Order, *, at: datetime = NOON, **asked: int) -> None:
        self.at = at
        self.events: list[StoredEvent] = []
        self.said: list[tuple[str, Body]] = []
        self.settings: Mapping[str, str | None] = SETTINGS
        self._asked = asked
        self._count = count(1)
        put = put_order(None, order, Customer(email="a@example.com"), Policy(), self._context(()))
        assert isinstance(put, Decision), put
        self.state: State = put.state

    @property
    def ret(self) -> Return:
        """The return as it stands."""
        assert self.state.ret is not None
        return self.state.ret

    @property
    def words(self) -> list[str]:
        """What was said so far, in order."""
        return [word for word, _ in self.said]

    @property
    def last(self) -> Body:
        """The newest message."""
        return self.said[-1][1]

    def requested(self, origin: Origin = Origin.API, reason: str = "Changed my mind") -> Tale:
        """Ask for what the tale is about."""
        lines = tuple(
            LineAsked(line=line, quantity=quantity, reason=reason)
            for line, quantity in self._asked.items()
        )
        return self.do(Request(order_number="012345", lines=lines, origin=origin))

    def taken_in(self, **accepted: int) -> Tale:
        """Let ship, receive all at the store and accept so many of each line."""
        self.do(Authorize(), receive(**self._asked))
        return self.do(*(accept(line, n) for line, n in accepted.items()))

    def receive_foreign(self, sku: str) -> Tale:
        """Let something arrive that the order never held."""
        return self.do(Receive(units=(UnitsSeen(sku=sku, quantity=1),)))

    def accept_all(self) -> Tale:
        """Accept everything that lies there, and let the store be done."""
        units = [unit.id for line in self.ret.lines for unit in line.units]
        self.do(*(judge_unit(unit, "accepted") for unit in units))
        return self.do(FinishReceipt())

    def settle_early(self) -> Tale:
        """Set the money going before any goods."""
        verdict = self.ret.verdict
        assert verdict.offer is not None
        offer = replace(verdict.offer, settle_at=ReturnStatus.AUTHORIZED)
        ret = replace(self.ret, verdict=replace(verdict, offer=offer))
        self.state = replace(self.state, ret=ret)
        return self.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())

    def failed(self, times: int, why: str = "Card closed", *, leg_at: int = 0) -> Tale:
        """Let the processor refuse a leg of the newest settlement so often."""
        leg = self.ret.settlements[-1].legs[leg_at].id
        for _ in range(times):
            self.do(
                RecordRefundOutcome(leg=leg, outcome="failed", error=why), by=ActorKind.PROCESSOR
            )
        return self

    def do(
        self,
        *plan: Command,
        by: ActorKind = ActorKind.API_KEY,
        after_s: int = 0,
        place: FacilityRef = STORE,
    ) -> Tale:
        """Decide a plan so many seconds later, and say what came of it."""
        self.at += timedelta(seconds=after_s)
        decision = decide(self.state, plan, self._context(plan, by, place))
        assert isinstance(decision, Decision), decision
        self.state = decision.state
        for event in decision.events:
            n = len(self.events) + 1
            self._say(
                stored(
                    event,
                    id=Mint(event.at, n.to_bytes(16, "big"))("evt"),
                    workspace=workspace_text(1),
                    stream="ord_1",
                    stream_sequence=n,
                )
            )
        return self

    def _say(self, event: StoredEvent) -> None:
        self.events.append(event)
        for word in DIALECT.vocabulary.get(event.type, ()):
            message = DIALECT.render(event, Wanted(word=word, settings=self.settings))
            if message is not None:
                self.said.append((word, parsed(message.body)))

    def _context(
        self,
        plan: Sequence[Command],
        by: ActorKind = ActorKind.API_KEY,
        place: FacilityRef = STORE,
    ) -> Context:
        nth = next(self._count)
        return Context(
            actor=Actor(kind=by),
            source="api",
            at=self.at,
            entropy=nth.to_bytes(16, "big"),
            numbers=tuple(nth * 1000 + n for n in range(numbers_needed(plan) + 1)),
            facility=place,
        )


def parsed(body: bytes) -> Body:
    """Read a body with its keys in their order and its numbers digit by digit."""
    return json.loads(body, parse_float=Decimal)
