"""Reasons: in two levels and seven languages, in the order shoppers see them; retired, not lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk import policies
from retour.desk.channels import accounts as channels
from retour.desk.channels.accounts import ChannelAccountPut, Theirs
from retour.desk.channels.matching import REASON_OF
from retour.desk.outcome import VersionDiffers
from retour.desk.pages import read_page
from retour.desk.portal import settings
from retour.desk.portal.asking import grouped_in, icons_in
from retour.desk.portal.settings import PortalSettings, ReasonOffered
from retour.dialects.portal.icons import ICONS, Icon, usual_icon
from retour.dialects.portal.languages import LANGUAGES
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.goods.said import differing, seen_version
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/reasons"
NEW: Final = "/settings/new-reason"
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,49}")
_TEXT_MAX: Final = 200
_POLICIES_MAX: Final = "50"
LANGUAGE_NAMES: Final = {
    "en": "English",
    "de": "German",
    "nl": "Dutch",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pl": "Polish",
}
_THEIRS: Final[tuple[str, ...]] = Theirs.__args__
_SIGNS: Final[Mapping[Icon, str]] = {
    "smaller": "Smaller",
    "bigger": "Bigger",
    "ruler": "A ruler",
    "turn": "Turned back",
    "picture": "A picture",
    "broken": "Broken",
    "swapped": "Swapped",
    "clock": "A clock",
    "missing": "A part missing",
    "drop": "A drop",
    "colours": "Colours",
    "price": "A price",
    "twice": "Twice",
    "gift": "A gift",
    "dots": "Something else",
}
"""What those who choose a sign call it."""
_CHANGED: Final = (
    "Somebody changed the reasons meanwhile. Nothing was changed; look, and press again."
)
_SAVED: Final = "Shoppers choose from these reasons from now on."
_SAYS: Final = {
    "approve": "approves",
    "reject": "rejects",
    "review": "has a person look",
    "waive_fee": "asks no fee",
    "fee": "asks a fee",
    "keep_item": "lets it be kept",
    "donate": "lets it be given away",
}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list, of a new reason and of one."""
    return [
        *place(house, PATH, "settings:read", _list, _arrange, take_scope="settings:write"),
        *place(house, NEW, "settings:write", _new, _add),
        *place(
            house,
            f"{PATH}/{{reason:str}}",
            "settings:read",
            _one,
            _change,
            take_scope="settings:write",
        ),
    ]


async def _said(seat: Seat) -> tuple[PortalSettings, int]:
    done = await settings.look_up(seat.house, seat.workspace_id)
    version = getattr(done, "version", None) or 0
    return msgspec.convert(body_of(done), PortalSettings), version


def lacking(text: Mapping[str, str]) -> list[str]:
    """Name the languages in which there are no words."""
    return [LANGUAGE_NAMES[code] for code in LANGUAGE_NAMES if not text.get(code)]


async def _list(seat: Seat) -> Response[Any]:
    """Show reasons with what policies make of them, and a preview in a language."""
    said, version = await _said(seat)
    language = seat.query.get("lang", "en")
    shown = language if language in LANGUAGES else "en"
    return seat.page(
        "staff_goods_reasons.html",
        reasons=_in_order(said.reasons),
        version=version,
        ours=LANGUAGES["en"].reasons,
        icons=icons_in(said.reasons),
        lacking=lacking,
        policies=await _policies_on(seat),
        offered=grouped_in(said.reasons, shown),
        words=LANGUAGES[shown],
        lang=shown,
        languages=list(LANGUAGE_NAMES.items()),
    )


def _in_order(reasons: Sequence[ReasonOffered]) -> list[tuple[ReasonOffered, int, bool, bool]]:
    """Give each with how deep it stands, and whether it is the first or last beside its likes."""
    found: list[tuple[ReasonOffered, int, bool, bool]] = []
    top = [one for one in reasons if one.under is None]
    for one in top:
        found.append((one, 0, one is top[0], one is top[-1]))
        own = [its for its in reasons if its.under == one.code]
        found += [(its, 1, its is own[0], its is own[-1]) for its in own]
    return found


async def _policies_on(seat: Seat) -> dict[str, list[str]]:
    """Say by reason what rules of policies make of it."""
    page = read_page(_POLICIES_MAX, None)
    found = body_of(await policies.listing(seat.house, seat.workspace_id, page))["data"]
    said: dict[str, list[str]] = {}
    for policy in found:
        for rule in policy["rules"]:
            when: dict[str, dict[str, Any]] = rule.get("when") or {}
            asked: list[str] = (
                (when.get("request") or {}).get("reasons") or rule.get("reasons") or []
            )
            for code in asked:
                said.setdefault(code, []).append(_rule_says(policy["id"], rule))
    return said


