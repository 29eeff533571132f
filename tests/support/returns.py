"""Returns walked through their real life, for tests that need one in some state.

A ``Journey`` holds an order and one return at a time, decides plans on it as the desk does, and
checks after each what must hold after every plan: versions, sequences, snapshots, counters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

import msgspec
from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import (
    Authorize,
    Command,
    ConfirmSettlement,
    Context,
    FinishReceipt,
    Inspect,
    LineAsked,
    ProposeSettlement,
    Receive,
    RecordRefundOutcome,
    Request,
    StartRefund,
    UnitsJudged,
    UnitsSeen,
)
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.machine import allowed_commands
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    CompactReturn,
    Counters,
    Customer,
    Decision,
    EventType,
    Executor,
    FacilityRef,
    Leg,
    Order,
    OrderLine,
    Origin,
    Payment,
    Policy,
    Return,
    ReturnStatus,
    ShippingCharge,
    State,
    Unit,
)
from retour.lifecycle.orders.ordering import put_order

NOON: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)
PRICE: Final = 1000
_COUNTED_KINDS: Final = ("received", "unexpected", "waived")
_STARTED: Final = frozenset(
    {("refund", "in_progress"), ("refund", "failed"), ("refund", "settled")}
)
_COMPACT: Final = msgspec.json.Decoder(CompactReturn)


def sold(name: str, quantity: int, *, price: int = PRICE, sku: str | None = None) -> OrderLine:
    """Make an order line; its SKU is its name in capitals unless said."""
    return OrderLine(
        id=name,
        number=ord(name[0]),
        sku=sku or name.upper(),
        title=name,
        quantity=quantity,
        unit_price=price,
    )


def an_order(
    *lines: OrderLine, payments: Sequence[Payment] = (), shipping: int | None = None
) -> Order:
    """Make an order delivered yesterday; one sandbox payment captures all unless said."""
    charge = None if shipping is None else ShippingCharge(amount=shipping)
    total = sum(line.unit_price * line.quantity - line.discount for line in lines)
    captured = total + (shipping or 0)
    return Order(
        id="ord_1",
        order_number="1001",
        currency="EUR",
        lines=lines,
        created_at=NOON - timedelta(days=2),
        delivered_at=NOON - timedelta(days=1),
        shipping=charge,
        payments=tuple(payments)
        or (Payment(id="card", processor=Executor.SANDBOX, captured=captured),),
    )


def facility(code: str) -> FacilityRef:
    """Give a facility by its code, as the desk resolves it."""
    return FacilityRef(code=code, number=len(code), name=code.title())


class Journey:
    """One order and its returns, one of them at hand."""

    def __init__(
        self, *lines: OrderLine, policy: Policy | None = None, order: Order | None = None
    ) -> None:
        self._count = count(1)
        self.policy = policy or Policy()
        self.customer = Customer(email="ann@example.test", country="DE")
        self.events: list[EventType] = []
        self.effects: list[tuple[str, str]] = []
        self._away: list[State] = []
        put = order or an_order(*(lines or (sold("a", 3), sold("b", 2))))
        decision = put_order(None, put, self.customer, self.policy, self.context())
        assert isinstance(decision, Decision), decision
        self.state = decision.state

    # ------------------------------------------------------------ looking

    @property
    def ret(self) -> Return:
        """The return at hand."""
        assert self.state.ret is not None
        return self.state.ret

    @property
    def status(self) -> ReturnStatus:
        """Where the return at hand stands."""
        return self.ret.status

    @property
    def units(self) -> list[Unit]:
        """Every unit of the return at hand."""
        return [unit for line in self.ret.lines for unit in line.units]

    @property
    def allowed(self) -> set[str]:
        """What may be asked now."""
        return set(allowed_commands(self.state))

    def counters(self, line: str = "a") -> tuple[int, int, int, int, int]:
        """Requested, received, accepted, rejected and settled of an order line."""
        at = next(one.counters for one in self.state.order.lines if one.id == line)
        return at.requested, at.received, at.accepted, at.rejected, at.settled

    def leg(self, place: int = 0) -> Leg:
        """A leg of the newest settlement."""
        return self.ret.settlements[-1].legs[place]

    @property
    def reserved(self) -> int:
        """What refunds hold of the order's payments."""
        return sum(payment.reserved for payment in self.state.order.payments)

    # ------------------------------------------------------------ deciding

    def context(
        self,
        by: ActorKind = ActorKind.API_KEY,
        *,
        plan: Sequence[Command] = (),
        at: datetime = NOON,
        place: str = "main",
        executors: frozenset[Executor] | None = None,
    ) -> Context:
        """Surround a plan as the desk does."""
        nth = next(self._count)
        known = frozenset({Executor.SANDBOX, Executor.CREDIT, Executor.EXTERNAL})
        return Context(
            actor=Actor(kind=by),
            source="api",
            at=at,
            entropy=nth.to_bytes(16, "big"),
            numbers=tuple(nth * 1000 + n for n in range(numbers_needed(plan) + 1)),
            facility=facility(place),
            executors=known if executors is None else executors,
        )

    def do(
        self,
        *plan: Command,
        by: ActorKind = ActorKind.API_KEY,
        at: datetime = NOON,
        place: str = "main",
        executors: frozenset[Executor] | None = None,
    ) -> list[EventType]:
        """Decide a plan that must be possible; gives the events it said."""
        context = self.context(by, plan=plan, at=at, place=place, executors=executors)
        decision = decide(self.state, plan, context)
        assert isinstance(decision, Decision), decision
        check_decision(self.state, decision)
        self.state = decision.state
        said = [event.type for event in decision.events]
        self.events += said
        self.effects += [(effect.kind, effect.lane) for effect in decision.effects]
        return said

    def refused(
        self,
        *plan: Command,
        by: ActorKind = ActorKind.API_KEY,
        at: datetime = NOON,
        executors: frozenset[Executor] | None = None,
    ) -> Refusal:
        """Decide a plan that must be refused."""
        context = self.context(by, plan=plan, at=at, executors=executors)
        decision = decide(self.state, plan, context)
        assert isinstance(decision, Refusal), decision
        return decision

    def code(
        self,
        *plan: Command,
        by: ActorKind = ActorKind.API_KEY,
        executors: frozenset[Executor] | None = None,
    ) -> RefusalCode:
        """Give the code a plan is refused with."""
        return self.refused(*plan, by=by, executors=executors).code

    def next_return(self) -> None:
        """Put the return at hand aside and begin the next one of the same order."""
        assert self.state.ret is not None
        others = (*self.state.others, compact(self.state.ret))
        self.state = replace(self.state, ret=None, words={}, others=others)

    # ------------------------------------------------------------ the straight way

    def requested(self, origin: Origin = Origin.API, /, **quantities: int) -> Journey:
        """Ask for units of lines (``a=2``), one of line a unless said."""
        asked = tuple(
            LineAsked(line=line, quantity=quantity, reason="Too small")
            for line, quantity in (quantities or {"a": 1}).items()
        )
        self.do(Request(order_number="1001", lines=asked, origin=origin))
        return self

    def authorized(self, **quantities: int) -> Journey:
        """Ask and let ship."""
        self.requested(**quantities)
        if self.status is ReturnStatus.REQUESTED:
            self.do(Authorize())
        return self

    def received(self, **quantities: int) -> Journey:
        """Ask, let ship and receive everything at the main facility."""
        self.authorized(**quantities)
        self.do(receive(**(quantities or {"a": 1})))
        return self

    def processed(self, **quantities: int) -> Journey:
        """Take everything in and accept it."""
        self.received(**quantities)
        self.do(*(accept(line, n) for line, n in (quantities or {"a": 1}).items()))
        self.do(FinishReceipt())
        return self

    def confirmed(self, **quantities: int) -> Journey:
        """Promise the money for everything."""
        self.processed(**quantities)
        self.do(ProposeSettlement(), ConfirmSettlement())
        return self

    def started(self, **quantities: int) -> Journey:
        """Set the money going."""
        self.confirmed(**quantities)
        self.do(StartRefund())
        return self

    def settled(self, **quantities: int) -> Journey:
        """Have everything paid."""
        self.started(**quantities)
        self.outcome("succeeded")
        return self

    def outcome(
        self, word: str, by: ActorKind = ActorKind.PROCESSOR, *, place: int = 0
    ) -> list[EventType]:
        """Let the executor of a leg of the newest settlement answer."""
        return self.do(outcome(self.leg(place).id, word), by=by)


