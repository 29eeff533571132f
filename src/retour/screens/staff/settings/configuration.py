"""All that a workspace settles as one file: taken out, held beside what is there, brought in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Response

from retour.desk import configuration
from retour.desk.configuration import FILE_BYTES_MAX, MAILS_SCOPE, Asker
from retour.kernel.problems import InvalidRequest
from retour.screens.staff import guard
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.configuration import Configuration
    from retour.desk.house import House

    View = dict[str, Any]

PATH: Final = "/settings/configuration"
_READ: Final = "settings:read"
_WRITE: Final = "settings:write"
_BYTES_MAX: Final = 4 * FILE_BYTES_MAX
"""A form writes some characters as three."""
_SHOWN_MAX: Final = 200
PARTS: Final[Mapping[str, tuple[str, str]]] = {
    "facilities": ("Facilities", "/settings/facilities"),
    "grading_sets": ("Grading sets", "/settings/grades"),
    "dispositions": ("Dispositions", "/settings/grades"),
    "grades": ("Words of grades", "/settings/grades"),
    "policies": ("Policies in force", "/settings/policies"),
    "routing": ("Where goods go", "/settings/routing"),
    "portal": ("Portal and reasons", "/settings/portal"),
    "withdrawals": ("Withdrawals", ""),
    "brand": ("Brand", "/settings/brand"),
    "answers": ("Answers", "/settings/replies"),
    "mails": ("Mails to customers", "/settings/mails"),
}
"""What each part is called, and where it has its page."""


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the page and of its file."""
    return [
        *place(house, PATH, _READ, _shown, _take, take_scope=_WRITE, bytes_max=_BYTES_MAX),
        *place(house, f"{PATH}/file", _READ, _file),
    ]


async def _read(seat: Seat) -> View:
    scopes = seat.principal.scopes
    return body_of(await configuration.read(seat.house, seat.workspace_id, scopes))


async def _shown(
    seat: Seat,
    *,
    text: str = "",
    told: Mapping[str, Any] | None = None,
    is_done: bool = False,
    wrong: Mapping[str, str] | None = None,
) -> Response[Any]:
    """Show what there is, and what a file would change or did."""
    there = await _read(seat)
    items = [] if told is None else [one for one in told["items"] if one["change"] != "same"]
    return seat.page(
        "staff_settings_configuration.html",
        422 if wrong else 200,
        parts=[(*PARTS[name], _count(there.get(name), name)) for name in PARTS],
        parts_of=PARTS,
        told=told,
        items=items[:_SHOWN_MAX],
        more=max(0, len(items) - _SHOWN_MAX),
        left=sum(one["change"] in {"new", "changed"} for one in items),
        text=text,
        is_done=is_done,
        may_mails=seat.may(MAILS_SCOPE),
        wrong=wrong or {},
    )


def _count(said: View | None, name: str) -> str:
    if not said:
        return "nothing of your own"
    return str(len(said)) if name in _COUNTED else "yes"


_COUNTED: Final = {
    "facilities",
    "grading_sets",
    "dispositions",
    "grades",
    "policies",
    "answers",
    "mails",
}


async def _file(seat: Seat) -> Response[Any]:
    """Give it as YAML."""
    text = configuration.as_yaml(await _read(seat))
    headers = {
        **guard.headers_for(seat.house),
        "content-disposition": f'attachment; filename="{seat.workspace}.yaml"',
    }
    return Response(text, media_type="application/yaml; charset=utf-8", headers=headers)


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    """Say what a file would change, or bring it in."""
    files = [one for one in fields.files.get("file", []) if one]
    given = files[0] if files else fields.get("text", "").encode()
    text = given.decode(errors="replace")
    if not text.strip():
        wrong = {"file": "Choose a file, or put its text into the field."}
        return await _shown(seat, wrong=wrong)
    try:
        said = configuration.read_text(given)
    except InvalidRequest as error:
        words = [f"{one.pointer}: {one.detail}".removeprefix(": ") for one in error.errors]
        return await _shown(seat, text=text, wrong={"text": " ".join(words)})
    if fields.get("act") != "bring":
        told = body_of(await configuration.compare(seat.house, seat.workspace_id, said))
        return await _shown(seat, text=text, told=told)
    return await _bring(seat, said, text)


async def _bring(seat: Seat, said: Configuration, text: str) -> Response[Any]:
    by = Asker(seat.principal.scopes, seat.actor)
    told = body_of(await configuration.bring_in(seat.house, seat.workspace_id, said, by))
    done = told["new"] + told["changed"]
    if told["refused"]:
        return await _shown(seat, text=text, told=told, is_done=True)
    words = f"{done} {'thing was' if done == 1 else 'things were'} brought in."
    return seat.go_on(seat.address(PATH), notice=words if done else "Nothing differed.")
