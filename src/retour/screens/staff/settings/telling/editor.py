"""One template: its words as Liquid beside what its reader gets, looked over, tried and saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.desk.notifications import templates, trial, versions
from retour.desk.notifications.body import (
    NOTE_MAX,
    SOURCE_MAX,
    SUBJECT_MAX,
    PreviewBody,
    TemplateNew,
    TemplatePatch,
)
from retour.desk.notifications.comparing import compared
from retour.desk.outcome import NotFound, Refused, VersionDiffers
from retour.desk.pages import Page
from retour.dialects.notification import WORDS
from retour.dialects.notification.texts import sources
from retour.dialects.notification.variables import NAMES
from retour.kernel.problems import InvalidRequest
from retour.kernel.subscription import CUSTOMER, Template
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of
from retour.screens.staff.settings.telling.frame import BYTES_MAX
from retour.screens.staff.settings.telling.history import named, shown_rows
from retour.screens.staff.settings.telling.words import (
    EDITOR,
    LANGUAGES,
    TYPES,
    all_profiles,
    all_templates,
    asked_of,
    looked_over,
    one_template,
    reader,
    return_of,
    too_long,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

    View = dict[str, Any]

_ONE: Final = f"{EDITOR}/{{template_id:str}}"
_LATEST: Final = Page(limit=5)
_CHANGED: Final = (
    "Somebody saved this template after you opened it. Yours stands below; what differs is shown"
    " under it. Save again to put yours in its place."
)
_NO_RETURN: Final = "Name the return: its number, its parcel’s, or its id."
_BY_POINTER: Final = {
    "/subject": "subject",
    "/body": "body",
    "/return": "of",
    "/event": "of",
    "/address": "to",
}
_ADDRESS_MAX: Final = 320
_BADGES: Final = {"subject": "standard subject", "body": "standard words"}
"""What a language says where another has a merchant's own, and it has none."""
_PART: Final = {"email": "body_html", "chat": "body_text"}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the editor's handlers."""
    return place(
        house,
        _ONE,
        "subscriptions:read",
        _one,
        _take,
        take_scope="subscriptions:write",
        bytes_max=BYTES_MAX,
    )


async def _one(
    seat: Seat,
    wrong: Mapping[str, str] | None = None,
    fields: Form | None = None,
    **more: Any,  # noqa: ANN401 - what a template names
) -> Response[Any]:
    """Show one template: its words, what comes of them, and what it said before."""
    said = await one_template(seat)
    if said is None:
        return seat.nowhere("template")
    typed = fields or Form([])
    leads = [one for one in await all_profiles(seat) if one["id"] in said["profiles"]]
    is_customers = any(one["address"] == CUSTOMER for one in leads)
    of = typed.get("of", seat.query.get("of", ""))
    own = seat.address(f"{EDITOR}/{said['id']}")
    latest = await versions.listing(seat.house, seat.workspace_id, said["id"], _LATEST)
    ours, part = _ours(said, to_customer=is_customers), _PART.get(said["type"], "")
    begun = _begun(ours, part) if part and seat.query.get("from") == "standard" else {}
    values: View = {
        "one": said,
        "own": own,
        "event": WORDS[said["event"]].title,
        "type": TYPES[said["type"]],
        "language": LANGUAGES.get(said["language"], said["language"]),
        "tabs": await _tabs(seat, said),
        "filled": {
            name: typed.get(name, said[name] or "") if fields else said[name] or begun.get(name, "")
            for name in ("subject", "body")
        },
        "note": typed.get("note", ""),
        "to": typed.get("to", seat.session.email),
        "is_active": typed.get("active") == "1" if fields else said["active"],
        "ours": ours,
        "part": part,
        "is_customers": is_customers,
        "leads": leads,
        "readers": ", ".join(reader(one) for one in leads),
        "of": of,
        "frame": seat.address(f"{EDITOR}/{said['id']}/shown", of=of),
        "versions": await named(seat, body_of(latest)["data"]),
        "names": NAMES,
        "source_max": SOURCE_MAX,
        "subject_max": SUBJECT_MAX,
        "note_max": NOTE_MAX,
        "found": None,
        "differs": None,
        "tried": None,
        "is_typed": fields is not None or bool(begun),
    }
    return seat.page(
        "staff_settings_template.html", 422 if wrong else 200, wrong=wrong or {}, **values | more
    )


def _begun(ours: Mapping[str, str], part: str) -> dict[str, str]:
    """Give the standard words as what was typed, for who changes some of them."""
    return {"subject": ours.get("subject", ""), "body": ours[part]}


async def _tabs(seat: Seat, said: View) -> list[View]:
    """List the languages of this message: those that have words, and those that have none yet."""
    siblings = {
        one["language"]: one
        for one in reversed(await all_templates(seat))
        if (one["event"], one["type"]) == (said["event"], said["type"])
        and set(one["profiles"]) & set(said["profiles"])
    }
    siblings[said["language"]] = said
    written = {code: {part for part in _BADGES if one[part]} for code, one in siblings.items()}
    anywhere = set[str]().union(*written.values())
    return [
        {
            "code": code,
            "name": LANGUAGES.get(code, code),
            "id": siblings[code]["id"] if code in siblings else None,
            "is_own": bool(written.get(code)),
            "lacks": [
                words
                for part, words in _BADGES.items()
                if code in siblings and part in anywhere - written[code]
            ],
            "is_off": code in siblings and not siblings[code]["active"],
        }
        for code in dict.fromkeys((*LANGUAGES, *siblings))
    ]


def _ours(said: View, *, to_customer: bool) -> Mapping[str, str]:
    """Give the house's own words for a message, to begin with."""
    plain = Template(
        id=said["id"], event=said["event"], type=said["type"], language=said["language"]
    )
    return sources(plain, to_customer=to_customer)