# ---------------------------------------------------------------- commands, shortly


def receive(**quantities: int) -> Receive:
    """Receive units of lines (``a=2``)."""
    return Receive(units=tuple(UnitsSeen(line=line, quantity=n) for line, n in quantities.items()))


def judge(line: str, quantity: int, word: str, **more: str) -> Inspect:
    """Judge some units of a line."""
    body = {"line": line, "quantity": quantity, "acceptance": word, **more}
    return Inspect(units=(msgspec.convert(body, UnitsJudged),))


def judge_unit(unit: str, word: str, **more: str) -> Inspect:
    """Judge one unit."""
    body = {"unit": unit, "acceptance": word, **more}
    return Inspect(units=(msgspec.convert(body, UnitsJudged),))


def accept(line: str = "a", quantity: int = 1) -> Inspect:
    """Accept some units of a line."""
    return judge(line, quantity, "accepted")


def outcome(leg: str, word: str) -> RecordRefundOutcome:
    """Say what became of a leg."""
    return msgspec.convert({"leg": leg, "outcome": word}, RecordRefundOutcome)


# ---------------------------------------------------------------- what always holds


def compact(ret: Return) -> CompactReturn:
    """Give a return as its siblings see it: through the stored JSON."""
    return _COMPACT.decode(msgspec.json.encode(ret))


