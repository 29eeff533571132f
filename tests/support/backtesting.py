"""Many frozen judgements, and a process that goes on with a backtest until it is killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from retour.desk.config import Configs
from retour.desk.house import House
from retour.desk.policies.trying import go_on
from retour.settings import Settings
from retour.store.database import Database
from retour.store.secrets import Vault
from tests.support.pg import MASTER_KEY, Workspace


async def copies(house: House, workspace: Workspace, return_id: str, count: int) -> None:
    """Freeze the facts of a return for as many others, a second apart."""
    async with house.database.transaction(workspace.id) as connection:
        await connection.execute(
            "INSERT INTO retour.judgement"
            " (workspace_id, return_id, asked_at, policy_id, policy_version, body)"
            " SELECT j.workspace_id, 'ret_copy_' || n, j.asked_at - n * interval '1 second',"
            "        j.policy_id, j.policy_version, j.body"
            "   FROM retour.judgement j CROSS JOIN generate_series(1, $3::integer) AS n"
            "  WHERE j.workspace_id = $1 AND j.return_id = $2",
            workspace.id,
            return_id,
            count,
        )


async def _work(dsn: str, workspace_id: int, backtest_id: str) -> None:
    vault = Vault(MASTER_KEY)
    database = Database(dsn, vault)
    house = House(
        settings=Settings(data=Path("unused"), testing=True, master_key=MASTER_KEY),
        database=database,
        vault=vault,
        configs=Configs(database),
    )
    while await go_on(house, workspace_id, backtest_id) is not None:
        sys.stdout.write("tried\n")
        sys.stdout.flush()
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
