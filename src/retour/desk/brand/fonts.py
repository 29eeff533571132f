"""A merchant's own font: looked at before it is kept, for every shopper's browser will read it."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from retour.desk.brand import keep_brand
from retour.kernel.problems import FieldError, InvalidRequest
from retour.store.brands import put_font

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.dialects.brand.brand import BrandKept

FONT_BYTES_MAX: Final = 200_000
"""A Latin text face with all its weights is half of it; a page waits for more than that."""
_HEADER: Final = struct.Struct(">4s4sLHHLLHHLLLLL")
_FLAVOURS: Final = frozenset({b"\x00\x01\x00\x00", b"OTTO", b"true"})
_TABLES_MAX: Final = 100
_UNPACKED_MAX: Final = 8_000_000


def what_is_wrong(body: bytes) -> str | None:
    """Say why bytes are no WOFF2 font that we would hand to browsers; ``None`` where they are one.

    Only the header is read: browsers check the rest before they use any of it.
    """
    if len(body) > FONT_BYTES_MAX:
        return f"It has {len(body)} bytes; {FONT_BYTES_MAX} are the most. Make a subset of it."
    if len(body) < _HEADER.size or body[:4] != b"wOF2":
        return "This is no WOFF2 font. Convert it, for example with fonttools or woff2_compress."
    _, flavour, length, tables, reserved, unpacked, packed, *_, place, size, _, private, own = (
        _HEADER.unpack_from(body)
    )
    is_whole = length == len(body) and _HEADER.size + packed <= length
    is_whole = is_whole and place + size <= length and private + own <= length
    if flavour not in _FLAVOURS or reserved != 0 or not 0 < tables <= _TABLES_MAX:
        return "Its header is not that of one font. Convert a TTF or OTF file of a single font."
    if not is_whole or unpacked > _UNPACKED_MAX:
        return "Its sizes are not those of the file. Send the file whole, as it was converted."
    return None


async def put(house: House, workspace_id: int, body: bytes) -> Outcome:
    """Keep a font, for brands that say ``own``.

    Raises:
        InvalidRequest: It is none.
    """
    if (wrong := what_is_wrong(body)) is not None:
        raise InvalidRequest(FieldError(pointer="", code="bad_value", detail=wrong))
    digest = hashlib.sha256(body).hexdigest()
    async with house.database.transaction(workspace_id) as connection:
        await put_font(connection, workspace_id, digest, body)
    return await keep_brand(house, workspace_id, lambda kept: replace(kept, font=digest))


async def remove(house: House, workspace_id: int) -> Outcome:
    """Let pages be in the reader's own font again."""

    def without(kept: BrandKept) -> BrandKept:
        return replace(kept, font=None, said=replace(kept.said, font="system"))

    return await keep_brand(house, workspace_id, without)
