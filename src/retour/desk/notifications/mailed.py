"""What a return's customer was mailed, step by step, and of every step that was not, why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from retour.desk.notifications.defaults import MAILS
from retour.desk.notifications.standing import standings
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page
from retour.desk.stored_events import stored_event
from retour.desk.telling.deliveries import find
from retour.dialects.notification import is_said, is_worth_saying, word_of
from retour.dialects.view import instant
from retour.kernel.subscription import SubscriptionState, customer_reads
from retour.lifecycle.model import EventType
from retour.store.statements import named
from retour.store.telling import Subscription, subscriptions_by_ids
from retour.store.telling_deliveries import Attempt, Delivery, Wanted, attempts_of
from retour.store.telling_notifications import (
    StoredProfile,
    StoredTemplate,
    customer_profile,
    mails_of_profile,
)

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House
    from retour.dialects.notification.words import Word
    from retour.store.database import Connection

_SQL: Final = named("events")
_ENCODE: Final = msgspec.json.Encoder()
_EVENTS_MAX: Final = 200
"""Of a return's newest events so many are looked at."""
_PAGE: Final = 200
_PAGES_MAX: Final = 5
NOT_SENT: Final = "not_sent"
WHY: Final[Mapping[str, str]] = {
    "mails_off": "No mails to customers are turned on. Turn them on under Mails.",
    "no_mail": "There is no mail for this step. Tick it in the grid of notifications.",
    "switched_off": "The mail for this step is switched off. Tick “Send it” on its page.",
    "made_later": "The mail for this step was made after this happened.",
    "off_then": "The mail for this step was switched off when this happened.",
    "nothing_paid": "No money went back to the customer, so there is nothing to say.",
    "paused": "The profile is paused. The mail waits until it is resumed.",
    "failing": "Its mail server does not take mails just now. It is tried again by itself.",
    "waiting": "It is on its way.",
    "given_up": "It could not be delivered.",
    "nothing_to_say": "There was nothing to say any more when its turn came.",
}
"""What is said of each reason."""


class Mailed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one step's mail.

    Args:
        event: The step, in the words of notifications.
        title: The same, as people read it.
        status: A delivery's, or that none was made.
        why: The reason it did not arrive, one of ``WHY``; None where it did.
        detail: The same in words, with what a mail server answered.
        delivery: The newest delivery, where there is one.
        template: Whose words it has, or would have.
    """

    event: str
    title: str
    occurred_at: str
    status: str
    why: str | None = None
    detail: str | None = None
    delivery: str | None = None
    template: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A mail to the customer that was made: its delivery, through what, and how it went."""

    delivery: Delivery
    through: Subscription
    last: Attempt | None


class _Mails(NamedTuple):
    """The customers' profile and its mails, as they now stand."""

    profile: StoredProfile | None
    is_paused: bool
    by_word: Mapping[str, Sequence[StoredTemplate]]


async def listing(house: House, workspace_id: int, return_id: str) -> Outcome:
    """Say what the customer of a return was mailed, and why not, the newest step first."""
    found = await of_return(house, workspace_id, return_id)
    if found is None:
        return NotFound(what="return")
    return Done(status=200, body=_ENCODE.encode({"data": found}))


