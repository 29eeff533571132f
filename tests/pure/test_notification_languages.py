"""One message in several languages: the customer's own picks, one by one as they are active."""

from __future__ import annotations

import pytest

from retour.desk.config import Subscriber
from retour.desk.notifications.addressing import addressed, language_for
from retour.kernel.subscription import CUSTOMER, SubscriptionBody, SubscriptionKind, Template
from retour.lifecycle.model import EventType


def subscriber(id: str, language: str, target: str = CUSTOMER, **said: str) -> Subscriber:
    template = Template(
        **{"id": id, "event": "return_received", "type": "email", "language": language, **said}
    )
    body = SubscriptionBody(
        kind=SubscriptionKind.EMAIL,
        target=target,
        events=("return.received",),
        dialect="notification",
        template=template,
    )
    return Subscriber(id=f"sub_{id}", version=1, body=body)


def told(
    locale: str | None,
    *subscribers: Subscriber,
    event_type: EventType = EventType.RETURN_RECEIVED,
    details: dict[str, str | int | bool | None] | None = None,
) -> list[str]:
    chosen = addressed(subscribers, event_type, details or {}, locale)
    return [one.id.removeprefix("sub_") for one in chosen]


DUTCH, GERMAN, SWISS = subscriber("1", "nl"), subscriber("2", "de"), subscriber("3", "de-CH")


@pytest.mark.parametrize(
    ("locale", "spoken"),
    [
        ("nl-NL", "1"),
        ("NL", "1"),
        ("de", "2"),
        ("de-AT", "2"),
        ("de_CH", "3"),
        ("de-ch", "3"),
        ("fr-FR", "1"),
        (None, "1"),
        ("", "1"),
    ],
)
def test_the_customers_language_picks_the_template(locale: str | None, spoken: str) -> None:
    assert told(locale, DUTCH, GERMAN, SWISS) == [spoken]
    assert told(locale, SWISS, GERMAN, DUTCH) == [spoken]


def test_a_language_is_spoken_in_another_region_rather_than_another_language() -> None:
    assert told("de-AT", DUTCH, SWISS) == ["3"]


def test_one_template_alone_speaks_to_everybody() -> None:
    assert told("fr-FR", GERMAN) == ["2"]
    assert told(None, GERMAN) == ["2"]


def test_places_events_and_types_do_not_compete() -> None:
    """A desk that reads Dutch is told in Dutch, whatever its customers speak."""
    desk = subscriber("4", "nl", "desk@example.com")
    shipped = subscriber("5", "nl", event="return_shipped")
    chat = subscriber("6", "nl", type="chat")

    assert told("de", GERMAN, DUTCH, desk, shipped, chat) == ["2", "4", "5", "6"]


def test_two_templates_of_one_language_both_speak() -> None:
    again = subscriber("7", "NL")

    assert told("nl", DUTCH, again, GERMAN) == ["1", "7"]
    assert told("de", DUTCH, again, GERMAN) == ["2"]


def test_those_without_a_template_are_always_told() -> None:
    hook = Subscriber(id="sub_w", version=1, body=SubscriptionBody(kind=SubscriptionKind.WEBHOOK))

    assert told("de", hook, DUTCH, GERMAN) == ["w", "2"]
    assert told("de", hook) == ["w"]


def test_a_comment_is_no_use_cases_message() -> None:
    written = subscriber("8", "en", event="use_case_email")
    created = EventType.MESSAGE_CREATED

    assert told(None, written, event_type=created, details={"kind": "use_case"}) == ["8"]
    assert told(None, written, event_type=created, details={"message": "msg_1"}) == []


def test_the_default_is_the_one_made_first() -> None:
    assert language_for(
        "xx", [one.body.template for one in (SWISS, DUTCH) if one.body.template]
    ) == ("nl")
