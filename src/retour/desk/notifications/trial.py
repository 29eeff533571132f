"""Templates tried: shown as they would be said, or really sent, of any return.

What they speak of is the newest event that fits, the one asked for, or, where nothing has happened
yet, our own sample.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

import msgspec
from msgspec.structs import replace

from retour.desk.keeping import keep
from retour.desk.notifications.body import (
    FITTING,
    PreviewBody,
    TemplatePatch,
    checked_address,
    patched_template,
)
from retour.desk.notifications.pairs import pair_body
from retour.desk.notifications.profile_trial import Trial, prepare, sample_of
from retour.desk.notifications.shown import shown
from retour.desk.notifications.templates import MISSING, check_liquid
from retour.desk.outcome import Done, Outcome, Refused
from retour.desk.people.masking import Sight
from retour.desk.stored_events import stored_event
from retour.desk.telling.testing import NOBODY, Made, Sample, append_test, trial
from retour.dialects.notification import WORDS, is_said
from retour.dialects.stored import StoredEvent
from retour.kernel.ids import Mint
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import Refusal, RefusalCode
from retour.lifecycle.model import Actor, EventType
from retour.store.statements import named
from retour.store.telling import Subscription, take_turn
from retour.store.telling_deliveries import Delivery, queue
from retour.store.telling_notifications import (
    ProfileBody,
    StoredProfile,
    StoredTemplate,
    one_template,
    pairs_of_template,
    profiles_by_id,
)

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("events")
_ENCODE: Final = msgspec.json.Encoder()
_STEP: Final = 200
_STEPS_MAX: Final = 10
"""The newest 2 000 events are looked at for one that fits; then the sample has to do."""
_HIGHEST: Final = "evt_~"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """What a trial speaks of; ``return_id`` of the log, and whether it is only our sample."""

    event: StoredEvent
    return_id: str | None = None
    is_sample: bool = False


def _as_asked(template: StoredTemplate, body: PreviewBody) -> StoredTemplate:
    """Give a template with the words that are tried instead of its own, where there are any."""
    draft = TemplatePatch(subject=body.subject, body=body.body)
    return dataclasses.replace(template, body=patched_template(template.body, draft))


async def preview(
    house: House,
    workspace_id: int,
    template_id: str,
    body: PreviewBody,
    *,
    sight: Sight = Sight.ALL,
) -> Outcome:
    """Show what a template says of a return, or would; nothing is sent and nothing kept.

    Args:
        sight: What of persons its reader sees; who does not see all is shown our sample.

    Raises:
        InvalidRequest: There is no such return or event, or the Liquid fails on it.
        TemplatesBusy: Nobody could render it this time.
    """
    answer = await tried(house, workspace_id, template_id, body, sight=sight)
    return Done(status=200, body=_ENCODE.encode(answer)) if answer else MISSING


async def tried(
    house: House, workspace_id: int, template_id: str, body: PreviewBody, *, sight: Sight
) -> dict[str, object]:
    """Give a preview's parts; none where there is no such template.

    Raises:
        InvalidRequest: There is no such return or event, or the Liquid fails on it.
        TemplatesBusy: Nobody could render it this time.
    """
    async with house.database.transaction(workspace_id) as connection:
        template = await one_template(connection, workspace_id, template_id)
        if template is None:
            return {}
        template = _as_asked(template, body)
        chosen = await _choose(connection, workspace_id, template, body, sight)
        profile = await _through(connection, workspace_id, template, body.profile)
    event_id = None if chosen.is_sample else chosen.event.id
    parts = await shown(house, workspace_id, chosen.event, pair_body(template, profile))
    return {"event": event_id, "sample": chosen.is_sample, **parts}


def _wanted(template: StoredTemplate) -> EventType:
    return EventType(WORDS[template.body.event].type)


async def _through(
    connection: Connection, workspace_id: int, template: StoredTemplate, wanted: str | None
) -> StoredProfile:
    """Give the profile a preview is shown as going through: the one wanted, or the first."""
    ids = template.body.profiles if wanted is None else (wanted,)
    profiles = await profiles_by_id(connection, workspace_id, ids)
    fitting = FITTING[template.body.type]
    for profile_id in ids:
        if profile_id in profiles and profiles[profile_id].body.type == fitting:
            return profiles[profile_id]
    if wanted is not None:
        detail = f"There is no profile {wanted!r} of type {fitting}. Name another, or none."
        raise InvalidRequest(FieldError(pointer="/profile", code="unknown_profile", detail=detail))
    nowhere = ProfileBody(name="", type=fitting, target="")
    return StoredProfile(id="", body=nowhere, created_at=template.created_at)


async def _choose(
    connection: Connection,
    workspace_id: int,
    template: StoredTemplate,
    body: PreviewBody,
    sight: Sight = Sight.ALL,
) -> _Chosen:
    """Choose the event to speak of, as if it were of the template's type."""
    wanted = _wanted(template)
    if sight is not Sight.ALL:
        return _Chosen(event=sample_of(wanted), is_sample=True)
    if body.event_id is not None:
        return await _chosen_event(connection, workspace_id, body.event_id, wanted)
    if body.return_id is not None:
        return await _chosen_return(connection, workspace_id, body.return_id, wanted)
    below = _HIGHEST
    for _ in range(_STEPS_MAX):
        rows = await connection.fetch(_SQL["newest_events"], workspace_id, below, _STEP)
        for row in rows:
            if row["type"] == wanted and _fits(event := stored_event(workspace_id, row)):
                return _Chosen(event=event, return_id=row["return_id"])
        if len(rows) < _STEP:
            break
        below = rows[-1]["event_id"]
    return _Chosen(event=sample_of(wanted), is_sample=True)


