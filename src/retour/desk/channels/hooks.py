"""Our address among an account's webhooks at ChannelEngine: put there, seen there, taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.desk.channels.accounts import ping_url
from retour.gateways.channelengine import Fault, Hook
from retour.store import channels as store

if TYPE_CHECKING:
    from retour.desk.channels.accounts import Opened
    from retour.desk.house import House
    from retour.gateways.channelengine.client import ChannelEngine

EVENTS: Final = ("RETURNS_CHANGE",)


def hook_name(account: Opened) -> str:
    """Name our webhook there: one for each workspace, so that two do not take each other's."""
    return f"retour-{account.workspace_id}-{account.account.code}"


async def register(house: House, account: Opened, client: ChannelEngine) -> Fault | None:
    """Have our address among the webhooks, as it is now; looked at first, so it is put once."""
    wanted = Hook(
        name=hook_name(account),
        url=ping_url(house, account.workspace_id, account.account.code),
        events=EVENTS,
        is_active=True,
    )
    known = await client.hooks()
    if isinstance(known, Fault):
        return known
    there = next((one for one in known.content if one.name == wanted.name), None)
    if there != wanted:
        told = await client.put_hook(wanted, is_new=there is None)
        if isinstance(told, Fault):
            return told
    async with house.database.transaction(account.workspace_id) as connection:
        await store.note_hook(connection, account.workspace_id, account.account.code, is_there=True)
    return None


async def unregister(house: House, account: Opened, client: ChannelEngine) -> Fault | None:
    """Take our address off; one that is not there is off already."""
    known = await client.hooks()
    if isinstance(known, Fault):
        return known
    if any(one.name == hook_name(account) for one in known.content):
        told = await client.drop_hook(hook_name(account))
        if isinstance(told, Fault):
            return told
    async with house.database.transaction(account.workspace_id) as connection:
        await store.note_hook(
            connection, account.workspace_id, account.account.code, is_there=False
        )
    return None
