"""The life of a return as a picture, drawn from the tables the program itself obeys.

Statuses on the straight way stand in a row; what ends early hangs below.  Every arrow is a row of
``TRANSITIONS`` (or of ``CONSEQUENCES``), so the picture cannot say what the program does not do.
"""

from __future__ import annotations

from html import escape
from typing import Final

from retour.kernel.status import ReturnStatus as Status
from retour.lifecycle.machine import CONSEQUENCES, TRANSITIONS

_WIDTH: Final = 112
_HEIGHT: Final = 34
_GAP: Final = 30
_TOP: Final = 96
_BELOW: Final = 196
_WAY: Final = (
    Status.REQUESTED,
    Status.AUTHORIZED,
    Status.SHIPPED,
    Status.TRACKED,
    Status.RECEIVED,
    Status.PROCESSED,
    Status.SETTLED,
    Status.COMPLETED,
)
_ENDS: Final = {Status.REJECTED: 1, Status.CANCELED: 4}
"""Statuses below the way, by the column they hang under."""


def moves() -> list[tuple[Status, Status, tuple[str, ...]]]:
    """List every change of status the tables allow, with the words that cause it."""
    words: dict[tuple[Status, Status], list[str]] = {}
    for status, row in TRANSITIONS.items():
        for verb, step in row.items():
            if step.target is not None and step.target is not status:
                words.setdefault((status, step.target), []).append(verb.value)
    for status, steps in CONSEQUENCES.items():
        for step in steps:
            words.setdefault((status, step.target), []).append(step.when)
    return [(source, target, tuple(said)) for (source, target), said in words.items()]


def _place(status: Status) -> tuple[float, float]:
    """Give a status's centre."""
    if status in _ENDS:
        return _ENDS[status] * (_WIDTH + _GAP) + _WIDTH * 1.15, _BELOW
    return _WAY.index(status) * (_WIDTH + _GAP) + _WIDTH / 2 + 2, _TOP


def _arrow(source: Status, target: Status, words: tuple[str, ...]) -> str:
    """Draw one arrow: straight to the neighbour, an arc over the others, down to an end."""
    (x1, y1), (x2, y2) = _place(source), _place(target)
    title = f"<title>{escape(source)} → {escape(target)}: {escape(', '.join(words))}</title>"
    half = _HEIGHT / 2
    if target in _ENDS:
        path = f"M{x1} {y1 + half} C{x1} {y1 + 60} {x2} {y2 - 60} {x2} {y2 - half - 5}"
        return f'<path class="end" d="{path}" marker-end="url(#tip)">{title}</path>'
    step = _WAY.index(target) - _WAY.index(source)
    if step == 1:
        path = f"M{x1 + _WIDTH / 2} {y1} L{x2 - _WIDTH / 2 - 5} {y2}"
        return f'<path class="way" d="{path}" marker-end="url(#tip)">{title}</path>'
    lift = min(26 + 15 * abs(step), 112)
    shift = 14 if step > 0 else -14
    path = (
        f"M{x1 + shift} {y1 - half} C{x1 + shift} {y1 - lift} {x2 - shift} {y2 - lift}"
        f" {x2 - shift} {y2 - half - 5}"
    )
    kind = "skip" if step > 0 else "back"
    return f'<path class="{kind}" d="{path}" marker-end="url(#tip)">{title}</path>'


def _box(status: Status) -> str:
    x, y = _place(status)
    row = TRANSITIONS[status]
    offered = ", ".join(verb.value for verb in row) or "final"
    return (
        f'<g class="box {escape(status)}"><title>{escape(status)}: {escape(offered)}</title>'
        f'<rect x="{x - _WIDTH / 2}" y="{y - _HEIGHT / 2}" width="{_WIDTH}"'
        f' height="{_HEIGHT}" rx="6"/>'
        f'<text x="{x}" y="{y + 4.5}">{escape(status)}</text></g>'
    )


def lifecycle_svg() -> str:
    """Draw the picture as an inline SVG; its looks come from the page's stylesheet."""
    width = len(_WAY) * (_WIDTH + _GAP) - _GAP + 4
    arrows = "".join(_arrow(*move) for move in moves())
    boxes = "".join(_box(status) for status in (*_WAY, *_ENDS))
    return (
        f'<svg class="lifecycle" viewBox="0 0 {width} {_BELOW + 30}" role="img" '
        'aria-label="The statuses of a return and the changes between them">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7"'
        ' markerHeight="7" orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>'
        f"{arrows}{boxes}</svg>"
    )
