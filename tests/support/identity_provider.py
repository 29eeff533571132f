"""A stand-in for an OpenID Connect provider: stateful, over HTTP, as strict as the protocol is.

It keeps who signed in and the codes it gave, checks redirect address, client and PKCE, uses a code
once, and lies in its tokens where a test asks it to.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT = "retour"
SECRET = "a secret of the provider's"
Lie = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class IdentityProvider:
    """One issuer with its keys, people and codes."""

    port: int = 0
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    people: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    asked: list[str] = field(default_factory=list[str])
    lie: Lie | None = None
    signs: str = "RS256"
    says_issuer: str | None = None
    says_keys: object = None
    takes_codes_again: bool = False

    @property
    def issuer(self) -> str:
        """Its name, which is its address."""
        return f"http://127.0.0.1:{self.port}"

    def sign_in(self, address: str, subject: str, **claims: object) -> str:
        """Have somebody sign in at the address a browser was sent to; gives where it is sent on."""
        parts = urlsplit(address)
        asked = dict(parse_qsl(parts.query))
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize"
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        self.people[code] = {"sub": subject, **claims}
        sent = {"code": code, "state": asked["state"], "iss": self.issuer}
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode(sent)}"

    def _token(self, code: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.codes[code]["nonce"],
            **self.people[code],
        }
        if "max_age" in self.codes[code]:
            claims["auth_time"] = now
        if self.lie is not None:
            claims = self.lie(claims)
        if self.signs == "none":
            parts = [{"alg": "none"}, claims]
            return ".".join(_b64(json.dumps(one).encode()) for one in parts) + "."
        if self.signs == "HS256":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET))
        if self.signs == "HS256 by the public key":
            parts = [{"alg": "HS256", "kid": self.key.kid}, claims]
            text = ".".join(_b64(json.dumps(one).encode()) for one in parts)
            public = self.key.as_pem(private=False)
            return f"{text}.{_b64(hmac.new(public, text.encode(), 'sha256').digest())}"
        if self.signs == "foreign":
            foreign = RSAKey.generate_key(2048, {"kid": "one"})
            return jwt.encode({"alg": "RS256", "kid": "one"}, claims, foreign)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, Any]:
        """Answer one request."""
        self.asked.append(path)
        match method, path:
            case "GET", "/.well-known/openid-configuration":
                return 200, {
                    "issuer": self.says_issuer or self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                }
            case "GET", "/keys":
                return 200, self.says_keys or {"keys": [self.key.as_dict(private=False)]}
            case "POST", "/token":
                return self._redeem(headers, dict(parse_qsl(body.decode())))
            case _:
                return 404, {}

    def _redeem(self, headers: dict[str, str], said: dict[str, str]) -> tuple[int, Any]:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        who = unquote(base64.b64decode(given).decode())
        asked = self.codes.get(said["code"])
        if scheme != "Basic" or who != f"{CLIENT}:{SECRET}":
            return 401, {"error": "invalid_client"}
        challenge = _b64(hashlib.sha256(said["code_verifier"].encode()).digest())
        is_right = asked is not None and (
            said["grant_type"] == "authorization_code"
            and asked["redirect_uri"] == said["redirect_uri"]
            and asked["code_challenge"] == challenge
        )
        if not is_right:
            return 400, {"error": "invalid_grant"}
        token = self._token(said["code"])
        if not self.takes_codes_again:
            del self.codes[said["code"]]
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": token}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        line, *rest = head.split("\r\n")
        headers = {k.lower(): v for k, _, v in (one.partition(": ") for one in rest if one)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, path, _ = line.split(" ")
        status, said = self.answer(method, path, headers, body)
        sent = json.dumps(said).encode()
        writer.write(
            b"HTTP/1.1 %d X\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%s" % (status, len(sent), sent)
        )
        await writer.drain()
        writer.close()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@contextlib.asynccontextmanager
async def identity_provider() -> AsyncGenerator[IdentityProvider]:
    """Run one for a test."""
    one = IdentityProvider()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        await server.wait_closed()


@contextlib.contextmanager
def provider_running() -> Generator[dict[str, str]]:
    """Run one beside everything, in a thread; gives the settings that lead a house to it."""
    is_up, is_over = threading.Event(), asyncio.Event()
    made: list[IdentityProvider] = []
    loop = asyncio.new_event_loop()

    async def stand() -> None:
        async with identity_provider() as one:
            made.append(one)
            is_up.set()
            await is_over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(stand(),), daemon=True)
    thread.start()
    assert is_up.wait(30), "it did not start"
    try:
        yield {
            "RETOUR_OIDC_ISSUER": made[0].issuer,
            "RETOUR_OIDC_CLIENT_ID": CLIENT,
            "RETOUR_OIDC_CLIENT_SECRET": SECRET,
            "RETOUR_OIDC_NAME": "Nordlicht",
        }
    finally:
        loop.call_soon_threadsafe(is_over.set)
        thread.join(30)
        loop.close()
