"""A delivery process of its own, to be killed, frozen and stopped from outside.

Reads one JSON line of what it needs, says ``ready``, and delivers until SIGTERM.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvloop

from retour.delivery.crash import arm
from retour.delivery.engine import Bounds
from retour.delivery.worker import Equipment, run
from retour.gateways.egress import parse_allow
from retour.gateways.mail import SmtpSettings
from retour.store.database import DELIVERY, Database
from retour.store.secrets import Vault
from tests.support.booking import BookingProcessor, BookingReturns


async def main(told: Mapping[str, Any]) -> None:
    """Deliver until told to stop."""
    arm(told["crash_at"], testing=True)
    vault = Vault(bytes.fromhex(told["master_key"]))
    database = Database(told["admin_dsn"], vault)
    until = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, until.set)
    equipment = Equipment(
        execute=BookingReturns(told["ledger"]),
        allow=parse_allow("127.0.0.0/8"),
        smtp=SmtpSettings.parse(told["smtp"]) if told["smtp"] else None,
        processors={"sandbox": BookingProcessor(told["ledger"])},
    )
    pool = await database.pool(DELIVERY)
    await run(
        pool, vault, equipment, bounds=Bounds(**told["bounds"]), until=until,
        on_start=lambda _: _say_ready(),
    )  # fmt: skip
    await database.close()


def _say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


class Worker:
    """One such process, seen from the test."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    async def ends(self, within_s: float = 40.0) -> int:
        """Give its exit code when it has ended."""
        async with asyncio.timeout(within_s):
            return await self.process.wait()

    async def dies_before(self, done: Callable[[], Awaitable[bool]]) -> bool:
        """Wait until it has ended, or ``done`` says so; answers whether it has ended."""
        while self.is_alive and not await done():
            with suppress(TimeoutError):
                await self.ends(within_s=0.02)
        return not self.is_alive

    @property
    def is_alive(self) -> bool:
        """Say whether it has not ended."""
        return self.process.returncode is None


@asynccontextmanager
async def working(
    admin_dsn: str,
    master_key: bytes,
    *,
    crash_at: str | None = None,
    bounds: Mapping[str, int] | None = None,
    ledger: str = "",
    smtp: str | None = None,
) -> AsyncGenerator[Worker]:
    """Have a delivery process; whatever is left of it at the end is killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.delivery_worker",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    told = {
        "admin_dsn": admin_dsn,
        "master_key": master_key.hex(),
        "crash_at": crash_at,
        "bounds": dict(bounds or {}),
        "ledger": ledger,
        "smtp": smtp,
    }
    process.stdin.write(json.dumps(told).encode() + b"\n")
    await process.stdin.drain()
    async with asyncio.timeout(30):
        while (line := await process.stdout.readline()) and b"ready" not in line:
            continue
    try:
        yield Worker(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(json.loads(sys.stdin.readline())))
