"""Internal notes stay inside: of all that is sent, only what our own systems hear says them."""

from __future__ import annotations

import json

import msgspec
import pytest

from retour.delivery.letters import is_for_customer
from retour.desk.config import Subscriber
from retour.desk.conversation import customers_view, message_view
from retour.desk.fanout import fan_out_events
from retour.dialects.dialect import Wanted
from retour.dialects.notification import WORDS, is_said
from retour.dialects.notification.variables import variables
from retour.dialects.registry import DIALECTS
from retour.dialects.stored import StoredEvent, stored
from retour.kernel.ids import Mint
from retour.kernel.subscription import CUSTOMER, SubscriptionBody, SubscriptionKind, Template
from retour.lifecycle.commands import Command, Comment
from retour.lifecycle.decide import decide
from retour.lifecycle.model import Decision, Event, EventType
from retour.lifecycle.talk.bodies import MessageWay, RecordMail
from retour.store.conversation import KeptMessage
from tests.support.returns import NOON, Journey

CANARY = "she lies"
OWN = {"retour", "cloudevents"}
"""Dialects of the merchant's own systems: they hear all, marked for what it is."""


def said(journey: Journey, command: Command) -> Event:
    """Give the event that a command ends in, and go on from there."""
    decision = decide(journey.state, (command,), journey.context())
    assert isinstance(decision, Decision), decision
    journey.state = decision.state
    return decision.events[-1]


def noted(*, internal: bool = True, author: str = "agent") -> Event:
    """A note about a return."""
    given = {"text": CANARY, "internal": internal, "author": author, "author_id": "usr_ada"}
    return said(Journey().requested(), msgspec.convert(given, Comment))


def bounced() -> Event:
    mail = RecordMail(text=CANARY, is_bounce=True, is_automatic=True)
    return said(Journey().requested(), mail)


def kept(event: Event) -> StoredEvent:
    return stored(event, id="evt_1", workspace="ws_1", stream="ord_1", stream_sequence=2)


@pytest.mark.parametrize("event", [noted(), bounced()], ids=["note", "bounce"])
@pytest.mark.parametrize("name", DIALECTS)
def test_no_dialect_but_our_own_says_an_internal_note(name: str, event: Event) -> None:
    """Whatever the word it would be said in, and in every format."""
    dialect = DIALECTS[name]
    told = [
        message
        for word in dialect.vocabulary.get(event.type, ())
        for form in dialect.formats
        if (message := dialect.render(kept(event), Wanted(word=word, format=form))) is not None
    ]

    if name in OWN:
        assert told
        assert all(CANARY.encode() in message.body for message in told)
        assert all(b"internal" in message.body for message in told)
    else:
        assert told == []


def test_what_is_public_is_said_by_ticket_systems() -> None:
    """Or their silence about the other would prove nothing."""
    event = kept(noted(internal=False))
    told = DIALECTS["tickets"].render(event, Wanted(word="comment.created", format="json"))

    assert told is not None
    assert CANARY.encode() in told.body


def test_later_messages_do_not_repeat_what_was_said_inside() -> None:
    """An event carries what was written in its own commit, and the note's was another."""
    journey = Journey().requested()
    said(journey, Comment(text=CANARY, internal=True))
    event = kept(said(journey, Comment(text="Hello")))

    for dialect in DIALECTS.values():
        for word in dialect.vocabulary.get(event.type, ()):
            message = dialect.render(event, Wanted(word=word, format=dialect.formats[0]))
            assert message is None or CANARY.encode() not in message.body
    assert CANARY not in json.dumps(variables(event))


@pytest.mark.parametrize(
    ("event", "goes_out"),
    [
        (noted(internal=False), True),
        (noted(), False),
        (noted(author="customer", internal=False), False),
        (noted(author="system", internal=False), False),
        (bounced(), False),
    ],
    ids=["agent", "note", "customer", "program", "bounce"],
)
def test_only_an_agents_public_words_are_mailed_to_the_customer(
    event: Event,
    goes_out: bool,  # noqa: FBT001 - a row of the table
) -> None:
    """Neither queued nor, were it queued, written."""
    mails = SubscriptionBody(
        kind=SubscriptionKind.MESSAGE, target=CUSTOMER, events=(EventType.MESSAGE_CREATED.value,)
    )
    subscribers = [Subscriber(id="sub_message", version=1, body=mails)]

    queued = fan_out_events([event], subscribers, Mint(NOON, bytes(16)))
    assert (len(queued), is_for_customer(kept(event))) == (int(goes_out), goes_out)


@pytest.mark.parametrize("kind", ["email", "chat", "json", "xml"])
def test_no_template_is_told_of_a_note(kind: str) -> None:
    event = noted()
    subscribers = [
        Subscriber(
            id=f"sub_{word}",
            version=1,
            body=SubscriptionBody(
                kind=SubscriptionKind.EMAIL,
                target=CUSTOMER,
                dialect="notification",
                events=(word,),
                template=Template(id=f"ntp_{word}", event=word, type=kind),
            ),
        )
        for word in WORDS
    ]

    assert fan_out_events([event], subscribers, Mint(NOON, bytes(16))) == []
    assert not is_said(event.type, event.snapshot.details)


def test_a_customer_who_reads_along_learns_no_name_of_the_house() -> None:
    """The list leaves notes out (``tests/doors``); of the rest only who spoke and what."""
    event = kept(noted(internal=False))
    message = KeptMessage(
        id=str(event.snapshot.details["message"]),
        thread="t",
        way=MessageWay.OUT.value,
        needs_answer=False,
        read_at=None,
        read_by=None,
        event_id=event.id,
        return_id="ret_1",
        stream=event.stream,
        at=NOON,
        source="api",
        actor=event.actor,
        details=event.snapshot.details,
        personal=event.personal,
    )

    shown = customers_view(message)
    assert set(shown) == {"id", "at", "author", "subject", "text", "photos"}
    assert shown["text"] == CANARY
    assert "usr_ada" not in json.dumps(shown)
    assert message_view(message)["author_id"] == "usr_ada"