def recount(*returns: Return | CompactReturn | None) -> dict[str, tuple[int, ...]]:
    """Count from the units, the slow way, what the counters of the order's lines should say."""
    counts: dict[str, list[int]] = {}
    for ret in returns:
        for line in ret.lines if ret is not None else ():
            if line.line is None:
                continue
            row = counts.setdefault(line.line, [0] * 5)
            for unit in line.units:
                if unit.released:
                    continue
                came = unit.reception.value in _COUNTED_KINDS
                yes = came and unit.acceptance.value == "accepted"
                no = came and unit.acceptance.value == "rejected"
                paid = yes and unit.covered_by is not None
                row[:] = [
                    have + add for have, add in zip(row, (1, came, yes, no, paid), strict=True)
                ]
    return {line: tuple(row) for line, row in counts.items()}


def check_state(state: State) -> None:
    """Assert that the counters are what the units say, and bound each other."""
    counted = recount(state.ret, *state.others)
    for line in state.order.lines:
        at: Counters = line.counters
        row = (at.requested, at.received, at.accepted, at.rejected, at.settled)
        assert counted.get(line.id, (0,) * 5) == row, line.id
        assert 0 <= at.settled <= at.accepted
        assert at.accepted + at.rejected <= at.received <= at.requested <= at.delivered
    for payment in state.order.payments:
        assert 0 <= payment.reserved <= payment.captured


def check_decision(before: State, decision: Decision) -> None:
    """Assert what holds of every decision: one version, gapless sequence, true snapshots."""
    after = decision.state
    was = before.ret
    assert after.ret is not None
    if after is before:
        assert not decision.events
        assert not decision.effects
        return
    assert after.ret.version == (was.version if was else 0) + 1
    first = (was.sequence if was else 0) + 1
    assert [event.sequence for event in decision.events] == list(
        range(first, first + len(decision.events))
    )
    assert after.ret.sequence == first - 1 + len(decision.events)
    for event in decision.events:
        ret = event.snapshot.ret
        assert ret is not None
        assert event.snapshot.order is not None
        assert (ret.sequence, ret.version) == (event.sequence, after.ret.version)
        check_state(
            State(
                order=event.snapshot.order,
                customer=after.customer,
                policy=after.policy,
                ret=ret,
                others=event.snapshot.others,
            )
        )
        assert _STARTED >= {
            (paid.kind.value, paid.status.value)
            for other in event.snapshot.others
            for paid in other.settlements
        }, "of the others only started refunds are told"
    for effect in decision.effects:
        assert 0 <= effect.event < len(decision.events)
    timers = after.ret.timers
    assert len({one.key for one in timers}) == len({one.id for one in timers}) == len(timers)
    assert not (timers and after.ret.status in ("rejected", "canceled")), "it waits for nothing"
    check_state(after)
