"""Every staff page, in one list of handlers."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from litestar import Response, get

from retour.screens.pages import HEADERS
from retour.screens.staff import channels, me, people, provider, proving, signing, work

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of all staff pages, and of what they fetch."""
    return [
        *_static(),
        *signing.routes(house),
        *proving.routes(house),
        *me.routes(house),
        *people.routes(house),
        *provider.routes(house),
        *work.routes(house),
        *channels.routes(house),
    ]


def _static() -> list[HTTPRouteHandler]:
    style = resources.files("retour.screens").joinpath("static", "staff.css").read_bytes()

    @get("/static/staff.css", sync_to_thread=False)
    def stylesheet() -> Response[bytes]:
        """Give the stylesheet of the back office."""
        headers = {**HEADERS, "cache-control": "public, max-age=3600"}
        return Response(style, media_type="text/css", headers=headers)

    return [stylesheet]
