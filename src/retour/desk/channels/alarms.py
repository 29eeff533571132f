"""What people must hear of an account: its key is refused, and all waits; or it goes on.

Both are events in the account's own stream, told like any other: by webhook, feed and plain mail.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import structlog

from retour.desk.fanout import fan_out_events
from retour.desk.messages import subscribers
from retour.kernel.ids import Mint
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    Customer,
    Event,
    EventType,
    Personal,
    Snapshot,
)
from retour.store import channels as store
from retour.store.messages import NewMessage, append_message
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from retour.desk.channels.accounts import Opened
    from retour.desk.house import House
    from retour.gateways.channelengine import Fault
    from retour.store.channels import ChannelAccount
    from retour.store.database import Connection

_LOG: Final = structlog.get_logger()
_SOURCE: Final = "channel"
_NOBODY: Final = Personal(customer=Customer(email=""))
"""Stands in the personal part of an event about no person: nothing of it was erased."""


async def stop_refused(house: House, account: Opened, fault: Fault) -> None:
    """Stop an account whose key is refused, once; a key that was put meanwhile goes on."""
    workspace_id = account.workspace_id
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)  # Before the account, as whoever puts it does.
        is_first = await store.note_refused(connection, workspace_id, account.account, fault.words)
        if not is_first:
            return
        told = await _tell(
            connection,
            workspace_id,
            account.account,
            EventType.CHANNEL_REFUSED,
            {"reason": fault.words},
        )
    _LOG.error(
        "a channel refuses our key",
        workspace=workspace_id,
        account=account.account.code,
        why=fault.words,
    )
    house.hints(workspace_id, told)


async def go_on(connection: Connection, workspace_id: int, before: ChannelAccount) -> set[str]:
    """Have what waits told now, and say so where the key was refused; gives whom to hint at."""
    told = set[str]()
    if before.stage == "refused":
        told = await _tell(connection, workspace_id, before, EventType.CHANNEL_RESUMED, {})
        _LOG.info("a channel goes on", workspace=workspace_id, account=before.code)
    return told | await store.wake_legs(connection, workspace_id)


async def _tell(
    connection: Connection,
    workspace_id: int,
    account: ChannelAccount,
    event_type: EventType,
    more: dict[str, str],
) -> set[str]:
    """Write an event of the account; gives whom it is told."""
    turn = await take_turn(connection, workspace_id)
    assert turn is not None, "an account is a workspace's"
    waiting = await store.waiting_legs(connection, workspace_id)
    event = Event(
        type=event_type,
        at=turn.at,
        actor=Actor(kind=ActorKind.SYSTEM),
        source=_SOURCE,
        snapshot=Snapshot(
            details={
                "channel_account": account.code,
                "channel_name": account.name,
                "waiting": waiting,
                **more,
            }
        ),
        personal=_NOBODY,
    )
    stream = f"channel/{account.code}"
    mint = Mint(turn.tick, os.urandom(16))
    everybody = await subscribers(connection, workspace_id)
    fanout = fan_out_events([event], everybody, mint, stream)
    said = NewMessage(id=stream, event_id=mint("evt"), event=event, tick=turn.tick, fanout=fanout)
    await append_message(connection, workspace_id, said)
    return {item.subscription_id for item in fanout}
