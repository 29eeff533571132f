"""What rows of reports are of, in words: reports hold codes and ids, as programs know them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from retour.desk.agents.told import receivers
from retour.desk.dock import dispositions
from retour.lifecycle.figures import DIRECT, UNSAID, WITHDRAWAL
from retour.screens.staff.reasons import reasons_of
from retour.screens.staff.settings.said import body_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.desk.reports.tables import Table
    from retour.screens.staff.seat import Seat

_MONEY: Final = {
    "item": "Goods",
    "shipping": "Shipping",
    "fee": "Fees kept back",
    "goodwill": "Goodwill",
    "bonus": "Bonus",
    "adjustment": "Adjustments",
}
_FIXED: Final[Mapping[str, Mapping[str, str]]] = {
    "by_channel": {DIRECT: "No channel named"},
    "money": _MONEY,
    "refund_deadlines": {WITHDRAWAL: "Withdrawals", "return": "Other returns"},
}
_END: Final = 6
"""Letters of an id that tell apart what has the same name."""
_CODE_MAX: Final = 40
"""Letters of a code, which are all of it."""


async def names_in(seat: Seat, report: str, made: Table) -> dict[str, str]:
    """Give the words for the first cells of a report; what is left out is words already."""
    match report:
        case "by_reason":
            names, codes = await reasons_of(seat), [str(row.cells[0]) for row in made.rows]
            return told_apart({one: names.get(one, one) for one in codes}, _CODE_MAX)
        case "recovery":
            listed = body_of(await dispositions.listing(seat.house, seat.workspace_id))["data"]
            return {UNSAID: "Nobody said", **{one["code"]: one["name"] for one in listed}}
        case "delivery_latency":
            ids = [str(row.cells[0]) for row in made.rows]
            return told_apart(await receivers(seat.house, seat.workspace_id, ids))
        case _:
            return dict(_FIXED.get(report, {}))


def told_apart(names: Mapping[str, str], end: int = _END) -> dict[str, str]:
    """Add its id, or the end of that, to a name that several have.

    >>> told_apart({"sub_1aaaaaa": "A chat", "sub_2bbbbbb": "A chat", "sub_refund": "Ours"})
    {'sub_1aaaaaa': 'A chat …aaaaaa', 'sub_2bbbbbb': 'A chat …bbbbbb', 'sub_refund': 'Ours'}
    >>> told_apart({"small": "Too small", "too_small": "Too small"}, 40)
    {'small': 'Too small (small)', 'too_small': 'Too small (too_small)'}
    """
    often = Counter(names.values())
    return {
        one: f"{name} {_told(one, end)}" if often[name] > 1 else name for one, name in names.items()
    }


def _told(one: str, end: int) -> str:
    return f"({one})" if len(one) <= end else f"…{one[-end:]}"
