"""A process that goes on with an export until it is killed; says so after each slice."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from retour.desk.config import Configs
from retour.desk.exports.slices import go_on
from retour.desk.house import House
from retour.settings import Settings
from retour.store.database import Database
from retour.store.secrets import Vault
from tests.support.pg import MASTER_KEY


async def _work(dsn: str, workspace_id: int, export_id: str, rows: int) -> None:
    vault = Vault(MASTER_KEY)
    database = Database(dsn, vault)
    house = House(
        settings=Settings(data=Path("unused"), testing=True, master_key=MASTER_KEY),
        database=database,
        vault=vault,
        configs=Configs(database),
    )
    while await go_on(house, workspace_id, export_id, rows=rows) is not None:
        sys.stdout.write("written\n")
        sys.stdout.flush()
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
