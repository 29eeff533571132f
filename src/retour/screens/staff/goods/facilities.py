"""Facilities: listed, made, said anew; closed with a word on what that leaves on its way."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import msgspec

from retour.desk import facilities
from retour.desk import routing as routes_of_goods
from retour.desk.facilities import DAYS, FacilityPut
from retour.desk.outcome import VersionDiffers
from retour.desk.pages import read_page
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.model import FacilityKind
from retour.screens.staff.goods.said import (
    differing,
    found_in,
    listed,
    seen_version,
    unlisted,
)
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/facilities"
NEW: Final = "/settings/new-facility"
_ADDRESS: Final = ("company", "street", "street2", "postcode", "city", "region", "country", "phone")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
_ISO: Final = re.compile(r"[A-Z]{2}")
KINDS: Final = {
    FacilityKind.MERCHANT: "Your own warehouse",
    FacilityKind.STORE: "A shop of yours",
    FacilityKind.HUB: "Somebody else’s hub",
    FacilityKind.THIRD_PARTY: "A logistics partner with our scanner",
    FacilityKind.WMS: "A logistics partner with a system of its own",
}
_DAY_NAMES: Final = dict(
    zip(
        DAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
_NAMES: Final = {
    "name": "Name",
    "kind": "Kind",
    "external_id": "Its number elsewhere",
    **{f"at_{one}": f"Address: {one}" for one in _ADDRESS},
    "groups": "Groups of goods",
    "countries": "Countries",
    "zone": "Time zone",
    **{f"hours_{day}": name for day, name in _DAY_NAMES.items()},
    "holidays": "Holidays",
}
_POINTERS: Final = {
    "/zone": "zone",
    "/active": "close",
    "/name": "name",
    **{f"/hours/{day}": f"hours_{day}" for day in DAYS},
}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list, of a new facility and of one."""
    return [
        *place(house, PATH, "settings:read", _list),
        *place(house, NEW, "settings:write", _new, _make),
        *place(
            house,
            f"{PATH}/{{facility:str}}",
            "settings:read",
            _one,
            _take,
            take_scope="settings:write",
        ),
    ]


async def all_facilities(seat: Seat) -> list[dict[str, Any]]:
    """Give every facility by code, as choices show them."""
    found: list[dict[str, Any]] = []
    page = read_page("200", None)
    while True:
        part = body_of(await facilities.listing(seat.house, seat.workspace_id, page))
        found += part["data"]
        if part["next_cursor"] is None:
            return found
        page = read_page("200", part["next_cursor"])


async def _list(seat: Seat) -> Response[Any]:
    """Show a page of facilities, and which of them all else goes to."""
    page = read_page("50", seat.query.get("cursor"))
    found = body_of(await facilities.listing(seat.house, seat.workspace_id, page))
    table = body_of(await routes_of_goods.look_up(seat.house, seat.workspace_id))
    following = found["next_cursor"]
    return seat.page(
        "staff_goods_facilities.html",
        facilities=found["data"],
        kinds={one.value: name for one, name in KINDS.items()},
        fallback=table["fallback"],
        later=seat.address(PATH, cursor=following) if following else "",
    )


# ---------------------------------------------------------------- one of them


async def _new(seat: Seat) -> Response[Any]:
    """Ask what a new facility is."""
    country = {"at_country": "", "kind": FacilityKind.MERCHANT.value, "zone": seat.config.zone}
    return _form(seat, {"code": "", **country}, version=0)


async def _make(seat: Seat, fields: Form) -> Response[Any]:
    code = fields.get("code", "").strip()
    if not _CODE.fullmatch(code):
        wrong = {"code": "Give 1 to 50 letters, digits, dots and dashes, such as dc-2."}
        return _form(seat, dict(fields), wrong, version=0)
    return await _save(seat, fields, code)


async def _one(seat: Seat) -> Response[Any]:
    """Show one facility with what hangs on it."""
    code = seat.params["facility"]
    kept = found_in(await facilities.look_up(seat.house, seat.workspace_id, code))
    return seat.nowhere("facility") if kept is None else await _shown(seat, kept, _filled(kept))


