"""What replies mean and when to try again: by the rules of the dialect, and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.delivery.limits import RETRY_AFTER_MAX_S
from retour.delivery.outcome import (
    WORDS,
    Delivered,
    Gone,
    Held,
    Outcome,
    Retry,
    judge_status,
    pause_asked,
    pause_ms,
)
from retour.dialects.dialect import DAY, OUR_RULES, DeliveryRules

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EXACT = DeliveryRules(success=(200, 200), schedule_s=(0, 60), goes_on=True, expiry_s=14 * DAY)
"""As Kibo and fulfillmenttools have it: 200 and nothing else, each minute."""


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_success_unless_the_producer_says_exactly_200(status: int) -> None:
    assert isinstance(judge_status(status, OUR_RULES, None, NOW), Delivered)
    exact = judge_status(status, EXACT, None, NOW)
    assert isinstance(exact, Delivered) == (status == 200)


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308])
def test_a_redirect_is_a_failure_whatever_it_asks(status: int) -> None:
    outcome = judge_status(status, OUR_RULES, "60", NOW)
    assert isinstance(outcome, Retry)
    assert "redirect" in outcome.why


@pytest.mark.parametrize("status", [400, 401, 404, 408, 425, 429, 500, 502, 503])
def test_every_other_status_is_tried_again(status: int) -> None:
    assert judge_status(status, OUR_RULES, None, NOW) == Retry(f"Status {status}.")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_retry_after_holds(status: int) -> None:
    assert judge_status(status, OUR_RULES, "120", NOW) == Held(120)
    assert judge_status(status, OUR_RULES, "soon", NOW) == Retry(f"Status {status}.")


def test_gone_is_gone_even_if_it_says_when_to_come_back() -> None:
    assert judge_status(410, OUR_RULES, "60", NOW) == Gone()


@pytest.mark.parametrize(
    ("text", "pause"),
    [
        ("0", 1),
        ("-5", None),
        ("1", 1),
        (" 90 ", 90),
        ("86400", 86_400),
        ("86401", 86_400),
        ("9999999999", 86_400),
        ("1.5", None),
        ("", None),
        ("tomorrow", None),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOW - timedelta(minutes=5), usegmt=True), 1),
        (format_datetime(NOW + timedelta(days=5), usegmt=True), 86_400),
        ("Sat, 21 Nov 2026 12:00:30", 30),
        ("Sat, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str, pause: int | None) -> None:
    assert pause_asked(text, NOW) == pause


@given(st.text(max_size=60))
def test_retry_after_never_breaks_and_never_holds_for_more_than_a_day(text: str) -> None:
    pause = pause_asked(text, NOW)
    assert pause is None or 1 <= pause <= RETRY_AFTER_MAX_S


def test_our_schedule_is_the_one_we_publish() -> None:
    pauses = [pause_ms(OUR_RULES, tries, 0, 0.0) for tries in range(1, 11)]
    hours = [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    assert pauses == [*(round(hour * 3_600_000) for hour in hours), None]


@given(st.integers(1, 9), st.floats(0, 1, exclude_max=True))
def test_jitter_only_lengthens_and_by_no_more_than_its_share(tries: int, chance: float) -> None:
    plain, jittered = pause_ms(OUR_RULES, tries, 0, 0.0), pause_ms(OUR_RULES, tries, 0, chance)
    assert plain is not None
    assert jittered is not None
    assert plain <= jittered <= plain * (1 + OUR_RULES.jitter)


def test_a_schedule_that_goes_on_ends_with_its_expiry() -> None:
    assert pause_ms(EXACT, 1, 0, 0.0) == 60_000
    assert pause_ms(EXACT, 5000, 13 * DAY, 0.0) == 60_000
    assert pause_ms(EXACT, 5000, 14 * DAY, 0.0) is None


def test_the_schedule_ends_within_the_expiry_jitter_included() -> None:
    """Else a message would be given up before its last attempt."""
    longest = sum(OUR_RULES.schedule_s) * (1 + OUR_RULES.jitter)
    assert longest <= OUR_RULES.expiry_s
    assert all(before <= after for before, after in pairwise(OUR_RULES.schedule_s))


def test_every_outcome_has_a_word_of_its_own() -> None:
    assert set(WORDS) == set(get_args(Outcome))
    assert len(set(WORDS.values())) == len(WORDS)
