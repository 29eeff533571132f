"""What stays of erasures, kept beside the database: a restored one forgets again before it serves.

The data folder has a copy that is brought up once a minute; marks alone, under the master key.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from retour.desk.customers import erasing
from retour.desk.customers.erasing import Stone
from retour.kernel.ids import workspace_number, workspace_text
from retour.store.database import DELIVERY
from retour.store.statements import named

if TYPE_CHECKING:
    from pathlib import Path

    from retour.desk.house import House

_LOG: Final = structlog.get_logger()
_SQL: Final = named("auditing")
_WORKSPACES_MAX: Final = 500
FILE: Final = "erased.json"

Stones = dict[str, dict[str, Stone]]
"""By workspace and id."""


def read_stones(path: Path) -> Stones:
    """Read what was kept; nothing where nothing was.

    Raises:
        msgspec.MsgspecError: The file holds something else.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Stones)
    except FileNotFoundError:
        return {}


async def all_stones(house: House, known: Stones) -> Stones:
    """Give what is known with what the database has beyond it."""
    pool, above, found = await house.database.pool(DELIVERY), 0, {**known}
    while True:
        rows = await pool.fetch(_SQL["workspaces"], above, _WORKSPACES_MAX)
        for row in rows:
            number: int = row["workspace_id"]
            held = found.get(workspace_text(number), {})
            while more := await erasing.stones_after(house, number, max(held, default="")):
                held = {**held, **more}
            if held:
                found[workspace_text(number)] = held
        if len(rows) < _WORKSPACES_MAX:
            return found
        above = rows[-1]["workspace_id"]


async def note_stones(house: House) -> None:
    """Bring the copy in the data folder up."""
    path = house.settings.data / FILE
    before = await asyncio.to_thread(read_stones, path)
    now = await all_stones(house, before)
    if now != before:
        with suppress(
            OSError
        ):  # Of a folder that cannot be written: `retour erasures list` has it.
            await asyncio.to_thread(_write, path, now)


def _write(path: Path, stones: Stones) -> None:
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(msgspec.json.encode(stones))
    beside.replace(path)


async def forget_again(house: House, path: Path | None = None) -> int:
    """Forget whom the database knows although they were forgotten; says how many those were."""
    stones = await asyncio.to_thread(read_stones, path or house.settings.data / FILE)
    count = 0
    for workspace, kept in stones.items():
        number = workspace_number(workspace)
        if number is not None and await house.configs.recent(number) is not None:
            count += await erasing.forget_again(house, number, kept)
    if count:
        _LOG.info("forgotten again after a restore", persons=count)
    return count
