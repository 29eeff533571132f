"""Colours as people see them: how far apart two are, and the nearest shade that can be read.

Contrast is WCAG 2.2's ratio of relative luminances, 1 to 21.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable
from typing import Final

COLOUR: Final = r"#[0-9A-Fa-f]{6}"
"""How a colour is written."""
_COLOUR: Final = re.compile(COLOUR)
_LINEAR_BELOW: Final = 0.04045
_STEP: Final = 0.01
_STEPS: Final = 101


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours.

    >>> round(contrast("#FFFFFF", "#000000"), 1), round(contrast("#FFD400", "#1C1C1A"), 1)
    (21.0, 11.9)
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def least(colour: str, grounds: Iterable[str]) -> float:
    """Give a colour's contrast on the ground where it is worst."""
    return min(contrast(colour, ground) for ground in grounds)


def readable(colour: str, grounds: tuple[str, ...], ratio: float, *, darker: bool) -> str:
    """Give the nearest shade of a colour with enough contrast on every ground.

    Its hue and saturation stay; its lightness goes towards black or white, which are far enough
    from any ground of a page that is light or dark.

    >>> readable("#FFD400", ("#FFFFFF",), 4.5, darker=True)
    '#8A7200'
    """
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    for step in range(_STEPS):
        there = lightness + (-step if darker else step) * _STEP
        shade = _written(colorsys.hls_to_rgb(hue, min(max(there, 0.0), 1.0), saturation))
        if least(shade, grounds) >= ratio:
            return shade
    return "#000000" if darker else "#FFFFFF"


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02X}" for part in parts)
