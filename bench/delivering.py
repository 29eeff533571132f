"""Child: one delivery process, the product's own, until there are no more questions."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bench.children import Questions, answer, run
from bench.ground import MASTER_KEY
from retour.delivery.protocols import NotRecorded
from retour.delivery.worker import Equipment
from retour.delivery.worker import run as deliver
from retour.gateways.egress import parse_allow
from retour.store.database import DELIVERY, Database
from retour.store.secrets import Vault


async def _nothing_to_report(*_: object, **__: object) -> NotRecorded:
    """Webhooks change no return."""
    return NotRecorded("Only webhooks are measured.")


async def main(told: dict[str, Any], questions: Questions) -> None:
    """Deliver; each question is answered with the processor time used so far."""
    vault = Vault(MASTER_KEY)
    database = Database(told["admin_dsn"], vault)
    until = asyncio.Event()
    equipment = Equipment(execute=_nothing_to_report, allow=parse_allow("127.0.0.0/8"))
    pool = await database.pool(DELIVERY)
    running = asyncio.create_task(
        deliver(pool, vault, equipment, until=until, on_start=lambda _: answer({}))
    )
    while await questions.next() is not None:
        answer({"cpu_s": time.process_time()})
    until.set()
    await running
    await database.close()


if __name__ == "__main__":
    run(main)
