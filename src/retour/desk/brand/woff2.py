"""What a WOFF2 file says it holds, table by table: enough to refuse what is no font of text.

Its compressed data is not unpacked: no browser takes more from it than this directory says, and
each checks what it finds (W3C, WOFF File Format 2.0, sections 4 and 5).  Pure.
"""

from __future__ import annotations

import struct
from typing import Final

_HEADER: Final = struct.Struct(">4s4sLHHLLHHLLLLL")
_FLAVOURS: Final = frozenset({b"\x00\x01\x00\x00", b"OTTO", b"true"})
_TABLES_MAX: Final = 100
_UNPACKED_MAX: Final = 8_000_000
_DIGITS_MAX: Final = 5
_MORE: Final = 0x80
"""Marks a byte of a number that goes on."""
_OWN_TAG: Final = 63
_TAGS: Final = (
    *("cmap", "head", "hhea", "hmtx", "maxp", "name", "OS/2", "post", "cvt ", "fpgm", "glyf"),
    *("loca", "prep", "CFF ", "VORG", "EBDT", "EBLC", "gasp", "hdmx", "kern", "LTSH", "PCLT"),
    *("VDMX", "vhea", "vmtx", "BASE", "GDEF", "GPOS", "GSUB", "EBSC", "JSTF", "MATH", "CBDT"),
    *("CBLC", "COLR", "CPAL", "SVG ", "sbix", "acnt", "avar", "bdat", "bloc", "bsln", "cvar"),
    *("fdsc", "feat", "fmtx", "fvar", "gvar", "hsty", "just", "lcar", "mort", "morx", "opbd"),
    *("prop", "trak", "Zapf", "Silf", "Glat", "Gloc", "Feat", "Sill"),
)
"""Tables by their number in the directory."""
_NEEDED: Final = frozenset({"cmap", "head", "hhea", "hmtx", "maxp", "name", "post"})
_OUTLINES: Final = (frozenset({"glyf", "loca"}), frozenset({"CFF "}), frozenset({"CFF2"}))
_RESHAPED: Final = frozenset({"glyf", "loca"})
"""Tables that are transformed unless they say that they are not (version 3)."""
_AS_IT_IS: Final = 3

NO_FONT: Final = "This is no WOFF2 font. Convert it, for example with fonttools or woff2_compress."
NOT_ONE: Final = "Its header is not that of one font. Convert a TTF or OTF file of a single font."
NOT_WHOLE: Final = "Its sizes are not those of the file. Send the file whole, as it was converted."
NO_TABLES: Final = (
    "Its list of tables is not that of a font with letters. Convert it anew from its TTF or OTF."
)


def what_is_wrong(body: bytes) -> str | None:
    """Say why bytes are no font that we would hand to browsers; ``None`` where they are one."""
    if len(body) < _HEADER.size or body[:4] != b"wOF2":
        return NO_FONT
    _, flavour, length, tables, reserved, unpacked, packed, *_, place, size, _, private, own = (
        _HEADER.unpack_from(body)
    )
    if flavour not in _FLAVOURS or reserved != 0 or not 0 < tables <= _TABLES_MAX:
        return NOT_ONE
    is_whole = length == len(body) and _HEADER.size + packed <= length
    is_whole = is_whole and place + size <= length and private + own <= length
    if not is_whole or unpacked > _UNPACKED_MAX:
        return NOT_WHOLE
    listed = _listed(body, tables)
    if listed is None or not _is_of_letters(listed[0]):
        return NO_TABLES
    _, total, after = listed
    return NOT_WHOLE if total > _UNPACKED_MAX or after + packed > length else None


def _is_of_letters(tags: list[str]) -> bool:
    said = frozenset(tags)
    has_outlines = any(one <= said for one in _OUTLINES)
    return len(said) == len(tags) and said >= _NEEDED and has_outlines


def _listed(body: bytes, tables: int) -> tuple[list[str], int, int] | None:
    """Read the directory: tags, bytes of all tables unpacked, and where it ends."""
    at, total = _HEADER.size, 0
    tags: list[str] = []
    for _table in range(tables):
        if at >= len(body):
            return None
        flags, at = body[at], at + 1
        if flags & _OWN_TAG == _OWN_TAG:
            tag, at = body[at : at + 4].decode("latin-1"), at + 4
        else:
            tag = _TAGS[flags & _OWN_TAG]
        is_reshaped = (flags >> 6 != _AS_IT_IS) if tag in _RESHAPED else flags >> 6 != 0
        for _ in range(1 + is_reshaped):  # As it was, and as it is packed; each is unpacked once.
            read = _number(body, at)
            if read is None:
                return None
            total, at = total + read[0], read[1]
        tags.append(tag)
    return tags, total, at


def _number(body: bytes, at: int) -> tuple[int, int] | None:
    """Read a number of seven bits a byte, and where it ends; ``None`` of one that is too long."""
    value = 0
    for place, byte in enumerate(body[at : at + _DIGITS_MAX]):
        if place == 0 and byte == _MORE:
            return None  # Leading noughts are not allowed.
        value = value << 7 | byte % _MORE
        if byte < _MORE:
            return value, at + place + 1
    return None
