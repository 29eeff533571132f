"""The keys a subscription's messages are signed with: made, read, sealed, rotated.

A key is 24 to 64 bytes, shown as ``whsec_`` and base64 as Standard Webhooks has it.  A dialect with
a signature of its own is keyed by what is shown, so there any text can be a key.  At rest the keys
of a subscription are one sealed JSON list, oldest first; a replaced one bears its end.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from retour.kernel.problems import FieldError, InvalidRequest

if TYPE_CHECKING:
    from retour.store.secrets import Vault

PREFIX: Final = "whsec_"
_FRESH_BYTES: Final = 32
_BYTES: Final = range(24, 65)
_CHARACTERS: Final = range(16, 256)
LIVE_MAX: Final = 5
"""Keys of one subscription that sign at once; each is one more signature in every request."""


class SigningKey(msgspec.Struct, frozen=True):
    """One key; ``until`` is when it stops signing, ``None`` for the current one."""

    key: str  # Base64, without the prefix.
    until: datetime | None = None
    is_text: bool = False  # Shown as the text it decodes to.


_ENCODE: Final = msgspec.json.Encoder()
_KEYS: Final = msgspec.json.Decoder(list[SigningKey])


def fresh_key() -> SigningKey:
    """Make a key of 32 random bytes."""
    return SigningKey(base64.b64encode(secrets.token_bytes(_FRESH_BYTES)).decode())


def read_key(text: str) -> SigningKey:
    """Take a key of the merchant's own.

    Raises:
        InvalidRequest: It is not ``whsec_`` and the base64 of 24 to 64 bytes.
    """
    encoded = text.removeprefix(PREFIX)
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if encoded == text or len(key) not in _BYTES:
        raise InvalidRequest(
            FieldError(
                pointer="/secret",
                code="bad_secret",
                detail="A secret is whsec_ and base64 of 24 to 64 bytes. Leave it out to get one.",
            )
        )
    return SigningKey(encoded)


def read_text_key(text: str) -> SigningKey:
    """Take a key for a dialect whose receivers use the text itself: any of 16 to 255 characters.

    Raises:
        InvalidRequest: It is shorter, longer or not printable ASCII.
    """
    if len(text) not in _CHARACTERS or not (text.isascii() and text.isprintable()):
        detail = "A secret is 16 to 255 printable ASCII characters. Leave it out to get one."
        raise InvalidRequest(FieldError(pointer="/secret", code="bad_secret", detail=detail))
    return SigningKey(base64.b64encode(text.encode()).decode(), is_text=True)


def shown(key: SigningKey) -> str:
    """Write a key as its owner keeps it."""
    return base64.b64decode(key.key).decode() if key.is_text else PREFIX + key.key


def _context(workspace_id: int, subscription_id: str) -> str:
    return f"{workspace_id}/subscription/{subscription_id}/secrets"


def seal_keys(
    vault: Vault, workspace_id: int, subscription_id: str, keys: Sequence[SigningKey]
) -> bytes:
    """Seal a subscription's keys, for its row only."""
    return vault.seal(_context(workspace_id, subscription_id), _ENCODE.encode(keys))


def open_keys(
    vault: Vault, workspace_id: int, subscription_id: str, sealed: bytes | None
) -> list[SigningKey]:
    """Open a subscription's keys, oldest first.

    Raises:
        CannotOpen: They were sealed under another master key.
    """
    if sealed is None:
        return []
    return _KEYS.decode(vault.open(_context(workspace_id, subscription_id), sealed))


def rotated(
    keys: Sequence[SigningKey], new: SigningKey, *, now: datetime, until: datetime
) -> list[SigningKey]:
    """Put ``new`` in force; every key before it ends at ``until`` or sooner, the ended ones go."""
    ending = [
        msgspec.structs.replace(key, until=until if key.until is None else min(key.until, until))
        for key in keys
    ]
    live = [key for key in ending if key.until is not None and key.until > now]
    return [*live[-(LIVE_MAX - 1) :], new]
