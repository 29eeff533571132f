"""What becomes of a leg that nobody could pay as promised: paid by other means, or given otherwise.

A leg keeps its id, its amount and the payment it takes; only who gives it changes, and in what
form.  The others of its settlement stay as they are.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import RedirectLeg, SettleElsewhere
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import can_be_dropped
from retour.lifecycle.machine import TRANSITIONS, objection
from retour.lifecycle.model import (
    EventType,
    Executor,
    Leg,
    LegAttempt,
    LegKind,
    LegStatus,
    Policy,
    Return,
    Settlement,
)
from retour.lifecycle.money.crediting import credit_executor, not_agreed
from retour.lifecycle.money.disputing import hold_for
from retour.lifecycle.money.exchanging import held_again
from retour.lifecycle.money.paying import (
    ask_executor,
    find_leg,
    put_leg,
    succeed,
    unavailable,
)
from retour.lifecycle.steps import Verb

MONEY: Final = frozenset({LegKind.REFUND, LegKind.STORE_CREDIT})
LOST: Final = frozenset({LegStatus.FAILED, LegStatus.REVERSED})
_ANY: Final = Policy()
"""No guard of these steps asks the policy."""
_GIVEN_UP: Final = frozenset({LegKind.EXCHANGE, LegKind.CHARGE})
_OPEN: Final = LOST | {LegStatus.RESERVED}


def settle_elsewhere(fold: Fold, command: SettleElsewhere) -> Refusal | None:
    """Take a leg as paid by other means; it goes on taking what it took of its payment."""
    found = _open_leg(fold.ret, command.leg)
    if isinstance(found, Refusal):
        return found
    settlement, leg = found
    hold_for(fold, leg, command.reference)
    if leg.status in LOST and (refusal := held_again(fold, (leg,))):
        return refusal
    attempt = LegAttempt(
        n=len(leg.attempts) + 1, at=fold.at, outcome="succeeded", reference=command.reference
    )
    paid = replace(
        leg,
        executor=Executor.EXTERNAL,
        attempts=(*leg.attempts, attempt),
        reference=command.reference,
        note=command.note,
    )
    succeed(fold, settlement, paid)
    return None


def redirect(fold: Fold, command: RedirectLeg) -> Refusal | None:
    """Have a leg given in another way: at once where it had been asked for, else when started."""
    found = _open_leg(fold.ret, command.leg)
    if isinstance(found, Refusal):
        return found
    settlement, leg = found
    other = _other(fold, leg, command)
    if isinstance(other, Refusal):
        return other
    if leg.status is LegStatus.RESERVED:
        put_leg(fold, settlement, other)
        return None
    refusal = unavailable(fold, (other,)) or held_again(fold, (other,))
    if refusal is not None:
        return refusal
    going = replace(other, status=LegStatus.IN_FLIGHT, series=leg.series + 1, series_failures=0)
    put_leg(fold, settlement, going)
    fold.say(EventType.REFUND_STARTED, {"settlement": settlement.id, "leg": leg.id})
    ask_executor(fold, going)
    return None


def _other(fold: Fold, leg: Leg, command: RedirectLeg) -> Leg | Refusal:
    """Give the leg in its other form."""
    if command.to == "store_credit":
        if refusal := not_agreed(fold.ret, agreed=command.consumer_agreed):
            return refusal
        other = replace(leg, kind=LegKind.STORE_CREDIT, executor=credit_executor(fold))
    else:
        other = replace(leg, executor=Executor.EXTERNAL)
    if other == leg:
        return refuse(
            RefusalCode.UNSUPPORTED_KIND,
            f"The leg is given as {leg.kind} by {leg.executor} already. Retry it, or say that it"
            " was settled elsewhere.",
            "/to",
        )
    return other


def _open_leg(ret: Return, leg_id: str) -> tuple[Settlement, Leg] | Refusal:
    """Find a leg of money that nobody is paying at this moment."""
    found = find_leg(ret, leg_id)
    if isinstance(found, Refusal):
        return found
    leg = found[1]
    if leg.kind not in MONEY:
        return refuse(
            RefusalCode.NOT_YOUR_LEG,
            f"The leg is {leg.kind}, no money. Fall back to money first, or report its outcome.",
            "/leg",
        )
    if leg.status in _OPEN:
        return found
    if leg.status in {LegStatus.IN_FLIGHT, LegStatus.UNKNOWN}:
        return refuse(
            RefusalCode.LEG_MOVING,
            f"The leg is {leg.status}: {leg.executor} may pay it yet. Wait for the outcome, so"
            " that it is not paid twice.",
            "/leg",
        )
    return refuse(
        RefusalCode.LEG_NOT_FAILED,
        f"The leg is {leg.status}. Only one that is promised, failed or was reversed can be given"
        " in another way.",
        "/leg",
    )


# ---------------------------------------------------------------- what can be done about one leg


def remedies(ret: Return, leg_id: str) -> tuple[str, ...]:
    """Name the commands that would help one leg now, by the table and its guards."""
    found = find_leg(ret, leg_id)
    if isinstance(found, Refusal):
        return ()
    settlement, leg = found
    row = TRANSITIONS[ret.status]
    return tuple(
        verb.value
        for verb in _helping(settlement, leg)
        if verb in row and objection(row[verb], ret, _ANY) is None
    )


def _helping(settlement: Settlement, leg: Leg) -> list[Verb]:
    verbs: list[Verb] = []
    if leg.status in LOST:
        verbs.append(Verb.RETRY_REFUND)
    if leg.kind in _GIVEN_UP and leg.status in _OPEN:
        verbs.append(Verb.FALL_BACK)
    if leg.kind in MONEY and leg.status in _OPEN:
        verbs += [Verb.SETTLE_ELSEWHERE, Verb.REDIRECT_LEG]
    if leg.executor is Executor.EXTERNAL and leg.status is LegStatus.IN_FLIGHT:
        verbs.append(Verb.RECORD_REFUND_OUTCOME)
    if leg.status is LegStatus.RESERVED:
        verbs.append(Verb.START_REFUND)
    if can_be_dropped(settlement):
        verbs.append(Verb.DISCARD_SETTLEMENT)
    return verbs
