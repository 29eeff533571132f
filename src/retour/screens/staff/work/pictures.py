"""Pictures that a customer mailed while they are on the telephone: taken in, put to their item."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from retour.desk import photos
from retour.desk.execute import RequestKey
from retour.gateways.limits import PHOTO_BYTES_MAX
from retour.kernel.ids import is_id
from retour.kernel.problems import InvalidRequest, Transient
from retour.screens.staff.work.finding import words_of
from retour.screens.staff.work.reading import view_of

if TYPE_CHECKING:
    from retour.desk.portal.basket import Basket, Wanted
    from retour.screens.staff.seat import Form
    from retour.screens.staff.work.calling import Call

PICTURES_MAX: Final = 5
"""Of one item, as in the portal."""
BYTES_MAX: Final = 2 * PHOTO_BYTES_MAX + 65_536
_BUSY: Final = "One picture could not be looked at this time. Choose it again."


async def pictured(call: Call, basket: Basket, fields: Form) -> tuple[Basket, dict[str, str]]:
    """Take in what was chosen of each item; tells by field what could not be, the rest is kept."""
    wrong: dict[str, str] = {}
    wanted: list[Wanted] = []
    for place, one in call.wanted_at(basket).items():
        names = [name for name in dict.fromkeys(one.photos) if is_id(name, "pho")]
        for data in [data for data in fields.files.get(f"pictures-{place}", []) if data]:
            title = call.rows[place].title
            if len(names) >= PICTURES_MAX:
                most = f"{PICTURES_MAX} pictures of {title} fit. The others are left out."
                wrong[f"pictures-{place}"] = most
                break
            try:
                name = await _taken(call, place, data)
            except InvalidRequest as error:
                wrong[f"pictures-{place}"] = f"A picture of {title}: {words_of(error)}"
            except Transient:
                wrong[f"pictures-{place}"] = f"{title}: {_BUSY}"
            else:
                names += [name] if name not in names else []
        wanted.append(replace(one, photos=tuple(names[:PICTURES_MAX])))
    return replace(basket, wanted=tuple(wanted)), wrong


async def _taken(call: Call, place: int, data: bytes) -> str:
    """Keep one picture until it is asked for; the same press again keeps the same."""
    once, key = call.seat.once(), None
    if once is not None:
        digest = hashlib.sha256(f"{once.key}-{place}\n".encode() + data).digest()
        key = RequestKey(key_id=once.key_id, key=digest.hex()[:48], digest=digest)
    taken = await photos.take(
        call.seat.house, call.seat.workspace_id, data, actor=call.seat.actor, key=key
    )
    made = view_of(taken)
    if made is None:
        raise Transient(_BUSY)
    name: str = made["id"]
    return name
