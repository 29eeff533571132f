"""Passkeys (WebAuthn): made on one's own page, then enough to sign in, for they ask who holds them.

A challenge is held by the browser it was made for and is good once; what an authenticator answers
is bound to our name and origin by itself.
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from retour.desk.people import pacing
from retour.desk.people.persons import HOUSE, SQL

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.people.persons import Person

CHALLENGE_BYTES: Final = 32
NAME_LENGTH_MAX: Final = 60
PASSKEYS_MAX: Final = 20
CREDENTIAL_LENGTH_MAX: Final = 16_384
_TIMEOUT_MS: Final = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whom passkeys are for: our name, and the origin of our pages."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A passkey as its person sees it in a list."""

    id: bytes
    name: str
    made_at: datetime
    used_at: datetime | None


def party_of(house: House, host: str) -> Party | None:
    """Give whom passkeys are for; ``None`` where we are reached by a number, which has none.

    Args:
        host: What the browser calls us; ``localhost`` is taken at its word.
    """
    base = urlsplit(house.settings.public_base)
    if host.partition(":")[0] == "localhost" and base.scheme == "http":
        return Party(name="localhost", origin=f"http://{host}")
    name = base.hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return Party(name=name, origin=f"{base.scheme}://{base.netloc}") if name else None
    return None


def draw() -> str:
    """Draw a challenge."""
    return secrets.token_hex(CHALLENGE_BYTES)


async def making(house: House, party: Party, person: Person, challenge: str) -> str:
    """Give what a browser needs to make a passkey, as JSON."""
    known = await listing(house, person.id)
    options = generate_registration_options(
        rp_id=party.name,
        rp_name="Retour",
        user_id=person.id.encode(),
        user_name=person.email,
        user_display_name=person.name,
        challenge=bytes.fromhex(challenge),
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.id) for one in known],
    )
    return options_to_json(options)


async def keep(
    house: House, party: Party, person: Person, challenge: str, said: tuple[str, str]
) -> bool:
    """Keep a passkey by (name, what the browser made); False where it does not hold."""
    name, credential = said
    if len(credential) > CREDENTIAL_LENGTH_MAX or not await _is_new(house, challenge):
        return False
    try:
        made = verify_registration_response(
            credential=credential,
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=party.name,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return False
    async with house.database.transaction(HOUSE) as connection:
        kept: bytes | None = await connection.fetchval(
            SQL["put_passkey"],
            HOUSE,
            made.credential_id,
            person.id,
            name.strip()[:NAME_LENGTH_MAX] or "Passkey",
            made.credential_public_key,
            made.sign_count,
            PASSKEYS_MAX,
        )
    return kept is not None


def asking(party: Party, challenge: str) -> str:
    """Give what a browser needs to sign in with any passkey it holds for us, as JSON."""
    options = generate_authentication_options(
        rp_id=party.name,
        challenge=bytes.fromhex(challenge),
        timeout=_TIMEOUT_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


async def person_of(house: House, party: Party, challenge: str, credential: str) -> str | None:
    """Say whose passkey answered a challenge; ``None`` where nobody's did as it should."""
    if len(credential) > CREDENTIAL_LENGTH_MAX or not await _is_new(house, challenge):
        return None
    try:
        said = parse_authentication_credential_json(credential)
    except (WebAuthnException, ValueError):
        return None
    async with house.database.transaction(HOUSE) as connection:
        row = await connection.fetchrow(SQL["one_passkey"], HOUSE, said.raw_id)
    if row is None or said.response.user_handle not in (None, row["person_id"].encode()):
        return None
    try:
        seen = verify_authentication_response(
            credential=said,
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=party.name,
            expected_origin=party.origin,
            credential_public_key=row["public_key"],
            credential_current_sign_count=row["uses"],
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError):
        return None
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["use_passkey"], HOUSE, said.raw_id, seen.new_sign_count)
    person_id: str = row["person_id"]
    return person_id


async def _is_new(house: House, challenge: str) -> bool:
    return await pacing.is_first(house, "challenge", challenge)


async def listing(house: House, person_id: str) -> list[Passkey]:
    """List somebody's passkeys, the oldest first."""
    async with house.database.transaction(HOUSE) as connection:
        rows = await connection.fetch(SQL["list_passkeys"], HOUSE, person_id)
    return [
        Passkey(
            id=row["passkey_id"],
            name=row["name"],
            made_at=row["made_at"],
            used_at=row["used_at"],
        )
        for row in rows
    ]


async def remove(house: House, person_id: str, passkey_id: str) -> None:
    """Forget a passkey of somebody's, by its id in hexadecimal digits."""
    try:
        raw = bytes.fromhex(passkey_id)
    except ValueError:
        return
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["remove_passkey"], HOUSE, person_id, raw)
