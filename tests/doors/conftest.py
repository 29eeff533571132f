"""The application of this ring: real routes, real desk, real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from retour.api.app import build
from tests.doors.client import Client, client

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application of a house with nothing cached."""
    return build(house)


@pytest_asyncio.fixture
async def shop(app: Litestar, workspace: Workspace) -> Client:
    """A fresh sandbox workspace, spoken to with a key that may do everything."""
    return client(app, workspace)
