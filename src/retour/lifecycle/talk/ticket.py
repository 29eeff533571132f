"""A return's other face: the conversation it is, or a conversation that no return has come of yet.

Every return is a ticket; its id is the return's with another prefix.  What a ticket has beyond the
return stands here: facts that stay, and the words of persons, kept apart so that they can be
erased.  Pure data: no rule lives here.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import field

from retour.kernel.value import Value
from retour.lifecycle.words import Priority, TicketStatus


class TicketFacts(Value):
    """What is noted about a ticket beside its return; nothing of it is about a person."""

    priority: Priority = Priority.NORMAL
    assignee: str | None = None
    tags: tuple[str, ...] = ()
    source: str = "api"  # Where the conversation began: api, web, email …
    messages: int = 0  # How many have been written.
    in_review: bool = False  # An agent looks at the request.
    is_spam: bool = False
    opened_at: datetime | None = None  # When it began, where that was before the return.
    touched_at: datetime | None = None  # When somebody last noted or wrote something.


class TicketWords(Value):
    """What persons said when they opened a ticket, and the merchant's free fields.

    ``fields`` holds each value as the JSON text that was given, so that no digit is lost.
    """

    subject: str | None = None
    body: str | None = None
    email: str | None = None
    name: str | None = None
    last_mail: str | None = None  # Message-ID of the last mail that came; answers refer to it.
    fields: dict[str, str] = field(default_factory=dict)


class Ticket(Value):
    """A conversation whose order is not known: it waits until it is matched or closed.

    ``version`` counts commits, like a return's.  ``number`` becomes the return's own.
    """

    id: str
    number: int
    status: TicketStatus
    created_at: datetime
    facts: TicketFacts = TicketFacts()
    asks_return: bool = True  # False for a question that asks nothing back.
    version: int = 0
