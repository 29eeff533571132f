"""Conversations: listed by return or for the whole workspace, read, and kept in mind.

What is written is a command on a return (``comment``, ``record_mail``) or a change of a ticket;
whether somebody has read it, and whether it still needs an answer, is noted here and told nobody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.desk.execute import Asked, execute
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.dialects.notification import USE_CASE
from retour.dialects.view import View, instant
from retour.kernel.ids import is_id
from retour.lifecycle.bodies import Body
from retour.lifecycle.commands import Comment
from retour.lifecycle.photos.bodies import Photos
from retour.store.conversation import (
    KeptMessage,
    list_messages,
    mark_read,
    mark_unread,
    set_waiting,
    thread_message,
    thread_messages,
    thread_owner,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.lifecycle.model import Actor, Decision

_HIGHEST: Final = "msg_~"
"""Above every id: where a list starts."""
PORTAL: Final = "portal"
_ENCODE: Final = msgspec.json.Encoder()
_MISSING: Final = NotFound(what="message")
Which = Literal["messages", "messages_waiting", "messages_unread"]


class CustomerMessage(Body):
    """What a customer writes about a return."""

    text: Annotated[str, Meta(min_length=1, max_length=4000)]
    photos: Photos = ()


class MessageNoted(Body):
    """What is kept in mind about a message; what is left out stays.

    Args:
        read: Whether it has been read; true stands for all before it in its conversation too.
        needs_answer: Whether somebody still has to answer.
    """

    read: bool | None = None
    needs_answer: bool | None = None


async def listing(house: House, workspace_id: int, which: Which, page: Page) -> Outcome:
    """Give a page of messages, newest first."""
    async with house.database.transaction(workspace_id) as connection:
        found = await list_messages(
            connection, workspace_id, which, page.after or _HIGHEST, page.limit + 1
        )
    return paged(found, page, message_view, key=lambda message: message.id)


async def of_return(
    house: House, workspace_id: int, return_id: str, page: Page, *, is_customers: bool = False
) -> Outcome:
    """Give a page of a return's conversation, newest first.

    Args:
        is_customers: Whether the customer reads it: what is said inside the house is left out, and
            who of the house said what as well.
    """
    found = await _of(house, workspace_id, return_id, page, is_customers=is_customers)
    return NotFound(what="return") if found is None else found


async def of_ticket(house: House, workspace_id: int, ticket_id: str, page: Page) -> Outcome:
    """Give a page of the conversation of a ticket that has no return, newest first."""
    found = await _of(house, workspace_id, ticket_id, page, is_customers=False)
    return NotFound(what="ticket") if found is None else found


async def _of(
    house: House, workspace_id: int, about: str, page: Page, *, is_customers: bool
) -> Done | None:
    thread = about.partition("_")[2]
    place = (page.after or _HIGHEST, page.limit + 1)
    async with house.database.transaction(workspace_id) as connection:
        owner = await thread_owner(connection, workspace_id, thread)
        if owner is None or owner.about != about:
            return None
        found = await thread_messages(
            connection, workspace_id, thread, place, is_customers=is_customers
        )
    view = customers_view if is_customers else message_view
    return paged(found, page, view, key=lambda message: message.id)


async def look_up(house: House, workspace_id: int, message_id: str) -> Outcome:
    """Give one message, as those who work on returns see it."""
    if not is_id(message_id, "msg"):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        message = await thread_message(connection, workspace_id, message_id)
    if message is None:
        return _MISSING
    return Done(status=200, body=_ENCODE.encode(message_view(message)))


async def write_as_customer(
    house: House,
    workspace_id: int,
    return_id: str,
    given: CustomerMessage,
    *,
    actor: Actor,
    key: RequestKey | None = None,
) -> Outcome:
    """Write what a customer says through a page of the shop's; the answer is what they may see."""
    command = Comment(text=given.text, author="customer", photos=given.photos)

    def shown(decision: Decision) -> bytes:
        event = decision.events[-1]
        message_id = str(event.snapshot.details["message"])
        return _ENCODE.encode(
            {
                "id": message_id,
                "at": instant(event.at),
                "author": command.author,
                "subject": None,
                "text": given.text,
                "photos": list(given.photos),
            }
        )

    outcome = await execute(
        house,
        Asked(
            workspace_id=workspace_id,
            return_id=return_id,
            plan=(command,),
            actor=actor,
            source=PORTAL,
            show=shown,
            status=201,
            key=key,
        ),
    )
    # The version is the return's; a message has none.
    return replace(outcome, version=None) if isinstance(outcome, Done) else outcome


async def note(
    house: House, workspace_id: int, message_id: str, given: MessageNoted, actor: Actor
) -> Outcome:
    """Keep in mind that a message was read, or that it needs an answer."""
    if not is_id(message_id, "msg"):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        message = await thread_message(connection, workspace_id, message_id)
        if message is None:
            return _MISSING
        if given.read:
            await mark_read(connection, workspace_id, message, actor)
        elif given.read is False:
            await mark_unread(connection, workspace_id, message_id)
        if given.needs_answer is not None:
            await set_waiting(connection, workspace_id, message_id, needs_answer=given.needs_answer)
        noted = await thread_message(connection, workspace_id, message_id)
    assert noted is not None, "messages are never taken away"
    return Done(status=200, body=_ENCODE.encode(message_view(noted)))


def message_view(message: KeptMessage) -> View:
    """Show a message to those who work on returns."""
    details, read_by = message.details, message.read_by
    is_use_case = details.get("kind") == USE_CASE
    return {
        **customers_view(message),
        "return": message.return_id,
        "ticket": None if is_use_case else f"tkt_{message.thread}",
        "event": message.event_id,
        "author_id": details.get("author_id"),
        "internal": details.get("internal") is True,
        "way": message.way,
        "source": message.source,
        "sender": _said(message, "sender"),
        "sender_known": details.get("sender_known"),
        "automatic": details.get("automatic") is True,
        "bounce": details.get("bounce") is True,
        "left_out": [name for name in (_said(message, "left_out") or "").split(", ") if name],
        "use_case": details.get("use_case"),
        "needs_answer": message.needs_answer,
        "read_at": None if message.read_at is None else instant(message.read_at),
        "read_by": None if read_by is None else {"kind": read_by.kind.value, "id": read_by.id},
    }


def customers_view(message: KeptMessage) -> View:
    """Show a message to the customer: who spoke and what was said."""
    photos = message.details.get("photos")
    return {
        "id": message.id,
        "at": instant(message.at),
        "author": message.details.get("author"),
        "subject": _said(message, "subject"),
        "text": _said(message, ""),
        "photos": photos.split(",") if isinstance(photos, str) else [],
    }


def _said(message: KeptMessage, part: str) -> str | None:
    """Give what was written; nothing once erased."""
    if message.personal is None:
        return None
    return message.personal.messages.get(f"{message.id}/{part}" if part else message.id)
