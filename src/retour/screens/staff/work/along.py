"""The way along a queue: what stands before and behind a return in it, as the list was narrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.desk import queues
from retour.desk.pages import Page
from retour.desk.queues import QUEUES, Place
from retour.desk.searching.asked import Wanted, read_chosen
from retour.kernel.problems import InvalidRequest
from retour.screens.staff import guard
from retour.screens.staff.work.home import titled
from retour.screens.staff.work.reading import View, view_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.screens.staff.seat import Form, Seat

NARROWED: Final = ("sku", "channel", "owner", "snoozed")
"""What narrows a queue, as addresses carry it along."""
_TIMED: Final = frozenset({queues.DUE, queues.LATE})
_WALKED: Final = frozenset(
    one.name for one in QUEUES if one.of == "return" and one.name not in _TIMED
)
"""Queues in which a return's id is its place."""


def way_in(seat: Seat, queue: str | None) -> dict[str, str]:
    """Give what addresses carry so that their pages know from which queue one came."""
    if queue is None or queue not in _WALKED:
        return {}
    return {"in": queue, **{key: seat.query[key] for key in NARROWED if seat.query.get(key)}}


async def neighbours(seat: Seat, return_id: str) -> View | None:
    """Give the addresses beside it and of its queue; ``None`` where one came otherwise."""
    queue = seat.query.get("in", "")
    kept = way_in(seat, queue)
    if not kept:
        return None
    narrowed = {key: value for key, value in kept.items() if key != "in"}
    try:
        wanted = read_chosen(narrowed, None, None)
        before, behind = [
            await _next_to(seat, queue, wanted, return_id, is_back=is_back)
            for is_back in (True, False)
        ]
    except InvalidRequest:
        return None
    return {
        "title": titled(queue),
        "queue": seat.address(f"/queues/{queue}", **narrowed),
        "before": _address(seat, before, kept),
        "behind": _address(seat, behind, kept),
    }


async def _next_to(
    seat: Seat, queue: str, wanted: Wanted, return_id: str, *, is_back: bool
) -> str | None:
    """Find the return next to one in a queue; it need not be there itself any more."""
    at, me = Place(page=Page(limit=1, after=return_id), is_back=is_back), seat.session.person_id
    listed = await queues.listing(seat.house, seat.workspace_id, queue, wanted, at, me=me)
    rows = (view_of(listed) or {"data": []})["data"]
    found = [row["return"]["id"] for row in rows if row["return"]]
    return found[-1] if found else None


def _address(seat: Seat, return_id: str | None, kept: Mapping[str, str]) -> str:
    return "" if return_id is None else seat.address(f"/returns/{return_id}", **kept)


def onward(seat: Seat, fields: Form, here: str) -> str:
    """Say where a decision leads: along the queue that its page was opened from, else back."""
    if not seat.session.habits.goes_on:
        return here
    return guard.own_path(fields.get("onward", ""), here)
