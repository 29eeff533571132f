"""What somebody changes about their own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retour.desk.people import passwords, sessions
from retour.desk.people.persons import HOUSE, SQL

if TYPE_CHECKING:
    from retour.desk.house import House


async def rename(house: House, person_id: str, name: str) -> None:
    """Call somebody otherwise from now on."""
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["rename_person"], HOUSE, person_id, name)


async def set_password(
    house: House, person_id: str, password: str, *, but: str | None = None
) -> None:
    """Take a new password and sign every browser out, ``but`` the one it was changed in."""
    kept = await passwords.hashed(password)
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["set_password"], HOUSE, person_id, kept)
    await sessions.end_all(house, person_id, but=but)
