"""Conversations and the mails that come into them. Typed callers of ``sql/conversation.sql``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from retour.lifecycle.model import Actor, Personal
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("conversation")
_ENCODE: Final = msgspec.json.Encoder()
_ACTOR: Final = msgspec.json.Decoder(Actor)
_PERSONAL: Final = msgspec.json.Decoder(Personal)
_DETAILS: Final = msgspec.json.Decoder(dict[str, str | int | bool | None])

MailStatus = Literal["threaded", "unmatched", "discarded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """A message as a conversation shows it; ``personal`` is None once erased."""

    id: str
    thread: str
    way: str
    needs_answer: bool
    read_at: datetime | None
    read_by: Actor | None
    event_id: str
    return_id: str | None
    stream: str
    at: datetime
    source: str
    actor: Actor
    details: dict[str, str | int | bool | None]
    personal: Personal | None


class MailFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a mail is, without a word of persons."""

    is_automatic: bool = False
    is_bounce: bool = False
    is_sender_known: bool = False
    photos: tuple[str, ...] = ()


class MailWords(msgspec.Struct, frozen=True, kw_only=True):
    """What persons wrote in a mail, and who they are."""

    mail_id: str | None = None
    sender: str = ""
    sender_name: str | None = None
    recipients: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    original: str = ""
    left_out: tuple[str, ...] = ()


_FACTS: Final = msgspec.json.Decoder(MailFacts)
_WORDS: Final = msgspec.json.Decoder(MailWords)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingMail:
    """A mail that came in, and what became of it; ``words`` is None once erased."""

    id: str
    digest: bytes
    status: MailStatus
    facts: MailFacts
    words: MailWords | None
    received_at: datetime | None = None  # None until it is written.
    why: str | None = None
    thread: str | None = None
    decided_at: datetime | None = None
    decided_by: Actor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What a conversation is about, by its id, and the digest of its customer's address."""

    about: str
    email_digest: bytes | None


async def list_messages(
    connection: Connection,
    workspace_id: int,
    which: Literal["messages", "messages_waiting", "messages_unread"],
    below: str,
    limit: int,
) -> list[KeptMessage]:
    """Give messages below an id, newest first."""
    rows = await connection.fetch(_SQL[which], workspace_id, below, limit)
    return [_message(row) for row in rows]


async def thread_messages(
    connection: Connection,
    workspace_id: int,
    thread: str,
    place: tuple[str, int],
    *,
    is_customers: bool,
) -> list[KeptMessage]:
    """Give messages of one conversation, newest first.

    Args:
        place: Below which id, and how many.
        is_customers: Whether a customer reads them: what is said inside the house is left out.
    """
    below, limit = place
    rows = await connection.fetch(
        _SQL["messages_of_thread"], workspace_id, below, limit, thread, is_customers
    )
    return [_message(row) for row in rows]


async def thread_message(
    connection: Connection, workspace_id: int, message_id: str
) -> KeptMessage | None:
    """Give one message."""
    row = await connection.fetchrow(_SQL["thread_message"], workspace_id, message_id)
    return None if row is None else _message(row)


async def messages_by_ids(
    connection: Connection, workspace_id: int, ids: Sequence[str]
) -> list[KeptMessage]:
    """Give some messages, in any order."""
    rows = await connection.fetch(_SQL["messages_by_ids"], workspace_id, list(ids))
    return [_message(row) for row in rows]


async def mark_read(
    connection: Connection, workspace_id: int, message: KeptMessage, by: Actor
) -> None:
    """Note who has read a message and all before it."""
    actor = _ENCODE.encode(by).decode()
    await connection.execute(_SQL["read_messages"], workspace_id, message.thread, message.id, actor)


async def mark_unread(connection: Connection, workspace_id: int, message_id: str) -> None:
    """Let a message be unread again."""
    await connection.execute(_SQL["unread_message"], workspace_id, message_id)


