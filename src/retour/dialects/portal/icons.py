"""Signs beside reasons, drawn here on 24 by 24; never the only thing that says which it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

Icon = Literal[
    "smaller",
    "bigger",
    "ruler",
    "turn",
    "picture",
    "broken",
    "swapped",
    "clock",
    "missing",
    "drop",
    "colours",
    "price",
    "twice",
    "gift",
    "dots",
]

ICONS: Final[Mapping[Icon, str]] = {
    "smaller": "M2 12h8M6 8l4 4-4 4M22 12h-8M18 8l-4 4 4 4",
    "bigger": "M10 12H2M6 8l-4 4 4 4M14 12h8M18 8l4 4-4 4",
    "ruler": "M3.5 15.5 15.5 3.5l5 5-12 12zM8 11l2 2M11 8l2 2M14 5l2 2",
    "turn": "M9 14 4 9l5-5M4 9h10.5a5.5 5.5 0 0 1 0 11H11",
    "picture": "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 8.5v.01",
    "broken": "M10.5 4H4v16h7l-1-5 3-3-4-3zM15 4h5v16h-5l-1-4 3-4-4-3z",
    "swapped": "M4 8h15M16 5l3 3-3 3M20 16H5M8 13l-3 3 3 3",
    "clock": "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4l3 2",
    "missing": "M5 8l7-4 7 4v8l-7 4-7-4zM12 9v4M12 16v.01",
    "drop": "M12 4c3.5 4 5 6.5 5 9a5 5 0 0 1-10 0c0-2.5 1.5-5 5-9z",
    "colours": "M12 4a8 8 0 0 0 0 16c2.5 0 1-2.5 1-3.5s1-1.5 2-1.5h2a3 3 0 0 0 3-3c0-4.5"
    "-3.5-8-8-8M8 11v.01M11 7.5v.01M15.5 8.5v.01",
    "price": "M4 12V4h8l8 8-8 8zM8.5 8.5v.01",
    "twice": "M8 8h12v12H8zM4 16V4h12",
    "gift": "M4 8h16v4H4zM6 12h12v8H6zM12 8v12M12 8C8 8 7 6.5 8 5s3.5 0 4 3c.5-3 3-4.5 4-3s0 3-4 3",
    "dots": "M4 12a1 1 0 1 0 2 0 1 1 0 0 0-2 0M11 12a1 1 0 1 0 2 0 1 1 0 0 0-2 0"
    "M18 12a1 1 0 1 0 2 0 1 1 0 0 0-2 0",
}
"""The path of each."""
assert set(ICONS) == set(get_args(Icon)), "each has a drawing"

_BY_CODE: Final[Mapping[str, Icon]] = {
    "too_small": "smaller",
    "tight": "smaller",
    "too_big": "bigger",
    "too_large": "bigger",
    "wide": "bigger",
    "fit": "ruler",
    "wrong_size": "ruler",
    "changed_mind": "turn",
    "unwanted": "turn",
    "not_as_described": "picture",
    "broken": "broken",
    "defective": "broken",
    "damaged": "broken",
    "wrong_item": "swapped",
    "too_late": "clock",
    "arrived_too_late": "clock",
    "missing_parts": "missing",
    "quality": "drop",
    "colour": "colours",
    "color": "colours",
    "price": "price",
    "too_many": "twice",
    "ordered_twice": "twice",
    "gift": "gift",
    "other": "dots",
}
"""What stands beside a reason until the workspace chooses."""


def usual_icon(code: str) -> Icon | None:
    """Give the sign that a reason has by its code; ``None`` where none is usual."""
    return _BY_CODE.get(code)
