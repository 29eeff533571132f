"""What is kept up behind commits: figures, returns of before, sealed events, how much waits.

It remembers nothing but the heads of the log, which it notes in the data folder: there, whoever can
change the database cannot change them.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from retour.desk import depths
from retour.desk.auditing import Head, heads
from retour.desk.catching_up import add_up, catch_up, seal_all
from retour.desk.customers.erasing import go_on_with_all
from retour.desk.customers.retaining import run_all
from retour.kernel.ids import workspace_text
from retour.store.database import DELIVERY
from retour.wiring.looking import looking
from retour.wiring.stones import note_stones

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from retour.desk.house import House

_LOG: Final = structlog.get_logger()
_LOOK_S: Final = 2.0
_SEAL_S: Final = 60.0
_DEPTHS_S: Final = 900.0
FILE: Final = "audit-heads.json"

Noted = dict[str, tuple[int, str]]
"""By workspace: the number and the hash of the last row that was seen."""


def keeping(house: House) -> AbstractAsyncContextManager[None]:
    """Keep everything up for as long as the block lasts."""
    sealed_at, noted_at = -_SEAL_S, -_DEPTHS_S

    async def look() -> float:
        nonlocal sealed_at, noted_at
        done = await catch_up(house) + await add_up(house) + await go_on_with_all(house)
        if time.monotonic() - sealed_at >= _SEAL_S:
            sealed_at = time.monotonic()
            await seal_all(house)
            await note(house)
            await note_stones(house)
            await run_all(house)
        if time.monotonic() - noted_at >= _DEPTHS_S:
            noted_at = time.monotonic()
            await depths.note_all(house)
        return 0.0 if done else _LOOK_S

    return looking(look, "figures and seals")


async def note(house: House) -> None:
    """Note where every log ends; the log of the process has each new end as well."""
    path = house.settings.data / FILE
    before = await asyncio.to_thread(read_noted, path)
    now: Noted = {
        workspace_text(number): (head.number, head.hash)
        for number, head in (await heads(await house.database.pool(DELIVERY))).items()
    }
    grown = {ws: one for ws, one in now.items() if one[0] > before.get(ws, (0, ""))[0]}
    if not grown:
        return
    for workspace, (number, hash_) in grown.items():
        _LOG.info("audit log ends", workspace=workspace, number=number, hash=hash_)
    with suppress(OSError):  # Of a folder that cannot be written: the process's log has it.
        await asyncio.to_thread(_write, path, {**before, **grown})


def _write(path: Path, noted: Noted) -> None:
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_bytes(msgspec.json.format(msgspec.json.encode(noted)))
    beside.replace(path)


def read_noted(path: Path) -> Noted:
    """Read the ends that were noted; nothing where none were."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Noted)
    except FileNotFoundError:
        return {}


def noted_heads(noted: Noted, workspace: str) -> tuple[Head, ...]:
    """Give what was noted of one workspace."""
    found = noted.get(workspace)
    return () if found is None else (Head(number=found[0], hash=found[1]),)
