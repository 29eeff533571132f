"""Template × profile: the subscriptions underneath, brought in line with what both now say.

One subscription per pair, for as long as both are there.  An edit of either is its next version; an
inactive template disables it; a pair that is no more is ended like any subscription.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.telling.repointing import follow
from retour.desk.telling.signing_keys import open_keys, seal_keys
from retour.desk.telling.subscriptions import end, sweep
from retour.dialects.notification import WORDS
from retour.dialects.notification.chats import platform_of
from retour.kernel.ids import Mint
from retour.kernel.subscription import (
    CUSTOMER,
    OnDead,
    SubscriptionBody,
    SubscriptionKind,
    SubscriptionState,
    Template,
)
from retour.store.telling import Subscription, Turn, add_subscription, say_anew, set_state
from retour.store.telling_notifications import (
    ProfileBody,
    StoredProfile,
    StoredTemplate,
    pairs_of_template,
)

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

KINDS: Final = {
    "email": SubscriptionKind.EMAIL,
    "chat": SubscriptionKind.CHAT,
    "json": SubscriptionKind.WEBHOOK,
    "xml": SubscriptionKind.WEBHOOK,
}
"""Which sender serves each type of template."""
_BY_TEMPLATE: Final = "template inactive"
BY_PROFILE: Final = "profile paused"


def pair_body(template: StoredTemplate, profile: StoredProfile) -> SubscriptionBody:
    """Say what the subscription underneath a pair says."""
    said, to, kind = template.body, profile.body, KINDS[template.body.type]
    is_webhook = kind is SubscriptionKind.WEBHOOK
    return SubscriptionBody(
        kind=kind,
        target=to.target,
        events=(WORDS[said.event].type,),
        dialect="notification",
        format=said.type if is_webhook else "json",
        headers=to.headers,
        # Systems are told what they missed was missed; people are told how it stands now.
        on_dead=OnDead.SKIP if is_webhook else OnDead.COLLAPSE,
        template=Template(
            id=template.id,
            event=said.event,
            type=said.type,
            name=said.name,
            language=said.language,
            subject=said.subject,
            body=said.body,
        ),
        inbox=to.inbox,
        reply_to_customer=answers_customer(to),
        platform=chat_platform(to),
    )


def answers_customer(profile: ProfileBody) -> bool:
    """Say whether who answers a mail sent through a profile answers the customer."""
    if profile.reply_to is None:
        return profile.inbox is not None
    return profile.reply_to == CUSTOMER


def chat_platform(profile: ProfileBody) -> str | None:
    """Name the platform a chat is on, as its profile says or as its address tells."""
    if profile.type != "chat":
        return None
    return profile.platform or platform_of(profile.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of what a workspace tells, under way: its transaction, its instant, its ids."""

    house: House
    connection: Connection
    workspace_id: int
    turn: Turn
    mint: Mint


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """What is left to do for the pairs of one template once the change is committed."""

    ended: Sequence[str]
    changed: Sequence[str] = ()


def begin(house: House, connection: Connection, workspace_id: int, turn: Turn) -> Change:
    """Begin a change in the transaction that has the turn."""
    return Change(
        house=house,
        connection=connection,
        workspace_id=workspace_id,
        turn=turn,
        mint=Mint(turn.tick, os.urandom(16)),
    )


async def bring_in_line(
    change: Change, template: StoredTemplate, profiles: Mapping[str, StoredProfile]
) -> After:
    """Make the pairs of a template what it and its profiles now say."""
    connection, workspace_id = change.connection, change.workspace_id
    there = {
        pair.profile_id: pair
        for pair in await pairs_of_template(connection, workspace_id, template.id)
    }
    changed: list[str] = []
    for profile_id in template.body.profiles:
        pair = there.pop(profile_id, None)
        body = pair_body(template, profiles[profile_id])
        if pair is None:
            fresh = _fresh(change, template, profiles[profile_id])
            await add_subscription(connection, workspace_id, fresh)
            continue
        if body != pair.body:
            await say_anew(connection, workspace_id, pair, body)
            changed.append(pair.id)
        await _switch(
            connection,
            workspace_id,
            pair,
            is_active=template.body.active,
            is_paused=profiles[profile_id].body.is_paused,
        )
    ended = [pair.id for pair in there.values()]
    for subscription_id in ended:
        await end(connection, workspace_id, subscription_id)
    return After(ended=ended, changed=changed)


async def finish(house: House, workspace_id: int, after: Sequence[After]) -> None:
    """Do what follows a committed change: what waits follows its profile, or is skipped."""
    house.configs.forget(workspace_id)
    await follow(house, workspace_id, [changed for one in after for changed in one.changed])
    await sweep(house, workspace_id, [ended for one in after for ended in one.ended])


def _state(*, is_active: bool, is_paused: bool) -> tuple[SubscriptionState, str | None]:
    """Say how a pair is served, and why it is not."""
    if not is_active:
        return SubscriptionState.DISABLED, _BY_TEMPLATE
    return (SubscriptionState.PAUSED, BY_PROFILE) if is_paused else (SubscriptionState.ACTIVE, None)


async def _switch(
    connection: Connection,
    workspace_id: int,
    pair: Subscription,
    *,
    is_active: bool,
    is_paused: bool,
) -> None:
    """Serve a pair, or not; one that failing paused stays so while it is active."""
    state, reason = _state(is_active=is_active, is_paused=is_paused)
    was_ours = pair.state in (SubscriptionState.DISABLED, SubscriptionState.ACTIVE) or (
        pair.state_reason == BY_PROFILE
    )
    if state is pair.state or (state is SubscriptionState.ACTIVE and not was_ours):
        return
    await set_state(connection, workspace_id, pair.id, state, reason)


def _fresh(change: Change, template: StoredTemplate, profile: StoredProfile) -> Subscription:
    body, subscription_id = pair_body(template, profile), change.mint("sub")
    vault, workspace_id, at = change.house.vault, change.workspace_id, change.turn.tick
    sealed = profile.body.secrets and base64.b64decode(profile.body.secrets)
    keys = open_keys(vault, workspace_id, profile.id, sealed or None)
    state, reason = _state(is_active=template.body.active, is_paused=profile.body.is_paused)
    return Subscription(
        id=subscription_id,
        kind=body.kind,
        version=1,
        body=body,
        state=state,
        state_reason=reason,
        state_at=at,
        created_at=at,
        secrets=seal_keys(vault, workspace_id, subscription_id, keys) if keys else None,
        template_id=template.id,
        profile_id=profile.id,
    )
