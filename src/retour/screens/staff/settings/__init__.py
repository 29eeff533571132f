"""What an admin settles: each page shows what stands, takes what is said, and previews it.

Each calls what the API calls; what cannot be is said beside its field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.screens.pages import static_file
from retour.screens.staff.settings import (
    arranging,
    configuration,
    data,
    figures,
    health,
    keys,
    limits,
    log,
    look,
    mails,
    payment,
    policies,
    taking_out,
)
from retour.screens.staff.settings.replies import routes as reply_routes
from retour.screens.staff.settings.telling import routes as telling_routes

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the settings pages."""
    return [
        static_file("settings.css", "text/css"),
        *look.routes(house),
        *policies.routes(house),
        *arranging.routes(house),
        *mails.routes(house),
        *telling_routes(house),
        *keys.routes(house),
        *limits.routes(house),
        *log.routes(house),
        *data.routes(house),
        *taking_out.routes(house),
        *health.routes(house),
        *configuration.routes(house),
        *payment.routes(house),
        *reply_routes(house),
        *figures.routes(house),
    ]
