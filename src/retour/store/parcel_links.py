"""Tokens about parcels: who holds one may see a label, or tell us of a carrier's parcels.

Nothing of them is stored: the mark at the end is the master key's.
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Final

from retour.kernel.ids import is_id, workspace_number, workspace_text

if TYPE_CHECKING:
    from retour.store.secrets import Vault

_MARK_BYTES: Final = 20
_LABEL: Final = re.compile(
    r"(?P<workspace>[0-9a-z]{13})-(?P<parcel>[0-9a-z]{26})-(?P<mark>[0-9a-f]{40})"
)
_HOOK: Final = re.compile(
    r"(?P<workspace>[0-9a-z]{13})-(?P<code>[a-z0-9_]{1,40})-(?P<mark>[0-9a-f]{40})"
)


def _mark(vault: Vault, purpose: str, text: str) -> str:
    return vault.mark(f"parcels/{purpose}", text)[:_MARK_BYTES].hex()


def label_token(vault: Vault, workspace_id: int, parcel: str) -> str:
    """Write the right to see a parcel's label; the same for life."""
    text = f"{workspace_text(workspace_id).removeprefix('ws_')}-{parcel.removeprefix('pcl_')}"
    return f"{text}-{_mark(vault, 'label', text)}"


def read_label_token(vault: Vault, text: str) -> tuple[int, str] | None:
    """Say whose parcel it is; ``None`` where we never gave it."""
    match = _LABEL.fullmatch(text)
    if match is None:
        return None
    said, _, mark = text.rpartition("-")
    workspace_id, parcel = workspace_number("ws_" + match["workspace"]), "pcl_" + match["parcel"]
    is_ours = hmac.compare_digest(mark, _mark(vault, "label", said))
    if not is_ours or workspace_id is None or not is_id(parcel, "pcl"):
        return None
    return workspace_id, parcel


def hook_token(vault: Vault, workspace_id: int, account: str) -> str:
    """Write the last part of the address at which an account's carrier tells us of parcels."""
    text = f"{workspace_text(workspace_id).removeprefix('ws_')}-{account}"
    return f"{text}-{_mark(vault, 'hook', text)}"


def read_hook_token(vault: Vault, text: str) -> tuple[int, str] | None:
    """Say which account of which workspace is meant; ``None`` where we never gave it."""
    match = _HOOK.fullmatch(text)
    if match is None:
        return None
    said, _, mark = text.rpartition("-")
    workspace_id = workspace_number("ws_" + match["workspace"])
    if workspace_id is None or not hmac.compare_digest(mark, _mark(vault, "hook", said)):
        return None
    return workspace_id, match["code"]
