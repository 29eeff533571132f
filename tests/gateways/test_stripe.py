"""Refunds at Stripe: the official client through our way out, against a stateful stand-in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

import pytest

from retour.gateways.payments import ProcessorOutcome, RefundOrder
from retour.gateways.payments.stripe import StripeProcessor, stripe_amount
from tests.gateways.clients import client_with
from tests.support.stripe_server import KEY, StripeServer, stripe_running

ORDER = RefundOrder(workspace_id=1, intent="leg_1", payment="pi_1", amount=1999, currency="EUR")


@dataclass
class Till:
    """A processor with the Stripe it speaks to."""

    stripe: StripeServer
    processor: StripeProcessor
    key: str | None = KEY

    async def keys(self, _workspace_id: int) -> str | None:
        return self.key


@contextlib.asynccontextmanager
async def till() -> AsyncGenerator[Till]:
    async with stripe_running() as stripe, client_with(allow="127.0.0.0/8") as http:

        async def unknown(_workspace_id: int) -> str | None:
            return None

        made = Till(stripe, StripeProcessor(http=http, keys=unknown, api=stripe.url))
        made.processor = replace(made.processor, keys=made.keys)
        stripe.pay("pi_1", 5000)
        yield made


async def test_a_refund_is_made_and_carries_its_intent() -> None:
    async with till() as at:
        reply = await at.processor.refund(ORDER)

        assert (reply.outcome, reply.reference) == (ProcessorOutcome.SUCCEEDED, "re_1")
        (made,) = at.stripe.refunds
        assert (made["amount"], made["payment_intent"]) == (1999, "pi_1")
        assert made["metadata"] == {"retour_intent": "leg_1"}


async def test_the_same_try_again_is_the_same_refund() -> None:
    async with till() as at:
        first = await at.processor.refund(ORDER)
        again = await at.processor.refund(ORDER)

        assert first == again
        assert at.stripe.refunded("pi_1") == 1999


async def test_two_equal_partials_are_two_refunds() -> None:
    async with till() as at:
        await at.processor.refund(ORDER)
        other = await at.processor.refund(replace(ORDER, intent="leg_2"))

        assert other.outcome is ProcessorOutcome.SUCCEEDED
        assert at.stripe.refunded("pi_1") == 2 * 1999


@pytest.mark.parametrize(("fault", "booked"), [("before", 0), ("after", 1), ("busy", 0)])
async def test_where_the_answer_is_lost_only_a_look_up_can_tell(fault: str, booked: int) -> None:
    async with till() as at:
        at.stripe.faults.append(fault)
        reply = await at.processor.refund(ORDER)
        found = await at.processor.look_up(ORDER)

        assert reply.outcome is ProcessorOutcome.UNKNOWN
        assert len(at.stripe.live("leg_1")) == booked
        assert (found is not None) == bool(booked)
        repeated = await at.processor.refund(ORDER)
        assert repeated.outcome is ProcessorOutcome.SUCCEEDED
        assert len(at.stripe.live("leg_1")) == 1


async def test_a_refusal_is_known_and_the_next_try_is_a_new_one() -> None:
    """Stripe repeats a refusal to the same key for a day: each failed try changes the key."""
    async with till() as at:
        at.stripe.faults.append("no_money")
        refused = await at.processor.refund(ORDER)
        stubborn = await at.processor.refund(ORDER)
        fresh = await at.processor.refund(replace(ORDER, failures=1))

        assert refused.outcome is stubborn.outcome is ProcessorOutcome.FAILED
        assert refused.error == "Stripe says: Insufficient funds. (balance_insufficient)"
        assert fresh.outcome is ProcessorOutcome.SUCCEEDED
        assert len(at.stripe.live("leg_1")) == 1


async def test_what_is_pending_is_found_as_it_turned_out() -> None:
    async with till() as at:
        at.stripe.faults.append("pending")
        pending = await at.processor.refund(ORDER)
        waiting = await at.processor.look_up(ORDER)
        at.stripe.turn_out("re_1", "failed", "expired_or_canceled_card")
        failed = await at.processor.look_up(ORDER)

        assert pending.outcome is ProcessorOutcome.PENDING
        assert waiting is not None
        assert waiting.outcome is ProcessorOutcome.PENDING
        assert failed is not None
        assert (failed.outcome, failed.error) == (
            ProcessorOutcome.FAILED,
            "Stripe says: expired_or_canceled_card.",
        )


async def test_an_intent_is_found_behind_many_others() -> None:
    async with till() as at:
        at.stripe.pay("pi_2", 100_000)
        wanted = replace(ORDER, payment="pi_2", amount=1, intent="leg_first")
        await at.processor.refund(wanted)
        for n in range(25):
            await at.processor.refund(replace(wanted, intent=f"leg_{n}"))

        found = await at.processor.look_up(wanted)

        assert found is not None
        assert found.reference == "re_1"
        assert await at.processor.look_up(replace(wanted, intent="leg_x")) is None


async def test_trouble_is_unknown_and_a_wrong_key_is_said_without_it() -> None:
    async with till() as at:
        at.stripe.faults.append("trouble")
        troubled = await at.processor.refund(ORDER)
        at.key = "sk_live_wrong"
        wrong = await at.processor.refund(ORDER)
        at.key = None
        none = await at.processor.refund(ORDER)

        assert troubled.outcome is ProcessorOutcome.UNKNOWN
        assert wrong.error == "Stripe does not know the key. Renew it."
        assert none.outcome is ProcessorOutcome.FAILED
        assert "has no Stripe key" in (none.error or "")


@pytest.mark.parametrize("payment", ["", "pay_1", "pi_1/../x", "ch_1?x=1"])
async def test_what_is_no_payment_of_theirs_is_not_asked_for(payment: str) -> None:
    async with till() as at:
        reply = await at.processor.refund(replace(ORDER, payment=payment))

        assert reply.outcome is ProcessorOutcome.FAILED
        assert "no payment of Stripe" in (reply.error or "")
        assert at.stripe.asked == []


async def test_more_than_was_paid_is_refused_in_stripes_words() -> None:
    async with till() as at:
        reply = await at.processor.refund(replace(ORDER, amount=5001))

        assert reply.outcome is ProcessorOutcome.FAILED
        assert "greater than unrefunded amount (5000)" in (reply.error or "")


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (1999, "EUR", 1999),
        (500, "JPY", 500),
        (500, "UGX", 50_000),
        (1, "ISK", 100),
        (5120, "KWD", 5120),
        (5124, "KWD", None),
    ],
)
def test_amounts_as_stripe_counts_them(amount: int, currency: str, said: int | None) -> None:
    assert stripe_amount(amount, currency) == said
