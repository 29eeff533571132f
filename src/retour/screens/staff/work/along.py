"""The way along a queue: what stands before and behind a return in it, as the list was narrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.desk import queues
from retour.desk.pages import Page
from retour.desk.queues import QUEUES, Place
from retour.desk.searching.asked import read_chosen
from retour.desk.timers import listing
from retour.kernel.problems import InvalidRequest
from retour.screens.staff import guard
from retour.screens.staff.work.home import titled
from retour.screens.staff.work.reading import View, view_of
from retour.screens.staff.work.waiting import REFUNDS, address_of, owed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.screens.staff.seat import Form, Seat

NARROWED: Final = ("sku", "channel", "owner", "snoozed")
"""What narrows a queue, as addresses carry it along."""
_PLACED: Final = {one.name for one in QUEUES if one.of in {"timer", "settlement"}} | {REFUNDS}
"""Queues in which a return stands by something of its own, which addresses carry along."""
_WALKED: Final = {one.name for one in QUEUES if one.of == "return"} | _PLACED
_ALIKE_MAX: Final = 5
"""Deadlines of one return that are passed over to find another's."""


def way_in(seat: Seat, queue: str | None, item: View | None = None) -> dict[str, str]:
    """Give what addresses carry so that their pages know from where in which queue one came.

    Args:
        item: What is opened from the queue; without it, what is open.
    """
    if queue is None or queue not in _WALKED:
        return {}
    kept = {"in": queue, **{key: seat.query[key] for key in NARROWED if seat.query.get(key)}}
    if queue in _PLACED:
        kept["at"] = seat.query.get("at", "") if item is None else queues.place_of(item)
    return kept


async def neighbours(seat: Seat, return_id: str) -> View | None:
    """Give the addresses beside it and of its queue; ``None`` where one came otherwise."""
    queue = seat.query.get("in", "")
    kept = way_in(seat, queue)
    place = kept.get("at", return_id)
    if not kept or not place:
        return None
    narrowed = {key: value for key, value in kept.items() if key in NARROWED}
    try:
        before, behind = [
            await _next_to(seat, kept, place, return_id, is_back=is_back)
            for is_back in (True, False)
        ]
    except InvalidRequest:
        return None
    is_refunds = queue == REFUNDS
    return {
        "title": "Refunds by law" if is_refunds else titled(queue),
        "queue": seat.address("/refunds-due" if is_refunds else f"/queues/{queue}", **narrowed),
        "before": before,
        "behind": behind,
        "kept": kept,
    }


async def _next_to(
    seat: Seat, kept: Mapping[str, str], place: str, return_id: str, *, is_back: bool
) -> str:
    """Give the address next to a place in a queue, which need not be taken any more."""
    queue = kept["in"]
    page = Page(limit=_ALIKE_MAX if queue in _PLACED else 1, after=place)
    rows = await _rows(seat, kept, page, is_back=is_back)
    others = [one for one in rows if one["return"] and one["return"]["id"] != return_id]
    if not others:
        return ""
    found = others[-1 if is_back else 0]
    return address_of(seat, found, **way_in(seat, queue, found))


async def _rows(seat: Seat, kept: Mapping[str, str], page: Page, *, is_back: bool) -> list[View]:
    """Read some of a queue in its order, before a place or behind it."""
    house, workspace_id, me = seat.house, seat.workspace_id, seat.session.person_id
    if kept["in"] == REFUNDS:
        due = view_of(await listing.refunds(house, workspace_id, page, is_back=is_back))
        return [owed(one) for one in (due or {"data": []})["data"]]
    wanted = read_chosen({key: kept[key] for key in NARROWED if key in kept}, None, None)
    at = Place(page=page, is_back=is_back)
    listed = view_of(await queues.listing(house, workspace_id, kept["in"], wanted, at, me=me))
    rows: list[View] = (listed or {"data": []})["data"]
    return rows


def onward(seat: Seat, fields: Form, here: str) -> str:
    """Say where a decision leads: along the queue that its page was opened from, else back."""
    if not seat.session.habits.goes_on:
        return here
    return guard.own_path(fields.get("onward", ""), here)
