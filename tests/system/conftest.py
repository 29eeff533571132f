"""Servers that several system tests share."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from tests.support import embedded
from tests.support.cap_wall import build_wall
from tests.support.running import Receiver, Retour, retour_running
from tests.support.stripe_server import StripeServer, stripe_running


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


@pytest.fixture
def stripe() -> Iterator[StripeServer]:
    """The stand-in on a loop of its own."""
    loop, started, ended = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[StripeServer] = []

    async def serve() -> None:
        async with stripe_running() as running:
            found.append(running)
            started.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert started.wait(10)
    yield found[0]
    loop.call_soon_threadsafe(ended.set)
    thread.join()
    loop.close()
