"""The registry, its rules, and the catalogue that documents it."""

from __future__ import annotations

from pathlib import Path

import pytest

from retour.dialects.catalogue import ENTRIES, page
from retour.dialects.dialect import DAY, HOUR, MINUTE, OUR_RULES, DeliveryRules, Dialect, Wanted
from retour.dialects.example_message import use_case_example
from retour.dialects.registry import DIALECTS
from retour.kernel.subscription import WORDS_MAX
from retour.lifecycle.model import EventType
from tests.support import samples

ROOT = Path(__file__).resolve().parents[2]


def test_a_dialect_is_found_under_its_name() -> None:
    assert {"retour", "notification"} <= set(DIALECTS)
    assert all(name == dialect.name for name, dialect in DIALECTS.items())


SOMETIMES = {
    ("notification", EventType.MESSAGE_CREATED),  # Where a customer wrote from a use case.
    ("tickets", EventType.ELIGIBILITY_CHECKED),  # Where an agent has to look.
    ("tickets", EventType.RETURN_SHIPPED),  # Where no label was made before.
    ("tickets", EventType.RETURN_PROCESSED),  # Where nothing had to be received.
    ("warehouse", EventType.RETURN_AMENDED),  # Where it may be sent already.
    ("tickets", EventType.REFUND_STARTED),  # Where it had failed before.
}
"""Said of other events of the type than the sample."""


@pytest.mark.parametrize("event_type", list(EventType))
def test_silence_is_declared(event_type: EventType) -> None:
    for dialect in DIALECTS.values():
        for form in dialect.formats:
            said = [
                dialect.render(samples.event(event_type), Wanted(word=word, format=form))
                for word in dialect.vocabulary.get(event_type, ("",))
            ]
            is_expected = event_type in dialect.vocabulary
            assert any(said) == is_expected or (dialect.name, event_type) in SOMETIMES


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda one: one.name)
def test_a_message_about_nothing_breaks_no_dialect(dialect: Dialect) -> None:
    """One from a use case has neither a return nor a ticket nor an order."""
    event = use_case_example()

    for word in dialect.vocabulary.get(event.type, ()):
        for form in dialect.formats:
            for seen in (event, samples.erased(event)):
                message = dialect.render(seen, Wanted(word=word, format=form))
                assert (message is None) == (dialect.name == "tickets")


def test_every_event_is_said_or_a_reason_given() -> None:
    for dialect in DIALECTS.values():
        assert set(EventType) == {*dialect.vocabulary, *dialect.silences}
        assert not {*dialect.vocabulary} & {*dialect.silences}
        for why in dialect.silences.values():
            assert why.endswith(".")
        assert all(1 <= len(words) <= WORDS_MAX for words in dialect.vocabulary.values())


def test_content_types_name_the_format() -> None:
    sample = samples.event(EventType.RETURN_SETTLED)
    for dialect in DIALECTS.values():
        for word in dialect.vocabulary.get(sample.type, ()):
            for form in dialect.formats:
                message = dialect.render(sample, Wanted(word=word, format=form))
                assert message is not None
                assert form in message.content_type.partition(";")[0]


def test_an_unknown_format_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        DIALECTS["retour"].render(samples.event(EventType.RETURN_SETTLED), Wanted(format="yaml"))


def test_our_schedule_is_the_promised_one() -> None:
    pauses = [OUR_RULES.pause_s(attempts, 0) for attempts in range(1, 11)]

    assert pauses == [
        5,
        5 * MINUTE,
        30 * MINUTE,
        2 * HOUR,
        5 * HOUR,
        10 * HOUR,
        14 * HOUR,
        20 * HOUR,
        24 * HOUR,
        None,
    ]
    assert OUR_RULES.timeout_s == 15


def test_our_schedule_ends_before_it_expires_whatever_chance_adds() -> None:
    longest = sum(OUR_RULES.schedule_s) * (1 + OUR_RULES.jitter)

    assert longest + len(OUR_RULES.schedule_s) * OUR_RULES.timeout_s < OUR_RULES.expiry_s


def test_success_is_a_range_or_one_code() -> None:
    strict = DeliveryRules(success=(200, 200), schedule_s=(0, 60), expiry_s=14 * DAY)
    statuses = (199, 200, 201, 299, 300, 301, 410, 500)

    assert [status for status in statuses if OUR_RULES.succeeds(status)] == [200, 201, 299]
    assert [status for status in statuses if strict.succeeds(status)] == [200]


def test_a_schedule_may_go_on_until_it_expires() -> None:
    """As a producer promises that tries each minute for fourteen days."""
    rules = DeliveryRules(schedule_s=(0, 60), goes_on=True, expiry_s=14 * DAY)

    assert rules.pause_s(1, 0) == 60
    assert rules.pause_s(20_000, 13 * DAY) == 60
    assert rules.pause_s(20_000, 14 * DAY - 60) == 60
    assert rules.pause_s(20_000, 14 * DAY - 59) is None


def test_every_event_has_a_meaning_and_a_sample() -> None:
    assert set(EventType) == set(ENTRIES)
    for event_type, entry in ENTRIES.items():
        assert entry.example["type"] == event_type
        for words in (entry.title, entry.description, entry.when):
            assert words.strip() == words
            assert words
        assert entry.description.endswith(".")
        assert entry.when.endswith(".")


def test_the_page_of_events_is_fresh() -> None:
    """Write it anew with ``python -m retour.dialects.catalogue > docs/events.md``."""
    assert (ROOT / "docs" / "events.md").read_text() == page()
