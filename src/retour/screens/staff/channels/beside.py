"""Beside the queue: what marketplaces cancel soon, and what they refused, in their own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.desk.channels import oversight
from retour.desk.execute import Asked, execute
from retour.desk.outcome import Done, Refused
from retour.lifecycle.commands import RetryRefund
from retour.screens.staff.channels.waiting import LIMIT, QUEUE
from retour.screens.staff.channels.words import days_left, left_words
from retour.screens.staff.seat import place

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.screens.staff.seat import Form, Seat

_SOURCE: Final = "agent"
_GONE: Final = "It is not to be retried any more: somebody else saw to it."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of both lists."""
    return [
        *place(house, f"{QUEUE}/closing", "returns:read", _closing),
        *place(
            house, f"{QUEUE}/refused", "returns:read", _refused, _retry, take_scope="refunds:write"
        ),
    ]


async def _closing(seat: Seat) -> Response[Any]:
    """Show what a marketplace cancels unless it is handled, the next first."""
    rows, more = await oversight.closing(
        seat.house, seat.workspace_id, after=seat.query.get("after", ""), limit=LIMIT
    )
    shown = [(one, left := days_left(seat, one.due_at), left_words(left)) for one in rows]
    return seat.page(
        "staff_channel_closing.html",
        rows=shown,
        days=await oversight.days_of(seat.house, seat.workspace_id),
        later=None if more is None else seat.address(f"{QUEUE}/closing", after=more),
    )


async def _refused(seat: Seat) -> Response[Any]:
    """Show what marketplaces refused, each with their words."""
    legs, more = await oversight.refused_legs(
        seat.house, seat.workspace_id, after=seat.query.get("after", ""), limit=LIMIT
    )
    return seat.page(
        "staff_channel_refused.html",
        legs=legs,
        later=None if more is None else seat.address(f"{QUEUE}/refused", after=more),
    )


async def _retry(seat: Seat, fields: Form) -> Response[Any]:
    """Tell the marketplace once more."""
    outcome = await execute(
        seat.house,
        Asked(
            workspace_id=seat.workspace_id,
            return_id=fields.get("return_id", ""),
            plan=[RetryRefund(leg=fields.get("leg", ""))],
            actor=seat.actor,
            source=_SOURCE,
            key=seat.once(),
            scopes=seat.scopes,
        ),
    )
    here = seat.address(f"{QUEUE}/refused")
    match outcome:
        case Done():
            return seat.go_on(here, notice="The marketplace is told once more.")
        case Refused(refusal=refusal):
            return seat.go_on(here, notice=refusal.detail, tone="bad")
        case _:
            return seat.go_on(here, notice=_GONE, tone="bad")
