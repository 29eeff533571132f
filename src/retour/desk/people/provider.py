"""Signing in by an identity provider (OpenID Connect): code with PKCE, and nothing taken on trust.

Where the provider is, is asked of it itself, through the egress guard.  Somebody is known by issuer
and subject; an e-mail address or a group in a claim gives nobody anything.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from retour.desk.people.persons import HOUSE, SQL, now_s
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient, HttpRequest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from retour.desk.house import House

ALGORITHMS: Final = ["RS256", "ES256", "PS256"]
"""What a provider may sign with; never what a token says of itself alone."""
BACK: Final = "/sign-in/provider/back"
_BYTES_MAX: Final = 262_144
_KNOWN_S: Final = 3600.0
_KEYS_S: Final = 60.0
"""How long keys are believed in before an unknown one makes us ask again."""
LEEWAY_S: Final = 60
"""By how much a provider's clock may be off."""
_AGE_MAX_S: Final = 600
_SUBJECT_LENGTH_MAX: Final = 255
_OK: Final = 200
_TIMEOUT_S: Final = 10.0


class ProviderTrouble(Exception):
    """It cannot be used now, or said what cannot be believed; the words are for people."""


class _Discovered(msgspec.Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Keys(msgspec.Struct):
    keys: list[dict[str, Any]]


class _Tokens(msgspec.Struct):
    id_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What a browser holds while its person is at the provider."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who somebody is, as the provider proved it."""

    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    proved_at: int = 0
    """When they last proved it there, in seconds; 0 where it did not say."""


_FOUND: Final[dict[str, tuple[float, _Discovered]]] = {}
_KEYS: Final[dict[str, tuple[float, KeySet]]] = {}


def begin() -> Begun:
    """Draw what binds the provider's answer to this browser and this attempt."""
    return Begun(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
    )


def redirect_uri(house: House) -> str:
    """Give the one address that the provider sends browsers back to."""
    return f"{house.settings.public_base}{BACK}"


async def address(house: House, begun: Begun, *, again: bool = False) -> str:
    """Give where a browser goes to sign in; ``again`` has the provider ask anew.

    Raises:
        ProviderTrouble: It cannot be reached or is not what it should be.
    """
    async with _calling(house) as http:
        there = await _discover(house, http)
    challenge = hashlib.sha256(begun.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": house.settings.oidc_client_id or "",
        "redirect_uri": redirect_uri(house),
        "scope": "openid profile email",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    if again:
        asked |= {"prompt": "login", "max_age": "0"}
    mark = "&" if "?" in there.authorization_endpoint else "?"
    return f"{there.authorization_endpoint}{mark}{urlencode(asked)}"


async def known_by(house: House, begun: Begun, code: str) -> Known:
    """Turn a code into who somebody is.

    Raises:
        ProviderTrouble: The provider refuses, or its token does not hold.
    """
    async with _calling(house) as http:
        there = await _discover(house, http)
        token = await _redeem(house, http, there, begun, code)
        try:
            keys = await _keys(http, there, anew=False)
            try:
                signed = jwt.decode(token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                keys = await _keys(http, there, anew=True)
                signed = jwt.decode(token, keys, algorithms=ALGORITHMS)
            claims: dict[str, Any] = signed.claims
            return await _checked(house, claims, begun, there.issuer)
        except (JoseError, ValueError) as error:
            message = "What the provider said of you does not hold. Sign in again."
            raise ProviderTrouble(message) from error


async def _checked(house: House, claims: dict[str, Any], begun: Begun, issuer: str) -> Known:
    """Hold every claim to what was asked: issuer, audience, times, nonce."""
    now = await now_s(house)
    client = house.settings.oidc_client_id or ""
    registry = jwt.JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY_S,
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        aud={"essential": True, "value": client},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": begun.nonce},
    )
    registry.validate(claims)
    for_others = claims["aud"] not in (client, [client])
    if for_others or claims.get("azp", client) != client or claims["nonce"] != begun.nonce:
        raise ValueError(client)
    if not _names_somebody(claims["sub"]) or not now - _AGE_MAX_S <= claims["iat"]:
        raise ValueError(claims["iat"])
    name, email, proved = (claims.get(one) for one in ("name", "email", "auth_time"))
    return Known(
        issuer=issuer,
        subject=claims["sub"],
        name="".join(one for one in name if one.isprintable()) if isinstance(name, str) else "",
        email=email if isinstance(email, str) else "",
        proved_at=proved if isinstance(proved, int) and proved <= now + LEEWAY_S else 0,
    )


def _names_somebody(subject: object) -> bool:
    return (
        isinstance(subject, str)
        and subject.isprintable()
        and 1 <= len(subject) <= _SUBJECT_LENGTH_MAX
    )


@asynccontextmanager
async def _calling(house: House) -> AsyncGenerator[HttpClient]:
    http = HttpClient(allow=parse_allow(house.settings.egress_allow))
    http.start()
    try:
        yield http
    finally:
        await http.close()


async def _ask(http: HttpClient, request: HttpRequest) -> bytes:
    reply = await http.send(request)
    if reply.status != _OK or reply.is_truncated:
        message = "The identity provider does not answer as it should. Try again in a while."
        raise ProviderTrouble(message)
    return reply.body


async def _read(http: HttpClient, url: str) -> bytes:
    accept = (("Accept", "application/json"),)
    return await _ask(
        http,
        HttpRequest(
            url=url,
            method="GET",
            headers=accept,
            timeout_s=_TIMEOUT_S,
            reply_bytes_max=_BYTES_MAX,
        ),
    )


async def _discover(house: House, http: HttpClient) -> _Discovered:
    """Ask the provider where its parts are; it must be who was configured."""
    issuer = house.settings.oidc_issuer or ""
    known = _FOUND.get(issuer)
    if known is not None and time.monotonic() - known[0] < _KNOWN_S:
        return known[1]
    body = await _read(http, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    try:
        there = msgspec.json.decode(body, type=_Discovered)
    except msgspec.DecodeError as error:
        message = "The identity provider does not say where its parts are. Tell your operator."
        raise ProviderTrouble(message) from error
    if there.issuer != issuer:
        message = "The identity provider says it is another one. Tell your operator."
        raise ProviderTrouble(message)
    _FOUND[issuer] = (time.monotonic(), there)
    return there


async def _keys(http: HttpClient, there: _Discovered, *, anew: bool) -> KeySet:
    """Give the provider's keys; ``anew`` asks it again unless that was just done."""
    known = _KEYS.get(there.jwks_uri)
    believed_s = _KEYS_S if anew else _KNOWN_S
    if known is not None and time.monotonic() - known[0] < believed_s:
        return known[1]
    body = await _read(http, there.jwks_uri)
    try:
        said = msgspec.json.decode(body, type=_Keys)
        found = KeySet.import_key_set({"keys": said.keys})
    except (msgspec.DecodeError, JoseError, ValueError) as error:
        message = "The identity provider gives no keys that can be read. Tell your operator."
        raise ProviderTrouble(message) from error
    _KEYS[there.jwks_uri] = (time.monotonic(), found)
    return found


async def _redeem(
    house: House, http: HttpClient, there: _Discovered, begun: Begun, code: str
) -> str:
    """Give the code and the verifier for a token; a code is good once, so nothing is repeated."""
    settings = house.settings
    said = (settings.oidc_client_id or "", settings.oidc_client_secret or "")
    who = ":".join(quote(one, safe="") for one in said)
    body = await _ask(
        http,
        HttpRequest(
            url=there.token_endpoint,
            headers=(
                ("Authorization", f"Basic {base64.b64encode(who.encode()).decode()}"),
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("Accept", "application/json"),
            ),
            body=urlencode(
                {
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": redirect_uri(house),
                    "code_verifier": begun.verifier,
                }
            ).encode(),
            timeout_s=_TIMEOUT_S,
            reply_bytes_max=_BYTES_MAX,
            is_once=True,
        ),
    )
    try:
        return msgspec.json.decode(body, type=_Tokens).id_token
    except msgspec.DecodeError as error:
        message = "The identity provider gave no token. Sign in again."
        raise ProviderTrouble(message) from error


# ---------------------------------------------------------------- whose it is


async def person_of(house: House, known: Known) -> str | None:
    """Say which account an identity is linked to."""
    async with house.database.transaction(HOUSE) as connection:
        found: str | None = await connection.fetchval(
            SQL["person_by_identity"], HOUSE, known.issuer, known.subject
        )
    return found


async def link(house: House, person_id: str, known: Known) -> bool:
    """Link an identity to an account; False where it is another's."""
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(
            SQL["link_identity"], HOUSE, known.issuer, known.subject, person_id
        )
        linked: str | None = await connection.fetchval(
            SQL["person_by_identity"], HOUSE, known.issuer, known.subject
        )
    return linked == person_id


async def is_linked(house: House, person_id: str) -> bool:
    """Say whether an account can sign in by the provider."""
    issuer = house.settings.oidc_issuer
    async with house.database.transaction(HOUSE) as connection:
        return bool(await connection.fetchval(SQL["has_identity"], HOUSE, person_id, issuer))


async def unlink(house: House, person_id: str) -> None:
    """End the link of an account."""
    async with house.database.transaction(HOUSE) as connection:
        await connection.execute(SQL["unlink_identity"], HOUSE, person_id)
