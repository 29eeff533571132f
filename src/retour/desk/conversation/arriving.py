"""Mails that come in: read by a child, threaded by the address they answer to, never lost.

A mail is taken once, however often it is handed over.  What names no conversation of ours waits for
a person (``unmatched``); what a program wrote and names none is put aside.  Nothing here ever sends
a mail, so whatever comes in, no loop can begin.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from retour.desk import photos, tickets
from retour.desk.conversation.unmatched import mail_view, record_of
from retour.desk.execute import Asked, RequestKey, execute
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.tickets.shown import Asker
from retour.gateways.incoming import Incoming, MailError
from retour.gateways.photos import PhotoError
from retour.kernel.ids import Mint, is_id
from retour.kernel.problems import FieldError, InvalidRequest, Transient
from retour.lifecycle.commands import Comment
from retour.lifecycle.model import Actor, ActorKind
from retour.lifecycle.talk.bodies import MAIL_TEXT_MAX
from retour.store.conversation import (
    IncomingMail,
    MailFacts,
    MailWords,
    Owner,
    add_incoming,
    incoming_by_digest,
    thread_owner,
)
from retour.store.photos import claim_photos, moment
from retour.store.replies import claims_reply, read_reply

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.conversation import MailStatus
    from retour.store.database import Connection
    from retour.store.replies import Thread

SOURCE: Final = "mail"
_CUSTOMER: Final = Actor(kind=ActorKind.CUSTOMER)
_POST: Final = Actor(kind=ActorKind.SYSTEM)
_KEY: Final = "mail"
"""Owner of the idempotency keys under which mails go into tickets; no API key has this id."""
_ENCODE: Final = msgspec.json.Encoder()
_NOBODY: Final = NotFound(what="conversation")


class TryAgain(Transient):
    """A child was lost for no fault of the mail."""


class _Known(Exception):
    """Somebody else has taken the same mail meanwhile."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A mail with what is kept of it, on its way into a conversation."""

    workspace_id: int
    kept: IncomingMail
    thread: Thread | None
    owner: Owner | None
    spare: tuple[str, ...] = ()  # Photos that the conversation has no room for.

    @property
    def words(self) -> MailWords:
        """What persons wrote."""
        assert self.kept.words is not None, "nothing is erased before it is kept"
        return self.kept.words


async def take_mail(house: House, raw: bytes, workspace_id: int | None) -> Outcome:
    """Take a mail in, whole as it came.

    Args:
        workspace_id: Where it waits if it names no conversation; None where nobody would look.

    Raises:
        InvalidRequest: It cannot be read.
        TryAgain: It could not be read this time.
    """
    read = await house.mails.read(raw)
    if isinstance(read, MailError):
        if read.code == "try_again":
            raise TryAgain(read.words)
        raise InvalidRequest(FieldError(pointer="", code=read.code, detail=read.words))
    thread = read_reply(house.vault, read.recipients)
    home = workspace_id if thread is None else thread.workspace_id
    if home is None:
        return _NOBODY
    digest = house.vault.mark("mail", f"{home}\n{_name(read, raw)}")
    async with house.database.transaction(home) as connection:
        known = await incoming_by_digest(connection, home, digest)
        owner = None if thread is None else await thread_owner(connection, home, thread.id)
    if known is not None:
        return _answer(known, replayed=True)
    kept = await _kept(house, home, read, owner, digest)
    taken = _Taken(workspace_id=home, kept=kept, thread=thread, owner=owner)
    try:
        return await _threaded(house, taken, claims_reply(read.recipients))
    except _Known:
        async with house.database.transaction(home) as connection:
            known = await incoming_by_digest(connection, home, digest)
        assert known is not None, "whoever was faster has written it"
        return _answer(known, replayed=True)


def _name(read: Incoming, raw: bytes) -> str:
    """Name a mail: by its Message-ID and who sent it, or by all its bytes where it has none."""
    if read.mail_id is None:
        return hashlib.sha256(raw).hexdigest()
    return f"{read.mail_id}\n{read.sender}"


async def _kept(
    house: House, workspace_id: int, read: Incoming, owner: Owner | None, digest: bytes
) -> IncomingMail:
    """Work out what is kept of a mail; its pictures are made into photos on the way."""
    ids, left_out = await _photos(house, workspace_id, read)
    is_known = (
        owner is not None
        and owner.email_digest is not None
        and owner.email_digest == house.vault.digest(workspace_id, read.sender)
    )
    async with house.database.transaction(workspace_id) as connection:
        now = await moment(connection)
    return IncomingMail(
        id=Mint(now, os.urandom(16))("iml"),
        digest=digest,
        status="unmatched",
        facts=MailFacts(
            is_automatic=read.is_automatic,
            is_bounce=read.is_bounce,
            is_sender_known=is_known,
            photos=ids,
        ),
        words=MailWords(
            mail_id=read.mail_id,
            sender=read.sender,
            sender_name=read.sender_name,
            recipients=read.recipients,
            subject=read.subject,
            text=read.text[:MAIL_TEXT_MAX],
            original=read.original,
            left_out=left_out,
        ),
    )


