"""Mails that wait for a person: listed, read whole, matched to a return, or put aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.execute import Asked, execute
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.pages import Page, paged
from retour.dialects.view import View, instant
from retour.kernel.ids import is_id
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.talk.bodies import RecordMail
from retour.store.conversation import (
    IncomingMail,
    MailFacts,
    MailStatus,
    MailWords,
    decide_incoming,
    list_incoming,
    one_incoming,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.lifecycle.model import Actor
    from retour.store.database import Connection

_HIGHEST: Final = "iml_~"
"""Above every id: where a list starts."""
_ENCODE: Final = msgspec.json.Encoder()
_MISSING: Final = NotFound(what="mail")
_SOURCE: Final = "mail"


class MatchMail(Body):
    """Name the return that a mail is about."""

    return_id: Word = msgspec.field(name="return")


class _Decided(Exception):
    """Somebody else has decided meanwhile."""


async def listing(house: House, workspace_id: int, status: str, page: Page) -> Outcome:
    """Give a page of mails, newest first."""
    below = page.after or _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        found = await list_incoming(connection, workspace_id, status, below, page.limit + 1)
    return paged(found, page, mail_view, key=lambda one: one.id)


async def look_up(house: House, workspace_id: int, mail_id: str) -> Outcome:
    """Give a mail with all it said."""
    mail = await _one(house, workspace_id, mail_id)
    return _MISSING if mail is None else _shown(mail)


async def match(
    house: House,
    workspace_id: int,
    mail_id: str,
    given: MatchMail,
    *,
    actor: Actor,
    key: RequestKey | None = None,
) -> Outcome:
    """Let a mail into the conversation of a return, as if it had named it.

    Raises:
        InvalidRequest: There is no such return.
    """
    mail = await _one(house, workspace_id, mail_id)
    if mail is None:
        return _MISSING
    if mail.status != "unmatched" or mail.words is None:
        return _decided(mail)
    return_id = given.return_id

    async def decide(connection: Connection) -> None:
        decided: tuple[MailStatus, str] = ("threaded", return_id.partition("_")[2])
        if not await decide_incoming(connection, workspace_id, mail_id, decided, actor):
            raise _Decided

    try:
        outcome = await execute(
            house,
            Asked(
                workspace_id=workspace_id,
                return_id=return_id,
                plan=(record_of(mail.words, mail.facts),),
                actor=actor,
                source=_SOURCE,
                key=key,
                first=decide,
            ),
        )
    except _Decided:
        return _decided(mail)
    if isinstance(outcome, NotFound):
        detail = f"There is no return {return_id!r}. Name one of this workspace."
        raise InvalidRequest(FieldError(pointer="/return", code="unknown_return", detail=detail))
    return outcome


async def discard(house: House, workspace_id: int, mail_id: str, actor: Actor) -> Outcome:
    """Put a mail aside; it stays readable."""
    mail = await _one(house, workspace_id, mail_id)
    if mail is None:
        return _MISSING
    if mail.status == "discarded":
        return _shown(mail)
    async with house.database.transaction(workspace_id) as connection:
        done = await decide_incoming(connection, workspace_id, mail_id, ("discarded", None), actor)
    if not done:
        return _decided(mail)
    after = await _one(house, workspace_id, mail_id)
    assert after is not None, "mails are never taken away"
    return _shown(after)


def record_of(words: MailWords, facts: MailFacts) -> RecordMail:
    """Give the command that lets a mail into a return's conversation."""
    return RecordMail(
        text=words.text,
        subject=words.subject or None,
        mail_id=words.mail_id,
        sender=words.sender or None,
        is_sender_known=facts.is_sender_known,
        is_automatic=facts.is_automatic,
        is_bounce=facts.is_bounce,
        photos=facts.photos,
        left_out=words.left_out,
    )


def mail_view(mail: IncomingMail) -> View:
    """Show a mail in a list: what it says anew, and what became of it."""
    words, by = mail.words, mail.decided_by
    return {
        "id": mail.id,
        "status": mail.status,
        "why": mail.why,
        "ticket": None if mail.thread is None else f"tkt_{mail.thread}",
        "sender": None if words is None else words.sender,
        "sender_name": None if words is None else words.sender_name,
        "subject": None if words is None else words.subject,
        "text": None if words is None else words.text,
        "automatic": mail.facts.is_automatic,
        "bounce": mail.facts.is_bounce,
        "sender_known": mail.facts.is_sender_known,
        "photos": list(mail.facts.photos),
        "left_out": [] if words is None else list(words.left_out),
        "received_at": None if mail.received_at is None else instant(mail.received_at),
        "decided_at": None if mail.decided_at is None else instant(mail.decided_at),
        "decided_by": None if by is None else {"kind": by.kind.value, "id": by.id},
    }


def _shown(mail: IncomingMail) -> Done:
    words = mail.words
    whole: View = {
        **mail_view(mail),
        "recipients": [] if words is None else list(words.recipients),
        "original": None if words is None else words.original,
    }
    return Done(status=200, body=_ENCODE.encode(whole))


async def _one(house: House, workspace_id: int, mail_id: str) -> IncomingMail | None:
    if not is_id(mail_id, "iml"):
        return None
    async with house.database.transaction(workspace_id) as connection:
        return await one_incoming(connection, workspace_id, mail_id)


def _decided(mail: IncomingMail) -> Refused:
    detail = f"This mail is {mail.status} already. Read it to see what became of it."
    return Refused(refusal=refuse(RefusalCode.NOT_ALLOWED_IN_STATUS, detail))
