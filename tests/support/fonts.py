"""Bytes that have the header of a WOFF2 font; nothing in them is drawn."""

from __future__ import annotations

import struct


def woff2(
    *, packed: bytes = b"\x0b" * 64, flavour: bytes = b"\x00\x01\x00\x00", **said: int
) -> bytes:
    """Make such bytes; ``said`` puts a wrong number in their header."""
    length = said.get("length", 48 + len(packed))
    tables = said.get("tables", 9)
    unpacked = said.get("unpacked", 4096)
    sizes = (length, tables, 0, unpacked, said.get("packed", len(packed)), 1, 0)
    places = (0, 0, 0, said.get("private_at", 0), said.get("private", 0))
    return struct.pack(">4s4sLHHLLHHLLLLL", b"wOF2", flavour, *sizes, *places) + packed
