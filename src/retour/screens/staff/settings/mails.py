"""The mails of the workflow: which there are, what each says, tried of a real return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Response

from retour.desk.notifications import defaults, profiles, templates, trial
from retour.desk.notifications.body import SOURCE_MAX, SUBJECT_MAX, PreviewBody, TemplatePatch
from retour.desk.notifications.defaults import MAILS, DefaultsAsked
from retour.desk.outcome import Done, NotFound, Refused, VersionDiffers
from retour.desk.pages import Page
from retour.dialects.notification import WORDS
from retour.dialects.notification.texts import sources
from retour.kernel.problems import InvalidRequest, Transient
from retour.kernel.subscription import CUSTOMER, Template
from retour.screens.pages import PAGES
from retour.screens.staff import guard
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields, body_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

    View = dict[str, Any]

PATH: Final = "/settings/mails"
_ONE: Final = f"{PATH}/{{template_id:str}}"
_MANY: Final = Page(limit=200)
_PAGES_MAX: Final = 10
_BYTES_MAX: Final = 200_000
_FRAME: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""For a mail in its frame: its own inline style, and nothing that runs or leads elsewhere."""
_CHANGED: Final = (
    "Somebody changed this mail after you opened it. Yours stands below; save it anew."
)
_NO_RETURN: Final = "Name the return, as its page’s address does (ret_…)."
_LANGUAGES: Final = {
    "en": "English",
    "de": "German",
    "nl": "Dutch",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pl": "Polish",
}
_BY_POINTER: Final = {"/subject": "subject", "/body": "body", "/return": "of", "/event": "of"}


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list, of one mail, and of what stands in its frame."""
    read, write = "subscriptions:read", "subscriptions:write"
    return [
        *place(house, PATH, read, _list, _set_up, take_scope=write),
        *place(house, _ONE, read, _one, _take, take_scope=write, bytes_max=_BYTES_MAX),
        *place(house, f"{_ONE}/shown", read, _frame, _draft, bytes_max=_BYTES_MAX),
    ]


# ---------------------------------------------------------------- which there are


async def _list(seat: Seat, wrong: Mapping[str, str] | None = None) -> Response[Any]:
    """Show every mail: by what happened and in which language."""
    customers = await _customers(seat)
    found = [one for one in await _all(seat) if one["type"] == "email"]
    ours = [one for one in found if customers.intersection(one["profiles"])]
    languages = sorted({one["language"] for one in ours})
    cells: dict[str, dict[str, list[View]]] = {}
    for one in ours:
        cells.setdefault(one["event"], {}).setdefault(one["language"], []).append(one)
    order = [*MAILS, *(event for event in WORDS if event not in MAILS)]
    return seat.page(
        "staff_settings_mails.html",
        422 if wrong else 200,
        rows=[(WORDS[event].title, cells[event]) for event in order if event in cells],
        languages=languages,
        heads=[_LANGUAGES.get(one, one) for one in languages],
        named=_LANGUAGES,
        others=[one for one in found if one not in ours],
        titles={name: word.title for name, word in WORDS.items()},
        wrong=wrong or {},
    )


async def _all(seat: Seat) -> list[View]:
    """Give every template, a page after another."""
    found: list[View] = []
    page = _MANY
    for _ in range(_PAGES_MAX):
        answer = body_of(await templates.listing(seat.house, seat.workspace_id, page))
        found += answer["data"]
        if answer["next_cursor"] is None:
            break
        page = Page(limit=_MANY.limit, after=found[-1]["id"])
    return found


async def _profiles(seat: Seat) -> list[View]:
    answer = body_of(await profiles.listing(seat.house, seat.workspace_id, _MANY))
    found: list[View] = answer["data"]
    return found


async def _customers(seat: Seat) -> set[str]:
    """Give the profiles that lead to the customer."""
    return {one["id"] for one in await _profiles(seat) if one.get("address") == CUSTOMER}


async def _set_up(seat: Seat, fields: Form) -> Response[Any]:
    """Have a mail for each step, in the languages that are ticked."""
    chosen = [one for one in fields.many("languages") if one in _LANGUAGES]
    if not chosen:
        return await _list(seat, {"languages": "Tick at least one language."})
    asked = msgspec.convert({"languages": chosen}, DefaultsAsked)
    await defaults.set_up(seat.house, seat.workspace_id, asked, seat.once())
    return seat.go_on(seat.address(PATH), notice="Your customers are told of each step.")


# ---------------------------------------------------------------- one of them


async def _one(
    seat: Seat, wrong: Mapping[str, str] | None = None, fields: Form | None = None
) -> Response[Any]:
    """Show one mail: its words, and what comes of them."""
    done = await templates.look_up(seat.house, seat.workspace_id, seat.params["template_id"])
    if isinstance(done, NotFound):
        return seat.nowhere("mail")
    said, typed = body_of(done), fields or Form([])
    if said["type"] != "email":
        return seat.nowhere("mail")
    customers = await _customers(seat)
    is_customers = bool(customers.intersection(said["profiles"]))
    of = typed.get("of", seat.query.get("of", ""))
    leads = [one for one in await _profiles(seat) if one["id"] in said["profiles"]]
    return seat.page(
        "staff_settings_mail.html",
        422 if wrong else 200,
        one=said,
        event=WORDS[said["event"]].title,
        language=_LANGUAGES.get(said["language"], said["language"]),
        filled={name: typed.get(name, said[name] or "") for name in ("subject", "body")},
        is_active=typed.get("active") == "1" if fields else said["active"],
        ours=_ours(said, to_customer=is_customers),
        is_customers=is_customers,
        leads=leads,
        of=of,
        frame=seat.address(f"{PATH}/{seat.params['template_id']}/shown", of=of),
        source_max=SOURCE_MAX,
        subject_max=SUBJECT_MAX,
        wrong=wrong or {},
    )


def _ours(said: View, *, to_customer: bool) -> Mapping[str, str]:
    """Give the house's own words for a mail, to begin with."""
    plain = Template(id=said["id"], event=said["event"], type="email", language=said["language"])
    return sources(plain, to_customer=to_customer)


