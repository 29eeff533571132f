"""Cases that wait for a word: what the dock could not settle, what no payment explains."""

from __future__ import annotations

from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from retour.desk import returns
from retour.desk.dock import cases
from retour.desk.dock.bodies import Resolved
from retour.desk.payments import cases as payment_cases
from retour.desk.payments.cases import ClosePaymentCase
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.finding import words_of
from retour.screens.staff.work.reading import SOURCE, TONES, View, view_of, why_not
from retour.screens.writing import money

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_NOTE_MAX: Final = 2000
_REMEDIES: Final = {
    "accept": ("Accept them", "They are judged like announced goods."),
    "judge": ("Judge them", "Somebody says whether they are accepted."),
    "rescan": ("Scanned again", "The serial number was read wrongly and is right now."),
    "search": ("Found after a search", "They were at the dock and will be received."),
    "match": ("Matched", "The parcel has its return."),
    "contact_customer": ("The customer is asked", "Write to them; note here what you asked."),
    "claim": ("Claimed from the carrier", "Note the number of the claim."),
    "write_off": ("Written off", "Nobody looks for them any longer."),
    "quarantine": ("Into quarantine", "The units are put aside."),
    "send_back": ("Sent back", "The units go back to the customer."),
    "donate": ("Donated", "The units are given away."),
    "destroy": ("Destroyed", "The units are thrown away."),
}
"""What each remedy says and does, for people."""
_UNCHOSEN: Final = "Choose what was done about it."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of these pages."""
    dock, paid = "/dock-cases/{case_id:str}", "/payment-cases/{case_id:str}"
    return [
        *place(house, dock, "receiving:read", _dock, _resolve, take_scope="receiving:write"),
        *place(house, paid, "returns:read", _payment, _close, take_scope="refunds:write"),
    ]


# ---------------------------------------------------------------- the dock


async def _dock(seat: Seat) -> Response[Any]:
    """Show an exception with what helps."""
    return await _dock_page(seat)


async def _dock_page(
    seat: Seat, wrong: dict[str, str] | None = None, kept: Form | None = None
) -> Response[Any]:
    house, workspace_id = seat.house, seat.workspace_id
    case = view_of(await cases.look_up(house, workspace_id, seat.params["case_id"]))
    if case is None:
        return seat.nowhere("exception")
    ret = None
    if case["return"] is not None and seat.may("returns:read"):
        ret = view_of(await returns.look_up(house, workspace_id, case["return"], seat.scopes))
    photos: list[View] = [] if ret is None else ret["photos"]
    return seat.page(
        "staff_work_case.html",
        422 if wrong else 200,
        wrong=dict(wrong or {}),
        case=case,
        ret=ret,
        photos=[one for one in photos if not one["erased_at"]],
        remedies=[(one, *_REMEDIES[one]) for one in case["remedies"]],
        kept=kept or Form([]),
        tones=TONES,
        once=token_hex(8),
    )


async def _resolve(seat: Seat, fields: Form) -> Response[Any]:
    """Say what was done about it; a remedy that moves goods says so in their return too."""
    remedy = fields.get("remedy", "")
    if remedy not in _REMEDIES:
        return await _dock_page(seat, {"remedy": _UNCHOSEN}, fields)
    note = fields.get("note", "").strip()[:_NOTE_MAX] or None
    try:
        outcome = await cases.resolve(
            seat.house,
            seat.workspace_id,
            seat.params["case_id"],
            Resolved(remedy=remedy, note=note),
            actor=seat.actor,
            source=SOURCE,
            key=seat.once(),
        )
    except InvalidRequest as error:
        return await _dock_page(seat, {"content": words_of(error)}, fields)
    if (why := why_not(outcome)) is not None:
        return await _dock_page(seat, {"content": why}, fields)
    queue = seat.address("/queues/dock_exception")
    return seat.go_on(queue if seat.may("returns:read") else seat.here, notice="Resolved.")


# ---------------------------------------------------------------- payments


async def _payment(seat: Seat) -> Response[Any]:
    """Show what a processor told."""
    return await _payment_page(seat)


async def _payment_page(seat: Seat, wrong: dict[str, str] | None = None) -> Response[Any]:
    case = view_of(
        await payment_cases.look_up(seat.house, seat.workspace_id, seat.params["case_id"])
    )
    if case is None:
        return seat.nowhere("payment case")
    return seat.page(
        "staff_work_payment_case.html",
        422 if wrong else 200,
        wrong=dict(wrong or {}),
        case=case,
        write=partial(money, language=seat.language),
        once=token_hex(8),
    )


async def _close(seat: Seat, fields: Form) -> Response[Any]:
    """Close it, with what was made of it."""
    note = fields.get("note", "").strip()[:_NOTE_MAX]
    if not note:
        return await _payment_page(seat, {"note": "Say what was made of it."})
    outcome = await payment_cases.close(
        seat.house, seat.workspace_id, seat.params["case_id"], ClosePaymentCase(note=note)
    )
    if (why := why_not(outcome)) is not None:
        return await _payment_page(seat, {"content": why})
    kept = view_of(outcome)
    if kept is not None and kept["note"] != note:
        why = f"Somebody closed it meanwhile. Not kept: {note}"
        return await _payment_page(seat, {"content": why})
    return seat.go_on(seat.address("/queues/payment_case"), notice="Closed.")
