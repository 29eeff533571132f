"""Money on its way: start_refund, retry_refund, record_refund_outcome.

Every leg has exactly one executor.  What a processor does comes back as a command, and so does what
a merchant's own system reports; one may not speak for the other.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import RecordRefundOutcome, RetryRefund, StartRefund
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import settlement_in
from retour.lifecycle.machine import LEGS, settlement_status
from retour.lifecycle.model import (
    ActorKind,
    EventType,
    Executor,
    Leg,
    LegAttempt,
    LegKind,
    LegStatus,
    Return,
    Settlement,
    SettlementStatus,
    Unit,
)
from retour.lifecycle.money.disputing import nothing_taken
from retour.lifecycle.money.exchanging import (
    held_again,
    not_paid,
    not_to_be_had,
    order_goods,
    ordered,
    start_goods,
    together,
)
from retour.lifecycle.money.legs import release
from retour.lifecycle.money.marketplaces import freeze, not_to_be_told, thaw
from retour.lifecycle.numbering import PaperKind

SERIES_FAILURES_MAX: Final = 3
"""Known failures that end a series of attempts."""

_MONEY: Final = frozenset({LegKind.REFUND, LegKind.STORE_CREDIT})
_DONE: Final = {
    LegKind.REFUND: EventType.REFUND_SUCCEEDED,
    LegKind.STORE_CREDIT: EventType.REFUND_SUCCEEDED,
    LegKind.EXCHANGE: EventType.EXCHANGE_ORDERED,
    LegKind.REPAIR: EventType.REPAIR_FINISHED,
    LegKind.CHARGE: EventType.CHARGE_PAID,
}
_WAITING: Final = frozenset({LegStatus.IN_FLIGHT, LegStatus.UNKNOWN})
_RETRIABLE: Final = frozenset({LegStatus.FAILED, LegStatus.REVERSED})
_WEIGHT: Final = {"unknown": 0, "pending": 1, "succeeded": 2, "failed": 3}
"""Of what is said of one refund, by which nothing lighter counts any more."""
_SAME_AGAIN: Final = {
    "succeeded": frozenset({LegStatus.SUCCEEDED}),
    "failed": _RETRIABLE,
    "pending": frozenset[LegStatus](),
    "unknown": frozenset[LegStatus](),
}


def start(fold: Fold, command: StartRefund) -> Refusal | None:
    """Set every leg of the confirmed settlement going; one without legs is settled at once."""
    del command
    settlement = settlement_in(fold.ret, SettlementStatus.CONFIRMED)
    assert settlement is not None, "a_confirmed_settlement guards this"
    refusal = unavailable(fold, settlement.legs) or not_to_be_told(fold.ret, settlement.legs)
    if refusal is not None:
        return refusal
    if not settlement.legs:
        _settle(fold, settlement)
        return None
    money = [leg for leg in settlement.legs if leg.kind in _MONEY]
    if money:
        settlement = _pay(fold, settlement)
    if len(money) < len(settlement.legs):
        start_goods(fold, settlement)
    return None


def _pay(fold: Fold, settlement: Settlement) -> Settlement:
    """Set the legs going that give money, or credit; others have ways of their own."""
    legs = tuple(
        replace(leg, status=LegStatus.IN_FLIGHT) if _is_due(leg) else leg for leg in settlement.legs
    )
    going = replace(settlement, status=settlement_status(legs), legs=legs)
    fold.put_settlement(going)
    freeze(fold, going, legs)
    fold.say(EventType.REFUND_STARTED, {"settlement": settlement.id})
    for was, leg in zip(settlement.legs, legs, strict=True):
        if _is_due(was):
            ask_executor(fold, leg)
    return going


def _is_due(leg: Leg) -> bool:
    """Say whether a leg of money waits to be paid; one may have been paid elsewhere before."""
    return leg.kind in _MONEY and leg.status is LegStatus.RESERVED


def ask_executor(fold: Fold, leg: Leg) -> None:
    """Have our own call made; the merchant's own system needs none."""
    if leg.executor is not Executor.EXTERNAL:
        fold.ask("refund", leg.id)


def unavailable(fold: Fold, legs: tuple[Leg, ...]) -> Refusal | None:
    """Refuse what cannot be asked here, or is not there any more."""
    for leg in legs:
        if leg.executor not in fold.context.executors:
            return refuse(
                RefusalCode.EXECUTOR_UNAVAILABLE,
                f"Leg {leg.id} is paid by {leg.executor}, which this workspace cannot call. Connect"
                " it, have the leg given in another way, or discard the settlement.",
            )
    return nothing_taken(fold.order, legs)


# ---------------------------------------------------------------- retry


