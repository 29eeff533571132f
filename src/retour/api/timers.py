"""Timers: what a return waits for, what is due next, and what agents are late with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk.timers import listing
from retour.dialects.shapes import Boolean, Text, Tree, or_null
from retour.dialects.timer_view import FIELDS, NEXT
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.lifecycle.model import ReturnStatus

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_QUEUED: Final = tuple(cause.value for cause in listing.QUEUED)

TIMER: Final = Tree(
    name="timer",
    about="An instant at which something is said or done, unless it is moot by then.",
    fields={
        **FIELDS,
        "return": TEXT,
        "ended_at": or_null(MOMENT, "When it became moot, or what it had fired for was done."),
    },
)
OVERDUE: Final = Tree(
    name="overdue",
    about="A return that somebody has yet to see to.",
    fields={
        "timer": TEXT,
        "cause": Text(words=_QUEUED),
        "due_at": MOMENT,
        "fired_at": MOMENT,
        "next": NEXT,
        "parcel": MAYBE,
        "return": TEXT,
        "rma_number": TEXT,
        "order_number": TEXT,
        "status": words(ReturnStatus),
    },
)
OVERDUE_COUNT: Final = Tree(
    name="overdue_count",
    fields={
        "cause": Text(words=_QUEUED),
        "count": COUNT,
        "is_more": Boolean(about="Whether there are more than were counted."),
        "oldest_due_at": MAYBE_MOMENT,
        "next": Text(about="What is to be done, in words."),
    },
)


async def list_timers_of_return(call: Call) -> Outcome:
    """Give a page of a return's timers."""
    return await listing.of_return(
        call.house, call.workspace_id, call.params["return_id"], call.page
    )


async def list_timers(call: Call) -> Outcome:
    """Give a page of the timers that wait."""
    return await listing.due(call.house, call.workspace_id, call.instant("due_before"), call.page)


async def list_overdue(call: Call) -> Outcome:
    """Give a page of what agents are late with."""
    cause = call.choice("cause", frozenset(_QUEUED))
    return await listing.overdue(call.house, call.workspace_id, cause, call.page)


async def count_overdue(call: Call) -> Outcome:
    """Count what agents are late with, by its cause."""
    return await listing.counted(call.house, call.workspace_id)


ROUTES: Final = (
    Route(
        method="GET",
        path=f"{BASE}/returns/{{return_id}}/timers",
        name="list_timers_of_return",
        tag="Timers",
        summary="List what a return waits for, the earliest first",
        about="Those that wait, have fired or are moot, with what they do.",
        scope="returns:read",
        noun="return",
        answer=list_timers_of_return,
        query=PAGED,
        result=TIMER,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/timers",
        name="list_timers",
        tag="Timers",
        summary="List the timers that wait, the next first",
        scope="returns:read",
        noun="workspace",
        answer=list_timers,
        query=(
            *PAGED,
            Parameter(name="due_before", about="Only those due before then.", kind="instant"),
        ),
        result=TIMER,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/overdue",
        name="list_overdue",
        tag="Timers",
        summary="List the returns that are late, the latest first",
        about="Each stands here from the deadline until what was waited for is done.",
        scope="returns:read",
        noun="workspace",
        answer=list_overdue,
        query=(
            *PAGED,
            Parameter(name="cause", about="What they are late with.", words=_QUEUED),
        ),
        result=OVERDUE,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/overdue/causes",
        name="count_overdue",
        tag="Timers",
        summary="Count the returns that are late, by cause",
        scope="returns:read",
        noun="workspace",
        answer=count_overdue,
        result=OVERDUE_COUNT,
        paged=True,
    ),
)
