"""``retour work``: deliver only; started by ``serve``, it is told what has become due."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from retour.wiring.base import open_base, open_house
from retour.wiring.running import carry_out
from retour.wiring.serving import until_told_to_stop
from retour.wiring.stones import forget_again
from retour.wiring.working import delivering

if TYPE_CHECKING:
    from pathlib import Path

    from retour.delivery.engine import Engine
    from retour.settings import Settings


def run(*, data: Path | None, database_url: str | None, hinted: bool) -> int:
    """Deliver until told to stop, or until the parent is gone."""

    async def use(settings: Settings) -> int:
        async with AsyncExitStack() as stack:
            base = await stack.enter_async_context(open_base(settings))
            house = await stack.enter_async_context(open_house(base))
            await forget_again(house)
            engine = await stack.enter_async_context(delivering(house))
            ends = {asyncio.create_task(until_told_to_stop())}
            if hinted:
                ends.add(asyncio.create_task(_listen(engine)))
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()
        return 0

    return carry_out(use, data=data, database_url=database_url)


async def _listen(engine: Engine) -> None:
    """Pass on hints, ``<workspace> <subscription>`` a line, until the parent closes the pipe."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        workspace, _, subscription = line.decode().strip().partition(" ")
        engine.hint(int(workspace), (subscription,))
