"""Addresses for answers to our mails: each names one conversation and proves that we gave it.

``reply+<workspace><thread><mark>@<domain>``: nothing of it is stored, and it never ends, so an
answer after a year still finds its way.  Only lower-case letters and digits are used, for mail
servers on the way may change the case; all of it fits the 64 characters of a local part.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.kernel.ids import is_id, workspace_number, workspace_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retour.store.secrets import Vault

_PURPOSE: Final = "reply"
_MARK_LENGTH: Final = 18
"""Characters of five bits: ninety bits that nobody guesses."""
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LOCAL: Final = re.compile(
    r"reply\+(?P<said>(?P<workspace>[0-9a-z]{13})(?P<thread>[0-9a-z]{26}))"
    rf"(?P<mark>[0-9a-z]{{{_MARK_LENGTH}}})@",
    re.IGNORECASE,
)
_LOOKS_LIKE: Final = re.compile(r"reply\+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A conversation: ``id`` is that of its return and of its ticket, without their prefixes."""

    workspace_id: int
    id: str

    @property
    def return_id(self) -> str:
        """The return it is about, if there is one."""
        return f"ret_{self.id}"

    @property
    def ticket_id(self) -> str:
        """The ticket that waits under the same name, if there is one."""
        return f"tkt_{self.id}"


class Replies:
    """Writes the addresses that customers answer to."""

    def __init__(self, vault: Vault, domain: str) -> None:
        self._vault = vault
        self._domain = domain

    def address(self, workspace: str, about: str) -> str:
        """Give the address of the conversation about a return or ticket, by its id."""
        workspace_id = workspace_number(workspace)
        assert workspace_id is not None, "an event's workspace is one of ours"
        return reply_address(self._vault, self._domain, workspace_id, about.partition("_")[2])


def reply_address(vault: Vault, domain: str, workspace_id: int, thread: str) -> str:
    """Write the address of a conversation."""
    said = workspace_text(workspace_id).removeprefix("ws_") + thread
    return f"reply+{said}{_mark(vault, said)}@{domain}"


def read_reply(vault: Vault, addresses: Iterable[str]) -> Thread | None:
    """Find the conversation that one of a mail's addresses names, if we gave it that address."""
    for address in addresses:
        match = _LOCAL.search(address)
        if match is None:
            continue
        said = match["said"].lower()
        workspace_id = workspace_number("ws_" + match["workspace"].lower())
        is_ours = hmac.compare_digest(match["mark"].lower(), _mark(vault, said))
        thread = match["thread"].lower()
        if is_ours and workspace_id is not None and is_id(f"ret_{thread}", "ret"):
            return Thread(workspace_id=workspace_id, id=thread)
    return None


def claims_reply(addresses: Iterable[str]) -> bool:
    """Say whether an address looks like one of ours, whoever wrote it."""
    return any(_LOOKS_LIKE.search(address) for address in addresses)


def _mark(vault: Vault, said: str) -> str:
    value = int.from_bytes(vault.mark(_PURPOSE, said)[:12])
    return "".join(_LETTERS[value >> 5 * place & 31] for place in range(_MARK_LENGTH))
