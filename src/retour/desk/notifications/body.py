"""The bodies of requests about profiles and templates, and what they may say.

12Return's words: a profile is where to, a template is what to say on which event.  A template of
one type goes through profiles of the type that fits it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, UnsetType, field
from msgspec.structs import replace

from retour.desk.telling.subscription_body import Headers, Url
from retour.desk.telling.targets import check_headers, check_target
from retour.dialects.notification import WORDS
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.subscription import CUSTOMER
from retour.lifecycle.commands import Body, Word
from retour.settings import Settings
from retour.store.telling_notifications import ProfileBody, TemplateBody

SOURCE_MAX: Final = 32_000
SUBJECT_MAX: Final = 1000
PROFILES_MAX: Final = 50
NOTE_MAX: Final = 500
_EMAIL: Final = "email"
FITTING: Final = {"email": "email", "chat": "chat", "json": "custom", "xml": "custom"}
"""Through which type of profile each type of template goes."""
_ADDRESS: Final = re.compile(r"[^@\s<>,;:\"\\\x00-\x1f]+@[^@\s<>,;:\"\\\x00-\x1f]+")

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Address = Annotated[str, Meta(min_length=3, max_length=320)]
Subject = Annotated[str, Meta(max_length=SUBJECT_MAX)]
Source = Annotated[str, Meta(max_length=SOURCE_MAX)]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")]
Inbox = Literal["zendesk", "intercom"]
ReplyTo = Literal["customer", "sender"]
Platform = Literal["slack", "teams"]
Profiles = Annotated[tuple[Word, ...], Meta(max_length=PROFILES_MAX)]
Note = Annotated[str, Meta(max_length=NOTE_MAX)]


class ProfileNew(Body):
    """Where to: an address for email, a URL for chat and custom.

    The address ``customer`` is that of the customer whose return it is.
    """

    name: Name
    type: Literal["email", "chat", "custom"]
    address: Address | None = None
    url: Url | None = None
    headers: Headers = field(default_factory=dict[str, str])
    inbox: Inbox | None = None
    reply_to: ReplyTo | None = None
    platform: Platform | None = None


class ProfilePatch(Body):
    """What is to change; the type stays, for templates were fitted to it."""

    name: Name | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    headers: Headers | UnsetType = UNSET
    inbox: Inbox | UnsetType | None = UNSET
    reply_to: ReplyTo | UnsetType | None = UNSET
    platform: Platform | UnsetType | None = UNSET
    status: Literal["active", "paused"] | UnsetType = UNSET


class TemplateNew(Body):
    """What to say, on which event, through which profiles."""

    event: Word
    type: Literal["email", "chat", "json", "xml"]
    profiles: Profiles = ()
    name: Annotated[str, Meta(max_length=200)] = ""
    language: Language = "en"
    subject: Subject | None = None
    body: Source | None = None
    active: bool = True


class TemplatePatch(Body):
    """What is to change; the event and the type stay. ``note`` says why, beside the version."""

    profiles: Profiles | UnsetType = UNSET
    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    subject: Subject | UnsetType | None = UNSET
    body: Source | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET
    note: Note = ""


class RestoreBody(Body):
    """Why a template is to say again what it said once."""

    note: Note = ""


class PreviewBody(Body, rename={"return_id": "return", "event_id": "event"}):
    """What to say it of: a return, or one event; the newest event that fits, without either.

    A preview is shown as it goes through ``profile``, or through the template's first; a test goes
    through it alone, or through all: one with an address of your own keeps a test from customers.
    """

    return_id: Word | None = None
    event_id: Word | None = None
    profile: Word | None = None
    subject: Subject | UnsetType | None = UNSET
    body: Source | UnsetType | None = UNSET

    @property
    def is_draft(self) -> bool:
        """Say whether other words are tried than the template's own."""
        return self.subject is not UNSET or self.body is not UNSET


class TemplateTestBody(PreviewBody):
    """What to say it of, and to whom: an ``address`` of your own gets it marked as a test."""

    address: Address | None = None


class ProfileTestBody(Body):
    """Which event's sample goes through a profile, as what, in which language, and where to.

    An ``address`` of your own gets a mail instead: the only way where it leads to the customer.
    """

    event: Word = "return_requested"
    type: Literal["email", "chat", "json", "xml"] | None = None
    language: Language = "en"
    address: Address | None = None


class LintBody(PreviewBody):
    """What is to be looked at, and of which return; the template's own words without any here."""


def checked_address(address: str) -> str:
    """Give an address that mail can go to.

    Raises:
        InvalidRequest: It is none.
    """
    if not _ADDRESS.fullmatch(address):
        detail = "This is no address for mail. Give one address such as desk@example.com."
        raise InvalidRequest(_error("/address", "bad_value", detail))
    return address


def checked_event(event: str) -> str:
    """Give one of the words that templates and samples go by.

    Raises:
        InvalidRequest: It is none.
    """
    if event in WORDS:
        return event
    close = get_close_matches(event, list(WORDS), n=1)
    remedy = f"Did you mean {close[0]!r}?" if close else f"Known are {', '.join(WORDS)}."
    raise InvalidRequest(_error("/event", "unknown_event", f"No event {event!r}. {remedy}"))


