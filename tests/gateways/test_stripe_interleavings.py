"""All orders of what can happen around one refund: at most one of it lives, and we know which.

The real client, sender and decisions run against the stand-in; only the socket and the database are
left out.  Its ledger is the oracle.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import permutations
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import msgspec
import pytest

from retour.delivery.outcome import Retry
from retour.delivery.protocols import NotRecorded, Recorded, Work
from retour.delivery.refunds import RefundSender
from retour.desk.payments.messages import word_of
from retour.gateways.exchange import HttpReply, HttpRequest
from retour.gateways.payments import ProcessorReply, RefundOrder
from retour.gateways.payments.stripe import StripeProcessor
from retour.gateways.payments.stripe_messages import read
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import Command, RetryRefund, StartRefund
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    ActorKind,
    Executor,
    LegStatus,
    Payment,
    Policy,
    ReturnStatus,
)
from tests.support.returns import Journey, an_order, sold
from tests.support.stripe_server import KEY, StripeServer

if TYPE_CHECKING:
    import asyncpg

    from retour.gateways.http import HttpClient

STEPS = ("call", "reply", "created", "updated", "look_up", "retry")
FATES = ("succeeds", "fails_later", "pending", "pending_then_fails", "answer_lost", "refused")
EXECUTORS = frozenset({Executor.STRIPE})
CAPTURED, AMOUNT = 2500, 1000  # Twice fits: the cap at Stripe saves nobody.
TURNS_MAX = 12


class NoSocket:
    """Hands requests to the stand-in and its answers back."""

    def __init__(self, stripe: StripeServer) -> None:
        self._stripe = stripe

    async def send(self, request: HttpRequest) -> HttpReply:
        split = urlsplit(request.url)
        target = split.path + (f"?{split.query}" if split.query else "")
        headers = {name.lower(): value for name, value in request.headers}
        said = self._stripe.answer(request.method, target, headers, request.body.decode())
        if said is None:
            return HttpReply(status=None, detail="The connection was closed.")
        status, body = said
        return HttpReply(status=status, body=json.dumps(body).encode())


class Held:
    """A processor whose first answer is held back until it is let go."""

    def __init__(self, processor: StripeProcessor) -> None:
        self._processor = processor
        self.gate: asyncio.Event | None = None

    async def refund(self, order: RefundOrder) -> ProcessorReply:
        gate, self.gate = self.gate, None
        reply = await self._processor.refund(order)
        if gate is not None:
            await gate.wait()
        return reply

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        return await self._processor.look_up(order)


@dataclass
class Effect:
    """One refund effect: its event's return, and what was replied to its attempts."""

    id: str
    ret: object
    past: list[bytes] = field(default_factory=list[bytes])
    is_done: bool = False
    is_asked: bool = False


