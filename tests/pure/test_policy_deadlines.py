"""Deadlines, warnings and reminders to the instant: worked out by hand, zone by zone.

The last column is what the calendars and clocks of the place say, written in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.policy.deadlines import deadline, reminder, warning

BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
APIA = "Pacific/Apia"
LORD_HOWE = "Australia/Lord_Howe"
SAO_PAULO = "America/Sao_Paulo"
KATHMANDU = "Asia/Kathmandu"


def utc(text: str) -> datetime:
    """Read an instant without its zone."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DEADLINES = [
    # Clocks go ahead on 29 March, the last day: it ends at midnight, summer time.
    (BERLIN, "2026-03-15T12:00", 14, "2026-03-29T22:00"),
    # Clocks go back on 25 October, the last day: it has 25 hours.
    (BERLIN, "2026-10-11T12:00", 14, "2026-10-25T23:00"),
    # It begins half an hour into 29 March, by the clock before it jumps.
    (BERLIN, "2026-03-28T23:30", 1, "2026-03-30T22:00"),
    # It begins half an hour into 25 October.
    (BERLIN, "2026-10-24T22:30", 1, "2026-10-26T23:00"),
    # The last minute of a year, and the first of the next.
    (BERLIN, "2026-12-31T22:59", 14, "2027-01-14T23:00"),
    (BERLIN, "2026-12-31T23:00", 14, "2027-01-15T23:00"),
    # No days at all: today still counts to its end.
    (BERLIN, "2026-06-01T10:00", 0, "2026-06-01T22:00"),
    # To 29 February, over one that there is not, and from one.
    ("UTC", "2028-02-15T10:00", 14, "2028-03-01T00:00"),
    ("UTC", "2027-02-15T10:00", 14, "2027-03-02T00:00"),
    ("UTC", "2028-02-29T23:59", 14, "2028-03-15T00:00"),
    # The last minute of 29 October there; clocks go back on 1 November, the last day.
    (NEW_YORK, "2026-10-30T03:59", 3, "2026-11-02T05:00"),
    # Clocks go ahead on 8 March, the last day.
    (NEW_YORK, "2026-03-05T17:00", 3, "2026-03-09T04:00"),
    # There never was a 30 December 2011: three days after the 28th is the first of January.
    (APIA, "2011-12-28T22:00", 3, "2012-01-01T10:00"),
    # The day before the lost one ends where the 31st begins.
    (APIA, "2011-12-28T22:00", 1, "2011-12-30T10:00"),
    # Half an hour back on 5 April, half an hour ahead on 4 October.
    (LORD_HOWE, "2026-04-01T01:00", 4, "2026-04-05T13:30"),
    (LORD_HOWE, "2026-10-01T01:30", 3, "2026-10-04T13:00"),
    # 15 October 2017 began at one: the day before ends there.
    (SAO_PAULO, "2017-10-11T15:00", 3, "2017-10-15T03:00"),
    # A quarter of an hour off everybody else, and midnight on the dot.
    (KATHMANDU, "2026-05-01T18:15", 7, "2026-05-09T18:15"),
]

REMINDERS = [
    # Nine in the morning, by summer time; by winter time.
    (BERLIN, "2026-03-15T12:00", 14, "2026-03-29T07:00"),
    (BERLIN, "2026-10-11T12:00", 14, "2026-10-25T08:00"),
    (NEW_YORK, "2026-03-05T17:00", 3, "2026-03-08T13:00"),
    # The day after the 29th is the 31st.
    (APIA, "2011-12-29T22:00", 1, "2011-12-30T19:00"),
    (LORD_HOWE, "2026-04-01T01:00", 4, "2026-04-04T22:30"),
    (LORD_HOWE, "2026-10-01T01:30", 3, "2026-10-03T22:00"),
    ("UTC", "2028-02-28T10:00", 1, "2028-02-29T09:00"),
    (KATHMANDU, "2026-05-01T18:15", 7, "2026-05-09T03:15"),
]

WARNINGS = [
    # Three days before the 29th.
    (BERLIN, "2026-03-15T12:00", 14, 3, "2026-03-26T08:00"),
    # On the last day itself.
    (BERLIN, "2026-03-15T12:00", 14, 0, "2026-03-29T07:00"),
    # Five days from the 26th are 27, 28, 29, 31 and 1: three of them gone, it is the 29th.
    (APIA, "2011-12-26T22:00", 5, 2, "2011-12-29T19:00"),
    (LORD_HOWE, "2026-10-01T01:30", 5, 2, "2026-10-03T22:00"),
    # The same morning, where it is still to come; none where it is over.
    (BERLIN, "2026-06-01T05:00", 3, 3, "2026-06-01T07:00"),
    (BERLIN, "2026-06-01T10:00", 3, 3, None),
    # Nobody is warned before it begins.
    (BERLIN, "2026-06-01T05:00", 2, 3, None),
]


@pytest.mark.parametrize(("zone", "since", "days", "ends"), DEADLINES)
def test_a_deadline_ends_with_its_last_day(zone: str, since: str, days: int, ends: str) -> None:
    assert deadline(utc(since), days, ZoneInfo(zone)) == utc(ends)


@pytest.mark.parametrize(("zone", "since", "days", "at"), REMINDERS)
def test_people_are_reminded_in_the_morning(zone: str, since: str, days: int, at: str) -> None:
    assert reminder(utc(since), days, ZoneInfo(zone)) == utc(at)


@pytest.mark.parametrize(("zone", "since", "days", "before", "at"), WARNINGS)
def test_people_are_warned_in_the_morning(
    zone: str, since: str, days: int, before: int, at: str | None
) -> None:
    expected = None if at is None else utc(at)
    assert warning(utc(since), days, before, ZoneInfo(zone)) == expected


@given(
    since=st.datetimes(
        min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
        max_value=datetime(2090, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
        timezones=st.just(UTC),
    ),
    zone=st.sampled_from([BERLIN, NEW_YORK, APIA, LORD_HOWE, SAO_PAULO, KATHMANDU, "UTC"]),
    days=st.integers(0, 400),
    before=st.integers(0, 30),
)
def test_a_warning_comes_first_and_a_deadline_is_never_short(
    since: datetime, zone: str, days: int, before: int
) -> None:
    place = ZoneInfo(zone)
    end = deadline(since, days, place)
    assert end > since
    assert end - since >= days * timedelta(days=1) - timedelta(hours=2)
    assert deadline(since, days + 1, place) > end
    early = warning(since, days, before, place)
    assert early is None or since < early < end