# ---------------------------------------------------------------- what its buttons do


async def _save(seat: Seat, fields: Form) -> Response[Any]:
    if wrong := too_long(fields):
        return await _one(seat, wrong, fields)
    words = words_of(fields)
    patch = TemplatePatch(
        subject=words.subject,
        body=words.body,
        active="active" in fields,
        note=fields.get("note", "").strip()[:NOTE_MAX],
    )
    version = fields.get("version", "")
    return await _keep(seat, fields, patch, int(version) if version.isdecimal() else None)


async def _restore(seat: Seat, fields: Form) -> Response[Any]:
    """Say it in the house's own words again."""
    patch = TemplatePatch(subject=None, body=None, note="Back to the standard words")
    return await _keep(seat, fields, patch, None)


async def _keep(
    seat: Seat, fields: Form, patch: TemplatePatch, version: int | None
) -> Response[Any]:
    template_id = seat.params["template_id"]
    try:
        done = await templates.patch(
            seat.house, seat.workspace_id, template_id, patch, if_match=version
        )
    except InvalidRequest as error:
        return await _one(seat, at_fields(error, _BY_POINTER, "body"), fields)
    if isinstance(done, VersionDiffers):
        return await _overtaken(seat, fields)
    if isinstance(done, NotFound):
        return seat.nowhere("template")
    address = seat.address(f"{EDITOR}/{template_id}", of=fields.get("of", ""))
    said = body_of(done)
    notice = f"Version {said['version']} is saved; it is said from the next event on."
    if version == said["version"]:
        return seat.go_on(address, notice="Nothing was changed.", tone="info")
    return seat.go_on(address, notice=notice)


async def _overtaken(seat: Seat, fields: Form) -> Response[Any]:
    """Show what differs between what somebody else saved and what was typed; nothing is lost."""
    said = await one_template(seat)
    if said is None:
        return seat.nowhere("template")
    typed = {"subject": fields.get("subject", ""), "body": words_of(fields).body or ""}
    differs = {
        part: shown_rows(compared(said[part] or "", str(text))) for part, text in typed.items()
    }
    return await _one(seat, {"body": _CHANGED}, fields, differs=differs)


async def _look_over(seat: Seat, fields: Form) -> Response[Any]:
    """Say what is wrong with the words, keeping none."""
    if wrong := too_long(fields):
        return await _one(seat, wrong, fields)
    try:
        found = await looked_over(seat, fields)
    except InvalidRequest as error:
        return await _one(seat, at_fields(error, _BY_POINTER, "body"), fields)
    if found is None:
        return seat.nowhere("template")
    return await _one(seat, None, fields, found=found)


async def _try(seat: Seat, fields: Form) -> Response[Any]:
    """Send the words in the form to the address named, or to oneself, marked as a test."""
    if wrong := too_long(fields):
        return await _one(seat, wrong, fields)
    address = fields.get("to", "").strip()[:_ADDRESS_MAX] or seat.session.email
    try:
        body = await asked_of(seat, fields, fields)
        done = await trial.send_test(
            seat.house,
            seat.workspace_id,
            seat.params["template_id"],
            body,
            actor=seat.actor,
            address=address,
            key=seat.once(),
            sight=seat.sight,
        )
    except InvalidRequest as error:
        return await _one(seat, at_fields(error, _BY_POINTER, "body"), fields)
    if isinstance(done, NotFound):
        return seat.nowhere("template")
    if isinstance(done, Refused):
        return await _one(seat, {"of": done.refusal.detail}, fields)
    return await _one(seat, None, fields, tried=address)


async def _send(seat: Seat, fields: Form) -> Response[Any]:
    """Really send it, of the return that is named."""
    try:
        return_id = await return_of(seat, fields.get("of", ""))
        if return_id is None:
            return await _one(seat, {"of": _NO_RETURN}, None)
        done = await trial.send_test(
            seat.house,
            seat.workspace_id,
            seat.params["template_id"],
            PreviewBody(return_id=return_id, profile=fields.get("through") or None),
            actor=seat.actor,
            key=seat.once(),
        )
    except InvalidRequest as error:
        return await _one(seat, at_fields(error, _BY_POINTER, "of"), None)
    if isinstance(done, NotFound):
        return seat.nowhere("template")
    address = seat.address(f"{EDITOR}/{seat.params['template_id']}", of=fields.get("of", ""))
    if isinstance(done, Refused):
        return seat.go_on(address, notice=done.refusal.detail, tone="bad")
    return seat.go_on(address, notice="It is on its way.")


async def _add_language(seat: Seat, fields: Form) -> Response[Any]:
    """Have the same message in another language, in the house's own words to begin with."""
    said = await one_template(seat)
    language = fields.get("language", "")
    if said is None or language not in LANGUAGES:
        return seat.nowhere("template")
    body = TemplateNew(
        event=said["event"],
        type=said["type"],
        profiles=tuple(said["profiles"]),
        language=language,
        active=said["active"],
    )
    done = await templates.create(seat.house, seat.workspace_id, body, seat.once())
    made = body_of(done)["id"]
    notice = f"It is said in {LANGUAGES[language]} too, in the standard words."
    return seat.go_on(seat.address(f"{EDITOR}/{made}"), notice=notice)


_ACTS: Final[Mapping[str, Callable[[Seat, Form], Awaitable[Response[Any]]]]] = {
    "restore": _restore,
    "send": _send,
    "try": _try,
    "check": _look_over,
    "language": _add_language,
}


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    return await _ACTS.get(fields.get("act", ""), _save)(seat, fields)
