"""Grades: what is asked of a piece, what each grade suggests, and where goods can go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.dock import dispositions, grading_sets
from retour.desk.dock.dispositions import DispositionPut
from retour.desk.dock.grading_sets import GradingSetPut
from retour.desk.outcome import Done, NotFound, VersionDiffers
from retour.desk.pages import read_page
from retour.kernel.problems import InvalidRequest
from retour.policy.dispositions import Stock
from retour.policy.grading import GRADES
from retour.screens.staff.goods.grade import every_grade
from retour.screens.staff.goods.lines import read_answers, read_bounds, written
from retour.screens.staff.goods.reasons import LANGUAGE_NAMES, lacking
from retour.screens.staff.goods.said import differing, found_in, listed, seen_version, unlisted
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/grades"
NEW: Final = "/settings/new-grading-set"
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
_SLUG: Final = re.compile(r"[^a-z0-9]+")
_CHECKS_MAX: Final = 50
_NO_LINE: Final = "Write “no = D: Does not light up”, or “1 to 19 = B” for a measure. Not so: {}"
_ACCEPTANCE: Final = (
    ("", "says nothing"),
    ("accepted", "accept it"),
    ("waiting_for_input", "have a person decide"),
    ("rejected", "reject it"),
)
STOCK: Final = {
    Stock.SELLABLE: "can be sold again",
    Stock.SECONDARY: "is sold elsewhere",
    Stock.HELD: "is held",
    Stock.GONE: "is gone",
}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list, of a new set and of one, and of a disposition."""
    return [
        *place(house, PATH, "settings:read", _list),
        *place(house, NEW, "settings:write", _new, _make),
        *place(
            house,
            f"{PATH}/{{grading:str}}",
            "settings:read",
            _one,
            _take,
            take_scope="settings:write",
        ),
        *place(
            house,
            "/settings/dispositions/{disposition:str}",
            "settings:read",
            _place,
            _put,
            take_scope="settings:write",
        ),
    ]


async def _list(seat: Seat) -> Response[Any]:
    """Show grading sets, and every disposition with the languages it lacks."""
    page = read_page("50", seat.query.get("cursor"))
    found = body_of(await grading_sets.listing(seat.house, seat.workspace_id, page))
    following = found["next_cursor"]
    return seat.page(
        "staff_goods_grades.html",
        sets=found["data"],
        later=seat.address(PATH, cursor=following) if following else "",
        grades=await every_grade(seat),
        languages=LANGUAGE_NAMES,
        dispositions=await _dispositions(seat),
        stock={one.value: words for one, words in STOCK.items()},
        lacking=_lacking,
    )


def _lacking(one: Mapping[str, Any]) -> list[str]:
    """Name the languages without a name; the name itself is English unless that is said."""
    return lacking({"en": one["name"], **one["localized"]})


async def _dispositions(seat: Seat) -> list[dict[str, Any]]:
    return body_of(await dispositions.listing(seat.house, seat.workspace_id))["data"]


# ---------------------------------------------------------------- a grading set


async def _new(seat: Seat) -> Response[Any]:
    """Ask what a new set is for and what it asks."""
    return await _form(seat, {})


async def _form(
    seat: Seat,
    filled: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - what the template names
) -> Response[Any]:
    places = [
        ("", "says nothing"),
        *((one["code"], one["name"]) for one in await _dispositions(seat)),
    ]
    return seat.page(
        "staff_goods_grade.html",
        409 if more.get("differs") is not None else 422 if wrong else 200,
        filled=filled,
        rows=_rows(filled),
        grades=GRADES,
        acceptance=_ACCEPTANCE,
        places=places,
        wrong=wrong or {},
        **{"kept": None, "version": 0, "differs": None, **more},
    )


def _rows(filled: Mapping[str, str]) -> list[int]:
    """Give the places of checks: those filled in, and one more to fill."""
    count = 0
    while count < _CHECKS_MAX and filled.get(f"ask_{count}"):
        count += 1
    return list(range(min(count + 1, _CHECKS_MAX)))


