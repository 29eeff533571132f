"""Windows end to the instant: every row was worked out by hand, by the calendar of its place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.policy.window import window
from retour.policy.window_working_days import free_days

# Start, days, zone, the first instant that is too late.
ENDS = [
    # UTC has no surprises but the calendar's own.
    ("2026-06-01T10:00Z", 30, "UTC", "2026-07-02T00:00Z"),  # June has 30: to the end of 1 July.
    ("2026-06-01T00:00Z", 1, "UTC", "2026-06-03T00:00Z"),  # The first instant of a day is in it.
    ("2026-06-01T23:59Z", 1, "UTC", "2026-06-03T00:00Z"),  # And so is the last minute.
    ("2026-06-01T10:00Z", 0, "UTC", "2026-06-02T00:00Z"),  # No days: what is left of this one.
    ("2026-06-01T10:00Z", 365, "UTC", "2027-06-02T00:00Z"),  # A year without a leap day.
    # Leap days: 2028 and 2000 have one, 2026 and 2100 have none.
    ("2028-02-28T12:00Z", 1, "UTC", "2028-03-01T00:00Z"),  # To the end of 29 February.
    ("2026-02-28T12:00Z", 1, "UTC", "2026-03-02T00:00Z"),  # To the end of 1 March.
    ("2028-02-15T12:00Z", 14, "UTC", "2028-03-01T00:00Z"),  # 15 + 14 = 29.
    ("2000-02-28T12:00Z", 2, "UTC", "2000-03-02T00:00Z"),  # Divisible by 400: 29, then 1.
    ("2100-02-28T12:00Z", 1, "UTC", "2100-03-02T00:00Z"),  # By 100 only: no 29.
    ("2028-02-29T12:00Z", 365, "UTC", "2029-03-01T00:00Z"),  # To the end of 28 February 2029.
    # Year end, seen from both sides of Greenwich.
    ("2026-12-31T12:00Z", 14, "UTC", "2027-01-15T00:00Z"),
    ("2026-12-31T23:30Z", 14, "Europe/Berlin", "2027-01-15T23:00Z"),  # 00:30 on 1 January there.
    ("2027-01-01T03:00Z", 14, "America/New_York", "2027-01-15T05:00Z"),  # Still 31 December there.
    ("2026-12-31T10:30Z", 1, "Pacific/Auckland", "2027-01-01T11:00Z"),  # 23:30 there, UTC+13.
    # Berlin: clocks go on at 01:00Z on 29 March 2026, back at 01:00Z on 25 October.
    ("2026-01-15T12:00Z", 30, "Europe/Berlin", "2026-02-14T23:00Z"),  # UTC+1 at both ends.
    ("2026-03-28T12:00Z", 1, "Europe/Berlin", "2026-03-29T22:00Z"),  # The last day has 23 hours.
    ("2026-03-01T12:00Z", 30, "Europe/Berlin", "2026-03-31T22:00Z"),  # Began in winter, ends at +2.
    ("2026-03-28T22:30Z", 1, "Europe/Berlin", "2026-03-29T22:00Z"),  # 23:30: still the 28th there.
    ("2026-03-28T23:30Z", 1, "Europe/Berlin", "2026-03-30T22:00Z"),  # 00:30: already the 29th.
    ("2026-10-24T12:00Z", 1, "Europe/Berlin", "2026-10-25T23:00Z"),  # The last day has 25 hours.
    ("2026-10-24T22:30Z", 0, "Europe/Berlin", "2026-10-25T23:00Z"),  # 00:30 on the long day.
    ("2026-10-01T12:00Z", 30, "Europe/Berlin", "2026-10-31T23:00Z"),  # Began in summer, ends at +1.
    # London is at UTC in winter: the same dates, an hour later than Berlin.
    ("2026-03-01T12:00Z", 30, "Europe/London", "2026-03-31T23:00Z"),
    ("2026-10-01T12:00Z", 30, "Europe/London", "2026-11-01T00:00Z"),
    # New York: on at 07:00Z on 8 March 2026, back at 06:00Z on 1 November.
    ("2026-03-07T17:00Z", 1, "America/New_York", "2026-03-09T04:00Z"),
    ("2026-10-31T17:00Z", 1, "America/New_York", "2026-11-02T05:00Z"),
    # Lord Howe shifts by half an hour: from +11 to +10:30 on 5 April 2026, back on 4 October.
    ("2026-04-03T12:00Z", 1, "Australia/Lord_Howe", "2026-04-04T13:00Z"),  # 4 April ends at +11.
    ("2026-04-04T02:00Z", 1, "Australia/Lord_Howe", "2026-04-05T13:30Z"),  # 5 April at +10:30.
    ("2026-10-03T02:00Z", 1, "Australia/Lord_Howe", "2026-10-04T13:00Z"),  # And +11 again.
    # Apia went from 29 to 31 December 2011; 31 December began at 10:00Z on the 30th, at +14.
    ("2011-12-29T20:00Z", 0, "Pacific/Apia", "2011-12-30T10:00Z"),  # 29 December ends as it did.
    ("2011-12-29T20:00Z", 1, "Pacific/Apia", "2011-12-31T10:00Z"),  # One day on is the 31st.
    ("2011-12-20T20:00Z", 14, "Pacific/Apia", "2012-01-04T10:00Z"),  # 20 + 14 is 3, and one lost.
    ("2011-12-30T20:00Z", 1, "Pacific/Apia", "2012-01-01T10:00Z"),  # From the 31st: nothing lost.
    # Cairo jumps from midnight to one on 24 April 2026: the 23rd ends with the jump, at 22:00Z.
    ("2026-04-22T12:00Z", 1, "Africa/Cairo", "2026-04-23T22:00Z"),
    # The Azores fall back from one to midnight on 25 October 2026: the first of both ends the 24th.
    ("2026-10-23T12:00Z", 1, "Atlantic/Azores", "2026-10-25T00:00Z"),
    ("2026-10-24T12:00Z", 1, "Atlantic/Azores", "2026-10-26T01:00Z"),  # The 25th has 25 hours.
    # Nuuk falls back from midnight to eleven on 24 October 2026: that day ends at the second one.
    ("2026-10-23T12:00Z", 1, "America/Nuuk", "2026-10-25T02:00Z"),
    # Offsets of three quarters, and the two ends of the day's way round the world.
    ("2026-06-01T18:30Z", 14, "Asia/Kathmandu", "2026-06-16T18:15Z"),  # 00:15 on 2 June, +5:45.
    ("2026-06-01T10:30Z", 1, "Pacific/Kiritimati", "2026-06-03T10:00Z"),  # 00:30 on 2 June, +14.
    ("2026-06-01T10:30Z", 1, "Pacific/Pago_Pago", "2026-06-02T11:00Z"),  # 23:30 on 31 May, -11.
]


@pytest.mark.parametrize(("start", "days", "zone", "end"), ENDS)
def test_a_window_ends_with_its_last_day(start: str, days: int, zone: str, end: str) -> None:
    span = window(datetime.fromisoformat(start), days, ZoneInfo(zone))
    instant = datetime.fromisoformat(end)

    assert instant == span.ends_at
    assert span.holds(instant - timedelta(microseconds=1))
    assert not span.holds(instant)


# The same for legal periods, with the country whose public holidays count.
LEGAL_ENDS = [
    ("2026-06-01T10:00Z", 14, "Europe/Berlin", "DE", "2026-06-15T22:00Z"),  # A Monday to a Monday.
    ("2026-06-06T10:00Z", 14, "Europe/Berlin", "DE", "2026-06-22T22:00Z"),  # Saturday 20: Monday.
    ("2026-06-07T10:00Z", 14, "Europe/Berlin", "DE", "2026-06-22T22:00Z"),  # Sunday 21: Monday.
    # Christmas 2026 is a Friday and a Saturday; then Sunday, then Monday 28 December.
    ("2026-12-11T10:00Z", 14, "Europe/Berlin", "DE", "2026-12-28T23:00Z"),
    ("2026-12-11T10:00Z", 14, "Europe/Berlin", None, "2026-12-25T23:00Z"),  # No holidays known.
    ("2026-12-11T10:00Z", 14, "Europe/Berlin", "XX", "2026-12-25T23:00Z"),
    ("2026-12-18T10:00Z", 14, "Europe/Berlin", "DE", "2027-01-04T23:00Z"),  # New Year, a Friday.
    # Good Friday, 3 April 2026, is free in Germany and not in France; Easter Monday is in both.
    ("2026-03-20T10:00Z", 14, "Europe/Berlin", "DE", "2026-04-07T22:00Z"),
    ("2026-03-20T10:00Z", 14, "Europe/Paris", "FR", "2026-04-03T22:00Z"),
    ("2026-03-21T10:00Z", 14, "Europe/Paris", "FR", "2026-04-07T22:00Z"),  # Saturday 4: Tuesday 7.
    # Epiphany is free in all of Austria, in parts of Germany only.
    ("2026-12-23T10:00Z", 14, "Europe/Vienna", "AT", "2027-01-07T23:00Z"),
    ("2026-12-23T10:00Z", 14, "Europe/Berlin", "DE", "2027-01-06T23:00Z"),
    # Two days or more hold two working days; a Thursday, then Fridays.
    ("2026-06-04T10:00Z", 2, "Europe/Berlin", "DE", "2026-06-08T22:00Z"),  # Friday and Monday.
    ("2026-06-05T10:00Z", 2, "Europe/Berlin", "DE", "2026-06-09T22:00Z"),  # Monday and Tuesday.
    ("2026-06-05T10:00Z", 3, "Europe/Berlin", "DE", "2026-06-09T22:00Z"),  # Not Monday alone.
    ("2026-06-05T10:00Z", 1, "Europe/Berlin", "DE", "2026-06-08T22:00Z"),  # One day: Monday.
    # Apia's lost 30 December 2011 was to be a Friday: it is no working day, Monday and Tuesday are.
    ("2011-12-29T20:00Z", 2, "Pacific/Apia", None, "2012-01-03T10:00Z"),
]


@pytest.mark.parametrize(("start", "days", "zone", "country", "end"), LEGAL_ENDS)
def test_a_legal_period_ends_on_a_working_day(
    start: str, days: int, zone: str, country: str | None, end: str
) -> None:
    span = window(datetime.fromisoformat(start), days, ZoneInfo(zone), is_free=free_days(country))

    assert datetime.fromisoformat(end) == span.ends_at


def test_the_table_has_its_forty_instants() -> None:
    assert len(ENDS) >= 40


ZONES = sorted({row[2] for row in ENDS} | {"America/Havana", "Antarctica/Troll", "Asia/Beirut"})
STARTS = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2037, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
)


@given(STARTS, st.integers(0, 3650), st.sampled_from(ZONES))
def test_a_day_more_ends_later_by_about_a_day(start: datetime, days: int, zone: str) -> None:
    one, more = (window(start, count, ZoneInfo(zone)) for count in (days, days + 1))

    assert timedelta(hours=22) <= more.ends_at - one.ends_at <= timedelta(hours=26)


@given(STARTS, st.integers(0, 3650), st.sampled_from(ZONES))
def test_a_window_never_ends_before_its_days_are_over(
    start: datetime, days: int, zone: str
) -> None:
    """The same time of day, so many days later, is always inside."""
    place = ZoneInfo(zone)
    later = (start.astimezone(place) + timedelta(days=days)).astimezone(UTC)

    assert window(start, days, place).holds(later)


@given(STARTS, st.integers(0, 60), st.sampled_from(ZONES))
def test_who_starts_later_is_never_late_sooner(start: datetime, hours: int, zone: str) -> None:
    place = ZoneInfo(zone)
    first = window(start, 14, place)

    assert first.ends_at <= window(start + timedelta(hours=hours), 14, place).ends_at


@given(STARTS, st.integers(0, 60), st.sampled_from(["DE", "FR", "NL", "PL", "ES", "IT", "XX"]))
def test_the_law_never_takes_a_day_away(start: datetime, days: int, country: str) -> None:
    berlin, is_free = ZoneInfo("Europe/Berlin"), free_days(country)
    legal, more = (window(start, count, berlin, is_free=is_free) for count in (days, days + 1))

    assert window(start, days, berlin).ends_at <= legal.ends_at <= more.ends_at
    assert not is_free(legal.last_day)


def test_a_window_beyond_the_calendar_does_not_end() -> None:
    span = window(datetime(9999, 12, 31, 23, tzinfo=UTC), 3650, ZoneInfo("Pacific/Auckland"))

    assert date.max == span.last_day
    assert span.holds(datetime(2026, 1, 1, tzinfo=UTC))
