"""How the portal is arranged: what shoppers may come for, and where they ask people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.portal import settings
from retour.desk.portal.settings import Contact, PortalSettings, UseCase
from retour.dialects.portal.use_case_words import USE_CASES
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/portal"
_CONTACT: Final = Contact.__struct_fields__
_ORDERS_MAX: Final = 5
_WRONG: Final = {
    "email": "Give an address such as care@example.com.",
    "phone": "Give digits, spaces and +, 3 to 50 of them.",
    "url": "Give the page’s https:// address.",
}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handlers."""
    return place(house, PATH, "settings:read", _shown, _take, take_scope="settings:write")


async def _shown(seat: Seat) -> Response[Any]:
    """Show how it is arranged."""
    return await _page(seat)


async def _said(seat: Seat) -> PortalSettings:
    return msgspec.convert(
        body_of(await settings.look_up(seat.house, seat.workspace_id)), PortalSettings
    )


async def _page(
    seat: Seat, wrong: Mapping[str, str] | None = None, fields: Form | None = None
) -> Response[Any]:
    said = await _said(seat)
    kept = {name: getattr(said.contact, name) or "" for name in _CONTACT}
    plain = {**kept, "orders": str(said.orders)}
    filled = plain if fields is None else {name: fields.get(name, "") for name in plain}
    return seat.page(
        "staff_settings_portal.html",
        422 if wrong else 200,
        cases=in_order(said.use_cases),
        filled=filled,
        gifts=said.gifts if fields is None else "gifts" in fields,
        orders=[(str(n), str(n)) for n in range(1, _ORDERS_MAX + 1)],
        portal=f"/p/{seat.workspace}",
        wrong=wrong or {},
    )


def in_order(cases: Sequence[UseCase], under: str | None = None, depth: int = 0) -> list[Any]:
    """Give use cases with how deep they stand, each question before its answers."""
    found: list[Any] = []
    for one in cases:
        if one.under == under:
            found += [(one, depth), *in_order(cases, one.id, depth + 1)]
    return found


async def _contact(seat: Seat, fields: Form) -> Response[Any]:
    """Say where people are asked, and what may come back."""
    wrong: dict[str, str] = {}
    made: dict[str, str] = {}
    for name in _CONTACT:
        value = fields.get(name, "").strip()
        try:
            msgspec.convert({name: value or None}, Contact)
        except msgspec.ValidationError:
            wrong[name] = _WRONG[name]
        if value:
            made[name] = value
    number = fields.get("orders", "")
    if number not in {str(n) for n in range(1, _ORDERS_MAX + 1)}:
        wrong["orders"] = f"Choose from 1 to {_ORDERS_MAX}."
    if wrong:
        return await _page(seat, wrong, fields)
    said = msgspec.structs.replace(
        await _said(seat), contact=Contact(**made), gifts="gifts" in fields, orders=int(number)
    )
    try:
        await settings.put(seat.house, seat.workspace_id, said)
    except InvalidRequest as error:
        return await _page(seat, at_fields(error, {"/contact/email": "email"}, "url"), fields)
    return seat.go_on(seat.address(PATH), notice="The portal is arranged so from now on.")


async def _arrange(seat: Seat, fields: Form) -> Response[Any]:
    """Move a use case before the one above it, take it away, or begin with ours."""
    said = await _said(seat)
    cases = list(said.use_cases)
    named = [one for one in cases if one.id == fields.get("case")]
    if fields.get("act") == "propose" and not cases:
        cases = list(msgspec.convert(USE_CASES, tuple[UseCase, ...]))
    elif named and fields.get("act") == "up":
        beside = [one for one in cases if one.under == named[0].under]
        place_of = beside.index(named[0])
        here, there = cases.index(named[0]), cases.index(beside[max(place_of - 1, 0)])
        cases[here], cases[there] = cases[there], cases[here]
    elif named:
        gone = {one.id for one, _ in in_order(cases, named[0].id)} | {named[0].id}
        cases = [one for one in cases if one.id not in gone]
    else:
        return seat.go_on(seat.address(PATH), notice="It is not there any more.", tone="warn")
    changed = msgspec.structs.replace(said, use_cases=tuple(cases))
    try:
        await settings.put(seat.house, seat.workspace_id, changed)
    except InvalidRequest as error:
        return seat.go_on(seat.address(PATH), notice=error.errors[0].detail, tone="bad")
    return seat.go_on(seat.address(PATH), notice="The portal is arranged so from now on.")


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    if fields.get("act") in ("up", "remove", "propose"):
        return await _arrange(seat, fields)
    return await _contact(seat, fields)