def retry(fold: Fold, command: RetryRefund) -> Refusal | None:
    """Start a new series on a leg that failed, with the processor key it always had."""
    found = find_leg(fold.ret, command.leg)
    if isinstance(found, Refusal):
        return found
    settlement, leg = found
    if leg.status not in _RETRIABLE:
        return refuse(
            RefusalCode.LEG_NOT_FAILED,
            f"The leg is {leg.status}; only a failed or reversed one can be retried.",
            "/leg",
        )
    refusal = unavailable(fold, (leg,))
    if refusal is not None:
        return refusal
    refusal = held_again(fold, together(settlement, leg))
    if refusal is not None:
        return refusal
    again = replace(leg, status=LegStatus.IN_FLIGHT, series=leg.series + 1, series_failures=0)
    going = put_leg(fold, settlement, again)
    if leg.kind not in _MONEY:
        start_goods(fold, going)
        return None
    freeze(fold, going, (again,))
    fold.say(EventType.REFUND_STARTED, {"settlement": settlement.id, "leg": leg.id})
    ask_executor(fold, again)
    return None


# ---------------------------------------------------------------- outcomes


def record_outcome(fold: Fold, command: RecordRefundOutcome) -> Refusal | None:
    """Note what became of a leg; the same word again changes nothing."""
    found = find_leg(fold.ret, command.leg)
    if isinstance(found, Refusal):
        return found
    settlement, leg = found
    by_processor = fold.context.actor.kind is ActorKind.PROCESSOR
    if by_processor and _is_stale(leg, command):
        return None  # Also where somebody else pays the leg by now.
    refusal = _not_yours(leg, command.outcome, by_processor=by_processor)
    if refusal is not None:
        return refusal
    if by_processor and fold.context.actor.id not in {None, leg.executor.value}:
        return _another_pays(leg)
    if leg.status in _SAME_AGAIN[command.outcome]:
        return None
    if leg.status in _WAITING:
        _proceed(fold, settlement, _attempted(fold, leg, command), command.outcome)
        return None
    if leg.status is LegStatus.SUCCEEDED and command.outcome == "failed" and by_processor:
        _reverse(fold, settlement, _attempted(fold, leg, command))
        return None
    return refuse(
        RefusalCode.LEG_NOT_WAITING,
        f"The leg is {leg.status} and waits for no outcome. Start or retry it first.",
        "/leg",
    )


def _is_stale(leg: Leg, command: RecordRefundOutcome) -> bool:
    """Say whether as much, or more, was said of this very refund before.

    A processor's message and the answer to our own call tell the same twice, and in any order; a
    refund that failed once never comes to life again.
    """
    if command.reference is None:
        return False
    known = [one for one in leg.attempts if one.reference == command.reference]
    said = max((_WEIGHT[one.outcome] for one in known), default=-1)
    if said >= _WEIGHT[command.outcome]:
        return True
    if leg.status is not LegStatus.SUCCEEDED or leg.reference is None:
        return False
    return command.outcome == "failed" and leg.reference != command.reference


def _not_yours(leg: Leg, outcome: str, *, by_processor: bool) -> Refusal | None:
    """Let processors speak for the legs they pay, and people for the others."""
    if by_processor is (leg.executor is Executor.EXTERNAL):
        return refuse(
            RefusalCode.NOT_YOUR_LEG,
            f"The leg is paid by {leg.executor}, which alone reports its outcome.",
            "/leg",
        )
    if not by_processor and outcome not in {"succeeded", "failed"}:
        return refuse(
            RefusalCode.NOT_YOUR_LEG,
            "Only a processor says pending or unknown. Report succeeded or failed.",
            "/outcome",
        )
    return None


def _another_pays(leg: Leg) -> Refusal:
    """Refuse a processor's word about a leg that was given to somebody else meanwhile."""
    return refuse(
        RefusalCode.NOT_YOUR_LEG,
        f"The leg is paid by {leg.executor} by now, not by whoever tells of it. Look at both: what"
        " was paid in both ways was paid twice.",
        "/leg",
    )


def _attempted(fold: Fold, leg: Leg, command: RecordRefundOutcome) -> Leg:
    """Give the leg with one more attempt in its log."""
    attempt = LegAttempt(
        n=len(leg.attempts) + 1,
        at=fold.at,
        outcome=command.outcome,
        reference=command.reference,
        error=command.error,
    )
    return replace(
        leg,
        attempts=(*leg.attempts, attempt),
        reference=command.reference or leg.reference,
    )


def _proceed(fold: Fold, settlement: Settlement, leg: Leg, outcome: str) -> None:
    """Take a waiting leg one step on."""
    match outcome:
        case "succeeded":
            succeed(fold, settlement, leg)
        case "failed":
            _fail(fold, settlement, leg)
        case "unknown":
            put_leg(fold, settlement, replace(leg, status=LegStatus.UNKNOWN))
        case _:
            put_leg(fold, settlement, replace(leg, status=LegStatus.IN_FLIGHT))


def succeed(fold: Fold, settlement: Settlement, leg: Leg) -> None:
    """Take a leg as paid; with the last one of them the settlement is settled."""
    if leg.kind is LegKind.EXCHANGE:
        settlement = ordered(settlement, leg)
    paid = put_leg(fold, settlement, replace(leg, status=LegStatus.SUCCEEDED))
    _say(fold, _DONE[leg.kind], settlement, leg)
    if leg.kind is LegKind.CHARGE:
        order_goods(fold, paid)
    elif paid.status is SettlementStatus.SETTLED:
        _settle(fold, paid)


