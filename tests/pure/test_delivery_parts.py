"""Small parts of delivery: ids, crash points, remembered messages, mails read back, runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.delivery import crash
from retour.delivery.clock import AttemptIds, TickClock
from retour.delivery.crash import POINTS, UnknownCrashPoint, arm, crash_point
from retour.delivery.health import Health
from retour.delivery.ledger import Ledger
from retour.delivery.letters import message_id
from retour.delivery.limits import PROBE_PAUSES_S
from retour.delivery.lines import Line
from retour.delivery.mails import mail_message, read_mail
from retour.delivery.rendering import Message, Messages
from retour.delivery.runs import Run
from retour.dialects import kibo
from retour.dialects.dialect import OUR_RULES
from retour.gateways.message import Mail, mail_bytes
from retour.kernel.ids import is_id, time_prefix
from retour.kernel.subscription import OnDead
from retour.kernel.wire import WireMessage
from retour.store.delivery_queries import Leased

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_attempts_ids_are_ids_and_sort_as_they_were_minted() -> None:
    clock = TickClock()
    clock.set(AT)
    mint = AttemptIds(clock)
    ids = [mint() for _ in range(70_000)]
    assert all(is_id(one, "att") for one in ids)
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert time_prefix("att", AT) <= ids[0] < time_prefix("att", AT + timedelta(minutes=5))


def test_database_time_goes_on_between_two_looks() -> None:
    clock = TickClock()
    clock.set(AT)
    assert timedelta(0) <= clock.now() - AT < timedelta(seconds=5)
    assert clock.seconds() == int(clock.now().timestamp())


def test_without_testing_no_crash_point_is_armed() -> None:
    """Were it armed, this process would be gone."""
    arm("sent", testing=False)
    crash_point("sent")
    arm("sent:3", testing=True)
    for passed in ("recorded", "sent", "sent"):
        crash_point(passed)
    arm(None, testing=True)
    crash_point("sent")
    assert crash_point.__module__ == crash.__name__


@pytest.mark.parametrize("named", ["nowhere", "sent:x", ":2"])
def test_an_unknown_crash_point_is_refused_in_words(named: str) -> None:
    with pytest.raises(UnknownCrashPoint, match="2xx_read"):
        arm(named, testing=True)
    assert len(POINTS) == len(set(POINTS)) == 24


def test_remembered_messages_are_bounded_in_bytes_the_least_used_going_first() -> None:
    messages = Messages(bytes_max=10_000)
    for n in range(50):
        messages.remember(
            (1, f"evt_{n}", "k"), Message(wire=WireMessage("t", b"x" * 500), is_kept=False)
        )
        messages.known((1, "evt_0", "k"))
    assert messages.known((1, "evt_0", "k")) is not None
    assert messages.known((1, "evt_1", "k")) is None
    assert messages.known((1, "evt_49", "k")) is not None
    held = [n for n in range(50) if messages.known((1, f"evt_{n}", "k"))]
    assert len(held) == 10


def test_one_message_larger_than_all_is_still_remembered() -> None:
    messages = Messages(bytes_max=10)
    messages.remember((1, "evt", "k"), Message(wire=WireMessage("t", b"x" * 500), is_kept=False))
    assert messages.known((1, "evt", "k")) is not None


@given(
    subject=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=80),
    text=st.text(max_size=400),
    html=st.none() | st.text(max_size=400),
)
def test_a_mail_read_back_is_written_as_the_same_bytes(
    subject: str, text: str, html: str | None
) -> None:
    """So that a resend next month hands over exactly what was sent."""
    mail = Mail(
        from_="Shop <returns@example.com>",
        to="ada@example.com",
        subject=subject,
        text=text,
        html=html,
        message_id="<01h.1234@example.com>",
        date=AT,
        headers={"Auto-Submitted": "auto-generated"},
    )
    wire = mail_message(mail)
    assert wire.body == mail_bytes(mail)
    assert read_mail(wire) == mail
    assert mail_bytes(read_mail(wire)) == wire.body


def test_a_mails_id_is_its_events_and_its_readers() -> None:
    event = "evt_" + "0" * 26
    first = message_id(event, "ada@example.com", "Shop <returns@example.com>")
    assert first == message_id(event, "ada@example.com", "Shop <returns@example.com>")
    assert first != message_id(event, "bob@example.com", "Shop <returns@example.com>")
    assert len(message_id(event, "ada@example.com", "r@" + "very-long." * 6 + "example")) <= 64


def row(position: int) -> Leased:
    """A leased delivery, as far as a run looks at it."""
    return Leased(
        AT, 1, "sub", False, 0, 0, None, "lane", 0, 0, 0, False, None, position,  # noqa: FBT003 - a row
        f"dlv_{position}", f"evt_{position}", 1, "return.received", None, None,
        None, None, None, None, None, None, None, None,
    )  # fmt: skip


def run_of(count: int) -> Run:
    return Run(
        line=Line(1, "sub"),
        token=1,
        lane="lane",
        rows=[row(position) for position in range(1, count + 1)],
        events={},
        deadline=0.0,
        attempt=0,
        series_start=0,
        age_s=0,
        is_asked=False,
        is_probe=False,
        gap=None,
    )


def test_a_free_attempt_counts_but_costs_nothing_of_the_series() -> None:
    run = run_of(1)
    for free in (True, True, False):
        run.is_over = False
        run.failed(1000, is_free=free)
    assert (run.attempt, run.series_start, run.tries) == (3, 2, 2)


def test_a_delivered_head_begins_its_successor_afresh() -> None:
    run = run_of(2)
    run.attempt, run.series_start, run.age_s, run.is_asked = 5, 2, 100, True
    run.delivered()
    assert (run.attempt, run.series_start, run.age_s, run.is_asked) == (0, 0, 0, False)
    assert (run.acked, run.done, run.is_over) == (1, 1, False)
    run.delivered()
    assert run.head is None


def test_what_is_given_up_is_done_but_not_acknowledged() -> None:
    run = run_of(2)
    run.given_up(OnDead.SKIP)
    assert (run.acked, run.done, run.is_over) == (0, 1, False)
    assert run.gap == "evt_1"
    run.delivered()
    assert (run.acked, run.done, run.gap) == (2, 2, None)


def test_a_blocked_head_stays_where_it_is() -> None:
    run = run_of(2)
    run.given_up(OnDead.BLOCK)
    assert (run.done, run.is_blocked, run.is_over) == (0, True, True)


def test_results_are_written_in_the_order_of_their_keys() -> None:
    """Two processes that lock the same lanes do so in one order."""
    ledger = Ledger()
    for workspace, subscription, lane in (
        (1, "b", "y"),
        (2, "a", "x"),
        (1, "a", "z"),
        (1, "b", "x"),
    ):
        run = run_of(1)
        run.line, run.lane = Line(workspace, subscription), lane
        ledger.note(run, 0.0)
    columns = ledger.take().columns(0.0)
    assert list(zip(*columns.lanes[:3], strict=True)) == [
        (1, "a", "z"), (1, "b", "x"), (1, "b", "y"), (2, "a", "x")
    ]  # fmt: skip


def test_results_count_until_they_are_written() -> None:
    ledger = Ledger()
    assert (ledger.size, ledger.oldest) == (0, None)
    ledger.note(run_of(1), 5.0)
    ledger.note(run_of(1), 6.0)
    assert (ledger.size, ledger.oldest) == (2, 5.0)
    ledger.take()
    assert (ledger.size, ledger.waiting, ledger.oldest) == (2, 0, None)
    ledger.wrote()
    assert ledger.size == 0


def test_processes_have_different_chance() -> None:
    clock = TickClock()
    clock.set(AT)
    assert AttemptIds(clock)()[-16:-6] != AttemptIds(clock)()[-16:-6]


def test_no_producer_waits_longer_between_probes_than_between_attempts() -> None:
    """Kibo promises a try each minute, whatever its receiver did before."""
    health = Health()
    for number, rules in enumerate((kibo.DIALECT.rules, OUR_RULES, kibo.DIALECT.rules)):
        health.failed(Line(1, f"sub_{number}"), rules)

    judged = {tuple(line.subscription_id for line in lines): news for lines, news in health.take()}

    assert [10, 30, 60, 60, 60] == judged["sub_0", "sub_2"][-1]
    assert list(PROBE_PAUSES_S) == judged["sub_1",][-1]
    assert [] == health.take()
