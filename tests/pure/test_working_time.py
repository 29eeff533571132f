"""How much of a time is over: days on which nobody works do not count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.policy.window_working_days import free_days
from retour.policy.working_time import Now, Opening, open_at, percent_used, working_time

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY_NOON = datetime(2026, 11, 20, 11, tzinfo=UTC)  # Noon in Berlin.
MONDAY_NOON = FRIDAY_NOON + timedelta(days=3)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis puts the zone


HOURS = {
    **dict.fromkeys(("mon", "tue", "wed", "thu"), "08:00-17:00"),
    "fri": "08:00-12:00",
}


def place(country: str, hours: Mapping[str, str] = MappingProxyType({})) -> Opening:
    """Give a place in Berlin that keeps the holidays of a country."""
    return Opening(zone=BERLIN, is_free=free_days(country), hours=hours)


def test_a_weekend_does_not_count() -> None:
    assert working_time(FRIDAY_NOON, MONDAY_NOON, place("DE")) == timedelta(days=1)
    sunday = FRIDAY_NOON + timedelta(days=2)
    assert percent_used(FRIDAY_NOON, MONDAY_NOON, sunday, place("DE")) == 50
    assert percent_used(FRIDAY_NOON, MONDAY_NOON, MONDAY_NOON, place("DE")) == 100
    just_before = MONDAY_NOON - timedelta(seconds=1)
    assert percent_used(FRIDAY_NOON, MONDAY_NOON, just_before, place("DE")) == 99


def test_a_holiday_counts_where_it_is_none() -> None:
    """Whit Monday 2026 is one in Germany and none in Poland."""
    begin, end = datetime(2026, 5, 24, 22, tzinfo=UTC), datetime(2026, 5, 26, 22, tzinfo=UTC)
    assert working_time(begin, end, place("DE")) == timedelta(days=1)
    assert working_time(begin, end, place("PL")) == timedelta(days=2)


def test_the_day_that_the_clocks_change_has_the_hours_it_has() -> None:
    begin, end = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert working_time(begin, end, Opening(zone=BERLIN, is_free=lambda _: False)) == timedelta(
        hours=23
    )


def test_where_nobody_works_in_between_the_calendar_counts() -> None:
    saturday = datetime(2026, 11, 21, 8, tzinfo=UTC)
    due = saturday + timedelta(hours=10)
    half = saturday + timedelta(hours=5)
    assert percent_used(saturday, due, half, place("DE")) == 50


@given(since=MOMENTS, lasts=st.timedeltas(timedelta(minutes=1), timedelta(days=60)), at=MOMENTS)
def test_only_what_is_late_is_whole(since: datetime, lasts: timedelta, at: datetime) -> None:
    due = since + lasts
    used = percent_used(since, due, at, place("DE"))
    assert 0 <= used <= 100
    assert (used == 100) == (at >= due)


def test_hours_in_which_it_is_closed_do_not_count() -> None:
    """From Friday noon, when it closes, to Monday noon it is open for four hours."""
    shop = place("DE", HOURS)
    assert working_time(FRIDAY_NOON, MONDAY_NOON, shop) == timedelta(hours=4)
    monday_ten = MONDAY_NOON - timedelta(hours=2)
    assert percent_used(FRIDAY_NOON, MONDAY_NOON, monday_ten, shop) == 50


@pytest.mark.parametrize(
    ("at", "is_open", "until"),
    [
        ("2026-11-19T16:59", True, "2026-11-19T17:00"),
        ("2026-11-19T17:00", False, "2026-11-20T08:00"),
        ("2026-11-20T08:00", True, "2026-11-20T12:00"),
        ("2026-11-20T12:00", False, "2026-11-23T08:00"),
        ("2026-12-24T18:00", False, "2026-12-28T08:00"),
        ("2026-03-27T13:00", False, "2026-03-30T08:00"),
    ],
)
def test_it_opens_and_closes_by_its_own_clock(at: str, is_open: bool, until: str) -> None:  # noqa: FBT001 - a table
    """To the minute; over Christmas, and over the night in which the clocks change."""
    seen = open_at(place("DE", HOURS), datetime.fromisoformat(at).replace(tzinfo=BERLIN))
    assert seen == Now(is_open, datetime.fromisoformat(until).replace(tzinfo=BERLIN))


def test_who_closes_at_midnight_may_be_open_on() -> None:
    night = Opening(
        zone=BERLIN,
        is_free=lambda _: False,
        hours={"fri": "18:00-23:59", "sat": "00:00-06:00", "sun": "00:00-23:59"},
    )
    late = datetime(2026, 11, 20, 23, tzinfo=BERLIN)
    assert open_at(night, late) == Now(True, datetime(2026, 11, 21, 6, tzinfo=BERLIN))  # noqa: FBT003 - as it is said
    assert open_at(place("DE"), FRIDAY_NOON).until == datetime(2026, 11, 21, tzinfo=BERLIN)
    always = Opening(zone=BERLIN, is_free=lambda _: False)
    assert open_at(always, late) == Now(True, None)  # noqa: FBT003 - as it is said
    never = Opening(zone=BERLIN, is_free=lambda _: True)
    assert open_at(never, late) == Now(False, None)  # noqa: FBT003 - as it is said


@given(at=MOMENTS, lasts=st.timedeltas(timedelta(0), timedelta(days=9)))
def test_it_is_open_as_long_as_it_says(at: datetime, lasts: timedelta) -> None:
    """Until it changes, all of the time counts, or none of it."""
    shop = place("DE", HOURS)
    seen = open_at(shop, at)
    assert seen.until is not None
    end = min(at + lasts, seen.until)
    assert working_time(at, end, shop) == (end - at if seen.is_open else timedelta())