def _rule_says(policy: str, rule: Mapping[str, Any]) -> str:
    is_long = isinstance(rule["then"], dict)
    then: dict[str, Any] = {**rule["then"]} if is_long else {}
    words = [word for name, word in _SAYS.items() if then.get(name)]
    if not is_long:
        words.append(f"says {rule['then']}")
    if (count := then.get("photos_required")) is not None:
        words.append(f"asks for {count} photo{'' if count == 1 else 's'}")
    if (days := then.get("window_days")) is not None:
        words.append(f"gives {days} days")
    if then.get("destination"):
        words.append(f"sends it to {then['destination']}")
    name = rule.get("id") or rule.get("name")
    return f"{policy}: {name} {', '.join(words) or 'speaks of it'}"


# ---------------------------------------------------------------- their order


async def _arrange(seat: Seat, fields: Form) -> Response[Any]:
    """Begin with ours; move a reason; retire it, or offer it again."""
    said, version = await _said(seat)
    reasons = list(said.reasons)
    act, code = fields.get("act"), fields.get("reason", "")
    at = next((n for n, one in enumerate(reasons) if one.code == code), None)
    if act == "ours" and not reasons:
        reasons = _ours()
    elif at is None:
        return seat.go_on(seat.address(PATH), notice="It is not there any more.", tone="warn")
    elif act in ("up", "down"):
        beside = [n for n, one in enumerate(reasons) if one.under == reasons[at].under]
        to = beside.index(at) + (1 if act == "down" else -1)
        other = beside[min(max(to, 0), len(beside) - 1)]
        reasons[at], reasons[other] = reasons[other], reasons[at]
    elif act in ("retire", "revive"):
        reasons[at] = msgspec.structs.replace(reasons[at], retired=act == "retire")
    changed = msgspec.structs.replace(said, reasons=tuple(reasons))
    seen = seen_version(fields)
    try:
        done = await settings.put(
            seat.house, seat.workspace_id, changed, version if seen is None else seen
        )
    except InvalidRequest as error:
        return seat.go_on(seat.address(PATH), notice=error.errors[0].detail, tone="bad")
    if isinstance(done, VersionDiffers):
        return seat.go_on(seat.address(PATH), notice=_CHANGED, tone="warn")
    return seat.go_on(seat.address(PATH), notice=_SAVED)


def _ours() -> list[ReasonOffered]:
    return [
        ReasonOffered(
            code=code, text={one: words.reasons[code] for one, words in LANGUAGES.items()}
        )
        for code in LANGUAGES["en"].reasons
    ]


# ---------------------------------------------------------------- one reason


async def _new(seat: Seat) -> Response[Any]:
    """Ask what a new reason is called."""
    said, version = await _said(seat)
    return await _form(seat, said, {}, version=version)


async def _one(seat: Seat) -> Response[Any]:
    """Show what a reason is called in every language, and at marketplaces."""
    said, version = await _said(seat)
    reason = _named(said, seat.params["reason"])
    if reason is None:
        return seat.nowhere("reason")
    return await _form(seat, said, await _filled(seat, reason), version=version, reason=reason)


def _named(said: PortalSettings, code: str) -> ReasonOffered | None:
    return next((one for one in said.reasons if one.code == code), None)


async def _channels(seat: Seat) -> list[dict[str, Any]]:
    page = read_page(None, None)
    return body_of(await channels.listing(seat.house, seat.workspace_id, page))["data"]


async def _filled(seat: Seat, reason: ReasonOffered) -> dict[str, str]:
    theirs = {
        f"at_{one['code']}": one["reasons"].get(reason.code, "") for one in await _channels(seat)
    }
    return {
        **{f"text_{code}": reason.text.get(code, "") for code in LANGUAGE_NAMES},
        "under": reason.under or "",
        "icon": reason.icon or "",
        "words_needed": "1" if reason.words_needed else "",
        **theirs,
    }


async def _form(
    seat: Seat,
    said: PortalSettings,
    filled: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    *,
    version: int,
    reason: ReasonOffered | None = None,
    differs: Sequence[tuple[str, str, str]] | None = None,
) -> Response[Any]:
    is_group = reason is not None and any(one.under == reason.code for one in said.reasons)
    groups = [
        (one.code, one.text.get("en") or next(iter(one.text.values())))
        for one in said.reasons
        if one.under is None and one is not reason
    ]
    code = reason.code if reason else ""
    return seat.page(
        "staff_goods_reason.html",
        409 if differs is not None else 422 if wrong else 200,
        reason=reason,
        title=_title(reason),
        filled=filled,
        languages=LANGUAGE_NAMES,
        above=None if is_group else [("", "In no group"), *groups],
        channels=await _channels(seat),
        usual=REASON_OF.get(code),
        signs=[(name, words, ICONS[name]) for name, words in _SIGNS.items()],
        usual_sign="" if (sign := usual_icon(code)) is None else ICONS[sign],
        theirs=_THEIRS,
        says=(await _policies_on(seat)).get(code, []),
        version=version,
        differs=differs,
        wrong=wrong or {},
    )