def _filled(kept: Mapping[str, Any]) -> dict[str, str]:
    filled = {
        "name": kept["name"],
        "groups": unlisted(kept["groups"]),
        "skus": unlisted(kept["skus"]),
        "instructions": kept["instructions"] or "",
    }
    for n, check in enumerate(kept["checks"]):
        filled |= {
            f"id_{n}": check["id"],
            f"ask_{n}": check["ask"],
            f"unit_{n}": check["unit"] or "",
            f"lines_{n}": written(check),
            f"optional_{n}": "1" if check["optional"] else "",
        }
    for one in kept["results"]:
        for name in ("acceptance", "disposition", "condition"):
            filled[f"{name}_{one['grade']}"] = one[name] or ""
    quality: dict[str, Any] = kept["quality_check"] or {"sample_percent": 0, "grades": []}
    filled["sample"] = str(quality["sample_percent"] or "")
    return filled | {f"twice_{grade}": "1" for grade in quality["grades"]}


async def _one(seat: Seat) -> Response[Any]:
    """Show one set."""
    code = seat.params["grading"]
    kept = found_in(await grading_sets.look_up(seat.house, seat.workspace_id, code))
    if kept is None:
        return seat.nowhere("grading set")
    return await _form(seat, _filled(kept), kept=kept, version=kept["version"])


async def _make(seat: Seat, fields: Form) -> Response[Any]:
    code = fields.get("code", "").strip()
    if not _CODE.fullmatch(code):
        wrong = {"code": "Give up to 50 letters, digits and dashes, such as lamps."}
        return await _form(seat, dict(fields), wrong)
    if isinstance(await grading_sets.look_up(seat.house, seat.workspace_id, code), Done):
        wrong = {"code": "There is a set with this code. Give another, or change that one."}
        return await _form(seat, dict(fields), wrong)
    return await _save(seat, fields, code, None)


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    """Save a set, or retire it."""
    code = seat.params["grading"]
    if fields.get("act") == "retire":
        done = await grading_sets.retire(seat.house, seat.workspace_id, code)
        if isinstance(done, NotFound):
            return seat.nowhere("grading set")
        words = (
            "It applies to nothing any more; judgements keep its versions. Saving it revives it."
        )
        return seat.go_on(seat.address(PATH), notice=words)
    kept = found_in(await grading_sets.look_up(seat.house, seat.workspace_id, code))
    return seat.nowhere("grading set") if kept is None else await _save(seat, fields, code, kept)


async def _save(
    seat: Seat, fields: Form, code: str, kept: Mapping[str, Any] | None
) -> Response[Any]:
    said, wrong = _read(fields, kept)
    shown = {"kept": kept, "version": seen_version(fields) or 0}
    if said is None:
        return await _form(seat, dict(fields), wrong, **shown)
    try:
        done = await grading_sets.put(
            seat.house, seat.workspace_id, code, said, seen_version(fields) or 0
        )
    except InvalidRequest as error:
        pointers = {f"/checks/{n}": f"lines_{n}" for n in reversed(range(_CHECKS_MAX))}
        wrong = at_fields(error, pointers, "name")
        return await _form(seat, dict(fields), wrong, **shown)
    if isinstance(done, VersionDiffers) and kept is not None:
        before = _filled(kept)
        differs = differing(before, dict(fields), _names({**before, **fields}))
        return await _form(seat, dict(fields), kept=kept, version=kept["version"], differs=differs)
    notice = f"{said.name or code} is in force. Pieces are judged by it from now on."
    return seat.go_on(seat.address(f"{PATH}/{code}"), notice=notice)


def _names(filled: Mapping[str, str]) -> dict[str, str]:
    plain = {"name": "Name", "groups": "Groups", "skus": "SKUs", "instructions": "Instructions"}
    for n in _rows(filled):
        plain |= {f"ask_{n}": f"Check {n + 1}", f"lines_{n}": f"Answers of check {n + 1}"}
    for grade in GRADES:
        for name in ("acceptance", "disposition", "condition"):
            plain[f"{name}_{grade}"] = f"{grade}: {name}"
    return plain


