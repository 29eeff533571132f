"""What a workspace's own people read of payments and reconciliations, and what to do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from retour.delivery.notice_letters import notice_words
from retour.lifecycle.model import EventType
from tests.support import samples


@pytest.mark.parametrize(
    ("change", "said", "remedy"),
    [
        ("disputed", "The bank has taken 9.95 EUR of payment pay-1 back", "Answer it"),
        ("dispute_won", "is won", "Start the refunds"),
        ("dispute_lost", "is lost", "Discard the settlements"),
        ("refunded_elsewhere", "was refunded at the processor (dp_0007)", "not paid again"),
        ("refund_failed_elsewhere", "has failed", "can be refunded here"),
    ],
)
def test_each_change_of_a_payment_says_what_to_do(change: str, said: str, remedy: str) -> None:
    event = samples.event(EventType.PAYMENT_CHANGED)
    details = {**event.snapshot.details, "change": change}
    told = replace(event, snapshot=replace(event.snapshot, details=details))

    subject, text = notice_words(told, "Lamps")

    assert said in subject
    assert subject in text
    assert remedy in text
    assert "Order 000100042 of Lamps." in text


def test_a_reconciliation_says_how_many_and_where() -> None:
    event = samples.event(EventType.RECONCILIATION_DIFFERS)

    subject, text = notice_words(event, "Lamps")

    assert "3 refunds at stripe are not explained" == subject
    assert "99.87 % are explained" in text
    assert str(event.snapshot.details["reconciliation"]) in text


def test_a_refused_key_says_what_waits_for_it_and_what_to_do() -> None:
    subject, text = notice_words(samples.event(EventType.CHANNEL_REFUSED), "Lamps")

    assert "ChannelEngine refuses the key of Lamps" == subject
    assert "Put the account with a new one." in text
    assert "2 payments by marketplaces wait." in text
    assert "Nothing is lost" in text


def test_an_account_that_goes_on_says_that_nothing_is_to_be_done() -> None:
    subject, text = notice_words(samples.event(EventType.CHANNEL_RESUMED), "Lamps")

    assert "ChannelEngine goes on for Lamps" == subject
    assert "There is nothing to do." in text


def test_a_pause_is_said_as_before() -> None:
    subject, text = notice_words(samples.event(EventType.SUBSCRIPTION_PAUSED), "Lamps")

    assert "Deliveries of Lamps are paused" == subject
    assert "gone" in text
