"""The facts a return was judged on, shown as they were frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome
from retour.dialects.view import instant
from retour.kernel.ids import is_id
from retour.store.judging import grounds_from, grounds_view
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House

_SQL: Final = named("backtests")
_ENCODE: Final = msgspec.json.Encoder()
_MISSING: Final = NotFound(what="judgement")


async def look_up(house: House, workspace_id: int, return_id: str) -> Outcome:
    """Give what a request was judged on; a withdrawal's return was not judged."""
    if not is_id(return_id, "ret"):
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_judgement"], workspace_id, return_id)
    if row is None:
        return _MISSING
    shown = {
        "return": row["return_id"],
        "asked_at": instant(row["asked_at"]),
        "policy": {"id": row["policy_id"], "version": row["policy_version"]},
        **grounds_view(grounds_from(row["body"])),
    }
    return Done(status=200, body=_ENCODE.encode(shown))
