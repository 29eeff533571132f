"""Instants on staff pages: by the calendar of a place, near days by name, near or far by date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from retour.screens.staff import times

BERLIN, APIA, LORD_HOWE = "Europe/Berlin", "Pacific/Apia", "Australia/Lord_Howe"
ZONES = [BERLIN, APIA, LORD_HOWE, "UTC", "America/Sao_Paulo", "Africa/Cairo"]
NAMED = {"yesterday": -1, "today": 0, "tomorrow": 1}
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

# Where, what time it is, and an instant: how it is written, and what stands for its day or after it
# where it is due. 22 November 2026 is a Sunday.
TABLE = [
    # The same day from its first to its last minute, and the midnights around it.
    (BERLIN, "2026-11-22T11:00Z", "2026-11-21T23:00Z", "today 00:00", "Sun 22 Nov"),
    (BERLIN, "2026-11-22T11:00Z", "2026-11-22T22:59Z", "today 23:59", "Sun 22 Nov"),
    (BERLIN, "2026-11-22T11:00Z", "2026-11-22T23:00Z", "tomorrow 00:00", "Mon 23 Nov"),
    (BERLIN, "2026-11-22T11:00Z", "2026-11-21T22:59Z", "yesterday 23:59", "Sat 21 Nov"),
    # A minute apart over midnight; almost two days apart, and still yesterday.
    (BERLIN, "2026-11-21T23:00Z", "2026-11-21T22:59Z", "yesterday 23:59", "Sat 21 Nov"),
    (BERLIN, "2026-11-22T22:59Z", "2026-11-20T23:00Z", "yesterday 00:00", "Sat 21 Nov"),
    # Two days and seven days, either way, have their weekday; the eighth only where it is due.
    (BERLIN, "2026-11-22T11:00Z", "2026-11-20T08:15Z", "Fri 20 Nov, 09:15", "Fri 20 Nov"),
    (BERLIN, "2026-11-22T22:59Z", "2026-11-14T23:00Z", "Sun 15 Nov, 00:00", "Sun 15 Nov"),
    (BERLIN, "2026-11-22T11:00Z", "2026-11-14T22:59Z", "14 Nov, 23:59", "Sat 14 Nov"),
    (BERLIN, "2026-11-21T23:00Z", "2026-11-29T22:59Z", "Sun 29 Nov, 23:59", "Sun 29 Nov"),
    (BERLIN, "2026-11-22T11:00Z", "2026-11-29T23:00Z", "30 Nov, 00:00", "Mon 30 Nov"),
    # Another year is written, as soon as it begins there and nowhere else yet; near days need none.
    (BERLIN, "2026-12-31T22:59Z", "2026-12-31T23:00Z", "tomorrow 00:00", "Fri 1 Jan 2027"),
    (BERLIN, "2026-12-31T23:00Z", "2026-12-31T22:59Z", "yesterday 23:59", "Thu 31 Dec 2026"),
    (BERLIN, "2027-01-03T11:00Z", "2026-12-30T11:00Z", "Wed 30 Dec 2026, 12:00", "Wed 30 Dec 2026"),
    (BERLIN, "2026-11-22T11:00Z", "2026-01-01T11:00Z", "1 Jan, 12:00", "Thu 1 Jan"),
    (BERLIN, "2026-11-22T11:00Z", "2025-11-18T11:00Z", "18 Nov 2025, 12:00", "Tue 18 Nov 2025"),
    (BERLIN, "2026-11-22T11:00Z", "2998-12-31T23:00Z", "1 Jan 2999, 00:00", "Tue 1 Jan 2999"),
    # Clocks go on at 01:00Z on 29 March 2026: a day of 23 hours is a day.
    (BERLIN, "2026-03-29T21:30Z", "2026-03-28T22:30Z", "yesterday 23:30", "Sat 28 Mar"),
    (BERLIN, "2026-03-29T00:59Z", "2026-03-29T01:00Z", "today 03:00", "Sun 29 Mar"),
    # Back at 01:00Z on 25 October: 25 hours; what is there twice says which it is, its edges not.
    (BERLIN, "2026-10-25T22:30Z", "2026-10-24T22:00Z", "today 00:00", "Sun 25 Oct"),
    (BERLIN, "2026-10-25T11:00Z", "2026-10-24T23:59Z", "today 01:59", "Sun 25 Oct"),
    (BERLIN, "2026-10-25T11:00Z", "2026-10-25T00:30Z", "today 02:30 CEST", "Sun 25 Oct"),
    (BERLIN, "2026-10-25T11:00Z", "2026-10-25T01:30Z", "today 02:30 CET", "Sun 25 Oct"),
    (BERLIN, "2026-10-25T11:00Z", "2026-10-25T02:00Z", "today 03:00", "Sun 25 Oct"),
    # Lord Howe goes back by half an hour at 15:00Z on 4 April 2026: from two to half past one.
    (LORD_HOWE, "2026-04-05T01:00Z", "2026-04-04T14:45Z", "today 01:45 UTC+11:00", "Sun 5 Apr"),
    (LORD_HOWE, "2026-04-05T01:00Z", "2026-04-04T15:15Z", "today 01:45 UTC+10:30", "Sun 5 Apr"),
    (LORD_HOWE, "2026-04-05T01:00Z", "2026-04-04T12:59Z", "yesterday 23:59", "Sat 4 Apr"),
    # And on at 15:30Z on 3 October, from two to half past two.
    (LORD_HOWE, "2026-10-03T15:30Z", "2026-10-03T15:29Z", "today 01:59", "Sun 4 Oct"),
    (LORD_HOWE, "2026-10-03T15:29Z", "2026-10-03T15:30Z", "today 02:30", "Sun 4 Oct"),
    # Far ahead of UTC it is the next day, and the next year.
    (APIA, "2026-12-31T10:58Z", "2026-12-31T10:59Z", "today 23:59", "Thu 31 Dec"),
    (APIA, "2026-12-31T10:59Z", "2026-12-31T11:00Z", "tomorrow 00:00", "Fri 1 Jan 2027"),
    # There never was a 30 December 2011: the day before the 31st is the 29th, by its date.
    (APIA, "2011-12-30T11:00Z", "2011-12-30T09:59Z", "Thu 29 Dec, 23:59", "Thu 29 Dec"),
    (APIA, "2011-12-30T11:00Z", "2011-12-30T10:00Z", "today 00:00", "Sat 31 Dec"),
]


@pytest.mark.parametrize(("zone", "now", "at", "moment", "dated"), TABLE)
def test_it_is_written_by_the_calendar(
    zone: str, now: str, at: str, moment: str, dated: str
) -> None:
    """Days are counted by midnights of the place, never by hours; another year has the year."""
    there, seen = ZoneInfo(zone), datetime.fromisoformat(now)
    assert times.moment(at, seen, there) == moment
    day, _, clock = moment.partition(", " if ", " in moment else " ")
    assert times.day(at, seen, there) == day
    due = [day, dated, clock] if day in NAMED else [dated, clock]
    assert times.begins(at, seen, there) == ", ".join(due)
    if not times.ends_day(at, there):
        assert times.due(at, seen, there) == ", ".join(due)


# When there is time until the very end of a day: in Berlin, where clocks leave midnight out, and
# where a day is left out.
ENDS = [
    (BERLIN, "2026-11-22T11:00Z", "2026-11-22T23:00Z", "today, Sun 22 Nov"),
    (BERLIN, "2026-11-22T11:00Z", "2026-11-21T23:00Z", "yesterday, Sat 21 Nov"),
    (BERLIN, "2026-11-21T22:59Z", "2026-11-22T23:00Z", "tomorrow, Sun 22 Nov"),
    (BERLIN, "2027-01-01T11:00Z", "2026-12-31T23:00Z", "yesterday, Thu 31 Dec 2026"),
    (BERLIN, "2026-12-20T11:00Z", "2026-12-31T23:00Z", "Thu 31 Dec"),
    ("Africa/Cairo", "2026-04-23T11:00Z", "2026-04-23T22:00Z", "today, Thu 23 Apr"),
    (APIA, "2011-12-29T11:00Z", "2011-12-30T10:00Z", "today, Thu 29 Dec"),
]


@pytest.mark.parametrize(("zone", "now", "at", "due"), ENDS)
def test_what_is_due_by_the_end_of_a_day_names_that_day(
    zone: str, now: str, at: str, due: str
) -> None:
    """Who has time until midnight reads the day they have, not the one that begins then."""
    there, seen = ZoneInfo(zone), datetime.fromisoformat(now)
    assert times.due(at, seen, there) == due
    assert times.last_day(at, there).startswith(due.rpartition(", ")[2])


@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(2000, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis puts the zone to it
    away=st.timedeltas(timedelta(days=-10), timedelta(days=10)),
    years=st.integers(-2, 2),
)
def test_it_can_be_read_back(zone: str, now: datetime, away: timedelta, years: int) -> None:
    """Whoever knows what day it is there can tell the very minute, in hours that are twice too."""
    there, at = ZoneInfo(zone), now + away + years * timedelta(days=365)
    assert read(times.moment(at, now, there), now.astimezone(there).date(), there) == {
        at.replace(second=0, microsecond=0)
    }


def read(text: str, today: date, zone: ZoneInfo) -> set[datetime]:
    """Give each instant that a written moment can mean."""
    head, _, rest = text.partition(", " if ", " in text else " ")
    clock, _, name = rest.partition(" ")
    away = NAMED.get(head)
    if away is None:
        words = [one for one in head.split() if one not in WEEKDAYS]
        dated = " ".join([*words, str(today.year)][:3])
        day = datetime.strptime(dated, "%d %b %Y").date()  # noqa: DTZ007 - it is a day
    else:
        day = today + timedelta(days=away)
    wall = datetime.combine(day, time.fromisoformat(clock), zone)
    both = {wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    return {one for one in both if times.exact(one, zone).endswith(name)}


class Wall(times.TimesWritten):
    """A page's clocks: business time a day ahead."""

    @property
    def tick(self) -> datetime:
        return datetime(2026, 11, 22, 11, tzinfo=UTC)

    @property
    def now(self) -> datetime:
        return self.tick + timedelta(days=1)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(BERLIN)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("delivered_at", "2026-11-23T09:00:00Z", "today 10:00"),
        ("delivered_at", "2026-11-22T23:00:00.5Z", "today 00:00"),
        ("deadline", "2026-11-23T23:00:00Z", "today, Mon 23 Nov"),
        ("through", "2026-12-19", "Sat 19 Dec"),
        ("through", "2026-02-30", "2026-02-30"),
        ("at", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("order_number", "2026-11-22-1", "2026-11-22-1"),
        ("count", 20261122, "20261122"),
    ],
)
def test_what_an_event_tells_is_written_alike(name: str, value: str | int, shown: str) -> None:
    """Instants and days among what happened are said as all others; what is none stays."""
    assert Markup(Wall().told(name, value)).striptags() == shown


def test_each_instant_is_seen_by_its_own_clock() -> None:
    """What is today by the database was yesterday by a sandbox that is a day ahead."""
    wall = Wall()
    assert wall.when(wall.tick).striptags() == "yesterday 12:00"
    assert wall.when(wall.tick, tick=True).striptags() == "today 12:00"
    assert wall.day(wall.now, tick=True).striptags() == "tomorrow"
    assert wall.due(wall.now).striptags() == "today, Mon 23 Nov, 12:00"
    assert 'title="the end of Sunday, 22 November 2026 CET"' in wall.due("2026-11-22T23:00:00Z")
