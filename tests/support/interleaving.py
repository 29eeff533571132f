"""A bank, and a town whose returns are paid by it: everything that can happen around refunds.

The bank keeps a ledger, which is the oracle, and tells of it by messages that come early, late,
twice or in the wrong order.  The town runs the real sender and the real decisions on one order with
several returns; only socket and database are left out.  Whoever plays says what happens next.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, cast

import msgspec
from msgspec.structs import replace

from retour.delivery.outcome import Retry
from retour.delivery.protocols import NotRecorded, Recorded, Work
from retour.delivery.refunds import RefundSender
from retour.gateways.payments import ProcessorOutcome, ProcessorReply, RefundOrder
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import (
    Authorize,
    Command,
    Context,
    LineAsked,
    RecordRefundOutcome,
    Request,
    WaiveReceipt,
)
from retour.lifecycle.decide import decide, numbers_needed
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    Customer,
    Decision,
    Executor,
    Leg,
    Order,
    Policy,
    Return,
    Settlement,
    State,
)
from retour.lifecycle.orders.ordering import put_order
from tests.support.money_checks import check_money
from tests.support.returns import NOON, compact, facility

if TYPE_CHECKING:
    import asyncpg

BANK: Final = Executor.STRIPE
"""The executor whose legs the bank pays."""
EXECUTORS: Final = frozenset({BANK, Executor.EXTERNAL, Executor.CREDIT})
TURNS_MAX: Final = 12
_SLEEPS_MAX: Final = 100


@dataclass(kw_only=True)
class Booking:
    """One refund in the bank's ledger, and every word the bank has for it so far."""

    id: str
    intent: str
    payment: str
    amount: int
    status: str
    said: list[str] = field(default_factory=list[str])

    def turn_out(self, status: str) -> None:
        """Let it end, or be taken back."""
        if self.status != status:
            self.status = status
            self.said.append(status)

    @property
    def is_live(self) -> bool:
        """Whether the customer has the money, or is about to."""
        return self.status != "failed"


class Bank:
    """A processor that remembers the first answer to each key, as Stripe does."""

    def __init__(self, captured: dict[str, int] | None) -> None:
        self.captured = captured  # None for a ledger of store credit, which has no payments.
        self.name = "cr" if captured is None else "re"
        self.bookings: list[Booking] = []
        self.answers: dict[str, ProcessorReply] = {}
        self.unlisted: set[str] = set()
        self.expect("succeeds", None)

    def live(self, intent: str) -> list[Booking]:
        """The refunds of an intent that stand."""
        return [one for one in self.bookings if one.intent == intent and one.is_live]

    def refunded(self, payment: str) -> int:
        """What has gone back of a payment."""
        return sum(one.amount for one in self.bookings if one.payment == payment and one.is_live)

    def expect(self, fate: str, gate: asyncio.Event | None) -> None:
        """Say how the next refund that is asked for goes, and what its answer waits for."""
        self.fate, self.gate, self.is_reached = fate, gate, False

    async def refund(self, order: RefundOrder) -> ProcessorReply:
        """Refund once per key; what is held is let go by whoever plays."""
        gate, self.gate = self.gate, None
        reply = self._once(order)
        if gate is not None:
            self.is_reached = True
            await gate.wait()
        return reply

    def _once(self, order: RefundOrder) -> ProcessorReply:
        fate, self.fate = self.fate, "succeeds"
        if fate == "lost_before":
            return ProcessorReply(outcome=ProcessorOutcome.UNKNOWN, error="No answer.")
        key = f"{order.intent}-{order.failures}"
        if key not in self.answers:
            self.answers[key] = self._book(order, fate)
        if fate == "lost_unlisted":
            self.unlisted.add(order.intent)
        if fate in ("lost_after", "lost_unlisted"):
            return ProcessorReply(outcome=ProcessorOutcome.UNKNOWN, error="No answer.")
        return self.answers[key]

    def _book(self, order: RefundOrder, fate: str) -> ProcessorReply:
        paid = None if self.captured is None else self.captured[order.payment]
        if fate == "refused" or (
            paid is not None and paid - self.refunded(order.payment) < order.amount
        ):
            return ProcessorReply(outcome=ProcessorOutcome.FAILED, error="Refused.")
        status = "pending" if fate == "pending" else "succeeded"
        made = Booking(
            id=f"{self.name}_{len(self.bookings) + 1}",
            intent=order.intent,
            payment=order.payment,
            amount=order.amount,
            status=status,
            said=[status],
        )
        self.bookings.append(made)
        return ProcessorReply(outcome=ProcessorOutcome(status), reference=made.id)

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        """Say what became of the intent's latest refund; its list may be a moment behind."""
        if order.intent in self.unlisted:
            self.unlisted.discard(order.intent)
            return None
        found = [one for one in self.bookings if one.intent == order.intent]
        return None if not found else _word(found[-1])


def _word(booking: Booking) -> ProcessorReply:
    return ProcessorReply(outcome=ProcessorOutcome(booking.status), reference=booking.id)


