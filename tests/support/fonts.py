"""Bytes that say they are a WOFF2 font: its header and its list of tables; nothing is drawn."""

from __future__ import annotations

import struct
from typing import Final

TEXT: Final = (0, 1, 2, 3, 4, 5, 6, 7, 10, 11)
"""Tables of a font of text, by their numbers: from cmap to loca."""
_RESHAPED: Final = (10, 11)


def directory(tables: tuple[int, ...] = TEXT, size: bytes = b"\x82\x00") -> bytes:
    """List tables, each of 256 bytes unless said."""
    return b"".join(bytes([one]) + size * (2 if one in _RESHAPED else 1) for one in tables)


def woff2(
    *,
    packed: bytes = b"\x0b" * 64,
    flavour: bytes = b"\x00\x01\x00\x00",
    listed: bytes | None = None,
    **said: int,
) -> bytes:
    """Make such bytes; ``said`` puts a wrong number in their header."""
    listed = directory() if listed is None else listed
    length = said.get("length", 48 + len(listed) + len(packed))
    tables = said.get("tables", len(TEXT))
    unpacked = said.get("unpacked", 4096)
    sizes = (length, tables, 0, unpacked, said.get("packed", len(packed)), 1, 0)
    places = (0, 0, 0, said.get("private_at", 0), said.get("private", 0))
    header = struct.pack(">4s4sLHHLLHHLLLLL", b"wOF2", flavour, *sizes, *places)
    return header + listed + packed
