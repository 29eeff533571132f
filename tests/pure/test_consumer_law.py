"""The right to withdraw: whose it is, to which instant it lasts, what is excepted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from retour.policy.consumer_law import (
    LAST_ZONES,
    LONGER_AT_THE_DOOR,
    Terms,
    days_of,
    period,
    refund_by,
)
from retour.policy.legal_floor import COUNTRIES
from retour.policy.model import ConsumerLaw
from retour.policy.window_working_days import free_days

BERLIN = ZoneInfo("Europe/Berlin")
LAW = Terms()


def ends(began: str, country: str = "DE", terms: Terms = LAW, days: int = 14) -> tuple[date, str]:
    """Give the last day of a period, and the first instant after it where the consumer lives."""
    zone = ZoneInfo(LAST_ZONES[country])
    started = datetime.fromisoformat(began).replace(tzinfo=zone)
    found = period(started, days, (zone,), free_days(country), terms)
    return found.last_day, found.ends_at.astimezone(zone).isoformat()


@pytest.mark.parametrize(
    ("began", "country", "last_day"),
    [
        ("2026-06-02T10:00", "DE", "2026-06-16"),  # A Tuesday to a Tuesday.
        ("2026-06-02T00:00", "DE", "2026-06-16"),
        ("2026-06-02T23:59:59", "DE", "2026-06-16"),
        ("2026-06-06T10:00", "DE", "2026-06-22"),  # Ends on a Saturday: on to Monday.
        ("2026-06-07T10:00", "DE", "2026-06-22"),  # Ends on a Sunday.
        ("2026-03-20T10:00", "DE", "2026-04-07"),  # Good Friday, Easter and its Monday.
        ("2026-04-17T10:00", "DE", "2026-05-04"),  # Labour Day, then a weekend.
        ("2026-12-11T10:00", "DE", "2026-12-28"),  # Christmas, then a weekend.
        ("2026-12-18T10:00", "DE", "2027-01-04"),  # New Year, then a weekend.
        ("2026-06-30T10:00", "FR", "2026-07-15"),  # The 14th of July is France's alone.
        ("2026-06-30T10:00", "DE", "2026-07-14"),
        ("2026-04-13T10:00", "NL", "2026-04-28"),  # King's Day.
        ("2026-10-28T10:00", "PL", "2026-11-12"),  # Independence Day.
        ("2026-03-16T10:00", "DE", "2026-03-30"),  # Clocks go forward in between.
        ("2026-10-12T10:00", "DE", "2026-10-26"),  # Clocks go back in between.
        ("2028-02-15T10:00", "DE", "2028-02-29"),  # Ends on a leap day.
    ],
)
def test_the_period_ends_on_a_working_day_of_the_country(
    began: str, country: str, last_day: str
) -> None:
    last, ends_at = ends(began, country)

    assert last == date.fromisoformat(last_day)
    midnight = (last + timedelta(days=1)).isoformat() + "T00:00:00"
    assert ends_at.startswith(midnight)


@pytest.mark.parametrize(
    ("began", "offset"), [("2026-03-16T10:00", "+02:00"), ("2026-10-12T10:00", "+01:00")]
)
def test_the_last_second_counts_on_both_sides_of_summer_time(began: str, offset: str) -> None:
    started = datetime.fromisoformat(began).replace(tzinfo=BERLIN)
    found = period(started, 14, (BERLIN,), free_days("DE"), LAW)
    last = datetime.fromisoformat(f"{found.last_day}T23:59:59.999999{offset}")

    assert found.holds(last)
    assert not found.holds(last + timedelta(microseconds=1))


def test_a_day_lasts_as_long_as_anywhere_in_the_consumers_country() -> None:
    """A Spaniard on the Canaries has an hour more than his shop in Berlin."""
    began = datetime(2026, 6, 2, 8, tzinfo=UTC)
    zones = (BERLIN, ZoneInfo(LAST_ZONES["ES"]))

    found = period(began, 14, zones, free_days("ES"), LAW)

    assert found.ends_at == datetime(2026, 6, 16, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("began", "last_day"),
    [("2026-06-02T10:00", "2027-06-16"), ("2028-02-15T10:00", "2029-02-28")],
)
def test_who_was_not_told_has_a_year_more(began: str, last_day: str) -> None:
    last, _ = ends(began, terms=Terms(is_informed=False))

    assert last == date.fromisoformat(last_day)


def test_the_better_of_law_and_merchant_counts() -> None:
    assert days_of(LAW, "DE") == 14
    assert days_of(Terms(days=30), "DE") == 30
    assert days_of(Terms(days=7), "DE") == 14
    assert days_of(LAW, "IT", at_the_door=True) == 30
    assert days_of(LAW, "DE", at_the_door=True) == 14
    assert days_of(Terms(days=60), "IT", at_the_door=True) == 60


def test_whose_right_it_is() -> None:
    assert [LAW.reaches(country) for country in ("DE", "NO", "US", None)] == [
        True,
        True,
        False,
        True,
    ]
    assert Terms(protected=ConsumerLaw.EVERYONE).reaches("US")
    assert not Terms(protected=ConsumerLaw.OFF).reaches("DE")


def test_no_business_withdraws() -> None:
    assert not LAW.reaches("DE", "B2B")
    assert LAW.reaches("DE", "doorstep")


def test_the_rows_are_whole() -> None:
    assert set(LAST_ZONES) == COUNTRIES
    assert LONGER_AT_THE_DOOR < COUNTRIES
    assert all(ZoneInfo(zone).key == zone for zone in LAST_ZONES.values())


def test_paying_back_counts_calendar_days() -> None:
    """The longer time of a holiday is not taken: this instant is never too late."""
    told = datetime(2026, 12, 11, 23, 30, tzinfo=UTC)

    assert refund_by(told, BERLIN) == datetime(2026, 12, 26, 23, tzinfo=UTC)
    assert refund_by(told, UTC) == datetime(2026, 12, 26, tzinfo=UTC)