async def _chosen_event(
    connection: Connection, workspace_id: int, event_id: str, wanted: EventType
) -> _Chosen:
    row = await connection.fetchrow(_SQL["one_event"], workspace_id, event_id)
    if row is None:
        _refuse("/event", "unknown_event", f"There is no event {event_id!r}.")
    event = replace(stored_event(workspace_id, row), type=wanted)
    if not _fits(event):
        _refuse("/event", "unknown_event", f"Event {event_id} is about something else.")
    return _Chosen(event=event, return_id=row["return_id"])


async def _chosen_return(
    connection: Connection, workspace_id: int, return_id: str, wanted: EventType
) -> _Chosen:
    if wanted is EventType.MESSAGE_CREATED:
        _refuse("/return", "not_applicable", "A use case's message is about no return.")
    rows = await connection.fetch(_SQL["newest_of_return"], workspace_id, return_id, _STEP)
    if not rows:
        _refuse("/return", "unknown_return", f"There is no return {return_id!r}.")
    row = next((row for row in rows if row["type"] == wanted), rows[0])
    event = replace(stored_event(workspace_id, row), type=wanted)
    return _Chosen(event=event, return_id=row["return_id"])


def _refuse(pointer: str, code: str, fact: str) -> NoReturn:
    detail = f"{fact} Name another, or neither for the newest that fits."
    raise InvalidRequest(FieldError(pointer=pointer, code=code, detail=detail))


def _fits(event: StoredEvent) -> bool:
    """Say whether a template can speak of an event as one of this type."""
    if event.type is EventType.MESSAGE_CREATED:
        return is_said(event.type, event.snapshot.details)
    return event.snapshot.ret is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """One delivery of a test, before it is written."""

    pair: Subscription
    delivery_id: str
    event_id: str

    def shown(self) -> dict[str, str | None]:
        """Show where to look for it."""
        return {
            "delivery": self.delivery_id,
            "event": self.event_id,
            "subscription": self.pair.id,
            "profile": self.pair.profile_id,
        }


async def send_test(
    house: House,
    workspace_id: int,
    template_id: str,
    body: PreviewBody,
    *,
    actor: Actor,
    address: str | None = None,
    key: RequestKey | None = None,
    sight: Sight = Sight.ALL,
) -> Outcome:
    """Send what a preview shows through the template's profiles, or one of them, by the real path.

    Args:
        address: Whom a test goes to instead; who does not see all of persons sends our sample.

    Raises:
        InvalidRequest: There is no such return or event, or no such profile of the template; or
            words that are not kept are to go to others than one's own address.
    """
    if address is not None:
        by = (checked_address(address), actor, key)
        return await _send_to_address(house, workspace_id, template_id, body, by, sight=sight)
    if body.is_draft:
        detail = "Words that are not kept go to an address of your own alone. Give one, or save."
        raise InvalidRequest(FieldError(pointer="/address", code="missing", detail=detail))
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        template = await one_template(connection, workspace_id, template_id)
        if turn is None or template is None:
            return MISSING
        pairs = await pairs_of_template(connection, workspace_id, template_id)
        if body.profile is not None:
            pairs = [pair for pair in pairs if pair.profile_id == body.profile]
            if not pairs:
                detail = f"This template goes through no profile {body.profile!r}. Name one of its."
                error = FieldError(pointer="/profile", code="unknown_profile", detail=detail)
                raise InvalidRequest(error)
        if refusal := _refusal(template, pairs):
            return Refused(refusal=refusal)
        chosen = await _choose(connection, workspace_id, template, body)
        mint = Mint(turn.tick, os.urandom(16))
        sent = [
            _Sent(
                pair=pair,
                delivery_id=mint("dlv"),
                event_id=mint("evt") if chosen.is_sample else chosen.event.id,
            )
            for pair in pairs
        ]
        answer = _ENCODE.encode(
            {"sample": chosen.is_sample, "deliveries": [one.shown() for one in sent]}
        )
        if answered := await keep(connection, workspace_id, key, 202, answer):
            return answered
        for one in sent:
            made = Made(turn, actor, one.event_id)
            fresh = await _delivery(connection, workspace_id, one, chosen, made)
            await queue(connection, workspace_id, one.pair.id, [fresh])
    house.hints(workspace_id, [pair.id for pair in pairs])
    return Done(status=202, body=answer)


