"""Parcels whose return is not known: at the dock, or known to their carrier alone."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from retour.desk import parcels
from retour.desk.dock import matching, unmatched
from retour.desk.dock.bodies import Closed, Matched
from retour.desk.parcels import tracking
from retour.desk.parcels.tracking import MatchParcel
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.finding import returns_like, words_of
from retour.screens.staff.work.reading import SOURCE, TONES, View, view_of, why_not

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.outcome import Outcome

_NUMBER_MAX: Final = 200
_REASON_MAX: Final = 1000
_UNASKED: Final = "Nothing was asked for. Press a button."
_FOUND_BY: Final = {
    "rma": "its number",
    "tracking_number": "its tracking number",
    "order_number": "its order",
    "email": "the e-mail address",
    "name": "the name",
    "serial": "a serial number",
    "item": "the goods",
    "customer": "the customer",
}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of these pages."""
    waiting, stray = "/unmatched-parcels/{parcel_id:str}", "/stray-parcels/{parcel_id:str}"
    write = "receiving:write"
    return [
        *place(house, waiting, "receiving:read", _waiting, _place, take_scope=write),
        *place(house, stray, "returns:read", _stray, _match, take_scope="returns:write"),
    ]


# ---------------------------------------------------------------- at the dock


async def _waiting(seat: Seat) -> Response[Any]:
    """Show what was seen of a parcel, and the returns it may be of."""
    return await _waiting_page(seat)


async def _waiting_page(
    seat: Seat, wrong: dict[str, str] | None = None, kept: Form | None = None
) -> Response[Any]:
    wrong, house, workspace_id = dict(wrong or {}), seat.house, seat.workspace_id
    parcel = view_of(await unmatched.look_up(house, workspace_id, seat.params["parcel_id"]))
    if parcel is None:
        return seat.nowhere("parcel")
    likely: list[View] = []
    if parcel["status"] == "open":
        listed = view_of(await unmatched.list_candidates(house, workspace_id, parcel["id"]))
        likely = [] if listed is None else listed["data"]
    q, found = await returns_like(seat, "", wrong)
    return seat.page(
        "staff_work_parcel.html",
        422 if wrong else 200,
        wrong=wrong,
        parcel=parcel,
        likely=likely,
        found_by=_FOUND_BY,
        q=q,
        found=found,
        kept=kept or Form([]),
        tones=TONES,
        once=token_hex(8),
    )


async def _place(seat: Seat, fields: Form) -> Response[Any]:
    """Receive the parcel into its return, take that back, or say what became of it."""
    try:
        outcome = await _placed(seat, fields)
    except InvalidRequest as error:
        return await _waiting_page(seat, {"content": words_of(error)}, fields)
    if isinstance(outcome, dict):
        return await _waiting_page(seat, outcome, fields)
    if (why := why_not(outcome)) is not None:
        return await _waiting_page(seat, {"content": why}, fields)
    made = view_of(outcome)
    if fields["do"] == "match" and made is not None:
        said = "Received. Its goods stand in the return now."
        to = seat.address(f"/returns/{made['id']}") if seat.may("returns:read") else seat.here
        return seat.go_on(to, notice=said)
    if fields["do"] == "unmatch":
        return seat.go_on(seat.here, notice="Taken back. The parcel waits again.")
    queue = seat.address("/queues/unmatched_parcel")
    return seat.go_on(queue if seat.may("returns:read") else seat.here, notice="Put aside.")


async def _placed(seat: Seat, fields: Form) -> Outcome | dict[str, str]:
    """Carry out what was asked for; or say what a field lacks."""
    house, workspace_id, parcel_id = seat.house, seat.workspace_id, seat.params["parcel_id"]
    match fields.get("do", ""):
        case "match":
            order = fields.get("order", "").strip()[:_NUMBER_MAX] or None
            wanted = fields.get("return", "").strip()[:_NUMBER_MAX] or None
            if order is wanted is None:
                if "return" in fields:
                    return {"return": "Give the number of the return it belongs to."}
                return {"order": "Give the number of the order it belongs to."}
            return await matching.match(
                house,
                workspace_id,
                parcel_id,
                Matched(return_id=wanted, order_number=None if wanted else order),
                actor=seat.actor,
                source=SOURCE,
                key=seat.once(),
                scopes=seat.scopes,
            )
        case "unmatch":
            return await matching.unmatch(
                house, workspace_id, parcel_id, actor=seat.actor, source=SOURCE, key=seat.once()
            )
        case "close":
            reason = fields.get("reason", "").strip()[:_REASON_MAX]
            if not reason:
                return {"reason": "Say what became of it."}
            return await unmatched.close(
                house,
                workspace_id,
                parcel_id,
                Closed(reason=reason),
                actor=seat.actor,
                key=seat.once(),
            )
        case _:
            return {"content": _UNASKED}


# ---------------------------------------------------------------- known to a carrier alone


async def _stray(seat: Seat) -> Response[Any]:
    """Show what a carrier said of a number that no return has."""
    return await _stray_page(seat)


async def _stray_page(seat: Seat, wrong: dict[str, str] | None = None) -> Response[Any]:
    wrong = dict(wrong or {})
    parcel = view_of(await parcels.look_up(seat.house, seat.workspace_id, seat.params["parcel_id"]))
    if parcel is None:
        return seat.nowhere("parcel")
    q, found = await returns_like(seat, "", wrong)
    return seat.page(
        "staff_work_stray.html",
        422 if wrong else 200,
        wrong=wrong,
        parcel=parcel,
        q=q,
        found=found,
        tones=TONES,
        once=token_hex(8),
    )


async def _match(seat: Seat, fields: Form) -> Response[Any]:
    """Give the number, with all that its carrier said, to a return."""
    wanted = fields.get("return", "").strip()[:_NUMBER_MAX]
    if not wanted:
        return await _stray_page(seat, {"content": _UNASKED})
    try:
        outcome = await tracking.match(
            seat.house,
            seat.workspace_id,
            seat.params["parcel_id"],
            MatchParcel(return_id=wanted),
            seat.actor,
        )
    except InvalidRequest as error:
        return await _stray_page(seat, {"content": words_of(error)})
    if (why := why_not(outcome)) is not None:
        return await _stray_page(seat, {"content": why})
    said = "It is that return’s parcel now, with all its carrier said."
    return seat.go_on(seat.address("/queues/stray_parcel"), notice=said)
