"""The agent's pages: what waits, lists, one return with all one does to it, and its money.

Each calls what the API calls, and shows what the API answers, written for people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.screens.pages import static_file
from retour.screens.staff.work import (
    beside,
    calls,
    cases,
    foretold,
    home,
    judging,
    keys,
    lists,
    live,
    money,
    one,
    papers,
    parcels,
    photos,
    starting,
    talking,
    told,
    views,
    waiting,
)

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the agent's pages."""
    return [
        *home.routes(house),
        *beside.routes(house),
        *lists.routes(house),
        *one.routes(house),
        *foretold.routes(house),
        *money.routes(house),
        *photos.routes(house),
        *views.routes(house),
        *keys.routes(house),
        *live.routes(house),
        *starting.routes(house),
        *waiting.routes(house),
        *parcels.routes(house),
        *cases.routes(house),
        *talking.routes(house),
        *told.routes(house),
        *calls.routes(house),
        *judging.routes(house),
        *papers.routes(house),
        static_file("work.css", "text/css"),
        static_file("copy.js", "text/javascript"),
        static_file("draft.js", "text/javascript"),
        static_file("foretold.js", "text/javascript"),
        static_file("judge.js", "text/javascript"),
        static_file("keys.js", "text/javascript"),
        static_file("live.js", "text/javascript"),
        static_file("palette.js", "text/javascript"),
        static_file("recent.js", "text/javascript"),
    ]
