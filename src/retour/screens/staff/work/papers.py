"""The memo of a settlement as its PDF, or what a draft's would say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Response

from retour.desk.memos.printing import NotPrinted, found, printed
from retour.desk.outcome import NotFound
from retour.desk.people.masking import Sight
from retour.lifecycle.numbering import PaperKind
from retour.screens.staff import guard
from retour.screens.staff.seat import Seat, place

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_INERT: Final = {"content-security-policy": "default-src 'none'; sandbox"}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handler of memos."""
    path = "/returns/{return_id:str}/papers/{settlement_id:str}"
    return place(house, path, "returns:read", _memo)


async def _memo(seat: Seat) -> Response[Any]:
    """Give the memo of a settlement."""
    house, workspace_id = seat.house, seat.workspace_id
    settlement_id, return_id = seat.params["settlement_id"], seat.params["return_id"]
    ready = await found(house, workspace_id, PaperKind.MEMO, settlement_id, return_id)
    if isinstance(ready, NotFound):
        return seat.nowhere("memo")
    if seat.sight is Sight.NO_PERSON:
        return seat.refused("A memo names persons, whom developers do not see.")
    try:
        body = await printed(house, workspace_id, ready)
    except NotPrinted:
        back = seat.address(f"/returns/{return_id}/money")
        return seat.go_on(back, notice="The memo could not be printed. Try again.", tone="bad")
    name = ready.name.encode("ascii", "replace").decode().replace('"', "").replace("/", "-")
    shown = {"content-disposition": f'inline; filename="{name}"'}
    headers = {**guard.headers_for(house), **_INERT, **shown}
    return Response(body, media_type="application/pdf", headers=headers)
