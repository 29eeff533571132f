"""Where goods go: rules in their order, each said on a page of its own, and goods tried on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from retour.desk import routing
from retour.desk.outcome import Done, NotFound, Refused, VersionDiffers
from retour.desk.routing import RoutingPut, WhereBody
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.goods.facilities import all_facilities
from retour.screens.staff.goods.said import differing, listed, seen_version, unlisted
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/routing"
NEW: Final = "/settings/new-routing-rule"
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,49}")
_ISO: Final = re.compile(r"[A-Z]{2}")
_CHANGED: Final = (
    "Somebody changed the table meanwhile. Nothing was changed; look, and press again."
)
_ASKED: Final = ("order", "country", "channel", "sku", "group", "reason")
CONDITIONS: Final = {
    "countries": ("order", "Countries", "Two letters each, such as DE, AT."),
    "channels": ("order", "Channels", "As orders name where they were sold, such as web, bol."),
    "groups": ("item", "Groups of goods", "As your products’ groups are called."),
    "skus": ("item", "SKUs", "Only these."),
    "reasons": ("request", "Reasons", "Codes or words of the reason, such as broken."),
    "methods": ("request", "Ways to send", "label, drop_off, locker, pickup, own or virtual."),
}
"""The conditions that the form has: part of the rule, label, hint. Others are kept as they were."""
_TITLES: Final = {"id": "Name", "facility": "Facility"} | {
    name: label for name, (_, label, _) in CONDITIONS.items()
}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the table, of a new rule and of one."""
    return [
        *place(house, PATH, "settings:read", _table, _arrange, take_scope="settings:write"),
        *place(house, NEW, "settings:write", _new, _add),
        *place(
            house,
            f"{PATH}/{{rule:str}}",
            "settings:read",
            _one,
            _change,
            take_scope="settings:write",
        ),
    ]


async def _said(seat: Seat) -> dict[str, Any]:
    return body_of(await routing.look_up(seat.house, seat.workspace_id))


async def _table(seat: Seat) -> Response[Any]:
    """Show the table, and where the goods that are asked about would go."""
    return await _page(seat)


async def _page(seat: Seat, wrong: Mapping[str, str] | None = None) -> Response[Any]:
    said = await _said(seat)
    places = await all_facilities(seat)
    names = {one["code"]: one["name"] for one in places}
    answer, against = await _tried(seat)
    return seat.page(
        "staff_goods_routing.html",
        422 if wrong or against else 200,
        rules=[
            {**one, "says": in_words(one["when"]), "name": names.get(one["facility"], "")}
            for one in said["rules"]
        ],
        closed={one["code"] for one in places if not one["active"]},
        names=names,
        said=said,
        open_places=[(one["code"], _named(one)) for one in places if one["active"]],
        asked={name: seat.query.get(name, "") for name in _ASKED},
        answer=answer,
        wrong={**against, **(wrong or {})},
    )


def _named(one: Mapping[str, Any]) -> str:
    return f"{one['name']} ({one['code']})"


def in_words(when: Mapping[str, Any]) -> list[str]:
    """Say what a rule asks for, a condition a piece."""
    return [
        f"{name.replace('_', ' ')}: {_told(value)}"
        for part in when.values()
        for name, value in part.items()
    ]


def _told(value: Any) -> str:  # noqa: ANN401 - any condition's
    if isinstance(value, list):
        return unlisted(cast("list[object]", value))
    if isinstance(value, dict):
        said = cast("dict[str, Any]", value).items()
        return ", ".join(f"{name.replace('_', ' ')} {_told(one)}" for name, one in said)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


# ---------------------------------------------------------------- where would this go?


async def _tried(seat: Seat) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """Try what stands behind the question mark; nothing where nothing does."""
    given = {name: seat.query.get(name, "").strip()[:255] or None for name in _ASKED}
    if not any(given.values()):
        return None, {}
    country = (given["country"] or "").upper() or None
    if country is not None and not _ISO.fullmatch(country):
        return None, {"country": "Give two letters, such as DE."}
    if given["order"] is not None:
        body = WhereBody(order_number=given["order"], reason=given["reason"])
    else:
        body = WhereBody(
            country=country,
            channel=given["channel"],
            sku=given["sku"],
            group=given["group"],
            reason=given["reason"],
        )
    try:
        done = await routing.where(seat.house, seat.workspace_id, body, actor=seat.actor)
    except InvalidRequest as error:
        return None, at_fields(error, {"/country": "country"}, "order")
    match done:
        case Done():
            return body_of(done), {}
        case Refused(refusal=refusal):
            return None, {"order": refusal.detail}
        case NotFound(what=what):
            return None, {"order": f"There is no such {what}."}
        case _:
            return None, {"order": "It could not be tried. Try again."}


# ---------------------------------------------------------------- the table


async def _put(
    seat: Seat, said: Mapping[str, Any], seen: int | None
) -> tuple[VersionDiffers | None, InvalidRequest | None]:
    body = msgspec.convert({k: said[k] for k in ("rules", "fallback")}, RoutingPut)
    try:
        done = await routing.put(seat.house, seat.workspace_id, body, seen)
    except InvalidRequest as error:
        return None, error
    return done if isinstance(done, VersionDiffers) else None, None


