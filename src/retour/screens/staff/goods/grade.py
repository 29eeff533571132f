"""One grade: its name and sentence in seven languages, and photos of what it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk import photos
from retour.desk.dock import grades
from retour.desk.dock.grades import NAME_MAX, PICTURES_MAX, TEXT_MAX, GradePut
from retour.desk.outcome import VersionDiffers
from retour.gateways.limits import PHOTO_BYTES_MAX
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.goods.reasons import LANGUAGE_NAMES
from retour.screens.staff.goods.said import differing, found_in, seen_version
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/grades/words"
_BYTES_MAX: Final = PHOTO_BYTES_MAX + 65_536
_NO_FILE: Final = "Choose a photo first."
_NO_TEXT: Final = "Say what one sees in it, such as: Light marks at the heel."
_LONG: Final = "Say it in {} characters at most."
_CHANGED: Final = (
    "Somebody changed the grade meanwhile. Nothing was changed; look, and send the photo again."
)


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the page."""
    return place(
        house,
        f"{PATH}/{{grade:str}}",
        "settings:read",
        _one,
        _take,
        take_scope="settings:write",
        bytes_max=_BYTES_MAX,
    )


async def every_grade(seat: Seat) -> list[dict[str, Any]]:
    """Give what is said of each grade, best first."""
    return body_of(await grades.listing(seat.house, seat.workspace_id))["data"]


async def _kept(seat: Seat) -> dict[str, Any] | None:
    grade = seat.params["grade"]
    return found_in(await grades.look_up(seat.house, seat.workspace_id, grade))


async def _one(seat: Seat) -> Response[Any]:
    """Show what a grade is called, and what it looks like."""
    kept = await _kept(seat)
    return seat.nowhere("grade") if kept is None else _page(seat, kept, _filled(kept))


def _filled(kept: Mapping[str, Any]) -> dict[str, str]:
    """Give what stands in the fields of a grade."""
    return {
        **{f"name_{code}": kept["name"].get(code, "") for code in LANGUAGE_NAMES},
        **{f"text_{code}": kept["text"].get(code, "") for code in LANGUAGE_NAMES},
        **{f"said_{one['photo']}": one["text"] for one in kept["pictures"]},
    }


def _page(
    seat: Seat,
    kept: Mapping[str, Any],
    filled: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    *,
    seen: int | None = None,
    differs: list[tuple[str, str, str]] | None = None,
) -> Response[Any]:
    return seat.page(
        "staff_goods_words.html",
        409 if differs is not None else 422 if wrong else 200,
        kept=kept,
        filled=filled,
        languages=LANGUAGE_NAMES,
        most=PICTURES_MAX,
        name_max=NAME_MAX,
        text_max=TEXT_MAX,
        version=kept["version"] if seen is None else seen,
        differs=differs,
        wrong=wrong or {},
    )


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    """Save the words, or take one more photo in."""
    kept = await _kept(seat)
    if kept is None:
        return seat.nowhere("grade")
    if fields.get("act") == "picture":
        return await _add_picture(seat, fields, kept)
    return await _save(seat, fields, kept)


async def _save(seat: Seat, fields: Form, kept: Mapping[str, Any]) -> Response[Any]:
    seen = seen_version(fields) or 0
    said, wrong = _read(fields, kept)
    if wrong:
        return _page(seat, kept, dict(fields), wrong, seen=seen)
    done = await grades.put(
        seat.house, seat.workspace_id, kept["grade"], msgspec.convert(said, GradePut), seen
    )
    if isinstance(done, VersionDiffers):
        before = _filled(kept)
        differs = differing(before, {**before, **fields}, _names(kept))
        return _page(seat, kept, {**before, **fields}, differs=differs)
    notice = f"Grade {kept['grade']} is saved. Shoppers and whoever judges read it so from now on."
    return seat.go_on(seat.address(f"{PATH}/{kept['grade']}"), notice=notice)


def _names(kept: Mapping[str, Any]) -> dict[str, str]:
    return {
        **{f"name_{code}": f"Name, {name}" for code, name in LANGUAGE_NAMES.items()},
        **{f"text_{code}": f"Sentence, {name}" for code, name in LANGUAGE_NAMES.items()},
        **{f"said_{one['photo']}": "What a photo shows" for one in kept["pictures"]},
    }


def _read(fields: Form, kept: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Read the words, and which photos stay; what an API said in other languages stays too."""
    wrong: dict[str, str] = {}
    said: dict[str, Any] = {}
    for part, most in (("name", NAME_MAX), ("text", TEXT_MAX)):
        typed = {code: fields.get(f"{part}_{code}", "").strip() for code in LANGUAGE_NAMES}
        wrong |= {
            f"{part}_{code}": _LONG.format(most)
            for code, words in typed.items()
            if len(words) > most
        }
        others = {code: text for code, text in kept[part].items() if code not in LANGUAGE_NAMES}
        said[part] = {**others, **{code: words for code, words in typed.items() if words}}
    pictures: list[dict[str, str]] = []
    for one in kept["pictures"]:
        photo: str = one["photo"]
        given = fields.get(f"said_{photo}")
        text: str = one["text"] if given is None else given.strip()
        if f"gone_{photo}" in fields:
            continue
        if not text or len(text) > TEXT_MAX:
            wrong[f"said_{photo}"] = _LONG.format(TEXT_MAX) if text else _NO_TEXT
        pictures.append({"photo": photo, "text": text})
    return {**said, "pictures": pictures}, wrong


async def _add_picture(seat: Seat, fields: Form, kept: Mapping[str, Any]) -> Response[Any]:
    """Take a photo in, and lay it beside the others; what was typed of words is not looked at."""
    sent, text = [one for one in fields.files.get("photo", []) if one], fields.get("shows", "")
    wrong: dict[str, str] = {}
    if not sent:
        wrong["photo"] = _NO_FILE
    if not text.strip() or len(text) > TEXT_MAX:
        wrong["shows"] = _LONG.format(TEXT_MAX) if text.strip() else _NO_TEXT
    if wrong:
        return _page(seat, kept, {**_filled(kept), "shows": text}, wrong)
    shown = [{"photo": one["photo"], "text": one["text"]} for one in kept["pictures"]]
    own: dict[str, Any] = {"name": kept["name"], "text": kept["text"]} if kept["own"] else {}
    try:
        taken = await photos.take(seat.house, seat.workspace_id, sent[0], actor=seat.actor)
        shown.append({"photo": body_of(taken)["id"], "text": text.strip()})
        said = msgspec.convert({**own, "pictures": shown}, GradePut)
        done = await grades.put(seat.house, seat.workspace_id, kept["grade"], said, kept["version"])
    except InvalidRequest as error:
        wrong = at_fields(error, {}, "photo")
        return _page(seat, kept, {**_filled(kept), "shows": text}, wrong)
    except msgspec.ValidationError:
        wrong = {"photo": f"{PICTURES_MAX} photos are the most. Take one away first."}
        return _page(seat, kept, {**_filled(kept), "shows": text}, wrong)
    here = seat.address(f"{PATH}/{kept['grade']}")
    if isinstance(done, VersionDiffers):
        return seat.go_on(here, notice=_CHANGED, tone="warn")
    notice = f"The photo is there. Whoever judges sees it beside grade {kept['grade']}."
    return seat.go_on(f"{here}#pictures", notice=notice)
