"""Returns ready to be promised, and writers that promise them: processes that can be killed."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
from typing import TYPE_CHECKING

import msgspec

from retour.desk.config import Configs
from retour.desk.execute import Asked, execute
from retour.desk.house import House
from retour.desk.outcome import Done, Outcome
from retour.kernel.problems import Transient
from retour.lifecycle.commands import (
    Authorize,
    Command,
    ConfirmSettlement,
    FinishReceipt,
    Inspect,
    LineAsked,
    ProposeSettlement,
    Receive,
    Request,
    UnitsJudged,
    UnitsSeen,
)
from retour.lifecycle.model import Actor, ActorKind
from retour.store.database import Database
from retour.store.secrets import Vault
from tests.support.told import put_order, read

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

    import asyncpg

    from tests.crash.worker import Place

ACTOR = Actor(kind=ActorKind.API_KEY, id="key_test")
_GOOD = {"line": "1", "quantity": 1, "acceptance": "accepted"}
_FORK = multiprocessing.get_context("forkserver")
_FORK.set_forkserver_preload(["tests.support.numbering"])


async def drafted(house: House, workspace_id: int, number: str) -> str:
    """Have a return with a draft; gives its id."""
    await put_order(house, workspace_id, number)
    plan: list[Command] = [
        Request(order_number=number, lines=(LineAsked(line="1", quantity=1, reason="x"),)),
        Authorize(),
        Receive(units=(UnitsSeen(line="1", quantity=1),)),
        Inspect(units=(msgspec.convert(_GOOD, UnitsJudged),)),
        FinishReceipt(),
        ProposeSettlement(),
    ]
    asked = Asked(workspace_id=workspace_id, plan=plan, actor=ACTOR, source="api")
    return str(read(await execute(house, asked), 201)["id"])


async def promise(house: House, workspace_id: int, return_id: str) -> Outcome:
    """Confirm a draft; refused where somebody was faster."""
    asked = Asked(
        workspace_id=workspace_id,
        plan=[ConfirmSettlement()],
        actor=ACTOR,
        source="api",
        return_id=return_id,
    )
    return await execute(house, asked)


def start(place: Place, workspace_id: int, returns: list[str], seed: int) -> ForkServerProcess:
    """Start a writer that promises every return it finds unpromised, in an order of its own."""
    process = _FORK.Process(target=_write, args=(place, workspace_id, returns, seed), daemon=True)
    process.start()
    return process


def _write(place: Place, workspace_id: int, returns: list[str], seed: int) -> None:
    asyncio.run(_promise_all(place, workspace_id, returns, seed))


async def _promise_all(place: Place, workspace_id: int, returns: list[str], seed: int) -> None:
    vault = Vault(place.master_key)
    database = Database(place.admin_dsn, vault, size=3)
    house = House(
        settings=place.settings, database=database, vault=vault, configs=Configs(database)
    )
    random.Random(seed).shuffle(returns)
    left = list(returns)
    while left:  # Busy is an answer too: asked again, as a client would.
        left = [one for one in left if not await _done(house, workspace_id, one)]
    await database.close()


async def _done(house: House, workspace_id: int, one: str) -> bool:
    try:
        await promise(house, workspace_id, one)
    except Transient:
        return False
    return True


async def numbers(admin: asyncpg.Connection, workspace_id: int, kind: str) -> list[int]:
    """Give the numbers of all documents of one kind, sorted, as they are written on them."""
    rows = await admin.fetch(
        "SELECT number FROM retour.paper WHERE workspace_id = $1 AND kind = $2", workspace_id, kind
    )
    return sorted(int(row["number"].rpartition("-")[2]) for row in rows)


def done(outcomes: list[Outcome]) -> int:
    """Count those that were carried out."""
    return sum(isinstance(one, Done) for one in outcomes)