async def _arrange(seat: Seat, fields: Form) -> Response[Any]:
    """Move a rule up or down, take it away, or name the fallback."""
    said = await _said(seat)
    rules: list[dict[str, Any]] = said["rules"]
    at = next((n for n, one in enumerate(rules) if one["id"] == fields.get("rule")), None)
    act = fields.get("act")
    notice = "Goods go by this table from now on."
    if act == "fallback":
        said["fallback"] = fields.get("fallback", "")[:255] or "main"
    elif at is None:
        return seat.go_on(seat.address(PATH), notice="It is not there any more.", tone="warn")
    elif act in ("up", "down"):
        to = min(max(at + (1 if act == "down" else -1), 0), len(rules) - 1)
        rules.insert(to, rules.pop(at))
    elif act == "remove":
        notice = f"The rule {rules.pop(at)['id']} is gone."
    differs, error = await _put(seat, said, seen_version(fields))
    if error is not None:
        return await _page(seat, at_fields(error, {}, "fallback"))
    if differs is not None:
        return seat.go_on(seat.address(PATH), notice=_CHANGED, tone="warn")
    return seat.go_on(seat.address(PATH), notice=notice)


# ---------------------------------------------------------------- one rule


async def _new(seat: Seat) -> Response[Any]:
    """Ask what a new rule says; it stands behind all others at first."""
    said = await _said(seat)
    return await _form(seat, {}, version=said["version"])


async def _form(
    seat: Seat,
    filled: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    *,
    version: int,
    rule: Mapping[str, Any] | None = None,
    differs: Sequence[tuple[str, str, str]] | None = None,
) -> Response[Any]:
    places = await all_facilities(seat)
    return seat.page(
        "staff_goods_rule.html",
        409 if differs is not None else 422 if wrong else 200,
        filled=filled,
        conditions=CONDITIONS,
        places=[
            (one["code"], _named(one) + ("" if one["active"] else ", closed")) for one in places
        ],
        others=[] if rule is None else in_words(_others(rule["when"])),
        rule=rule,
        version=version,
        differs=differs,
        wrong=wrong or {},
    )


def _others(when: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the conditions that the form does not have."""
    rest = {
        part: {
            name: value for name, value in said.items() if CONDITIONS.get(name, ("",))[0] != part
        }
        for part, said in when.items()
    }
    return {part: said for part, said in rest.items() if said}


def _filled(rule: Mapping[str, Any]) -> dict[str, str]:
    return {
        "id": rule["id"],
        "facility": rule["facility"],
        **{
            name: unlisted(rule["when"].get(part, {}).get(name, ()))
            for name, (part, _, _) in CONDITIONS.items()
        },
    }


async def _one(seat: Seat) -> Response[Any]:
    """Show what one rule says."""
    said = await _said(seat)
    rule = _rule(said, seat.params["rule"])
    if rule is None:
        return seat.nowhere("routing rule")
    return await _form(seat, _filled(rule), version=said["version"], rule=rule)


def _rule(said: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    return next((one for one in said["rules"] if one["id"] == name), None)


async def _add(seat: Seat, fields: Form) -> Response[Any]:
    return await _keep(seat, fields, None)


async def _change(seat: Seat, fields: Form) -> Response[Any]:
    said = await _said(seat)
    rule = _rule(said, seat.params["rule"])
    return seat.nowhere("routing rule") if rule is None else await _keep(seat, fields, rule)


async def _keep(seat: Seat, fields: Form, rule: dict[str, Any] | None) -> Response[Any]:
    """Put the rule in its place, or behind all others."""
    said = await _said(seat)
    made, wrong = _read(fields, rule)
    seen = seen_version(fields)
    version = said["version"] if seen is None else seen
    if wrong:
        return await _form(seat, dict(fields), wrong, version=version, rule=rule)
    old = None if rule is None else rule["id"]
    if seen not in (None, said["version"]):
        kept = {} if rule is None else _filled(rule)
        differs = differing(kept, dict(fields), _TITLES) if rule is not None else []
        return await _form(seat, dict(fields), version=said["version"], rule=rule, differs=differs)
    rules: list[dict[str, Any]] = said["rules"]
    at = next((n for n, one in enumerate(rules) if one["id"] == old), len(rules))
    rules[at : at + 1] = [made]
    differs_by, error = await _put(seat, said, said["version"])
    if error is not None:
        mine = {f"/rules/{at}/id": "id", f"/rules/{at}/facility": "facility"}
        wrong = at_fields(error, {**mine, "/rules": "id"}, "id")
        return await _form(seat, dict(fields), wrong, version=version, rule=rule)
    if differs_by is not None:
        return seat.go_on(seat.address(PATH), notice=_CHANGED, tone="warn")
    return seat.go_on(seat.address(PATH), notice=f"The rule {made['id']} is in force.")


def _read(fields: Form, rule: Mapping[str, Any] | None) -> tuple[dict[str, Any], dict[str, str]]:
    """Read a rule with the conditions that only the API can say, and what is wrong by field."""
    wrong: dict[str, str] = {}
    name = fields.get("id", "").strip()
    if not _ID.fullmatch(name):
        wrong["id"] = "Give up to 50 letters, digits, spaces and dashes, such as Lamps to Utrecht."
    when: dict[str, dict[str, Any]] = {} if rule is None else _others(rule["when"])
    for field, (part, _, _) in CONDITIONS.items():
        words = listed(fields.get(field, ""))
        if field == "countries":
            words = tuple(one.upper() for one in words)
            if strange := [one for one in words if not _ISO.fullmatch(one)]:
                wrong[field] = f"Give two letters for each. Not so: {unlisted(strange)}."
        if words:
            when.setdefault(part, {})[field] = [one[:255] for one in words[:1000]]
    facility = fields.get("facility", "")[:255]
    if not facility:
        wrong["facility"] = "Choose where the goods go."
    return {"id": name, "facility": facility, "when": when}, wrong
