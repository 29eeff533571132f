"""All orders of what can happen around one refund, with a crash of ours and messages told twice.

The same for Stripe, over its own client, stands in ``gateways/test_stripe_interleavings``.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.support.plays import FATES, SIXES, play_every_order


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("six", SIXES)
def test_all_720_orders_of_six_messages_around_one_intent(six: str, fate: str) -> None:
    """At every moment at most one refund lives; at the end we know which, or that none does."""
    ends = asyncio.run(play_every_order(SIXES[six], fate))

    assert 720 == ends.total()
    assert {"succeeded", "failed", "reversed"} >= set(ends)
