"""Carriers: accounts, each tried by a call; the ways to send goods; a label to look at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Response

from retour.desk import policies
from retour.desk.outcome import NotFound, VersionDiffers
from retour.desk.pages import read_page
from retour.desk.parcels import accounts
from retour.desk.parcels.accounts import SANDBOX, CarrierAccountPut
from retour.desk.parcels.carriers import try_account
from retour.desk.parcels.papers import TYPES, Paper
from retour.desk.parcels.specimen import specimen
from retour.kernel.problems import InvalidRequest
from retour.policy.model import METHODS
from retour.sandbox.carrier import SandboxCarrier
from retour.screens.staff import guard
from retour.screens.staff.goods.facilities import all_facilities
from retour.screens.staff.goods.said import differing, found_in, listed, seen_version, unlisted
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of, unnamed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/carriers"
NEW: Final = "/settings/new-carrier"
_CODE: Final = re.compile(r"[a-z0-9_]{1,40}")
_SIZES: Final = {
    "weight_g": ("Weight in grams", 100_000),
    "length_mm": ("Length in mm", 5000),
    "width_mm": ("Width in mm", 5000),
    "height_mm": ("Height in mm", 5000),
}
_NAMES: Final = {
    "name": "Name",
    "carriers": "Only these carriers",
    "label_format": "Labels as",
    **{name: label for name, (label, _) in _SIZES.items()},
}
_FORMS: Final = (("pdf", "PDF"), ("png", "PNG"), ("zpl", "ZPL, for label printers"))
METHOD_WORDS: Final = {
    "label": ("Label", "A printer and a box", "as soon as its label is scanned"),
    "drop_off": ("Counter", "A box; a code instead of a printer", "when the counter scans it"),
    "locker": ("Locker", "A box that fits; a code", "when the locker is emptied"),
    "pickup": ("Collection", "A box; the driver brings the label", "when the driver scans it"),
    "own": ("Sent by the shopper", "A box, a stamp of their own", "when it is received"),
    "virtual": ("Number only", "A box, a stamp of their own", "when it is received"),
}
"""Each way: what it is called here, what the shopper needs, and when it is first seen."""
_POLICIES_MAX: Final = 50


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list, of a new account, of one, and of the label to look at."""
    return [
        *place(house, PATH, "settings:read", _list),
        *place(house, NEW, "settings:write", _new, _make, take_proof=True),
        *place(house, f"{PATH}/trial-label", "settings:read", _label),
        *place(
            house,
            f"{PATH}/{{account:str}}",
            "settings:read",
            _one,
            _take,
            take_scope="settings:write",
            take_proof=True,
        ),
    ]


async def _list(seat: Seat) -> Response[Any]:
    """Show accounts, ways to send, and a label."""
    page = read_page("50", seat.query.get("cursor"))
    found = body_of(await accounts.listing(seat.house, seat.workspace_id, page))
    following = found["next_cursor"]
    places = await all_facilities(seat)
    chosen = seat.query.get("label", "main")
    named = next((one for one in places if one["code"] == chosen), places[0] if places else None)
    return seat.page(
        "staff_goods_carriers.html",
        accounts=found["data"],
        later=seat.address(PATH, cursor=following) if following else "",
        methods=await _methods(seat),
        places=[(one["code"], one["name"]) for one in places],
        chosen=named,
        has_address=bool(named and _is_reachable(named)),
    )


def _is_reachable(facility: Mapping[str, Any]) -> bool:
    at: dict[str, str | None] = facility["address"] or {}
    return bool(at.get("street") or at.get("city"))


async def _methods(seat: Seat) -> list[dict[str, Any]]:
    """Give every way to send, with the policies that offer it and the rules that price it."""
    found = body_of(
        await policies.listing(seat.house, seat.workspace_id, read_page(f"{_POLICIES_MAX}", None))
    )["data"]
    return [
        {
            "method": method,
            "words": METHOD_WORDS[method],
            "policies": [
                one["id"] for one in found if not one["methods"] or method in one["methods"]
            ],
            "rules": [rule for one in found for rule in _rules_on(one, method)],
        }
        for method in METHODS
    ]


