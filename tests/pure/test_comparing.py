"""A refund there beside a leg here: every pair comes to one word, and percentages are exact."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.desk.reconciling.comparing import (
    PENDING_MAX,
    REMEDIES,
    Leg,
    Verdict,
    Why,
    compare,
    percent,
)
from retour.gateways.payments import ProcessorOutcome
from retour.gateways.payments.messages import MessageKind, ProcessorMessage

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SUCCEEDED, FAILED = ProcessorOutcome.SUCCEEDED, ProcessorOutcome.FAILED
PENDING = ProcessorOutcome.PENDING


def theirs(outcome: ProcessorOutcome = SUCCEEDED, **more: object) -> ProcessorMessage:
    message = ProcessorMessage(
        event_id="listed/re_1",
        event_at=NOON,
        kind=MessageKind.REFUND,
        reference="re_1",
        status=outcome.value,
        outcome=outcome,
        is_final=outcome is not PENDING,
        is_moot=outcome is FAILED,
        takes=outcome is not FAILED,
        payments=("pi_1",),
        amount=1000,
        currency="EUR",
        intent="leg_1",
    )
    return replace(message, **more)


def ours(status: str = "succeeded", reference: str | None = "re_1") -> Leg:
    return Leg(
        id="leg_1",
        return_id="ret_1",
        payment="pi_1",
        amount=1000,
        currency="EUR",
        status=status,
        reference=reference,
        moved_at=NOON,
    )


@pytest.mark.parametrize(
    ("their", "leg", "said"),
    [
        (theirs(), ours(), Verdict.EXPLAINED),
        (theirs(), ours(reference=None), Verdict.EXPLAINED),
        (theirs(PENDING), ours(), Verdict.EXPLAINED),
        (theirs(PENDING), ours("in_flight"), Verdict.EXPLAINED),
        (theirs(PENDING), ours("unknown"), Verdict.EXPLAINED),
        (theirs(), ours("in_flight"), Verdict.UNHEARD),
        (theirs(), ours("unknown"), Verdict.UNHEARD),
        (theirs(), ours("failed"), Verdict.UNHEARD),
        (theirs(PENDING), ours("reversed"), Verdict.UNHEARD),
        (theirs(FAILED), ours(), Verdict.UNHEARD),
        (theirs(FAILED), ours(reference="re_2"), Verdict.NOTHING),
        (theirs(FAILED), ours("failed"), Verdict.NOTHING),
        (theirs(FAILED), None, Verdict.NOTHING),
        (theirs(), None, Why.UNKNOWN_HERE),
        (theirs(PENDING), None, Why.UNKNOWN_HERE),
        (theirs(amount=999), ours(), Why.AMOUNT_DIFFERS),
        (theirs(amount=1001), ours("in_flight"), Why.AMOUNT_DIFFERS),
        (theirs(currency="SEK", amount=9), ours(), Why.CURRENCY_DIFFERS),
        (theirs(), ours(reference="re_2"), Why.PAID_TWICE),
    ],
)
def test_a_pair_comes_to_one_word(
    their: ProcessorMessage, leg: Leg | None, said: Why | Verdict
) -> None:
    assert said is compare(their, leg, created_at=NOON, now=NOON)


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (PENDING_MAX, Verdict.EXPLAINED),
        (PENDING_MAX + timedelta(seconds=1), Why.PENDING_TOO_LONG),
    ],
)
def test_pending_is_explained_for_ten_days(age: timedelta, said: Why | Verdict) -> None:
    leg = ours("in_flight")
    assert said is compare(theirs(PENDING), leg, created_at=NOON - age, now=NOON)


def test_whatever_is_wrong_has_a_remedy() -> None:
    assert set(Why) == set(REMEDIES)


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_a_hundred_percent_is_said_only_where_all_is_explained(one: int, other: int) -> None:
    explained, found = sorted((one, other))
    said = percent(explained, found)

    whole, _, hundredths = said.partition(".")
    counted = 100 * int(whole) + int(hundredths)
    assert (explained == found) is (said == "100.00")
    assert 0 <= counted <= 10_000
    if explained != found:
        assert counted * found <= 10_000 * explained < (counted + 1) * found
