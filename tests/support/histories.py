"""Histories by chance: an order's money asked for, paid, lost and found again in any order.

One seed is one history.  Several returns and payments, captures that come later, drafts dropped,
returns canceled, retries, outcomes that people report, refunds the bank takes back, disputes, and
our own process dying with an answer in its hand.  What is refused is refused; after every step the
town and the bank's ledger are held to what must be true.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import msgspec

from retour.lifecycle.commands import (
    Cancel,
    Command,
    ConfirmSettlement,
    DiscardSettlement,
    ExtraAsked,
    ProposeSettlement,
    RecordRefundOutcome,
    RedirectLeg,
    RetryRefund,
    SettleElsewhere,
    StartRefund,
)
from retour.lifecycle.model import Executor, Leg, LegStatus, Payment, Return
from tests.support.interleaving import BANK, Booking, Effect, Town
from tests.support.plays import check_end
from tests.support.returns import an_order, sold

STEPS: Final = 60
ANSWERS: Final = (
    ("succeeds", "succeeds", "pending", "refused", "lost_before", "lost_after", "lost_unlisted"),
    ("refused", "refused", "refused", "lost_after"),
    ("succeeds", "pending", "lost_after", "lost_unlisted"),
)
"""A good bank, one that refuses, and one that is hard to hear; each history has its own."""
OFTEN: Final = {"call": 4, "reply": 3, "tell": 4, "turn_out": 3, "retry": 2, "all_at_once": 2}
"""What happens more often than other things."""
RETURNS_MAX: Final = 3
Act = Callable[[], Awaitable[bool]]
_LOST: Final = (LegStatus.FAILED, LegStatus.REVERSED)


class History:
    """One order's, by a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        payments = (
            Payment(id="card", processor=BANK, captured=self.chance.choice((1500, 2500, 6100))),
            Payment(id="bank", processor=BANK, captured=self.chance.choice((0, 1000))),
            Payment(id="cash", processor=Executor.EXTERNAL, captured=1000),
        )
        self.town = Town(
            an_order(sold("a", 3, price=1000), sold("b", 2, price=1550), payments=payments)
        )
        self.done: Counter[str] = Counter()
        self._answers = self.chance.choice(ANSWERS)
        self._acts: list[tuple[str, Act]] = [
            (name, getattr(self, f"_do_{name}"))
            for name in sorted(one[4:] for one in dir(self) if one.startswith("_do_"))
            for _ in range(OFTEN.get(name, 1))
        ]

    async def live(self, steps: int = STEPS) -> Counter[str]:
        """Let it happen and come to its end; gives how often each thing was done."""
        self._begin()
        for _ in range(steps):
            name, act = self.chance.choice(self._acts)
            if await act():
                self.done[name] += 1
            self.town.check()
        await self.town.drain()
        check_end(self.town)
        return self.done

    # ------------------------------------------------------------ people

    def _ask(self, ret: str, *plan: Command) -> bool:
        return isinstance(self.town.ask(ret, *plan), Return)

    def _begin(self) -> None:
        units = [("a", self.chance.randint(1, 2))]
        if self.chance.random() < 0.5:
            units.append(("b", 1))
        self.town.kept(*units)

    def _ret(self) -> str:
        return self.chance.choice(list(self.town.rets))

    def _leg(self, *statuses: LegStatus) -> tuple[Return, Leg] | None:
        """A leg, most of the time one that something can be done about."""
        every = [(ret, leg) for ret, _, leg in self.town.legs()]
        fit = [(ret, leg) for ret, leg in every if leg.status in statuses]
        legs = fit if fit and self.chance.random() < 0.9 else every
        return self.chance.choice(legs) if legs else None

    async def _do_begin(self) -> bool:
        if len(self.town.rets) >= RETURNS_MAX:
            return False
        return isinstance(self.town.try_kept((self.chance.choice("ab"), 1)), Return)

    async def _do_propose(self) -> bool:
        ret = self._ret()
        units = [unit.id for line in self.town.rets[ret].lines for unit in line.units]
        only = tuple(self.chance.sample(units, self.chance.randint(0, len(units))))
        extra = self.chance.choice(("", "", "-3.33", "2.50", "-10.00"))
        extras = (ExtraAsked(label="Difference", amount=extra),) if extra else ()
        return self._ask(ret, ProposeSettlement(units=only, adjustments=extras))

    async def _do_confirm(self) -> bool:
        return self._ask(self._ret(), ConfirmSettlement())

    async def _do_start(self) -> bool:
        return self._ask(self._ret(), StartRefund())

    async def _do_all_at_once(self) -> bool:
        return self._ask(self._ret(), ProposeSettlement(), ConfirmSettlement(), StartRefund())

    async def _do_discard(self) -> bool:
        return self.chance.random() < 0.5 and self._ask(self._ret(), DiscardSettlement())

    async def _do_cancel(self) -> bool:
        cancel = Cancel(reason="Changed their mind", goods="keep")
        return self.chance.random() < 0.1 and self._ask(self._ret(), cancel)

    async def _do_retry(self) -> bool:
        found = self._leg(*_LOST)
        return found is not None and self._ask(found[0].id, RetryRefund(leg=found[1].id))

    async def _do_report(self) -> bool:
        """Say what became of a leg that a person pays."""
        found = self._leg(LegStatus.IN_FLIGHT)
        if found is None:
            return False
        word = self.chance.choice(("succeeded", "failed"))
        body = {"leg": found[1].id, "outcome": word}
        return self._ask(found[0].id, msgspec.convert(body, RecordRefundOutcome))

    async def _do_elsewhere(self) -> bool:
        found = self._leg(*_LOST)
        if found is None or self.chance.random() < 0.3:
            return False
        return self._ask(found[0].id, SettleElsewhere(leg=found[1].id, reference="till 4"))

    async def _do_redirect(self) -> bool:
        found = self._leg(*_LOST)
        if found is None or self.chance.random() < 0.3:
            return False
        body = {"leg": found[1].id, "to": self.chance.choice(("store_credit", "external"))}
        return self._ask(found[0].id, msgspec.convert(body, RedirectLeg))

    async def _do_capture(self) -> bool:
        if self.chance.random() < 0.8:
            return False
        self.town.capture(self.chance.choice(("card", "bank")), self.chance.randint(1, 900))
        return True

    # ------------------------------------------------------------ our process

    def _effect(self, *, held: bool) -> Effect | None:
        found = [one for one in self.town.heads() if one.is_held is held]
        return self.chance.choice(found) if found else None

    async def _do_call(self) -> bool:
        effect = self._effect(held=False)
        if effect is not None:
            await self.town.call(effect, self.chance.choice(self._answers))
        return effect is not None

    async def _do_reply(self) -> bool:
        effect = self._effect(held=True)
        if effect is not None:
            await self.town.reply(effect)
        return effect is not None

    async def _do_crash(self) -> bool:
        effect = self._effect(held=True)
        if effect is not None:
            await self.town.crash(effect, recorded=self.chance.random() < 0.5)
        return effect is not None

    # ------------------------------------------------------------ the bank

    def _booking(self) -> Booking | None:
        found = self.town.bookings()
        return self.chance.choice(found) if found else None

    async def _do_turn_out(self) -> bool:
        """What is pending ends; what had succeeded may fail later."""
        booking = self._booking()
        if booking is None or not booking.is_live:
            return False
        if booking.status == "succeeded" and self.chance.random() < 0.5:
            return False
        booking.turn_out(self.chance.choice(("succeeded", "failed")))
        return True

    async def _do_tell(self) -> bool:
        """A message comes: the latest word on a refund, an old one, or one heard before."""
        booking = self._booking()
        if booking is not None:
            self.town.tell(booking, self.chance.randrange(len(booking.said)))
        return booking is not None


async def live_many(seeds: Iterable[int]) -> Counter[str]:
    """Live one history for each seed; a failure names its seed."""
    done: Counter[str] = Counter()
    for seed in seeds:
        try:
            done += await History(seed).live()
        except Exception as error:
            error.add_note(f"The history's seed is {seed}.")
            raise
    return done