def _read(
    fields: Form, kept: Mapping[str, Any] | None
) -> tuple[GradingSetPut | None, dict[str, str]]:
    checks, wrong = _checks(fields)
    sample = fields.get("sample", "").strip() or "0"
    if not sample.isdecimal() or int(sample[:4]) > 100:  # noqa: PLR2004 - percent
        wrong["sample"] = "Give whole percent, from 0 to 100."
    if wrong:
        return None, wrong
    quality: dict[str, Any] = {**((kept or {}).get("quality_check") or {})}
    quality["grades"] = [grade for grade in GRADES if f"twice_{grade}" in fields]
    quality["sample_percent"] = int(sample)
    is_asked = bool(quality["grades"] or quality["sample_percent"] or quality.get("over"))
    said = {
        "name": fields.get("name", "").strip()[:255],
        "groups": listed(fields.get("groups", "")),
        "skus": listed(fields.get("skus", "")),
        "instructions": fields.get("instructions", "").strip() or None,
        "checks": checks,
        "results": _results(fields),
        "quality_check": quality if is_asked else None,
    }
    try:
        return msgspec.convert(said, GradingSetPut), {}
    except msgspec.ValidationError as error:
        return None, {"name": f"It cannot be kept so: {error}."}


def _checks(fields: Form) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Read the checks that have a question; one whose question is emptied is gone."""
    checks: list[dict[str, Any]] = []
    wrong: dict[str, str] = {}
    for n in range(_CHECKS_MAX):
        ask = fields.get(f"ask_{n}", "").strip()
        if not ask:
            continue
        unit = fields.get(f"unit_{n}", "").strip() or None
        read = read_answers if unit is None else read_bounds
        said, unread = read(fields.get(f"lines_{n}", ""))
        if unread:
            wrong[f"lines_{n}"] = _NO_LINE.format(unlisted(unread))
        elif unit is None and not said["answers"]:
            wrong[f"lines_{n}"] = (
                "Give the answers it may have, a line each, or a unit to measure in."
            )
        name = fields.get(f"id_{n}") or _SLUG.sub("_", ask.lower()).strip("_")[:50] or f"check_{n}"
        optional = f"optional_{n}" in fields
        checks.append({"id": name, "ask": ask[:1000], "unit": unit, "optional": optional, **said})
    if not checks:
        wrong["ask_0"] = "Ask one thing at least."
    return checks, wrong


def _results(fields: Form) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    for grade in GRADES:
        said = {
            name: fields.get(f"{name}_{grade}", "").strip() or None
            for name in ("acceptance", "disposition", "condition")
        }
        if any(said.values()):
            results.append({"grade": grade, **said})
    return results


# ---------------------------------------------------------------- where goods can go


async def _known(seat: Seat) -> dict[str, Any] | None:
    code = seat.params["disposition"]
    return next((one for one in await _dispositions(seat) if one["code"] == code), None)


async def _place(seat: Seat) -> Response[Any]:
    """Show what a disposition is called, and what it does to stock."""
    kept = await _known(seat)
    return seat.nowhere("disposition") if kept is None else _disposition(seat, kept, {})


def _disposition(
    seat: Seat, kept: Mapping[str, Any], wrong: Mapping[str, str], fields: Form | None = None
) -> Response[Any]:
    words: Mapping[str, str] = kept["localized"]
    filled = {"name": kept["name"], "stock": kept["stock"]}
    filled |= {f"name_{code}": words.get(code, "") for code in LANGUAGE_NAMES}
    return seat.page(
        "staff_goods_disposition.html",
        422 if wrong else 200,
        kept=kept,
        filled=filled if fields is None else dict(fields),
        stock=[(one.value, words) for one, words in STOCK.items()],
        languages=LANGUAGE_NAMES,
        wrong=wrong,
    )


async def _put(seat: Seat, fields: Form) -> Response[Any]:
    """Say anew what a disposition is called."""
    kept = await _known(seat)
    if kept is None:
        return seat.nowhere("disposition")
    others: Sequence[tuple[str, str]] = [
        (code, words) for code, words in kept["localized"].items() if code not in LANGUAGE_NAMES
    ]
    typed = {code: fields.get(f"name_{code}", "").strip() for code in LANGUAGE_NAMES}
    said = {
        "name": fields.get("name", "").strip(),
        "stock": fields.get("stock"),
        "localized": {**dict(others), **{code: words for code, words in typed.items() if words}},
    }
    try:
        body = msgspec.convert(said, DispositionPut)
    except msgspec.ValidationError:
        wrong = {"name": "Give a name of 1 to 255 characters, and say what becomes of the stock."}
        return _disposition(seat, kept, wrong, fields)
    await dispositions.put(seat.house, seat.workspace_id, kept["code"], body)
    return seat.go_on(seat.address(PATH), notice=f"{body.name} is saved.")
