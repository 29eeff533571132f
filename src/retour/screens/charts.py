"""Pictures of figures as SVG: bars, lines, and bands of percentiles.  Pure.

Each has a title and a sentence for those who do not see it, takes its colour from the text around
it, and is no more than its table: who shows one shows the table too.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH: Final = 640
_ROW: Final = 28
_LABEL: Final = 190
_FIGURE: Final = 76
_BAR: Final = 14
_LABEL_MAX: Final = 28
_HEIGHT: Final = 220
_LEFT: Final = 48
_TOP: Final = 14
_BOTTOM: Final = 30
_GRID: Final = 4
_NICE: Final = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: what it is of, how long it is, and its figure in words."""

    label: str
    value: int
    shown: str


@dataclass(frozen=True, slots=True)
class Band:
    """Three values of which the middle one matters most, in words too."""

    label: str
    low: int
    middle: int
    high: int
    shown: str


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a line, from the left: its label and its value."""

    label: str
    value: int


def _svg(name: str, title: str, about: str, size: tuple[int, int], inner: str) -> str:
    width, height = size
    return (
        f'<svg class="chart" role="img" aria-labelledby="{name}-title {name}-about"'
        f' viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' preserveAspectRatio="xMinYMin meet">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-about">{escape(about)}</desc>{inner}</svg>'
    )


def _short(text: str) -> str:
    return text if len(text) <= _LABEL_MAX else text[: _LABEL_MAX - 1] + "…"


def _text(x: int, y: int, text: str, *, anchor: str = "start", word: str = "label") -> str:
    return (
        f'<text class="chart-{word}" x="{x}" y="{y}" text-anchor="{anchor}" fill="currentColor"'
        f' font-size="12">{escape(text)}</text>'
    )


def _scaled(value: int, most: int, length: int) -> int:
    return 0 if most <= 0 else max(value, 0) * length // most


def bars(name: str, title: str, about: str, rows: Sequence[Bar]) -> str:
    """Draw a bar for each row, the longest as long as there is room."""
    most, length = max((one.value for one in rows), default=0), _WIDTH - _LABEL - _FIGURE
    parts: list[str] = []
    for n, one in enumerate(rows):
        y = n * _ROW + _ROW // 2
        wide = max(_scaled(one.value, most, length), 2 if one.value > 0 else 0)
        parts.append(_text(_LABEL - 10, y + 4, _short(one.label), anchor="end"))
        parts.append(
            f'<rect class="chart-bar" x="{_LABEL}" y="{y - _BAR // 2}" width="{wide}"'
            f' height="{_BAR}" rx="3" fill="currentColor"/>'
        )
        parts.append(_text(_LABEL + wide + 8, y + 4, one.shown, word="figure"))
    return _svg(name, title, about, (_WIDTH, max(len(rows), 1) * _ROW), "".join(parts))


def bands(name: str, title: str, about: str, rows: Sequence[Band]) -> str:
    """Draw, for each row, how far most reach, with a mark at the middle."""
    most, length = max((one.high for one in rows), default=0), _WIDTH - _LABEL - 2 * _FIGURE
    parts: list[str] = []
    for n, one in enumerate(rows):
        y = n * _ROW + _ROW // 2
        low, middle, high = (
            _LABEL + _scaled(value, most, length) for value in (one.low, one.middle, one.high)
        )
        parts.append(_text(_LABEL - 10, y + 4, _short(one.label), anchor="end"))
        parts.append(
            f'<rect class="chart-band" x="{low}" y="{y - 4}" width="{max(high - low, 2)}"'
            f' height="8" rx="4" fill="currentColor" fill-opacity="0.35"/>'
            f'<rect class="chart-middle" x="{middle - 2}" y="{y - 9}" width="4" height="18" rx="2"'
            f' fill="currentColor"/>'
        )
        parts.append(_text(high + 10, y + 4, one.shown, word="figure"))
    return _svg(name, title, about, (_WIDTH, max(len(rows), 1) * _ROW), "".join(parts))


def ceiling(most: int) -> int:
    """Give the number at which a scale ends well: four equal steps to it, and round ones.

    >>> ceiling(0), ceiling(7), ceiling(23), ceiling(80), ceiling(101)
    (4, 8, 40, 80, 200)
    """
    size = 1
    while True:
        for nice in _NICE:
            if _GRID * nice * size >= most:
                return _GRID * nice * size
        size *= 10


def line(name: str, title: str, about: str, points: Sequence[Point]) -> str:
    """Draw a line through its points, from zero up, with a scale at its left."""
    top = ceiling(max((one.value for one in points), default=0))
    wide, high = _WIDTH - _LEFT - 12, _HEIGHT - _TOP - _BOTTOM
    base = _TOP + high
    parts: list[str] = []
    for n in range(_GRID + 1):
        y = base - high * n // _GRID
        parts.append(
            f'<line class="chart-grid" x1="{_LEFT}" x2="{_LEFT + wide}" y1="{y}" y2="{y}"'
            f' stroke="currentColor" stroke-opacity="0.15"/>'
        )
        parts.append(_text(_LEFT - 8, y + 4, str(top * n // _GRID), anchor="end", word="figure"))
    if points:
        steps = max(len(points) - 1, 1)
        places = [
            (_LEFT + wide * n // steps, base - _scaled(one.value, top, high))
            for n, one in enumerate(points)
        ]
        drawn = " ".join(f"{x},{y}" for x, y in places)
        parts.append(
            f'<polygon class="chart-area" points="{_LEFT},{base} {drawn} {places[-1][0]},{base}"'
            f' fill="currentColor" fill-opacity="0.1"/>'
            f'<polyline class="chart-line" points="{drawn}" fill="none" stroke="currentColor"'
            f' stroke-width="2" stroke-linejoin="round"/>'
        )
        parts.append(_text(_LEFT, _HEIGHT - 8, points[0].label))
        if len(points) > 1:
            parts.append(_text(_LEFT + wide, _HEIGHT - 8, points[-1].label, anchor="end"))
    return _svg(name, title, about, (_WIDTH, _HEIGHT), "".join(parts))


_SPARK_WIDTH: Final = 112
_SPARK_HEIGHT: Final = 24


def spark(values: Sequence[int | None]) -> str:
    """Draw a course as a small row of bars, to stand beside its number in words.

    A day of which nothing is known is a gap; nothing at all that day is a dot.
    """
    most, wide = max((one or 0 for one in values), default=0), _SPARK_WIDTH // max(len(values), 1)
    parts: list[str] = []
    for n, value in enumerate(values):
        if value is None:
            continue
        tall = max(_scaled(value, most, _SPARK_HEIGHT), 2)
        last = ' class="spark-last"' if n == len(values) - 1 else ""
        parts.append(
            f'<rect{last} x="{n * wide}" y="{_SPARK_HEIGHT - tall}" width="{wide - 2}"'
            f' height="{tall}" rx="1" fill="currentColor"/>'
        )
    return (
        f'<svg class="spark" aria-hidden="true" viewBox="0 0 {_SPARK_WIDTH} {_SPARK_HEIGHT}"'
        f' width="{_SPARK_WIDTH}" height="{_SPARK_HEIGHT}">{"".join(parts)}</svg>'
    )
