"""What somebody has begun to write about a return and not sent; it is theirs alone.

It goes once it is sent, and after a month without a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, NotFound, Outcome
from retour.dialects.view import instant
from retour.lifecycle.bodies import Body
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House

_SQL: Final = named("talking")
_IS_RETURN: Final = named("searching")["is_return"]
_ENCODE: Final = msgspec.json.Encoder()
_MISSING: Final = NotFound(what="draft")


class DraftPut(Body):
    """What is begun; ``internal`` where only people here are to read it."""

    text: Annotated[str, Meta(min_length=1, max_length=4000)]
    internal: bool = False


async def look_up(house: House, workspace_id: int, return_id: str, writer: str) -> Outcome:
    """Give what somebody has begun to write about a return."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["draft"], workspace_id, return_id, writer)
    return _MISSING if row is None else Done(status=200, body=_shown(row))


async def put(
    house: House, workspace_id: int, return_id: str, writer: str, body: DraftPut
) -> Outcome:
    """Keep what somebody has begun, instead of what was kept before."""
    async with house.database.transaction(workspace_id) as connection:
        if not await connection.fetchval(_IS_RETURN, workspace_id, return_id):
            return NotFound(what="return")
        await connection.execute(_SQL["remove_old_drafts"], workspace_id)
        await connection.execute(
            _SQL["keep_draft"], workspace_id, return_id, writer, body.text, body.internal
        )
    return await look_up(house, workspace_id, return_id, writer)


async def remove(house: House, workspace_id: int, return_id: str, writer: str) -> Outcome:
    """Forget what somebody has begun; nothing there is nothing to do."""
    async with house.database.transaction(workspace_id) as connection:
        if not await connection.fetchval(_IS_RETURN, workspace_id, return_id):
            return NotFound(what="return")
        await connection.execute(_SQL["remove_draft"], workspace_id, return_id, writer)
    return Done(status=204, body=b"")


def _shown(row: asyncpg.Record) -> bytes:
    return _ENCODE.encode(
        {
            "text": row["text"],
            "internal": row["internal"],
            "saved_at": instant(row["saved_at"]),
        }
    )
