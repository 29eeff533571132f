"""Profiles tried: one message through a profile, by the real path, whatever templates there are.

What goes through it is our own sample, in words that say that they are a test.  It is queued for a
subscription of the profile's own, which hears of no event and is made at the first test.
"""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.keeping import keep
from retour.desk.notifications.pairs import KINDS, answers_customer, chat_platform
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.telling.signing_keys import open_keys, seal_keys
from retour.desk.telling.testing import NOBODY, Made, Sample, append_test, trial
from retour.dialects.examples import example
from retour.kernel.ids import Mint
from retour.kernel.refusal import Refusal, RefusalCode
from retour.kernel.subscription import (
    CUSTOMER,
    OnDead,
    SubscriptionBody,
    SubscriptionState,
    Template,
)
from retour.lifecycle.model import EventType
from retour.store.telling import (
    Subscription,
    add_subscription,
    say_anew,
    set_state,
    take_turn,
)
from retour.store.telling_deliveries import queue
from retour.store.telling_notifications import (
    StoredProfile,
    own_subscription,
    profiles_by_id,
)

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.lifecycle.model import Actor
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_TOLD_AS: Final = EventType.RETURN_REQUESTED
_TYPES: Final = {"email": "email", "chat": "chat", "custom": "json"}
"""Which type of template speaks through each type of profile."""
_SUBJECT: Final = "Test: notifications reach this address"
_BODY: Final = """\
This is a test of a notification profile. Nothing has happened.

A return would be told of like this: {{ return.reference }}, order {{ return.order_number }}, \
{{ return.quantity }} item(s).
"""
_NO_CUSTOMER: Final = (
    "A mail to the customer needs a return. Test a template that goes through this profile."
)


def _body(profile: StoredProfile) -> SubscriptionBody:
    said = profile.body
    type = _TYPES[said.type]
    is_words = type != "json"
    return SubscriptionBody(
        kind=KINDS[type],
        target=said.target,
        events=(),
        dialect="notification",
        headers=said.headers,
        on_dead=OnDead.SKIP,
        template=Template(
            id=profile.id,
            event="return_requested",
            type=type,
            name=said.name,
            subject=_SUBJECT if type == "email" else None,
            body=_BODY if is_words else None,
        ),
        inbox=said.inbox,
        reply_to_customer=answers_customer(said),
        platform=chat_platform(said),
    )


async def send_test(
    house: House,
    workspace_id: int,
    profile_id: str,
    *,
    actor: Actor,
    key: RequestKey | None = None,
) -> Outcome:
    """Send our sample through a profile; answers the delivery to look at."""
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        found = await profiles_by_id(connection, workspace_id, [profile_id])
        if turn is None or profile_id not in found:
            return NotFound(what="notification profile")
        profile = found[profile_id]
        if profile.body.target == CUSTOMER:
            refusal = Refusal(code=RefusalCode.NOT_ALLOWED_IN_STATUS, detail=_NO_CUSTOMER)
            return Refused(refusal=refusal)
        mint = Mint(turn.tick, os.urandom(16))
        own = await own_subscription(connection, workspace_id, profile_id)
        subscription_id = mint("sub") if own is None else own.id
        delivery_id, event_id = mint("dlv"), mint("evt")
        body = _ENCODE.encode(
            {
                "delivery": delivery_id,
                "event": event_id,
                "subscription": subscription_id,
                "profile": profile_id,
            }
        )
        if answered := await keep(connection, workspace_id, key, 202, body):
            return answered
        if own is None:
            ready = await _made(
                house,
                connection,
                workspace_id,
                profile,
                subscription_id=subscription_id,
                at=turn.tick,
            )
        else:
            ready = await _renewed(connection, workspace_id, profile, own)
        shown = example(_TOLD_AS)
        sample = Sample(snapshot=shown.snapshot, personal=shown.personal or NOBODY)
        made = Made(turn, actor, event_id)
        number = await append_test(connection, workspace_id, ready, sample, made)
        fresh = trial(ready, delivery_id, event_id, _TOLD_AS.value, number)
        await queue(connection, workspace_id, ready.id, [fresh])
    house.configs.forget(workspace_id)
    house.hints(workspace_id, (ready.id,))
    return Done(status=202, body=body)


async def _made(
    house: House,
    connection: Connection,
    workspace_id: int,
    profile: StoredProfile,
    *,
    subscription_id: str,
    at: datetime,
) -> Subscription:
    """Make the profile's own subscription; a custom one signs with the profile's keys."""
    body = _body(profile)
    sealed = profile.body.secrets and base64.b64decode(profile.body.secrets)
    keys = open_keys(house.vault, workspace_id, profile.id, sealed or None)
    fresh = Subscription(
        id=subscription_id,
        kind=body.kind,
        version=1,
        body=body,
        state=SubscriptionState.ACTIVE,
        state_at=at,
        created_at=at,
        secrets=seal_keys(house.vault, workspace_id, subscription_id, keys) if keys else None,
        profile_id=profile.id,
    )
    await add_subscription(connection, workspace_id, fresh)
    return fresh


async def _renewed(
    connection: Connection, workspace_id: int, profile: StoredProfile, own: Subscription
) -> Subscription:
    """Have it say what the profile now says, and be served, however the last test ended."""
    body, version = _body(profile), own.version
    if body != own.body:
        version = await say_anew(connection, workspace_id, own, body)
    if own.state is not SubscriptionState.ACTIVE:
        await set_state(connection, workspace_id, own.id, SubscriptionState.ACTIVE)
    return replace(own, version=version, body=body)
