"""How much of a time is over: days on which nobody works do not count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from retour.policy.window_working_days import free_days
from retour.policy.working_time import percent_used, working_time

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY_NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)  # Noon in Berlin.
MONDAY_NOON = FRIDAY_NOON + timedelta(days=3)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis puts the zone


def test_a_weekend_does_not_count() -> None:
    free = free_days("DE")
    assert working_time(FRIDAY_NOON, MONDAY_NOON, BERLIN, free) == timedelta(days=1)
    sunday = FRIDAY_NOON + timedelta(days=2)
    assert percent_used(FRIDAY_NOON, MONDAY_NOON, sunday, BERLIN, free) == 50
    assert percent_used(FRIDAY_NOON, MONDAY_NOON, MONDAY_NOON, BERLIN, free) == 100
    just_before = MONDAY_NOON - timedelta(seconds=1)
    assert percent_used(FRIDAY_NOON, MONDAY_NOON, just_before, BERLIN, free) == 99


def test_a_holiday_counts_where_it_is_none() -> None:
    """Whit Monday 2026 is one in Germany and none in Poland."""
    begin, end = datetime(2026, 5, 24, 22, tzinfo=UTC), datetime(2026, 5, 26, 22, tzinfo=UTC)
    assert working_time(begin, end, BERLIN, free_days("DE")) == timedelta(days=1)
    assert working_time(begin, end, BERLIN, free_days("PL")) == timedelta(days=2)


def test_the_day_that_the_clocks_change_has_the_hours_it_has() -> None:
    begin, end = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert working_time(begin, end, BERLIN, lambda _: False) == timedelta(hours=23)


def test_where_nobody_works_in_between_the_calendar_counts() -> None:
    saturday = datetime(2026, 11, 21, 8, tzinfo=UTC)
    due = saturday + timedelta(hours=10)
    half = saturday + timedelta(hours=5)
    assert percent_used(saturday, due, half, BERLIN, free_days("DE")) == 50


@given(since=MOMENTS, lasts=st.timedeltas(timedelta(minutes=1), timedelta(days=60)), at=MOMENTS)
def test_only_what_is_late_is_whole(since: datetime, lasts: timedelta, at: datetime) -> None:
    due = since + lasts
    used = percent_used(since, due, at, BERLIN, free_days("DE"))
    assert 0 <= used <= 100
    assert (used == 100) == (at >= due)
