"""Whether anything is sent and paid: shown, held, and let go once processors were compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, Outcome
from retour.dialects.view import instant
from retour.store.database import DELIVERY
from retour.store.epoch import epoch_now

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.epoch import Epoch

_ENCODE: Final = msgspec.json.Encoder()
_PARTS: Final = (
    "another server",
    "another history of its server, as after a recovery or a promotion",
    "another database",
    "a schema made anew, as from a dump",
)
REMEDY: Final = "Nothing is sent or paid until `retour epoch release`."


async def look_up(house: House) -> Outcome:
    """Say how the epoch stands."""
    now = await epoch_now(await house.database.pool(DELIVERY))
    view = {
        "number": now.number,
        "held": now.is_held,
        "why": why_held(now),
        "held_at": None if now.held_at is None else instant(now.held_at),
        "began_at": instant(now.began_at),
    }
    return Done(status=200, body=_ENCODE.encode(view))


def why_held(now: Epoch) -> str | None:
    """Say in words why nothing is sent and paid; ``None`` while everything is."""
    if not now.is_held:
        return None
    if now.held is not None:
        return f"{now.held} {REMEDY}"
    were, are = now.place.split("/"), now.actual.split("/")
    found = [what for what, was, is_ in zip(_PARTS, were, are, strict=True) if was != is_]
    return f"The database has been restored or moved: it finds itself in {found[0]}. {REMEDY}"
