"""Talk about a return: annotate, comment; and the same for a ticket that has none.

Nothing here moves a status of a return or touches goods or money, so all of it is possible in every
status.  What persons say goes into the personal part of its event, never into the facts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from retour.kernel.ids import Mint
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import Annotate, Birth, Comment, Context
from retour.lifecycle.fold import Details, Fold
from retour.lifecycle.model import (
    Customer,
    Event,
    EventType,
    LineWords,
    Personal,
    Snapshot,
    Ticket,
    TicketFacts,
    TicketStatus,
    TicketWords,
)
from retour.lifecycle.photos.photo import PhotoAbout
from retour.lifecycle.photos.picturing import Shown, add
from retour.lifecycle.requests.requesting import about
from retour.lifecycle.talk.bodies import MessageWay, RecordMail

NAMED_MAX: Final = 20
"""Changes an event names one by one; more are not worth a reader's time."""
FIELDS_MAX: Final = 200
"""Free fields of one ticket: every message about it carries them."""
_NULL: Final = "null"
_JSON: Final = msgspec.json.Decoder(float_hook=str)  # Numbers may be bigger than any float.
_FACTS: Final = ("priority", "assignee", "tags", "in_review", "is_spam")
_WORDS: Final = ("subject", "body", "email", "name")


class Noted(NamedTuple):
    """What is noted about a ticket, and what of it has just changed."""

    facts: TicketFacts
    words: TicketWords
    changes: tuple[str, ...]


def noted(
    facts: TicketFacts, words: TicketWords, command: Annotate, at: datetime
) -> Noted | Refusal:
    """Merge what is to be noted into what is; what is so already is no change."""
    asked = {name: getattr(command, name) for name in (*_FACTS, *_WORDS)}
    given = {
        name: None if value == "" else value for name, value in asked.items() if value is not None
    }
    now = {name: getattr(facts if name in _FACTS else words, name) for name in given}
    changed = [name for name in given if given[name] != now[name]]
    for name, text in command.fields.items():
        if not _is_json(text):
            return _bad_field(name, text)
    fields = {**words.fields, **command.fields}
    fields = {name: text for name, text in fields.items() if text != _NULL}
    if len(fields) > FIELDS_MAX:
        return refuse(
            RefusalCode.TOO_MANY_FIELDS,
            f"A ticket keeps at most {FIELDS_MAX} fields of your own. Take some away first, by"
            " null.",
            "/fields",
        )
    moved = [name for name in command.fields if fields.get(name) != words.fields.get(name)]
    if not changed and not moved:
        return Noted(facts, words, ())
    new_facts = {name: given[name] for name in changed if name in _FACTS}
    new_words = {name: given[name] for name in changed if name in _WORDS}
    return Noted(
        replace(facts, touched_at=at, **new_facts),
        replace(words, fields=fields, **new_words),
        (*changed, *(f"fields.{name}" for name in moved)),
    )


def _is_json(text: str) -> bool:
    try:
        _JSON.decode(text)
    except msgspec.DecodeError:
        return False
    return True


def _bad_field(name: str, text: str) -> Refusal:
    pointer = name.replace("~", "~0").replace("/", "~1")
    return refuse(
        RefusalCode.BAD_FIELD,
        f"{text[:40]!r} is no JSON. Give each field as JSON text: texts in double quotes.",
        f"/fields/{pointer}",
    )


# ---------------------------------------------------------------- a return


def annotate(fold: Fold, command: Annotate) -> Refusal | None:
    """Note something about the return; what changes nothing says nothing."""
    ret = fold.ret
    if command.in_review and ret.status is not ReturnStatus.REQUESTED:
        return refuse(
            RefusalCode.NOT_ALLOWED_IN_STATUS,
            f"The return is {ret.status}; only a request is reviewed. Leave in_review out.",
            "/in_review",
        )
    now = noted(ret.ticket or TicketFacts(), ticket_words(fold.words, ret.id), command, fold.at)
    if isinstance(now, Refusal):
        return now
    if now.changes:
        fold.change(ticket=now.facts)
        others = {key: said for key, said in fold.words.items() if key != ret.id}
        fold.write(others | about(ret.id, now.words))
        fold.say(EventType.RETURN_ANNOTATED, _changes(now.changes))
    return None


def comment(fold: Fold, command: Comment) -> Refusal | None:
    """Write a message into the return's conversation."""
    message = fold.mint("msg")
    refusal = add(fold, command.photos, Shown(PhotoAbout.MESSAGE, message), pointer="/photos")
    if refusal is not None:
        return refusal
    fold.change(ticket=_one_more(fold.ret.ticket or TicketFacts(), fold.at))
    fold.utter(message, command.text)
    fold.say(EventType.MESSAGE_CREATED, _message(message, command))
    return None


def hear(fold: Fold, command: RecordMail) -> Refusal | None:
    """Take a mail into the return's conversation."""
    message = fold.mint("msg")
    refusal = add(fold, command.photos, Shown(PhotoAbout.MESSAGE, message), pointer="/photos")
    if refusal is not None:
        return refusal
    ret = fold.ret
    fold.change(ticket=_one_more(ret.ticket or TicketFacts(), fold.at))
    if command.mail_id is not None and not command.is_bounce:
        words = replace(ticket_words(fold.words, ret.id), last_mail=command.mail_id)
        fold.write(fold.words | about(ret.id, words))
    for name, text in _mail_words(message, command).items():
        fold.utter(name, text)
    fold.say(EventType.MESSAGE_CREATED, _mail(message, command))
    return None


