"""A day's beginning: what waits for a person, by its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retour.desk import queues
from retour.desk.people.roles import ROLES
from retour.screens.staff.seat import Seat, place
from retour.screens.staff.work.reading import view_of

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the first page of a workspace."""
    return place(house, "", None, _home, at_facility=True)


def titled(queue: str) -> str:
    """Give a queue's name as people read it."""
    return queue.replace("_", " ").capitalize()


async def _home(seat: Seat) -> Response[Any]:
    """Show what waits, the urgent first; who sees no returns sees where to go instead."""
    if not seat.may("returns:read") or seat.principal.facilities is not None:
        return seat.page("staff_home.html", about=ROLES[seat.role].about)
    view = view_of(await queues.counted(seat.house, seat.workspace_id))
    assert view is not None, "counting is never refused"
    waiting = [{**one, "title": titled(one["queue"])} for one in view["data"] if one["count"]]
    empty = [{**one, "title": titled(one["queue"])} for one in view["data"] if not one["count"]]
    return seat.page(
        "staff_work_home.html", about=ROLES[seat.role].about, waiting=waiting, empty=empty
    )
