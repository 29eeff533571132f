"""Idempotency keys of requests that are no commands on a return.

``keep`` writes the reply into the transaction of its own effect, so one never exists without the
other.  Commands keep theirs in the commit (``execute``); nothing else writes that table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.desk.outcome import Done, KeyReused
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("subscriptions")


async def keep(
    connection: Connection, workspace_id: int, key: RequestKey | None, status: int, body: bytes
) -> Done | KeyReused | None:
    """Keep a reply under its key, or say how the same key was answered before.

    Call it before the effect is written: a twin of the request waits here until the first one's
    transaction has ended.  ``None`` means go on; anything else is the answer, and the effect must
    not be written.  Leave secrets out of ``body``: replays are served from it.
    """
    if key is None:
        return None
    kept: bool = await connection.fetchval(
        _SQL["keep_reply"], workspace_id, key.key_id, key.key, key.digest, status, body
    )
    if kept:
        return None
    answered = await kept_for(connection, workspace_id, key)
    assert answered is not None, "a key that is taken has its reply"
    return answered


async def answered_before(
    house: House, workspace_id: int, key: RequestKey | None
) -> Done | KeyReused | None:
    """Say how the same key was answered before, if it was, to who holds no connection."""
    async with house.database.transaction(workspace_id) as connection:
        return await kept_for(connection, workspace_id, key)


async def kept_for(
    connection: Connection, workspace_id: int, key: RequestKey | None
) -> Done | KeyReused | None:
    """Say how the same key was answered before, if it was; nothing is written."""
    if key is None:
        return None
    row = await connection.fetchrow(_SQL["kept_reply"], workspace_id, key.key_id, key.key)
    if row is None:
        return None
    if row["digest"] != key.digest:
        return KeyReused()
    return Done(status=row["status"], body=row["body"], replayed=True)
