"""Standard Webhooks signatures, by hand because every attempt makes one.

``webhook-id`` is the event's id, ``webhook-timestamp`` the attempt's second, and
``webhook-signature`` holds ``v1,<base64>`` for every live key, so that a rotation breaks nobody.
Pure.  Source: https://www.standardwebhooks.com, specification 1.0.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec


class SigningKey(msgspec.Struct, frozen=True):
    """One key as it is sealed; ``until`` is when it stops signing, ``None`` for the current one."""

    key: str
    until: datetime | None = None
    is_text: bool = False  # Its owner knows it as the text it decodes to.


class LiveKey(msgspec.Struct, frozen=True):
    """One key ready for use; ``until`` in ms since 1970, ``shown`` as its owner has it."""

    secret: bytes
    until_ms: int | None = None
    shown: bytes = b""


_PREFIX: Final = b"whsec_"
_KEYS: Final = msgspec.json.Decoder(list[SigningKey])


def read_keys(opened: bytes) -> tuple[LiveKey, ...]:
    """Read the keys of a subscription as they stand in its opened secret."""
    return tuple(
        LiveKey(
            secret=b64decode(key.key),
            until_ms=None if key.until is None else int(key.until.timestamp() * 1000),
            shown=b64decode(key.key) if key.is_text else _PREFIX + key.key.encode(),
        )
        for key in _KEYS.decode(opened)
    )


def live_secrets(keys: Sequence[LiveKey], at_s: int) -> list[bytes]:
    """Give the secrets that are live at ``at_s`` as their owner has them, the newest first."""
    return [key.shown for key in reversed(keys) if _is_live(key, at_s)]


def _is_live(key: LiveKey, at_s: int) -> bool:
    return key.until_ms is None or key.until_ms > at_s * 1000


def signature(keys: Sequence[LiveKey], message_id: str, at_s: int, body: bytes) -> str:
    """Sign a message with every key that is live at ``at_s``; empty where none is."""
    signed = b"%b.%d.%b" % (message_id.encode(), at_s, body)
    return " ".join(
        [
            f"v1,{b64encode(hmac.digest(key.secret, signed, 'sha256')).decode()}"
            for key in keys
            if _is_live(key, at_s)
        ]
    )
