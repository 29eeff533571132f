"""Where mails are handed in: an address that holds the proof that it is ours, one per workspace.

Whoever has it can hand mails in and nothing else: what enters a conversation needs the address of
that conversation besides, and all other mails only wait for a person.
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, Outcome
from retour.kernel.ids import workspace_number, workspace_text
from retour.store.replies import reply_address

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.secrets import Vault

PATH: Final = "/hooks/mail"
_MARK_BYTES: Final = 20
_SHAPE: Final = re.compile(r"(?P<workspace>[0-9a-z]{13})-(?P<mark>[0-9a-f]{40})")
_SAMPLE: Final = "0" * 26
_ENCODE: Final = msgspec.json.Encoder()


def hook_workspace(vault: Vault, token: str) -> int | None:
    """Give the workspace whose hook this is; ``None`` where it is none of ours."""
    match = _SHAPE.fullmatch(token)
    if match is None or not hmac.compare_digest(match["mark"], _mark(vault, match["workspace"])):
        return None
    return workspace_number("ws_" + match["workspace"])


def mail_settings(house: House, workspace_id: int) -> Outcome:
    """Tell where mails are handed in, and what the addresses of conversations look like."""
    settings, name = house.settings, workspace_text(workspace_id).removeprefix("ws_")
    domain = settings.reply_domain
    sample = None
    if domain is not None:
        sample = reply_address(house.vault, domain, workspace_id, _SAMPLE)
    shown = {
        "hook": f"{settings.public_base}{PATH}/{name}-{_mark(house.vault, name)}",
        "reply_domain": domain,
        "sample_address": sample,
        "mail_from": settings.mail_from,
        "sends": settings.smtp_url is not None,
    }
    return Done(status=200, body=_ENCODE.encode(shown))


def _mark(vault: Vault, workspace: str) -> str:
    return vault.mark("hook/mail", workspace)[:_MARK_BYTES].hex()
