"""Notification profiles: where alerts, mails and chats go.  A custom one signs what it is sent."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from retour.desk.keeping import keep
from retour.desk.notifications.body import (
    ProfileNew,
    ProfilePatch,
    patched_profile,
    read_profile,
)
from retour.desk.notifications.pairs import (
    After,
    Change,
    answers_customer,
    begin,
    bring_in_line,
    chat_platform,
    finish,
)
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.desk.telling.signing_keys import (
    fresh_key,
    open_keys,
    read_key,
    rotated,
    seal_keys,
    shown,
)
from retour.desk.telling.subscription_body import RotateBody
from retour.desk.telling.subscriptions import check_overlap, end
from retour.dialects.view import instant
from retour.kernel.ids import Mint
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.subscription import CUSTOMER, SubscriptionState
from retour.store.telling import bump_epoch, set_secrets, set_state, take_turn
from retour.store.telling_notifications import (
    ProfileBody,
    StoredProfile,
    StoredTemplate,
    add_profile,
    delete_profile,
    list_profiles,
    one_template,
    own_subscription,
    profiles_by_id,
    set_profile,
    set_template,
    subscriptions_of_profiles,
    templates_of_profile,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_HIGHEST: Final = "npr_~"
"""Above every id: where the list starts."""
_MISSING: Final = NotFound(what="notification profile")


def _view(profile: StoredProfile, **more: object) -> bytes:
    is_email = profile.body.type == "email"
    return _ENCODE.encode(
        {
            "id": profile.id,
            "name": profile.body.name,
            "type": profile.body.type,
            "address": profile.body.target if is_email else None,
            "url": None if is_email else profile.body.target,
            "headers": profile.body.headers,
            "inbox": profile.body.inbox,
            "reply_to": _reply_to(profile.body),
            "platform": chat_platform(profile.body),
            "status": "paused" if profile.body.is_paused else "active",
            "created_at": instant(profile.created_at),
            **more,
        }
    )


def _reply_to(said: ProfileBody) -> str | None:
    """Say whom answers go to; nobody's business but a mail's, and not of one to the customer."""
    if said.type != "email" or said.target == CUSTOMER:
        return None
    return CUSTOMER if answers_customer(said) else "sender"


async def create(
    house: House, workspace_id: int, body: ProfileNew, key: RequestKey | None = None
) -> Outcome:
    """Make a profile; a custom one's signing secret is in this answer and in no other.

    Raises:
        InvalidRequest: Naming everything that cannot be.
    """
    said = read_profile(house.settings, body)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        if turn is None:
            return NotFound(what="workspace")
        profile_id = Mint(turn.tick, os.urandom(16))("npr")
        more: dict[str, object] = {}
        if said.type == "custom":
            secret = fresh_key()
            sealed = seal_keys(house.vault, workspace_id, profile_id, [secret])
            said = replace(said, secrets=base64.b64encode(sealed).decode())
            more["secret"] = shown(secret)
        made = StoredProfile(id=profile_id, body=said, created_at=turn.tick)
        if answered := await keep(connection, workspace_id, key, 201, _view(made)):
            return answered
        await add_profile(connection, workspace_id, made)
    return Done(status=201, body=_view(made, **more))


async def look_up(house: House, workspace_id: int, profile_id: str) -> Outcome:
    """Give one profile."""
    async with house.database.transaction(workspace_id) as connection:
        found = await profiles_by_id(connection, workspace_id, [profile_id])
    if profile_id not in found:
        return _MISSING
    return Done(status=200, body=_view(found[profile_id]))


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of profiles, newest first."""
    below = page.after or _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        found = await list_profiles(connection, workspace_id, below, page.limit + 1)
    return paged(found, page, _view, key=lambda item: item.id)


async def patch(house: House, workspace_id: int, profile_id: str, body: ProfilePatch) -> Outcome:
    """Change a profile; whatever goes through it goes there from the next commit on.

    Raises:
        InvalidRequest: Naming everything that cannot be.
    """
    after_pairs: list[After] = []
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        found = await profiles_by_id(connection, workspace_id, [profile_id])
        if turn is None or profile_id not in found:
            return _MISSING
        before = found[profile_id]
        said = patched_profile(house.settings, before.body, body)
        after = StoredProfile(id=profile_id, body=said, created_at=before.created_at)
        if said == before.body and body.status != "active":
            return Done(status=200, body=_view(after))
        await set_profile(connection, workspace_id, profile_id, said)
        change = begin(house, connection, workspace_id, turn)
        for template_id in await templates_of_profile(connection, workspace_id, profile_id):
            template = await _template(change, template_id)
            profiles = await profiles_by_id(connection, workspace_id, template.body.profiles)
            after_pairs.append(await bring_in_line(change, template, profiles))
        if body.status == "active":
            await _resume(connection, workspace_id, profile_id)
        await bump_epoch(connection, workspace_id)
    await finish(house, workspace_id, after_pairs)
    return Done(status=200, body=_view(after))


