"""Servers that several system tests share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.support import embedded
from tests.support.cap_wall import build_wall
from tests.support.running import Receiver, Retour, retour_running


@pytest.fixture(scope="session")
def running() -> Iterator[Retour]:
    """One server for the tests that do not harm it; the wall around the cap stands."""
    with retour_running() as house:
        with embedded.running(house.data) as server:
            asyncio.run(build_wall(server.owner_dsn))
        yield house


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint outside that keeps what it gets."""
    outside = Receiver()
    yield outside
    outside.close()