async def set_waiting(
    connection: Connection, workspace_id: int, message_id: str, *, needs_answer: bool
) -> None:
    """Say whether a message needs an answer."""
    await connection.execute(_SQL["set_waiting"], workspace_id, message_id, needs_answer)


async def thread_owner(connection: Connection, workspace_id: int, thread: str) -> Owner | None:
    """Give the return or the waiting ticket that a conversation is about."""
    row = await connection.fetchrow(
        _SQL["thread_owner"], workspace_id, f"ret_{thread}", f"tkt_{thread}"
    )
    return None if row is None else Owner(about=row["about"], email_digest=row["email_digest"])


async def add_incoming(connection: Connection, workspace_id: int, mail: IncomingMail) -> bool:
    """Keep a mail that came in; False where it is known already."""
    added = await connection.fetchval(
        _SQL["add_incoming"],
        workspace_id,
        mail.id,
        mail.digest,
        mail.status,
        mail.why,
        mail.thread,
        _ENCODE.encode(mail.facts).decode(),
        _ENCODE.encode(mail.words).decode(),
    )
    return added is not None


async def incoming_by_digest(
    connection: Connection, workspace_id: int, digest: bytes
) -> IncomingMail | None:
    """Give a mail that was taken before."""
    row = await connection.fetchrow(_SQL["incoming_by_digest"], workspace_id, digest)
    return None if row is None else _incoming(row)


async def one_incoming(
    connection: Connection, workspace_id: int, mail_id: str
) -> IncomingMail | None:
    """Give one mail that came in."""
    row = await connection.fetchrow(_SQL["incoming"], workspace_id, mail_id)
    return None if row is None else _incoming(row)


async def incoming_by_ids(
    connection: Connection, workspace_id: int, ids: Sequence[str]
) -> list[IncomingMail]:
    """Give some mails that came in, in any order."""
    rows = await connection.fetch(_SQL["incoming_by_ids"], workspace_id, list(ids))
    return [_incoming(row) for row in rows]


async def list_incoming(
    connection: Connection, workspace_id: int, status: str, below: str, limit: int
) -> list[IncomingMail]:
    """Give mails of a status below an id, newest first."""
    rows = await connection.fetch(_SQL["incoming_mails"], workspace_id, status, below, limit)
    return [_incoming(row) for row in rows]


async def decide_incoming(
    connection: Connection,
    workspace_id: int,
    mail_id: str,
    decided: tuple[MailStatus, str | None],
    by: Actor,
) -> bool:
    """Say what becomes of a mail that waits; False where somebody else has said so."""
    status, thread = decided
    actor = _ENCODE.encode(by).decode()
    done = await connection.fetchval(
        _SQL["decide_incoming"], workspace_id, mail_id, status, thread, actor
    )
    return done is not None


def _message(row: asyncpg.Record) -> KeptMessage:
    return KeptMessage(
        id=row["message_id"],
        thread=row["thread"],
        way=row["way"],
        needs_answer=row["needs_answer"],
        read_at=row["read_at"],
        read_by=None if row["read_by"] is None else _ACTOR.decode(row["read_by"]),
        event_id=row["event_id"],
        return_id=row["return_id"],
        stream=row["stream"],
        at=row["occurred_at"],
        source=row["source"],
        actor=_ACTOR.decode(row["actor"]),
        details=_DETAILS.decode(row["details"]),
        personal=None if row["personal"] is None else _PERSONAL.decode(row["personal"]),
    )


def _incoming(row: asyncpg.Record) -> IncomingMail:
    return IncomingMail(
        id=row["mail_id"],
        digest=row["digest"],
        received_at=row["received_at"],
        status=row["status"],
        why=row["why"],
        thread=row["thread"],
        facts=_FACTS.decode(row["facts"]),
        words=None if row["words"] is None else _WORDS.decode(row["words"]),
        decided_at=row["decided_at"],
        decided_by=None if row["decided_by"] is None else _ACTOR.decode(row["decided_by"]),
    )
