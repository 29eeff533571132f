"""A brand as a stylesheet: the few tokens of ``retour.css`` that are the merchant's.

Every value is one of ours or a colour, so nothing a merchant types can become a rule.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from retour.dialects.brand.tokens import DARK, LIGHT, tokens

if TYPE_CHECKING:
    from retour.dialects.brand.brand import BrandKept

_RADII: Final = {"sharp": ("2px", "2px"), "soft": ("8px", "10px"), "round": ("999px", "18px")}
"""Of controls and of cards; ``soft`` is what pages have anyway."""
_SYSTEM: Final = "system-ui, sans-serif"


def stylesheet(brand: BrandKept, *, where: str = ":root", files: str = "") -> str | None:
    """Write a brand's stylesheet; ``None`` where pages look as ours do.

    Args:
        where: The selector of what is to look so.
        files: The folder of the font, with a slash behind it; beside the stylesheet unless said.
    """
    rules = [*_colour(brand.said.color), *_corners(brand.said.corners)]
    has_font = brand.said.font == "own" and brand.font is not None
    if has_font:
        rules.append(f'--font: "Brand", {_SYSTEM};')
    if not rules:
        return None
    text = f"{where} {{\n  " + "\n  ".join(rules) + "\n}\n"
    if not has_font:
        return text
    return (
        '@font-face { font-family: "Brand"; font-weight: 100 900; font-display: swap;'
        f' src: url("{files}{brand.font}.woff2") format("woff2"); }}\n{text}'
    )


def tag(text: str) -> str:
    """Name a text by what it says."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _colour(colour: str | None) -> list[str]:
    if colour is None:
        return []
    light, dark = tokens(colour, LIGHT), tokens(colour, DARK)
    return [
        f"--accent: light-dark({light.ink}, {dark.ink});",
        f"--brand: light-dark({light.ground}, {dark.ground});",
        f"--on-brand: light-dark({light.on_ground}, {dark.on_ground});",
        f"--brand-edge: light-dark({light.edge}, {dark.edge});",
    ]


def _corners(corners: str) -> list[str]:
    if corners == "soft":
        return []
    control, card = _RADII[corners]
    field = "12px" if corners == "round" else control
    return [f"--round-button: {control};", f"--round-control: {field};", f"--round: {card};"]
