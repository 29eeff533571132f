"""A base looks after its embedded server: brought back when dead, its ballast made anew."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

import asyncpg
import pytest

from retour.settings import Settings
from retour.store.embedded_layout import Layout
from retour.wiring.base import open_base
from tests.support.embedded import data_folder, lives
from tests.support.pg import MASTER_KEY


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:
            if holds():
                return
            await asyncio.sleep(0.02)


async def _answers(dsn: str) -> int:
    async with asyncio.timeout(30):
        while True:
            try:
                connection = await asyncpg.connect(dsn)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(0.05)
                continue
            answer: int = await connection.fetchval("SELECT 1")
            await connection.close()
            return answer


async def test_a_base_looks_after_its_server(capfd: pytest.CaptureFixture[str]) -> None:
    """Its death is made good and told to the log; its last use stops what then runs."""
    with data_folder() as data:
        settings = Settings(data=data, testing=True, master_key=MASTER_KEY)
        async with open_base(settings, look_s=0.2) as base:
            assert base.server is not None
            ballast = Layout(base.server.data).ballast
            ballast.unlink()
            await _until(ballast.exists)
            first = base.server.pid
            os.kill(first, signal.SIGKILL)
            await _until(lambda: not lives(data, first))
            assert await _answers(base.admin_dsn) == 1
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await asyncpg.connect(base.admin_dsn, timeout=2)
    assert "the embedded database is looked after" in capfd.readouterr().out
