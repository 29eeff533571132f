"""The bodies of subscription requests, and how they become what a subscription says.

Shapes are checked by their types; here is what types cannot know: addresses, headers, names of
events and dialects.  All that is wrong is named at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from retour.desk.telling.targets import HEADERS_MAX, check_headers, check_target
from retour.dialects.notification.words import NOTICES
from retour.dialects.registry import DIALECTS
from retour.gateways.message import InvalidMail, address
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.subscription import OnDead, Ordering, SubscriptionBody, SubscriptionKind
from retour.lifecycle.commands import Body, Word
from retour.lifecycle.model import EventType, Origin, ReturnStatus
from retour.settings import Settings

EVERYTHING: Final = "*"
MAILTO: Final = "mailto:"
WEBHOOK_DIALECTS: Final = tuple(DIALECTS)
"""Dialects a webhook can speak; 12Return's alerts are asked for by templates."""
_FILTER_VALUES_MAX: Final = 100
_EVENTS_MAX: Final = 100

Url = Annotated[str, Meta(min_length=1, max_length=2048)]
Events = Annotated[tuple[Word, ...], Meta(min_length=1, max_length=_EVENTS_MAX)]
Headers = Annotated[dict[str, str], Meta(max_length=HEADERS_MAX)]
Values = Annotated[tuple[Word, ...], Meta(min_length=1, max_length=_FILTER_VALUES_MAX)]
Settled = Annotated[dict[str, str | None], Meta(max_length=50)]
Format = Literal["json", "xml"]
Status = Literal["active", "paused", "disabled"]


class FilterBody(Body):
    """Per field the values let through; a field left out lets everything through."""

    origin: Values | UnsetType = UNSET
    facility: Values | UnsetType = UNSET
    policy: Values | UnsetType = UNSET
    status: Values | UnsetType = UNSET
    channel: Values | UnsetType = UNSET


class SubscriptionNew(Body):
    """Where to, what, and in which form; the rest is at its default.

    A ``url`` of ``mailto:`` and an address asks for plain mails about troubles (``NOTICES``).
    """

    url: Url
    events: Events = (EVERYTHING,)
    dialect: Word = "retour"
    format: Format = "json"
    headers: Headers = field(default_factory=dict[str, str])
    secret: Word | None = None
    filter: FilterBody = FilterBody()
    ordering: Ordering | None = None
    on_dead: OnDead = OnDead.SKIP
    dialect_settings: Settled = field(default_factory=dict[str, str | None])
    status: Status = "active"


class SubscriptionPatch(Body):
    """What is to change; the rest stays as it is."""

    url: Url | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    dialect: Word | UnsetType = UNSET
    format: Format | UnsetType = UNSET
    headers: Headers | UnsetType = UNSET
    filter: FilterBody | UnsetType = UNSET
    ordering: Ordering | UnsetType = UNSET
    on_dead: OnDead | UnsetType = UNSET
    dialect_settings: Settled | UnsetType = UNSET
    status: Status | UnsetType = UNSET


class RotateBody(Body):
    """How long the old secret stays good, and the new one where it is to be the merchant's own."""

    overlap: timedelta = timedelta(hours=24)
    secret: Word | None = None


class RecoverBody(Body):
    """From when on to tell everything again; ``cursor`` where an earlier call was not the end."""

    since: Annotated[datetime, Meta(tz=True)]
    cursor: str | None = None


def read_new(settings: Settings, body: SubscriptionNew) -> SubscriptionBody:
    """Make a webhook's first version.

    Raises:
        InvalidRequest: Naming everything that is wrong.
    """
    if body.url.startswith(MAILTO):
        return _read_notice(body)
    _refuse(_dialect_errors(body.dialect))
    said = SubscriptionBody(
        kind=SubscriptionKind.WEBHOOK,
        target=body.url,
        events=_distinct(body.events),
        dialect=body.dialect,
        format=body.format,
        headers=body.headers,
        filter=_filter(body.filter),
        ordering=body.ordering or DIALECTS[body.dialect].ordering,
        on_dead=body.on_dead,
        dialect_settings=body.dialect_settings,
    )
    _refuse(_errors(settings, said))
    return said


def read_patch(
    settings: Settings, before: SubscriptionBody, patch: SubscriptionPatch
) -> SubscriptionBody:
    """Make a webhook's next version: ``before`` with what the patch names.

    Raises:
        InvalidRequest: Naming everything that would be wrong of it.
    """
    if before.kind is SubscriptionKind.NOTICE:
        return _patched_notice(before, patch)
    changes: dict[str, object] = {}
    for name in ("dialect", "format", "headers", "ordering", "on_dead", "dialect_settings"):
        if getattr(patch, name) is not UNSET:
            changes[name] = getattr(patch, name)
    if patch.url is not UNSET:
        changes["target"] = patch.url
    if patch.events is not UNSET:
        changes["events"] = _distinct(patch.events)
    if patch.filter is not UNSET:
        changes["filter"] = _filter(patch.filter)
    said = msgspec.structs.replace(before, **changes)
    _refuse(_dialect_errors(said.dialect))
    _refuse(_errors(settings, said))
    return said


def address_of(said: SubscriptionBody) -> str:
    """Give the address something is sent to, as it was asked for."""
    is_notice = said.kind is SubscriptionKind.NOTICE
    return f"{MAILTO}{said.target}" if is_notice else said.target


