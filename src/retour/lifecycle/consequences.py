"""What follows by itself: the policy's own acts, and statuses that have become true.

After each command the first consequence that applies happens, then the next, until none does; all
in the same plan, said by the same actor.  What the policy does goes through the same commands that
people give, so that no guard is ever passed by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from retour.kernel.status import ReturnStatus
from retour.lifecycle.carrying import carry_out
from retour.lifecycle.commands import (
    Complete,
    ConfirmSettlement,
    ProposeSettlement,
    StartRefund,
)
from retour.lifecycle.fold import Details, Fold
from retour.lifecycle.guards import (
    RANK,
    UNDECIDED,
    owed_units,
    settlement_in,
    units_of,
)
from retour.lifecycle.model import (
    Acceptance,
    Approval,
    EventType,
    Outcome,
    ReceiptStatus,
    Reception,
    Return,
    SettlementKind,
    SettlementStatus,
    Unit,
)
from retour.lifecycle.money.marketplaces import is_unheard
from retour.lifecycle.money.owed import entitled_units
from retour.lifecycle.money.settling import refresh_draft
from retour.lifecycle.parcels.labelling import label_by_policy
from retour.lifecycle.requests.offering import outcome_of, settles_alone_from
from retour.lifecycle.requests.phases import without_authorization, without_processing
from retour.lifecycle.requests.requesting import approve
from retour.lifecycle.shopper.resolving import choose_through, resolved_by_policy

CONSEQUENCE_STEPS_MAX: Final = 12
"""More than the longest chain: approval, label, processed, goods, money, settled, completed."""


def settle_down(fold: Fold) -> None:
    """Let everything happen that the last command made true."""
    for _ in range(CONSEQUENCE_STEPS_MAX):
        if not any(step(fold) for step in _STEPS[fold.ret.status]):
            return
    raise AssertionError("consequences come to an end")


# ---------------------------------------------------------------- statuses that became true


def is_decided(unit: Unit) -> bool:
    """Say whether nothing about a unit is waited for."""
    if unit.reception is Reception.MISSING:
        return True
    return unit.reception is not Reception.EXPECTED and unit.acceptance not in UNDECIDED


def _all_decided(ret: Return) -> bool:
    units = list(units_of(ret))
    return bool(units) and all(map(is_decided, units))


def _processed(fold: Fold) -> bool:
    ret = fold.ret
    if any(one.status is ReceiptStatus.OPEN for one in ret.receipts) or not _all_decided(ret):
        return False
    fold.enter(ReturnStatus.PROCESSED)
    through = choose_through(fold.ret, fold.policy, fold.context.zone)
    details: Details = {}
    if through is not None:
        details["choose_through"] = through.isoformat()
    fold.say(EventType.RETURN_PROCESSED, details)
    return True


def _settled(fold: Fold) -> bool:
    ret = fold.ret
    accepted = any(
        unit.acceptance is Acceptance.ACCEPTED
        for line in ret.lines
        if line.line is not None
        for unit in line.units
    )
    if not accepted or owed_units(ret) or not _all_decided(ret):
        return False
    fold.enter(ReturnStatus.SETTLED)
    fold.say(EventType.RETURN_SETTLED)
    return True


def _owed_again(fold: Fold) -> bool:
    """Fall back to processed where an accepted unit is not, or no longer, paid for."""
    if not owed_units(fold.ret) or not fold.policy.phases.settlement:
        return False
    fold.enter(ReturnStatus.PROCESSED)
    fold.say(EventType.RETURN_PROCESSED)
    return True


# ---------------------------------------------------------------- what the policy does alone


def _draft(fold: Fold) -> bool:
    return bool(fold.ret.settlements) and refresh_draft(fold)


def _paid(fold: Fold) -> bool:
    """Settle what is owed, as far as it goes without a person.

    An agent who proposed or discarded a settlement has taken over; a refusal on the way (no money
    left, a processor not connected) leaves the rest to an agent too.
    """
    ret, policy = fold.ret, fold.policy
    kind = _kind_of(ret)
    if (
        policy.settlement is not Approval.AUTO
        or settlement_in(
            ret,
            SettlementStatus.DRAFT,
            SettlementStatus.CONFIRMED,
            SettlementStatus.IN_PROGRESS,
            SettlementStatus.DISCARDED,
        )
        or kind is None
        or RANK[ret.status] < RANK[settles_alone_from(ret, policy)]
        or not entitled_units(ret, early=True)
    ):
        return False
    with fold.as_policy():
        if carry_out(fold, ProposeSettlement(kind=kind)) is not None:
            return False
        refusal = carry_out(fold, ConfirmSettlement())
        assert refusal is None, "what has just been worked out can be promised"
        carry_out(fold, StartRefund())
    return True


def _kind_of(ret: Return) -> Literal["refund", "store_credit"] | None:
    """Say in what form the policy pays by itself; anything else is given by a person.

    Credit only where the customer chose it; for who withdraws proposing it is refused anyway.
    """
    if outcome_of(ret) in {None, Outcome.REFUND}:
        return "refund"
    return "store_credit" if ret.outcome is Outcome.STORE_CREDIT else None


def _heard(fold: Fold) -> bool:
    """Let a marketplace hear that nothing is paid: once that is promised, or by the policy."""
    promised = settlement_in(fold.ret, SettlementStatus.CONFIRMED)
    if promised is not None:
        is_telling = promised.kind is SettlementKind.NONE and bool(promised.legs)
        return is_telling and carry_out(fold, StartRefund()) is None
    if fold.policy.settlement is not Approval.AUTO or not is_unheard(fold.ret, fold.order):
        return False
    with fold.as_policy():
        if carry_out(fold, ProposeSettlement(kind="none")) is not None:
            return False
        return carry_out(fold, ConfirmSettlement()) is None


def _completed(fold: Fold) -> bool:
    if fold.policy.completion is not Approval.AUTO:
        return False
    with fold.as_policy():
        return carry_out(fold, Complete()) is None


_STEPS: Final[Mapping[ReturnStatus, tuple[Callable[[Fold], bool], ...]]] = {
    ReturnStatus.REQUESTED: (without_authorization, approve),
    ReturnStatus.AUTHORIZED: (_draft, label_by_policy, _paid, without_processing),
    ReturnStatus.SHIPPED: (_draft, _paid),
    ReturnStatus.TRACKED: (_draft, _paid, without_processing),
    ReturnStatus.RECEIVED: (_draft, _processed, _paid),
    ReturnStatus.PROCESSED: (resolved_by_policy, _draft, _heard, _paid, _settled, _completed),
    ReturnStatus.SETTLED: (_draft, _owed_again, _completed),
    ReturnStatus.COMPLETED: (_owed_again,),
    ReturnStatus.REJECTED: (),
    ReturnStatus.CANCELED: (),
}
