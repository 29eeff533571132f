"""Child: commits one transition after another over eight connections of the product's own pool."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from bench.children import Questions, answer, run
from bench.ground import MASTER_KEY
from retour.store.database import Database
from retour.store.secrets import Vault


async def main(told: dict[str, Any], questions: Questions) -> None:
    """Commit for as long as each question says."""
    clients: int = told["clients"]
    database = Database(told["admin_dsn"], Vault(MASTER_KEY), size=clients)
    pool = await database.pool()
    place: int = told["place"]
    arguments: list[object] = told["arguments"]
    of_each: int = told["of_each"]
    sql: str = told["sql"]

    async def work(client: int, until: float) -> int:
        given, done = list(arguments), 0
        first = client * of_each
        while time.monotonic() < until:
            given[place] = random.randrange(first, first + of_each)  # noqa: S311 - spreads load
            if not await pool.fetchval(sql, *given):
                raise AssertionError("nothing was committed")
            done += 1
        return done

    while (question := await questions.next()) is not None:
        began, cpu = time.monotonic(), time.process_time()
        until = began + question["seconds"]
        counts = await asyncio.gather(*(work(client, until) for client in range(clients)))
        answer(
            {
                "done": sum(counts),
                "seconds": time.monotonic() - began,
                "cpu_s": time.process_time() - cpu,
            }
        )
    await database.close()


if __name__ == "__main__":
    run(main)
