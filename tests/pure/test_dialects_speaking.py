"""Which messages an event is to a subscription, and how they are told apart."""

from __future__ import annotations

import pytest

from retour.dialects.speaking import (
    heard,
    place,
    render_key,
    rendered,
    word_at,
    worded_key,
)
from retour.kernel.subscription import WORDS_MAX, SubscriptionBody, SubscriptionKind, Template
from retour.lifecycle.model import EventType
from tests.support import samples

FAILED, SETTLED = EventType.REFUND_FAILED, EventType.RETURN_SETTLED


def said(*events: str, dialect: str = "kibo") -> SubscriptionBody:
    return SubscriptionBody(kind=SubscriptionKind.WEBHOOK, events=events, dialect=dialect)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (("*",), ("return_errored", "refund")),
        (("refund.failed",), ("return_errored", "refund")),
        (("refund",), ("refund",)),
        (("refund", "return_errored"), ("return_errored", "refund")),
        (("return_cleared", "return.settled"), ()),
    ],
)
def test_words_are_heard_as_asked_for(events: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert expected == heard(said(*events), FAILED)


def test_what_a_dialect_does_not_say_is_not_heard() -> None:
    assert () == heard(said("*"), EventType.RETURN_SHIPPED)
    assert () == heard(said("return.shipped"), EventType.RETURN_SHIPPED)


def test_effects_hear_nothing() -> None:
    effect = SubscriptionBody(kind=SubscriptionKind.REFUND)

    assert () == heard(effect, FAILED)


def test_the_place_in_a_lane_gives_the_word_back() -> None:
    body = said("*")

    assert ["return_errored", "refund"] == [
        word_at(body, FAILED, place(7, part)) for part in (0, 1)
    ]
    assert "refund" == word_at(said("refund"), FAILED, place(7))
    assert place(7, WORDS_MAX - 1) < place(8)


def test_deliveries_queued_under_the_bare_number_say_their_only_word() -> None:
    """As they were before events could be several messages."""
    assert ["return_cleared"] * 9 == [
        word_at(said("*"), SETTLED, number) for number in range(1, 10)
    ]


def test_a_test_says_a_word_nobody_asked_for() -> None:
    assert "return_errored" == word_at(said("return_cleared"), FAILED, place(1))


def test_bytes_of_several_words_are_kept_apart() -> None:
    body = said("*")
    key = render_key(body, "sub_1", 1)

    assert {"kibo/json/return_errored", "kibo/json/refund"} == {
        worded_key(key, body, FAILED, word) for word in heard(body, FAILED)
    }
    assert "kibo/json" == worded_key(key, body, SETTLED, "return_cleared")
    message = rendered(samples.event(FAILED), body, "refund")
    assert message is not None
    assert b'"eventTypeID":"refund"' in message.body


def test_a_template_and_settings_give_keys_of_their_own() -> None:
    template = Template(id="t", event="e", type="email")
    mail = SubscriptionBody(kind=SubscriptionKind.EMAIL, template=template)
    first, second = (
        SubscriptionBody(kind=SubscriptionKind.WEBHOOK, dialect_settings=settings)
        for settings in ({"a": None, "b": "2"}, {"b": "2", "a": None})
    )

    assert "sub_1/3" == render_key(mail, "sub_1", 3)
    assert render_key(first, "sub_1", 1) == render_key(second, "sub_2", 9) != "retour/json"


def test_everything_is_what_the_source_says_and_ours_is_told_by_name() -> None:
    """Who listens to 12Return's alerts with a star hears its twelve events and no other."""
    name = "notification"
    created = EventType.LABEL_CREATED

    assert ("return_received",) == heard(said("*", dialect=name), EventType.RETURN_RECEIVED)
    assert () == heard(said("*", dialect=name), created)
    assert ("label_created",) == heard(said("*", "label_created", dialect=name), created)
    assert ("label_created",) == heard(said("label.created", dialect=name), created)
    assert ("label.created",) == heard(said("*", dialect="retour"), created)
