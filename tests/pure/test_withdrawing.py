"""Withdrawals, pure: canonical bytes, the chain and what breaks it, the clock to the instant."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from retour.lifecycle.withdrawals.withdrawing import (
    START,
    Checks,
    Link,
    Withdraw,
    WithdrawnLine,
    check,
    content_of,
    sealed,
)
from retour.policy.consumer_law import refund_by

NOON = datetime(2026, 6, 19, 12, 0, 0, 123456, tzinfo=UTC)
SAID = Withdraw(
    name="Zoë Ängström",
    email="zoe@example.com",
    statement='  Hiermit widerrufe ich.\r\n"Bestellung" 0042 ',
    order_number="0042",
    lines=(WithdrawnLine(title="Mug", quantity=1),),
    submitted_at=datetime.fromisoformat("2026-06-19T23:59:59+02:00"),
)


def chain(length: int = 3) -> list[Link]:
    """Give a chain of statements."""
    links: list[Link] = []
    for number in range(1, length + 1):
        link = sealed(
            workspace="ws_0000000000001",
            id=f"wdr_{number}",
            number=number,
            received_at=NOON + timedelta(seconds=number),
            recorded_at=NOON,
            content=content_of(SAID, f"{number:032x}"),
            previous=links[-1].hash if links else START,
        )
        links.append(link)
    return links


def looked_at(links: list[Link], place: int) -> Checks:
    before = links[place - 1].hash if place else None
    behind = links[place + 1].previous if place + 1 < len(links) else None
    return check(links[place], before=before, behind=behind)


def test_content_is_canonical_and_word_for_word() -> None:
    """Anybody's JSON with sorted keys and no spaces gives the same bytes."""
    content = content_of(SAID, "ab")

    read = json.loads(content)

    again = json.dumps(read, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert content == again.encode()
    assert (read["statement"], read["name"]) == (SAID.statement, SAID.name)
    assert read["submitted_at"] == "2026-06-19T21:59:59Z"


def test_a_record_can_be_recomputed_by_anybody() -> None:
    link = chain(1)[0]

    record = json.loads(link.record)

    again = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert link.hash == hashlib.sha256(again.encode()).digest()
    assert link.content is not None
    assert record["content_sha256"] == hashlib.sha256(link.content).hexdigest()
    assert record["previous"] == "0" * 64
    assert record["received_at"] == "2026-06-19T12:00:01.123456Z"


def test_an_honest_chain_holds() -> None:
    links = chain()

    found = [looked_at(links, place) for place in range(3)]

    assert all(checks.all_hold for checks in found)
    assert [checks.following for checks in found] == [True, True, None]


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({"content": content_of(replace(SAID, statement="No."), "ab")}, "content"),
        ({"received_at": NOON - timedelta(days=1)}, "record"),
        ({"recorded_at": NOON - timedelta(days=1)}, "record"),
        ({"id": "wdr_other"}, "record"),
        ({"workspace": "ws_0000000000002"}, "record"),
        ({"previous": START}, "previous"),
        ({"hash": START}, "following"),
    ],
)
def test_what_is_changed_is_named(change: dict[str, object], broken: str) -> None:
    links = chain()
    links[1] = replace(links[1], **change)

    checks = looked_at(links, 1)

    assert not checks.all_hold
    assert not getattr(checks, broken)


def test_a_record_sealed_anew_no_longer_fits_the_one_behind() -> None:
    links = chain()
    old = links[1]
    links[1] = sealed(
        workspace=old.workspace,
        id=old.id,
        number=old.number,
        received_at=old.received_at,
        recorded_at=old.recorded_at,
        content=content_of(replace(SAID, statement="No."), "ab"),
        previous=old.previous,
    )

    assert looked_at(links, 1) == Checks(content=True, record=True, previous=True, following=False)
    assert not looked_at(links, 2).previous


def test_a_record_whose_forerunner_is_gone_is_found() -> None:
    links = chain()

    assert not check(links[2], before=None, behind=None).all_hold


@pytest.mark.parametrize(
    ("zone", "received", "ends"),
    [
        ("UTC", "2026-06-19T12:00:00Z", "2026-07-04T00:00:00Z"),
        # Berlin, summer: already the 20th there.
        ("Europe/Berlin", "2026-06-19T22:00:00Z", "2026-07-04T22:00:00Z"),
        ("Europe/Berlin", "2026-06-19T21:59:59Z", "2026-07-03T22:00:00Z"),
        # Over the change to winter time: that night is an hour longer.
        ("Europe/Berlin", "2026-10-20T10:00:00Z", "2026-11-03T23:00:00Z"),
        # Over the change to summer time.
        ("Europe/Berlin", "2026-03-20T10:00:00Z", "2026-04-03T22:00:00Z"),
        # A leap day counts.
        ("Europe/Lisbon", "2028-02-20T10:00:00Z", "2028-03-06T00:00:00Z"),
        # Over the end of the year, ahead of UTC.
        ("Pacific/Auckland", "2026-12-24T12:00:00Z", "2027-01-08T11:00:00Z"),
        # Half an hour of summer time, ended within the period.
        ("Australia/Lord_Howe", "2026-03-25T00:00:00Z", "2026-04-08T13:30:00Z"),
    ],
)
def test_the_time_to_pay_back_ends_with_the_fourteenth_day(
    zone: str, received: str, ends: str
) -> None:
    until = refund_by(datetime.fromisoformat(received), ZoneInfo(zone))

    assert until == datetime.fromisoformat(ends)
    assert until.utcoffset() == timedelta(0)
