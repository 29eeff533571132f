"""What we ask of a payment processor, whoever it is: refund by intent, and look an intent up.

An intent has one key for life.  A processor answers the same intent with the same booking, however
often it is asked; where its answer is lost, ``look_up`` tells before anything is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from retour.lifecycle.model import Return


class ProcessorOutcome(StrEnum):
    """What a processor said of an intent."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PENDING = "pending"
    UNKNOWN = "unknown"  # It did not answer; only a look-up can tell.


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """One refund: ``intent`` is its name for life, ``amount`` in minor units of ``currency``.

    ``failures`` counts the tries that are known to have failed: with a processor that remembers
    even its refusals by key, it tells the next try from the last.  ``in_doubt`` says that a try was
    made of which nobody knows what became; ``world`` is the return as it stood when that was asked.
    """

    workspace_id: int
    intent: str
    payment: str
    amount: int
    currency: str
    failures: int = 0
    return_id: str | None = None
    in_doubt: bool = False
    world: Return | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorReply:
    """An answer, or the lack of one."""

    outcome: ProcessorOutcome
    reference: str | None = None
    error: str | None = None
    after_s: int | None = None  # When to ask again, where it said so.


class Processor(Protocol):
    """Whoever moves the money back."""

    async def refund(self, order: RefundOrder) -> ProcessorReply:
        """Refund once per intent; never raises for what the network does."""
        ...

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        """Say what became of an intent; ``None`` where it is unknown there."""
        ...


class NullProcessor:
    """Where no processor is configured: every refund fails, in words."""

    async def refund(self, order: RefundOrder) -> ProcessorReply:
        """Decline."""
        del order
        return ProcessorReply(
            outcome=ProcessorOutcome.FAILED,
            error="No such processor is configured. Add its keys, or let the payment be external.",
        )

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        """Know nothing."""
        del order
        return None
