"""What was found of goods that were not accepted, as their shopper sees it.

Of photos only those that whoever judged took of the piece or of its line: none that came with a
message, none of a dock's, none that is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.dialects.shapes import ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import MAYBE
from retour.lifecycle.guards import SEEN
from retour.lifecycle.model import Acceptance
from retour.lifecycle.photos.photo import PhotoAbout
from retour.lifecycle.shopper.guards import unresolved
from retour.lifecycle.words import ActorKind
from retour.policy.shopper import RejectedChoice

if TYPE_CHECKING:
    from retour.lifecycle.model import Return, ReturnLine, Unit

    View = dict[str, Any]  # JSON; the shape is declared here and checked in tests.

_JUDGES: Final = frozenset({ActorKind.OPERATOR, ActorKind.AGENT, ActorKind.API_KEY})
_SHOWN: Final = frozenset({PhotoAbout.UNIT, PhotoAbout.LINE})

JUDGED: Final = ListOf(
    about="What was not accepted, and why.",
    item=Tree(
        name="shopper_judgement",
        fields={
            "grade": MAYBE,
            "condition": MAYBE,
            "reason": MAYBE,
            "fate": or_null(
                Text(words=tuple(one.value for one in RejectedChoice)),
                "What becomes of it; null while nobody has chosen.",
            ),
        },
    ),
)
FOUND: Final = ListOf(
    about="Photos of what was not accepted, by whoever judged it: the ids of each, to be seen at"
    " the link's `url` + `/photos/` + id.",
    item=Text(),
)


def judged_view(ret: Return, line: ReturnLine) -> list[View]:
    """Show each piece that was not accepted."""
    fates = {one.id: one.choice.value for one in ret.resolutions}
    waiting = {unit.id for unit in unresolved(ret)}
    return [
        {
            "grade": unit.grade,
            "condition": unit.condition,
            "reason": unit.reason,
            "fate": fates.get(unit.resolution or "") or _on_its_way(unit, waiting),
        }
        for unit in line.units
        if unit.acceptance is Acceptance.REJECTED
    ]


def _on_its_way(unit: Unit, waiting: set[str]) -> str | None:
    """Say whether a piece that was here lies in a parcel already, whoever chose that."""
    is_packed = unit.reception in SEEN and unit.id not in waiting
    return RejectedChoice.SEND_BACK.value if is_packed else None


def found_of(ret: Return, line: ReturnLine) -> list[str]:
    """Give the photos that show what was found."""
    rejected = [unit.id for unit in line.units if unit.acceptance is Acceptance.REJECTED]
    shown = {line.id, *rejected} if rejected else set[str]()
    return [
        one.id
        for one in ret.photos
        if one.about in _SHOWN
        and one.of in shown
        and one.by.kind in _JUDGES
        and one.erased_at is None
    ]
