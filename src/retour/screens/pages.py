"""What every page shares: its environment, its headers, and how it is answered."""

from __future__ import annotations

from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

PAGES: Final = Environment(
    loader=PackageLoader("retour.screens"), autoescape=True, undefined=StrictUndefined
)
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none';"
        " form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
PRIVATE: Final = {**HEADERS, "cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}
"""For pages that are one person's business."""


def private_page(template: str, status: int = 200, **values: Any) -> Response[str]:  # noqa: ANN401 - whatever the template names
    """Fill a template into a page nobody keeps."""
    text = PAGES.get_template(template).render(**values)
    return Response(text, media_type="text/html", headers=PRIVATE, status_code=status)
