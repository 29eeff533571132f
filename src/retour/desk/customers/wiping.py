"""The wiping itself: each place where a person's words are kept, in one transaction per portion.

Streams of events, what was made and sent of them, papers, mails, search words, sandboxes: what
``traces`` finds, this takes away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.store.photos import wipe_photos
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from retour.desk.customers.traces import Traces
    from retour.store.database import Connection

_SQL: Final = named("privacy")
_CUSTOMERS: Final = named("customers")
_TALK: Final = named("talking")
_WORDS: Final = named("searching")
_TIME_LENGTH: Final = 10
"""Characters of an id that say when it was minted."""
_FORGOTTEN: Final = "Its customer was forgotten before it was carried out. Decide again."
_NOBODY: Final = "erased@sandbox.invalid"


async def wipe(connection: Connection, workspace_id: int, found: Traces) -> dict[str, int]:
    """Take everything that names a person out of what was found; says how much that was."""
    orders, returns = list(found.orders), list(found.returns)
    tickets, mails = list(found.tickets), list(found.mails)
    await connection.execute(_SQL["lock_orders"], workspace_id, orders)
    await connection.execute(_SQL["erase_returns"], workspace_id, orders)
    await connection.execute(_SQL["erase_tickets"], workspace_id, tickets)
    await _events(connection, workspace_id, [*orders, *tickets, *mails, *found.messages], returns)
    await connection.execute(_SQL["erase_labels"], workspace_id, returns)
    await connection.execute(_SQL["erase_drafts"], workspace_id, returns)
    await connection.execute(_SQL["erase_decisions"], workspace_id, returns, _FORGOTTEN)
    await connection.execute(_SQL["erase_mails"], workspace_id, mails)
    now = await connection.fetchval(_SQL["tick"])
    await wipe_photos(connection, workspace_id, found.photos, now)
    rows = await connection.fetch(
        _SQL["erase_parcels_seen"], workspace_id, list(found.parcels), returns
    )
    seen = [row["parcel_id"] for row in rows]
    await connection.execute(_SQL["erase_cases"], workspace_id, returns, seen)
    await connection.execute(_TALK["erase_drafts"], workspace_id, returns)
    await connection.execute(_CUSTOMERS["forget_orders"], workspace_id, orders)
    subjects = [*orders, *returns, *tickets, *mails]
    await connection.execute(_WORDS["forget_words"], workspace_id, subjects)
    numbers = list(found.orders.values())
    await connection.execute(_SQL["erase_declared"], workspace_id, numbers)
    await _practice(connection, workspace_id, set(numbers))
    return {
        "orders": len(orders),
        "returns": len(returns),
        "tickets": len(tickets),
        "mails": len(mails) + len(found.messages),
    }


async def _events(
    connection: Connection, workspace_id: int, streams: list[str], returns: list[str]
) -> None:
    """Turn events to stone, and drop whatever was made, sent, heard and answered of them."""
    events = await connection.fetch(_SQL["erase_events"], workspace_id, streams)
    ids = [row["event_id"] for row in events]
    moments = sorted({one[4 : 4 + _TIME_LENGTH] for one in ids})
    await connection.execute(_SQL["erase_renderings"], workspace_id, ids)
    await connection.execute(_SQL["erase_attempts"], workspace_id, returns, moments, ids)
    needles = [one.encode() for one in (*streams, *returns)]
    at = sorted({row["recorded_at"].replace(second=0, microsecond=0) for row in events})
    await connection.execute(_SQL["erase_replies"], workspace_id, needles, at)


async def wipe_beside(
    connection: Connection, workspace_id: int, digests: Collection[bytes], until: datetime
) -> None:
    """Forget whose empty store credit was, and what a sandbox practised with."""
    await connection.execute(_SQL["erase_credits"], workspace_id, list(digests))
    if await connection.fetchval(_SQL["is_sandbox"], workspace_id):
        await connection.execute(_SQL["empty_mailbox"], workspace_id, until)


async def _practice(connection: Connection, workspace_id: int, numbers: Collection[str]) -> None:
    """Take buyers of some orders out of the ChannelEngine that a sandbox practises with."""
    kept = await connection.fetchval(_SQL["practice_channel"], workspace_id)
    if kept is None:
        return
    world: dict[str, Any] = msgspec.json.decode(kept)
    changed = _without(world.get("orders", ()), numbers, ("Email",), _NOBODY)
    changed |= _without(
        world.get("returns", ()), numbers, ("CustomerComment", "MerchantComment"), None
    )
    if changed:
        text = msgspec.json.encode(world)
        await connection.execute(_SQL["put_practice_channel"], workspace_id, text)


def _without(
    rows: Sequence[dict[str, Any]], numbers: Collection[str], names: Sequence[str], put: str | None
) -> bool:
    """Put something else for what names a buyer; says whether there was any."""
    meant = [one for one in rows if one.get("MerchantOrderNo") in numbers]
    for one in meant:
        for name in names:
            one[name] = put
    return bool(meant)
