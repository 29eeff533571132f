"""Looking for a restore before anything is sent, and remembering while it is."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import asyncpg
import structlog

from retour.desk.control.epoch import why_held
from retour.store.database import AWAY, DELIVERY, role_dsn
from retour.store.epoch import epoch_now, hold
from retour.wiring.witness import contradiction, witness_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.house import House
    from retour.settings import Settings
    from retour.store.epoch import Epoch
    from retour.store.secrets import Vault
    from retour.wiring.witness import Witness

_LOG: Final = structlog.get_logger()
_LOOK_S: Final = 1.0


async def look_for_restore(settings: Settings, admin_dsn: str, vault: Vault) -> str | None:
    """Hold a database that has been restored; says why where it is held, for whatever reason."""
    pool = await asyncpg.create_pool(
        role_dsn(admin_dsn, DELIVERY, vault.password(DELIVERY)), min_size=1, max_size=1
    )
    try:
        now, witness = await epoch_now(pool), witness_of(settings)
        why = contradiction(now, witness.recall(), witness.files())
        if why is not None:
            await hold(pool, why)
            now = await epoch_now(pool)
        if now.is_held:
            return why_held(now)
        keep(witness, now)
        return None
    finally:
        await pool.close()


def keep(witness: Witness, now: Epoch) -> bool:
    """Have the witness remember, itself among the files; says whether it could."""
    try:
        witness.remember(now)
        witness.remember(now)
    except OSError as error:
        _LOG.warning("the data folder cannot remember its database", why=str(error))
        return False
    return True


@asynccontextmanager
async def remembering(house: House) -> AsyncGenerator[None]:
    """Keep the witness up with the database for as long as the block lasts."""
    task = asyncio.create_task(_remember(house))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _remember(house: House) -> None:
    witness, told, can_keep = witness_of(house.settings), False, True
    while True:
        try:
            now = await epoch_now(await house.database.pool(DELIVERY))
            if now.is_held and not told:
                _LOG.error("nothing is sent or paid", why=why_held(now))
            if can_keep and not now.is_held:
                can_keep = await asyncio.to_thread(keep, witness, now)
            told = now.is_held
        except AWAY as error:
            _LOG.warning("the epoch cannot be looked at", why=str(error))
        await asyncio.sleep(_LOOK_S)
