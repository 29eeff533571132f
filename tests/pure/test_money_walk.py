"""Anything that can be asked about money, in any order: what is refused changes nothing, what is
done adds up.

After every plan, over all returns of the order: lines and legs come to each total, the payments'
counters are what legs hold, no unit is paid for twice, and nothing is negative.  No oracle says
here what should come; ``test_histories`` has the bank's ledger for that.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from retour.kernel.refusal import Refusal
from retour.lifecycle import commands as c
from retour.lifecycle.model import ActorKind, Decision, Executor, Leg, LegStatus, Payment
from retour.lifecycle.money.disputing import note_taken
from retour.lifecycle.money.taken import Taken, TakenBy
from tests.support.interleaving import BANK, Town
from tests.support.returns import NOON, an_order, sold

RETURNS_MAX: Final = 3
GO: Final = (c.ConfirmSettlement(), c.StartRefund())
_OVER: Final = frozenset({LegStatus.DRAFT, LegStatus.ABANDONED})
SMALL = st.sampled_from(("0.01", "1.00", "3.33", "10.00", "24.99", "100.00"))
EXTRAS = st.builds(c.ExtraAsked, label=st.just("Difference"), amount=SMALL | st.just("-5.00"))
GOODS = st.builds(
    c.GoodsAsked, sku=st.just("C"), quantity=st.integers(1, 2), unit_price=st.none() | SMALL
)


class MoneyWalk(RuleBasedStateMachine):
    """One order with two or three payments, and whatever people, stock and bank say of it."""

    @initialize(captured=st.sampled_from((1, 999, 2500, 6600)), shipping=st.booleans())
    def put(self, captured: int, shipping: bool) -> None:  # noqa: FBT001 - hypothesis names it
        """Begin with an order that was delivered yesterday."""
        payments = (
            Payment(id="card", processor=BANK, captured=captured),
            Payment(id="cash", processor=Executor.EXTERNAL, captured=1000),
            Payment(id="gift", processor=Executor.CREDIT, captured=500),
        )
        lines = (sold("a", 3, price=1000), sold("b", 2, price=1550))
        self.town = Town(an_order(*lines, payments=payments, shipping=500 if shipping else None))
        self.town.kept(("a", 1))
        self.words = 0

    # ------------------------------------------------------------ who asks what

    def ask(self, ret: str, *plan: c.Command, by: ActorKind = ActorKind.API_KEY) -> bool:
        """Ask; what is refused leaves the very same return and order."""
        before, order = self.town.rets[ret], self.town.order
        answer = self.town.ask(ret, *plan, by=by)
        if isinstance(answer, Refusal):
            assert self.town.rets[ret] is before
            assert self.town.order is order
            return False
        return True

    def ret(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(list(self.town.rets)))

    def leg(self, data: st.DataObject) -> tuple[str, Leg]:
        """One leg; of those that something can be said of, where there are any."""
        every = [(ret.id, leg) for ret, _, leg in self.town.legs()]
        alive = [one for one in every if one[1].status not in _OVER]
        return data.draw(st.sampled_from(alive or every))

    @precondition(lambda self: len(self.town.rets) < RETURNS_MAX)
    @rule(line=st.sampled_from("ab"))
    def begin(self, line: str) -> None:
        """Something more comes back."""
        self.town.try_kept((line, 1))

    @rule(data=st.data(), kind=st.sampled_from(("refund", "store_credit", "exchange", "repair")))
    def propose(self, data: st.DataObject, kind: str) -> None:
        """Somebody works out what is owed, one way or another."""
        ret = self.ret(data)
        units = [unit.id for line in self.town.rets[ret].lines for unit in line.units]
        body: dict[str, object] = {
            "kind": kind,
            "units": tuple(data.draw(st.lists(st.sampled_from(units), max_size=2, unique=True))),
            "adjustments": tuple(data.draw(st.lists(EXTRAS, max_size=1))),
            "goods": tuple(data.draw(st.lists(GOODS, min_size=1, max_size=2))),
            "fallback": data.draw(st.sampled_from(("wait", "refund", "store_credit"))),
            "stock": data.draw(st.sampled_from((None, "external"))),
        }
        if kind != "exchange":
            for name in ("goods", "fallback", "stock"):
                del body[name]
        if kind == "refund" and data.draw(st.booleans()):
            body["goodwill"] = tuple(data.draw(st.lists(EXTRAS, max_size=1)))
            body["credit"] = data.draw(st.none() | SMALL)
            body["shipping"] = data.draw(st.none() | SMALL)
            body["without_goods"] = data.draw(st.booleans())
        draft = msgspec.convert(msgspec.to_builtins(body), c.ProposeSettlement)
        self.ask(ret, *(draft, *GO)[: data.draw(st.integers(1, 3))])

    @rule(data=st.data())
    def promise(self, data: st.DataObject) -> None:
        """Somebody goes on with it, some steps at once."""
        self.ask(self.ret(data), *GO[: data.draw(st.integers(1, 2))])

    @rule(data=st.data(), step=st.sampled_from((c.StartRefund(), c.DiscardSettlement())))
    def step(self, data: st.DataObject, step: c.Command) -> None:
        """Somebody starts what is promised, or drops it."""
        self.ask(self.ret(data), step)

    @rule(data=st.data(), to=st.sampled_from(("refund", "store_credit")))
    def fall_back(self, data: st.DataObject, to: str) -> None:
        """Somebody gives an exchange up."""
        self.ask(self.ret(data), msgspec.convert({"to": to}, c.FallBack))

    @precondition(lambda self: self.town.legs())
    @rule(
        data=st.data(),
        word=st.sampled_from(("succeeded", "failed", "failed", "pending", "unknown")),
        old=st.booleans(),
    )
    def outcome(self, data: st.DataObject, word: str, old: bool) -> None:  # noqa: FBT001 - the same
        """The processor, or a person, says what became of a leg: anew, or of the last try."""
        ret, leg = self.leg(data)
        self.words += not old
        body = {"leg": leg.id, "outcome": word, "reference": f"re_{self.words}"}
        is_external = leg.executor is Executor.EXTERNAL
        by = ActorKind.API_KEY if is_external else ActorKind.PROCESSOR
        if data.draw(st.integers(0, 5)) == 0:
            by = data.draw(st.sampled_from(ActorKind))
        self.ask(ret, msgspec.convert(body, c.RecordRefundOutcome), by=by)

    @precondition(lambda self: self.town.legs())
    @rule(data=st.data(), word=st.sampled_from(("reserved", "out_of_stock")))
    def stock(self, data: st.DataObject, word: str) -> None:
        """The stock says what became of the goods."""
        ret, leg = self.leg(data)
        body = {"leg": leg.id, "outcome": word}
        by = data.draw(st.sampled_from((ActorKind.SYSTEM, ActorKind.API_KEY)))
        self.ask(ret, msgspec.convert(body, c.RecordStock), by=by)

    @precondition(lambda self: self.town.legs())
    @rule(data=st.data(), to=st.sampled_from((None, "retry", "store_credit", "external")))
    def remedy(self, data: st.DataObject, to: str | None) -> None:
        """Somebody sees to a leg that nobody could pay."""
        ret, leg = self.leg(data)
        if to == "retry":
            self.ask(ret, c.RetryRefund(leg=leg.id))
        elif to is None:
            self.ask(ret, c.SettleElsewhere(leg=leg.id, reference="till 4"))
        else:
            self.ask(ret, msgspec.convert({"leg": leg.id, "to": to}, c.RedirectLeg))

    @rule(data=st.data(), goods=st.sampled_from((None, "keep", "send_back")))
    def end(self, data: st.DataObject, goods: str | None) -> None:
        """Somebody cancels, completes or reopens; seldom, for little can follow."""
        ret = self.ret(data)
        match data.draw(st.integers(0, 15)):
            case 0:
                body = {"reason": "Changed their mind", "goods": goods}
                self.ask(ret, msgspec.convert(body, c.Cancel))
            case 1:
                self.ask(ret, c.Complete())
            case _:
                pass

    @rule(
        payment=st.sampled_from(("card", "cash")),
        amount=st.sampled_from((1, 400, 5000)),
        back=st.booleans(),
        reference=st.sampled_from(("dp_1", "dp_2", "re_x")),
    )
    def take(self, payment: str, amount: int, back: bool, reference: str) -> None:  # noqa: FBT001 - the same
        """The bank takes from a payment for a customer, or gives it back."""
        self.words += 1
        by = TakenBy.REFUND if reference == "re_x" else TakenBy.DISPUTE
        taken = Taken(
            by=by,
            reference=reference,
            amount=amount,
            status="told",
            told_at=NOON + timedelta(seconds=self.words),
            is_back=back,
        )
        state = self.town.state(None)
        decision = note_taken(state, [payment], taken, self.town.context((), ActorKind.PROCESSOR))
        assert isinstance(decision, Decision)
        self.town.order = decision.state.order
        self.town.check()

    @rule(payment=st.sampled_from(("card", "cash")), more=st.integers(1, 900))
    def capture(self, payment: str, more: int) -> None:
        """More of a payment is captured."""
        self.town.capture(payment, more)


MoneyWalk.TestCase.settings = settings(stateful_step_count=40)
TestMoneyWalk = MoneyWalk.TestCase
