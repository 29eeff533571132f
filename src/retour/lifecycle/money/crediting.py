"""Store credit: how much of a settlement is given as such, and what comes on top.

Credit instead of money holds the payment it stands for, like a refund, so that one becomes the
other without moving a cap.  What nobody paid for (a bonus, goodwill beyond what was paid) names no
payment and is credit only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.money import format_amount, parse_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import HELD
from retour.lifecycle.model import (
    Executor,
    Leg,
    LegKind,
    Return,
    Settlement,
    SettlementKind,
    SettlementLine,
)
from retour.lifecycle.requests.offering import terms_for
from retour.policy.model import Bonus
from retour.policy.percent import WHOLE, basis_points
from retour.settlement.allocation import rounded
from retour.settlement.entitlement import ITEM

BONUS: Final = "bonus"
GOODWILL: Final = "goodwill"


def credit_executor(fold: Fold) -> Executor:
    """Say who keeps store credit here: our own ledger, or the merchant's own system."""
    return Executor.CREDIT if Executor.CREDIT in fold.context.executors else Executor.EXTERNAL


def credit_asked(
    fold: Fold, kind: SettlementKind, credit: str | None, *, agreed: bool
) -> int | Refusal | None:
    """Read how much is given as store credit beside a refund; ``None`` where nobody says."""
    if (kind is SettlementKind.STORE_CREDIT or credit is not None) and (
        refusal := not_agreed(fold.ret, agreed=agreed)
    ):
        return refusal
    if credit is None:
        return None
    amount = parse_amount(credit, fold.order.currency)
    if amount is None or amount <= 0 or kind is not SettlementKind.REFUND:
        return refuse(
            RefusalCode.BAD_AMOUNT,
            f"{credit!r} cannot be the part given as store credit. Give an amount above zero in"
            f" {fold.order.currency} beside a refund, or propose kind store_credit for all of it.",
            "/credit",
        )
    return amount


def not_agreed(ret: Return, *, agreed: bool) -> Refusal | None:
    """Refuse credit for a withdrawal, unless the consumer has said yes (Article 13 (1))."""
    if ret.legal is None or agreed:
        return None
    return refuse(
        RefusalCode.CREDIT_NOT_AGREED,
        "Who withdraws from a contract is paid back by the means they paid with, unless they have"
        " expressly agreed to store credit. Ask them, then say consumer_agreed; or refund.",
        "/consumer_agreed",
    )


def credit_of(draft: Settlement, due: int) -> int:
    """Say how much of what is due, the bonus aside, is given as store credit."""
    return due if draft.kind is SettlementKind.STORE_CREDIT else draft.credit or 0


def too_much_credit(draft: Settlement, due: int) -> Refusal:
    """Refuse to give more as store credit than is owed at all."""
    return refuse(
        RefusalCode.BAD_AMOUNT,
        f"{format_amount(draft.credit or 0, draft.currency)} as store credit is more than the"
        f" {format_amount(due, draft.currency)} owed. Lower it, or propose kind store_credit.",
        "/credit",
    )


def for_recipient(fold: Fold, legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """Give as store credit what a gift would have the buyer be paid."""
    if not fold.ret.gift:
        return legs
    executor = credit_executor(fold)
    return tuple(
        replace(leg, kind=LegKind.STORE_CREDIT, executor=executor)
        if leg.kind is LegKind.REFUND
        else leg
        for leg in legs
    )


# ---------------------------------------------------------------- the bonus


def with_bonus(
    fold: Fold, draft: Settlement, lines: tuple[SettlementLine, ...]
) -> tuple[SettlementLine, ...]:
    """Add what the policy promised on top to who takes store credit.

    A share is of the items, as far as they are given as credit; an amount is given once a return,
    to who takes all of it as credit.
    """
    credit = min(credit_of(draft, _sum(lines)), _sum(lines))
    items = [line for line in lines if line.kind == ITEM]
    bonuses = [_bonus(fold.ret, line) for line in items]
    worth = _sum(items)
    extra = 0
    if credit > 0 and worth > 0:
        shares = sum(
            line.amount * (basis_points(bonus.percent or "0") or 0)
            for line, bonus in zip(items, bonuses, strict=True)
        )
        extra = rounded(shares * min(credit, worth), WHOLE * worth)
    if draft.kind is SettlementKind.STORE_CREDIT and not _had_bonus(fold.ret):
        extra += max((bonus.amount or 0 for bonus in bonuses), default=0)
    if extra == 0:
        return lines
    return (*lines, SettlementLine(kind=BONUS, amount=extra, label="Bonus for store credit"))


def _bonus(ret: Return, line: SettlementLine) -> Bonus:
    terms = terms_for(ret, line.line)
    return Bonus() if terms is None or terms.bonus is None else terms.bonus


def _had_bonus(ret: Return) -> bool:
    return any(
        line.kind == BONUS
        for settlement in ret.settlements
        if settlement.status in HELD
        for line in settlement.lines
    )


def of_kind(lines: Sequence[SettlementLine], kind: str) -> int:
    """Sum the lines of a kind."""
    return _sum(line for line in lines if line.kind == kind)


def _sum(lines: Iterable[SettlementLine]) -> int:
    return sum(line.amount for line in lines)
