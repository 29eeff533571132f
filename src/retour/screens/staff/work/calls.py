"""What can be done to a return, as calls to type: for those who connect systems to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retour.desk import returns
from retour.desk.agents.by_api import calls_of
from retour.screens.staff.seat import Seat, place
from retour.screens.staff.work.reading import TONES, view_of

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handler of the page."""
    return place(house, "/returns/{return_id:str}/calls", "returns:read", _show)


async def _show(seat: Seat) -> Response[Any]:
    """List what reads the return and what it allows now; each call is for the version shown."""
    view = view_of(
        await returns.look_up(seat.house, seat.workspace_id, seat.params["return_id"], seat.scopes)
    )
    if view is None:
        return seat.nowhere("return")
    base = seat.house.settings.public_base
    return seat.page(
        "staff_work_calls.html",
        view=view,
        calls=[(one, one.typed(base, view["version"])) for one in calls_of(seat.workspace, view)],
        tones=TONES,
    )
