"""A return as a ticket: every change of status is told once, and nothing else is called one."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from retour.dialects.dialect import Wanted
from retour.dialects.stored import StoredEvent
from retour.dialects.tickets import ALIASES, DIALECT, known
from retour.dialects.tickets import status as statuses
from retour.dialects.tickets.view import Spelling, ticket_tree, written
from retour.lifecycle.commands import (
    Annotate,
    Authorize,
    Cancel,
    Command,
    Comment,
    Complete,
    ConfirmSettlement,
    CreateLabel,
    FinishReceipt,
    ProposeSettlement,
    RecordLabel,
    RecordRefundOutcome,
    Reject,
    Reopen,
    RetryRefund,
    Ship,
    StartRefund,
    Track,
    WaiveReceipt,
)
from retour.lifecycle.model import ActorKind, EventType, Policy, TicketFacts, TicketStatus
from tests.support import samples
from tests.support.kibo import Tale, an_order, article
from tests.support.returns import judge, receive

Step = Callable[[Tale], object]
HOUR = 3600


def a_tale() -> Tale:
    return Tale(an_order(article("a", 1999, 2)), a=2).requested()


def labeled(tale: Tale, outcome: str = "created") -> None:
    tale.do(CreateLabel(), after_s=HOUR)
    record = RecordLabel(
        parcel=tale.ret.parcels[-1].id,
        outcome="created" if outcome == "created" else "failed",
        label_url="https://carrier.example/1.pdf" if outcome == "created" else None,
        error=None if outcome == "created" else "No such street.",
    )
    tale.do(record, after_s=HOUR)


def received(tale: Tale) -> None:
    tale.do(receive(a=2), after_s=HOUR)


def judged(tale: Tale) -> None:
    tale.do(judge("a", 2, "accepted", condition="good"), FinishReceipt(), after_s=HOUR)


def promised(tale: Tale) -> None:
    tale.do(ProposeSettlement(), ConfirmSettlement(), StartRefund(), after_s=HOUR)


def kept(tale: Tale) -> None:
    tale.state = replace(tale.state, policy=Policy(keep_item=True))
    tale.do(WaiveReceipt(), after_s=HOUR)


def leg_of(tale: Tale) -> str:
    return tale.ret.settlements[-1].legs[0].id


def refunded(tale: Tale) -> None:
    paid = RecordRefundOutcome(leg=leg_of(tale), outcome="succeeded")
    tale.do(paid, by=ActorKind.PROCESSOR, after_s=HOUR)


def did(*plan: Command) -> Step:
    return lambda tale: tale.do(*plan, after_s=HOUR)


AUTHORIZED = did(Authorize())
SHIPPED = did(Ship())
WALKS: dict[str, tuple[Step, ...]] = {
    "the six steps": (AUTHORIZED, labeled, SHIPPED, received, judged, promised, refunded),
    "to its end": (AUTHORIZED, received, judged, promised, refunded, did(Complete())),
    "own label": (AUTHORIZED, did(Ship(tracking_number="own-1")), did(Track(code="in_transit"))),
    "label after the shipment": (
        AUTHORIZED,
        did(CreateLabel()),
        SHIPPED,
        lambda tale: tale.do(
            RecordLabel(parcel=tale.ret.parcels[-1].id, outcome="created", label_url="https://a.b"),
            after_s=HOUR,
        ),
    ),
    "two labels": (AUTHORIZED, lambda tale: labeled(tale, "failed"), labeled, labeled),
    "scanned at once": (AUTHORIZED, did(Track(code="in_transit")), received),
    "rejected": (did(Reject(reason="Worn.")),),
    "reviewed": (did(Annotate(in_review=True)), AUTHORIZED),
    "canceled on the way": (AUTHORIZED, labeled, did(Cancel(reason="Keeps it."))),
    "refund failed, then paid": (
        AUTHORIZED,
        received,
        judged,
        promised,
        lambda tale: tale.failed(3),
        lambda tale: tale.do(RetryRefund(leg=leg_of(tale)), after_s=HOUR),
        refunded,
    ),
    "reopened and sent again": (
        AUTHORIZED,
        labeled,
        received,
        judged,
        did(Reopen(reason="Another look.")),
        labeled,
        SHIPPED,
        received,
    ),
    "a late parcel": (
        AUTHORIZED,
        did(receive(a=1)),
        did(judge("a", 1, "accepted"), FinishReceipt(remaining="missing")),
        did(receive(a=1)),
    ),
    "kept by the customer": (AUTHORIZED, kept),
    "paid before it came": (AUTHORIZED, lambda tale: tale.settle_early(), refunded, SHIPPED),
}


def said(event: StoredEvent) -> dict[str, Any]:
    """Give an event's messages by word, the silent ones left out."""
    messages = {
        word: DIALECT.render(event, Wanted(word=word))
        for word in DIALECT.vocabulary.get(event.type, ())
    }
    return {word: json.loads(one.body) for word, one in messages.items() if one is not None}


