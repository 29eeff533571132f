"""Profiles tried: one message through a profile, by the real path, whatever templates there are.

What goes through it is our own sample of an event, marked as a test.  It is queued for a
subscription of the profile's own, which hears of no event and is made at the first test.  What a
template says, kept or not, reaches an address of one's own in the same way.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.keeping import keep
from retour.desk.notifications.body import (
    FITTING,
    ProfileTestBody,
    checked_address,
    checked_event,
)
from retour.desk.notifications.pairs import KINDS, answers_customer, chat_platform
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.telling.signing_keys import open_keys, seal_keys
from retour.desk.telling.testing import NOBODY, Made, Sample, append_test, trial
from retour.dialects.example_message import use_case_example
from retour.dialects.examples import example
from retour.dialects.notification import WORDS
from retour.dialects.notification.texts import sources
from retour.dialects.stored import StoredEvent
from retour.kernel.ids import Mint
from retour.kernel.problems import FieldError, InvalidRequest
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
    Turn,
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
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.lifecycle.model import Actor
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_TYPES: Final = {"email": "email", "chat": "chat", "custom": "json"}
"""Which type of template speaks through each type of profile, unless another is asked for."""
MARK: Final = "[Test] "
"""Begins the subject of a mail, or the words of a chat, that are only a test."""
_HEADERS: Final = {"x-retour-test": "true"}
_NO_CUSTOMER: Final = (
    "A mail to the customer needs a return. Give an address of your own, or test a template that"
    " goes through this profile."
)


def sample_of(event: EventType) -> StoredEvent:
    """Give our own sample of an event, such as templates are shown of."""
    return use_case_example() if event is EventType.MESSAGE_CREATED else example(event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried: words, and where they go through a profile or instead of it."""

    profile: StoredProfile
    template: Template
    address: str | None = None

    def body(self) -> SubscriptionBody:
        """Say what the profile's own subscription says for this test."""
        said = self.profile.body
        is_customers = self.address is not None and said.target == CUSTOMER
        template = self.template
        if template.type == "email":
            ours = sources(template, to_customer=is_customers)
            template = msgspec.structs.replace(template, subject=MARK + ours["subject"])
        elif template.type == "chat" and template.body:
            template = msgspec.structs.replace(template, body=MARK + template.body)
        elif template.type == "chat":
            ours = sources(template)
            template = msgspec.structs.replace(template, subject=MARK + ours["subject"])
        is_own = self.address is not None
        return SubscriptionBody(
            kind=KINDS[template.type],
            target=self.address or said.target,
            events=(),
            dialect="notification",
            format=template.type if template.type in ("json", "xml") else "json",
            headers={} if said.type == "email" else {**said.headers, **_HEADERS},
            on_dead=OnDead.SKIP,
            template=template,
            inbox=None if is_own else said.inbox,
            reply_to_customer=False if is_own else answers_customer(said),
            platform=chat_platform(said),
            is_trial=True,
            reads_as_customer=is_customers,
        )


async def send_test(
    house: House,
    workspace_id: int,
    profile_id: str,
    *,
    actor: Actor,
    body: ProfileTestBody | None = None,
    key: RequestKey | None = None,
) -> Outcome:
    """Send our sample of an event through a profile; answers the delivery to look at.

    Raises:
        InvalidRequest: There is no such event, the type does not fit, or the address is none.
    """
    asked = ProfileTestBody() if body is None else body
    word = WORDS[checked_event(asked.event)]
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        found = await profiles_by_id(connection, workspace_id, [profile_id])
        if turn is None or profile_id not in found:
            return NotFound(what="notification profile")
        profile = found[profile_id]
        tried = _asked(profile, asked)
        if tried.profile.body.target == CUSTOMER and tried.address is None:
            refusal = Refusal(code=RefusalCode.NOT_ALLOWED_IN_STATUS, detail=_NO_CUSTOMER)
            return Refused(refusal=refusal)
        shown = sample_of(EventType(word.type))
        mint = Mint(turn.tick, os.urandom(16))
        own = await own_subscription(connection, workspace_id, profile_id)
        ids = {
            "delivery": mint("dlv"),
            "event": mint("evt"),
            "subscription": mint("sub") if own is None else own.id,
            "profile": profile_id,
        }
        answer = _ENCODE.encode(ids)
        if answered := await keep(connection, workspace_id, key, 202, answer):
            return answered
        ready = await prepare(house, connection, workspace_id, tried, (ids["subscription"], turn))
        sample = Sample(snapshot=shown.snapshot, personal=shown.personal or NOBODY)
        made = Made(turn, actor, ids["event"])
        number = await append_test(connection, workspace_id, ready, sample, made)
        fresh = trial(ready, ids["delivery"], ids["event"], word.type, number)
        await queue(connection, workspace_id, ready.id, [fresh])
    house.configs.forget(workspace_id)
    house.hints(workspace_id, (ready.id,))
    return Done(status=202, body=answer)


def _asked(profile: StoredProfile, asked: ProfileTestBody) -> Trial:
    """Make what is asked for; a template's type has to fit the profile's."""
    type = asked.type or _TYPES[profile.body.type]
    errors: list[FieldError] = []
    if FITTING[type] != profile.body.type:
        detail = f"Through a profile of type {profile.body.type} goes no {type}. Leave it out."
        errors.append(FieldError(pointer="/type", code="type_differs", detail=detail))
    if asked.address is not None and profile.body.type != "email":
        detail = f"A profile of type {profile.body.type} writes no mail. Leave the address out."
        errors.append(FieldError(pointer="/address", code="not_applicable", detail=detail))
    if errors:
        raise InvalidRequest(*errors)
    template = Template(
        id=profile.id,
        event=asked.event,
        type=type,
        name=profile.body.name,
        language=asked.language,
    )
    address = None if asked.address is None else checked_address(asked.address)
    return Trial(profile=profile, template=template, address=address)


async def prepare(
    house: House,
    connection: Connection,
    workspace_id: int,
    tried: Trial,
    fresh: tuple[str, Turn],
) -> Subscription:
    """Have the profile's own subscription say what is tried, and be served.

    Args:
        fresh: The id it is given where there is none yet, and the turn it is made in.
    """
    own = await own_subscription(connection, workspace_id, tried.profile.id)
    if own is not None:
        return await _renewed(connection, workspace_id, tried, own)
    subscription_id, turn = fresh
    profile, body = tried.profile, tried.body()
    sealed = profile.body.secrets and base64.b64decode(profile.body.secrets)
    keys = open_keys(house.vault, workspace_id, profile.id, sealed or None)
    made = Subscription(
        id=subscription_id,
        kind=body.kind,
        version=1,
        body=body,
        state=SubscriptionState.ACTIVE,
        state_at=turn.tick,
        created_at=turn.tick,
        secrets=seal_keys(house.vault, workspace_id, subscription_id, keys) if keys else None,
        profile_id=profile.id,
    )
    await add_subscription(connection, workspace_id, made)
    return made


async def _renewed(
    connection: Connection, workspace_id: int, tried: Trial, own: Subscription
) -> Subscription:
    """Have it say what is tried now, as a version of its own, however the last test ended."""
    body = tried.body()
    version = await say_anew(connection, workspace_id, own, body)
    if own.state is not SubscriptionState.ACTIVE:
        await set_state(connection, workspace_id, own.id, SubscriptionState.ACTIVE)
    return replace(own, version=version, body=body)
