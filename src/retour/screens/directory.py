"""The front page: what runs here, where to go, and the life of a return as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from litestar import Response, get
from litestar.status_codes import HTTP_200_OK
from markupsafe import Markup

from retour import __version__
from retour.screens.pages import HEADERS, PAGES, static_file
from retour.screens.picture import lifecycle_svg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from litestar.handlers import HTTPRouteHandler


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A merchant that the front page of a sandbox names."""

    name: str
    workspace: str


def routes(base: str, *, delivered_at: str, merchants: Sequence[Listed]) -> list[HTTPRouteHandler]:
    """Make the front page's handlers.

    Args:
        base: Where this server is reached, without a final slash.
        delivered_at: An instant for the example order, inside any return window.
        merchants: Whom a sandbox names; empty elsewhere.
    """
    page = PAGES.get_template("directory.html").render(
        picture=Markup(lifecycle_svg()),  # noqa: S704 - drawn by us, every word escaped
        merchants=merchants,
        base=base,
        delivered_at=delivered_at,
        version=__version__,
    )

    @get("/", sync_to_thread=False)
    def directory() -> Response[str]:
        """Show the front page."""
        return Response(page, media_type="text/html", headers=HEADERS, status_code=HTTP_200_OK)

    return [directory, static_file("retour.css", "text/css")]