@dataclass(kw_only=True)
class Effect:
    """A refund to be asked for, the world as it stood then, and what its attempts were told."""

    id: str
    lane: str
    ret: Return
    past: list[bytes] = field(default_factory=list[bytes])
    is_done: bool = False
    is_asked: bool = False
    is_dying: bool = False  # Its process ends between the commit of the outcome and its own note.
    task: asyncio.Task[None] | None = None
    gate: asyncio.Event | None = None

    @property
    def is_held(self) -> bool:
        """Whether the bank has it, and has not let its answer go."""
        return self.task is not None


class Died(Exception):
    """Our process ended here."""


class Town:
    """One order, its returns, and the refunds under way."""

    def __init__(self, order: Order, policy: Policy | None = None) -> None:
        self._turn = count(1)
        self.policy = policy or Policy()
        self.customer = Customer(email="ann@example.test", country="DE")
        put = put_order(None, order, self.customer, self.policy, self.context(()))
        assert isinstance(put, Decision), put
        self.order = put.state.order
        self.rets: dict[str, Return] = {}
        self.open([])

    def open(self, effects: list[Effect]) -> None:
        """Have a bank that has not been asked for anything."""
        self.bank = Bank({one.id: one.captured for one in self.order.payments})
        self.credit = Bank(None)
        self.banks = {BANK: self.bank, Executor.CREDIT: self.credit}
        self.effects = effects
        self.told: dict[tuple[str, int], Recorded] = {}
        pool = cast("asyncpg.Pool", SimpleNamespace(fetch=self._past, fetchval=self._latest))
        self.sender = RefundSender(
            pool, self._execute, {name.value: bank for name, bank in self.banks.items()}
        )

    def again(self) -> Town:
        """Give a second town that stands where this one does; nobody was asked for anything yet."""
        assert not self.bank.bookings
        twin = copy(self)
        twin.rets = dict(self.rets)
        twin.open([Effect(id=one.id, lane=one.lane, ret=one.ret) for one in self.effects])
        return twin

    # ------------------------------------------------------------ deciding

    def context(self, plan: Sequence[Command], by: ActorKind = ActorKind.API_KEY) -> Context:
        """Surround a plan as the desk does."""
        turn = next(self._turn)
        return Context(
            actor=Actor(kind=by),
            source="api",
            at=NOON,
            entropy=turn.to_bytes(16, "big"),
            numbers=tuple(turn * 1000 + n for n in range(numbers_needed(plan) + 1)),
            facility=facility("main"),
            executors=EXECUTORS,
        )

    def state(self, ret: str | None) -> State:
        """What a decision on a return sees."""
        return State(
            order=self.order,
            customer=self.customer,
            policy=self.policy,
            ret=None if ret is None else self.rets[ret],
            others=tuple(compact(one) for one in self.rets.values() if one.id != ret),
        )

    def ask(
        self, ret: str | None, *plan: Command, by: ActorKind = ActorKind.API_KEY
    ) -> Refusal | Return:
        """Carry a plan out where it is not refused, and check all that must hold."""
        decision = decide(self.state(ret), plan, self.context(plan, by))
        if isinstance(decision, Refusal):
            return decision
        after = decision.state.ret
        assert after is not None
        self.order, self.rets[after.id] = decision.state.order, after
        for effect in decision.effects:
            snapshot = decision.events[effect.event].snapshot.ret
            if effect.kind == "refund":
                assert snapshot is not None
                number = f"dlv_{len(self.effects) + 1}"
                self.effects.append(Effect(id=number, lane=effect.lane, ret=snapshot))
        self.check()
        return after

    def kept(self, *units: tuple[str, int]) -> str:
        """Begin a return of goods that the customer may keep; gives its id."""
        made = self.try_kept(*units)
        assert isinstance(made, Return), made
        return made.id

    def try_kept(self, *units: tuple[str, int]) -> Refusal | Return:
        """Begin such a return, if there is so much to return."""
        asked = tuple(LineAsked(line=line, quantity=n, reason="Too small") for line, n in units)
        request = Request(order_number=self.order.order_number, lines=asked)
        return self.ask(None, request, Authorize(), WaiveReceipt())

    def capture(self, payment: str, more: int) -> None:
        """Capture more of a payment."""
        payments = tuple(
            replace(one, captured=one.captured + more) if one.id == payment else one
            for one in self.order.payments
        )
        put = replace(self.order, payments=payments)
        decision = put_order(self.state(None), put, self.customer, self.policy, self.context(()))
        assert isinstance(decision, Decision), decision
        self.order = decision.state.order
        assert self.bank.captured is not None
        self.bank.captured[payment] += more
        self.check()

    # ------------------------------------------------------------ looking

    def legs(self) -> list[tuple[Return, Settlement, Leg]]:
        """Every leg, with what it is a part of."""
        return [
            (ret, settlement, leg)
            for ret in self.rets.values()
            for settlement in ret.settlements
            for leg in settlement.legs
        ]

    def leg(self, intent: str) -> tuple[Return, Leg]:
        """One leg by its id."""
        return next((ret, leg) for ret, _, leg in self.legs() if leg.id == intent)

    def bookings(self) -> list[Booking]:
        """Every booking at the bank and in the ledger of store credit."""
        return [one for bank in self.banks.values() for one in bank.bookings]

    def heads(self) -> list[Effect]:
        """The first effect of each lane that is not done: what the engine would take."""
        heads: dict[str, Effect] = {}
        for effect in self.effects:
            if not effect.is_done:
                heads.setdefault(effect.lane, effect)
        return list(heads.values())

    def check(self) -> None:
        """Hold everything to what must be true at every moment."""
        check_money(self.order, list(self.rets.values()))
        live = Counter(one.intent for one in self.bookings() if one.is_live)
        assert all(many <= 1 for many in live.values()), f"paid twice: {live}"
        for payment in self.order.payments:
            assert self.bank.refunded(payment.id) <= payment.captured

    # ------------------------------------------------------------ the sender

    async def _past(self, _sql: str, _workspace_id: int, delivery_id: str) -> list[tuple[bytes]]:
        found = next(one for one in self.effects if one.id == delivery_id)
        return [(reply,) for reply in found.past if reply]

    async def _latest(self, _sql: str, _workspace_id: int, return_id: str) -> str:
        return msgspec.json.encode({"ret": self.rets[return_id]}).decode()

    async def _execute(
        self, workspace_id: int, return_id: str, command: Command, *, effect_id: str, attempt: int
    ) -> Recorded | NotRecorded:
        del workspace_id
        key = (effect_id, attempt)
        if key not in self.told:
            answer = self.ask(return_id, command, by=ActorKind.PROCESSOR)
            if isinstance(answer, Refusal):
                return NotRecorded(answer.detail)
            self.told[key] = Recorded(msgspec.json.encode({"settlements": answer.settlements}))
        name = effect_id.partition("/")[0]
        if any(one.is_dying for one in self.effects if one.id == name):
            raise Died
        return self.told[key]

    async def _attempt(self, effect: Effect) -> None:
        n = len(effect.past) + 1
        row = SimpleNamespace(
            workspace_id=1, return_id=effect.ret.id, lane=effect.lane, delivery_id=effect.id
        )
        event = SimpleNamespace(snapshot=SimpleNamespace(ret=effect.ret))
        may_repeat = effect.is_asked or n > 1
        effect.is_asked = True
        work = SimpleNamespace(row=row, event=event, n=n, tries=n, may_repeat=may_repeat)
        tried = await self.sender.send(cast("Work", work), None)
        effect.past.append(tried.response_body or b"")
        effect.is_done = not isinstance(tried.outcome, Retry)
        effect.is_asked = False

    async def call(self, effect: Effect, fate: str) -> None:
        """Have an effect tried until the bank has answered; its answer is held back."""
        assert not effect.is_held
        effect.gate = asyncio.Event()
        for bank in self.banks.values():
            bank.expect(fate, effect.gate)
        effect.task = asyncio.create_task(self._attempt(effect))
        for _ in range(_SLEEPS_MAX):
            if effect.task.done() or any(bank.is_reached for bank in self.banks.values()):
                break
            await asyncio.sleep(0)
        for bank in self.banks.values():
            bank.expect("succeeds", None)
        if effect.task.done():
            await self.reply(effect)
        self.check()

    async def reply(self, effect: Effect) -> None:
        """Let the bank's answer arrive."""
        assert effect.task is not None
        assert effect.gate is not None
        effect.gate.set()
        task, effect.task = effect.task, None
        try:
            await task
        except Died:
            effect.is_dying = False
        self.check()

    async def crash(self, effect: Effect, *, recorded: bool = False) -> None:
        """End our process with the answer on its way: before it is recorded, or right after."""
        assert effect.task is not None
        if recorded:
            effect.is_dying = True
            await self.reply(effect)
            effect.is_dying = False
            return
        task, effect.task = effect.task, None
        task.cancel()
        await asyncio.wait([task])
        self.check()

    def tell(self, booking: Booking, nth: int = -1) -> Refusal | Return:
        """Have the bank tell one of its words on a refund: the latest, or an earlier one."""
        status = booking.said[nth]
        ret, leg = self.leg(booking.intent)
        body = {"leg": leg.id, "outcome": status, "reference": booking.id}
        return self.ask(ret.id, msgspec.convert(body, RecordRefundOutcome), by=ActorKind.PROCESSOR)

    async def drain(self) -> None:
        """Let everything come to its end: answers, what waits, and what the bank has to tell."""
        for effect in self.effects:
            if effect.is_held:
                await self.reply(effect)
        for _ in range(TURNS_MAX * (len(self.effects) + 1)):
            for booking in self.bookings():
                if booking.status == "pending":
                    booking.turn_out("succeeded")
            heads = self.heads()
            for effect in heads:
                await self.call(effect, "succeeds")
                if effect.is_held:
                    await self.reply(effect)
            for booking in self.bookings():
                self.tell(booking)
            if not heads:
                return
        raise AssertionError("refunds do not come to an end")
