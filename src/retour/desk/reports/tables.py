"""Tables of reports, and how they are written as CSV that no spreadsheet runs.  Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Cell = str | int | None
_RUN: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula; the last four in East Asia."""
_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in programs, its title for people, and what stands in it."""

    name: str
    title: str
    kind: str  # text | count | percent | money | seconds | milliseconds | day


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row, and the query of the list of returns behind it."""

    cells: tuple[Cell, ...]
    explain: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A report's table."""

    columns: tuple[Column, ...]
    rows: list[Row] = field(default_factory=list)

    def add(self, cells: tuple[Cell, ...], explain: str | None) -> None:
        """Add a row."""
        assert len(cells) == len(self.columns), "a cell for each column"
        self.rows.append(Row(cells=cells, explain=explain))


def percent(part: int, whole: int) -> str | None:
    """Write a share in percent with one decimal, halves up; ``None`` of nothing.

    >>> percent(1, 3), percent(1, 8), percent(3, 0)
    ('33.3', '12.5', None)
    """
    if whole <= 0:
        return None
    tenths = (2 * part * 10 * _HUNDRED + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}"


def percentile(counted: Mapping[int, int], n: int) -> int | None:
    """Give the least value that ``n`` percent of all do not exceed; ``None`` of nothing."""
    total, seen = sum(counted.values()), 0
    for value in sorted(counted):
        seen += counted[value]
        if seen * _HUNDRED >= total * n and seen:
            return value
    return None


def as_csv(table: Table, *, has_head: bool = True) -> bytes:
    """Write a table as CSV (RFC 4180) in UTF-8; text that would run stands behind an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if has_head:
        writer.writerow([column.name for column in table.columns])
    kinds = [column.kind for column in table.columns]
    for row in table.rows:
        writer.writerow([_safe(cell, kind) for cell, kind in zip(row.cells, kinds, strict=True)])
    return out.getvalue().encode()


def _safe(cell: Cell, kind: str) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if kind == "text" and text.startswith(_RUN) else text
