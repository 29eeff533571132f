"""Secrets at rest: sealed with AES-256-GCM under the operator's master key.

The context (whose secret it is, in which column) is authenticated, so a sealed value copied to
another row does not open.  Digests of personal look-up keys (e-mail addresses) come from here too.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from collections.abc import Iterable

_NONCE_BYTES: Final = 12


class CannotOpen(Exception):
    """A sealed value was not sealed by this master key for this context."""


class Vault:
    """Seals and opens secrets; holds the only copies of the keys derived from the master key."""

    def __init__(self, master_key: bytes) -> None:
        self._master = master_key
        self._cipher = AESGCM(self._derive("seal"))
        self._digest_key = self._derive("digest")

    def _derive(self, purpose: str) -> bytes:
        return hmac.digest(self._master, f"retour/{purpose}".encode(), "sha256")

    def seal(self, context: str, data: bytes) -> bytes:
        """Seal ``data`` for ``context``; the result differs each time."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, context.encode())

    def open(self, context: str, sealed: bytes) -> bytes:
        """Open what ``seal`` made for the same context.

        Raises:
            CannotOpen: Another key, another context, or damage.
        """
        try:
            return self._cipher.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode()
            )
        except InvalidTag as error:
            message = (
                f"The secret of {context} was sealed with another master key."
                " Set RETOUR_MASTER_KEY to the one used then."
            )
            raise CannotOpen(message) from error

    def digest(self, workspace_id: int, text: str) -> bytes:
        """Give the keyed digest under which a personal text is looked up, apart per workspace."""
        normal = f"{workspace_id}/{text.strip().casefold()}".encode()
        return hmac.digest(self._digest_key, normal, "sha256")

    def identity(self, workspace_id: int, kind: str, form: str) -> bytes:
        """Give the digest by which a customer is known again, under a key of the workspace's."""
        return self.identities(workspace_id, kind, (form,))[0]

    def identities(self, workspace_id: int, kind: str, forms: Iterable[str]) -> list[bytes]:
        """Give the digests of many forms; a thousand take a millisecond."""
        key = self._derive(f"identity/{workspace_id}")
        begun, digests = hmac.new(key, f"{kind}/".encode(), "sha256"), list[bytes]()
        for form in forms:
            one = begun.copy()
            one.update(form.encode())
            digests.append(one.digest())
        return digests

    def mark(self, purpose: str, text: str) -> bytes:
        """Give the keyed mark by which a text of ours is known again, apart per purpose."""
        return hmac.digest(self._derive(f"mark/{purpose}"), text.encode(), "sha256")

    def password(self, role: str) -> str:
        """Give the password of a database role, the same for every process with this master key."""
        return hashlib.sha256(self._derive(f"role/{role}")).hexdigest()
