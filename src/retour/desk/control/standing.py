"""Limits as people read them: whom each is about, what it means in numbers, who agrees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.people.roles import ROLES, scopes_of
from retour.desk.scopes import holds, of_command
from retour.lifecycle.money.control import POLICY, Given, beyond, needs_four_eyes
from retour.store.control import control_changed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from retour.desk.config import WorkspaceConfig
    from retour.desk.house import House
    from retour.desk.people.roles import MemberRole
    from retour.lifecycle.money.control import MoneyControl

_PROMISING: Final = of_command("confirm_settlement")
_SOME: Final = 1000
"""Minor units of an example where a limit is nothing at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """How many people and keys a role's limit holds for.

    Args:
        promising: How many of them may promise, and agree to, money at all.
    """

    people: int = 0
    keys: int = 0
    promising: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What becomes of a promise of so much by a role.

    Args:
        why: Above which limit it is; None where it is within all of them.
        is_eyes: Whether a second person has to look, whatever the role.
        agree: The roles with somebody who could agree to it.
    """

    amount: int
    currency: str
    is_free: bool
    why: str | None
    is_eyes: bool
    agree: tuple[str, ...]

    @property
    def waits(self) -> bool:
        """Say whether it waits for somebody's agreement."""
        return self.why is not None or self.is_eyes


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """When limits were said last, by whom and by what act, as the audit log names them."""

    at: datetime
    by: str
    act: str


def holders(config: WorkspaceConfig) -> dict[str, Holders]:
    """Count by role for whom its limit holds."""
    people = Counter(ROLES[one.role].limits for one in config.members.values())
    keys = Counter(one.role for one in config.keys.values())
    able = Counter(
        ROLES[one.role].limits for one in config.members.values() if _is_able(one.role, config)
    )
    able += Counter(one.role for one in config.keys.values() if holds(one.scopes, _PROMISING))
    return {
        role: Holders(people=people[role], keys=keys[role], promising=able[role])
        for role in people.keys() | keys.keys()
    }


def may_promise(role: str, config: WorkspaceConfig) -> bool:
    """Say whether a role's limit can matter: not where nobody it holds for may promise money."""
    members = [one for one, right in ROLES.items() if right.limits == role]
    able = [one for one in members if _is_able(one, config)]
    return not members or bool(able) or holders(config).get(role, Holders()).promising > 0


def _is_able(role: MemberRole, config: WorkspaceConfig) -> bool:
    return holds(scopes_of(role, is_sandbox=config.is_sandbox), _PROMISING)


def worked(control: MoneyControl, role: str, held: dict[str, Holders]) -> list[Worked]:
    """Work a role's limit out: in each currency an amount below it, one above, one given freely."""
    limit = control.limits.get(role)
    if limit is None:
        return []
    made: list[Worked] = []
    for currency, most in limit.settlement.items():
        amounts = (most * 9 // 10, most * 13 // 10) if most else (_SOME,)
        made += [_worked(control, role, held, amount, currency) for amount in amounts]
        if (free := (limit.adjustment or {}).get(currency)) is not None:
            amount = free * 13 // 10 or _SOME
            made.append(_worked(control, role, held, amount, currency, is_free=True))
    return made


def worked_eyes(control: MoneyControl, held: dict[str, Holders]) -> list[Worked]:
    """Work four eyes out, for a role without a limit: an amount below them, and one above."""
    free = type(control)(four_eyes_above=control.four_eyes_above)
    return [
        one
        for currency, most in (control.four_eyes_above or {}).items()
        for amount in ((most * 9 // 10, most * 13 // 10) if most else (_SOME,))
        for one in [_worked(free, "", held, amount, currency)]
    ]


def _worked(
    control: MoneyControl,
    role: str,
    held: dict[str, Holders],
    amount: int,
    currency: str,
    *,
    is_free: bool = False,
) -> Worked:
    asked = Given(currency=currency, total=amount, freely=amount if is_free else 0)
    is_eyes = needs_four_eyes(control, asked) is not None
    agree = tuple(_agreeing(control, asked, held))
    others = sum(held[one].promising for one in agree)
    if is_eyes and (not role or role in agree):  # Who promises is one of them.
        others -= 1
    return Worked(
        amount=amount,
        currency=currency,
        is_free=is_free,
        why=beyond(control, role, asked),
        is_eyes=is_eyes,
        agree=agree if others > 0 else (),
    )


def _agreeing(control: MoneyControl, asked: Given, held: dict[str, Holders]) -> Iterable[str]:
    """Give the roles that have somebody whose limit reaches so far."""
    for role, found in sorted(held.items()):
        if role != POLICY and found.promising and beyond(control, role, asked) is None:
            yield role


async def last_change(house: House, workspace_id: int) -> Change | None:
    """Say when limits were said last and by whom; None where nobody ever said any."""
    async with house.database.transaction(workspace_id) as connection:
        row = await control_changed(connection, workspace_id)
    return None if row is None else Change(at=row["at"], by=row["actor"], act=row["act"])
