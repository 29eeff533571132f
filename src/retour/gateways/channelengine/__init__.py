"""What we say to ChannelEngine and what it says of returns and orders, in words of ours.

Nothing here needs its client: rooms above speak of channel returns by these values, and only
``client`` turns them into calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from retour.gateways.exchange import ErrorClass, HttpReply, HttpRequest

T = TypeVar("T")
PRACTICE: Final = "retour-sandbox"
"""The tenant by which a sandbox's own ChannelEngine goes."""
PRACTICE_URL: Final = "https://channelengine.sandbox.invalid"
"""Where it would be; nothing leaves the house for it."""


class Wire(Protocol):
    """What carries a request there and its answer back; never raises for what the network does."""

    async def send(self, request: HttpRequest) -> HttpReply:
        """Carry one request."""
        ...


class Trouble(StrEnum):
    """Why a call brought nothing."""

    REFUSED = "refused"  # It answered no, and did nothing.
    STRANGER = "stranger"  # It does not know our key, and did nothing.
    LATER = "later"  # It has had enough of us for now, and did nothing.
    LOST = "lost"  # Nobody knows what became of it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A call that brought nothing, in words for people; ``after_s`` is when to ask again.

    Args:
        error: What the network did, where no answer came.
    """

    trouble: Trouble
    words: str
    after_s: int | None = None
    error: ErrorClass | None = None


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What a call brought."""

    content: T
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What becomes of one product of a channel return."""

    product: str
    accepted: int
    rejected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A return of ours that a marketplace is asked to refund; amounts as decimals."""

    order_number: str
    rma_number: str
    lines: tuple[tuple[str, int], ...]
    reason: str
    incl_vat: Decimal
    excl_vat: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """An address that is pinged when something of ``events`` happens."""

    name: str
    url: str
    events: tuple[str, ...]
    is_active: bool
