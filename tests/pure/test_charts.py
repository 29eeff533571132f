"""Pictures of figures: well-formed, named, in the colour around them, within their frame."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from retour.screens.charts import Band, Bar, Point, bands, bars, ceiling, line
from tests.support.xml_reading import parsed

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '<script>alert(1)</script>&"'
DRAWN: dict[str, Callable[[int], str]] = {
    "bars": lambda n: bars("c", EVIL, EVIL, [Bar(EVIL * 3, i * 7, EVIL) for i in range(n)]),
    "bands": lambda n: bands(
        "c", EVIL, EVIL, [Band(EVIL, i, 2 * i, 9 * i, EVIL) for i in range(n)]
    ),
    "line": lambda n: line("c", EVIL, EVIL, [Point(EVIL, i * i) for i in range(n)]),
}


@pytest.mark.parametrize("count", [0, 1, 2, 40])
@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_named_and_harmless(name: str, count: int) -> None:
    text = DRAWN[name](count)
    root = parsed(text.encode())
    words = {one.tag: one.text for one in root}
    assert (words["title"], words["desc"]) == (EVIL, EVIL)
    assert root.get("role") == "img"
    ids = {one.get("id") for one in root.iter()}
    assert set((root.get("aria-labelledby") or "").split()) <= ids
    assert not [one for one in root.iter() if one.get("style") or one.tag in {"script", "style"}]
    colours = {one.get(kind) for one in root.iter() for kind in ("fill", "stroke")}
    assert colours <= {"currentColor", "none", None}


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_stays_within_its_frame(name: str) -> None:
    root = parsed(DRAWN[name](12).encode())
    height = int(root.get("height") or 0)
    assert (root.get("width"), root.get("viewBox")) == ("100%", None), "as wide as there is room"
    for one in root.iter():
        for side, most in (("x", 100), ("y", height), ("x2", 100), ("y2", height)):
            assert 0 <= _share(one.get(side)) <= most
        if one.tag == "rect":
            assert _share(one.get("x")) + _share(one.get("width")) <= 100
    for one in root.iter("text"):
        is_figure = one.get("class") == "chart-figure"
        assert _share(one.get("x")) <= (80 if is_figure else 100), "a figure has room beside it"


def _share(text: str | None) -> Decimal:
    return Decimal((text or "0").removesuffix("%"))


def test_the_longest_bar_takes_the_room_and_nothing_takes_none() -> None:
    drawn = bars("c", "t", "d", [Bar("a", 10, ""), Bar("b", 5, ""), Bar("c", 0, "")])
    root = parsed(drawn.encode())
    wide = [_share(one.get("width")) for one in root.iter("rect")]
    assert wide[0] == 2 * wide[1] > 50
    assert wide[2] == 0


def test_a_scale_ends_round() -> None:
    for most in range(2000):
        top = ceiling(most)
        assert top >= most
        assert top % 4 == 0
        assert top <= max(4, 5 * most)


def test_a_long_figure_has_room_beside_the_longest_bar() -> None:
    """On a narrow screen too, where a letter takes seven pixels of 320."""
    for shown in ("3", "894.00 EUR · 100.0 %"):
        root = parsed(bars("c", "Money", "Money", [Bar("Nobody said", 5, shown)]).encode())
        (drawn,) = root.iter("rect")
        wide = 320 * _share(drawn.get("width")) / 100
        assert wide + 7 * len(shown) < 320, shown
