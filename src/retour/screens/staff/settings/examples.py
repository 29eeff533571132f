"""Figures that never happened: what a report looks like before there is anything to count.

They are shown under the word "Example" and stand in no file and in no answer of the API.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from retour.desk.reports.tables import Row, Table, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.desk.reports.spans import Span
    from retour.desk.reports.tables import Cell

_SHOWN: Final = 14
_BACK: Final = (3, 5, 4, 8, 6, 2, 1, 4, 7, 9, 6, 5, 3, 2)
_SOLD: Final = (38, 41, 35, 52, 47, 20, 14, 36, 44, 58, 49, 40, 22, 17)


def _rated(name: str, back: int, sold: int) -> tuple[Cell, ...]:
    return name, back, sold, percent(back, sold)


_ROWS: Final[Mapping[str, tuple[tuple[Cell, ...], ...]]] = {
    "by_sku": (
        _rated("JACKET-BLUE-M", 41, 310),
        _rated("BOOT-BLACK-42", 28, 164),
        _rated("SHIRT-WHITE-S", 12, 402),
        _rated("SOCKS-GREY", 2, 655),
    ),
    "by_reason": (
        ("Too small", 38, "45.8"),
        ("Not as described", 21, "25.3"),
        ("Damaged", 15, "18.1"),
        ("Changed my mind", 9, "10.8"),
    ),
    "by_channel": (
        _rated("webshop", 54, 912),
        _rated("marketplace", 22, 408),
        _rated("store", 7, 211),
    ),
    "time_in_state": (
        ("requested", 83, 5_400, 39_600, 86_400),
        ("authorized", 80, 172_800, 432_000, 864_000),
        ("shipped", 78, 129_600, 259_200, 432_000),
        ("received", 76, 21_600, 86_400, 172_800),
    ),
    "money": (
        ("item", "EUR", "4182.40", 71, "58.91"),
        ("shipping", "EUR", "214.50", 71, "3.02"),
        ("fee", "EUR", "-88.00", 71, "-1.24"),
    ),
    "recovery": (
        ("restock", 58, "EUR", "3390.10", "81.1"),
        ("refurbish", 9, "EUR", "540.00", "12.9"),
        ("destroy", 6, "EUR", "252.30", "6.0"),
    ),
    "refund_deadlines": (
        ("withdrawal", 44, 44, 0, "100.0", 4, 9, 12),
        ("return", 27, 26, 1, "96.3", 5, 11, 16),
    ),
    "delivery_latency": (
        ("shop system", 412, 180, 640, 2_100),
        ("warehouse", 397, 210, 900, 4_300),
    ),
}


def example(name: str, made: Table, span: Span) -> Table:
    """Give made-up rows under the columns of a report that has none."""
    rows = _ROWS.get(name) or tuple(_days(span.until))
    return Table(columns=made.columns, rows=[Row(cells=cells, explain=None) for cells in rows])


def _days(last: date) -> list[tuple[Cell, ...]]:
    first = last - timedelta(days=_SHOWN - 1)
    return [((first + timedelta(days=n)).isoformat(), _BACK[n], _SOLD[n]) for n in range(_SHOWN)]


def is_bare(made: Table) -> bool:
    """Say whether a report has nothing to show: no row, or no number but zero in any."""
    return not any(cell for row in made.rows for cell in row.cells[1:] if cell not in {None, "0.0"})