@pytest.mark.parametrize("steps", WALKS.values(), ids=list(WALKS))
def test_a_change_of_status_is_said_exactly_when_there_is_one(steps: tuple[Step, ...]) -> None:
    tale = a_tale()
    for step in steps:
        step(tale)
    before = statuses.RETURN_REQUESTED
    for event in tale.events:
        after = statuses.status_of(samples.ret_of(event))
        messages = said(event)
        if event.type is not EventType.RETURN_REQUESTED:
            told = messages.get("ticket.updated", {}).get("data", {"changes": [], "status": after})
            assert ("status" in told["changes"]) == (before != after), event.type
            assert after == told["status"]
        assert ("ticket.closed" in messages) == (after in statuses.FINAL and before != after)
        before = after


def test_goods_that_need_not_come_are_as_good_as_received() -> None:
    tale = a_tale()
    for step in WALKS["kept by the customer"]:
        step(tale)

    assert said(tale.events[-1])["ticket.updated"]["data"]["status"] == "item_received"


def test_the_six_steps_are_told_in_the_documents_words() -> None:
    tale = a_tale()
    for step in WALKS["the six steps"]:
        step(tale)

    told = [
        (word, message["data"]["status"], message["data"].get("changes"))
        for event in tale.events
        for word, message in said(event).items()
    ]

    assert told == [
        ("ticket.created", "return_requested", None),
        ("ticket.updated", "approved", ["status"]),
        ("ticket.updated", "label_sent", ["status"]),
        ("ticket.updated", "item_received", ["status", "customFields.received_date"]),
        ("ticket.updated", "item_received", ["customFields.condition"]),
        ("ticket.updated", "item_received", ["customFields.refund_amount"]),
        ("ticket.updated", "refunded", ["status"]),
    ]


def test_messages_of_one_event_have_ids_of_their_own() -> None:
    messages = said(samples.event(EventType.RETURN_COMPLETED))

    assert list(messages) == ["ticket.updated", "ticket.closed"]
    assert len({message["id"] for message in messages.values()}) == 2


def test_a_ticket_that_had_waited_is_not_created_twice() -> None:
    event = samples.event(EventType.RETURN_REQUESTED)
    facts = TicketFacts(opened_at=samples.event(EventType.ORDER_DELIVERED).occurred_at)
    matched = samples.with_return(event, replace(samples.ret_of(event), ticket=facts))

    messages = said(matched)

    assert list(messages) == ["ticket.updated"]
    assert messages["ticket.updated"]["data"]["changes"] == ["customFields.order_id"]


def test_a_comment_for_agents_stays_inside() -> None:
    tale = a_tale().do(Comment(text="Known to us.", internal=True))

    assert said(tale.events[-1]) == {}


def test_who_wrote_is_said_in_the_sdks_words() -> None:
    for comment, word in (
        (Comment(text="Hello.", author="customer"), "CUSTOMER"),
        (Comment(text="Hello.", author="agent"), "AGENT"),
        (Comment(text="Hello.", author="system"), "SYSTEM"),
    ):
        tale = a_tale().do(comment)
        told = said(tale.events[-1])["comment.created"]["data"]["comment"]
        assert (told["authorType"], told["body"]) == (word, "Hello.")


def test_the_signature_is_keyed_by_the_secret_as_text() -> None:
    body = b'{"id":"evt_1"}'
    expected = hmac.new(b"whsec_c2VjcmV0", body, hashlib.sha256).hexdigest()

    assert DIALECT.sign is not None
    headers = DIALECT.sign([b"whsec_c2VjcmV0", b"whsec_b2xk"], body)

    assert headers == (("x-dispatch-signature", f"sha256={expected}"),)
    assert DIALECT.sign([], body) == ()


def test_an_erased_person_is_not_told() -> None:
    for event_type in DIALECT.vocabulary:
        text = json.dumps(said(samples.erased(samples.event(event_type))))
        for word in ("alex", "Alex", "glass"):
            assert word not in text, event_type


def test_aliases_stand_for_words_there_are() -> None:
    spoken = {word for words in DIALECT.vocabulary.values() for word in words}

    assert set(ALIASES.values()) <= spoken
    assert spoken.isdisjoint(ALIASES)


def test_every_status_is_in_the_list_of_statuses() -> None:
    keys = {status.key for status in statuses.STATUSES}
    waiting = {
        statuses.status_of_waiting(status, asks_return=asks)
        for status in TicketStatus
        for asks in (True, False)
    }

    assert waiting | statuses.FINAL <= keys
    assert {statuses.status_of(samples.ret_of(event)) for event in samples.walk()} <= keys


def test_a_ticket_is_spelled_in_both_ways_alike() -> None:
    event = samples.event(EventType.RETURN_ANNOTATED)
    tree = ticket_tree(known.told_ticket(event))

    snake = json.loads(written(tree, Spelling.SNAKE))
    camel = json.loads(written(tree, Spelling.CAMEL))

    assert list(snake.values()) == list(camel.values())
    assert {"subject", "custom_fields", "workspace_id", "customer_email"} <= set(snake)
    assert {"title", "customFields", "brandId", "customerEmail", "ticketNumber"} <= set(camel)
    assert b'"refund_amount":' in written(tree, Spelling.SNAKE)
    assert snake["custom_fields"]["order_id"] == "000100042"


def test_ids_of_ticket_and_return_tell_each_other() -> None:
    ret = samples.ret_of(samples.event(EventType.RETURN_REQUESTED)).id

    assert known.return_id(known.ticket_id(ret)) == ret
    assert known.ticket_id(ret) == "tkt_" + ret.removeprefix("ret_")
