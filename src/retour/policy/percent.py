"""Shares in percent, read exactly: decimal strings with two decimals at most."""

from __future__ import annotations

import re
from typing import Final

_PERCENT: Final = re.compile(r"(0|[1-9][0-9]{0,3})(?:\.([0-9]{1,2}))?")
WHOLE: Final = 10_000
"""A hundred percent, in hundredths of a percent."""


def basis_points(text: str) -> int | None:
    """Read a percentage in hundredths of a percent; ``None`` where it is none.

    >>> basis_points("12.5"), basis_points("100"), basis_points("-1"), basis_points("0.125")
    (1250, 10000, None, None)
    """
    match = _PERCENT.fullmatch(text)
    if match is None:
        return None
    return int(match.group(1)) * 100 + int((match.group(2) or "").ljust(2, "0"))
