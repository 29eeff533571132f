"""Reconciliations begun once a day, and gone on with in the background, a slice at a time.

Between slices it rests as long as the last one took.  It remembers nothing: kill it, and the next
look goes on, once the slice under way is given back by time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import asyncpg
import structlog

from retour.desk.payments.accounts import STRIPE
from retour.desk.payments.processors import StripeAccounts
from retour.desk.reconciling import begin_due
from retour.desk.reconciling.slices import Counterpart, go_on, running
from retour.kernel.problems import Transient
from retour.sandbox.elsewhere import SandboxElsewhere
from retour.sandbox.processor import SandboxProcessor

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.house import House
    from retour.gateways.http import HttpClient

_LOG: Final = structlog.get_logger()
_LOOK_S: Final = 1.0
_DUE_S: Final = 60.0
_TROUBLE_S: Final = 5.0
_TROUBLE: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, Transient)


def counterparts(house: House, http: HttpClient) -> Mapping[str, Counterpart]:
    """Give every processor that can be compared with."""
    stripe = StripeAccounts(house, http)
    return {
        STRIPE: Counterpart(lister=stripe, teller=stripe),
        "sandbox": Counterpart(
            lister=SandboxElsewhere(house.database), teller=SandboxProcessor(house.database)
        ),
    }


@asynccontextmanager
async def reconciling(house: House, http: HttpClient) -> AsyncGenerator[None]:
    """Begin and go on with reconciliations for as long as the block lasts."""
    task = asyncio.create_task(_keep_going(house, counterparts(house, http)))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_going(house: House, known: Mapping[str, Counterpart]) -> None:
    looked_at = -_DUE_S
    while True:
        try:
            if time.monotonic() >= looked_at + _DUE_S:
                looked_at = time.monotonic()
                await begin_due(house)
            if not await _one_round(house, known):
                await asyncio.sleep(_LOOK_S)
        except _TROUBLE as error:
            _LOG.warning("reconciliations wait", why=str(error))
            await asyncio.sleep(_TROUBLE_S)


async def _one_round(house: House, known: Mapping[str, Counterpart]) -> bool:
    """Give every running one a slice; says whether there was any to give."""
    has_worked = False
    for workspace_id, reconciliation_id in await running(house):
        done = await go_on(house, known, workspace_id, reconciliation_id)
        if done is not None:
            has_worked = True
            await asyncio.sleep(done.seconds)
    return has_worked
