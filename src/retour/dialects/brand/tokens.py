"""A colour made into tokens for light and dark with the contrast they need, and into a verdict.

The brand's colour stays as it is where it is a ground: buttons.  Words on it are white or nearly
black, whichever can be read.  Where it is ink, as in links, it is a shade that can be read on every
ground of a page.  Semantic colours (good, bad, waiting) are nobody's brand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from retour.dialects.brand.colour import contrast, least, readable

TEXT_MIN: Final = 4.5
"""The contrast of words (WCAG 2.2, 1.4.3)."""
EDGE_MIN: Final = 3.0
"""The contrast of what says where a control is (1.4.11)."""
_WHITE, _INK, _BLACK = "#FFFFFF", "#1C1C1A", "#000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Light or dark: the grounds words stand on, and the edge of controls there."""

    name: str
    grounds: tuple[str, ...]
    edge: str
    is_light: bool


LIGHT: Final = Scheme(
    name="light", grounds=("#FFFFFF", "#FBFBFA", "#F3F3F1"), edge="#868680", is_light=True
)
DARK: Final = Scheme(
    name="dark", grounds=("#1C1C1A", "#141413", "#101010"), edge="#7D7D77", is_light=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a colour is in one scheme.

    Args:
        ground: Of buttons: the colour itself.
        on_ground: Of the words on them.
        edge: Around them.
        ink: Of links, marks and chosen cards: a shade that can be read.
    """

    ground: str
    on_ground: str
    edge: str
    ink: str


def tokens(colour: str, scheme: Scheme) -> Tokens:
    """Make a colour's tokens for a scheme."""
    ground = colour.upper()
    on_page = least(ground, scheme.grounds)
    return Tokens(
        ground=ground,
        on_ground=_words_on(ground),
        edge=ground if on_page >= EDGE_MIN else scheme.edge,
        ink=readable(ground, scheme.grounds, TEXT_MIN, darker=scheme.is_light),
    )


def _words_on(ground: str) -> str:
    """Choose the colour of words on a ground; between white and black one can always be read."""
    best = max((_WHITE, _INK), key=lambda ink: contrast(ink, ground))
    return best if contrast(best, ground) >= TEXT_MIN else _BLACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is so about a colour: what of it, whether it was changed, in words."""

    about: str
    is_changed: bool
    words: str


def verdict(colour: str) -> tuple[Finding, ...]:
    """Say in words what becomes of a colour: what is as it was given, and what had to change."""
    light, dark = tokens(colour, LIGHT), tokens(colour, DARK)
    said = "white" if light.on_ground == _WHITE else "dark"
    return (
        Finding(
            about="buttons",
            is_changed=False,
            words=f"Your colour is fine for buttons; their words are {said}"
            f" ({_ratio(light.on_ground, light.ground)} to 1).",
        ),
        _links(light, LIGHT),
        _links(dark, DARK),
        _edges(light, LIGHT),
        _edges(dark, DARK),
    )


def _links(made: Tokens, scheme: Scheme) -> Finding:
    if made.ink == made.ground:
        words = f"Links on {scheme.name} pages have your colour as it is."
        return Finding(about=f"links_{scheme.name}", is_changed=False, words=words)
    shade = "darker" if scheme.is_light else "lighter"
    words = (
        f"Links on {scheme.name} pages use a {shade} shade, {made.ink}, so that they can be read."
    )
    return Finding(about=f"links_{scheme.name}", is_changed=True, words=words)


def _edges(made: Tokens, scheme: Scheme) -> Finding:
    if made.edge == made.ground:
        words = f"Buttons stand out from {scheme.name} pages by themselves."
        return Finding(about=f"edges_{scheme.name}", is_changed=False, words=words)
    near = "white" if scheme.is_light else "black"
    words = f"Buttons on {scheme.name} pages get a grey edge, for your colour is close to {near}."
    return Finding(about=f"edges_{scheme.name}", is_changed=True, words=words)


def _ratio(one: str, other: str) -> str:
    return f"{int(contrast(one, other) * 10) / 10:.1f}"
