"""Ids written as UUIDs and read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.kernel.ids import Mint, as_uuid, from_uuid, time_prefix

_LAST = datetime(2109, 1, 1, tzinfo=UTC)


@given(
    at=st.datetimes(
        min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
        max_value=_LAST.replace(tzinfo=None),
        timezones=st.just(UTC),
    ),
    entropy=st.binary(min_size=16, max_size=16),
)
def test_a_uuid_carries_the_whole_id(at: datetime, entropy: bytes) -> None:
    """Nothing needs to be looked up to find what a UUID of ours stands for."""
    minted = Mint(at, entropy)("ord")

    text = as_uuid(minted)

    assert UUID(text).version == 8
    assert str(UUID(text)) == text
    assert from_uuid(text, "ord") == minted


@given(
    at=st.datetimes(
        min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
        timezones=st.just(UTC),
    ),
    apart=st.integers(min_value=1, max_value=2_000_000),
    entropy=st.binary(min_size=16, max_size=16),
)
def test_ids_sort_by_the_microsecond(at: datetime, apart: int, entropy: bytes) -> None:
    """Whatever the chance: lists by id are lists by time."""
    later = min(at, _LAST) + timedelta(microseconds=apart)
    assert Mint(min(at, _LAST), entropy)("ord") < Mint(later, bytes(16))("ord")
    assert time_prefix("ord", later) <= Mint(later, bytes(16))("ord")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ord_01kagz4v1e8qj0m2h3n4p5r6s7",
        "66A87C9B-0B91-8790-8A0A-23A92C5C1B27",
        "66a87c9b0b9187908a0a23a92c5c1b27",
        "{66a87c9b-0b91-8790-8a0a-23a92c5c1b27}",
        "66a87c9b-0b91-4790-8a0a-23a92c5c1b27",
        "66a87c9b-0b91-8790-ca0a-23a92c5c1b27",
        "66a87c9b-0b91-8790-8a0a-23a92c5c1b27\n",
    ],
)
def test_what_is_no_uuid_of_ours_stands_for_nothing(text: str) -> None:
    """Another spelling, version or variant is nobody's id."""
    assert from_uuid(text, "ord") is None
