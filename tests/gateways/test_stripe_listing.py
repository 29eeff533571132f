"""All that Stripe did in a span: the official client through our way out, page by page."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest

from retour.gateways.payments import ProcessorOutcome
from retour.gateways.payments.listing import ListedPage, NotListed, Span
from retour.gateways.payments.messages import MessageKind, ProcessorMessage
from retour.gateways.payments.stripe_listing import StripeListing
from tests.gateways.clients import client_with
from tests.support.stripe_server import KEY, StripeServer, stripe_running

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
SPAN = Span(workspace_id=1, since=NOW - DAY, until=NOW + DAY, asked_at=NOW)


@contextlib.asynccontextmanager
async def listing(
    key: str | None = KEY, page: int = 2
) -> AsyncGenerator[tuple[StripeServer, StripeListing]]:
    async with stripe_running() as stripe, client_with(allow="127.0.0.0/8") as http:

        async def keys(_workspace_id: int) -> str | None:
            return key

        stripe.pay("pi_1", 50_000)
        yield stripe, StripeListing(http=http, keys=keys, api=stripe.url, page=page)


async def all_of(at: StripeListing, span: Span = SPAN) -> list[ProcessorMessage]:
    found: list[ProcessorMessage] = []
    following: str | None = None
    while True:
        page = await at.listed(span, following)
        assert isinstance(page, ListedPage), page
        found += [one.message for one in page.items]
        if page.following is None:
            return found
        following = page.following


async def test_every_refund_and_dispute_is_listed_once() -> None:
    async with listing() as (stripe, at):
        for n in range(1, 6):
            stripe.refund_elsewhere("pi_1", n * 100)
        for n in range(1, 4):
            stripe.dispute("pi_1", n)

        found = await all_of(at)

    assert [f"re_{n}" for n in (5, 4, 3, 2, 1)] + ["dp_3", "dp_2", "dp_1"] == [
        one.reference for one in found
    ]
    assert [MessageKind.REFUND] * 5 + [MessageKind.DISPUTE] * 3 == [one.kind for one in found]
    assert (300, "EUR", ("pi_1",), None, True) == (
        found[2].amount,
        found[2].currency,
        found[2].payments,
        found[2].intent,
        found[2].takes,
    )


async def test_what_was_made_before_or_after_is_not_of_the_span() -> None:
    async with listing() as (stripe, at):
        stripe.refund_elsewhere("pi_1", 100, ago_s=7200)
        inside = stripe.refund_elsewhere("pi_1", 200, ago_s=1800)
        stripe.refund_elsewhere("pi_1", 300)
        hour = timedelta(hours=1)
        span = Span(workspace_id=1, since=NOW - hour, until=NOW - hour / 4, asked_at=NOW)

        found = await all_of(at, span)

    assert [inside["id"]] == [one.reference for one in found]


@pytest.mark.parametrize(
    ("status", "outcome", "takes"),
    [
        ("succeeded", ProcessorOutcome.SUCCEEDED, True),
        ("pending", ProcessorOutcome.PENDING, True),
        ("requires_action", ProcessorOutcome.PENDING, True),
        ("failed", ProcessorOutcome.FAILED, False),
        ("canceled", ProcessorOutcome.FAILED, False),
    ],
)
async def test_a_refund_is_listed_as_it_stands(
    status: str, outcome: ProcessorOutcome, *, takes: bool
) -> None:
    async with listing() as (stripe, at):
        stripe.refund_elsewhere("pi_1", 100)["status"] = status
        stripe.refunds[0]["metadata"] = {"retour_intent": "leg_1", "retour_return": "ret_1"}

        (found,) = await all_of(at)

    assert (outcome, takes, "leg_1", "ret_1", NOW) == (
        found.outcome,
        found.takes,
        found.intent,
        found.return_id,
        found.event_at.replace(microsecond=NOW.microsecond),
    )


async def test_amounts_come_in_our_minor_units() -> None:
    async with listing() as (stripe, at):
        stripe.pay("pi_2", 900_000, "ugx")
        stripe.refund_elsewhere("pi_2", 50_000)

        (found,) = await all_of(at)

    assert (500, "UGX") == (found.amount, found.currency)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("sk_test_other", "Stripe does not know the key. Renew it."),
        (None, "This workspace has no Stripe key. Put a payment account."),
    ],
)
async def test_who_is_not_let_in_is_told_and_does_not_come_again(key: str | None, why: str) -> None:
    async with listing(key) as (_, at):
        assert NotListed(why=why, is_final=True) == await at.listed(SPAN, None)


async def test_who_hangs_up_is_asked_again() -> None:
    async with listing() as (stripe, at):
        api = stripe.url
    gone = await StripeListing(http=at.http, keys=at.keys, api=api).listed(SPAN, None)

    assert isinstance(gone, NotListed)
    assert not gone.is_final
