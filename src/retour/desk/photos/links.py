"""Links to photos: whoever has one may see one photo in one size, for a quarter of an hour.

Nothing of a link is stored: the mark at its end is the master key's.  Its path holds ids and a
mark, so no text of a stranger ever becomes a path.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from retour.dialects.view import View, instant
from retour.kernel.ids import is_id, workspace_number, workspace_text
from retour.store.photos import Image, Size, image_until

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.secrets import Vault

PATH: Final = "/photos"
LIFE: Final = timedelta(minutes=15)
_STEP_S: Final = 300
"""Links end at full five minutes, so that pages opened soon after another can share a cache."""
_MARK_BYTES: Final = 16
_SIZES: Final[dict[str, Size]] = {"f": "full", "t": "thumb"}
_SHAPE: Final = re.compile(
    r"(?P<workspace>[0-9a-z]{13})-(?P<photo>[0-9a-z]{26})-(?P<size>[ft])-(?P<until>[0-9a-f]{8,10})"
    r"-(?P<mark>[0-9a-f]{32})"
)


def links(house: House, workspace_id: int, photo_id: str, now: datetime) -> View:
    """Give the addresses of a photo in both sizes, and until when they are good."""
    until = int((now + LIFE).timestamp()) // _STEP_S * _STEP_S
    base = house.settings.public_base
    return {
        "full": f"{base}{PATH}/{_token(house.vault, workspace_id, photo_id, 'f', until)}",
        "thumb": f"{base}{PATH}/{_token(house.vault, workspace_id, photo_id, 't', until)}",
        "until": instant(datetime.fromtimestamp(until, tz=UTC)),
    }


async def follow(house: House, token: str) -> Image | None:
    """Give what a link leads to; nothing where it is not ours, has ended, or the photo is gone."""
    match = _SHAPE.fullmatch(token)
    if match is None:
        return None
    said, _, mark = token.rpartition("-")
    workspace_id = workspace_number("ws_" + match["workspace"])
    photo_id = "pho_" + match["photo"]
    is_ours = hmac.compare_digest(mark, _mark(house.vault, said))
    if not is_ours or workspace_id is None or not is_id(photo_id, "pho"):
        return None
    until = datetime.fromtimestamp(int(match["until"], 16), tz=UTC)
    async with house.database.transaction(workspace_id) as connection:
        return await image_until(connection, workspace_id, photo_id, _SIZES[match["size"]], until)


def _token(vault: Vault, workspace_id: int, photo_id: str, size: str, until: int) -> str:
    workspace = workspace_text(workspace_id).removeprefix("ws_")
    text = f"{workspace}-{photo_id.removeprefix('pho_')}-{size}-{until:08x}"
    return f"{text}-{_mark(vault, text)}"


def _mark(vault: Vault, text: str) -> str:
    return vault.mark("link/photo", text)[:_MARK_BYTES].hex()
