"""Servers that several system tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.running import Receiver, Retour, retour_running


@pytest.fixture(scope="session")
def running() -> Iterator[Retour]:
    """One server for the tests that do not harm it."""
    with retour_running() as house:
        yield house


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """An endpoint outside that keeps what it gets."""
    outside = Receiver()
    yield outside
    outside.close()
