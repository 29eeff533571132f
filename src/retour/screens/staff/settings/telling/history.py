"""The versions of a template: who changed it, when and why; two side by side; one said again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.notifications import versions
from retour.desk.notifications.body import RestoreBody
from retour.desk.notifications.comparing import CHANGED, Row, words_apart
from retour.desk.outcome import Done, NotFound
from retour.desk.pages import read_page
from retour.desk.people import roster
from retour.dialects.notification import WORDS
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import body_of
from retour.screens.staff.settings.telling.words import EDITOR, LANGUAGES, TYPES, one_template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

    View = dict[str, Any]

_ONE: Final = f"{EDITOR}/{{template_id:str}}/versions"
_PERSON: Final = "person:"
_KEY: Final = "api_key:"
_PARTS: Final = {
    "subject": "subject",
    "body": "words",
    "language": "language",
    "name": "name",
    "profiles": "where it goes",
    "active": "on or off",
}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list, and of one version beside another."""
    read, write = "subscriptions:read", "subscriptions:write"
    return [
        *place(house, _ONE, read, _list),
        *place(house, f"{_ONE}/{{number:str}}", read, _beside, _again, take_scope=write),
    ]


async def named(seat: Seat, rows: Sequence[View]) -> list[View]:
    """Give versions with who made them and what changed, as people read it."""
    known = {
        _PERSON + one.person.id: one.person.name
        for one in await roster.roster(seat.house, seat.workspace_id)
    }
    return [
        {
            **row,
            "by": known.get(row["made_by"]) or _of(row["made_by"]),
            "parts": ", ".join(_PARTS[one] for one in row["changed"]),
        }
        for row in rows
    ]


def _of(mark: str) -> str:
    if mark.startswith(_KEY):
        return "an API key"
    return "somebody who left" if mark.startswith(_PERSON) else "Retour itself"


def shown_rows(rows: Sequence[Row]) -> list[View]:
    """Give compared rows for a page, with the words that changed within a line."""
    shown: list[View] = []
    for row in rows:
        view: View = msgspec.to_builtins(row)
        view["was"], view["now"] = [(row.older or "", False)], [(row.newer or "", False)]
        if row.kind == CHANGED:
            view["was"], view["now"] = words_apart(row.older or "", row.newer or "")
        shown.append(view)
    return shown


async def _list(seat: Seat) -> Response[Any]:
    """Show a page of versions, newest first."""
    said = await one_template(seat)
    if said is None:
        return seat.nowhere("template")
    page = read_page(None, seat.query.get("cursor"))
    found = body_of(await versions.listing(seat.house, seat.workspace_id, said["id"], page))
    following = found["next_cursor"]
    path = f"{EDITOR}/{said['id']}"
    return seat.page(
        "staff_settings_versions.html",
        **_head(seat, said),
        versions=await named(seat, found["data"]),
        later=seat.address(f"{path}/versions", cursor=following) if following else "",
    )


def _head(seat: Seat, said: View) -> View:
    return {
        "one": said,
        "own": seat.address(f"{EDITOR}/{said['id']}"),
        "event": WORDS[said["event"]].title,
        "type": TYPES[said["type"]],
        "language": LANGUAGES.get(said["language"], said["language"]),
    }


async def _beside(seat: Seat) -> Response[Any]:
    """Show what a version changed, or how it differs from another."""
    said = await one_template(seat)
    if said is None:
        return seat.nowhere("template")
    number = versions.number(seat.params["number"])
    against = versions.number(seat.query.get("against", ""))
    template_id = said["id"]
    done = await versions.look_up(seat.house, seat.workspace_id, template_id, str(number))
    if not isinstance(done, Done):
        return seat.nowhere("version")
    older, newer = sorted((number, against or max(number - 1, 1)))
    wanted = {"from": str(older), "to": str(newer)}
    try:
        compared: View = body_of(
            await versions.compare(seat.house, seat.workspace_id, template_id, wanted)
        )
    except InvalidRequest:  # Of what was there before versions were kept.
        compared = {"from": number, "to": number, "changed": [], "subject": [], "body": []}
    (kept,) = await named(seat, [body_of(done)])
    return seat.page(
        "staff_settings_version.html",
        **_head(seat, said),
        version=kept,
        compared=compared,
        rows={
            part: shown_rows(msgspec.convert(compared[part], list[Row]))
            for part in ("subject", "body")
        },
        is_newest=number == said["version"],
    )


async def _again(seat: Seat, fields: Form) -> Response[Any]:
    """Say again what it said at this version, as the next one."""
    del fields
    template_id, number = seat.params["template_id"], seat.params["number"]
    body = RestoreBody()
    here = seat.address(f"{EDITOR}/{template_id}/versions/{number}")
    try:
        done = await versions.restore(seat.house, seat.workspace_id, template_id, number, body)
    except InvalidRequest as error:
        words = " ".join(one.detail for one in error.errors)
        return seat.go_on(here, notice=f"It no longer stands: {words}", tone="bad")
    if isinstance(done, NotFound):
        return seat.nowhere("version")
    notice = (
        f"It says again what it said at version {number}, as version {body_of(done)['version']}."
    )
    return seat.go_on(seat.address(f"{EDITOR}/{template_id}"), notice=notice)
