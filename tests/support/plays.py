"""One refund and what can happen around it, message by message, in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import permutations
from typing import Final

from retour.lifecycle.commands import ConfirmSettlement, ProposeSettlement, RetryRefund, StartRefund
from retour.lifecycle.model import LegStatus, Payment, Return
from tests.support.interleaving import BANK, Effect, Town
from tests.support.returns import an_order, sold

AMOUNT, CAPTURED = 1000, 2500
"""Twice the amount fits: the bank's own cap saves nobody."""
FATES: Final = (
    "succeeds",
    "fails_later",
    "pending",
    "pending_then_fails",
    "lost_before",
    "lost_after",
    "lost_unlisted",
    "refused",
)
MESSAGES: Final = (
    "call",
    "reply",
    "crash",
    "crash_recorded",
    "look_up",
    "created",
    "updated",
    "updated_again",
    "retry",
)
SIXES: Final = {
    "a crash": ("call", "crash", "look_up", "created", "updated", "retry"),
    "a late crash": ("call", "crash_recorded", "look_up", "updated", "updated_again", "retry"),
    "all answers": ("call", "reply", "look_up", "created", "updated", "retry"),
}
"""Six messages each, of the nine there are."""


@cache
def _started() -> Town:
    payment = Payment(id="card", processor=BANK, captured=CAPTURED)
    town = Town(an_order(sold("a", 1, price=AMOUNT), payments=(payment,)))
    started = town.ask(town.kept(("a", 1)), ProposeSettlement(), ConfirmSettlement(), StartRefund())
    assert isinstance(started, Return), started
    return town


class Play:
    """A return whose refund has just been started."""

    def __init__(self, fate: str) -> None:
        self.fate = fate
        self.town = _started().again()
        ((ret, _, leg),) = self.town.legs()
        self.ret, self.intent = ret.id, leg.id

    @property
    def first(self) -> Effect:
        """The effect of the first series."""
        return self.town.effects[0]

    async def happen(self, step: str) -> bool:
        """Let something happen; False where it cannot yet."""
        match step:
            case "call":
                if not self.first.is_done and not self.first.is_held:
                    await self.town.call(self.first, self.fate)
                return True
            case "look_up":
                return await self._look_up()
            case "reply" | "crash" | "crash_recorded":
                return await self._answered(step)
            case "retry":
                return self._retry()
            case _:
                return self._tell(step)

    async def _answered(self, step: str) -> bool:
        if not self.first.is_held:
            return False
        if step == "reply":
            await self.town.reply(self.first)
        else:
            await self.town.crash(self.first, recorded=step == "crash_recorded")
        return True

    async def _look_up(self) -> bool:
        """Have another process take the effect up, as after a crash."""
        if self.first.is_held:
            return False
        if not self.first.is_done:
            self.first.is_asked = True
            await self.town.call(self.first, "succeeds")
            if self.first.is_held:
                await self.town.reply(self.first)
        return True

    def _tell(self, step: str) -> bool:
        bookings = self.town.bank.bookings
        if not bookings:
            return False
        booking = bookings[0]
        if step != "created":
            is_bad = self.fate in ("fails_later", "pending_then_fails")
            booking.turn_out("failed" if is_bad else "succeeded")
        self.town.tell(booking, 0 if step == "created" else -1)
        return True

    def _retry(self) -> bool:
        _, leg = self.town.leg(self.intent)
        if leg.status in (LegStatus.FAILED, LegStatus.REVERSED):
            assert isinstance(self.town.ask(self.ret, RetryRefund(leg=self.intent)), Return)
        return True


async def play(play: Play, steps: Sequence[str]) -> str:
    """Let everything happen in this order, what cannot yet as soon as it can; gives the end."""
    late = [step for step in steps if not await play.happen(step)]
    for step in late:
        await play.happen(step)
    await play.town.drain()
    check_end(play.town)
    return play.town.leg(play.intent)[1].status


async def play_every_order(six: Sequence[str], fate: str) -> Counter[str]:
    """Play six messages in all their 720 orders; gives how often each end was reached."""
    ends: Counter[str] = Counter()
    for steps in permutations(six):
        try:
            ends[await play(Play(fate), steps)] += 1
        except AssertionError as error:
            error.add_note(f"The order was {', '.join(steps)}.")
            raise
    return ends


def check_end(town: Town) -> None:
    """Assert that every leg ended as the bank's ledger says."""
    for _, _, leg in town.legs():
        assert leg.status not in (LegStatus.IN_FLIGHT, LegStatus.UNKNOWN) or (
            leg.executor not in town.banks
        ), leg
        for name, bank in town.banks.items():
            is_paid = leg.executor is name and leg.status is LegStatus.SUCCEEDED
            assert [leg.reference] * is_paid == [one.id for one in bank.live(leg.id)], leg
