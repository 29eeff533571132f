"""Which stock says what is there: the sandbox's for workspaces to practise in, else nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.gateways.stock import NullStock
from retour.sandbox.stock import SandboxStock

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.gateways.stock import Stock


async def stock_of(house: House, workspace_id: int) -> Stock:
    """Give the stock that a workspace's goods are looked up in."""
    config = await house.configs.recent(workspace_id)
    is_sandbox = config is not None and config.is_sandbox
    return SandboxStock(house.database) if is_sandbox else NullStock()
