"""A merchant's own font: looked at before it is kept, for every shopper's browser will read it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from retour.desk.brand import keep_brand
from retour.desk.brand.woff2 import what_is_wrong
from retour.desk.outcome import NotFound
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Digest
from retour.store.brands import font, put_font

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.dialects.brand.brand import BrandKept

FONT_BYTES_MAX: Final = 200_000
"""A Latin text face with all its weights is half of it; a page waits for more than that."""


class FontRestored(Body):
    """Which font is put back, and whether pages use it then."""

    font: Digest
    used: bool = True


def _wrong(body: bytes) -> str | None:
    if len(body) > FONT_BYTES_MAX:
        return f"It has {len(body)} bytes; {FONT_BYTES_MAX} are the most. Make a subset of it."
    return what_is_wrong(body)


async def put(house: House, workspace_id: int, body: bytes) -> Outcome:
    """Keep a font, for brands that say ``own``.

    Raises:
        InvalidRequest: It is none.
    """
    if (wrong := _wrong(body)) is not None:
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


async def put_back(house: House, workspace_id: int, digest: str, *, is_used: bool) -> Outcome:
    """Keep a font again that was kept before; ``is_used`` has pages use it, too."""
    async with house.database.transaction(workspace_id) as connection:
        if await font(connection, workspace_id, digest) is None:
            return NotFound(what="font")

    def again(kept: BrandKept) -> BrandKept:
        said = replace(kept.said, font="own") if is_used else kept.said
        return replace(kept, font=digest, said=said)

    return await keep_brand(house, workspace_id, again)
