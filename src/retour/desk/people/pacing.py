"""How often somebody may guess: per account and per network, counted in the database.

Who guesses too often waits, in this account or from this network; the account's owner is never
locked out for good, and what is counted is the same whether the account exists.  A browser in which
the owner has signed in before is counted by itself, so that strangers use up their own tries alone.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from retour.desk.people.persons import HOUSE, SQL

if TYPE_CHECKING:
    from retour.desk.house import House

TRIES_MAX: Final = 10
PERIOD: Final = timedelta(minutes=15)
_V6_NETWORK_BITS: Final = 64
_KNOWN_BYTES: Final = 16


def network_of(address: str) -> str:
    """Give the network that an address counts for: itself, or its 64 bits."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if ip.version == 4:  # noqa: PLR2004 - IPv4
        return str(ip)
    return str(ipaddress.ip_network((ip, _V6_NETWORK_BITS), strict=False))


def known_by(email_key: str) -> str:
    """Draw what a browser says to be known again as one of this account's."""
    return f"{secrets.token_hex(_KNOWN_BYTES)}/{email_key}"


def counted_for(email_key: str, known: str) -> tuple[str, str]:
    """Say whose tries a guess at an account is one of: its browser's, or all strangers'."""
    is_known = known.partition("/")[2] == email_key
    return ("known", known) if is_known else ("account", email_key)


def _subject(house: House, kind: str, what: str) -> bytes:
    return hashlib.sha256(house.vault.mark("try", f"{kind}/{what}")).digest()


async def wait_for(
    house: House, *subjects: tuple[str, str], most: int = TRIES_MAX, period: timedelta = PERIOD
) -> int:
    """Count one more try of each subject (kind, what); gives the seconds to wait, 0 for none."""
    wait = 0
    async with house.database.transaction(HOUSE) as connection:
        for subject in sorted(_subject(house, *one) for one in subjects):
            row = await connection.fetchrow(SQL["count_try"], HOUSE, subject, period)
            assert row is not None, "what is counted is answered"
            if row["tries"] > most:
                wait = max(wait, row["wait_s"], 1)
        await connection.execute(SQL["drop_old_tries"], HOUSE)
    return wait


async def is_first(house: House, kind: str, what: str) -> bool:
    """Say whether something that is good once is used for the first time."""
    return not await wait_for(house, (kind, what), most=1, period=timedelta(hours=1))


async def uncount(house: House, kind: str, what: str) -> None:
    """Take one try back: who got it right was not guessing."""
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["uncount_try"], HOUSE, _subject(house, kind, what))


async def forgive(house: House, *subjects: tuple[str, str]) -> None:
    """Forget what was tried: somebody got it right."""
    async with house.database.transaction(HOUSE) as connection:
        for subject in sorted(_subject(house, *one) for one in subjects):
            await connection.execute(SQL["drop_try"], HOUSE, subject)
