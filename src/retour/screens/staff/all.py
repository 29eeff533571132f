"""Every staff page, in one list of handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.screens.pages import static_file
from retour.screens.staff import (
    channels,
    goods,
    me,
    passkeys,
    people,
    provider,
    proving,
    resetting,
    settings,
    signing,
    work,
    workspaces,
)

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of all staff pages, and of what they fetch."""
    return [
        static_file("staff.css", "text/css"),
        static_file("icon.svg", "image/svg+xml"),
        *signing.routes(house),
        *proving.routes(house),
        *resetting.routes(house),
        *me.routes(house),
        *people.routes(house),
        *workspaces.routes(house),
        *provider.routes(house),
        *passkeys.routes(house),
        *work.routes(house),
        *channels.routes(house),
        *goods.routes(house),
        *settings.routes(house),
    ]
