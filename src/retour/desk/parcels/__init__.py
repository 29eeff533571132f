"""Parcels looked up across returns: a box with all who have goods in it, and strays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.dialects.view import View, instant, parcel_view
from retour.kernel.ids import is_id
from retour.lifecycle.model import Direction, Parcel, ParcelMethod, ParcelStatus
from retour.store.parcels import (
    Box,
    Stray,
    boxes_tracked,
    list_boxes,
    list_strays,
    one_box,
    one_stray,
)

if TYPE_CHECKING:
    from retour.desk.house import House

MISSING: Final = NotFound(what="parcel")
_ENCODE: Final = msgspec.json.Encoder()
_HIGHEST: Final = "pcl_~"
"""Above every id: where a list starts."""


async def listing(
    house: House, workspace_id: int, status: str | None, tracking: str | None, page: Page
) -> Outcome:
    """Give a page of boxes, newest first."""
    below, limit = page.after or _HIGHEST, page.limit + 1
    async with house.database.transaction(workspace_id) as connection:
        if tracking is None:
            boxes = await list_boxes(connection, workspace_id, below, limit, status)
        else:
            narrowed = (tracking, status)
            boxes = await boxes_tracked(connection, workspace_id, below, limit, narrowed)
    return paged(boxes, page, box_view, key=lambda box: box.parcel.id)


async def strays(house: House, workspace_id: int, tracking: str | None, page: Page) -> Outcome:
    """Give a page of parcels that only their carriers know, newest first."""
    below = page.after or _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        found = await list_strays(connection, workspace_id, below, page.limit + 1, tracking)
    return paged(found, page, stray_view, key=lambda stray: stray.id)


async def look_up(house: House, workspace_id: int, parcel_id: str) -> Outcome:
    """Give one parcel, a return's or a stray."""
    if not is_id(parcel_id, "pcl"):
        return MISSING
    async with house.database.transaction(workspace_id) as connection:
        box = await one_box(connection, workspace_id, parcel_id)
        stray = None if box else await one_stray(connection, workspace_id, parcel_id)
        if stray is not None and stray.matched is not None:
            box = await one_box(connection, workspace_id, stray.matched)
    if box is not None:
        return Done(status=200, body=_ENCODE.encode(box_view(box)))
    return MISSING if stray is None else Done(status=200, body=_ENCODE.encode(stray_view(stray)))


def box_view(box: Box) -> View:
    """Show a box: the parcel as its return shows it, and who else has goods in it."""
    return {
        **parcel_view(box.parcel),
        "order_number": box.order_number,
        "returns": list(box.returns),
        "unmatched": False,
        "why": None,
    }


def stray_view(stray: Stray) -> View:
    """Show a number that no return has, in the form of a parcel."""
    status = stray.scans[-1].code if stray.scans else ParcelStatus.IN_TRANSIT.value
    parcel = Parcel(
        id=stray.id,
        status=ParcelStatus(status),
        created_at=stray.created_at,
        carrier=stray.carrier,
        tracking_number=stray.tracking_number,
        scans=stray.scans,
        direction=Direction.INBOUND,
        method=ParcelMethod.OWN,
    )
    return {
        **parcel_view(parcel),
        "created_at": instant(stray.created_at),
        "order_number": None,
        "returns": [],
        "unmatched": True,
        "why": stray.why,
    }
