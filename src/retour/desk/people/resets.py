"""New passwords for who forgot theirs: behind a link that is good once, for an hour."""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from retour.desk.people import persons, posting
from retour.desk.people.keeping import set_password
from retour.desk.people.persons import HOUSE, SQL, mint
from retour.store.database import acting_as

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.people.persons import Person
    from retour.store.database import Connection
    from retour.store.secrets import Vault

LIFE: Final = timedelta(hours=1)
_NOBODY: Final = "psn_nobody"
"""Whom a link is for where an address has no account; it sets nothing, and no mail is sent."""
_SHAPE: Final = re.compile(r"([0-9a-z]{26})-([0-9a-f]{40})")


def _mark(vault: Vault, text: str) -> str:
    return vault.mark("reset", text).hex()[:40]


def link_of(house: House, reset_id: str) -> str:
    """Give the address at which a new password is set."""
    text = reset_id.partition("_")[2]
    return f"{house.settings.public_base}/reset/{text}-{_mark(house.vault, text)}"


async def _begin(connection: Connection, person_id: str) -> str:
    reset_id = await mint(connection, "rst")
    await connection.execute(SQL["drop_resets"], HOUSE, person_id)
    await connection.execute(SQL["put_reset"], HOUSE, reset_id, person_id, LIFE)
    return reset_id


async def link_for(house: House, email: str) -> str | None:
    """Write a link by which an account gets a new password; ``None`` where there is no account."""
    person = await persons.by_email(house, email)
    if person is None:
        return None
    async with house.database.transaction(HOUSE) as connection:
        return link_of(house, await _begin(connection, person.id))


async def ask(house: House, email: str) -> None:
    """Have a link mailed, where there is an account; the same work is done where there is none."""
    person = await persons.by_email(house, email)
    async with house.database.transaction(HOUSE) as connection:
        reset_id = await _begin(connection, _NOBODY if person is None else person.id)
        await posting.post(connection, posting.about_reset(reset_id))
    house.hints(HOUSE, {posting.LETTERS})


def _named(house: House, token: str) -> str | None:
    match = _SHAPE.fullmatch(token)
    if match is None or not hmac.compare_digest(match[2], _mark(house.vault, match[1])):
        return None
    return f"rst_{match[1]}"


async def person_of(house: House, token: str) -> Person | None:
    """Say whose password a link sets; ``None`` where it is not good, or not any more."""
    reset_id = _named(house, token)
    if reset_id is None:
        return None
    async with house.database.transaction(HOUSE) as connection:
        person_id = await connection.fetchval(SQL["one_reset"], HOUSE, reset_id)
    return None if person_id is None else await persons.by_id(house, person_id)


async def use(house: House, token: str, password: str) -> bool:
    """Set the password and end every other way in but codes; False where somebody was faster.

    Whoever made the account, or came into it, may have left a passkey or a link to a provider: who
    reads the mail of the address begins anew, and makes them again.
    """
    reset_id, person = _named(house, token), await person_of(house, token)
    if reset_id is None or person is None:
        return False
    with acting_as(f"person:{person.id}"):
        async with house.database.transaction(HOUSE) as connection:
            if await connection.fetchval(SQL["use_reset"], HOUSE, reset_id) is None:
                return False
            await connection.execute(SQL["drop_passkeys"], HOUSE, person.id)
            await connection.execute(SQL["unlink_identity"], HOUSE, person.id)
        await set_password(house, person.id, password)
    return True
