"""Reconciliations begun once a day, and gone on with in the background, a slice at a time.

Between slices it rests as long as the last one took.  It remembers nothing: kill it, and the next
look goes on, once the slice under way is given back by time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from retour.desk.payments.accounts import STRIPE
from retour.desk.payments.processors import StripeAccounts
from retour.desk.reconciling import begin_due
from retour.desk.reconciling.slices import Counterpart, go_on, running
from retour.sandbox.elsewhere import SandboxElsewhere
from retour.sandbox.processor import SandboxProcessor
from retour.wiring.looking import apart, looking

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from retour.desk.house import House
    from retour.gateways.http import HttpClient

_LOOK_S: Final = 1.0
_DUE_S: Final = 60.0


def counterparts(house: House, http: HttpClient) -> Mapping[str, Counterpart]:
    """Give every processor that can be compared with."""
    stripe = StripeAccounts(house, http)
    return {
        STRIPE: Counterpart(lister=stripe, teller=stripe),
        "sandbox": Counterpart(
            lister=SandboxElsewhere(house.database), teller=SandboxProcessor(house.database)
        ),
    }


def reconciling(house: House, http: HttpClient) -> AbstractAsyncContextManager[None]:
    """Begin and go on with reconciliations for as long as the block lasts."""
    known, looked_at = counterparts(house, http), -_DUE_S

    async def look() -> float:
        nonlocal looked_at
        if time.monotonic() >= looked_at + _DUE_S:
            looked_at = time.monotonic()
            await begin_due(house)
        return 0.0 if await _one_round(house, known) else _LOOK_S

    return looking(look, "reconciliations")


async def _one_round(house: House, known: Mapping[str, Counterpart]) -> bool:
    """Give every running one a slice; says whether there was any to give."""
    has_worked = False
    for workspace_id, reconciliation_id in await running(house):
        with apart("reconciliations", workspace=workspace_id, reconciliation=reconciliation_id):
            done = await go_on(house, known, workspace_id, reconciliation_id)
            if done is not None:
                has_worked = True
                await asyncio.sleep(done.seconds)
    return has_worked
