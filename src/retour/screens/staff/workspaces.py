"""One's workspaces side by side, and the sandbox that is made beside a live one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.outcome import Done
from retour.desk.people import beside
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/workspaces"
_TAKEN: Final = (
    "policies and grades",
    "facilities and dispositions",
    "the portal and the workflow",
    "how withdrawals are taken",
)
_LEFT: Final = (
    "orders and returns",
    "people and keys",
    "accounts at carriers, payment processors and channels",
    "subscriptions and mails",
)


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handlers."""
    return place(
        house,
        PATH,
        None,
        _show,
        _make,
        take_scope="keys:write",
        take_proof=True,
        at_facility=True,
    )


async def _show(seat: Seat) -> Response[Any]:
    """Show one's workspaces, and what stands beside this one."""
    known = {one.workspace for one in seat.workspaces}
    sandbox = None
    if not seat.config.is_sandbox:
        sandbox = await beside.sandbox_of(seat.house, seat.workspace_id)
    return seat.page(
        "staff_beside.html",
        belongings=seat.workspaces,
        sandbox=sandbox,
        is_mine=sandbox in known,
        taken=_TAKEN,
        left=_LEFT,
    )


async def _make(seat: Seat, _: Form) -> Response[Any]:
    """Make the sandbox, and go there."""
    try:
        done = await beside.make_sandbox(seat.house, seat.principal)
    except InvalidRequest as error:
        return seat.go_on(seat.address(PATH), notice=error.errors[0].detail, tone="warn")
    assert isinstance(done, Done), "it is made, or refused in words"
    made = msgspec.json.decode(done.body)
    notice = f"{made['name']} is made. You are its admin; invite others, and make keys for it here."
    return seat.go_on(f"/w/{made['id']}", notice=notice)
