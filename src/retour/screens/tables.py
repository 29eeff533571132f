"""Tables that become cards where a screen is narrow: each cell says under which head it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROW: Final = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL: Final = re.compile(r"<t[dh](?=[\s>])[^>]*")
_SPAN: Final = re.compile(r'colspan="(\d+)"')


def labelled(rows: Markup, heads: Sequence[str]) -> Markup:
    """Write into each cell of some rows which head it stands under, for style sheets to show.

    Args:
        rows: Rows of a table without tables in them.
        heads: One of each column; a ``>`` before it is no part of it.
    """
    names = [escape(one.lstrip(">")) for one in heads]
    # What is put in is escaped above, all else was safe before.
    return Markup(_ROW.sub(lambda row: _row(row[0], names), rows))  # noqa: S704 - as above


def _row(row: str, names: Sequence[Markup]) -> str:
    column = 0

    def cell(found: re.Match[str]) -> str:
        nonlocal column
        at, spanned = column, _SPAN.search(found[0])
        column += int(spanned[1]) if spanned else 1
        is_one = spanned is None and at < len(names) and names[at]
        return f'{found[0]} data-label="{names[at]}"' if is_one else found[0]

    return _CELL.sub(cell, row)
