"""What anybody can read without a key: whether we live, what we count."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from retour.api import metrics
from retour.api.asgi import Reply
from retour.api.limits import READY_TIMEOUT_S
from retour.api.problems import Stop, unavailable
from retour.api.routes import OpenRoute
from retour.store.failures import is_transient

if TYPE_CHECKING:
    from retour.desk.house import House

_FINE: Final = Reply(body=b'{"status":"ok"}')


async def livez(house: House, params: Mapping[str, str]) -> Reply:
    """Say that this process runs."""
    del house, params
    return _FINE


async def readyz(house: House, params: Mapping[str, str]) -> Reply:
    """Say that requests can be served: the database answers."""
    del params
    try:
        async with asyncio.timeout(READY_TIMEOUT_S):
            pool = await house.database.pool()
            await pool.fetchval("SELECT 1")
    except Exception as error:
        if is_transient(error):
            raise Stop(unavailable("The database does not answer. Look at its log.")) from error
        raise
    return _FINE


async def prometheus(house: House, params: Mapping[str, str]) -> Reply:
    """Give what this process counts."""
    del house, params
    return metrics.exposition()


ROUTES: Final = (
    OpenRoute(
        path="/livez",
        name="livez",
        tag="Operations",
        summary="Whether this process runs",
        answer=livez,
    ),
    OpenRoute(
        path="/readyz",
        name="readyz",
        tag="Operations",
        summary="Whether requests can be served",
        answer=readyz,
    ),
    OpenRoute(
        path="/metrics",
        name="metrics",
        tag="Operations",
        summary="What this process counts, for Prometheus",
        answer=prometheus,
        content_type="text/plain",
    ),
)