async def _shown(
    seat: Seat,
    kept: Mapping[str, Any],
    filled: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    *,
    differs: list[tuple[str, str, str]] | None = None,
) -> Response[Any]:
    uses = body_of(await facilities.uses(seat.house, seat.workspace_id, kept["code"]))
    return _form(
        seat, filled, wrong, version=kept["version"], kept=kept, uses=uses, differs=differs
    )


def _form(
    seat: Seat,
    filled: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    *,
    version: int,
    **more: Any,  # noqa: ANN401 - what the template names
) -> Response[Any]:
    return seat.page(
        "staff_goods_facility.html",
        409 if more.get("differs") else 422 if wrong else 200,
        filled=filled,
        kinds=[(one.value, name) for one, name in KINDS.items()],
        days=_DAY_NAMES,
        local=partial(_local, ZoneInfo(_zone_of(more.get("kept"), seat))),
        address=_ADDRESS,
        version=version,
        wrong=wrong or {},
        **{"kept": None, "uses": None, "differs": None, **more},
    )


def _zone_of(kept: Mapping[str, Any] | None, seat: Seat) -> str:
    """Give the time zone of a facility: its own, or the workspace's."""
    return (kept or {}).get("zone") or seat.config.zone


def _local(zone: ZoneInfo, text: str) -> str:
    """Write an instant as people there do."""
    at = datetime.fromisoformat(text).astimezone(zone)
    return f"{at:%a} {at.day} {at:%b, %H:%M}"


def _filled(kept: Mapping[str, Any]) -> dict[str, str]:
    """Give what stands in the fields of a facility."""
    address: dict[str, str | None] = dict(kept["address"] or {})
    return {
        "code": kept["code"],
        "name": kept["name"],
        "kind": kept["kind"],
        "external_id": kept["external_id"] or "",
        "blind": "1" if kept["blind"] else "",
        **{f"at_{one}": address.get(one) or "" for one in _ADDRESS},
        "groups": unlisted(kept["groups"]),
        "countries": unlisted(kept["countries"]),
        "zone": kept["zone"] or "",
        **{f"hours_{day}": kept["hours"].get(day, "") for day in DAYS},
        "holidays": "\n".join(kept["holidays"]),
    }


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    """Save it, close it or open it again."""
    code = seat.params["facility"]
    if fields.get("act") in ("close", "open"):
        return await _turn(seat, code, is_open=fields.get("act") == "open")
    return await _save(seat, fields, code)


async def _turn(seat: Seat, code: str, *, is_open: bool) -> Response[Any]:
    kept = found_in(await facilities.look_up(seat.house, seat.workspace_id, code))
    if kept is None:
        return seat.nowhere("facility")
    said = _put_of(kept, {"active": is_open})
    here = seat.address(f"{PATH}/{code}")
    try:
        await facilities.put(seat.house, seat.workspace_id, code, said, kept["version"])
    except InvalidRequest as error:
        return seat.go_on(here, notice=error.errors[0].detail, tone="bad")
    words = (
        f"{kept['name']} is open. New returns can be sent there."
        if is_open
        else f"{kept['name']} is closed. What is on its way there is received all the same."
    )
    return seat.go_on(here, notice=words)


def _put_of(kept: Mapping[str, Any], change: Mapping[str, Any]) -> FacilityPut:
    plain = {name: kept[name] for name in FacilityPut.__struct_fields__}
    return msgspec.convert({**plain, **change}, FacilityPut)


