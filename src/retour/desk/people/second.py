"""Second factors: codes from the person's own device (RFC 6238), and recovery codes on paper.

The time of a code is the database's, one step of thirty seconds more or less; a step is used up, so
that a code that was looked at over a shoulder is worth nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from retour.desk.people import pacing
from retour.desk.people.persons import HOUSE, SQL, now_s
from retour.desk.people.signing import TooOften, Wrong

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.people.persons import Person

STEP_S: Final = 30
DIGITS: Final = 6
_SECRET_BYTES: Final = 20
RECOVERY_CODES: Final = 10
_ALPHABET: Final = "23456789abcdefghjkmnpqrstvwxyz"
_RECOVERY_LENGTH: Final = 12
_SPACES: Final = str.maketrans("", "", " -")


def _context(person_id: str) -> str:
    return f"person/{person_id}/code"


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # noqa: S303 - what every authenticator speaks


async def ask(house: House, person: Person) -> str:
    """Make a secret that waits for its first code; gives it as an otpauth address."""
    secret = secrets.token_bytes(_SECRET_BYTES)
    sealed = house.vault.seal(_context(person.id), secret)
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["ask_code_secret"], HOUSE, person.id, sealed)
    return _totp(secret).get_provisioning_uri(person.email, "Retour")


def asked(house: House, person: Person) -> tuple[str, str] | None:
    """Give the secret that waits: as an otpauth address, and as text to type."""
    if person.asked_secret is None:
        return None
    secret = house.vault.open(_context(person.id), person.asked_secret)
    text = base64.b32encode(secret).decode().rstrip("=")
    return _totp(secret).get_provisioning_uri(person.email, "Retour"), text


async def confirm(house: House, person: Person, code: str) -> list[str] | None:
    """Ask for codes from now on; gives the recovery codes, this once, or None for a wrong code."""
    if person.asked_secret is None:
        return None
    secret = house.vault.open(_context(person.id), person.asked_secret)
    step = _step_of(secret, code, await now_s(house))
    if step is None:
        return None
    sealed = house.vault.seal(_context(person.id), secret)
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["set_code_secret"], HOUSE, person.id, sealed, step)
    return await renew_recovery(house, person.id)


async def drop(house: House, person_id: str) -> None:
    """Ask for no code any more."""
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["set_code_secret"], HOUSE, person_id, None, 0)
        await connection.execute(SQL["drop_recovery"], HOUSE, person_id)


async def renew_recovery(house: House, person_id: str) -> list[str]:
    """Give new recovery codes; the old ones are worth nothing from now on."""
    codes = [
        "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["drop_recovery"], HOUSE, person_id)
        for code in codes:
            await connection.execute(SQL["put_recovery"], HOUSE, person_id, _digest(code))
    return ["-".join(code[at : at + 4] for at in range(0, _RECOVERY_LENGTH, 4)) for code in codes]


async def recovery_left(house: House, person_id: str) -> int:
    """Count the recovery codes that are still good."""
    async with house.database.transaction(HOUSE) as connection:
        count: int = await connection.fetchval(SQL["count_recovery"], HOUSE, person_id)
    return count


async def check(house: House, person: Person, code: str) -> Wrong | TooOften | None:
    """Say what is wrong with a code or recovery code; ``None`` for a good one, now used up."""
    account = ("code", person.id)
    if wait_s := await pacing.wait_for(house, account):
        return TooOften(wait_s=wait_s)
    if not await _is_good(house, person, code.translate(_SPACES).casefold()):
        return Wrong()
    await pacing.forgive(house, account)
    return None


async def _is_good(house: House, person: Person, code: str) -> bool:
    if person.code_secret is None:
        return False
    if len(code) == _RECOVERY_LENGTH:
        async with house.database.transaction(HOUSE) as connection:
            used = await connection.fetchval(SQL["use_recovery"], HOUSE, person.id, _digest(code))
        return used is not None
    secret = house.vault.open(_context(person.id), person.code_secret)
    step = _step_of(secret, code, await now_s(house))
    if step is None:
        return False
    async with house.database.transaction(HOUSE) as connection:
        used = await connection.fetchval(SQL["use_code_step"], HOUSE, person.id, step)
    return used is not None


def _step_of(secret: bytes, code: str, now_s: int) -> int | None:
    """Say for which step a code is right; None for none near this instant."""
    given = code.translate(_SPACES).encode()
    found: int | None = None
    for step in (now_s // STEP_S + shift for shift in (-1, 0, 1)):
        if hmac.compare_digest(_totp(secret).generate(step * STEP_S), given):
            found = step
    return found


def _digest(code: str) -> bytes:
    return hashlib.sha256(b"recovery/" + code.encode()).digest()