def _read_notice(body: SubscriptionNew) -> SubscriptionBody:
    """Make the first version of mails about troubles.

    Raises:
        InvalidRequest: Naming everything that is wrong.
    """
    plain = SubscriptionNew(url=body.url, events=body.events, status=body.status)
    return _notice(body.url, body.events, _differing(body, plain))


def _patched_notice(before: SubscriptionBody, patch: SubscriptionPatch) -> SubscriptionBody:
    """Make the next version of mails about troubles.

    Raises:
        InvalidRequest: Naming everything that would be wrong of it.
    """
    plain = SubscriptionPatch(url=patch.url, events=patch.events, status=patch.status)
    url = address_of(before) if patch.url is UNSET else patch.url
    events = before.events if patch.events is UNSET else patch.events
    return _notice(url, events, _differing(patch, plain))


def _differing(said: msgspec.Struct, plain: msgspec.Struct) -> list[FieldError]:
    """Refuse what only webhooks have."""
    return [
        FieldError(
            pointer=f"/{name}",
            code="not_applicable",
            detail=f"Mails about troubles have no {name}. Leave it out.",
        )
        for name in said.__struct_fields__
        if getattr(said, name) != getattr(plain, name)
    ]


def _notice(url: str, events: Iterable[str], errors: list[FieldError]) -> SubscriptionBody:
    wanted = sorted(NOTICES) if EVERYTHING in events else _distinct(events)
    known = ", ".join(sorted(NOTICES))
    for index, event in enumerate(wanted):
        if event not in NOTICES:
            detail = f"No mail is written of {event!r}. Give one of {known}, or * for all."
            errors.append(
                FieldError(pointer=f"/events/{index}", code="unknown_event", detail=detail)
            )
    target = url.removeprefix(MAILTO)
    try:
        address(target)
    except InvalidMail:
        target = ""
    if not url.startswith(MAILTO) or not target or "<" in target:
        detail = "Give mailto: and one address, such as mailto:desk@example.com."
        errors.append(FieldError(pointer="/url", code="bad_value", detail=detail))
    _refuse(errors)
    return SubscriptionBody(
        kind=SubscriptionKind.NOTICE,
        target=target,
        events=tuple(str(event) for event in wanted),
        dialect="retour",
        ordering=Ordering.NONE,
        on_dead=OnDead.SKIP,
    )


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        raise InvalidRequest(*errors)


def _distinct(events: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(events))


def _filter(body: FilterBody) -> dict[str, tuple[str, ...]]:
    return {
        name: _distinct(values)
        for name in FilterBody.__struct_fields__
        if (values := getattr(body, name)) is not UNSET
    }


def _dialect_errors(dialect: str) -> list[FieldError]:
    if dialect in WEBHOOK_DIALECTS:
        return []
    known = " or ".join(repr(name) for name in WEBHOOK_DIALECTS)
    detail = f"This version does not speak {dialect!r} to webhooks. Give {known}."
    return [FieldError(pointer="/dialect", code="unsupported_dialect", detail=detail)]


def _errors(settings: Settings, said: SubscriptionBody) -> list[FieldError]:
    """List everything a version says that cannot be."""
    return [
        *check_target(settings, said.target, "/url"),
        *_event_errors(said),
        *_format_errors(said),
        *check_headers(said.headers, "/headers"),
        *_filter_errors(said.filter),
        *_setting_errors(said),
    ]


def _event_errors(said: SubscriptionBody) -> list[FieldError]:
    words = [word for words in DIALECTS[said.dialect].vocabulary.values() for word in words]
    known = list(dict.fromkeys([*(event_type.value for event_type in EventType), *words]))
    return [
        FieldError(
            pointer=f"/events/{index}",
            code="unknown_event",
            detail=f"There is no event {event!r}. {_nearest(event, known)}",
        )
        for index, event in enumerate(said.events)
        if event != EVERYTHING and event not in known
    ]


def _nearest(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known are {', '.join(known)}."


def _format_errors(said: SubscriptionBody) -> list[FieldError]:
    formats = DIALECTS[said.dialect].formats
    if said.format in formats:
        return []
    detail = f"The dialect {said.dialect!r} has no {said.format!r}; give {' or '.join(formats)}."
    return [FieldError(pointer="/format", code="unsupported_format", detail=detail)]


_FILTER_WORDS: Final[Mapping[str, list[str]]] = {
    "origin": [origin.value for origin in Origin],
    "status": [status.value for status in ReturnStatus],
}


def _filter_errors(filtered: Mapping[str, tuple[str, ...]]) -> list[FieldError]:
    return [
        FieldError(
            pointer=f"/filter/{name}/{index}",
            code="unknown_value",
            detail=f"There is no {name} {value!r}. {_nearest(value, known)}",
        )
        for name, known in _FILTER_WORDS.items()
        for index, value in enumerate(filtered.get(name, ()))
        if value not in known
    ]


def _setting_errors(said: SubscriptionBody) -> list[FieldError]:
    dialect = DIALECTS[said.dialect]
    unknown = [
        FieldError(
            pointer=f"/dialect_settings/{name}",
            code="unknown_field",
            detail=f"The dialect {said.dialect!r} has no setting {name!r}. Leave it out.",
        )
        for name in said.dialect_settings
        if name not in dialect.settings
    ]
    wrong = [
        FieldError(pointer=f"/dialect_settings/{name}", code="unknown_value", detail=detail)
        for name, value in said.dialect_settings.items()
        if name in dialect.checks and (detail := dialect.checks[name](value)) is not None
    ]
    return unknown + wrong
