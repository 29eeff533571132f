"""A stand-in for what holds a passkey (WebAuthn): makes one and answers challenges with it.

It is as honest as it is asked to be: a test says what it lies about, field by field.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT: Final = 0x01
VERIFIED: Final = 0x04
_ATTESTED: Final = 0x40
_COORDINATE: Final = 32


@dataclass(frozen=True, kw_only=True)
class Answering:
    """What an answer says of itself; ``None`` where it says what it was asked for."""

    origin: str
    party: str
    challenge: str | None = None
    kind: str | None = None
    flags: int = PRESENT | VERIFIED
    uses: int = 0
    handle: bytes | None = None


@dataclass
class Authenticator:
    """One key, where it is for, and how it answers."""

    says: Answering
    id: bytes = field(default_factory=lambda: os.urandom(24))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def lying(self, **fields: Any) -> Authenticator:  # noqa: ANN401 - whatever it lies about
        """Give the same passkey in a device that says other things."""
        return replace(self, says=replace(self.says, **fields))

    def make(self, options: dict[str, Any]) -> str:
        """Make a passkey as a page's options ask, as the browser writes it."""
        numbers = self.key.public_key().public_numbers()
        x, y = (one.to_bytes(_COORDINATE, "big") for one in (numbers.x, numbers.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        kept = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(self.says.flags | _ATTESTED) + kept
        made: dict[str, Any] = {"fmt": "none", "attStmt": {}, "authData": data}
        said = {"attestationObject": _b64(cbor2.dumps(made)), "transports": ["internal"]}
        return self._written({"clientDataJSON": _b64(self._client(options, "create")), **said})

    def answer(self, options: dict[str, Any]) -> str:
        """Answer the challenge of a page's options."""
        client, data = self._client(options, "get"), self._data(self.says.flags)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        said = {
            "clientDataJSON": _b64(client),
            "authenticatorData": _b64(data),
            "signature": _b64(signed),
            "userHandle": None if self.says.handle is None else _b64(self.says.handle),
        }
        return self._written(said)

    def _client(self, options: dict[str, Any], kind: str) -> bytes:
        says = self.says
        said = {
            "type": says.kind or f"webauthn.{kind}",
            "challenge": says.challenge or options["challenge"],
            "origin": says.origin,
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _data(self, flags: int) -> bytes:
        party = hashlib.sha256(self.says.party.encode()).digest()
        return party + bytes([flags]) + self.says.uses.to_bytes(4, "big")

    def _written(self, response: dict[str, Any]) -> str:
        name = _b64(self.id)
        said = {"id": name, "rawId": name, "type": "public-key", "response": response}
        return json.dumps({**said, "clientExtensionResults": {}})


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
