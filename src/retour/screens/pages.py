"""What every page shares: its environment, its headers, and how it is answered."""

from __future__ import annotations

from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

from retour.desk.brand import Face
from retour.dialects.brand.words import LINKS

PAGES: Final = Environment(
    loader=PackageLoader("retour.screens"), autoescape=True, undefined=StrictUndefined
)
PAGES.globals.update(brand_words=LINKS)
_ALONE: Final = "frame-ancestors 'none'"
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:;"
        f" base-uri 'none'; form-action 'self'; {_ALONE}"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
PRIVATE: Final = {**HEADERS, "cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}
"""For pages that are one person's business."""


NOBODY: Final = Face()
"""The face of pages that are no merchant's."""


def private_page(
    template: str,
    status: int = 200,
    *,
    face: Face = NOBODY,
    **values: Any,  # noqa: ANN401 - whatever the template names
) -> Response[str]:
    """Fill a template into a page nobody keeps.

    Args:
        face: The merchant's; the pages it names may show this one in a frame, no others may.
    """
    text = PAGES.get_template(template).render(face=face, **values)
    headers = PRIVATE
    if face.hosts:
        framed = f"frame-ancestors {' '.join(face.hosts)}"
        policy = PRIVATE["content-security-policy"].replace(_ALONE, framed)
        headers = {**PRIVATE, "content-security-policy": policy}
    return Response(text, media_type="text/html", headers=headers, status_code=status)
