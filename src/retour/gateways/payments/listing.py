"""What we ask of a processor to compare it with ourselves: all it has done in a span, by pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from retour.gateways.payments.messages import ProcessorMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A workspace's refunds and disputes made from ``since`` on and before ``until``.

    Args:
        asked_at: Just before it is asked: whatever is told of a later moment is newer.
    """

    workspace_id: int
    since: datetime
    until: datetime
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A refund or dispute as it stands at the processor, and when it was made."""

    message: ProcessorMessage
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPage:
    """Some of them; ``following`` asks for the next, ``None`` where there are no more."""

    items: tuple[Listed, ...]
    following: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotListed:
    """The processor did not say; ``is_final`` where asking again is of no use."""

    why: str
    is_final: bool


class Lister(Protocol):
    """A processor that can say what it has done."""

    async def listed(self, span: Span, following: str | None) -> ListedPage | NotListed:
        """Give a page; never raises for what the network does."""
        ...
