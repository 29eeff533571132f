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
ACTION: Final = "<!--action-->"
"""Where in a mail's body its one button stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """How a merchant signs its mail: ``name`` at the top, or a logo that says it, and a footer.

    Args:
        color: Of links; ``color_dark`` on dark screens.
        ground: Of the button, with words in ``on_ground`` and an ``edge``.
        links: At the foot: labels and addresses.

    Raises:
        ValueError: a colour that is not ``#rrggbb``, or a logo that is not an https URL.
    """

    name: str
    color: str = _CALM_BLUE
    color_dark: str = "#9ec1ff"
    ground: str = _CALM_BLUE
    on_ground: str = "#ffffff"
    edge: str = _CALM_BLUE
    radius: str = "8px"
    logo_url: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    footer: str = ""

    def __post_init__(self) -> None:
        for color in (self.color, self.color_dark, self.ground, self.on_ground, self.edge):
            if not _COLOR.fullmatch(color):
                raise ValueError(f"{color!r} is not a colour. Write it as #rrggbb.")
        if self.logo_url is not None and not _LOGO.fullmatch(self.logo_url):
            raise ValueError(f"{self.logo_url!r} is not a logo's address. Give an https URL.")


def mail_layout(
    title: str,
    body_html: str,
    brand: Brand,
    *,
    language: str = "en",
    preview: str = "",
    action: tuple[str, str] | None = None,
) -> str:
    """Put ``body_html``, already escaped, on the brand's page; every other text is escaped here.

    Args:
        preview: The line mail programs show beside the subject.
        action: Label and address of the mail's one button, which stands at ``ACTION`` in the body.
    """
    texts = {
        "title": html.escape(title),
        "preview": html.escape(preview),
        "language": html.escape(language),
        "color": brand.color,
        "dark": brand.color_dark,
        "ground": brand.ground,
        "ink": brand.on_ground,
        "brand": _signature(brand),
        "footer": _foot(brand),
        "body": body_html.replace(ACTION, "" if action is None else _button(action, brand), 1),
    }
    return _SLOT.sub(lambda slot: texts[slot[1]], _page())  # One pass: a text cannot open a slot.


def _button(action: tuple[str, str], brand: Brand) -> str:
    """Draw the button as programs that know no style sheets do as well."""
    label, address = html.escape(action[0]), html.escape(action[1])
    shape = f"border-radius:{brand.radius}"
    cell = f"background-color:{brand.ground};border:1px solid {brand.edge};{shape}"
    words = f"color:{brand.on_ground};font-size:16px;line-height:24px;font-weight:600"
    return (
        '<table role="presentation" class="action" cellpadding="0" cellspacing="0" border="0"'
        ' style="margin:8px 0 24px;border-collapse:separate"><tr>'
        f'<td bgcolor="{brand.ground}" style="{cell}">'
        f'<a href="{address}" style="display:inline-block;padding:11px 24px;{words};'
        f'text-decoration:none;{shape}">{label}</a></td></tr></table>'
    )


def _signature(brand: Brand) -> str:
    name = html.escape(brand.name)
    if brand.logo_url is None:
        return name
    address = html.escape(brand.logo_url)
    plate = "height:40px;width:auto;padding:4px;border-radius:4px"
    plate += ";background-color:#ffffff;color:#1c1c1a"
    return f'<img class="logo" src="{address}" alt="{name}" height="40" style="{plate}" />'


def _foot(brand: Brand) -> str:
    """Write the footer, and below it where it leads."""
    lines = [html.escape(line) for line in brand.footer.splitlines()]
    links = " &middot; ".join(
        f'<a href="{html.escape(address)}">{html.escape(label)}</a>'
        for label, address in brand.links
    )
    return "<br />".join([*lines, links] if links else lines)


@cache
def _page() -> str:
    import mrml  # Only who sends mail needs it.

    options = mrml.RenderOptions(disable_comments=False, fonts={})  # No font is worth a tracker.
    return mrml.to_html(_SOURCE.read_text(encoding="utf-8"), None, options).content
