"""What shoppers said and chose, as a return shows it: proofs, and the fate of goods refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.dialects.shapes import Amount, Instant, ListOf, Text, Tree, or_null
from retour.kernel.money import format_amount
from retour.lifecycle.words import ActorKind
from retour.policy.shopper import RejectedChoice

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from retour.lifecycle.model import DropOff, Resolution

    View = dict[str, Any]  # JSON; the shape is declared here and checked in tests.

_MAYBE: Final = Text(nullable=True)
_WHO: Final = Text(words=tuple(kind.value for kind in ActorKind), about="Who said so.")

DROP_OFF: Final = Tree(
    name="drop_off",
    about="Proof that a parcel was handed in.",
    fields={
        "id": Text(),
        "at": Instant(),
        "recorded_at": Instant(),
        "by": _WHO,
        "place": _MAYBE,
        "receipt_number": _MAYBE,
        "photo": or_null(Text(), "A photo's id."),
        "parcel": or_null(Text(), "The parcel's id."),
    },
)
RESOLUTION: Final = Tree(
    name="resolution",
    about="What becomes of units that were not accepted.",
    fields={
        "id": Text(),
        "choice": Text(words=tuple(choice.value for choice in RejectedChoice)),
        "units": ListOf(item=Text(about="A unit's id.")),
        "at": Instant(),
        "by": _WHO,
        "fee": Amount(nullable=True, about="What sending them back costs; null where it is free."),
    },
)


def drop_off_view(proof: DropOff, instant: Callable[[datetime], str]) -> View:
    """Show a proof; ``instant`` writes instants as the return's view does."""
    return {
        "id": proof.id,
        "at": instant(proof.at),
        "recorded_at": instant(proof.recorded_at),
        "by": proof.by.value,
        "place": proof.place,
        "receipt_number": proof.receipt_number,
        "photo": proof.photo,
        "parcel": proof.parcel,
    }


def resolution_view(made: Resolution, instant: Callable[[datetime], str]) -> View:
    """Show a choice."""
    return {
        "id": made.id,
        "choice": made.choice.value,
        "units": list(made.units),
        "at": instant(made.at),
        "by": made.by.value,
        "fee": None if made.fee is None else format_amount(made.fee, made.currency),
    }
