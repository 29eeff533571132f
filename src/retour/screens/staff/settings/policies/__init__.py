"""Policies at a browser: read in words, drafted, tried, backtested, published, brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.screens.pages import static_file
from retour.screens.staff.settings.policies import drafting, listing, reading, testing, trying

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of every page about policies."""
    return [
        static_file("rules.js", "text/javascript"),
        *listing.routes(house),
        *reading.routes(house),
        *drafting.routes(house),
        *trying.routes(house),
        *testing.routes(house),
    ]
