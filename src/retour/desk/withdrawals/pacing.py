"""Statements from one network wait in line rather than being turned away.

Some go at once, the next each a moment later, as long as the wait stays short.  Only then is
somebody asked to press again; nothing is lost, for nothing was taken.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

AT_ONCE: Final = 10
"""Statements of one network that wait for nothing."""
INTERVAL_S: Final = 2.0
"""Between the next ones."""
WAIT_MAX_S: Final = 20.0
_NETWORKS_MAX: Final = 20_000


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


class Line:
    """Who waits how long; one per process, bounded.

    Args:
        now: The process's clock, in seconds; the loop's unless said.
        rest: What waiting is.
    """

    def __init__(
        self,
        *,
        interval_s: float = INTERVAL_S,
        wait_max_s: float = WAIT_MAX_S,
        now: Callable[[], float] | None = None,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval_s = interval_s
        self._wait_max_s = wait_max_s
        self._now = now or _loop_time
        self._rest = rest
        self._free_at: OrderedDict[str, float] = OrderedDict()

    async def wait(self, network: str) -> bool:
        """Wait for one's turn; False at once where that would take too long."""
        wait_s = self.place(network, self._now())
        if wait_s is None:
            return False
        if wait_s > 0:
            await self._rest(wait_s)
        return True

    def ahead_s(self, network: str) -> float:
        """Say after how long a place in line can be had again."""
        free_at = self._free_at.get(network, 0.0)
        wait_s = free_at - self._now() - (AT_ONCE - 1) * self._interval_s
        return max(wait_s - self._wait_max_s, self._interval_s)

    def place(self, network: str, now: float) -> float | None:
        """Take a place in line; gives how long to wait, ``None`` where the line is too long."""
        free_at = max(self._free_at.pop(network, now), now)
        wait_s = max(0.0, free_at - now - (AT_ONCE - 1) * self._interval_s)
        if wait_s > self._wait_max_s:
            self._free_at[network] = free_at
            return None
        self._free_at[network] = free_at + self._interval_s
        while len(self._free_at) > _NETWORKS_MAX:
            self._free_at.popitem(last=False)
        return wait_s