async def _save(seat: Seat, fields: Form, code: str) -> Response[Any]:
    kept = found_in(await facilities.look_up(seat.house, seat.workspace_id, code))
    is_new = "facility" not in seat.params
    if is_new and kept is not None:
        wrong = {"code": "There is a facility with this code. Give another, or change that one."}
        return _form(seat, dict(fields), wrong, version=0)
    if not is_new and kept is None:
        return seat.nowhere("facility")
    said, wrong = _read(fields, kept)
    if said is None:
        return await _again(seat, fields, kept, wrong)
    try:
        done = await facilities.put(
            seat.house, seat.workspace_id, code, said, seen_version(fields) or 0
        )
    except InvalidRequest as error:
        return await _again(seat, fields, kept, at_fields(error, _POINTERS, "name"))
    if isinstance(done, VersionDiffers) and kept is not None:
        differs = differing(_filled(kept), {**_filled(kept), **fields}, _NAMES)
        return await _shown(seat, kept, dict(fields), differs=differs)
    notice = f"{said.name} is there." if is_new else f"{said.name} is saved."
    return seat.go_on(seat.address(f"{PATH}/{code}"), notice=notice)


async def _again(
    seat: Seat, fields: Form, kept: Mapping[str, Any] | None, wrong: Mapping[str, str]
) -> Response[Any]:
    """Ask once more, with what was typed."""
    if kept is None:
        return _form(seat, dict(fields), wrong, version=0)
    return await _shown(seat, {**kept, "version": seen_version(fields)}, dict(fields), wrong)


def _read(
    fields: Form, kept: Mapping[str, Any] | None
) -> tuple[FacilityPut | None, dict[str, str]]:
    """Read a facility, or what is wrong with it by field."""
    wrong: dict[str, str] = {}
    name = fields.get("name", "").strip()
    if not name:
        wrong["name"] = "Give the name by which your people know it."
    country = fields.get("at_country", "").strip().upper()
    if country and not _ISO.fullmatch(country):
        wrong["at_country"] = "Give the country’s two letters, such as DE."
    countries = tuple(one.upper() for one in listed(fields.get("countries", "")))
    if strange := [one for one in countries if not _ISO.fullmatch(one)]:
        wrong["countries"] = f"Give two letters for each country. Not so: {unlisted(strange)}."
    holidays, unread = _days(fields.get("holidays", ""))
    if unread:
        wrong["holidays"] = f"Write each day as 2026-12-25. Not so: {unlisted(unread)}."
    if fields.get("kind") not in {one.value for one in FacilityKind}:
        wrong["kind"] = "Choose one."
    hours = {day: fields.get(f"hours_{day}", "").replace(" ", "").replace("–", "-") for day in DAYS}
    said: dict[str, Any] = {
        "name": name[:255],
        "kind": fields.get("kind"),
        "external_id": fields.get("external_id", "").strip()[:255] or None,
        "address": _address(fields, kept, country),
        "attributes": {} if kept is None else kept["attributes"],
        "blind": "blind" in fields,
        "active": True if kept is None else kept["active"],
        "groups": listed(fields.get("groups", "")),
        "countries": countries,
        "zone": fields.get("zone", "").strip() or None,
        "holidays": holidays,
    }
    for day, text in hours.items():
        if text and not re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", text):
            wrong[f"hours_{day}"] = "Write hours such as 08:00-17:00, or leave it empty."
    if wrong:
        return None, wrong
    try:
        said["hours"] = {day: text for day, text in hours.items() if text}
        return msgspec.convert(said, FacilityPut), {}
    except msgspec.ValidationError as error:
        return None, {"name": f"It cannot be kept so: {error}."}


def _address(
    fields: Form, kept: Mapping[str, Any] | None, country: str
) -> dict[str, str | None] | None:
    """Give the address with what an API said of it beyond these fields."""
    before: dict[str, str | None] = {} if kept is None else dict(kept["address"] or {})
    typed = {one: fields.get(f"at_{one}", "").strip() or None for one in _ADDRESS}
    typed["country"] = country or None
    whole = {**before, **typed}
    known = {name: value for name, value in whole.items() if value is not None}
    return dict(known) or None


def _days(text: str) -> tuple[tuple[str, ...], list[str]]:
    good: list[str] = []
    bad: list[str] = []
    for one in listed(text):
        try:
            good.append(date.fromisoformat(one).isoformat())
        except ValueError:
            bad.append(one)
    return tuple(sorted(set(good))), bad
