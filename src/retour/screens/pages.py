"""What every page shares: its environment, its headers, and how it is answered."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response, get

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

from retour.desk.brand import Face
from retour.dialects.brand.words import LINKS
from retour.screens.tables import labelled

PAGES: Final = Environment(
    loader=PackageLoader("retour.screens"), autoescape=True, undefined=StrictUndefined
)
_SHARED: Final[dict[str, Any]] = {"brand_words": LINKS}
_FILTERS: Final[dict[str, Any]] = {"labelled": labelled}
PAGES.globals.update(_SHARED)
PAGES.filters.update(_FILTERS)
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


def static_file(name: str, media_type: str) -> HTTPRouteHandler:
    """Make the handler of a file that pages fetch, ``/static/{name}``."""
    data = resources.files("retour.screens").joinpath("static", name).read_bytes()
    headers = {**HEADERS, "cache-control": "public, max-age=3600"}

    @get(f"/static/{name}", sync_to_thread=False)
    def file() -> Response[bytes]:
        """Give the file."""
        return Response(data, media_type=media_type, headers=headers)

    return file
