"""What stands in the frame beside an editor: the message as its reader gets it, kept or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Response

from retour.desk.notifications import trial
from retour.desk.outcome import Done
from retour.kernel.problems import InvalidRequest, Transient
from retour.screens.pages import PAGES
from retour.screens.staff import guard
from retour.screens.staff.framed import (
    framed,
    seen_on,
    told,
    with_subject,
)
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import body_of
from retour.screens.staff.settings.telling.words import EDITOR, asked_of, looked_over, too_long

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_ONE: Final = f"{EDITOR}/{{template_id:str}}"
BYTES_MAX: Final = 200_000
"""Of what an editor sends: its words, written for an address."""
_GONE: Final = "There is no such template any more."
_BUSY: Final = "The renderer is busy. Press Preview again in a moment."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the frame, and of what is said about words while they are written."""
    read = "subscriptions:read"
    return [
        *place(house, f"{_ONE}/shown", read, _kept, _draft, bytes_max=BYTES_MAX),
        *place(house, f"{_ONE}/checked", read, None, _checked, bytes_max=BYTES_MAX),
    ]


async def _kept(seat: Seat) -> Response[Any]:
    """Show the message as it is kept."""
    return await _rendered(seat, seat.query, None)


async def _draft(seat: Seat, fields: Form) -> Response[Any]:
    """Show the message as it stands in the form; nothing is kept."""
    if wrong := too_long(fields):
        return framed(seat, told(list(wrong.values())), 422)
    return await _rendered(seat, fields, fields)


async def _rendered(seat: Seat, asked: Mapping[str, str], draft: Form | None) -> Response[Any]:
    template_id = seat.params["template_id"]
    try:
        body = await asked_of(seat, asked, draft)
        done = await trial.preview(
            seat.house, seat.workspace_id, template_id, body, sight=seat.sight
        )
    except InvalidRequest as error:
        return framed(seat, told([one.detail for one in error.errors]), 422)
    except Transient:
        return framed(seat, told([_BUSY]), 503)
    if not isinstance(done, Done):
        return framed(seat, told([_GONE]), 404)
    made = body_of(done)
    if "html" not in made:
        text = made.get("text") or made.get("body") or "Nothing is sent of this return."
        return framed(seat, str(text), kind="text/plain")
    if asked.get("part") == "text":
        return framed(seat, f"{made['subject']}\n\n{made['text']}", kind="text/plain")
    html = with_subject(str(made["html"]), str(made["subject"]))
    return framed(seat, seen_on(html, is_dark=bool(asked.get("dark"))))


async def _checked(seat: Seat, fields: Form) -> Response[Any]:
    """Say what is wrong with the words in the form, for the script that asks while one writes."""
    if wrong := too_long(fields):
        return _findings(seat, _only("error", list(wrong.values())))
    try:
        found = await looked_over(seat, fields)
    except InvalidRequest as error:
        return _findings(seat, _only("error", [one.detail for one in error.errors]))
    except Transient:
        return _findings(seat, _only("warning", [_BUSY]))
    return _findings(seat, found or _only("error", [_GONE]))


def _only(severity: str, words: list[str]) -> dict[str, Any]:
    found = [{"severity": severity, "detail": one, "line": None} for one in words]
    return {"findings": found, "html_bytes": None}


def _findings(seat: Seat, found: dict[str, Any]) -> Response[Any]:
    text = PAGES.get_template("staff_settings_findings.html").render(found=found)
    headers = guard.headers_for(seat.house)
    return Response(text.encode(), media_type="text/html; charset=utf-8", headers=headers)
