"""An archive (ZIP) put together of files that were deflated piece by piece.  Pure.

What a reader asks of an archive is known before its first byte is sent, its length too, so that it
can be given out without ever being whole anywhere.  Sizes beyond 4 GiB are written as ZIP64.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_LEVEL: Final = 4
_RAW: Final = -15
_UTF8: Final = 0x800
_DEFLATED: Final = 8
_PLAIN, _LARGE = 20, 45
_UNIX: Final = 3 << 8
_MODE: Final = 0o600 << 16
WIDE: Final = 0xFFFFFFFF
"""Stands for a number that does not fit 32 bits; the number itself follows beside."""
_MANY: Final = 0xFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file of the archive, as it was deflated."""

    name: str
    crc: int
    size: int
    packed: int


def deflated(text: bytes, *, is_last: bool) -> bytes:
    """Deflate the next piece of a file; those of one file, one behind the other, are its whole."""
    packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    return packing.compress(text) + packing.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)


def header(entry: Entry, at: datetime, *, wide: int = WIDE) -> bytes:
    """Write what stands before a file's bytes."""
    name, is_wide = entry.name.encode(), _is_wide(entry, wide)
    extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.packed) if is_wide else b""
    sizes = (WIDE, WIDE) if is_wide else (entry.packed, entry.size)
    needed = _LARGE if is_wide else _PLAIN
    fixed = (needed, _UTF8, _DEFLATED, *_moment(at), entry.crc, *sizes, len(name), len(extra))
    return b"PK\x03\x04" + struct.pack("<5H3L2H", *fixed) + name + extra


def directory(entries: Sequence[Entry], at: datetime, *, wide: int = WIDE) -> bytes:
    """Write what stands behind all of them: where each begins."""
    parts: list[bytes] = []
    offset = 0
    for entry in entries:
        parts.append(_listed(entry, at, offset, wide))
        offset += len(header(entry, at, wide=wide)) + entry.packed
    size = sum(map(len, parts))
    if offset >= wide or size >= wide or len(entries) >= _MANY:
        parts += _large_end(len(entries), size, offset)
        offset = WIDE
    count = min(len(entries), _MANY)
    parts.append(b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, count, count, size, offset, 0))
    return b"".join(parts)


def length(entries: Sequence[Entry], at: datetime, *, wide: int = WIDE) -> int:
    """Say how many bytes the archive has."""
    files = sum(len(header(entry, at, wide=wide)) + entry.packed for entry in entries)
    return files + len(directory(entries, at, wide=wide))


def _is_wide(entry: Entry, wide: int) -> bool:
    return entry.size >= wide or entry.packed >= wide


def _moment(at: datetime) -> tuple[int, int]:
    time = at.hour << 11 | at.minute << 5 | at.second // 2
    return time, (at.year - 1980) << 9 | at.month << 5 | at.day


def _listed(entry: Entry, at: datetime, offset: int, wide: int) -> bytes:
    name, extra = entry.name.encode(), b""
    sizes, place = (entry.packed, entry.size), offset
    if _is_wide(entry, wide):
        extra += struct.pack("<QQ", entry.size, entry.packed)
        sizes = (WIDE, WIDE)
    if offset >= wide:
        extra += struct.pack("<Q", offset)
        place = WIDE
    if extra:
        extra = struct.pack("<HH", 1, len(extra)) + extra
    needed = _LARGE if extra else _PLAIN
    fixed = (_UNIX | needed, needed, _UTF8, _DEFLATED, *_moment(at), entry.crc, *sizes)
    rest = (len(name), len(extra), 0, 0, 0, _MODE, place)
    return b"PK\x01\x02" + struct.pack("<6H3L5H2L", *fixed, *rest) + name + extra


def _large_end(count: int, size: int, offset: int) -> list[bytes]:
    """Write the end that holds large numbers, and where it stands."""
    fixed = (44, _UNIX | _LARGE, _LARGE, 0, 0, count, count, size, offset)
    return [
        b"PK\x06\x06" + struct.pack("<Q2H2L4Q", *fixed),
        b"PK\x06\x07" + struct.pack("<LQL", 0, offset + size, 1),
    ]