def _words(fields: Form) -> TemplatePatch:
    """Read what a mail is to say; nothing typed is the house's own words."""
    body = fields.get("body", "").replace("\r\n", "\n")
    return TemplatePatch(subject=fields.get("subject", "").strip() or None, body=body or None)


def _too_long(fields: Form) -> dict[str, str]:
    words = _words(fields)
    wrong: dict[str, str] = {}
    if isinstance(words.subject, str) and len(words.subject) > SUBJECT_MAX:
        wrong["subject"] = f"A subject has {SUBJECT_MAX} characters at most. Shorten it."
    if isinstance(words.body, str) and len(words.body) > SOURCE_MAX:
        wrong["body"] = f"A mail has {SOURCE_MAX} characters at most. Shorten it."
    return wrong


async def _save(seat: Seat, fields: Form) -> Response[Any]:
    if wrong := _too_long(fields):
        return await _one(seat, wrong, fields)
    words = _words(fields)
    patch = TemplatePatch(subject=words.subject, body=words.body, active="active" in fields)
    version = fields.get("version", "")
    return await _keep(seat, fields, patch, int(version) if version.isdecimal() else None)


async def _restore(seat: Seat, fields: Form) -> Response[Any]:
    """Say it in the house's own words again."""
    return await _keep(seat, fields, TemplatePatch(subject=None, body=None), None)


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
        return await _one(seat, {"body": _CHANGED}, fields)
    if isinstance(done, NotFound):
        return seat.nowhere("mail")
    address = seat.address(f"{PATH}/{template_id}", of=fields.get("of", ""))
    return seat.go_on(address, notice="The mail is saved; it says this from the next event on.")


async def _send(seat: Seat, fields: Form) -> Response[Any]:
    """Really send it, of the return that is named."""
    of = fields.get("of", "").strip()
    if not of or len(of) > 100:  # noqa: PLR2004 - as words of bodies are
        return await _one(seat, {"of": _NO_RETURN}, fields)
    try:
        done = await trial.send_test(
            seat.house,
            seat.workspace_id,
            seat.params["template_id"],
            PreviewBody(return_id=of, profile=fields.get("through") or None),
            actor=seat.actor,
            key=seat.once(),
        )
    except InvalidRequest as error:
        return await _one(seat, at_fields(error, _BY_POINTER, "of"), fields)
    if isinstance(done, NotFound):
        return seat.nowhere("mail")
    address = seat.address(f"{PATH}/{seat.params['template_id']}", of=of)
    if isinstance(done, Refused):
        return seat.go_on(address, notice=done.refusal.detail, tone="bad")
    return seat.go_on(address, notice="The mail is on its way.")


_ACTS: Final[Mapping[str, Callable[[Seat, Form], Awaitable[Response[Any]]]]] = {
    "restore": _restore,
    "send": _send,
}


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    return await _ACTS.get(fields.get("act", ""), _save)(seat, fields)


# ---------------------------------------------------------------- in its frame


async def _frame(seat: Seat) -> Response[Any]:
    """Show the mail as it is kept."""
    return await _rendered(seat, seat.query, None)


async def _draft(seat: Seat, fields: Form) -> Response[Any]:
    """Show the mail as it stands in the form; nothing is kept."""
    if wrong := _too_long(fields):
        return _framed(seat, _told(list(wrong.values())), 422)
    return await _rendered(seat, fields, _words(fields))


async def _rendered(
    seat: Seat, asked: Mapping[str, str], draft: TemplatePatch | None
) -> Response[Any]:
    body = PreviewBody(return_id=asked.get("of", "").strip()[:100] or None)
    template_id = seat.params["template_id"]
    try:
        done = await trial.preview(seat.house, seat.workspace_id, template_id, body, draft)
    except InvalidRequest as error:
        return _framed(seat, _told([one.detail for one in error.errors]), 422)
    except Transient:
        words = "The renderer is busy. Press Preview again in a moment."
        return _framed(seat, _told([words]), 503)
    if not isinstance(done, Done):
        return _framed(seat, _told(["There is no such mail any more."]), 404)
    made = body_of(done)
    if asked.get("part") == "text":
        return _framed(seat, f"{made['subject']}\n\n{made['text']}", kind="text/plain")
    return _framed(seat, made["html"])


def _told(words: list[str]) -> str:
    return PAGES.get_template("staff_settings_mail_told.html").render(words=words)


def _framed(seat: Seat, text: str, status: int = 200, kind: str = "text/html") -> Response[Any]:
    """Answer what stands in a frame of ours, and in nobody else's."""
    headers = {**guard.headers_for(seat.house), "content-security-policy": _FRAME}
    return Response(
        text.encode(), media_type=f"{kind}; charset=utf-8", headers=headers, status_code=status
    )
