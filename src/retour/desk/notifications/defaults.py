"""The workflow's own mails: one profile to the customer, a template per step and language.

Asked for again, nothing is made twice and nothing that a merchant changed is touched.  What these
templates say is the house's own words, until somebody writes others into them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.desk.keeping import keep
from retour.desk.notifications.pairs import begin, bring_in_line
from retour.desk.outcome import Done, NotFound, Outcome
from retour.kernel.ids import Mint
from retour.kernel.subscription import CUSTOMER
from retour.lifecycle.bodies import Body
from retour.store.telling import bump_epoch, take_turn
from retour.store.telling_notifications import (
    ProfileBody,
    StoredProfile,
    StoredTemplate,
    TemplateBody,
    add_profile,
    add_template,
    customer_profile,
    mails_of_profile,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection
    from retour.store.telling import Turn

MAILS: Final = (
    "return_requested",
    "return_rejected",
    "return_authorized",
    "label_created",
    "return_reminder",
    "return_expiring",
    "return_received",
    "return_processed",
    "refund_paid",
    "refund_failed",
    "deadline_missed",
    "return_completed",
    "return_canceled",
)
"""What customers are told by default: each step of the way, and each end of it.

Not that they sent it, which they know, nor that the carrier has it; nor the memo, whose figures the
refund tells; nor that a message has come, for whoever writes may give anybody's address.
"""
_PROFILE_NAME: Final = "Customer"
_ENCODE: Final = msgspec.json.Encoder()


class DefaultsAsked(Body):
    """In which languages; who speaks none of them is told in the first."""

    languages: Annotated[
        tuple[Literal["en", "de", "nl", "fr", "es", "it", "pl"], ...],
        Meta(min_length=1, max_length=7),
    ] = ("en",)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The profile and its mails as they are to be, and which of them are new."""

    profile: StoredProfile
    is_new_profile: bool
    there: Sequence[StoredTemplate]
    new: Sequence[StoredTemplate]

    def shown(self) -> bytes:
        """Show all of them, those made now and those that were there."""
        rows = [(one, False) for one in self.there] + [(one, True) for one in self.new]
        return _ENCODE.encode(
            {
                "profile": self.profile.id,
                "templates": [
                    {
                        "id": template.id,
                        "event": template.body.event,
                        "language": template.body.language,
                        "active": template.body.active,
                        "made": is_made,
                    }
                    for template, is_made in rows
                ],
            }
        )


async def set_up(
    house: House, workspace_id: int, asked: DefaultsAsked, key: RequestKey | None = None
) -> Outcome:
    """Have the profile and the templates, making what is missing; all in one transaction."""
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        if turn is None:
            return NotFound(what="workspace")
        wanted = await _wanted(connection, workspace_id, turn, asked.languages)
        if answered := await keep(connection, workspace_id, key, 200, wanted.shown()):
            return answered
        if wanted.is_new_profile:
            await add_profile(connection, workspace_id, wanted.profile)
        change = begin(house, connection, workspace_id, turn)
        for template in wanted.new:
            await add_template(connection, workspace_id, template)
            await bring_in_line(change, template, {wanted.profile.id: wanted.profile})
        if wanted.new:
            await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    return Done(status=200, body=wanted.shown())


def _later(turn: Turn, place: int) -> Mint:
    """Give ids in the order of places: of languages, the one made first speaks where none fits."""
    return Mint(turn.tick + timedelta(milliseconds=place), os.urandom(16))


async def _wanted(
    connection: Connection, workspace_id: int, turn: Turn, languages: Sequence[str]
) -> _Wanted:
    mint = Mint(turn.tick, os.urandom(16))
    profile = await customer_profile(connection, workspace_id)
    is_new = profile is None
    if profile is None:
        said = ProfileBody(name=_PROFILE_NAME, type="email", target=CUSTOMER)
        profile = StoredProfile(id=mint("npr"), body=said, created_at=turn.tick)
    there: Sequence[StoredTemplate] = ()
    if not is_new:
        there = await mails_of_profile(connection, workspace_id, profile.id)
    known = {(one.body.event, one.body.language) for one in there}
    wanted = [
        (event, language)
        for language in dict.fromkeys(languages)
        for event in MAILS
        if (event, language) not in known
    ]
    new = [
        StoredTemplate(
            id=_later(turn, place)("ntp"),
            version=1,
            body=TemplateBody(event=event, type="email", profiles=(profile.id,), language=language),
            created_at=turn.tick,
        )
        for place, (event, language) in enumerate(wanted)
    ]
    kept = [one for one in there if one.body.event in MAILS and one.body.language in languages]
    return _Wanted(profile=profile, is_new_profile=is_new, there=kept, new=new)