def ticket_words(words: dict[str, LineWords], about_id: str) -> TicketWords:
    """Give what was said about a return or ticket as a whole; nothing once erased."""
    said = words.get(about_id)
    return TicketWords() if said is None or said.ticket is None else said.ticket


def _changes(changes: tuple[str, ...]) -> Details:
    return {"changes": ",".join(changes[:NAMED_MAX]), "count": len(changes)}


def _message(message: str, command: Comment) -> Details:
    return {
        "message": message,
        "author": command.author,
        "author_id": command.author_id,
        "internal": command.internal,
        "way": way_of(command.author, is_internal=command.internal).value,
        **_photos(command.photos),
    }


def way_of(author: str, *, is_internal: bool) -> MessageWay:
    """Say which way a message goes; what our programs write is for those inside."""
    if is_internal or author == "system":
        return MessageWay.INSIDE
    return MessageWay.IN if author == "customer" else MessageWay.OUT


def _mail(message: str, command: RecordMail) -> Details:
    """Say what a mail is; a bounce is a word of the post, which the customer never wrote."""
    is_bounce = command.is_bounce
    return {
        "message": message,
        "author": "system" if is_bounce else "customer",
        "author_id": None,
        "internal": is_bounce,
        "way": (MessageWay.INSIDE if is_bounce else MessageWay.IN).value,
        "sender_known": command.is_sender_known,
        "automatic": command.is_automatic,
        "bounce": is_bounce,
        "left_out": len(command.left_out),
        **_photos(command.photos),
    }


def _mail_words(message: str, command: RecordMail) -> dict[str, str]:
    said = {
        message: command.text,
        f"{message}/subject": command.subject,
        f"{message}/sender": command.sender,
        f"{message}/left_out": ", ".join(command.left_out),
    }
    return {name: text for name, text in said.items() if text is not None and text != ""} | {
        message: command.text
    }


def _photos(ids: tuple[str, ...]) -> Details:
    return {"photos": ",".join(ids)} if ids else {}


def _one_more(facts: TicketFacts, at: datetime) -> TicketFacts:
    return replace(facts, messages=facts.messages + 1, touched_at=at)


# ---------------------------------------------------------------- a ticket without a return


class Said(NamedTuple):
    """A ticket after somebody spoke, with what was said of it; the same one where nothing was."""

    ticket: Ticket
    words: TicketWords
    events: tuple[Event, ...]

    @property
    def kept_words(self) -> dict[str, LineWords]:
        """What was said, as it is kept."""
        return about(self.ticket.id, self.words)


def open_ticket(number: int, birth: Birth, context: Context, *, asks_return: bool) -> Said:
    """Let a conversation begin whose order is not known."""
    ticket = Ticket(
        id=Mint(context.at, context.entropy)("tkt"),
        number=number,
        status=TicketStatus.OPEN,
        created_at=context.at,
        facts=birth.facts,
        asks_return=asks_return,
        version=1,
    )
    return _said(ticket, birth.words, context, _Fact(EventType.TICKET_OPENED, {}, {}))


def annotate_ticket(
    ticket: Ticket, words: TicketWords, command: Annotate, context: Context
) -> Said | Refusal:
    """Note something about a ticket; what changes nothing says nothing."""
    now = noted(ticket.facts, words, command, context.at)
    if isinstance(now, Refusal):
        return now
    if not now.changes:
        return Said(ticket, words, ())
    after = replace(ticket, facts=now.facts, version=ticket.version + 1)
    return _said(after, now.words, context, _changed(now.changes))


def comment_ticket(ticket: Ticket, words: TicketWords, command: Comment, context: Context) -> Said:
    """Write a message into a ticket's conversation."""
    message = Mint(context.at, context.entropy)("msg")
    facts = _one_more(ticket.facts, context.at)
    after = replace(ticket, facts=facts, version=ticket.version + 1)
    said = {message: command.text}
    fact = _Fact(EventType.MESSAGE_CREATED, _message(message, command), said)
    return _said(after, words, context, fact)


def end_ticket(
    ticket: Ticket, words: TicketWords, status: TicketStatus, context: Context
) -> Said | Refusal:
    """End a ticket's wait without a return; the same end again says nothing."""
    assert status not in {TicketStatus.OPEN, TicketStatus.MATCHED}, "an end is none of these"
    if ticket.status is status:
        return Said(ticket, words, ())
    if ticket.status is not TicketStatus.OPEN:
        return refuse(
            RefusalCode.NOT_ALLOWED_IN_STATUS,
            f"The ticket is {ticket.status}, which is final. Open a new one.",
        )
    facts = replace(ticket.facts, touched_at=context.at)
    after = replace(ticket, status=status, facts=facts, version=ticket.version + 1)
    return _said(after, words, context, _changed(("status",)))


class _Fact(NamedTuple):
    """What is to be said of a ticket."""

    type: EventType
    details: Details
    messages: dict[str, str]


def _changed(changes: tuple[str, ...]) -> _Fact:
    return _Fact(EventType.TICKET_ANNOTATED, _changes(changes), {})


def _said(ticket: Ticket, words: TicketWords, context: Context, fact: _Fact) -> Said:
    event = Event(
        type=fact.type,
        at=context.at,
        actor=context.actor,
        source=context.source,
        snapshot=Snapshot(ticket=ticket, details=fact.details),
        personal=Personal(
            customer=Customer(email=words.email or "", name=words.name),
            words=about(ticket.id, words),
            messages=fact.messages,
        ),
    )
    return Said(ticket, words, (event,))
