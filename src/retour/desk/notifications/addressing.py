"""Whom of a workspace's subscribers an event is for, as far as templates are concerned. Pure.

Templates of one event and type that lead to the same place are one message in several languages:
the customer's own picks, and where it is spoken by none of them, the template made first speaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.dialects.notification import WORDS, Details, is_said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.desk.config import Subscriber
    from retour.kernel.subscription import Template
    from retour.lifecycle.model import EventType


def addressed(
    subscribers: Sequence[Subscriber], event_type: EventType, details: Details, locale: str | None
) -> Sequence[Subscriber]:
    """Leave out templates that do not speak of this event, or in another language than is wanted.

    Args:
        details: The event's own.
        locale: The customer's, where it is known.
    """
    groups: dict[tuple[str, str, str], list[Template]] = {}
    for subscriber in subscribers:
        said = subscriber.body
        if (template := said.template) is not None and WORDS[template.event].type == event_type:
            groups.setdefault((template.event, template.type, said.target), []).append(template)
    if not groups:
        return subscribers
    if not is_said(event_type, details):
        return [one for one in subscribers if one.body.template is None]
    spoken = {key: language_for(locale, group) for key, group in groups.items()}
    return [one for one in subscribers if _speaks(one, spoken)]


def _speaks(subscriber: Subscriber, spoken: dict[tuple[str, str, str], str]) -> bool:
    said = subscriber.body
    if (template := said.template) is None:
        return True
    wanted = spoken.get((template.event, template.type, said.target))
    return wanted is None or _normal(template.language) == wanted


def language_for(locale: str | None, templates: Sequence[Template]) -> str:
    """Choose a language that one of the templates speaks.

    The customer's with its region; without it; with another region; else that of the first made.
    """
    first = min(templates, key=lambda template: template.id)
    there = {_normal(template.language) for template in templates}
    wanted = _normal(locale or "")
    base = wanted.partition("-")[0]
    for choice in (wanted, base):
        if choice in there:
            return choice
    relatives = sorted(language for language in there if language.partition("-")[0] == base)
    return relatives[0] if relatives else _normal(first.language)


def _normal(language: str) -> str:
    return language.replace("_", "-").lower()
