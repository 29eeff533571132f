"""Ways to look at returns that are kept: an address under a name, for oneself or for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import replace

from retour.desk import saved_views
from retour.desk.pages import Page
from retour.desk.people import habits
from retour.desk.saved_views import VIEWS_MAX, SavedViewNew
from retour.kernel.problems import InvalidRequest
from retour.screens.staff import guard
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.reading import View, view_of

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PLACE: Final = "returns"
"""How these views are told from others' that are kept beside them."""
_KEPT: Final = (
    "q",
    "status",
    "sku",
    "reason",
    "channel",
    "facility",
    "owner",
    "snoozed",
    "since",
    "before",
)
_NAME_MAX: Final = 80
_QUERY_MAX: Final = 500


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handler of what keeps and forgets views."""
    return place(house, "/views", "returns:read", None, _keep)


async def views_of(seat: Seat) -> list[View]:
    """List what this member may look at by name, each with its address."""
    page = Page(limit=2 * VIEWS_MAX)
    listed = view_of(
        await saved_views.listing(seat.house, seat.workspace_id, page, me=seat.session.person_id)
    )
    assert listed is not None, "a list is never refused"
    return [
        {**one, "address": seat.address("/returns", **dict(parse_qsl(one["query"])))}
        for one in listed["data"]
        if one["place"] == PLACE
    ]


async def _keep(seat: Seat, fields: Form) -> Response[Any]:
    """Keep the view that is open under a name, or forget one."""
    me, house, workspace_id = seat.session.person_id, seat.house, seat.workspace_id
    if fields.get("do") == "forget":
        await saved_views.remove(house, workspace_id, fields.get("view", ""), me=me)
        return seat.go_on(seat.address("/returns"), notice="The view is forgotten.")
    if fields.get("do") in {"roomy", "close"}:
        return await _with_rows(seat, fields)
    chosen = {name: fields[name] for name in _KEPT if fields.get(name)}
    name, query = fields.get("name", "").strip()[:_NAME_MAX], urlencode(chosen)
    back = seat.address("/returns", **chosen)
    if not name or not chosen or len(query) > _QUERY_MAX:
        said = "Narrow the list first, then give the view a name."
        return seat.go_on(back, notice=said, tone="bad")
    body = SavedViewNew(name=name, place=PLACE, query=query, shared=fields.get("shared") == "yes")
    try:
        await saved_views.create(house, workspace_id, body, me=me, key=seat.once())
    except InvalidRequest as error:
        return seat.go_on(back, notice=error.errors[0].detail, tone="bad")
    return seat.go_on(back, notice=f"Kept as “{name}”.")


async def _with_rows(seat: Seat, fields: Form) -> Response[Any]:
    """Keep how close rows stand for somebody."""
    kept = replace(seat.session.habits, is_roomy=fields["do"] == "roomy")
    await habits.keep(seat.house, seat.session.person_id, kept)
    return seat.go_on(guard.own_path(fields.get("back", ""), seat.address("/returns")))
