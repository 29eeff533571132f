"""Identifiers: prefixed, time-sortable, minted from a given instant and given entropy.

An id is ``<prefix>_<26 characters>``: 48 bits of milliseconds, 10 bits of microseconds within, then
70 bits of entropy, in Crockford's base 32, lower case.  The same text stands in the database, the
API, the logs and the messages, so one search finds all.  Pure: whoever mints says when it is and
brings the entropy.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_SHAPE: Final = re.compile(r"[a-z]{2,4}_[0-9abcdefghjkmnpqrstvwxyz]{26}")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME_LENGTH: Final = 10
_RANDOM_LENGTH: Final = 16
_ENTROPY_BITS: Final = 70
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_UUID_TIME_BITS: Final = 42
"""Milliseconds that fit a UUID beside its own marks: enough until 2109."""


def _base32(value: int, length: int) -> str:
    """Write ``value`` in ``length`` characters, most significant first."""
    characters: list[str] = []
    for _ in range(length):
        characters.append(_ALPHABET[value & 31])
        value >>= 5
    return "".join(reversed(characters))


def time_prefix(prefix: str, at: datetime) -> str:
    """Give the smallest text that an id of ``prefix`` minted at or after ``at`` can start with."""
    return f"{prefix}_{_base32((at - _EPOCH) // _MILLISECOND, _TIME_LENGTH)}"


def is_id(text: str, prefix: str) -> bool:
    """Say whether ``text`` has the shape of an id of kind ``prefix``."""
    return text.startswith(prefix + "_") and _SHAPE.fullmatch(text) is not None


def as_uuid(id: str) -> str:
    """Write an id of ours as the UUID (version 8) that carries all of it; ``from_uuid`` reads it.

    >>> as_uuid("ord_01kagz4v1e8qj0m2h3n4p5r6s7")
    '66a87c9b-0b91-8790-8a0a-23a92c5c1b27'
    """
    value = _number(id.partition("_")[2]) & ((1 << _UUID_TIME_BITS + 80) - 1)
    high, middle, low = value >> 74, value >> 62 & 0xFFF, value & ((1 << 62) - 1)
    return str(UUID(int=high << 80 | 0x8 << 76 | middle << 64 | 0b10 << 62 | low))


def from_uuid(text: str, prefix: str) -> str | None:
    """Read the id of kind ``prefix`` that a UUID stands for; ``None`` where it can be none."""
    match = _UUID.fullmatch(text)
    if match is None:
        return None
    marked = UUID(match.group()).int
    if marked >> 76 & 0xF != 0x8 or marked >> 62 & 0b11 != 0b10:  # noqa: PLR2004 - RFC 9562's marks
        return None
    value = marked >> 80 << 74 | (marked >> 64 & 0xFFF) << 62 | marked & ((1 << 62) - 1)
    return f"{prefix}_{_base32(value, _TIME_LENGTH + _RANDOM_LENGTH)}"


def _number(characters: str) -> int:
    value = 0
    for character in characters:
        value = value << 5 | _VALUES[character]
    return value


class Mint:
    """Makes the ids of one decision, the same ones for the same instant and entropy.

    Args:
        at: The instant stamped into every id; aware.
        entropy: At least 16 random bytes, never used for two decisions.
    """

    __slots__ = ("_count", "_entropy", "_fraction", "_time")

    def __init__(self, at: datetime, entropy: bytes) -> None:
        self._time = _base32((at - _EPOCH) // _MILLISECOND, _TIME_LENGTH)
        self._fraction = at.microsecond % 1000 << _ENTROPY_BITS
        self._entropy = entropy
        self._count = 0

    def __call__(self, prefix: str) -> str:
        """Mint the next id of kind ``prefix``."""
        self._count += 1
        seed = self._entropy + self._count.to_bytes(4, "big")
        random = int.from_bytes(hashlib.blake2b(seed, digest_size=10).digest(), "big")
        rest = self._fraction | random & ((1 << _ENTROPY_BITS) - 1)
        return f"{prefix}_{self._time}{_base32(rest, _RANDOM_LENGTH)}"


def workspace_text(workspace_id: int) -> str:
    """Write a workspace's number as outsiders see it: ``ws_`` and 13 characters."""
    return f"ws_{_base32(workspace_id, 13)}"


def workspace_number(text: str) -> int | None:
    """Read a workspace's number from its outward form, or ``None`` where it has another shape."""
    body = text.removeprefix("ws_")
    if body == text or len(body) != 13:  # noqa: PLR2004 - 65 bits in base 32
        return None
    if any(character not in _VALUES for character in body):
        return None
    number = _number(body)
    return number if number < 1 << 63 else None