_NO_MAIL: Final = "Only mails can be tried at an address. Leave it out to use the profiles."
_NO_PROFILE: Final = "This template goes through no profile. Give it one first."


async def _send_to_address(
    house: House,
    workspace_id: int,
    template_id: str,
    body: PreviewBody,
    by: tuple[str, Actor, RequestKey | None],
    *,
    sight: Sight,
) -> Outcome:
    """Send what a preview shows to one address, marked as a test; kept words or others."""
    address, actor, key = by
    async with house.database.transaction(workspace_id) as connection:
        kept = await one_template(connection, workspace_id, template_id)
    if kept is None:
        return MISSING
    if kept.body.type != "email":
        raise InvalidRequest(FieldError(pointer="/address", code="not_applicable", detail=_NO_MAIL))
    await check_liquid(house, _as_asked(kept, body).body)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        template = await one_template(connection, workspace_id, template_id)
        if turn is None or template is None:
            return MISSING
        template = _as_asked(template, body)
        profile = await _through(connection, workspace_id, template, body.profile)
        if not profile.id:
            return Refused(
                refusal=Refusal(code=RefusalCode.NOT_ALLOWED_IN_STATUS, detail=_NO_PROFILE)
            )
        words = pair_body(template, profile).template
        assert words is not None, "a pair says what its template says"
        chosen = await _choose(connection, workspace_id, template, body, sight)
        mint = Mint(turn.tick, os.urandom(16))
        tried = Trial(profile=profile, template=words, address=address)
        own = await prepare(house, connection, workspace_id, tried, (mint("sub"), turn))
        sent = _Sent(
            pair=own,
            delivery_id=mint("dlv"),
            event_id=mint("evt") if chosen.is_sample else chosen.event.id,
        )
        answer = _ENCODE.encode({"sample": chosen.is_sample, "deliveries": [sent.shown()]})
        if answered := await keep(connection, workspace_id, key, 202, answer):
            return answered
        made = Made(turn, actor, sent.event_id)
        fresh = await _delivery(connection, workspace_id, sent, chosen, made)
        await queue(connection, workspace_id, own.id, [fresh])
    house.configs.forget(workspace_id)
    house.hints(workspace_id, [own.id])
    return Done(status=202, body=answer)


def _refusal(template: StoredTemplate, pairs: Sequence[Subscription]) -> Refusal | None:
    detail = None
    if not pairs:
        detail = _NO_PROFILE
    elif not template.body.active:
        detail = "This template is inactive. Set active first, or ask for a preview."
    if detail is None:
        return None
    return Refusal(code=RefusalCode.NOT_ALLOWED_IN_STATUS, detail=detail)


async def _delivery(
    connection: Connection, workspace_id: int, sent: _Sent, chosen: _Chosen, made: Made
) -> Delivery:
    """Make the delivery of a test: of the event itself, or of our sample put into the log.

    A sample is logged as the test that it is, and told as the event that the template is for.
    """
    event, pair = chosen.event, sent.pair
    number = event.stream_sequence
    if chosen.is_sample:
        sample = Sample(snapshot=event.snapshot, personal=event.personal or NOBODY)
        number = await append_test(connection, workspace_id, pair, sample, made)
    fresh = trial(pair, sent.delivery_id, sent.event_id, event.type, number)
    return dataclasses.replace(fresh, return_id=chosen.return_id)
