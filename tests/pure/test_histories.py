"""Histories of an order's money by chance, held to the bank's own ledger; many more in a soak.

What chance has found is told again below, by name.
"""

from __future__ import annotations

import asyncio

from retour.lifecycle.commands import (
    ConfirmSettlement,
    ProposeSettlement,
    RedirectLeg,
    RetryRefund,
    SettleElsewhere,
    StartRefund,
)
from retour.lifecycle.model import Executor, LegStatus, Payment, Return
from tests.support.histories import live_many
from tests.support.interleaving import BANK, Booking, Town
from tests.support.plays import check_end
from tests.support.returns import an_order, sold

HISTORIES = 250


def test_whatever_happens_to_an_orders_money_it_is_paid_once() -> None:
    done = asyncio.run(live_many(range(HISTORIES)))

    assert all(done[act] for act in ("retry", "discard", "cancel", "report", "crash", "redirect"))


async def _lost() -> tuple[Town, str, Booking]:
    """A refund whose answer is still on its way, and of which the bank has told that it failed."""
    payment = Payment(id="card", processor=BANK, captured=1000)
    town = Town(an_order(sold("a", 1, price=1000), payments=(payment,)))
    ret = town.kept(("a", 1))
    assert isinstance(
        town.ask(ret, ProposeSettlement(), ConfirmSettlement(), StartRefund()), Return
    )
    await town.call(town.effects[0], "succeeds")
    (booking,) = town.bookings()
    town.tell(booking)
    booking.turn_out("failed")
    town.tell(booking)
    return town, ret, booking


def test_an_old_asking_ends_where_the_leg_is_given_another_way() -> None:
    """Our own answer is slower than an agent: what it belongs to is over, and asks nobody again."""

    async def play() -> None:
        town, ret, booking = await _lost()
        redirected = town.ask(ret, RedirectLeg(leg=booking.intent, to="store_credit"))
        assert isinstance(redirected, Return)

        await town.drain()

        check_end(town)
        assert [False, True] == [one.is_live for one in town.bookings()]
        assert Executor.CREDIT is town.leg(booking.intent)[1].executor

    asyncio.run(play())


def test_an_old_asking_leaves_a_retry_to_the_next_one() -> None:
    """An agent's retry has an effect of its own; the one before it pays nothing any more."""

    async def play() -> None:
        town, ret, booking = await _lost()
        assert isinstance(town.ask(ret, RetryRefund(leg=booking.intent)), Return)
        first, second = town.effects
        await town.crash(first)

        await town.call(first, "succeeds")

        assert first.is_done
        assert [booking] == town.bookings()
        assert not second.is_done
        await town.drain()
        check_end(town)

    asyncio.run(play())


def test_an_old_word_of_a_refund_is_no_news_where_it_was_paid_elsewhere() -> None:
    """Neither the late answer nor the message told again is refused, kept or alarmed about."""

    async def play() -> None:
        town, ret, booking = await _lost()
        paid = town.ask(ret, SettleElsewhere(leg=booking.intent, reference="till 4"))
        assert isinstance(paid, Return)

        assert isinstance(town.tell(booking, 0), Return)
        assert isinstance(town.tell(booking), Return)
        await town.drain()

        assert town.rets[ret] == paid
        assert LegStatus.SUCCEEDED is town.leg(booking.intent)[1].status

    asyncio.run(play())
