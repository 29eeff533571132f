"""API keys: listed, made with a token shown once, rotated, ended.

Making, rotating and ending ask to prove oneself again; a key ends once its name was typed.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from retour.desk import api_keys, facilities
from retour.desk.api_keys import KeyNew, KeyRotate
from retour.desk.control import limits
from retour.desk.outcome import Done, NotFound
from retour.desk.pages import Page, read_page
from retour.desk.people.roles import ROLES
from retour.desk.scopes import ALL, SCOPES, holds, of_command
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.money.control import OWNER, POLICY
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.limits import limit_words
from retour.screens.staff.settings.said import at_fields, body_of, unnamed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.outcome import Outcome

View = dict[str, Any]
PATH: Final = "/settings/keys"
_NAME_MAX: Final = 200
_PLACES_MAX: Final = 100
_NETWORKS_MAX: Final = 20
_LIVES: Final = (
    ("30", "In 30 days"),
    ("90", "In 90 days"),
    ("365", "In a year"),
    ("", "Never by itself"),
)
_OVERLAPS: Final = (
    ("0", "Not at all: it ends now"),
    ("3600", "For an hour"),
    ("86400", "For a day"),
    ("604800", "For a week"),
)
_STARTS: Final[Mapping[str, frozenset[str]]] = {
    "reading": frozenset(one for one in SCOPES if one.endswith(":read")),
    **{role.value: right.scopes for role, right in ROLES.items() if ALL not in right.scopes},
}
"""Sets of scopes to begin with: all that reads, and what each role may."""
_NO_NAME: Final = "Name it after what will use it."
_NO_SCOPE: Final = "Tick what it may do."
_LOST: Final = "This key was made before, and its token was shown then. Make another if it is lost."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list, of a new key, and of one that is rotated or ended."""
    one = f"{PATH}/{{key_id:str}}"
    return [
        *place(house, PATH, "keys:read", _list),
        *place(house, f"{PATH}/new", "keys:write", _form, _make, proof=True),
        *place(house, one, "keys:read", _one, _end, take_scope="keys:write", take_proof=True),
        *place(house, f"{one}/rotate", "keys:write", _ask, _rotate, proof=True),
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


async def _found(seat: Seat) -> View | None:
    done = await api_keys.look_up(seat.house, seat.workspace_id, seat.params["key_id"])
    return body_of(done) if isinstance(done, Done) else None


async def _one(seat: Seat, wrong: Mapping[str, str] | None = None) -> Response[Any]:
    """Show one key: what it may do, for whom, and when it was used last."""
    key = await _found(seat)
    if key is None:
        return seat.nowhere("API key")
    said = await limits.said_in(seat.house, seat.workspace_id)
    promises = holds(frozenset(key["scopes"]), of_command("confirm_settlement"))
    return seat.page(
        "staff_settings_key_one.html",
        422 if wrong else 200,
        key=key,
        scopes=[(one, SCOPES[one]) for one in key["scopes"] if one in SCOPES],
        promises=limit_words(said, key["role"], seat.language) if promises else None,
        wrong=wrong or {},
    )


async def _end(seat: Seat, fields: Form) -> Response[Any]:
    """End the key, once its name was typed."""
    key = await _found(seat)
    if key is None:
        return seat.nowhere("API key")
    if (wrong := unnamed(fields, key["name"], "ended", "end")) is not None:
        return await _one(seat, wrong)
    await api_keys.revoke(seat.house, seat.workspace_id, key["id"])
    return seat.go_on(seat.address(PATH), notice="The key has ended. Nobody is let in by it.")


async def _form(
    seat: Seat, wrong: Mapping[str, str] | None = None, fields: Form | None = None
) -> Response[Any]:
    """Ask what a key is called and what it may do: no more than who makes it."""
    held = [(one, about) for one, about in SCOPES.items() if holds(seat.principal.scopes, one)]
    filled = fields or Form([])
    roles = await _roles(seat)
    begun = seat.query.get("start", "")
    start = _STARTS.get(begun, frozenset())
    ticked = sorted(start) if fields is None else filled.many("scopes")
    return seat.page(
        "staff_settings_key.html",
        422 if wrong else 200,
        scopes=held,
        may_all=ALL in seat.principal.scopes,
        all=ALL,
        starts=_STARTS,
        start=begun,
        name=filled.get("name", ""),
        ticked=ticked,
        places=await _places(seat),
        at=filled.many("facilities"),
        networks=filled.get("networks", ""),
        roles=roles,
        role=filled.get("role", begun if begun in dict(roles) else seat.principal.role),
        lives=_LIVES,
        life=filled.get("life", "365"),
        once=token_hex(8),
        wrong=wrong or {},
    )


async def _places(seat: Seat) -> list[tuple[str, str]]:
    """List the facilities that a key can be bound to: code and name."""
    found = body_of(await facilities.listing(seat.house, seat.workspace_id, Page(limit=200)))
    return [(one["code"], one["name"]) for one in found["data"]]


async def _roles(seat: Seat) -> list[tuple[str, str]]:
    """List the roles whose limits can hold for a key: its maker's, or for owners all there are."""
    said = await limits.said_in(seat.house, seat.workspace_id)
    known = {OWNER, "agent", *said.limits, *(one.role for one in seat.config.keys.values())}
    mine = known - {POLICY} if seat.principal.role == OWNER else {seat.principal.role}
    return [
        (one, f"{one}: {limit_words(said, one, seat.language)}")
        for one in sorted(mine, key=lambda one: (one != seat.principal.role, one))
    ]


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
    body = KeyNew(
        name=name,
        scopes=scopes[: len(SCOPES) + 1],
        facilities=tuple(fields.many("facilities")[:_PLACES_MAX]) or None,
        networks=tuple(fields.get("networks", "").replace(",", " ").split()[:_NETWORKS_MAX])
        or None,
        role=fields.get("role") or None,
        life_days={one: int(one) for one, _ in _LIVES if one}.get(fields.get("life", "")),
    )
    try:
        done = await api_keys.create(seat.house, seat.principal, body, seat.once())
    except InvalidRequest as error:
        beside = {"/scopes": "scopes", "/networks": "networks", "/facilities": "facilities"}
        beside["/role"] = "role"
        return await _form(seat, at_fields(error, beside, "name"), fields)
    return _made(seat, done)


def _made(seat: Seat, done: Outcome, old: View | None = None) -> Response[Any]:
    """Show a token, this once."""
    made = body_of(done) if isinstance(done, Done) else {}
    if "token" not in made:
        return seat.go_on(seat.address(PATH), notice=_LOST, tone="warn")
    base = seat.house.settings.public_base
    return seat.page("staff_settings_key_made.html", 201, key=made, base=base, old=old)


async def _ask(seat: Seat) -> Response[Any]:
    """Ask for how long the key that is replaced stays good."""
    key = await _found(seat)
    if key is None or not key["is_good"]:
        return seat.nowhere("API key")
    once = token_hex(8)
    return seat.page("staff_settings_key_rotate.html", key=key, overlaps=_OVERLAPS, once=once)


async def _rotate(seat: Seat, fields: Form) -> Response[Any]:
    """Make the key's successor and show its token, here and nowhere else."""
    known = dict(_OVERLAPS)
    said = fields.get("overlap", "")
    body = KeyRotate(overlap_s=int(said) if said in known else KeyRotate().overlap_s)
    key_id = seat.params["key_id"]
    done = await api_keys.rotate(seat.house, seat.principal, key_id, body, seat.once())
    if isinstance(done, NotFound):
        return seat.nowhere("API key")
    old = body_of(await api_keys.look_up(seat.house, seat.workspace_id, key_id))
    return _made(seat, done, old)
