"""Channels: the account at ChannelEngine set up step by step, and what marketplaces declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.screens.staff.channels import account, beside, waiting, walk

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of all channel pages."""
    return [
        *account.routes(house),
        *walk.routes(house),
        *waiting.routes(house),
        *beside.routes(house),
    ]
