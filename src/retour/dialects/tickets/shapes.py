"""The declared shape of what tickets' webhooks say: one envelope, four kinds of data."""

from __future__ import annotations

from typing import Final

from retour.dialects.shapes import Instant, Integer, ListOf, Shape, Text, Tree, or_null
from retour.dialects.tickets.view import AUTHOR_WORDS
from retour.lifecycle.model import Priority

_TEXT: Final = Text()
_MAYBE: Final = Text(nullable=True)
_HEAD: Final[dict[str, Shape]] = {
    "id": _TEXT,
    "ticketNumber": Integer(minimum=1),
    "title": _TEXT,
    "status": _TEXT,
    "priority": Text(words=tuple(Priority)),
}
_CUSTOMER: Final[dict[str, Shape]] = {
    "customerId": _MAYBE,
    "customerEmail": _MAYBE,
    "customerName": _MAYBE,
}
_CREATED: Final = Tree(
    name="createdTicket",
    fields={**_HEAD, "source": _TEXT, "createdAt": Instant(), **_CUSTOMER},
)
_UPDATED: Final = Tree(
    name="updatedTicket",
    fields={
        **_HEAD,
        "assigneeId": _MAYBE,
        "updatedAt": Instant(),
        "changes": ListOf(item=_TEXT, about="What changed; read the ticket for the values."),
        **_CUSTOMER,
    },
)
_COMMENT: Final = Tree(
    name="comment",
    fields={
        "id": _TEXT,
        "body": _TEXT,
        "authorId": or_null(_TEXT),
        "authorType": Text(words=tuple(AUTHOR_WORDS.values())),
        "createdAt": Instant(),
    },
)
_COMMENTED: Final = Tree(
    name="commentedTicket",
    fields={"ticketId": _TEXT, "ticketNumber": _TEXT, "comment": _COMMENT},
)
_DATA: Final = {"ticket.created": _CREATED, "comment.created": _COMMENTED}


def envelope(word: str) -> Tree:
    """Say what the message of a word looks like."""
    return Tree(
        name=word,
        fields={
            "id": _TEXT,
            "event": Text(words=(word,)),
            "brand_id": _TEXT,
            "data": _DATA.get(word, _UPDATED),
            "timestamp": Instant(),
        },
    )
