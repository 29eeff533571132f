"""What the pages about templates share: names of languages, words typed, a return named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.desk import searching
from retour.desk.notifications import linting, profiles, templates
from retour.desk.notifications.body import (
    SOURCE_MAX,
    SUBJECT_MAX,
    LintBody,
    PreviewBody,
    TemplatePatch,
)
from retour.desk.outcome import Done
from retour.desk.pages import Page
from retour.desk.searching.asked import Wanted
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.subscription import CUSTOMER
from retour.screens.staff.settings.said import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.screens.staff.seat import Form, Seat

    View = dict[str, Any]

EDITOR: Final = "/settings/templates"
GRID: Final = "/settings/notifications"
ENDPOINTS: Final = "/settings/endpoints"
LANGUAGES: Final = {
    "en": "English",
    "de": "German",
    "nl": "Dutch",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pl": "Polish",
}
TYPES: Final = {"email": "E-mail", "json": "JSON", "xml": "XML", "chat": "Chat"}
_MANY: Final = Page(limit=200)
_PAGES_MAX: Final = 10
_ID_MAX: Final = 100


async def all_templates(seat: Seat) -> list[View]:
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


async def all_profiles(seat: Seat) -> list[View]:
    """Give the newest profiles."""
    answer = body_of(await profiles.listing(seat.house, seat.workspace_id, _MANY))
    found: list[View] = answer["data"]
    return found


def reader(profile: View) -> str:
    """Say whom a profile leads to, as people read it."""
    if profile["address"] == CUSTOMER:
        return "the customer"
    return str(profile["address"] or profile["name"])


async def one_template(seat: Seat) -> View | None:
    """Give the template that the address names."""
    template_id = seat.params["template_id"]
    done = await templates.look_up(seat.house, seat.workspace_id, template_id)
    return body_of(done) if isinstance(done, Done) else None


def words_of(fields: Form) -> TemplatePatch:
    """Read what a template is to say; nothing typed is the house's own words."""
    body = fields.get("body", "").replace("\r\n", "\n")
    return TemplatePatch(subject=fields.get("subject", "").strip() or None, body=body or None)


def too_long(fields: Form) -> dict[str, str]:
    """Say which words are longer than any template's."""
    words = words_of(fields)
    wrong: dict[str, str] = {}
    if isinstance(words.subject, str) and len(words.subject) > SUBJECT_MAX:
        wrong["subject"] = f"A subject has {SUBJECT_MAX} characters at most. Shorten it."
    if isinstance(words.body, str) and len(words.body) > SOURCE_MAX:
        wrong["body"] = f"A template has {SOURCE_MAX} characters at most. Shorten it."
    return wrong


async def asked_of(seat: Seat, asked: Mapping[str, str], draft: Form | None = None) -> PreviewBody:
    """Read what a template is to be shown of, and with which words.

    Raises:
        InvalidRequest: No return is called that.
    """
    return_id = await return_of(seat, asked.get("of", ""))
    profile = asked.get("through", "")[:_ID_MAX] or None
    if draft is None:
        return PreviewBody(return_id=return_id, profile=profile)
    words = words_of(draft)
    return PreviewBody(return_id=return_id, profile=profile, subject=words.subject, body=words.body)


async def looked_over(seat: Seat, fields: Form) -> View | None:
    """Say what is wrong with the words in a form, and how large their mail is; keep none.

    Raises:
        InvalidRequest: No return is called what is typed.
        TemplatesBusy: Nobody could look at them this time.
    """
    words = words_of(fields)
    body = LintBody(
        return_id=await return_of(seat, fields.get("of", "")),
        subject=words.subject,
        body=words.body,
    )
    template_id = seat.params["template_id"]
    done = await linting.lint(seat.house, seat.workspace_id, template_id, body, sight=seat.sight)
    return body_of(done) if isinstance(done, Done) else None


async def return_of(seat: Seat, text: str) -> str | None:
    """Find the return that somebody names by its number, its parcel, its order or its id.

    Raises:
        InvalidRequest: None is called that.
    """
    text = text.strip()
    if not text:
        return None
    if text.startswith("ret_") and len(text) <= _ID_MAX:
        return text
    wanted = Wanted(words=(text[:_ID_MAX],))
    done = await searching.search(seat.house, seat.workspace_id, wanted, Page(limit=1))
    rows = body_of(done)["data"]
    if not rows:
        detail = f"No return is found by “{text[:_ID_MAX]}”. Give its number, or leave it empty."
        raise InvalidRequest(FieldError(pointer="/return", code="unknown_return", detail=detail))
    return str(rows[0]["id"])
