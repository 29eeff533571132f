"""A process that goes on with a reconciliation until it is killed; says so after each slice."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from retour.desk.config import Configs
from retour.desk.house import House
from retour.desk.reconciling.slices import Counterpart, go_on
from retour.sandbox.elsewhere import SandboxElsewhere
from retour.sandbox.processor import SandboxProcessor
from retour.settings import Settings
from retour.store.database import Database
from retour.store.secrets import Vault
from tests.support.pg import MASTER_KEY

PAGE = 50


async def _work(dsn: str, workspace_id: int, reconciliation_id: str) -> None:
    vault = Vault(MASTER_KEY)
    database = Database(dsn, vault)
    house = House(
        settings=Settings(data=Path("unused"), testing=True, master_key=MASTER_KEY),
        database=database,
        vault=vault,
        configs=Configs(database),
    )
    known = {"sandbox": both(database)}
    while await go_on(house, known, workspace_id, reconciliation_id) is not None:
        sys.stdout.write("compared\n")
        sys.stdout.flush()
    await asyncio.sleep(60)


def both(database: Database) -> Counterpart:
    """Give the sandbox's processor, with small pages."""
    return Counterpart(
        lister=SandboxElsewhere(database, page=PAGE), teller=SandboxProcessor(database)
    )


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
