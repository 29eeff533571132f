"""What we ask of a stock, whoever has it: put goods aside by intent, order them, let them go.

An intent has one name for life.  Whatever is asked for an intent twice is done once; where an
answer is lost, ``look_up`` tells before anything is asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class StockAnswer(StrEnum):
    """What a stock said of an intent."""

    HELD = "held"
    ORDERED = "ordered"
    OUT = "out"  # Not to be had; trying again is for people.
    RELEASED = "released"
    FAILED = "failed"  # This time; it may be tried again.
    UNKNOWN = "unknown"  # It did not answer; only a look-up can tell.


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """So many of one kind."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOrder:
    """Goods for one customer: ``intent`` is the order's name for life."""

    workspace_id: int
    intent: str
    pieces: tuple[Pieces, ...]
    return_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReply:
    """An answer, or the lack of one; ``reference`` is the replacement order, once there is one."""

    answer: StockAnswer
    reference: str | None = None
    error: str | None = None


class Stock(Protocol):
    """Whoever has the goods; never raises for what the network does."""

    async def availability(self, workspace_id: int, skus: Sequence[str]) -> dict[str, int]:
        """Count what could be put aside now; what is not known there is left out."""
        ...

    async def reserve(self, order: StockOrder) -> StockReply:
        """Put all of it aside, or none."""
        ...

    async def order(self, order: StockOrder) -> StockReply:
        """Send what was put aside."""
        ...

    async def release(self, order: StockOrder) -> StockReply:
        """Let go what was put aside; what was not is let go already."""
        ...

    async def look_up(self, order: StockOrder) -> StockReply | None:
        """Say what became of an intent; ``None`` where it is unknown there."""
        ...


class NullStock:
    """Where no stock is connected: nothing is to be had, in words."""

    async def availability(self, workspace_id: int, skus: Sequence[str]) -> dict[str, int]:
        """Know nothing."""
        del workspace_id, skus
        return {}

    async def reserve(self, order: StockOrder) -> StockReply:
        """Decline."""
        del order
        return StockReply(
            answer=StockAnswer.OUT,
            error="No such stock is connected. Let the exchange be external, or fall back.",
        )

    async def order(self, order: StockOrder) -> StockReply:
        """Decline."""
        return await self.reserve(order)

    async def release(self, order: StockOrder) -> StockReply:
        """Nothing was ever put aside."""
        del order
        return StockReply(answer=StockAnswer.RELEASED)

    async def look_up(self, order: StockOrder) -> StockReply | None:
        """Know nothing."""
        del order
        return None
