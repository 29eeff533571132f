"""Identifiers: prefixed, time-sortable, minted from a given instant and given entropy.

An id is ``<prefix>_<26 characters>``: 48 bits of milliseconds, then 80 bits of entropy, in
Crockford's base 32, lower case.  The same text stands in the database, the API, the logs and
the messages, so one search finds all.  Pure: whoever mints says when it is and brings the entropy.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_SHAPE: Final = re.compile(r"[a-z]{2,4}_[0-9abcdefghjkmnpqrstvwxyz]{26}")
_TIME_LENGTH: Final = 10
_RANDOM_LENGTH: Final = 16


def _base32(value: int, length: int) -> str:
    """Write ``value`` in ``length`` characters, most significant first."""
    characters: list[str] = []
    for _ in range(length):
        characters.append(_ALPHABET[value & 31])
        value >>= 5
    return "".join(reversed(characters))


def time_prefix(prefix: str, at: datetime) -> str:
    """Give the smallest text that an id of ``prefix`` minted at or after ``at`` can start with."""
    return f"{prefix}_{_base32(int(at.timestamp() * 1000), _TIME_LENGTH)}"


def is_id(text: str, prefix: str) -> bool:
    """Say whether ``text`` has the shape of an id of kind ``prefix``."""
    return text.startswith(prefix + "_") and _SHAPE.fullmatch(text) is not None


class Mint:
    """Makes the ids of one decision, the same ones for the same instant and entropy.

    Args:
        at: The instant stamped into every id; aware.
        entropy: At least 16 random bytes, never used for two decisions.
    """

    __slots__ = ("_count", "_entropy", "_time")

    def __init__(self, at: datetime, entropy: bytes) -> None:
        self._time = _base32(int(at.timestamp() * 1000), _TIME_LENGTH)
        self._entropy = entropy
        self._count = 0

    def __call__(self, prefix: str) -> str:
        """Mint the next id of kind ``prefix``."""
        self._count += 1
        seed = self._entropy + self._count.to_bytes(4, "big")
        random = int.from_bytes(hashlib.blake2b(seed, digest_size=10).digest(), "big")
        return f"{prefix}_{self._time}{_base32(random, _RANDOM_LENGTH)}"


def workspace_text(workspace_id: int) -> str:
    """Write a workspace's number as outsiders see it: ``ws_`` and 13 characters."""
    return f"ws_{_base32(workspace_id, 13)}"


def workspace_number(text: str) -> int | None:
    """Read a workspace's number from its outward form, or ``None`` where it has another shape."""
    body = text.removeprefix("ws_")
    if body == text or len(body) != 13:  # noqa: PLR2004 - 65 bits in base 32
        return None
    number = 0
    for character in body:
        value = _VALUES.get(character)
        if value is None:
            return None
        number = number << 5 | value
    return number if number < 1 << 63 else None
