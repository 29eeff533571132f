"""Who was told what about a return, and how each telling went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.desk import returns
from retour.desk.agents.told import receivers
from retour.desk.notifications import mailed
from retour.desk.pages import read_page
from retour.desk.telling import deliveries
from retour.dialects.catalogue import ENTRIES
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.words import EventType
from retour.screens.staff.seat import Seat, place
from retour.screens.staff.work.reading import View, view_of
from retour.store.telling_deliveries import Wanted

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_TONES: Final = {
    "pending": "info",
    "delivered": "ok",
    "dead": "bad",
    "skipped": "",
    mailed.NOT_SENT: "warn",
}
_WORDS: Final = {
    "pending": "waits",
    "delivered": "arrived",
    "dead": "given up",
    "skipped": "not wanted",
}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handler of the page."""
    return place(house, "/returns/{return_id:str}/told", "deliveries:read", _show)


async def _show(seat: Seat) -> Response[Any]:
    """List what was told about a return, the newest first."""
    house, workspace_id, return_id = seat.house, seat.workspace_id, seat.params["return_id"]
    view = view_of(await returns.look_up(house, workspace_id, return_id, seat.scopes))
    if view is None:
        return seat.nowhere("return")
    status, wrong = seat.query.get("status") or None, dict[str, str]()
    listed: View = {"data": [], "next_cursor": None}
    try:
        wanted = Wanted(return_id=return_id, status=status)
        page = read_page(None, seat.query.get("cursor") or None)
        listed = view_of(await deliveries.listing(house, workspace_id, wanted, page)) or listed
    except InvalidRequest as error:
        wrong["content"] = error.errors[0].detail
    rows, after = listed["data"], listed["next_cursor"]
    is_whole = not (status or seat.query.get("cursor"))
    mails = await mailed.of_return(house, workspace_id, return_id) if is_whole else None
    path = f"/returns/{return_id}/told"
    return seat.page(
        "staff_work_who.html",
        422 if wrong else 200,
        wrong=wrong,
        view=view,
        rows=[{**one, "title": ENTRIES[EventType(one["type"])].title} for one in rows],
        receivers=await receivers(house, workspace_id, [one["subscription"] for one in rows]),
        statuses=[(one, words, seat.address(path, status=one)) for one, words in _WORDS.items()],
        chosen=status,
        mails=mails or [],
        words=_WORDS,
        tones=_TONES,
        later="" if after is None else seat.address(path, status=status, cursor=after),
    )