async def _photos(
    house: House, workspace_id: int, read: Incoming
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Take in the pictures of a mail; names what is left out."""
    ids: list[str] = []
    left_out: list[str] = []
    for one in read.attached:
        made = (
            PhotoError("wrong_type") if one.data is None else await photos.remake(house, one.data)
        )
        if isinstance(made, PhotoError) or one.data is None:
            left_out.append(one.name[:255].replace(",", " "))
            continue
        async with house.database.transaction(workspace_id) as connection:
            taken = await photos.store(connection, workspace_id, one.data, made, _CUSTOMER)
        if taken.photo.id not in ids:
            ids.append(taken.photo.id)
    return tuple(ids), tuple(left_out[:20])


async def _threaded(house: House, taken: _Taken, claims: bool) -> Outcome:  # noqa: FBT001 - one fact of the mail
    """Let a mail into its conversation, or let it wait."""
    owner = taken.owner
    if owner is not None and is_id(owner.about, "ret"):
        outcome = await _into_return(house, taken, owner.about)
        if isinstance(outcome, Refused):  # More photos than a return keeps, say: never the words.
            outcome = await _into_return(house, _without_photos(taken), owner.about)
        if not isinstance(outcome, Refused):
            return outcome
    elif owner is not None:
        outcome = await _into_ticket(house, taken, owner.about)
        if not isinstance(outcome, Refused):
            return outcome
    return await _waiting(house, taken, claims)


def _without_photos(taken: _Taken) -> _Taken:
    """Let the words in alone; the photos stay with the mail."""
    facts = taken.kept.facts
    words = replace(taken.words, left_out=(*taken.words.left_out, *facts.photos)[:20])
    kept = dataclasses.replace(taken.kept, facts=replace(facts, photos=()), words=words)
    return dataclasses.replace(taken, kept=kept, spare=facts.photos)


def _ended(taken: _Taken, status: MailStatus, why: str | None = None) -> IncomingMail:
    thread = taken.thread.id if taken.thread is not None and status == "threaded" else None
    return dataclasses.replace(taken.kept, status=status, why=why, thread=thread)


async def _into_return(house: House, taken: _Taken, return_id: str) -> Outcome:
    mail = _ended(taken, "threaded")

    async def keep(connection: Connection) -> None:
        if not await add_incoming(connection, taken.workspace_id, mail):
            raise _Known
        if taken.spare:
            await claim_photos(connection, taken.workspace_id, taken.spare, mail.id)

    return await execute(
        house,
        Asked(
            workspace_id=taken.workspace_id,
            return_id=return_id,
            plan=(record_of(taken.words, mail.facts),),
            actor=_POST if mail.facts.is_bounce else _CUSTOMER,
            source=SOURCE,
            first=keep,
            show=lambda _: _ENCODE.encode(mail_view(mail)),
        ),
    )


async def _into_ticket(house: House, taken: _Taken, ticket_id: str) -> Outcome:
    """Write into a ticket that has no return; its key keeps a repetition from writing twice."""
    mail = _ended(taken, "threaded")
    facts, body = mail.facts, _ENCODE.encode(mail_view(mail))
    author = "system" if facts.is_bounce else "customer"
    key = RequestKey(key_id=_KEY, key=mail.digest.hex(), digest=mail.digest)
    asker = Asker(
        workspace_id=taken.workspace_id,
        actor=_POST if facts.is_bounce else _CUSTOMER,
        source=SOURCE,
        show=lambda _: body,
        key=key,
    )
    comment = Comment(text=taken.words.text, author=author, internal=facts.is_bounce)
    outcome = await tickets.comment(house, ticket_id, comment, asker, lambda _: body)
    if isinstance(outcome, Done):
        async with house.database.transaction(taken.workspace_id) as connection:
            if not await add_incoming(connection, taken.workspace_id, mail):
                raise _Known
            if facts.photos:
                await claim_photos(connection, taken.workspace_id, facts.photos, ticket_id)
        return Done(status=200, body=body)
    return outcome


async def _waiting(house: House, taken: _Taken, claims: bool) -> Outcome:  # noqa: FBT001 - as above
    """Keep a mail that names no conversation: for a person, unless a program wrote it."""
    facts = taken.kept.facts
    is_noise = facts.is_automatic and not facts.is_bounce
    why = "not_ours" if taken.thread is None and claims else "no_conversation"
    mail = _ended(taken, "discarded" if is_noise else "unmatched", why)
    async with house.database.transaction(taken.workspace_id) as connection:
        if not await add_incoming(connection, taken.workspace_id, mail):
            raise _Known
        if facts.photos:
            await claim_photos(connection, taken.workspace_id, facts.photos, mail.id)
    return _answer(mail)


def _answer(mail: IncomingMail, *, replayed: bool = False) -> Done:
    return Done(status=200, body=_ENCODE.encode(mail_view(mail)), replayed=replayed)
