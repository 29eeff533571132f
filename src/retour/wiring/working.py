"""Delivery joined together: the engine with everything it reaches the world with."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from retour.delivery.crash import arm
from retour.delivery.engine import Engine, Outside
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient
from retour.store.database import DELIVERY

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.house import House
    from retour.dialects.stored import StoredEvent
    from retour.kernel.subscription import SubscriptionBody
    from retour.kernel.wire import WireMessage


async def _nothing(event: StoredEvent, said: SubscriptionBody) -> WireMessage | None:
    """Make nothing."""
    del event, said


@asynccontextmanager
async def delivering(house: House) -> AsyncGenerator[Engine]:
    """Deliver for as long as the block lasts; what is in flight is finished at its end."""
    arm(house.settings.crash_at, testing=house.settings.testing)
    http = HttpClient(allow=parse_allow(house.settings.egress_allow))
    http.start()
    engine = Engine(
        await house.database.pool(DELIVERY),
        house.vault,
        Outside(http=http, maker=_nothing, senders={}),
    )
    running = asyncio.create_task(engine.run())
    try:
        yield engine
    finally:
        engine.stop()
        await running
        await http.close()
