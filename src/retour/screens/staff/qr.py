"""A square that telephones read, drawn within the page."""

from __future__ import annotations

from markupsafe import Markup


def drawn(text: str) -> Markup | None:
    """Draw a text; None where nothing is installed that draws."""
    try:
        import segno
    except ImportError:  # The text beside it says the same.
        return None
    picture: str = segno.make(text, error="m").svg_inline(border=0, dark="#000", omitsize=True)
    return Markup(picture)  # noqa: S704 - squares alone, drawn here