class Till:
    """A return with one refund of 10.00 at Stripe, and everything that can happen to it."""

    def __init__(self, fate: str) -> None:
        self.fate = fate
        self.stripe = StripeServer()
        self.stripe.pay("pi_1", CAPTURED)
        payment = Payment(id="pi_1", processor=Executor.STRIPE, captured=CAPTURED)
        order = an_order(sold("a", 1, price=AMOUNT), payments=(payment,))
        early = Policy(settle_at=ReturnStatus.AUTHORIZED)
        self.journey = Journey(policy=early, order=order).confirmed(a=1)
        self.journey.do(StartRefund(), executors=EXECUTORS)
        self.intent = self.journey.leg().id
        http = cast("HttpClient", NoSocket(self.stripe))

        async def key(_workspace_id: int) -> str:
            return KEY

        self.held = Held(StripeProcessor(http=http, keys=key, api="http://stripe.test"))
        pool = cast("asyncpg.Pool", SimpleNamespace(fetch=self._past, fetchval=self._latest))
        self.sender = RefundSender(pool, self._execute, {"stripe": self.held})
        self.told: dict[tuple[str, int], Recorded] = {}
        self.effects = [Effect(id="dlv_1", ret=self.journey.ret)]
        self.call: asyncio.Task[None] | None = None
        self.gate = asyncio.Event()
        self.as_created: list[dict[str, Any]] = []
        self.events = 0

    async def _past(self, _sql: str, _workspace_id: int, delivery_id: str) -> list[tuple[bytes]]:
        found = next(one for one in self.effects if one.id == delivery_id)
        return [(reply,) for reply in found.past if reply]

    async def _latest(self, _sql: str, _workspace_id: int, _return_id: str) -> str:
        return msgspec.json.encode({"ret": self.journey.ret}).decode()

    async def _execute(
        self, workspace_id: int, return_id: str, command: Command, *, effect_id: str, attempt: int
    ) -> Recorded | NotRecorded:
        del workspace_id, return_id
        key = (effect_id, attempt)
        if key not in self.told:
            refusal = self.decided(command)
            if refusal is not None:
                return NotRecorded(refusal.detail)
            body = msgspec.json.encode({"settlements": self.journey.ret.settlements})
            self.told[key] = Recorded(body)
        return self.told[key]

    def decided(self, command: Command, by: ActorKind = ActorKind.PROCESSOR) -> Refusal | None:
        """Carry a command out, if it is not refused."""
        context = self.journey.context(by, plan=[command], executors=EXECUTORS)
        decision = decide(self.journey.state, [command], context)
        if isinstance(decision, Refusal):
            return decision
        self.journey.state = decision.state
        return None

    # ------------------------------------------------------------ what can happen

    async def attempt(self, effect: Effect, *, may_repeat: bool) -> None:
        """Have the effect tried once, and its reply kept."""
        n = len(effect.past) + 1
        row = SimpleNamespace(
            workspace_id=1, return_id=self.journey.ret.id, lane=self.intent, delivery_id=effect.id
        )
        event = SimpleNamespace(snapshot=SimpleNamespace(ret=effect.ret))
        work = SimpleNamespace(row=row, event=event, n=n, tries=n, may_repeat=may_repeat or n > 1)
        tried = await self.sender.send(cast("Work", work), None)
        effect.past.append(tried.response_body or b"")
        effect.is_done = not isinstance(tried.outcome, Retry)

    async def happen(self, step: str) -> bool:
        """Let something happen; False where it cannot yet."""
        match step:
            case "call":
                return await self._call()
            case "reply":
                return await self._reply()
            case "created" | "updated":
                return self._tell(step)
            case "look_up":
                effect = self.effects[0]
                if not effect.is_done:
                    await self.attempt(effect, may_repeat=True)
                return True
            case _:
                return self._retry()

    async def _call(self) -> bool:
        effect = self.effects[0]
        if effect.is_done:
            return True
        faults = {"answer_lost": "after", "refused": "no_money"}
        pending = "pending" if self.fate.startswith("pending") else ""
        fault = faults.get(self.fate, pending)
        self.stripe.faults = [fault] if fault and not self.stripe.refunds else []
        self.held.gate = self.gate
        self.call = asyncio.create_task(self.attempt(effect, may_repeat=bool(effect.past)))
        for _ in range(30):
            await asyncio.sleep(0)
        self.as_created = [dict(one) for one in self.stripe.refunds[:1]]
        return True

    async def _reply(self) -> bool:
        if self.call is None:
            return False
        self.gate.set()
        await self.call
        return True

    def _tell(self, step: str) -> bool:
        if not self.stripe.refunds:
            return self.fate == "refused" and self.call is not None
        first = self.stripe.refunds[0]
        self.as_created = self.as_created or [dict(first)]
        if step == "updated":
            is_bad = self.fate in ("fails_later", "pending_then_fails")
            self.stripe.turn_out(first["id"], "failed" if is_bad else "succeeded")
        said = self.as_created[0] if step == "created" else first
        self.events += 1
        event = {"id": f"evt_{self.events}", "type": f"refund.{step}", "created": self.events}
        for message in read(json.dumps({**event, "data": {"object": said}}).encode()):
            self.decided(word_of(message))
        return True

    def _retry(self) -> bool:
        if self.journey.leg().status not in (LegStatus.FAILED, LegStatus.REVERSED):
            return True
        assert self.decided(RetryRefund(leg=self.intent), ActorKind.API_KEY) is None
        self.effects.append(Effect(id=f"dlv_{len(self.effects) + 1}", ret=self.journey.ret))
        return True

    async def play(self, steps: Sequence[str]) -> None:
        """Let everything happen in this order, what cannot yet as soon as it can."""
        late: list[str] = []
        for step in steps:
            if not await self.happen(step):
                late.append(step)
            self.check()
        for step in late:
            await self.happen(step)
            self.check()
        await self._reply()
        for effect in self.effects:
            for _ in range(TURNS_MAX):
                if effect.is_done:
                    break
                await self.attempt(effect, may_repeat=True)
                self.check()
            assert effect.is_done

    def check(self) -> None:
        """Hold the ledger to what must be true at every moment."""
        live = self.stripe.live(self.intent)
        assert len(live) <= 1
        assert self.stripe.refunded("pi_1") <= CAPTURED
        assert 0 <= self.journey.reserved <= CAPTURED


@pytest.mark.parametrize("fate", FATES)
async def test_in_every_order_one_refund_lives_and_we_know_which(fate: str) -> None:
    ends: Counter[str] = Counter()
    for steps in permutations(STEPS):
        till = Till(fate)
        await till.play(steps)
        leg, live = till.journey.leg(), till.stripe.live(till.intent)
        is_paid = leg.status is LegStatus.SUCCEEDED
        assert [leg.reference] * is_paid == [one["id"] for one in live], steps
        assert leg.status in (LegStatus.SUCCEEDED, LegStatus.FAILED, LegStatus.REVERSED), steps
        assert till.journey.reserved == till.stripe.refunded("pi_1"), steps
        ends[leg.status] += 1
    assert 720 == ends.total()
    if fate in ("succeeds", "pending", "answer_lost", "refused"):
        assert {LegStatus.SUCCEEDED: 720} == ends
    else:
        assert ends[LegStatus.SUCCEEDED]