def read_profile(settings: Settings, body: ProfileNew) -> ProfileBody:
    """Make a profile.

    Raises:
        InvalidRequest: Naming everything that is wrong.
    """
    asked, other = ("address", "url") if body.type == _EMAIL else ("url", "address")
    errors: list[FieldError] = []
    target = getattr(body, asked)
    if target is None:
        errors.append(_error(f"/{asked}", "missing", f"A profile of {body.type} needs {asked}."))
    if getattr(body, other) is not None:
        detail = f"A profile of type {body.type} has no {other}. Give {asked} alone."
        errors.append(_error(f"/{other}", "not_applicable", detail))
    said = ProfileBody(
        name=body.name,
        type=body.type,
        target=target or "",
        headers=body.headers,
        inbox=body.inbox,
        reply_to=body.reply_to,
        platform=body.platform,
    )
    if target is not None:
        errors += _profile_errors(settings, said)
    if errors:
        raise InvalidRequest(*errors)
    return said


def patched_profile(settings: Settings, before: ProfileBody, patch: ProfilePatch) -> ProfileBody:
    """Give the profile with what the patch names.

    Raises:
        InvalidRequest: Naming everything that would be wrong of it.
    """
    is_email = before.type == _EMAIL
    asked, other = ("address", "url") if is_email else ("url", "address")
    target = getattr(patch, asked)
    said = replace(
        before,
        name=before.name if patch.name is UNSET else patch.name,
        target=before.target if target is UNSET else target,
        headers=before.headers if patch.headers is UNSET else patch.headers,
        inbox=before.inbox if patch.inbox is UNSET else patch.inbox,
        reply_to=before.reply_to if patch.reply_to is UNSET else patch.reply_to,
        platform=before.platform if patch.platform is UNSET else patch.platform,
        is_paused=before.is_paused if patch.status is UNSET else patch.status == "paused",
    )
    errors = _profile_errors(settings, said)
    if getattr(patch, other) is not UNSET:
        detail = f"A profile of type {before.type} has no {other}. Give {asked} alone."
        errors.append(_error(f"/{other}", "not_applicable", detail))
    if errors:
        raise InvalidRequest(*errors)
    return said


_MAIL_ONLY: Final = ("inbox", "reply_to")


def _profile_errors(settings: Settings, said: ProfileBody) -> list[FieldError]:
    if said.type != _EMAIL:
        return [
            *check_target(settings, said.target, "/url"),
            *check_headers(said.headers, "/headers"),
            *_not_applicable(said, _MAIL_ONLY),
            *(() if said.type == "chat" else _not_applicable(said, ("platform",))),
        ]
    errors = _not_applicable(said, ("headers", "platform"))
    if said.target == CUSTOMER:
        detail = "A mail to the customer has neither inbox nor reply_to. Leave them out."
        errors += [
            _error(f"/{name}", "not_applicable", detail)
            for name in _MAIL_ONLY
            if getattr(said, name) is not None
        ]
    elif not _ADDRESS.fullmatch(said.target):
        detail = (
            "This is no address for mail. Give one address such as desk@example.com, or customer"
            " for whoever the return is of."
        )
        errors.append(_error("/address", "bad_value", detail))
    return errors


def _not_applicable(said: ProfileBody, names: Iterable[str]) -> list[FieldError]:
    """Refuse what a profile of this type has not."""
    return [
        _error(
            f"/{name}",
            "not_applicable",
            f"A profile of type {said.type} has no {name}. Leave it out.",
        )
        for name in names
        if getattr(said, name)
    ]


def read_template(body: TemplateNew) -> TemplateBody:
    """Make a template; whether its profiles fit and its Liquid is sound is seen later.

    Raises:
        InvalidRequest: Naming everything that is wrong so far.
    """
    errors: list[FieldError] = []
    if body.event not in WORDS:
        close = get_close_matches(body.event, list(WORDS), n=1)
        remedy = f"Did you mean {close[0]!r}?" if close else f"Known are {', '.join(WORDS)}."
        errors.append(_error("/event", "unknown_event", f"No event {body.event!r}. {remedy}"))
    said = TemplateBody(
        event=body.event,
        type=body.type,
        profiles=tuple(dict.fromkeys(body.profiles)),
        name=body.name,
        language=body.language,
        subject=body.subject,
        body=body.body,
        active=body.active,
    )
    errors += _subject_errors(said)
    if errors:
        raise InvalidRequest(*errors)
    return said


def patched_template(before: TemplateBody, patch: TemplatePatch) -> TemplateBody:
    """Give the template with what the patch names.

    Raises:
        InvalidRequest: Naming everything that would be wrong of it.
    """
    changes = {
        name: getattr(patch, name)
        for name in TemplatePatch.__struct_fields__
        if name in TemplateBody.__struct_fields__ and getattr(patch, name) is not UNSET
    }
    if patch.profiles is not UNSET:
        changes["profiles"] = tuple(dict.fromkeys(patch.profiles))
    said = replace(before, **changes)
    if errors := _subject_errors(said):
        raise InvalidRequest(*errors)
    return said


def _subject_errors(said: TemplateBody) -> list[FieldError]:
    if said.type == _EMAIL or said.subject is None:
        return []
    detail = f"Only an email has a subject; this is of type {said.type}. Leave it out."
    return [_error("/subject", "not_applicable", detail)]


def _error(pointer: str, code: str, detail: str) -> FieldError:
    return FieldError(pointer=pointer, code=code, detail=detail)
