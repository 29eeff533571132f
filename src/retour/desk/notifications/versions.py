"""The versions a template has had: listed, shown whole, held against each other, said again.

A version is all that a template said and where it led to. What is said again of one are its words;
where they go to and whether they are on stays as it is, for the profiles of then may be gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.notifications.body import RestoreBody, TemplatePatch
from retour.desk.notifications.comparing import compared
from retour.desk.notifications.templates import MISSING, patch
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.dialects.notification.texts import sources
from retour.dialects.view import instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.subscription import CUSTOMER, Template
from retour.store.telling_notifications import (
    KeptVersion,
    StoredTemplate,
    TemplateBody,
    one_template,
    one_template_version,
    profiles_by_id,
    versions_of_template,
)

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_HIGHEST: Final = 2**31 - 1
_DIGITS_MAX: Final = 9
_SAID: Final = ("subject", "body", "language", "name", "profiles", "active")
"""What of a template can be another in another version."""
WORDS_OF: Final = {"email": "body_html", "chat": "body_text", "json": "body_json"}
"""The part of our own words that stands for a body nobody wrote."""


def _brief(kept: KeptVersion, before: KeptVersion | None) -> dict[str, object]:
    changed = [
        name
        for name in _SAID
        if before is not None and getattr(kept.body, name) != getattr(before.body, name)
    ]
    return {
        "version": kept.version,
        "made_by": kept.made_by,
        "note": kept.note,
        "restored": kept.restored,
        "changed": changed,
        "created_at": instant(kept.created_at),
    }


async def listing(house: House, workspace_id: int, template_id: str, page: Page) -> Outcome:
    """Give a page of versions, newest first: when, by whom, why, and what changed."""
    below = number(page.after) if page.after else _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        if await one_template(connection, workspace_id, template_id) is None:
            return MISSING
        rows = await versions_of_template(
            connection, workspace_id, template_id, below, page.limit + 1
        )
    pairs = list(zip(rows, [*rows[1:], None], strict=True))
    return paged(pairs, page, lambda pair: _brief(*pair), key=lambda pair: pair[0].version)


def number(text: str) -> int:
    """Read a version; what is none is one that nothing has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX else 0


async def look_up(house: House, workspace_id: int, template_id: str, version: str) -> Outcome:
    """Give all that a template said at one version."""
    async with house.database.transaction(workspace_id) as connection:
        kept = await _kept(connection, workspace_id, template_id, number(version))
        if kept is None:
            return NotFound(what="template version")
        earlier = await versions_of_template(connection, workspace_id, template_id, kept.version, 1)
    said = {name: getattr(kept.body, name) for name in _SAID}
    brief = _brief(kept, earlier[0] if earlier else None)
    return Done(status=200, body=_ENCODE.encode({**brief, **said}))


async def _kept(
    connection: Connection, workspace_id: int, template_id: str, version: int
) -> KeptVersion | None:
    """Give a version of a template that is not deleted."""
    if await one_template(connection, workspace_id, template_id) is None:
        return None
    return await one_template_version(connection, workspace_id, template_id, version)


async def compare(
    house: House, workspace_id: int, template_id: str, wanted: Mapping[str, str]
) -> Outcome:
    """Say what changed between two versions; the newest and the one before unless named.

    Raises:
        InvalidRequest: A version that is named is not there.
    """
    async with house.database.transaction(workspace_id) as connection:
        template = await one_template(connection, workspace_id, template_id)
        if template is None:
            return MISSING
        newer = number(wanted["to"]) if "to" in wanted else template.version
        older = number(wanted["from"]) if "from" in wanted else max(newer - 1, 1)
        was, now = [
            await _named(connection, workspace_id, template_id, name, version)
            for name, version in (("from", older), ("to", newer))
        ]
        is_customers = await leads_to_customer(connection, workspace_id, template)
    changes = {
        part: compared(text, words(now.body, to_customer=is_customers)[part])
        for part, text in words(was.body, to_customer=is_customers).items()
    }
    others = [name for name in _SAID if getattr(was.body, name) != getattr(now.body, name)]
    return Done(
        status=200,
        body=_ENCODE.encode(
            {"id": template_id, "from": older, "to": newer, "changed": others, **changes}
        ),
    )


async def _named(
    connection: Connection, workspace_id: int, template_id: str, name: str, version: int
) -> KeptVersion:
    kept = await one_template_version(connection, workspace_id, template_id, version)
    if kept is None:
        detail = "The template has no such version. Take one from its versions."
        raise InvalidRequest(FieldError(pointer=f"/{name}", code="bad_value", detail=detail))
    return kept


async def leads_to_customer(
    connection: Connection, workspace_id: int, template: StoredTemplate
) -> bool:
    """Say whether the customer reads a template, rather than those who work on returns."""
    found = await profiles_by_id(connection, workspace_id, template.body.profiles)
    return any(one.body.target == CUSTOMER for one in found.values())


def words(said: TemplateBody, *, to_customer: bool) -> dict[str, str]:
    """Give subject and body as they stand, our own words where a merchant wrote none."""
    ours = own_words(said, to_customer=to_customer)
    body = ours.get(WORDS_OF.get(said.type, ""), "")
    return {"subject": said.subject or ours.get("subject", ""), "body": said.body or body}


def own_words(said: TemplateBody, *, to_customer: bool) -> Mapping[str, str]:
    """Give the house's own words for a template, as Liquid."""
    plain = Template(id="", event=said.event, type=said.type, language=said.language)
    return sources(plain, to_customer=to_customer)


async def restore(
    house: House,
    workspace_id: int,
    template_id: str,
    version: str,
    body: RestoreBody,
    *,
    if_match: int | None = None,
) -> Outcome:
    """Say again what a template said at a version, as its next one.

    Raises:
        InvalidRequest: Its words no longer stand, as where a variable is no more.
    """
    async with house.database.transaction(workspace_id) as connection:
        kept = await _kept(connection, workspace_id, template_id, number(version))
    if kept is None:
        return NotFound(what="template version")
    said = TemplatePatch(subject=kept.body.subject, body=kept.body.body, note=body.note)
    return await patch(
        house, workspace_id, template_id, said, if_match=if_match, restored=kept.version
    )
