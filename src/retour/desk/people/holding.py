"""Forms that wait for a proof: what was sent is kept sealed until its sender has done so.

Each is good once, for its session and its address, and for as long as a proof would be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.people.persons import HOUSE, SQL, mint
from retour.desk.people.sessions import FRESH
from retour.kernel.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retour.desk.house import House
    from retour.desk.people.sessions import Session

BYTES_MAX: Final = 256 * 1024
"""A form above this is not held: its sender fills it in again."""
WAITING_MAX: Final = 5
"""Forms of one session that wait at a time; the oldest gives way."""
Pairs = list[tuple[str, str]]
_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(Pairs)


def _purpose(session: Session, path: str) -> str:
    return f"held_form/{session.id}/{path}"


async def hold(
    house: House, session: Session, path: str, pairs: Sequence[tuple[str, str]]
) -> str | None:
    """Keep a form that was sent to ``path``; ``None`` where it is too large."""
    said = _ENCODE.encode(pairs)
    if len(said) > BYTES_MAX:
        return None
    sealed = house.vault.seal(_purpose(session, path), said)
    async with house.database.transaction(HOUSE) as connection:
        held_id = await mint(connection, "hld")
        await connection.execute(SQL["drop_held"], HOUSE, session.id, WAITING_MAX - 1)
        await connection.execute(SQL["hold_form"], HOUSE, held_id, session.id, path, sealed, FRESH)
    return held_id


async def path_of(house: House, session: Session, held_id: str) -> str | None:
    """Say where a form that waits goes on; ``None`` where none does any more."""
    if not is_id(held_id, "hld"):
        return None
    async with house.database.transaction(HOUSE) as connection:
        path: str | None = await connection.fetchval(SQL["held_path"], HOUSE, held_id, session.id)
    return path


async def take(house: House, session: Session, held_id: str, path: str) -> Pairs | None:
    """Give what was filled in, this once; ``None`` where it was taken, is too old or another's."""
    if not is_id(held_id, "hld"):
        return None
    async with house.database.transaction(HOUSE) as connection:
        sealed = await connection.fetchval(SQL["take_held"], HOUSE, held_id, session.id, path)
    if sealed is None:
        return None
    return _DECODE.decode(house.vault.open(_purpose(session, path), sealed))