def _rules_on(policy: Mapping[str, Any], method: str) -> list[str]:
    """Say what rules of a policy make of a way: its fee, or that it is not had."""
    said: list[str] = []
    for rule in policy["rules"]:
        then: dict[str, Any] = rule["then"] if isinstance(rule["then"], dict) else {}
        when: dict[str, dict[str, Any]] = rule.get("when") or {}
        asks: list[str] = (when.get("request") or {}).get("methods") or []
        countries: list[str] = (when.get("order") or {}).get("countries") or []
        left: list[str] = then.get("exclude_methods") or []
        where = f" from {unlisted(countries)}" if countries else ""
        if method in asks and then.get("fee"):
            said.append(f"{_price(then['fee'])}{where} ({rule['id']})")
        elif method in asks and then.get("waive_fee"):
            said.append(f"free{where} ({rule['id']})")
        if method in left:
            said.append(f"not offered{where or ', where it matches'} ({rule['id']})")
    return said


def _price(fee: Mapping[str, Any]) -> str:
    amounts: dict[str, str] = fee.get("amounts") or {}
    said = [f"{amount} {currency}" for currency, amount in amounts.items()]
    return " or ".join([*said, *([f"{fee['percent']} %"] if fee.get("percent") else [])])


async def _label(seat: Seat) -> Response[Any]:
    """Give the label to look at, as a picture or as PDF."""
    form = "pdf" if seat.query.get("as") == "pdf" else "png"
    found = await specimen(seat.house, seat.workspace_id, seat.query.get("to", "main")[:255], form)
    if not isinstance(found, Paper):
        return seat.nowhere("facility" if isinstance(found, NotFound) else "label")
    headers = {**guard.headers_for(seat.house), "cache-control": "private, no-cache"}
    headers["content-disposition"] = f'inline; filename="trial.{form}"'
    return Response(found.body, media_type=TYPES[found.form].decode(), headers=headers)


# ---------------------------------------------------------------- one account


async def _new(seat: Seat) -> Response[Any]:
    """Ask for what a new account needs."""
    usual = msgspec.to_builtins(CarrierAccountPut(carrier="easypost", name="x").parcel)
    sizes = {name: str(usual[name]) for name in _SIZES}
    return _form(seat, {"code": "easypost", "label_format": "pdf", **sizes})


async def _make(seat: Seat, fields: Form) -> Response[Any]:
    code = fields.get("code", "").strip()
    if not _CODE.fullmatch(code) or code == SANDBOX:
        wrong = {"code": "Give up to 40 small letters, digits and _; sandbox is taken."}
        return _form(seat, _typed(fields), wrong)
    return await _save(seat, fields, code)


def _typed(fields: Form) -> dict[str, str]:
    """Give what was typed, but for secrets: those are typed again."""
    return {
        name: text for name, text in fields.items() if name not in ("api_key", "webhook_secret")
    }


def _form(
    seat: Seat,
    filled: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - what the template names
) -> Response[Any]:
    return seat.page(
        "staff_goods_carrier.html",
        409 if more.get("differs") is not None else 422 if wrong else 200,
        filled=filled,
        sizes=_SIZES,
        forms=_FORMS,
        wrong=wrong or {},
        **{"kept": None, "uses": None, "differs": None, "trial": None, "version": 0, **more},
    )


async def _one(seat: Seat) -> Response[Any]:
    """Show one account; the sandbox's carrier has nothing to settle."""
    return await _shown(seat)


async def _shown(
    seat: Seat,
    filled: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - what the template names
) -> Response[Any]:
    code = seat.params["account"]
    uses = found_in(await accounts.uses(seat.house, seat.workspace_id, code))
    if uses is None or (code == SANDBOX and not seat.config.is_sandbox):
        return seat.nowhere("carrier account")
    if code == SANDBOX:
        kept: dict[str, Any] = {"code": SANDBOX, "name": "The sandbox’s carrier", "version": 0}
        return _form(seat, {}, kept=kept, uses=uses, is_play=True, **more)
    kept = body_of(await accounts.look_up(seat.house, seat.workspace_id, code))
    given = {"version": kept["version"], **more}
    return _form(seat, filled or _filled(kept), wrong, kept=kept, uses=uses, is_play=False, **given)


