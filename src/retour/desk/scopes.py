"""Scopes: what an API key may do, and which of them each thing asks for.

A key holds some of these words, or ``*`` for all of them, those of later versions too.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ALL: Final = "*"

SCOPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "orders:read": "Read orders.",
        "orders:write": "Put orders.",
        "returns:read": "Read and search returns.",
        "returns:write": "Request returns and move them, but for what moves money.",
        "messages:write": "Write as customers do, upload their photos, read what they may read.",
        "receiving:read": "Scan, and read what has come and what waits at the dock.",
        "receiving:write": "Report receipts, place parcels, resolve exceptions.",
        "withdrawals:read": "Read withdrawals and their evidence.",
        "withdrawals:write": "Take withdrawals, say which orders they are about, put them aside.",
        "withdrawals:erase": "Erase what was said, before its time too.",
        "refunds:write": "Confirm settlements, start and retry refunds, report their outcome.",
        "events:read": "Read the log, and feeds of subscriptions.",
        "subscriptions:read": "Read subscriptions, notification profiles and templates.",
        "subscriptions:write": "Make and change them, test them, rotate their secrets.",
        "deliveries:read": "Read deliveries and their attempts.",
        "deliveries:write": "Send deliveries again.",
        "settings:read": "Read policies and facilities.",
        "settings:write": "Put policies and facilities.",
        "reports:read": "Read reports.",
        "audit:read": "Read the log of what people and keys did.",
        "lists:read": "Read allow and block lists.",
        "lists:write": "Change allow and block lists.",
        "customers:erase": "Count what there is of a person, and forget them.",
        "secrets:reveal": "See the secrets of receivers again, for a reason that the log keeps.",
        "data:export": "Take everything of the workspace out as a file.",
        "keys:read": "List API keys; never their secrets.",
        "keys:write": "Make and revoke API keys, within the scopes of the asking key.",
        "people:read": "List members and invitations; never an invitation's link.",
        "people:write": "Invite people, change and end memberships, within the asker's scopes.",
        "sandbox:read": "Read the sandbox's ledgers.",
        "sandbox:write": "Advance a sandbox's clock and order faults.",
    }
)
"""Every scope and what it lets do."""

_MONEY_COMMANDS: Final = frozenset(
    {
        "approve_settlement",
        "decline_settlement",
        "confirm_settlement",
        "start_refund",
        "retry_refund",
        "settle_elsewhere",
        "redirect_leg",
        "fall_back",
        "record_refund_outcome",
    }
)


def of_command(word: str) -> str:
    """Name the scope that a command on a return asks for."""
    return "refunds:write" if word in _MONEY_COMMANDS else "returns:write"


def holds(scopes: frozenset[str], wanted: str) -> bool:
    """Say whether a key of these scopes may do what asks for ``wanted``."""
    return ALL in scopes or wanted in scopes


def within(commands: Iterable[str], scopes: frozenset[str] | None) -> tuple[str, ...]:
    """Keep the commands that these scopes reach; ``None`` reaches all."""
    if scopes is None or ALL in scopes:
        return tuple(commands)
    return tuple(word for word in commands if of_command(word) in scopes)
