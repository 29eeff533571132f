"""This ring kills: here commits wait for the disk, as the product's do."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def waits_for_disk() -> bool:
    """Yes, unlike in rings that end in peace."""
    return True
