"""One commit of what was decided, in one transaction with all that belongs before it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retour.desk.control.approvals import questions
from retour.desk.dock.writing import dock_writes
from retour.desk.held import Moved, hold, moved
from retour.desk.listed import return_calls
from retour.kernel.ids import Mint
from retour.store.committing import Committed, Facts, Reply, commit_return
from retour.store.control import keep_approvals

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.execute import Asked
    from retour.desk.house import House
    from retour.lifecycle.numbering import PaperKind, Series
    from retour.store.database import Connection
    from retour.store.loading import Loaded
    from retour.store.papers import PapersMade


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """The transaction in which series are locked; ``told`` gets whom to hint at once it is done."""

    connection: Connection
    series: dict[PaperKind, Series]
    told: set[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Everything one commit writes."""

    loaded: Loaded
    epoch: int
    facts: Facts
    reply: Reply | None
    numbering: Numbering | None = None
    papers: PapersMade | None = None


class Undone(Exception):
    """Takes back what was done first, for the rest could not be."""

    def __init__(self, committed: Committed) -> None:
        super().__init__()
        self.committed = committed


async def written(house: House, asked: Asked, writing: Writing) -> Committed:
    """Commit, in one transaction with what belongs before it."""
    loaded, after = writing.loaded, writing.facts.decision.state.ret
    assert loaded.state is not None
    assert after is not None
    photos = moved(loaded.state.ret, after)
    if writing.numbering is not None:
        return await _within(house, asked, writing, photos, writing.numbering.connection)
    if asked.first is None and photos is None and not questions(loaded.state.ret, after):
        return await _call(house, asked, writing, await house.database.pool())
    try:
        async with house.database.transaction(asked.workspace_id) as connection:
            committed = await _within(house, asked, writing, photos, connection)
            if committed is not Committed.DONE:
                raise Undone(committed)  # noqa: TRY301 - raising is what rolls back
            return committed
    except Undone as undone:
        return undone.committed


async def _within(
    house: House,
    asked: Asked,
    writing: Writing,
    photos: Moved | None,
    connection: Connection,
) -> Committed:
    """Do what belongs first, then commit; whoever opened the transaction rolls back what failed."""
    before, after = writing.loaded.state, writing.facts.decision.state.ret
    assert before is not None
    assert after is not None
    if asked.first is not None:
        await asked.first(connection)
    if photos is not None and not await hold(
        connection, asked.workspace_id, after.id, photos, writing.loaded.tick
    ):
        return Committed.STALE
    committed = await _call(house, asked, writing, connection)
    if committed is Committed.DONE:
        # Last, so that nobody waits here for whoever decides the same and is about to be stale.
        asked_now = questions(before.ret, after)
        await keep_approvals(connection, asked.workspace_id, after.id, asked_now)
    return committed


async def _call(
    house: House, asked: Asked, writing: Writing, on: asyncpg.Pool | Connection
) -> Committed:
    loaded, told = writing.loaded, writing.facts.personal.customer
    assert loaded.state is not None, "what was decided on was loaded"
    config = await house.configs.at(asked.workspace_id, writing.epoch)
    mint = Mint(loaded.tick, os.urandom(16))
    return await commit_return(
        on,
        asked.workspace_id,
        tick=loaded.tick,
        epoch=writing.epoch,
        order_version=loaded.order_version,
        return_version=loaded.return_version,
        before=loaded.state,
        facts=writing.facts,
        email_digest=house.vault.digest(asked.workspace_id, told.email),
        reply=writing.reply,
        dock=dock_writes(
            house.vault,
            asked.workspace_id,
            loaded.tick,
            (loaded.state, writing.facts.decision.state),
            mint,
        ),
        papers=writing.papers,
        listed=return_calls(
            asked.workspace_id,
            config.zone,
            loaded.state,
            writing.facts.decision.state,
            mint("fgc"),
        ),
    )
