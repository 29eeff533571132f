"""This process among others: its number, and the connection by which others know that it lives.

When the process dies, the database closes that connection and whoever looks next gives its lanes
back at once.  When only the connection dies, this process stops sending what it had leased, takes
another number and goes on.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Final

import structlog

from retour.delivery.settling import AWAY
from retour.store.delivery_queries import enlist

if TYPE_CHECKING:
    import asyncpg

_LOG: Final = structlog.get_logger()
_NODES: Final = (1 << 30) - 1
_LEASES: Final = 1 << 32
_AGAIN_S: Final = 0.5


class Node:
    """A number that is ours for as long as one connection lives; 0 while there is none."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._leases = 0
        self._is_enlisted = asyncio.Event()
        self.number = 0

    async def token(self) -> int:
        """Give a token for one lease: never given before, its upper half says that it is ours."""
        await self._is_enlisted.wait()
        self._leases = (self._leases + 1) % _LEASES
        return self.number << 32 | self._leases

    def holds(self, token: int) -> bool:
        """Say whether the node that leased with this token still lives."""
        return token >> 32 == self.number

    async def live(self) -> None:
        """Hold a number, another one after each loss, until cancelled."""
        while True:
            try:
                await self._live_once()
            except AWAY as error:
                _LOG.warning("the database does not know this process", why=repr(error))
                await asyncio.sleep(_AGAIN_S)

    async def _live_once(self) -> None:
        lost = asyncio.Event()

        def lose(_: object) -> None:
            self.number = 0
            lost.set()

        async with self._pool.acquire() as connection:
            number = 1 + secrets.randbelow(_NODES)
            connection.add_termination_listener(lose)
            try:
                if await enlist(connection, number):
                    self.number = number
                    self._is_enlisted.set()
                    await lost.wait()
                    _LOG.warning("the database lost sight of this process", node=number)
            finally:
                self.number = 0
                self._is_enlisted.clear()
                connection.remove_termination_listener(lose)
                connection.terminate()  # And with it the lock: nobody may inherit a number.