def _fail(fold: Fold, settlement: Settlement, leg: Leg) -> None:
    """Count a known failure; the last of a series, or any the merchant reports, is final.

    So is any after the bank has taken the money: nobody tries again by himself to pay it twice.
    """
    failures = leg.series_failures + 1
    is_taken = leg.kind is LegKind.REFUND and nothing_taken(fold.order, (leg,)) is not None
    goes_on = failures < SERIES_FAILURES_MAX and not is_taken
    if leg.executor is not Executor.EXTERNAL and goes_on:
        put_leg(
            fold,
            settlement,
            replace(leg, status=LegStatus.IN_FLIGHT, series_failures=failures),
        )
        return
    if leg.kind is LegKind.EXCHANGE or leg.kind is LegKind.CHARGE:
        lost = replace(leg, series_failures=failures)
        give_up = not_paid if leg.kind is LegKind.CHARGE else not_to_be_had
        give_up(fold, put_leg(fold, settlement, lost), _why(lost))
        return
    failed = replace(leg, status=LegStatus.FAILED, series_failures=failures)
    release(fold, (failed,))
    thaw(fold, settlement, failed)
    put_leg(fold, settlement, failed)
    is_repair = leg.kind is LegKind.REPAIR
    event = EventType.REPAIR_FAILED if is_repair else EventType.REFUND_FAILED
    _say(fold, event, settlement, failed)


def _why(leg: Leg) -> str:
    """Give the executor's own words for its last failure."""
    return leg.attempts[-1].error or "It failed, and nobody said why."


def _reverse(fold: Fold, settlement: Settlement, leg: Leg) -> None:
    """Take a success back: the customer has no money of this settlement any more to rely on."""
    _cover(fold, settlement, None)
    reversed_leg = replace(leg, status=LegStatus.REVERSED)
    release(fold, (reversed_leg,))
    put_leg(fold, settlement, reversed_leg)
    _say(fold, EventType.REFUND_FAILED, settlement, reversed_leg)


def _settle(fold: Fold, settlement: Settlement) -> None:
    """Let the settlement cover its units: the customer has what was promised."""
    settled = replace(
        settlement,
        status=SettlementStatus.SETTLED,
        settled_at=fold.at,
        credit_note_number=_credit_note(fold, settlement),
    )
    fold.put_settlement(settled)
    _cover(fold, settled, settled.id)
    fold.say(EventType.SETTLEMENT_SETTLED, {"settlement": settled.id})


def _credit_note(fold: Fold, settlement: Settlement) -> str | None:
    """Number the document that corrects the invoice: once, whatever becomes of the money later."""
    if settlement.credit_note_number is not None or settlement.total == 0:
        return settlement.credit_note_number
    return fold.paper_number(PaperKind.CREDIT_NOTE)


def _cover(fold: Fold, settlement: Settlement, by: str | None) -> None:
    """Mark the settlement's units as covered by it, or as no longer covered."""
    named = {unit for line in settlement.lines for unit in line.units}
    changed: dict[str, Unit] = {
        unit.id: replace(unit, covered_by=by)
        for line in fold.ret.lines
        for unit in line.units
        if unit.id in named and unit.covered_by != by
    }
    fold.put_units(changed)


def put_leg(fold: Fold, settlement: Settlement, leg: Leg) -> Settlement:
    """Replace a leg along its table, and with it what goes together; the status follows."""
    was = next(one for one in settlement.legs if one.id == leg.id)
    assert leg.status is was.status or leg.status in LEGS[was.status], "legs obey their table"
    beside = {one.id for one in together(settlement, leg)}
    legs = tuple(
        leg
        if one.id == leg.id
        else replace(one, status=leg.status, series=leg.series, reference=leg.reference)
        if one.id in beside
        else one
        for one in settlement.legs
    )
    status = settlement_status(legs)
    settled_at = settlement.settled_at if status is SettlementStatus.SETTLED else None
    moved = replace(settlement, legs=legs, status=status, settled_at=settled_at)
    fold.put_settlement(moved)
    return moved


def _say(fold: Fold, event: EventType, settlement: Settlement, leg: Leg) -> None:
    fold.say(event, {"settlement": settlement.id, "leg": leg.id, "attempt": len(leg.attempts)})


def find_leg(ret: Return, leg_id: str) -> tuple[Settlement, Leg] | Refusal:
    """Give a leg by its id, with its settlement."""
    for settlement in ret.settlements:
        for leg in settlement.legs:
            if leg.id == leg_id:
                return settlement, leg
    return refuse(
        RefusalCode.UNKNOWN_LEG,
        f"The return has no leg {leg_id!r}. Take the ids from its settlements.",
        "/leg",
    )
