"""The bytes of a photo, for those who may read its return; never what was uploaded itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Response

from retour.desk import photos
from retour.desk.outcome import NotFound
from retour.desk.people.masking import Sight
from retour.gateways.photos import PHOTO_TYPE
from retour.screens.staff import guard
from retour.screens.staff.seat import Seat, place

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.store.photos import Size

_INERT: Final = {"content-security-policy": "default-src 'none'; sandbox"}
_UNSEEN: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36" role="img">'
    "<title>Developers do not see photos, which may show persons.</title>"
    '<rect width="36" height="36" rx="4" fill="#868680" fill-opacity="0.25"/>'
    '<path d="M8 28 28 8" stroke="#868680" stroke-width="2"/></svg>'
)
"""What stands where a photo is, for who sees nobody."""
_THUMB: Final = {"cache-control": "private, max-age=300"}
"""Lists show many; on so small a picture nobody is to be known."""


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handler of photos, whole or small."""
    return place(house, "/photos/{photo_id:str}", "returns:read", _show)


async def _show(seat: Seat) -> Response[Any]:
    """Give a photo's picture."""
    size: Size = "thumb" if seat.query.get("size") == "thumb" else "full"
    found = await photos.image_of(seat.house, seat.workspace_id, seat.params["photo_id"], size)
    if isinstance(found, NotFound):
        return seat.nowhere("photo")
    if seat.sight is Sight.NO_PERSON:
        headers = {**guard.headers_for(seat.house), **_INERT}
        return Response(_UNSEEN, media_type="image/svg+xml", headers=headers)
    kept = _THUMB if size == "thumb" else {}
    headers = {**guard.headers_for(seat.house), **_INERT, **kept}
    return Response(found.body, media_type=PHOTO_TYPE, headers=headers)
