"""What a decision would tell its customer, before it is made: nothing is written or sent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.agents.holding import plan_of
from retour.desk.execute import Asked, look_ahead
from retour.desk.notifications.pairs import pair_body
from retour.desk.notifications.shown import shown
from retour.desk.outcome import Done
from retour.desk.people.masking import Sight
from retour.dialects.notification import WORDS
from retour.dialects.stored import StoredEvent, read_snapshot
from retour.kernel.ids import Mint, workspace_text
from retour.kernel.refusal import Refusal
from retour.lifecycle.decide import decide
from retour.store.telling_notifications import customer_profile, mails_of_profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.desk.agents.holding import Decision
    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.lifecycle.actors import Actor
    from retour.lifecycle.commands import Context
    from retour.lifecycle.model import Event, State
    from retour.store.telling_notifications import StoredProfile, StoredTemplate

_ENCODE: Final = msgspec.json.Encoder()
_SOURCE: Final = "agent"


async def mail_of(
    house: House,
    workspace_id: int,
    return_id: str,
    command: Decision,
    *,
    actor: Actor,
    sight: Sight = Sight.ALL,
) -> Outcome:
    """Show the mail a decision sends its customer; refused where the rules say no.

    Args:
        sight: What of persons its reader sees; who does not see all is shown it as to nobody.

    Raises:
        InvalidRequest: The template's Liquid fails on it.
        TemplatesBusy: Nobody could render it this time.
    """
    decided: list[Event] = []

    def look(state: State, context: Context) -> Done | Refusal:
        decision = decide(state, plan_of(command, None), context)
        if isinstance(decision, Refusal):
            return decision
        decided.extend(decision.events)
        return Done(status=200, body=b"")

    asked = Asked(workspace_id=workspace_id, return_id=return_id, actor=actor, source=_SOURCE)
    outcome = await look_ahead(house, asked, look)
    if not isinstance(outcome, Done):
        return outcome
    async with house.database.transaction(workspace_id) as connection:
        profile = await customer_profile(connection, workspace_id)
        if profile is None:
            return Done(status=200, body=_ENCODE.encode({"mail": None}))
        mails = await mails_of_profile(connection, workspace_id, profile.id)
    said = await _first(house, workspace_id, decided, mails, profile, sight=sight)
    return Done(status=200, body=_ENCODE.encode({"mail": said}))


async def _first(
    house: House,
    workspace_id: int,
    decided: Sequence[Event],
    mails: Sequence[StoredTemplate],
    profile: StoredProfile,
    *,
    sight: Sight,
) -> dict[str, object] | None:
    """Render the first of what happens that a mail is kept for, in the customer's language."""
    for event in decided:
        fitting = [
            one for one in mails if one.body.active and WORDS[one.body.event].type == event.type
        ]
        if fitting:
            locale = (event.personal.customer.locale or "").partition("-")[0]
            spoken = [one for one in fitting if one.body.language == locale]
            template = (spoken or fitting)[0]
            stored = _stored(workspace_id, event, sight)
            parts = await shown(house, workspace_id, stored, pair_body(template, profile))
            return {**parts, "language": template.body.language}
    return None


def _stored(workspace_id: int, event: Event, sight: Sight) -> StoredEvent:
    """Give an event as the log would have it, had it happened."""
    ret, order = event.snapshot.ret, event.snapshot.order
    assert ret is not None, "a return was decided on"
    assert order is not None, "every return has an order"
    return StoredEvent(
        id=Mint(event.at, os.urandom(16))("evt"),
        type=event.type,
        workspace=workspace_text(workspace_id),
        occurred_at=event.at,
        sequence=event.sequence,
        stream=order.id,
        stream_sequence=0,
        actor=event.actor,
        source=event.source,
        snapshot=read_snapshot(_ENCODE.encode(event.snapshot)),
        personal=event.personal if sight is Sight.ALL else None,
    )
