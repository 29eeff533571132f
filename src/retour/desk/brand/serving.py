"""What browsers fetch of a brand, by what it says: style, font and logo."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from retour.dialects.brand.brand import kept_brand
from retour.dialects.brand.stylesheet import stylesheet, tag
from retour.store.brands import brand_said, font
from retour.store.papers import logo_of

if TYPE_CHECKING:
    from retour.desk.house import House

_NAME: Final = re.compile(r"(?P<tag>[0-9a-f]{20,64})\.(?P<form>css|woff2|jpg)")
TYPES: Final = {"css": "text/css", "woff2": "font/woff2", "jpg": "image/jpeg"}


async def served(house: House, workspace_id: int, name: str) -> tuple[str, bytes] | None:
    """Give a file of a brand with its type; ``None`` where it is not what the brand says now.

    Fonts and logos are kept, so that a mail of last year still shows its own.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    wanted, form = match["tag"], match["form"]
    async with house.database.transaction(workspace_id) as connection:
        match form:
            case "css":
                text = stylesheet(kept_brand(await brand_said(connection, workspace_id)))
                body = None if text is None or tag(text) != wanted else text.encode()
            case "woff2":
                body = await font(connection, workspace_id, wanted)
            case _:
                body = await logo_of(connection, workspace_id, wanted)
    return None if body is None else (TYPES[form], body)
