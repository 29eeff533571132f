"""Notification templates: what is said on which of 12Return's events, through which profiles.

A template's Liquid is checked when it is written, its variables too, so that the first event does
not have to find out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.keeping import keep
from retour.desk.notifications.body import (
    FITTING,
    TemplateNew,
    TemplatePatch,
    patched_template,
    read_template,
)
from retour.desk.notifications.pairs import After, begin, bring_in_line, finish
from retour.desk.notifications.templating import check_source
from retour.desk.outcome import Done, NotFound, Outcome, VersionDiffers
from retour.desk.pages import Page, paged
from retour.desk.telling.subscriptions import end
from retour.dialects.notification import WORDS
from retour.dialects.view import instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.store.telling import bump_epoch, take_turn
from retour.store.telling_notifications import (
    Change,
    StoredProfile,
    StoredTemplate,
    TemplateBody,
    add_template,
    delete_template,
    list_templates,
    one_template,
    pairs_of_template,
    profiles_by_id,
    set_template,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House

_ENCODE: Final = msgspec.json.Encoder()
_HIGHEST: Final = "ntp_~"
"""Above every id: where the list starts."""
MISSING: Final = NotFound(what="notification template")
PARTS: Final = {"email": "body_text", "chat": "body_text", "json": "body_json", "xml": "body_xml"}
"""As which part a body is checked: what it becomes decides how its values are escaped."""


def _view(template: StoredTemplate) -> bytes:
    said, word = template.body, WORDS[template.body.event]
    return _ENCODE.encode(
        {
            "id": template.id,
            "event": said.event,
            "type": said.type,
            # Null where it depends on how far the return had come; ``processes`` has them all.
            "process": word.processes[0] if len(word.processes) == 1 else None,
            "processes": word.processes,
            "class": word.kind,
            "profiles": said.profiles,
            "name": said.name,
            "language": said.language,
            "subject": said.subject,
            "body": said.body,
            "active": said.active,
            "version": template.version,
            "created_at": instant(template.created_at),
        }
    )


async def create(
    house: House, workspace_id: int, body: TemplateNew, key: RequestKey | None = None
) -> Outcome:
    """Make a template and the subscriptions underneath.

    Raises:
        InvalidRequest: Naming everything that cannot be; for Liquid by line and column.
    """
    said = read_template(body)
    await check_liquid(house, said)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        if turn is None:
            return NotFound(what="workspace")
        profiles = await profiles_by_id(connection, workspace_id, said.profiles)
        _check_profiles(said, profiles)
        change = begin(house, connection, workspace_id, turn)
        made = StoredTemplate(id=change.mint("ntp"), version=1, body=said, created_at=turn.tick)
        if answered := await keep(connection, workspace_id, key, 201, _view(made)):
            return answered
        await add_template(connection, workspace_id, made)
        await bring_in_line(change, made, profiles)
        await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    return Done(status=201, body=_view(made), version=1)


async def check_liquid(house: House, said: TemplateBody) -> None:
    """Have a template's Liquid looked at.

    Raises:
        InvalidRequest: Naming what is wrong, by line and column.
        TemplatesBusy: Nobody could look at it this time.
    """
    source: dict[str, tuple[str, str]] = {}
    if said.subject:
        source["subject"] = ("/subject", said.subject)
    if said.body:
        source[PARTS[said.type]] = ("/body", said.body)
    if errors := await check_source(house, source):
        raise InvalidRequest(*errors)


def _check_profiles(said: TemplateBody, profiles: Mapping[str, StoredProfile]) -> None:
    fitting = FITTING[said.type]
    errors: list[FieldError] = []
    for index, profile_id in enumerate(said.profiles):
        pointer = f"/profiles/{index}"
        profile = profiles.get(profile_id)
        if profile is None:
            detail = f"There is no profile {profile_id!r}. Make it first, or leave it out."
            errors.append(FieldError(pointer=pointer, code="unknown_profile", detail=detail))
        elif profile.body.type != fitting:
            detail = (
                f"A template of type {said.type} goes through profiles of type {fitting}; "
                f"{profile_id} is of type {profile.body.type}. Name another."
            )
            errors.append(FieldError(pointer=pointer, code="type_differs", detail=detail))
    if errors:
        raise InvalidRequest(*errors)


async def look_up(house: House, workspace_id: int, template_id: str) -> Outcome:
    """Give one template."""
    async with house.database.transaction(workspace_id) as connection:
        found = await one_template(connection, workspace_id, template_id)
    if found is None:
        return MISSING
    return Done(status=200, body=_view(found), version=found.version)


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of templates, newest first."""
    below = page.after or _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        found = await list_templates(connection, workspace_id, below, page.limit + 1)
    return paged(found, page, _view, key=lambda item: item.id)


async def patch(
    house: House,
    workspace_id: int,
    template_id: str,
    body: TemplatePatch,
    if_match: int | None = None,
    *,
    restored: int | None = None,
) -> Outcome:
    """Change a template; what is committed from now on is said anew, what was before is not.

    Args:
        restored: The version whose words these are.

    Raises:
        InvalidRequest: Naming everything that cannot be; for Liquid by line and column.
    """
    async with house.database.transaction(workspace_id) as connection:
        found = await one_template(connection, workspace_id, template_id)
    if found is None:
        return MISSING
    await check_liquid(house, patched_template(found.body, body))
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        before = await one_template(connection, workspace_id, template_id)
        if turn is None or before is None:
            return MISSING
        if if_match is not None and if_match != before.version:
            return VersionDiffers(current=before.version)
        said = patched_template(before.body, body)
        if said == before.body:
            return Done(status=200, body=_view(before), version=before.version)
        profiles = await profiles_by_id(connection, workspace_id, said.profiles)
        _check_profiles(said, profiles)
        after = StoredTemplate(
            id=template_id, version=before.version + 1, body=said, created_at=before.created_at
        )
        why = Change(note=body.note.strip(), restored=restored)
        await set_template(connection, workspace_id, after, why)
        change = begin(house, connection, workspace_id, turn)
        pairs = await bring_in_line(change, after, profiles)
        await bump_epoch(connection, workspace_id)
    await finish(house, workspace_id, [pairs])
    return Done(status=200, body=_view(after), version=after.version)


async def delete(house: House, workspace_id: int, template_id: str) -> Outcome:
    """End a template: nothing more is said by it, and what was still to be said is skipped."""
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        if turn is None or await one_template(connection, workspace_id, template_id) is None:
            return MISSING
        pairs = await pairs_of_template(connection, workspace_id, template_id)
        for pair in pairs:
            await end(connection, workspace_id, pair.id)
        await delete_template(connection, workspace_id, template_id, turn.tick)
        await bump_epoch(connection, workspace_id)
    await finish(house, workspace_id, [After(ended=[pair.id for pair in pairs])])
    return Done(status=204, body=b"")
