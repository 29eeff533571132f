"""One table of who may do what: screens, docs and tests read it, nobody else decides it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from retour.desk.scopes import ALL
from retour.lifecycle.money.control import OWNER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class MemberRole(StrEnum):
    """As what somebody belongs to a workspace."""

    AGENT = "agent"
    WAREHOUSE = "warehouse"
    DEVELOPER = "developer"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What a role may do.

    Args:
        about: In words, for those who choose it.
        scopes: Everywhere; ``in_sandbox``: besides, where nothing is real.
        limits: The role whose limits of money hold (``desk.control.limits``).
        has_places: Whether members may be bound to facilities.
    """

    about: str
    scopes: frozenset[str]
    limits: str
    in_sandbox: frozenset[str] = frozenset()
    has_places: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who belongs to a workspace; ``facilities`` is where they may act, None all over."""

    person_id: str
    role: MemberRole
    since: datetime
    facilities: frozenset[str] | None = None


ROLES: Final[Mapping[MemberRole, Right]] = MappingProxyType(
    {
        MemberRole.AGENT: Right(
            about="Answers customers: returns, withdrawals, messages, refunds up to the limits.",
            scopes=frozenset(
                {
                    "orders:read",
                    "returns:read",
                    "returns:write",
                    "messages:write",
                    "receiving:read",
                    "receiving:write",
                    "withdrawals:read",
                    "withdrawals:write",
                    "refunds:write",
                    "events:read",
                    "deliveries:read",
                    "settings:read",
                    "lists:read",
                    "reports:read",
                }
            ),
            in_sandbox=frozenset({"sandbox:read", "sandbox:write"}),
            limits="agent",
        ),
        MemberRole.WAREHOUSE: Right(
            about="Receives goods and judges them, at the facilities named.",
            scopes=frozenset({"receiving:read", "receiving:write"}),
            limits="warehouse",
            has_places=True,
        ),
        MemberRole.DEVELOPER: Right(
            about="Connects systems: reads returns without their persons, deliveries and settings;"
            " in a sandbox changes them too.",
            scopes=frozenset(
                {
                    "orders:read",
                    "returns:read",
                    "subscriptions:read",
                    "deliveries:read",
                    "settings:read",
                }
            ),
            in_sandbox=frozenset(
                {
                    "orders:write",
                    "returns:write",
                    "receiving:read",
                    "withdrawals:read",
                    "events:read",
                    "subscriptions:write",
                    "deliveries:write",
                    "settings:write",
                    "keys:read",
                    "keys:write",
                    "sandbox:read",
                    "sandbox:write",
                }
            ),
            limits="developer",
        ),
        MemberRole.ADMIN: Right(
            about="May do everything, settings, people and keys too.",
            scopes=frozenset({ALL}),
            limits=OWNER,
        ),
    }
)


def scopes_of(role: MemberRole, *, is_sandbox: bool) -> frozenset[str]:
    """Give what a role may do in a workspace of this kind."""
    right = ROLES[role]
    return right.scopes | right.in_sandbox if is_sandbox else right.scopes
