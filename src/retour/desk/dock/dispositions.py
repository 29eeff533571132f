"""Dispositions: the house's words for where goods go, and the workspace's own beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.config import DISPOSITIONS_MAX
from retour.desk.outcome import Done, Outcome
from retour.desk.pages import envelope
from retour.dialects.view import View
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Localized
from retour.policy.dispositions import DISPOSITIONS, Disposition, Stock
from retour.store.dock import SQL, text
from retour.store.telling import bump_epoch, take_turn

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(Disposition)


class DispositionPut(Body):
    """What a disposition is called, and what it does to stock."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    stock: Stock
    localized: Localized = msgspec.field(default_factory=dict[str, str])


async def listing(house: House, workspace_id: int) -> Outcome:
    """List every disposition, by code; there are few."""
    async with house.database.transaction(workspace_id) as connection:
        own = await _own(connection, workspace_id)
    items = [
        _ENCODE.encode(_view(code, said, is_own=code in own))
        for code, said in sorted({**DISPOSITIONS, **own}.items())
    ]
    return Done(status=200, body=envelope(items, None))


async def put(house: House, workspace_id: int, code: str, body: DispositionPut) -> Outcome:
    """Make a disposition, or say anew what it is; those of the house can be renamed too.

    Raises:
        InvalidRequest: There are too many.
    """
    said = Disposition(name=body.name, stock=body.stock, localized=body.localized)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "whoever asks belongs to a workspace"
        own = await _own(connection, workspace_id)
        if code not in own and len(own) >= DISPOSITIONS_MAX:
            detail = f"There are {DISPOSITIONS_MAX} dispositions. Change one of them instead."
            raise InvalidRequest(FieldError(pointer="", code="too_many", detail=detail))
        is_new: bool = await connection.fetchval(
            SQL["put_disposition"], workspace_id, code, text(said), turn.tick
        )
        await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    body_ = _ENCODE.encode(_view(code, said, is_own=True))
    return Done(status=201 if is_new and code not in DISPOSITIONS else 200, body=body_)


async def _own(connection: Connection, workspace_id: int) -> dict[str, Disposition]:
    rows = await connection.fetch(SQL["workspace_dispositions"], workspace_id, DISPOSITIONS_MAX)
    return {row["code"]: _DECODE.decode(row["body"]) for row in rows}


def _view(code: str, said: Disposition, *, is_own: bool) -> View:
    return {
        "code": code,
        "name": said.name,
        "stock": said.stock.value,
        "localized": dict(said.localized),
        "own": is_own,
    }
