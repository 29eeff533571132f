"""Talk: what is noted and written about a return, or about a ticket that has none."""

from __future__ import annotations

import msgspec
import pytest

from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.commands import (
    Amend,
    Annotate,
    Birth,
    Cancel,
    Comment,
    LineAsked,
    Reject,
    Request,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.machine import ALWAYS
from retour.lifecycle.model import (
    Decision,
    EventType,
    Priority,
    ReturnStatus,
    TicketFacts,
    TicketStatus,
    TicketWords,
)
from retour.lifecycle.talk.conversing import (
    FIELDS_MAX,
    annotate_ticket,
    comment_ticket,
    end_ticket,
    open_ticket,
    ticket_words,
)
from tests.pure.test_lifecycle_rows import WAYS, completed
from tests.support.returns import NOON, Journey, check_decision


def journeys() -> list[Journey]:
    """Give a return in every status."""
    requested = Journey().requested()
    rejected = Journey().requested()
    rejected.do(Reject(reason="No"))
    canceled = Journey().requested()
    canceled.do(Cancel(reason="Kept"))
    return [requested, *(make() for make in WAYS.values()), completed(), rejected, canceled]


# ---------------------------------------------------------------- a return


def test_every_status_can_be_talked_about() -> None:
    found = journeys()

    for journey in found:
        before = journey.status
        said = journey.do(Annotate(priority=Priority.HIGH), Comment(text="Hello"))
        assert ["return.annotated", "message.created"] == said
        assert before is journey.status
    assert set(ReturnStatus) == {one.status for one in found}


def test_talk_is_never_offered() -> None:
    for journey in journeys():
        assert not journey.allowed & {verb.value for verb in ALWAYS}


def test_what_is_left_out_stays() -> None:
    journey = Journey().requested()
    journey.do(Annotate(subject="Too small", priority=Priority.HIGH, assignee="ada", tags=("a",)))
    journey.do(Annotate(tags=("b",), fields={"n": "1.50"}))
    journey.do(Annotate(assignee="", fields={"n": "null", "m": '"x"'}))

    facts, said = journey.ret.ticket, ticket_words(journey.state.words, journey.ret.id)
    assert facts is not None
    assert (Priority.HIGH, None, ("b",)) == (facts.priority, facts.assignee, facts.tags)
    assert ("Too small", {"m": '"x"'}) == (said.subject, said.fields)


def test_the_changes_are_named() -> None:
    journey = Journey().requested()
    note = Annotate(priority=Priority.NORMAL, subject="A", fields={"x": "1"}, in_review=True)

    decision = decide(journey.state, (note,), journey.context())

    assert isinstance(decision, Decision)
    assert {"changes": "in_review,subject,fields.x", "count": 3} == (
        decision.events[0].snapshot.details
    )


@pytest.mark.parametrize(
    "note",
    [
        Annotate(),
        Annotate(subject="A", priority=Priority.LOW, fields={"x": "1"}),
        Annotate(fields={"never there": "null"}, assignee=""),
    ],
)
def test_what_is_so_already_says_nothing(note: Annotate) -> None:
    journey = Journey().requested()
    journey.do(Annotate(subject="A", priority=Priority.LOW, fields={"x": "1"}))
    version = journey.ret.version

    assert [] == journey.do(note)
    assert version == journey.ret.version


def test_only_a_request_is_reviewed() -> None:
    assert "not_allowed_in_status" == Journey().authorized().code(Annotate(in_review=True))


def test_fields_have_an_end() -> None:
    journey = Journey().requested()
    for n in range(0, FIELDS_MAX, 100):
        journey.do(Annotate(fields={f"f{n + i}": "1" for i in range(100)}))

    refusal = journey.refused(Annotate(fields={"one more": "1"}))

    assert RefusalCode.TOO_MANY_FIELDS is refusal.code
    journey.do(Annotate(fields={"f1": "null", "one more": "1"}))


@pytest.mark.parametrize("text", ["", "gold", "{", '"a" "b"', "NaN", "01"])
def test_a_field_is_json(text: str) -> None:
    refusal = Journey().requested().refused(Annotate(fields={"a/b": text}))

    assert (RefusalCode.BAD_FIELD, "/fields/a~1b") == (refusal.code, refusal.pointer)
    assert refusal.is_malformed


def test_words_stand_in_the_personal_part_alone() -> None:
    journey = Journey().requested()
    note = Annotate(subject="My secret", body="My secret", email="s@example.test", name="Secret")
    message = Comment(text="My secret", author="customer")

    decision = decide(journey.state, (note, message), journey.context())

    assert isinstance(decision, Decision)
    for event in decision.events:
        assert b"ecret" not in msgspec.json.encode(event.snapshot)
        assert b"ecret" in msgspec.json.encode(event.personal)


def test_a_message_is_in_the_events_of_its_own_commit_only() -> None:
    journey = Journey().requested()
    first = decide(journey.state, (Comment(text="One"),), journey.context())
    assert isinstance(first, Decision)
    second = decide(first.state, (Comment(text="Two", internal=True),), journey.context())
    assert isinstance(second, Decision)

    event = second.events[0]
    assert {event.snapshot.details["message"]: "Two"} == event.personal.messages
    assert (True, "agent") == (
        event.snapshot.details["internal"],
        event.snapshot.details["author"],
    )
    assert second.state.ret is not None
    assert second.state.ret.ticket is not None
    assert 2 == second.state.ret.ticket.messages


def test_asking_for_other_lines_keeps_what_was_said() -> None:
    journey = Journey().requested(a=1)
    journey.do(Annotate(subject="Too small"))

    journey.do(Amend(lines=(LineAsked(line="b", quantity=1, comment="This one"),)))

    assert "Too small" == ticket_words(journey.state.words, journey.ret.id).subject
    assert 2 == len(journey.state.words)


def test_a_return_is_born_as_what_it_was() -> None:
    journey = Journey()
    birth = Birth(
        return_id="ret_" + "0" * 26,
        facts=TicketFacts(priority=Priority.URGENT, opened_at=NOON),
        words=TicketWords(subject="Before"),
    )
    plan = (Request(order_number="1001", lines=(LineAsked(line="a", quantity=1),)),)
    context = msgspec.structs.replace(journey.context(plan=plan), birth=birth)

    decision = decide(journey.state, plan, context)

    assert isinstance(decision, Decision)
    check_decision(journey.state, decision)
    ret = decision.state.ret
    assert ret is not None
    assert (birth.return_id, birth.facts) == (ret.id, ret.ticket)
    assert "Before" == ticket_words(decision.state.words, ret.id).subject


# ---------------------------------------------------------------- a ticket without a return


def test_a_ticket_waits_is_noted_written_in_and_ends() -> None:
    context = Journey().context()
    opened = open_ticket(7, Birth(words=TicketWords(subject="A")), context, asks_return=True)
    noted = annotate_ticket(opened.ticket, opened.words, Annotate(subject="B"), context)
    assert not isinstance(noted, Refusal)
    written = comment_ticket(noted.ticket, noted.words, Comment(text="Hello"), context)
    ended = end_ticket(written.ticket, written.words, TicketStatus.CANCELED, context)
    assert not isinstance(ended, Refusal)

    events = [said.events[0] for said in (opened, noted, written, ended)]
    assert [
        EventType.TICKET_OPENED,
        EventType.TICKET_ANNOTATED,
        EventType.MESSAGE_CREATED,
        EventType.TICKET_ANNOTATED,
    ] == [event.type for event in events]
    assert [1, 2, 3, 4] == [said.ticket.version for said in (opened, noted, written, ended)]
    assert ["Hello"] == list(events[2].personal.messages.values())
    assert all(event.snapshot.order is None for event in events)
    assert (7, TicketStatus.CANCELED) == (ended.ticket.number, ended.ticket.status)


def test_an_end_is_final_and_said_once() -> None:
    context = Journey().context()
    opened = open_ticket(7, Birth(), context, asks_return=False)
    ended = end_ticket(opened.ticket, opened.words, TicketStatus.CLOSED, context)
    assert not isinstance(ended, Refusal)

    again = end_ticket(ended.ticket, ended.words, TicketStatus.CLOSED, context)
    other = end_ticket(ended.ticket, ended.words, TicketStatus.REJECTED, context)

    assert not isinstance(again, Refusal)
    assert () == again.events
    assert isinstance(other, Refusal)