async def of_return(house: House, workspace_id: int, return_id: str) -> list[Mailed] | None:
    """Give the same as values; ``None`` where there is no such return."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["newest_of_return"], workspace_id, return_id, _EVENTS_MAX
        )
        if not rows:
            return None
        mails = await _mails(connection, workspace_id)
        sent, since = await _sent(connection, workspace_id, return_id)
    found: list[Mailed] = []
    for row in rows:
        word = word_of(EventType(row["type"]))
        if word is None or row["event_id"].partition("_")[2] < since:
            continue
        if (one := sent.get(row["event_id"])) is not None:
            found.append(_made(row, word, one, is_paused=mails.is_paused))
        elif word.name in MAILS or word.name in mails.by_word:
            why = _why_not(workspace_id, row, word, mails)
            found.extend([] if why is None else [_unmade(row, word, why, mails)])
    return found


async def _mails(connection: Connection, workspace_id: int) -> _Mails:
    profile = await customer_profile(connection, workspace_id)
    if profile is None:
        return _Mails(None, is_paused=False, by_word={})
    by_word: dict[str, list[StoredTemplate]] = {}
    for one in await mails_of_profile(connection, workspace_id, profile.id):
        by_word.setdefault(one.body.event, []).append(one)
    stands = await standings(connection, workspace_id, [profile])
    is_paused = stands[profile.id].status == SubscriptionState.PAUSED.value
    return _Mails(profile, is_paused=is_paused, by_word=by_word)


async def _sent(
    connection: Connection, workspace_id: int, return_id: str
) -> tuple[Mapping[str, _Sent], str]:
    """Find mails to the customer by event, the newest of each, and since when all were seen."""
    listed: list[Delivery] = []
    after, since = "", ""
    for _ in range(_PAGES_MAX):
        page = Page(limit=_PAGE, after=after)
        part = await find(connection, workspace_id, Wanted(return_id=return_id), page)
        listed.extend(part.deliveries)
        if part.next_key is None:
            break
        after = part.next_key
    else:
        since = after.partition("_")[2]
    through = await _to_customer(connection, workspace_id, {one.subscription_id for one in listed})
    newest: dict[str, Delivery] = {}
    for one in listed:
        if one.subscription_id in through:
            newest.setdefault(one.event_id, one)
    tries = await attempts_of(connection, workspace_id, [one.id for one in newest.values()])
    return {
        event_id: _Sent(
            delivery=one,
            through=through[one.subscription_id],
            last=next(iter(reversed(tries.get(one.id, ()))), None),
        )
        for event_id, one in newest.items()
    }, since


async def _to_customer(
    connection: Connection, workspace_id: int, ids: Iterable[str]
) -> Mapping[str, Subscription]:
    """Pick the subscriptions through which templates reach customers."""
    found = await subscriptions_by_ids(connection, workspace_id, sorted(ids))
    return {
        one.id: one for one in found if one.body.template is not None and customer_reads(one.body)
    }


def _made(row: asyncpg.Record, word: Word, one: _Sent, *, is_paused: bool) -> Mailed:
    """Say how a mail fares that was made."""
    match one.delivery.status:
        case "delivered":
            why = None
        case "dead":
            why = "given_up"
        case "skipped":
            why = "nothing_to_say"
        case _ if is_paused or one.through.state is SubscriptionState.PAUSED:
            why = "paused"
        case _:
            why = "waiting" if one.last is None else "failing"
    answer = None if one.last is None or why is None else one.last.error
    detail = None if why is None else f"{WHY[why]} ({answer})" if answer else WHY[why]
    return Mailed(
        event=word.name,
        title=word.title,
        occurred_at=instant(row["occurred_at"]),
        status=one.delivery.status,
        why=why,
        detail=detail,
        delivery=one.delivery.id,
        template=one.through.template_id,
    )


def _why_not(workspace_id: int, row: asyncpg.Record, word: Word, mails: _Mails) -> str | None:
    """Say why no mail was made; ``None`` where none is for such an event."""
    event = stored_event(workspace_id, row)
    if not is_said(event.type, event.snapshot.details):
        return None
    if mails.profile is None:
        return "mails_off"
    if not (there := mails.by_word.get(word.name)):
        return "no_mail"
    if not is_worth_saying(event):
        return "nothing_paid"
    on = [one for one in there if one.body.active]
    if not on:
        return "switched_off"
    made: datetime = min(one.created_at for one in on)
    return "made_later" if made > row["recorded_at"] else "off_then"


def _unmade(row: asyncpg.Record, word: Word, why: str, mails: _Mails) -> Mailed:
    there = mails.by_word.get(word.name, ())
    return Mailed(
        event=word.name,
        title=word.title,
        occurred_at=instant(row["occurred_at"]),
        status=NOT_SENT,
        why=why,
        detail=WHY[why],
        template=there[0].id if there else None,
    )
