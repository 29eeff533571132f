"""Ways to look at a list that are kept: a name, a place, and the query of its address."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.dialects.view import instant
from retour.kernel.ids import Mint
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body
from retour.store.statements import named
from retour.store.telling import take_turn

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.execute import RequestKey
    from retour.desk.house import House

_SQL: Final = named("searching")
_ENCODE: Final = msgspec.json.Encoder()
VIEWS_MAX: Final = 100
"""That one person keeps, and that all share."""


class SavedViewNew(Body):
    """A way to look, as it is kept: ``query`` is what stands in the address behind the ``?``."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    place: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    query: Annotated[str, msgspec.Meta(max_length=500)] = ""
    shared: bool = False


async def create(
    house: House,
    workspace_id: int,
    body: SavedViewNew,
    *,
    me: str,
    key: RequestKey | None = None,
) -> Outcome:
    """Keep a view: one's own, or everybody's.

    Raises:
        InvalidRequest: There are too many.
    """
    owner = None if body.shared else me
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "whoever asks has a key of the workspace"
        view_id = Mint(turn.tick, os.urandom(16))("svw")
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        count = await connection.fetchval(_SQL["count_views"], workspace_id, owner, VIEWS_MAX)
        if count >= VIEWS_MAX:
            detail = f"There are {VIEWS_MAX} views already. Remove one first."
            raise InvalidRequest(FieldError(pointer="", code="too_many", detail=detail))
        await connection.execute(
            _SQL["add_view"], workspace_id, view_id, owner, body.name, body.place, body.query
        )
        rows = await connection.fetch(_SQL["views"], workspace_id, me, "", 2 * VIEWS_MAX)
        (made,) = [row for row in rows if row["view_id"] == view_id]
        answered = await keep(connection, workspace_id, key, 201, _view(made))
    return answered or Done(status=201, body=_view(made))


async def listing(house: House, workspace_id: int, page: Page, *, me: str) -> Outcome:
    """Give a page of the views that somebody sees, the oldest first."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(_SQL["views"], workspace_id, me, page.after, page.limit + 1)
    return paged(rows, page, _view, key=lambda row: row["view_id"])


async def remove(house: House, workspace_id: int, view_id: str, *, me: str) -> Outcome:
    """Forget a view."""
    async with house.database.transaction(workspace_id) as connection:
        gone = await connection.fetchval(_SQL["remove_view"], workspace_id, view_id, me)
    return NotFound(what="saved view") if gone is None else Done(status=204, body=b"")


def _view(row: asyncpg.Record) -> bytes:
    return _ENCODE.encode(
        {
            "id": row["view_id"],
            "name": row["name"],
            "place": row["place"],
            "query": row["query"],
            "shared": row["owner"] is None,
            "created_at": instant(row["created_at"]),
        }
    )
