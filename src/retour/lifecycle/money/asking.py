"""Whether a promise needs somebody's agreement, and the words with which it is asked for."""

from __future__ import annotations

from retour.lifecycle.fold import Fold
from retour.lifecycle.model import Settlement
from retour.lifecycle.money.control import beyond, given, needs_four_eyes
from retour.lifecycle.money.settlement import SettlementApproval
from retour.lifecycle.words import ApprovalStatus


def approval_wanted(fold: Fold, settlement: Settlement) -> SettlementApproval | None:
    """Give the question that a promise raises; ``None`` where who acts may promise it alone."""
    control = fold.context.control
    asked = given(settlement, fold.ret.settlements)
    why = beyond(control, fold.role, asked) or needs_four_eyes(control, asked)
    if why is None:
        return None
    return SettlementApproval(
        status=ApprovalStatus.NEEDED,
        amount=settlement.total,
        why=why,
        asked_by=fold.by,
        asked_at=fold.at,
    )
