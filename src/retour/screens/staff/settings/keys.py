"""API keys: listed, made with a token shown once, ended; making one asks to prove oneself again."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from retour.desk import api_keys
from retour.desk.api_keys import KeyNew
from retour.desk.outcome import Done, NotFound
from retour.desk.pages import read_page
from retour.desk.scopes import ALL, SCOPES, holds
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/keys"
_NAME_MAX: Final = 200
_NO_NAME: Final = "Name it after what will use it."
_NO_SCOPE: Final = "Tick what it may do."
_LOST: Final = "This key was made before, and its token was shown then. Make another if it is lost."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list and of a new key."""
    return [
        *place(house, PATH, "keys:read", _list, _end, take_scope="keys:write"),
        *place(house, f"{PATH}/new", "keys:write", _form, _make, proof=True),
    ]


async def _list(seat: Seat) -> Response[Any]:
    """Show a page of keys, newest first, with those that ended."""
    page = read_page(None, seat.query.get("cursor"))
    found = body_of(await api_keys.listing(seat.house, seat.workspace_id, page))
    following = found["next_cursor"]
    return seat.page(
        "staff_settings_keys.html",
        keys=found["data"],
        later=seat.address(PATH, cursor=following) if following else "",
    )


async def _end(seat: Seat, fields: Form) -> Response[Any]:
    done = await api_keys.revoke(seat.house, seat.workspace_id, fields.get("key", "")[:100])
    if isinstance(done, NotFound):
        return seat.nowhere("API key")
    return seat.go_on(seat.address(PATH), notice="The key has ended. Nobody is let in by it.")


async def _form(
    seat: Seat, wrong: Mapping[str, str] | None = None, fields: Form | None = None
) -> Response[Any]:
    """Ask what a key is called and what it may do: no more than who makes it."""
    held = [(one, about) for one, about in SCOPES.items() if holds(seat.principal.scopes, one)]
    return seat.page(
        "staff_settings_key.html",
        422 if wrong else 200,
        scopes=held,
        may_all=ALL in seat.principal.scopes,
        all=ALL,
        name="" if fields is None else fields.get("name", ""),
        ticked=[] if fields is None else fields.many("scopes"),
        once=token_hex(8),
        wrong=wrong or {},
    )


async def _make(seat: Seat, fields: Form) -> Response[Any]:
    """Make a key and show its token, here and nowhere else."""
    name, scopes = fields.get("name", "").strip(), tuple(dict.fromkeys(fields.many("scopes")))
    wrong: dict[str, str] = {}
    if not 0 < len(name) <= _NAME_MAX:
        wrong["name"] = _NO_NAME
    if not scopes:
        wrong["scopes"] = _NO_SCOPE
    if wrong:
        return await _form(seat, wrong, fields)
    body = KeyNew(name=name, scopes=scopes[: len(SCOPES) + 1])
    try:
        done = await api_keys.create(seat.house, seat.principal, body, seat.once())
    except InvalidRequest as error:
        wrong = at_fields(error, {"/scopes": "scopes"}, "name")
        return await _form(seat, wrong, fields)
    made = body_of(done) if isinstance(done, Done) else {}
    if "token" not in made:
        return seat.go_on(seat.address(PATH), notice=_LOST, tone="warn")
    return seat.page(
        "staff_settings_key_made.html", 201, key=made, base=seat.house.settings.public_base
    )
