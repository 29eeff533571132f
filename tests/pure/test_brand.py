"""A brand's tokens: whatever the colour, words and controls can be seen, light and dark."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.dialects.brand.brand import Brand, BrandKept, BrandLinks
from retour.dialects.brand.colour import contrast, least, readable
from retour.dialects.brand.stylesheet import stylesheet
from retour.dialects.brand.tokens import (
    DARK,
    EDGE_MIN,
    LIGHT,
    TEXT_MIN,
    Scheme,
    tokens,
    verdict,
)
from retour.kernel.problems import InvalidRequest

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
_VALUE = re.compile(
    r"light-dark\(#[0-9A-F]{6}, #[0-9A-F]{6}\)|[0-9]+px|\"Brand\", system-ui, sans-serif"
)


@given(COLOURS, st.sampled_from([LIGHT, DARK]))
def test_whatever_the_colour_it_can_be_read(colour: str, scheme: Scheme) -> None:
    made = tokens(colour, scheme)

    assert contrast(made.on_ground, made.ground) >= TEXT_MIN
    assert least(made.ink, scheme.grounds) >= TEXT_MIN
    assert least(made.edge, scheme.grounds) >= EDGE_MIN
    assert made.ground == colour.upper()


@given(COLOURS, st.sampled_from([LIGHT, DARK]))
def test_a_colour_that_can_be_read_stays(colour: str, scheme: Scheme) -> None:
    made = tokens(colour, scheme)

    assert (made.ink == colour.upper()) == (least(colour, scheme.grounds) >= TEXT_MIN)


@pytest.mark.parametrize(
    ("colour", "words", "ratio", "shade"),
    [
        ("#FFD400", "#1C1C1A", "11.9", "#8A7200"),
        ("#FF6900", "#1C1C1A", "5.9", "#C75200"),
        ("#7FE7C4", "#1C1C1A", "11.5", "#198661"),
        ("#F5F5F5", "#1C1C1A", "15.7", "#767676"),
    ],
)
def test_known_colours(colour: str, words: str, ratio: str, shade: str) -> None:
    """On white alone; on every ground of a page a shade may be a step further."""
    made = tokens(colour, LIGHT)

    assert made.on_ground == words
    assert f"{contrast(words, colour):.1f}" == ratio
    assert readable(colour, ("#FFFFFF",), TEXT_MIN, darker=True) == shade
    assert (made.edge == colour) == (least(colour, LIGHT.grounds) >= EDGE_MIN)


def test_words_between_white_and_ink_are_black() -> None:
    """There is a narrow band of greys on which neither white nor our ink can be read."""
    assert tokens("#7A7A7A", LIGHT).on_ground == "#000000"


def test_a_verdict_says_what_became_of_a_colour() -> None:
    yellow = {one.about: one for one in verdict("#FFD400")}
    navy = {one.about: one for one in verdict("#102A5C")}

    assert "fine for buttons; their words are dark (11.9 to 1)" in yellow["buttons"].words
    assert yellow["links_light"].is_changed
    assert "darker shade, #806A00" in yellow["links_light"].words
    assert not yellow["links_dark"].is_changed
    assert yellow["edges_light"].is_changed
    assert not navy["links_light"].is_changed
    assert "lighter shade" in navy["links_dark"].words
    assert navy["edges_dark"].is_changed


@given(COLOURS, st.sampled_from(["sharp", "soft", "round"]), st.booleans())
def test_a_stylesheet_holds_nothing_but_tokens(colour: str, corners: str, own: bool) -> None:  # noqa: FBT001 - drawn
    brand = Brand(color=colour, corners=corners, font="own" if own else "system")  # pyright: ignore[reportArgumentType] - drawn from the three
    text = stylesheet(BrandKept(said=brand, font="a" * 64))

    assert text is not None
    rules = re.findall(r"--([a-z-]+): (.*);", text)
    assert len(rules) == 4 + 3 * (corners != "soft") + own
    assert all(_VALUE.fullmatch(value) for _, value in rules)
    assert ("@font-face" in text) == own


def test_who_says_nothing_looks_like_us() -> None:
    assert stylesheet(BrandKept()) is None
    assert stylesheet(BrandKept(said=Brand(font="own"))) is None, "no font was put yet"


@pytest.mark.parametrize(
    "links",
    [
        {"imprint": "javascript:alert(1)"},
        {"privacy": "/privacy"},
        {"imprint": "mailto:desk@example.com"},
        {"contact": "mailto:nobody"},
        {"contact": 'https://example.com/"onclick='},
        {"contact": "https://example.com/ there"},
    ],
)
def test_links_lead_to_pages(links: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Brand(links=BrandLinks(**links)).check()

    assert refused.value.errors[0].pointer == f"/links/{next(iter(links))}"


@pytest.mark.parametrize("sender", ["Ann\r\nBcc: x@example.com", 'A "quoted" shop', " ", "<x@y>"])
def test_a_sender_is_a_name(sender: str) -> None:
    with pytest.raises(InvalidRequest):
        Brand(sender=sender).check()

    Brand(
        sender="Müller & Töchter",
        links=BrandLinks(contact="mailto:desk@example.com", imprint="https://example.com/i?a=1#b"),
    ).check()
