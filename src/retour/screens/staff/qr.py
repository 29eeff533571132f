"""A square that telephones read, drawn as a picture within the page."""

from __future__ import annotations


def drawn(text: str) -> str | None:
    """Draw a text as a picture's address; None where nothing is installed that draws."""
    try:
        import segno
    except ImportError:  # The text beside it says the same.
        return None
    address: str = segno.make(text, error="m").svg_data_uri(scale=4, border=0, dark="#000")
    return address
