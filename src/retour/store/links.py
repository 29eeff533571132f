"""Links that bring a right with them: for one purpose, on one return, until an instant.

Whoever holds the link may do what it is for, as with a key; nobody else can make one.  Nothing of
it is stored: the mark at its end is the master key's, so a link is known again after any restart.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from retour.kernel.ids import is_id, workspace_number, workspace_text

if TYPE_CHECKING:
    from retour.store.secrets import Vault

AUTHORIZE: Final = "authorize"
"""The purpose of links to the authorisation of a return; it is their path as well."""
SHOPPER: Final = "shopper"
"""The purpose of links by which shoppers follow and change their own return."""
FOLLOW: Final = "follow"
"""The path under which such a link is opened by people."""
LIFE: Final = timedelta(days=14)
SHOPPER_LIFE: Final = timedelta(days=180)
_MARK_BYTES: Final = 20
_SHAPE: Final = re.compile(
    r"(?P<workspace>[0-9a-z]{13})-(?P<ret>[0-9a-z]{26})-(?P<until>[0-9a-f]{8,10})"
    r"-(?P<mark>[0-9a-f]{40})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What a link is good for; ``until`` is an instant of the workspace's business time."""

    workspace_id: int
    return_id: str
    until: datetime


def token(vault: Vault, purpose: str, right: Right) -> str:
    """Write a right as the last part of a link; the same right, the same text."""
    workspace = workspace_text(right.workspace_id).removeprefix("ws_")
    until = f"{int(right.until.timestamp()):08x}"
    text = f"{workspace}-{right.return_id.removeprefix('ret_')}-{until}"
    return f"{text}-{_mark(vault, purpose, text)}"


def read_token(vault: Vault, purpose: str, text: str) -> Right | None:
    """Read a right, whether it is still good or not; ``None`` where we never gave it."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        return None
    said, _, mark = text.rpartition("-")
    workspace_id, return_id = workspace_number("ws_" + match["workspace"]), "ret_" + match["ret"]
    is_ours = hmac.compare_digest(mark, _mark(vault, purpose, said))
    if not is_ours or workspace_id is None or not is_id(return_id, "ret"):
        return None
    until = datetime.fromtimestamp(int(match["until"], 16), tz=UTC)
    return Right(workspace_id=workspace_id, return_id=return_id, until=until)


def _mark(vault: Vault, purpose: str, text: str) -> str:
    return vault.mark(f"link/{purpose}", text)[:_MARK_BYTES].hex()


class Links:
    """Writes the links that notifications carry, each as an address under ``base``."""

    def __init__(self, vault: Vault, base: str) -> None:
        self._vault = vault
        self._base = base

    def authorize(self, workspace: str, return_id: str, at: datetime) -> str:
        """Give the address where the return can be authorized, good for two weeks from ``at``."""
        workspace_id = workspace_number(workspace)
        assert workspace_id is not None, "an event's workspace is one of ours"
        right = Right(workspace_id=workspace_id, return_id=return_id, until=at + LIFE)
        return f"{self._base}/{AUTHORIZE}/{token(self._vault, AUTHORIZE, right)}"

    def agent(self, workspace: str, return_id: str) -> str:
        """Give the address where an agent opens the return: no right in it, one signs in first."""
        return f"{self._base}/w/{workspace}/returns/{return_id}"

    def home(self, workspace: str) -> str:
        """Give the address of a shop's first page for shoppers."""
        return f"{self._base}/p/{workspace}"

    def withdraw(self, workspace: str) -> str:
        """Give the address where a shop's consumers withdraw: no right in it, and no end."""
        return f"{self.home(workspace)}/withdraw"

    def follow(self, workspace: str, return_id: str, at: datetime) -> str:
        """Give the address where a shopper follows the return, good for half a year from ``at``."""
        workspace_id = workspace_number(workspace)
        assert workspace_id is not None, "an event's workspace is one of ours"
        right = Right(workspace_id=workspace_id, return_id=return_id, until=at + SHOPPER_LIFE)
        return f"{self._base}/{FOLLOW}/{token(self._vault, SHOPPER, right)}"
