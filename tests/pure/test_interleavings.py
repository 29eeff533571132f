"""All orders of what can happen around one refund, with a crash of ours and messages told twice.

The same for Stripe, over its own client, stands in ``gateways/test_stripe_interleavings``.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import permutations

import pytest

from tests.support.plays import FATES, SIXES, Play, play


@pytest.mark.parametrize("fate", FATES)
@pytest.mark.parametrize("six", SIXES)
def test_all_720_orders_of_six_messages_around_one_intent(six: str, fate: str) -> None:
    """At every moment at most one refund lives; at the end we know which, or that none does."""
    ends: Counter[str] = Counter()

    async def every() -> None:
        for steps in permutations(SIXES[six]):
            ends[await play(Play(fate), steps)] += 1

    asyncio.run(every())

    assert 720 == ends.total()
    assert {"succeeded", "failed", "reversed"} >= set(ends)
