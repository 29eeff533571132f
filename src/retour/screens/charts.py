"""Pictures of figures as SVG: bars, lines, and bands of percentiles.  Pure.

Each has a title and a sentence for those who do not see it, takes its colour from the text around
it and the width there is, and is no more than its table: who shows one shows the table too.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_ROW: Final = 42
_LABEL: Final = 13
"""Where a row's label stands; its bar is below it, so that both have the whole width."""
_BAR: Final = 14
_REACH: Final = 760
"""How far the longest goes at most, in thousandths of the width; what is left is for its figure."""
_REACH_MIN: Final = 300
_NARROW: Final = 320
"""Pixels of the narrowest picture, where the longest figure has to fit too."""
_LETTER: Final = 7
_ASIDE: Final = 12
_ALL: Final = 1000
_LABEL_MAX: Final = 44
_HEIGHT: Final = 220
_TOP: Final = 18
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


def _svg(name: str, title: str, about: str, height: int, inner: str) -> str:
    return (
        f'<svg class="chart" role="img" aria-labelledby="{name}-title {name}-about"'
        f' width="100%" height="{height}">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-about">{escape(about)}</desc>{inner}</svg>'
    )


def _short(text: str) -> str:
    return text if len(text) <= _LABEL_MAX else text[: _LABEL_MAX - 1] + "…"


def _text(x: str, y: int, text: str, *, anchor: str = "start", word: str = "label") -> str:
    aside = ' dx="8"' if word == "figure" else ""
    return (
        f'<text class="chart-{word}" x="{x}" y="{y}"{aside} text-anchor="{anchor}"'
        f' fill="currentColor" font-size="12">{escape(text)}</text>'
    )


def _scaled(value: int, most: int, length: int) -> int:
    return 0 if most <= 0 else max(value, 0) * length // most


def _percent(thousandths: int) -> str:
    """Write a share of the width, whatever that is.

    >>> _percent(0), _percent(7), _percent(760)
    ('0.0%', '0.7%', '76.0%')
    """
    return f"{thousandths // 10}.{thousandths % 10}%"


def _reach(rows: Sequence[Bar]) -> int:
    """Say how far the longest bar may go, so that the longest figure fits beside it."""
    letters = max((len(one.shown) for one in rows), default=0)
    left = _ALL - (letters * _LETTER + _ASIDE) * _ALL // _NARROW
    return min(max(left, _REACH_MIN), _REACH)


def bars(name: str, title: str, about: str, rows: Sequence[Bar]) -> str:
    """Draw a bar for each row, the longest as long as there is room."""
    most, reach = max((one.value for one in rows), default=0), _reach(rows)
    parts: list[str] = []
    for n, one in enumerate(rows):
        y = n * _ROW + _LABEL
        wide = max(_scaled(one.value, most, reach), 4 if one.value > 0 else 0)
        parts.append(_text("0", y, _short(one.label)))
        parts.append(
            f'<rect class="chart-bar" x="0" y="{y + 6}" width="{_percent(wide)}"'
            f' height="{_BAR}" rx="3" fill="currentColor"/>'
        )
        parts.append(_text(_percent(wide), y + 17, one.shown, word="figure"))
    return _svg(name, title, about, max(len(rows), 1) * _ROW, "".join(parts))


def bands(name: str, title: str, about: str, rows: Sequence[Band]) -> str:
    """Draw, for each row, how far most reach, with a mark at the middle."""
    most = max((one.high for one in rows), default=0)
    parts: list[str] = []
    for n, one in enumerate(rows):
        y = n * _ROW + _LABEL
        low, middle, high = (
            _scaled(value, most, _REACH) for value in (one.low, one.middle, one.high)
        )
        parts.append(_text("0", y, _short(one.label)))
        parts.append(
            f'<rect class="chart-band" x="{_percent(low)}" y="{y + 9}"'
            f' width="{_percent(max(high - low, 4))}" height="8" rx="4" fill="currentColor"'
            f' fill-opacity="0.35"/>'
            f'<rect class="chart-middle" x="{_percent(middle)}" y="{y + 4}" width="4" height="18"'
            f' rx="2" fill="currentColor"/>'
        )
        parts.append(_text(_percent(max(high, low + 4)), y + 17, one.shown, word="figure"))
    return _svg(name, title, about, max(len(rows), 1) * _ROW, "".join(parts))


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
    high = _HEIGHT - _TOP - _BOTTOM
    base = _TOP + high
    parts: list[str] = []
    for n in range(_GRID + 1):
        y = base - high * n // _GRID
        parts.append(
            f'<line class="chart-grid" x1="0" x2="100%" y1="{y}" y2="{y}"'
            f' stroke="currentColor" stroke-opacity="0.15"/>'
        )
        parts.append(_text("0", y - 4, str(top * n // _GRID), word="scale"))
    if points:
        parts.append(_course(points, top, high))
        parts.append(_text("0", _HEIGHT - 8, points[0].label))
        if len(points) > 1:
            parts.append(_text("100%", _HEIGHT - 8, points[-1].label, anchor="end"))
    return _svg(name, title, about, _HEIGHT, "".join(parts))


def _course(points: Sequence[Point], top: int, high: int) -> str:
    """Draw the line itself, as wide as it comes to be; its stroke is not stretched."""
    steps = max(len(points) - 1, 1)
    places = [
        (_ALL * n // steps, high - _scaled(one.value, top, high)) for n, one in enumerate(points)
    ]
    drawn = " ".join(f"{x},{y}" for x, y in places)
    return (
        f'<svg x="0" y="{_TOP}" width="100%" height="{high}" viewBox="0 0 {_ALL} {high}"'
        f' preserveAspectRatio="none"><polygon class="chart-area" points="0,{high} {drawn}'
        f' {places[-1][0]},{high}" fill="currentColor" fill-opacity="0.1"/>'
        f'<polyline class="chart-line" points="{drawn}" fill="none" stroke="currentColor"'
        f' stroke-width="2" stroke-linejoin="round" vector-effect="non-scaling-stroke"/></svg>'
    )


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
