"""The feed: what a subscription is told, for those who would rather ask than be told.

The same bytes in the same order as its deliveries, from the log; reading it delivers nothing and
settles nothing.  It begins where the subscription began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.events import Place, find_place, log_rows, place_of
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, envelope
from retour.desk.stored_events import stored_event, words_for
from retour.desk.telling.subscriptions import webhook
from retour.dialects.speaking import heard, render_key, rendered, worded_key
from retour.dialects.stored import StoredEvent
from retour.kernel.ids import time_prefix
from retour.lifecycle.model import EventType
from retour.store.telling import Subscription
from retour.store.telling_deliveries import Kept, kept_renderings

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_STEP: Final = 200
_STEPS_MAX: Final = 25
"""One page looks at no more than 5 000 events; a rarer one continues behind the cursor."""


async def feed(house: House, workspace_id: int, subscription_id: str, page: Page) -> Outcome:
    """Give a page of what a subscription is told, oldest first.

    ``page.after`` is the cursor before, or the id of the last event read (``read_log_page``).

    Raises:
        InvalidRequest: The cursor is none of this list, or the event it names is not there.
    """
    async with house.database.transaction(workspace_id) as connection:
        subscription = await webhook(connection, workspace_id, subscription_id)
        if subscription is None:
            return NotFound(what="subscription")
        place = await find_place(connection, workspace_id, page.after)
        items: list[bytes] = []
        for _ in range(_STEPS_MAX):
            rows = await log_rows(connection, workspace_id, place, _STEP)
            told = await _told(connection, workspace_id, subscription, rows)
            for row in rows:
                messages = told.get(row["event_id"], [])
                if items and len(items) + len(messages) > page.limit:
                    return _answer(items, place)  # What is said of one event is never parted.
                items += messages
                place = place_of(row)
            if len(rows) < _STEP:
                return _answer(items, None)
    return _answer(items, place)


def _answer(items: list[bytes], place: Place | None) -> Done:
    return Done(status=200, body=envelope(items, None if place is None else place.text))


async def _told(
    connection: Connection,
    workspace_id: int,
    subscription: Subscription,
    rows: Sequence[asyncpg.Record],
) -> Mapping[str, list[bytes]]:
    """Say the events of a step that are for the subscription, by their ids."""
    said = subscription.body
    key = render_key(said, subscription.id, subscription.version)
    beginning = time_prefix("evt", subscription.created_at)
    mine = [
        (event, word, (event.id, worded_key(key, said, event.type, word)))
        for row in rows
        if row["event_id"] > beginning
        for event in (stored_event(workspace_id, row),)
        for word in _words(subscription, event)
    ]
    kept = await kept_renderings(connection, workspace_id, [name for _, _, name in mine])
    told: dict[str, list[bytes]] = {}
    for event, word, name in mine:
        sent = kept.get(name)
        if sent is None:
            message = rendered(event, said, word)
            if message is None:
                continue
            sent = Kept(content_type=message.content_type, body=message.body)
        told.setdefault(event.id, []).append(_item(event, sent))
    return told


def _words(subscription: Subscription, event: StoredEvent) -> tuple[str, ...]:
    if event.type is not EventType.SUBSCRIPTION_TEST:
        return words_for(subscription.body, event)
    return heard(subscription.body, event.type) if event.stream == subscription.id else ()


def _item(event: StoredEvent, sent: Kept) -> bytes:
    return _ENCODE.encode(
        {
            "id": event.id,
            "type": event.type,
            "sequence": event.sequence,
            "content_type": sent.content_type,
            "body": sent.body.decode(),
        }
    )
