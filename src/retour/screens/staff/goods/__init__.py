"""What an admin settles of goods: where they go, who carries them, why they come, their grades.

Each page calls what the API calls.  Whoever saves names the version they saw; where somebody else
was faster, the page shows what differs and keeps what was typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.screens.pages import static_file
from retour.screens.staff.goods import carriers, facilities, grade, grades, reasons, routing

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of these pages."""
    return [
        static_file("goods.css", "text/css"),
        *facilities.routes(house),
        *routing.routes(house),
        *carriers.routes(house),
        *reasons.routes(house),
        *grades.routes(house),
        *grade.routes(house),
    ]