def _title(reason: ReasonOffered | None) -> str:
    if reason is None:
        return "A new reason"
    return reason.text.get("en") or next(iter(reason.text.values()))


async def _add(seat: Seat, fields: Form) -> Response[Any]:
    said, version = await _said(seat)
    code = fields.get("code", "").strip()
    if not _CODE.fullmatch(code):
        wrong = {"code": "Give small letters, digits and _, such as too_small."}
    elif _named(said, code) is not None:
        wrong = {"code": "There is a reason with this code. Give another, or change that one."}
    else:
        return await _save(seat, fields, said, version, None)
    return await _form(seat, said, dict(fields), wrong, version=version)


async def _change(seat: Seat, fields: Form) -> Response[Any]:
    said, version = await _said(seat)
    reason = _named(said, seat.params["reason"])
    if reason is None:
        return seat.nowhere("reason")
    return await _save(seat, fields, said, version, reason)


async def _save(
    seat: Seat,
    fields: Form,
    said: PortalSettings,
    version: int,
    reason: ReasonOffered | None,
) -> Response[Any]:
    seen = seen_version(fields)
    made, wrong = _read(fields, reason)
    known = version if seen is None else seen
    if wrong or made is None:
        return await _form(seat, said, dict(fields), wrong, version=known, reason=reason)
    if reason is not None and known != version:
        kept = await _filled(seat, reason)
        differs = differing(kept, {**kept, **fields}, _names(kept))
        if differs:
            return await _form(
                seat, said, dict(fields), version=version, reason=reason, differs=differs
            )
    reasons = [made if one.code == made.code else one for one in said.reasons]
    if reason is None:
        reasons = [*(reasons or _ours()), made]
    try:
        changed = msgspec.structs.replace(said, reasons=tuple(reasons))
        done = await settings.put(seat.house, seat.workspace_id, changed, version)
        await _tell_channels(seat, fields, made.code)
    except InvalidRequest as error:
        wrong = {
            "under" if "under" in error.errors[0].pointer else "text_en": error.errors[0].detail
        }
        return await _form(seat, said, dict(fields), wrong, version=known, reason=reason)
    if isinstance(done, VersionDiffers):
        return seat.go_on(seat.address(PATH), notice=_CHANGED, tone="warn")
    return seat.go_on(seat.address(PATH), notice=_SAVED)


def _names(kept: Mapping[str, str]) -> dict[str, str]:
    words = {f"text_{code}": name for code, name in LANGUAGE_NAMES.items()}
    places = {name: f"At {name.removeprefix('at_')}" for name in kept if name.startswith("at_")}
    return {**words, "under": "Group", "icon": "Sign", **places}


def _read(
    fields: Form, reason: ReasonOffered | None
) -> tuple[ReasonOffered | None, dict[str, str]]:
    wrong: dict[str, str] = {}
    text = {} if reason is None else dict(reason.text)
    for code in LANGUAGE_NAMES:
        words = fields.get(f"text_{code}", "").strip()
        if len(words) > _TEXT_MAX:
            wrong[f"text_{code}"] = f"Say it in {_TEXT_MAX} characters at most."
        text.pop(code, None)
        if words:
            text[code] = words
    if not text:
        wrong["text_en"] = "Say it in one language at least."
    if wrong:
        return None, wrong
    made = ReasonOffered(
        code=fields.get("code", "").strip() if reason is None else reason.code,
        text=text,
        under=fields.get("under") or None,
        words_needed="words_needed" in fields,
        retired=False if reason is None else reason.retired,
        icon=next((one for one in _SIGNS if one == fields.get("icon")), None),
    )
    return made, {}


async def _tell_channels(seat: Seat, fields: Form, code: str) -> None:
    """Keep what marketplaces call it, where that was said anew."""
    for account in await _channels(seat):
        theirs = fields.get(f"at_{account['code']}")
        if theirs is None or theirs == account["reasons"].get(code, ""):
            continue
        reasons = {name: word for name, word in account["reasons"].items() if name != code}
        if theirs in _THEIRS:
            reasons[code] = theirs
        said = {
            "tenant": account["tenant"],
            "name": account["name"],
            "reasons": reasons,
            "fetch_orders": account["fetch_orders"],
            "whole_only": account["whole_only"],
        }
        given = msgspec.convert(said, ChannelAccountPut)
        await channels.put(seat.house, seat.workspace_id, account["code"], given)