def _filled(kept: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": kept["name"],
        "carriers": unlisted(kept["carriers"]),
        "label_format": kept["label_format"],
        **{name: str(kept["parcel"][name]) for name in _SIZES},
    }


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    """Try the account, forget it, or save it."""
    code = seat.params["account"]
    match fields.get("act"):
        case "try":
            return await _try(seat, code)
        case "forget":
            return await _forget(seat, fields, code)
        case _ if code == SANDBOX:
            return seat.nowhere("carrier account")
        case _:
            return await _save(seat, fields, code)


async def _forget(seat: Seat, fields: Form, code: str) -> Response[Any]:
    """Forget the account, once its name was typed."""
    kept = found_in(await accounts.look_up(seat.house, seat.workspace_id, code))
    if kept is None or code == SANDBOX:
        return seat.nowhere("carrier account")
    if (wrong := unnamed(fields, kept["name"], "forgotten", "forget")) is not None:
        return await _shown(seat, wrong=wrong)
    await accounts.drop(seat.house, seat.workspace_id, code)
    return seat.go_on(seat.address(PATH), notice="The account is forgotten.")


async def _try(seat: Seat, code: str) -> Response[Any]:
    """Ask for prices, and show them or what was said instead."""
    if code == SANDBOX and not seat.config.is_sandbox:
        return seat.nowhere("carrier account")
    sandbox = SandboxCarrier(seat.house.database)
    try:
        done = await try_account(seat.house, seat.workspace_id, code, sandbox)
    except InvalidRequest as error:
        wrong: dict[str, Any] = {"ok": False, "prices": [], "error": error.errors[0].detail}
        return await _shown(seat, trial=wrong)
    trial = found_in(done)
    return seat.nowhere("carrier account") if trial is None else await _shown(seat, trial=trial)


async def _save(seat: Seat, fields: Form, code: str) -> Response[Any]:
    is_new = "account" not in seat.params
    kept = found_in(await accounts.look_up(seat.house, seat.workspace_id, code))
    if is_new and kept is not None:
        wrong = {"code": "There is an account with this code. Give another, or change that one."}
        return _form(seat, _typed(fields), wrong)
    if not is_new and kept is None:
        return seat.nowhere("carrier account")
    said, wrong = _read(fields, is_new=is_new)
    again = _typed(fields)
    if said is None:
        return _form(seat, again, wrong) if is_new else await _shown(seat, again, wrong)
    seen = seen_version(fields) or 0
    try:
        done = await accounts.put(seat.house, seat.workspace_id, code, said, seen)
    except InvalidRequest as error:
        wrong = at_fields(error, {"/api_key": "api_key", "/code": "code"}, "name")
        return _form(seat, again, wrong) if is_new else await _shown(seat, again, wrong)
    if isinstance(done, VersionDiffers) and kept is not None:
        differs = differing(_filled(kept), again, _NAMES)
        return await _shown(seat, again, differs=differs)
    words = f"{said.name} is kept. Try it, then name it in a policy."
    return seat.go_on(seat.address(f"{PATH}/{code}"), notice=words)


def _read(fields: Form, *, is_new: bool) -> tuple[CarrierAccountPut | None, dict[str, str]]:
    wrong: dict[str, str] = {}
    name = fields.get("name", "").strip()
    if not name:
        wrong["name"] = "Give the name by which your people know it."
    secrets = {one: fields.get(one, "").strip() or None for one in ("api_key", "webhook_secret")}
    if is_new and secrets["api_key"] is None:
        wrong["api_key"] = "A new account needs its key."
    parcel: dict[str, int] = {}
    for field, (_, most) in _SIZES.items():
        text = fields.get(field, "").strip()
        if not text.isdecimal() or not 1 <= int(text[:9]) <= most:
            wrong[field] = f"Give a whole number from 1 to {most}."
        else:
            parcel[field] = int(text)
    if wrong:
        return None, wrong
    said = {
        "carrier": "easypost",
        "name": name[:255],
        **secrets,
        "carriers": listed(fields.get("carriers", "")),
        "label_format": fields.get("label_format", "pdf"),
        "parcel": parcel,
    }
    try:
        return msgspec.convert(said, CarrierAccountPut), {}
    except msgspec.ValidationError as error:
        return None, {"name": f"It cannot be kept so: {error}."}


assert set(METHOD_WORDS) == set(METHODS), "each way has its words"
