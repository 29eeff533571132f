"""Who is told of what, in which words, and where it goes: the grid, the editor, the endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.screens.pages import static_file
from retour.screens.staff.settings.telling import editor, endpoints, frame, grid, history

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of these pages, and of the script that shows words as they are written."""
    return [
        static_file("editor.js", "text/javascript"),
        *grid.routes(house),
        *editor.routes(house),
        *frame.routes(house),
        *history.routes(house),
        *endpoints.routes(house),
    ]
