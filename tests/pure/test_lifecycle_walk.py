"""An order and its returns, driven down every road, beside a plain model that says what must come.

Three actors take turns: one that always knows the next step, one that obeys the table and asks for
anything it allows, and an unruly one that shouts whatever it likes.  After every command the code
and the model agree on everything that can be seen, and a command the model refuses changes nothing.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from retour.kernel.refusal import Refusal
from retour.lifecycle import commands as c
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.machine import allowed_commands
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    Customer,
    Decision,
    Executor,
    Payment,
    Policy,
    Return,
    ReturnStatus,
    State,
)
from retour.lifecycle.orders.ordering import put_order
from tests.support.plain import PlainReturn
from tests.support.plain_acts import ACTS, LINES, Act, as_asked, asked_lines, failure, next_steps
from tests.support.plain_parts import No, PlainOrder
from tests.support.returns import NOON, an_order, check_decision, compact, facility, sold

PAYMENTS = {"card": (3000, "sandbox"), "bank": (4000, "external")}
FINAL = {"rejected", "canceled"}
RETURNS_MAX = 6


class Walk(RuleBasedStateMachine):
    """The code's order and returns, and the model's."""

    @initialize(early=st.booleans())
    def put(self, early: bool) -> None:  # noqa: FBT001 - hypothesis names its arguments
        """Begin with an order that was delivered yesterday."""
        self.early = early
        settle_at = ReturnStatus.AUTHORIZED if early else ReturnStatus.PROCESSED
        self.policy = Policy(settle_at=settle_at)
        self.customer = Customer(email="ann@example.test")
        self.turn = 0
        self.rets: list[Return] = []
        lines = [sold(name, n, price=price, sku=name) for name, (n, price) in LINES.items()]
        payments = [
            Payment(id=name, processor=Executor(who), captured=captured)
            for name, (captured, who) in PAYMENTS.items()
        ]
        order = an_order(*lines, payments=payments)
        decision = put_order(None, order, self.customer, self.policy, self.context(()))
        assert isinstance(decision, Decision)
        self.order = decision.state.order
        self.plain = PlainOrder(dict(LINES), dict(PAYMENTS))
        self.models: list[PlainReturn] = []

    # ------------------------------------------------------------ surroundings

    def context(
        self, plan: tuple[c.Command, ...], by: ActorKind = ActorKind.API_KEY, place: str = "main"
    ) -> c.Context:
        self.turn += 1
        return c.Context(
            actor=Actor(kind=by),
            source="api",
            at=NOON + timedelta(minutes=self.turn),
            entropy=self.turn.to_bytes(16, "big"),
            numbers=tuple(self.turn * 100 + n for n in range(numbers_needed(plan) + 1)),
            facility=facility(place),
        )

    def state(self, nth: int | None) -> State:
        others = tuple(compact(ret) for place, ret in enumerate(self.rets) if place != nth)
        return State(
            order=self.order,
            customer=self.customer,
            policy=self.policy,
            ret=None if nth is None else self.rets[nth],
            others=others,
        )

    def live(self) -> list[int]:
        return [place for place, ret in enumerate(self.rets) if ret.status not in FINAL]

    # ------------------------------------------------------------ the rules

    @precondition(lambda self: len(self.live()) < 2 and len(self.rets) < RETURNS_MAX)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Somebody asks for a return, at times for too much."""
        asked = data.draw(asked_lines(1))
        model = PlainReturn(self.plain, self.early)
        plan = (c.Request(order_number="1001", lines=as_asked(asked)),)
        try:
            said = model.request(asked)
        except No:
            assert isinstance(decide(self.state(None), plan, self.context(plan)), Refusal)
            return
        decision = decide(self.state(None), plan, self.context(plan))
        assert isinstance(decision, Decision)
        assert decision.state.ret is not None
        self.rets.append(decision.state.ret)
        self.models.append(model)
        self.plain.returns.append(model)
        self.keep(len(self.rets) - 1, self.state(None), decision, said)

    @precondition(lambda self: self.live())
    @rule(data=st.data(), steps=st.integers(1, 4))
    def step_on(self, data: st.DataObject, steps: int) -> None:
        """Somebody who knows the way takes the next steps."""
        nth = data.draw(st.sampled_from(self.live()))
        for _ in range(steps):
            for act in next_steps(self.rets[nth], self.models[nth]):
                self.act(nth, act)

    @precondition(lambda self: any(model.legs() for model in self.models))
    @rule(data=st.data())
    def misfortune(self, data: st.DataObject) -> None:
        """A payment fails for good, or is taken back by its processor."""
        paying = [nth for nth, model in enumerate(self.models) if model.legs()]
        nth = data.draw(st.sampled_from(paying))
        leg = data.draw(st.sampled_from(range(len(self.models[nth].legs()))))
        for _ in range(3):
            self.act(nth, failure(self.rets[nth], self.models[nth], leg))

    @precondition(lambda self: self.live())
    @rule(data=st.data())
    def obey(self, data: st.DataObject) -> None:
        """Somebody asks for one of the things that are offered; labels have tests of their own."""
        nth = data.draw(st.sampled_from(self.live()))
        offered = [verb for verb in allowed_commands(self.state(nth)) if verb in ACTS]
        verb = data.draw(st.sampled_from(offered)) if offered else "track"
        if verb in {"cancel", "reject"} and data.draw(st.integers(0, 2)):
            verb = data.draw(st.sampled_from(offered))
        self.act(nth, ACTS[verb](data, self.rets[nth], self.models[nth]))

    @precondition(lambda self: self.rets)
    @rule(data=st.data())
    def shout(self, data: st.DataObject) -> None:
        """Somebody asks for anything at all, of any return."""
        nth = data.draw(st.sampled_from(range(len(self.rets))))
        word = data.draw(st.sampled_from(sorted(ACTS)))
        self.act(nth, ACTS[word](data, self.rets[nth], self.models[nth]))

    # ------------------------------------------------------------ agreement

    def act(self, nth: int, act: Act) -> None:
        """Let both sides do it, or both say no."""
        command, predict, by = act
        before = self.state(nth)
        place = "hub" if isinstance(command, c.Receive) and command.facility == "hub" else "main"
        decision = decide(before, (command,), self.context((command,), by, place))
        model = self.models[nth]
        try:
            said = predict(model)
        except No:
            assert isinstance(decision, Refusal), (model.status, command)
            assert self.rets[nth] is before.ret
            self.compare(nth)
            return
        assert isinstance(decision, Decision), (model.status, command, decision)
        self.keep(nth, before, decision, said)

    def keep(self, nth: int, before: State, decision: Decision, said: list[str]) -> None:
        model = self.models[nth]
        said = [*said, *model.settle_down()]
        assert said == [event.type.value for event in decision.events]
        check_decision(before, decision)
        assert decision.state.ret is not None
        self.order, self.rets[nth] = decision.state.order, decision.state.ret
        for line, plain in zip(self.rets[nth].lines, model.lines, strict=True):
            for unit, piece in zip(line.units, plain.units, strict=True):
                piece.id = unit.id
        self.compare(nth)

    def compare(self, nth: int) -> None:
        """Assert that code and model look the same, from every side."""
        ret, model = self.rets[nth], self.models[nth]
        assert model.status == ret.status
        assert [(line.name, len(line.units)) for line in model.lines] == [
            (line.line, len(line.units)) for line in ret.lines
        ]
        assert [(u.came, u.look, u.paid, u.gone) for u in model.units()] == [
            (unit.reception, unit.acceptance, unit.covered_by is not None, unit.released)
            for line in ret.lines
            for unit in line.units
        ]
        assert [(one.facility, one.open) for one in model.receipts] == [
            (one.facility, one.status == "open") for one in ret.receipts
        ]
        assert model.parcels == [one.status for one in ret.parcels]
        assert [
            (one.state, one.total, [(leg.payment, leg.amount, leg.state) for leg in one.legs])
            for one in model.settlements
        ] == [
            (one.status, one.total, [(leg.payment, leg.amount, leg.status) for leg in one.legs])
            for one in ret.settlements
        ]
        for line in self.order.lines:
            at = line.counters
            assert self.plain.counters(line.id) == (
                at.requested,
                at.received,
                at.accepted,
                at.rejected,
                at.settled,
            )
        for payment in self.order.payments:
            assert self.plain.reserved(payment.id) == payment.reserved <= payment.captured


Walk.TestCase.settings = settings(stateful_step_count=30, max_examples=3 * settings().max_examples)
TestWalk = Walk.TestCase
