"""The mail that a no would send, in its frame beside the reason: nothing is decided or sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.desk.agents import foretelling
from retour.kernel.problems import InvalidRequest, Transient
from retour.lifecycle.commands import Reject
from retour.screens.staff.framed import (
    framed,
    on_dark_screens,
    on_light_screens,
    told,
    with_subject,
)
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.reading import view_of, why_not

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_TEXT_MAX: Final = 1000
_UNSAID: Final = "Write the reason first; the customer reads it."
_NONE: Final = (
    "No mail is sent for it: “Mails” keeps none for returns that are rejected. The customer reads"
    " the reason on their page."
)
_BUSY: Final = "The renderer is busy. Press “See the mail” again in a moment."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the frame."""
    path = "/returns/{return_id:str}/mail"
    return place(house, path, "returns:write", None, _shown)


async def _shown(seat: Seat, fields: Form) -> Response[Any]:
    """Show the mail that the words in the form would send."""
    reason = fields.get("reject-reason", "").strip()[:_TEXT_MAX]
    if not reason:
        return framed(seat, told([_UNSAID], "No mail yet"), 422)
    try:
        outcome = await foretelling.mail_of(
            seat.house,
            seat.workspace_id,
            seat.params["return_id"],
            Reject(reason=reason),
            actor=seat.actor,
            sight=seat.sight,
        )
    except InvalidRequest as error:
        return framed(seat, told([one.detail for one in error.errors]), 422)
    except Transient:
        return framed(seat, told([_BUSY]), 503)
    if (why := why_not(outcome)) is not None:
        return framed(seat, told([why]), 422)
    mail = (view_of(outcome) or {"mail": None})["mail"]
    if mail is None:
        return framed(seat, told([_NONE], "No mail"))
    if fields.get("part") == "text":
        return framed(seat, f"{mail['subject']}\n\n{mail['text']}", kind="text/plain")
    page = with_subject(mail["html"], mail["subject"])
    return framed(seat, on_dark_screens(page) if fields.get("dark") else on_light_screens(page))
