"""A pause is said: the event ``subscription.paused`` for whoever wants it, in the same commit.

A subscription is never told of its own pause, for it could not hear it.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.dialects.speaking import heard
from retour.dialects.stored import StoredSnapshot
from retour.kernel.ids import Mint
from retour.kernel.subscription import Ordering, SubscriptionBody, lets_through
from retour.lifecycle.model import Actor, ActorKind, Customer, EventType, Personal
from retour.store.delivery_queries import Verdict, now, pause, subscribers

if TYPE_CHECKING:
    import asyncpg

SOURCE: Final = "delivery"
WORDS: Final = {
    "gone": "The receiver answered 410 Gone. Give a new address, then resume.",
    "expired": "Every attempt failed for as long as is waited. Mend the receiver, then resume.",
}
"""Why a subscription was paused, as ``state_reason`` and the event say it."""

_ENCODE: Final = msgspec.json.Encoder()
_BODY: Final = msgspec.json.Decoder(SubscriptionBody)
_NOBODY: Final = Personal(customer=Customer(email=""))
"""Stands in the personal part of an event about no person: nothing of it was erased."""


async def pause_and_tell(pool: asyncpg.Pool, verdict: Verdict) -> list[str]:
    """Pause a subscription and queue the news; answers who is told, nobody if it was paused."""
    tick, ahead_us = await now(pool, verdict.workspace_id)
    mint = Mint(tick, os.urandom(16))
    told = [
        (one.id, one.version, body)
        for one in await subscribers(pool, verdict.workspace_id)
        if one.id != verdict.subscription_id
        and heard(body := _BODY.decode(one.body), EventType.SUBSCRIPTION_PAUSED)
        and lets_through(body, {})
    ]
    ids = [mint("dlv") for _ in told]
    reason = WORDS[verdict.verdict]
    details: dict[str, str | int | bool | None] = {
        "subscription": verdict.subscription_id,
        "reason": reason,
    }
    columns = [
        verdict.subscription_id,
        reason,
        mint("evt"),
        tick + timedelta(microseconds=ahead_us),
        _text(Actor(kind=ActorKind.SYSTEM)),
        SOURCE,
        _text(_NOBODY),
        _text(StoredSnapshot(details=details)),
        [one[0] for one in told],
        [one[1] for one in told],
        [
            delivery_id if one[2].ordering is Ordering.NONE else verdict.subscription_id
            for one, delivery_id in zip(told, ids, strict=True)
        ],
        ids,
    ]
    is_paused = await pause(pool, verdict.workspace_id, columns)
    return [one[0] for one in told] if is_paused else []


def _text(value: msgspec.Struct) -> str:
    return _ENCODE.encode(value).decode()
