"""What a page carries from step to step: sealed in its address, and kept nowhere.

Nobody else can read such a text or make one up, and it means nothing for another purpose.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from retour.store.secrets import CannotOpen

if TYPE_CHECKING:
    from retour.store.secrets import Vault

TOKEN_LENGTH_MAX: Final = 12_000
_OPENED_BYTES_MAX: Final = 64_000
_Sealed = TypeVar("_Sealed", bound=msgspec.Struct)
_ENCODE: Final = msgspec.json.Encoder()


def seal(vault: Vault, purpose: str, value: msgspec.Struct) -> str:
    """Write a value as a text for addresses; ``purpose`` names what alone can read it."""
    packed = zlib.compress(_ENCODE.encode(value), 9)
    sealed = vault.seal(_context(purpose, type(value)), packed)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def unseal(vault: Vault, purpose: str, kind: type[_Sealed], token: str) -> _Sealed | None:
    """Read a text of ours; ``None`` where it is none."""
    if len(token) > TOKEN_LENGTH_MAX or not token.isascii():
        return None
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        packed = vault.open(_context(purpose, kind), sealed)
        unpacking = zlib.decompressobj()
        return msgspec.json.decode(unpacking.decompress(packed, _OPENED_BYTES_MAX), type=kind)
    except (binascii.Error, ValueError, CannotOpen, zlib.error):
        return None


def _context(purpose: str, kind: type[msgspec.Struct]) -> str:
    return f"{purpose}/{kind.__name__.lower()}"
