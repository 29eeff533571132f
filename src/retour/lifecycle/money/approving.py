"""Who agrees to what a settlement gives: asked for when it is promised, given or declined after.

Until somebody has agreed, a promise holds its units and its share of the payments, and pays
nothing.  Who agrees has a limit of his own, and above a threshold is not who promised.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import Command
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import settlement_in
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    EventType,
    Return,
    Settlement,
    SettlementStatus,
)
from retour.lifecycle.money.bodies import ApproveSettlement, DeclineSettlement, StartRefund
from retour.lifecycle.money.control import awaits_approval, beyond, given, needs_four_eyes
from retour.lifecycle.money.paying import start
from retour.lifecycle.money.settlement import SettlementApproval
from retour.lifecycle.money.settling import complete_memo, drop
from retour.lifecycle.words import ApprovalStatus


def approve(fold: Fold, command: ApproveSettlement) -> Refusal | None:
    """Agree to what was promised; what the policy promised it now pays."""
    settlement = _waiting(fold)
    approval = settlement.approval
    assert approval is not None, "an_approval_missing guards this"
    if (refusal := _not_for_you(fold, settlement, approval)) is not None:
        return refusal
    agreed = replace(
        approval,
        status=ApprovalStatus.GIVEN,
        amount=settlement.total,
        by=fold.by,
        at=fold.at,
        note=command.note,
    )
    approved = replace(settlement, approval=agreed)
    fold.put_settlement(approved)
    fold.say(EventType.SETTLEMENT_APPROVED, {"settlement": approved.id})
    complete_memo(fold, approved)
    if approval.asked_by.kind is ActorKind.POLICY:
        with fold.as_policy():
            start(fold, StartRefund())  # Where it cannot be paid, that is left to a person.
    return None


def decline(fold: Fold, command: DeclineSettlement) -> Refusal | None:
    """Drop what was promised and say why; another may be proposed."""
    settlement = _waiting(fold)
    approval = settlement.approval
    assert approval is not None, "an_approval_missing guards this"
    said = replace(
        approval,
        status=ApprovalStatus.DECLINED,
        by=fold.by,
        at=fold.at,
        note=command.reason,
    )
    declined = replace(settlement, approval=said)
    drop(fold, declined)
    fold.say(EventType.SETTLEMENT_DECLINED, {"settlement": declined.id, "reason": command.reason})
    return None


def _waiting(fold: Fold) -> Settlement:
    settlement = settlement_in(fold.ret, SettlementStatus.CONFIRMED)
    assert settlement is not None, "an_approval_missing guards this"
    return settlement


def _not_for_you(
    fold: Fold, settlement: Settlement, approval: SettlementApproval
) -> Refusal | None:
    """Refuse whoever may not agree to so much, or has promised it himself."""
    control, role = fold.context.control, fold.role
    asked = given(settlement, fold.ret.settlements)
    why = beyond(control, role, asked)
    if why is not None:
        return refuse(
            RefusalCode.ABOVE_LIMIT,
            f"{why}. Have it approved by somebody whose limit reaches so far.",
        )
    why = needs_four_eyes(control, asked)
    if why is not None and _same_eyes(fold.by, settlement.proposed_by, approval.asked_by):
        return refuse(
            RefusalCode.SAME_EYES,
            f"{why}, and you proposed or promised it. Have somebody else approve it.",
        )
    return None


def _same_eyes(by: Actor, *before: Actor | None) -> bool:
    return any(one is not None and (one.kind, one.id) == (by.kind, by.id) for one in before)


def start_if_agreed(ret: Return) -> Sequence[Command]:
    """Pay what is promised; what waits for somebody's agreement stays a promise."""
    promised = settlement_in(ret, SettlementStatus.CONFIRMED)
    return () if promised is None or awaits_approval(promised) else (StartRefund(),)
