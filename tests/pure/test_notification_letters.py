"""Mails: to whom, who is answered, which thread; and what keeps programs from answering."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from msgspec.structs import replace

from retour.delivery.letters import NobodyToWrite, letter, message_id, recipient
from retour.gateways.mail import mail_bytes
from retour.kernel.subscription import CUSTOMER, SubscriptionBody, SubscriptionKind
from retour.lifecycle.model import EventType, Personal
from tests.support import samples
from tests.support.notifying import FROM, LINK, mail, sample, template

ZENDESK = "support@shop.zendesk.com"


def written(
    word: str, to: str, inbox: str | None = None, *, is_answered: bool = False
) -> EmailMessage:
    raw = mail_bytes(mail(template(word), to, inbox, is_answered=is_answered))
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize("inbox", ["zendesk", "intercom"])
def test_a_return_is_one_thread_in_a_support_inbox(inbox: str) -> None:
    """The mail about the request has the return's name, and every other refers to it."""
    way = ("return_requested", "return_authorized", "return_processed", "settlement_memo")
    first, *rest = (written(word, ZENDESK, inbox, is_answered=True) for word in way)

    assert first["In-Reply-To"] is None
    assert {mail["In-Reply-To"] for mail in rest} == {first["Message-ID"]}
    assert {mail["References"] for mail in rest} == {first["Message-ID"]}
    assert len({mail["Message-ID"] for mail in (first, *rest)}) == len(way)
    assert {mail["X-Retour-Return-Id"] for mail in (first, *rest)} == {
        samples.ret_of(sample("return_requested")).id
    }


def test_who_answers_a_support_inbox_answers_the_customer() -> None:
    assert written("return_received", ZENDESK, "zendesk", is_answered=True)["Reply-To"] == (
        "alex.jansen@example.com"
    )
    assert written("return_received", ZENDESK, "zendesk")["Reply-To"] is None
    assert written("return_received", "desk@example.com")["Reply-To"] is None


def test_programs_are_told_not_to_answer_but_zendesk_would_put_such_mail_aside() -> None:
    """It makes no ticket of a mail that says it was made by a program."""
    for to, inbox in ((CUSTOMER, None), ("desk@example.com", None), ("x@y.io", "intercom")):
        message = written("return_received", to, inbox)
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["X-Auto-Response-Suppress"] == "All"
    names = {name.lower() for name in written("return_received", ZENDESK, "zendesk")}
    assert not names & {"auto-submitted", "x-auto-response-suppress", "precedence", "x-autoreply"}


def test_a_customer_is_written_at_the_address_of_the_order() -> None:
    message = written("return_authorized", CUSTOMER)

    assert message["To"] == "alex.jansen@example.com"
    assert message["Subject"] == "Your return R00000018 is approved"
    assert LINK["authorize"] not in message.get_content()


def body(target: str = CUSTOMER, **said: object) -> SubscriptionBody:
    return SubscriptionBody(kind=SubscriptionKind.EMAIL, target=target, **said)  # pyright: ignore[reportArgumentType]  # named by the test


def test_nobody_is_written_once_erased() -> None:
    event = samples.event(EventType.RETURN_RECEIVED)
    nameless = replace(event, personal=Personal(customer=replace(event.customer, email="")))
    for gone in (samples.erased(event), nameless):
        with pytest.raises(NobodyToWrite):
            recipient(gone, body())
        assert recipient(gone, body("desk@example.com")) == "desk@example.com"


@pytest.mark.parametrize("bad", ["", "no address", "a@b\r\nBcc: c@d.e", "[erased]", "é@x.example"])
def test_a_customer_nobody_can_reach_is_not_named_for_answers(bad: str) -> None:
    event = samples.event(EventType.RETURN_RECEIVED)
    event = replace(event, personal=Personal(customer=replace(event.customer, email=bad)))
    made = letter(
        event,
        body(ZENDESK, inbox="zendesk", reply_to_customer=True),
        FROM,
        subject="s",
        text="t",
        html=None,
    )

    assert made.reply_to is None
    assert b"Bcc" not in mail_bytes(made)


def test_a_use_case_may_have_an_inbox_of_its_own() -> None:
    event = sample("use_case_email")
    details = {**event.snapshot.details, "to": "parts@example.com"}
    told = replace(event, snapshot=replace(event.snapshot, details=details))

    assert recipient(told, body("desk@example.com")) == "parts@example.com"
    assert recipient(told, body()) == "alex.jansen@example.com"


def test_ids_are_of_what_and_for_whom() -> None:
    of = {
        message_id(thing, to, FROM)
        for thing in ("evt_01", "evt_02", "ret_01x")
        for to in ("a@b.c", "d@e.f")
    }

    assert len(of) == 6