async def _resume(connection: Connection, workspace_id: int, profile_id: str) -> None:
    """Serve again what goes through a profile, also what failing had paused."""
    for pair in await subscriptions_of_profiles(connection, workspace_id, [profile_id]):
        if pair.state in (SubscriptionState.PAUSED, SubscriptionState.PROBING):
            await set_state(connection, workspace_id, pair.id, SubscriptionState.ACTIVE)


async def rotate(
    house: House,
    workspace_id: int,
    profile_id: str,
    body: RotateBody,
    key: RequestKey | None = None,
) -> Outcome:
    """Put a new secret in force, shown this once; the old one signs beside it for the overlap.

    Raises:
        InvalidRequest: The overlap is negative or longer than 30 days, the secret is none, or
            nothing is signed.
    """
    check_overlap(body.overlap)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        found = await profiles_by_id(connection, workspace_id, [profile_id])
        if turn is None or profile_id not in found:
            return _MISSING
        profile = found[profile_id]
        if profile.body.type != "custom":
            detail = "Mails and chats are not signed: there is no secret to rotate."
            raise InvalidRequest(FieldError(pointer="", code="not_applicable", detail=detail))
        secret = fresh_key() if body.secret is None else read_key(body.secret)
        until = turn.tick + body.overlap
        more: dict[str, object] = {"previous_secret_until": instant(until)}
        if answered := await keep(connection, workspace_id, key, 200, _view(profile, **more)):
            return answered
        sealed = profile.body.secrets and base64.b64decode(profile.body.secrets)
        had = open_keys(house.vault, workspace_id, profile_id, sealed or None)
        keys = rotated(had, secret, now=turn.tick, until=until)
        kept = seal_keys(house.vault, workspace_id, profile_id, keys)
        said = replace(profile.body, secrets=base64.b64encode(kept).decode())
        await set_profile(connection, workspace_id, profile_id, said)
        for pair in await subscriptions_of_profiles(connection, workspace_id, [profile_id]):
            own = seal_keys(house.vault, workspace_id, pair.id, keys)
            await set_secrets(connection, workspace_id, pair.id, own)
        await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    return Done(status=200, body=_view(profile, **more, secret=shown(secret)))


async def _template(change: Change, template_id: str) -> StoredTemplate:
    template = await one_template(change.connection, change.workspace_id, template_id)
    assert template is not None, "a template with live pairs is there"
    return template


async def delete(house: House, workspace_id: int, profile_id: str) -> Outcome:
    """End a profile: templates no longer go through it, and what was still to go is skipped."""
    after: list[After] = []
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        found = await profiles_by_id(connection, workspace_id, [profile_id])
        if turn is None or profile_id not in found:
            return _MISSING
        change = begin(house, connection, workspace_id, turn)
        for template_id in await templates_of_profile(connection, workspace_id, profile_id):
            template = await _without(change, await _template(change, template_id), profile_id)
            profiles = await profiles_by_id(connection, workspace_id, template.body.profiles)
            after.append(await bring_in_line(change, template, profiles))
        if own := await own_subscription(connection, workspace_id, profile_id):
            await end(connection, workspace_id, own.id)
            after.append(After(ended=[own.id]))
        await delete_profile(connection, workspace_id, profile_id, turn.tick)
        await bump_epoch(connection, workspace_id)
    await finish(house, workspace_id, after)
    return Done(status=204, body=b"")


async def _without(change: Change, template: StoredTemplate, profile_id: str) -> StoredTemplate:
    """Take a profile out of a template, as the template's next version."""
    left = tuple(one for one in template.body.profiles if one != profile_id)
    after = StoredTemplate(
        id=template.id,
        version=template.version + 1,
        body=replace(template.body, profiles=left),
        created_at=template.created_at,
    )
    await set_template(change.connection, change.workspace_id, after)
    return after
