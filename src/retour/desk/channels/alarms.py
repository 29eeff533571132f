"""What people must hear of an account: its key is refused, and everything waits for a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from retour.store import channels as store

if TYPE_CHECKING:
    from retour.desk.channels.accounts import Opened
    from retour.desk.house import House
    from retour.gateways.channelengine import Fault

_LOG: Final = structlog.get_logger()


async def stop_refused(house: House, account: Opened, fault: Fault) -> None:
    """Stop an account whose key is refused, once; a key that was put meanwhile goes on."""
    async with house.database.transaction(account.workspace_id) as connection:
        is_first = await store.note_refused(
            connection, account.workspace_id, account.account, fault.words
        )
    if is_first:
        _LOG.error(
            "a channel refuses our key",
            workspace=account.workspace_id,
            account=account.account.code,
            why=fault.words,
        )
