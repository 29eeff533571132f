"""The page an e-mail's HTML part sits on: one calm layout, light and dark, for every merchant.

The layout is MJML, compiled once per process; a message only fills its slots. Never here: the
merchant's own words and markup, which come rendered from ``templates``.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_SOURCE: Final = Path(__file__).with_name("layout.mjml")
_SLOT: Final = re.compile(r"\[\[([a-z]+)\]\]")
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_LOGO: Final = re.compile(r"https://[^\s\"'<>\\]+")
_CALM_BLUE: Final = "#0b57d0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """How a merchant signs its mail: ``name`` at the top, or a logo that says it, and a footer.

    Raises:
        ValueError: a colour that is not ``#rrggbb``, or a logo that is not an https URL.
    """

    name: str
    color: str = _CALM_BLUE
    logo_url: str | None = None
    footer: str = ""

    def __post_init__(self) -> None:
        if not _COLOR.fullmatch(self.color):
            raise ValueError(f"{self.color!r} is not a colour. Write it as #rrggbb.")
        if self.logo_url is not None and not _LOGO.fullmatch(self.logo_url):
            raise ValueError(f"{self.logo_url!r} is not a logo's address. Give an https URL.")


def mail_layout(
    title: str, body_html: str, brand: Brand, *, language: str = "en", preview: str = ""
) -> str:
    """Put ``body_html``, already escaped, on the brand's page; every other text is escaped here.

    ``preview`` is the line mail programs show beside the subject.
    """
    texts = {
        "title": html.escape(title),
        "preview": html.escape(preview),
        "language": html.escape(language),
        "color": brand.color,
        "brand": _signature(brand),
        "footer": "<br />".join(html.escape(brand.footer).splitlines()),
        "body": body_html,
    }
    return _SLOT.sub(lambda slot: texts[slot[1]], _page())  # One pass: a text cannot open a slot.


def _signature(brand: Brand) -> str:
    name = html.escape(brand.name)
    if brand.logo_url is None:
        return name
    address = html.escape(brand.logo_url)
    return f'<img src="{address}" alt="{name}" height="40" style="height:40px;width:auto" />'


@cache
def _page() -> str:
    import mrml  # Only who sends mail needs it.

    options = mrml.RenderOptions(disable_comments=False, fonts={})  # No font is worth a tracker.
    return mrml.to_html(_SOURCE.read_text(encoding="utf-8"), None, options).content
