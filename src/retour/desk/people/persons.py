"""Accounts: one per e-mail address, the house's and no workspace's."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.people.passwords import hashed
from retour.kernel.ids import Mint
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import asyncpg

    from retour.desk.house import House
    from retour.store.database import Connection

SQL: Final = named("people")
HOUSE: Final = 0
"""Stands in for the workspace where a row is the house's own."""
EMAIL_LENGTH_MAX: Final = 254
NAME_LENGTH_MAX: Final = 120
_WORD: Final = r"[^\s@<>\"(),;:\\\x00-\x1f\x7f]+"
_EMAIL: Final = re.compile(rf"{_WORD}@{_WORD}\.[^\s@.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account."""

    id: str
    email: str
    name: str
    password: str | None = None
    code_secret: bytes | None = None
    asked_secret: bytes | None = None


def email_key(email: str) -> str:
    """Fold an e-mail address as accounts are found by it."""
    return email.strip().casefold()


def is_email(text: str) -> bool:
    """Say whether a text could be an e-mail address."""
    return len(text) <= EMAIL_LENGTH_MAX and _EMAIL.fullmatch(text) is not None


def _person(row: asyncpg.Record | None) -> Person | None:
    if row is None:
        return None
    return Person(
        id=row["person_id"],
        email=row["email"],
        name=row["name"],
        password=row["password"],
        code_secret=row["code_secret"],
        asked_secret=row["asked_secret"],
    )


async def by_email(house: House, email: str) -> Person | None:
    """Find an account by its address."""
    async with house.database.transaction(HOUSE) as connection:
        return _person(await connection.fetchrow(SQL["person_by_email"], HOUSE, email_key(email)))


async def by_id(house: House, person_id: str) -> Person | None:
    """Find an account by its id."""
    async with house.database.transaction(HOUSE) as connection:
        return _person(await connection.fetchrow(SQL["person_by_id"], HOUSE, person_id))


async def named_by(house: House, ids: Iterable[str]) -> Mapping[str, Person]:
    """Say who these are, for lists; who is gone is missing."""
    async with house.database.transaction(HOUSE) as connection:
        rows = await connection.fetch(SQL["persons_named"], HOUSE, sorted(set(ids)))
    return {
        row["person_id"]: Person(id=row["person_id"], email=row["email"], name=row["name"])
        for row in rows
    }


async def mint(connection: Connection, prefix: str) -> str:
    """Mint an id of the house's."""
    return Mint(await connection.fetchval(SQL["house_now"]), os.urandom(16))(prefix)


async def make(house: House, *, email: str, name: str, password: str | None) -> Person | None:
    """Make an account; ``None`` where the address has one."""
    kept = None if password is None else await hashed(password)
    email = email.strip()
    async with house.database.transaction(HOUSE) as connection:
        person_id = await mint(connection, "psn")
        made = await connection.fetchval(
            SQL["insert_person"], HOUSE, person_id, email, email_key(email), name.strip(), kept
        )
    if made is None:
        return None
    return Person(id=person_id, email=email, name=name.strip(), password=kept)


async def now_s(house: House) -> int:
    """Give database time in whole seconds, by which codes and what is begun are good."""
    async with house.database.transaction(HOUSE) as connection:
        now = await connection.fetchval(SQL["house_now"])
    return int(now.timestamp())
