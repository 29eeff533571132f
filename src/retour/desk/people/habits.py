"""How somebody likes to work: their keys, how close rows stand, what follows a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.people.persons import HOUSE, SQL

if TYPE_CHECKING:
    from retour.desk.house import House

_ENCODE: Final = msgspec.json.Encoder()


class Habits(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody keeps; as everybody begins where nothing is said.

    Args:
        has_keys: Whether single keys do anything.
        keys: Keys that were given to others, by the key that did it first.
        goes_on: Whether a decision on a return of a queue leads to the next in it.
        is_roomy: Whether rows stand further apart.
    """

    has_keys: bool = True
    keys: dict[Annotated[str, Meta(max_length=1)], Annotated[str, Meta(max_length=1)]] = {}
    goes_on: bool = True
    is_roomy: bool = False


_DECODE: Final = msgspec.json.Decoder(Habits)
EVERYBODYS: Final = Habits()


def read(text: str) -> Habits:
    """Read what is kept; what cannot be read is nothing kept."""
    try:
        return _DECODE.decode(text)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return EVERYBODYS


async def keep(house: House, person_id: str, habits: Habits) -> None:
    """Keep it for somebody, in every browser and workspace of theirs."""
    async with house.database.transaction(HOUSE) as connection:
        text = _ENCODE.encode(habits).decode()
        await connection.execute(SQL["keep_habits"], HOUSE, person_id, text)
