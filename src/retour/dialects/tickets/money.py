"""What a change of a ticket means for money: compared with what is owed, then paid or reported.

An amount somebody names is never trusted: more than is owed is refused, less becomes an adjustment.
Pure; what would be owed is found by deciding it, and nothing of that is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec
from msgspec.structs import replace

from retour.dialects.tickets import status as words
from retour.dialects.tickets.goods import closed_receipts
from retour.dialects.tickets.parse import ChangeGiven
from retour.dialects.tickets.request import REFUND_AMOUNT, Case, minor
from retour.dialects.tickets.status import status_of
from retour.kernel.money import format_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import (
    Command,
    ConfirmSettlement,
    Context,
    ExtraAsked,
    ProposeSettlement,
    RecordRefundOutcome,
    RetryRefund,
    StartRefund,
)
from retour.lifecycle.decide import Step, decide, numbers_needed
from retour.lifecycle.guards import RANK, legs_of, settlement_in
from retour.lifecycle.model import (
    Approval,
    Executor,
    Leg,
    LegStatus,
    Return,
    ReturnStatus,
    SettlementStatus,
    State,
)
from retour.lifecycle.money.approving import start_if_agreed
from retour.lifecycle.talk.conversing import ticket_words

_RETRIABLE: Final = frozenset({LegStatus.FAILED, LegStatus.REVERSED})
_LIVE: Final = (
    SettlementStatus.CONFIRMED,
    SettlementStatus.IN_PROGRESS,
    SettlementStatus.FAILED,
    SettlementStatus.SETTLED,
)
_NUMBER: Final = msgspec.json.Decoder(Decimal)
_AT_AMOUNT: Final = "/custom_fields/refund_amount"
_AGREED: Final = "Agreed refund"


def agreed_amount(state: State, change: ChangeGiven, *, is_due: bool) -> int | Refusal | None:
    """Read the refund agreed on: in this change, or where it is due, noted by an earlier one."""
    assert state.ret is not None, "a ticket's change is about its return"
    said = change.fields.refund_amount
    noted = ticket_words(state.words, state.ret.id).fields.get(REFUND_AMOUNT)
    if said is None and (noted is None or not is_due):
        return None
    currency = state.order.currency
    amount = _noted(noted or "", currency) if said is None else minor(said, currency)
    if amount is not None and amount >= 0:
        return amount
    shown = noted if said is None else said
    return refuse(
        RefusalCode.BAD_AMOUNT,
        f"{str(shown)[:40]} is no amount in {currency}. Give a number of at most its decimals.",
        _AT_AMOUNT,
    )


def _noted(text: str, currency: str) -> int | None:
    """Read a noted field as an amount; ``None`` where it is something else."""
    try:
        return minor(_NUMBER.decode(text), currency)
    except msgspec.MsgspecError:
        return None


def wrong_amount(case: Case, wanted: str, plan: Sequence[Step], context: Context) -> Refusal | None:
    """Refuse an amount that is not owed, once it is named or about to be paid."""
    is_due = wanted == words.REFUNDED != status_of(case.ret)
    if case.amount is None or not (is_due or case.fields.refund_amount is not None):
        return None
    currency = case.state.order.currency
    promised = settlement_in(case.ret, *_LIVE)
    is_paid = status_of(case.ret) in {words.REFUNDED, words.CLOSED}
    if promised is not None and (is_paid or promised.status is not SettlementStatus.SETTLED):
        worth, is_fixed = promised.total, True
    else:
        worth, is_fixed = _worth(case, plan, context), _pays_alone(case)
    if worth is None or case.amount == worth or (case.amount < worth and not is_fixed):
        return None
    remedy = "that" if is_fixed else "at most that"
    return refuse(
        RefusalCode.REFUND_DIFFERS,
        f"{format_amount(worth, currency)} {currency} is owed, not"
        f" {format_amount(case.amount, currency)}. Give {remedy}, or leave the amount out.",
        _AT_AMOUNT,
    )


def _pays_alone(case: Case) -> bool:
    """Say whether the policy pays what it works out before anybody could lower it."""
    return case.state.policy.settlement is Approval.AUTO


def _worth(case: Case, plan: Sequence[Step], context: Context) -> int | None:
    """Work out what would be paid for all that is accepted or may still be; ``None``: too early."""
    if RANK[case.ret.status] < RANK[ReturnStatus.AUTHORIZED] or case.ret.status in _FINAL:
        return None
    manual = replace(
        case.state.policy,
        settlement=Approval.MANUAL,
        completion=Approval.MANUAL,
        settle_at=ReturnStatus.AUTHORIZED,
    )
    tried = [*plan, ProposeSettlement()]
    foreseen = decide(replace(case.state, policy=manual), tried, roomy(context, tried))
    if isinstance(foreseen, Refusal):
        return 0 if foreseen.code is RefusalCode.NOTHING_OWED else None
    assert foreseen.state.ret is not None
    return foreseen.state.ret.settlements[-1].total


_FINAL: Final = frozenset({ReturnStatus.REJECTED, ReturnStatus.CANCELED})


def roomy(context: Context, plan: Sequence[Step]) -> Context:
    """Give a context with numbers enough to look ahead; nothing of that is kept."""
    spare = tuple(range(1, numbers_needed(plan) + 2))
    return replace(context, numbers=context.numbers + spare)


def pay_steps(case: Case) -> Sequence[Step]:
    """Finish what is received, then pay: what is owed, or the lower sum agreed on."""
    amount, currency = case.amount, case.state.order.currency

    def paid(ret: Return) -> Sequence[Command]:
        failed = [leg for leg in legs_of(ret) if leg.status in _RETRIABLE]
        if failed:
            return [RetryRefund(leg=leg.id) for leg in failed]
        if settlement_in(ret, SettlementStatus.IN_PROGRESS) or ret.status is ReturnStatus.SETTLED:
            return ()
        if settlement_in(ret, SettlementStatus.CONFIRMED):
            return (StartRefund(),)  # Refused while somebody has yet to agree.
        return (ProposeSettlement(),)

    def lowered(ret: Return) -> Sequence[Command]:
        draft = settlement_in(ret, SettlementStatus.DRAFT)
        if draft is None or amount is None or amount >= draft.total:
            return ()
        less = ExtraAsked(label=_AGREED, amount=format_amount(amount - draft.total, currency))
        return (ProposeSettlement(adjustments=(less,)),)

    def promised(ret: Return) -> Sequence[Command]:
        is_drafted = settlement_in(ret, SettlementStatus.DRAFT) is not None
        return (ConfirmSettlement(),) if is_drafted else ()

    return (closed_receipts, paid, lowered, promised, start_if_agreed, reported)


def reported(ret: Return) -> Sequence[Command]:
    """Report every payment as made that is the merchant's own to make."""
    return [
        RecordRefundOutcome(leg=leg.id, outcome="succeeded") for leg in legs_of(ret) if _is_own(leg)
    ]


def _is_own(leg: Leg) -> bool:
    return leg.executor is Executor.EXTERNAL and leg.status is LegStatus.IN_FLIGHT
