"""The application: every door on one house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar.handlers import ASGIRouteHandler, asgi

from retour.api import app as api
from retour.sandbox.channelengine.practice import PracticeChannelEngine
from retour.screens import authorize, brand, directory, follow, widget, withdraw
from retour.screens.portal import journey
from retour.screens.staff import all as staff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from retour.api.app import App
    from retour.desk.house import House


def build(house: House, *, now: datetime, merchants: Sequence[directory.Listed] = ()) -> App:
    """Make the ASGI application of one house; ``merchants`` are named on a sandbox's front page."""
    pages = directory.routes(
        house.settings.public_base,
        delivered_at=now.strftime("%Y-%m-%dT00:00:00Z"),
        merchants=merchants,
    )
    return api.build(
        house,
        extra=[
            *pages,
            *authorize.routes(house),
            *follow.routes(house),
            *brand.routes(house),
            *widget.routes(house),
            *withdraw.routes(house),
            *journey.routes(house),
            *staff.routes(house),
            *_practising(house),
        ],
    )


def _practising(house: House) -> list[ASGIRouteHandler]:
    """Let programs outside reach the ChannelEngines of sandboxes."""
    practice = PracticeChannelEngine(house.database)

    async def serve(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI's own
        await practice(scope, receive, send)

    mount = asgi(["/sandbox/channelengine"], name="practice", is_mount=True, copy_scope=False)
    return [mount(serve)]
