"""Search, queues of what waits for a person, who sees to a return, and views that are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk import queues, saved_views, searching
from retour.desk.agents.holding import DECISIONS
from retour.desk.queues import QUEUES, Place
from retour.desk.saved_views import SavedViewNew
from retour.desk.searching.asked import (
    OWN,
    QUERY_MAX,
    SNOOZED,
    TOKENS,
    read_chosen,
    read_query,
)
from retour.dialects.shapes import Boolean, Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.lifecycle.bodies import Body
from retour.lifecycle.concerns import Cause
from retour.lifecycle.model import Origin, ReturnStatus
from retour.lifecycle.timers.timer import TimerCause

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome
    from retour.desk.searching.asked import Wanted


class OwnerPut(Body):
    """Who sees to a return: an id, ``me``, or nobody in particular."""

    owner: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None


_OWNER: Final = BodyReader(OwnerPut)
_VIEW: Final = BodyReader(SavedViewNew)
_NARROWED_BY: Final = (
    Parameter(name="status", about="Of these statuses, with commas between."),
    Parameter(name="sku", about="That hold this SKU."),
    Parameter(name="reason", about="For this reason, by its code or words."),
    Parameter(name="channel", about="Of orders of this channel."),
    Parameter(name="facility", about="That this facility has, or shall have."),
    Parameter(name="origin", about="That came through this door."),
    Parameter(name="owner", about="Whom somebody sees to: an id, `me`, or `nobody`."),
    Parameter(
        name="snoozed",
        about="Only those put off, none of them, or both; queues have none where it is not said.",
        words=SNOOZED,
    ),
    Parameter(name="min_value", about="Whose units were sold for this much or more."),
    Parameter(name="max_value", about="Whose units were sold for this much or less."),
    Parameter(name="since", about="Requested then or later.", kind="instant"),
    Parameter(name="before", about="Requested earlier.", kind="instant"),
)
_PERSON: Final = Tree(name="row_customer", fields={"name": MAYBE, "email": TEXT})
ROW: Final = Tree(
    name="return_row",
    about="A return as lists show it.",
    fields={
        "id": TEXT,
        "number": COUNT,
        "rma_number": TEXT,
        "order_number": TEXT,
        "status": words(ReturnStatus),
        "version": COUNT,
        "origin": words(Origin),
        "customer": _PERSON,
        "skus": ListOf(item=TEXT, about="The first of them."),
        "units": COUNT,
        "reason": or_null(TEXT, "The first that was given."),
        "channel": MAYBE,
        "facility": MAYBE,
        "value": or_null(
            TEXT, "What its units were sold for; none until it has been gone through."
        ),
        "currency": MAYBE,
        "verdict": Tree(
            name="row_verdict",
            fields={
                "eligible": Boolean(),
                "rule": or_null(TEXT, "The first rule that was against it."),
                "detail": MAYBE,
            },
        ),
        "concerns": ListOf(item=words(Cause), about="For what somebody has to see to it."),
        "owner": or_null(TEXT, "Who does, where somebody in particular does."),
        "owned_since": MAYBE_MOMENT,
        "lease": Tree(
            name="row_lease",
            nullable=True,
            about="Who has it open to act on it.",
            fields={"holder": TEXT, "since": MOMENT, "until": MOMENT},
        ),
        "snooze": Tree(
            name="row_snooze",
            nullable=True,
            about="Until when it is put off; without an instant, until the shopper writes.",
            fields={"by": TEXT, "until": MAYBE_MOMENT},
        ),
        "held": Tree(
            name="row_held",
            nullable=True,
            about="A decision that can still be taken back.",
            fields={"by": TEXT, "decision": Text(words=tuple(DECISIONS)), "due_at": MOMENT},
        ),
        "deadline": Tree(
            name="row_deadline",
            nullable=True,
            about="Until when somebody has to do something. Hours in which its facility is"
            " closed, else the main one, do not count into `percent_used`.",
            fields={
                "cause": words(TimerCause),
                "since": MOMENT,
                "due_at": MOMENT,
                "percent_used": COUNT,
                "seconds_left": Integer(about="Negative where it is late."),
            },
        ),
        "photo": or_null(TEXT, "The first picture of its goods."),
        "requested_at": MOMENT,
        "updated_at": MOMENT,
    },
)
FOUND: Final = Tree(
    name="found",
    about="What a search found.",
    fields={
        "data": ListOf(item=ROW),
        "next_cursor": MAYBE,
        "guessed": Boolean(about="Whether a slip in a word was mended to find it."),
        "orders": ListOf(
            item=Tree(
                name="order_found",
                fields={
                    "id": TEXT,
                    "order_number": TEXT,
                    "customer": Tree(name="order_customer", fields={"name": MAYBE, "email": TEXT}),
                    "created_at": MOMENT,
                },
            ),
            about="Orders that are meant, with returns or without; on the first page.",
        ),
    },
)
_NAMES: Final = tuple(one.name for one in QUEUES)
QUEUE: Final = Tree(
    name="queue",
    about="How much waits for a person, for one cause.",
    fields={
        "queue": Text(words=_NAMES),
        "about": Text(about="What is to be done, in words."),
        "count": COUNT,
        "is_more": Boolean(about="Whether there is more than was counted."),
        "oldest_at": MAYBE_MOMENT,
    },
)
WAITING: Final = Tree(
    name="waiting",
    about="A page of a queue, the oldest first.",
    fields={
        "data": ListOf(
            item=Tree(
                name="waiting_item",
                fields={
                    "queue": Text(words=_NAMES),
                    "id": Text(about="Of what waits: a return, a settlement, a message, …"),
                    "of": Text(about="What the id is of."),
                    "since": MOMENT,
                    "cause": or_null(TEXT, "Of a deadline: what is waited for."),
                    "return": replace(ROW, name="waiting_return", nullable=True),
                    "words": Tree(
                        name="waiting_words",
                        about="Of what is no return: who it is from and what it is about. Null"
                        " where its own route asks for a scope that the key has not.",
                        nullable=True,
                        fields={
                            "title": Text(about="What it is, by its number; it names nobody."),
                            "sender": Tree(
                                name="waiting_sender",
                                about="Who it is from, as far as it says.",
                                nullable=True,
                                fields={"name": MAYBE, "email": MAYBE},
                            ),
                            "text": or_null(TEXT, "What it is about, in short."),
                            "due_at": or_null(MOMENT, "Of a withdrawal: by when the money is due."),
                        },
                    ),
                },
            )
        ),
        "next_cursor": MAYBE,
        "previous_cursor": MAYBE,
    },
)
SAVED_VIEW: Final = Tree(
    name="saved_view",
    about="A way to look at a list that somebody keeps.",
    fields={
        "id": TEXT,
        "name": TEXT,
        "place": TEXT,
        "query": TEXT,
        "shared": Boolean(about="Whether everybody sees it."),
        "created_at": MOMENT,
    },
)


def _wanted(call: Call) -> Wanted:
    chosen = read_chosen(call.query, call.instant("since"), call.instant("before"))
    return read_query(call.query.get("q", ""), chosen)


async def search(call: Call) -> Outcome:
    """Give a page of what is looked for."""
    me = call.principal.key_id
    return await searching.search(call.house, call.workspace_id, _wanted(call), call.page, me=me)


async def put_owner(call: Call) -> Outcome:
    """Say who sees to a return."""
    asked = _OWNER.read(call.body).owner
    owner = call.principal.key_id if asked == OWN else asked
    return await searching.own(call.house, call.workspace_id, call.params["return_id"], owner)


async def count_queues(call: Call) -> Outcome:
    """Count what waits, queue by queue."""
    return await queues.counted(call.house, call.workspace_id)


async def read_queue(call: Call) -> Outcome:
    """Give a page of a queue."""
    is_back = call.choice("direction", frozenset({"next", "previous"})) == "previous"
    return await queues.listing(
        call.house,
        call.workspace_id,
        call.params["queue"],
        _wanted(call),
        Place(page=call.page, is_back=is_back),
        me=call.principal.key_id,
        scopes=call.scopes,
    )


async def create_view(call: Call) -> Outcome:
    """Keep a way to look."""
    body, me = _VIEW.read(call.body), call.principal.key_id
    return await saved_views.create(call.house, call.workspace_id, body, me=me, key=call.key)


async def list_views(call: Call) -> Outcome:
    """Give a page of the ways to look."""
    me = call.principal.key_id
    return await saved_views.listing(call.house, call.workspace_id, call.page, me=me)


async def remove_view(call: Call) -> Outcome:
    """Forget a way to look."""
    view, me = call.params["view_id"], call.principal.key_id
    return await saved_views.remove(call.house, call.workspace_id, view, me=me)


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/search",
        name="search",
        tag="Queues",
        summary="Search everything, or narrow the list of returns",
        about="`q` is what somebody would type: numbers of returns and orders, e-mail addresses,"
        " telephone and tracking numbers, SKUs, serials, names; several must all hold. Tokens"
        f" narrow: {', '.join(f'`{one}:`' for one in TOKENS)}, `>50`, `<=9.99`. A word is taken as"
        " it is, else as a beginning, else with one slip mended. Newest first; without anything"
        " asked, all returns.",
        scope="returns:read",
        noun="workspace",
        answer=search,
        query=(
            Parameter(name="q", about=f"At most {QUERY_MAX} characters."),
            *_NARROWED_BY,
            *PAGED,
        ),
        result=FOUND,
    ),
    Route(
        method="PUT",
        path=f"{BASE}/returns/{{return_id}}/owner",
        name="put_return_owner",
        tag="Queues",
        summary="Say who sees to a return",
        about="`me` is the asking key; null is nobody in particular.",
        scope="returns:write",
        noun="return",
        answer=put_owner,
        body=OwnerPut,
        result=ROW,
    ),
    Route(
        method="GET",
        path=f"{BASE}/queues",
        name="count_queues",
        tag="Queues",
        summary="Count what waits for a person, by its cause",
        scope="returns:read",
        noun="workspace",
        answer=count_queues,
        result=QUEUE,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/queues/{{queue}}",
        name="read_queue",
        tag="Queues",
        summary="List what waits for a cause, the oldest first",
        about="`direction=previous` with a page's `previous_cursor` goes back. Narrowed, a page may"
        " hold less than asked and still have a next one.",
        scope="returns:read",
        noun="queue",
        answer=read_queue,
        query=(
            Parameter(
                name="direction",
                about="Behind the cursor, or before it.",
                words=("next", "previous"),
            ),
            *_NARROWED_BY,
            *PAGED,
        ),
        result=WAITING,
    ),
    Route(
        method="POST",
        path=f"{BASE}/saved-views",
        name="create_saved_view",
        tag="Queues",
        summary="Keep a way to look at a list",
        scope="returns:read",
        noun="saved view",
        answer=create_view,
        body=SavedViewNew,
        result=SAVED_VIEW,
        statuses=(201,),
    ),
    Route(
        method="GET",
        path=f"{BASE}/saved-views",
        name="list_saved_views",
        tag="Queues",
        summary="List one's own views and everybody's, the oldest first",
        scope="returns:read",
        noun="saved view",
        answer=list_views,
        query=PAGED,
        result=SAVED_VIEW,
        paged=True,
    ),
    Route(
        method="DELETE",
        path=f"{BASE}/saved-views/{{view_id}}",
        name="delete_saved_view",
        tag="Queues",
        summary="Forget a view",
        scope="returns:read",
        noun="saved view",
        answer=remove_view,
        statuses=(204,),
    ),
)
