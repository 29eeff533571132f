"""Exchanges on their way: goods put aside, ordered, not to be had; differences paid, or not.

The legs of an exchange go together, for they stand for the same goods; the first speaks for all.
Where the goods cannot be had the legs become what was agreed on, out of the same payments: what
else the settlement pays is not touched.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import FallBack, RecordStock
from retour.lifecycle.fold import Fold
from retour.lifecycle.machine import settlement_status
from retour.lifecycle.model import (
    EventType,
    Exchange,
    Executor,
    Fallback,
    Leg,
    LegAttempt,
    LegKind,
    LegStatus,
    Settlement,
    SettlementKind,
    SettlementStatus,
    StockStatus,
)
from retour.lifecycle.money.crediting import credit_executor, not_agreed
from retour.lifecycle.money.goods import money_kind
from retour.lifecycle.money.legs import cap_exceeded, release, reserve, room

GOODS_LANE: Final = "/goods"
"""Behind a leg's id: where its goods are asked for, so that no money ever waits for a stock."""
OUT_OF_STOCK: Final = "The goods are out of stock."
NOT_PAID: Final = "The difference was not paid in time."

_ALIVE: Final = frozenset(
    {LegStatus.RESERVED, LegStatus.IN_FLIGHT, LegStatus.UNKNOWN, LegStatus.FAILED}
)
_GOING: Final = frozenset({LegStatus.IN_FLIGHT, LegStatus.UNKNOWN})
_ASIDE: Final = frozenset({StockStatus.ASKED, StockStatus.HELD})


def lead_of(settlement: Settlement) -> Leg | None:
    """Give the leg that speaks for the goods, as long as they may still go out."""
    return next(
        (leg for leg in settlement.legs if leg.kind is LegKind.EXCHANGE and leg.status in _ALIVE),
        None,
    )


def together(settlement: Settlement, leg: Leg) -> tuple[Leg, ...]:
    """Give a leg and, where it stands for goods, the others that stand for them."""
    if leg.kind is not LegKind.EXCHANGE:
        return (leg,)
    return tuple(one for one in settlement.legs if one.kind is LegKind.EXCHANGE)


def charge_of(settlement: Settlement) -> Leg | None:
    """Give the leg by which the customer pays the difference."""
    return next((leg for leg in settlement.legs if leg.kind is LegKind.CHARGE), None)


# ---------------------------------------------------------------- put aside, let go


def promising(settlement: Settlement) -> Settlement:
    """Give a settlement that is being confirmed, its goods about to be asked for."""
    exchange = settlement.exchange
    if exchange is None or exchange.executor is Executor.EXTERNAL:
        return settlement
    return replace(settlement, exchange=replace(exchange, stock=StockStatus.ASKED))


def ask_stock(fold: Fold, settlement: Settlement) -> None:
    """Have our own call made because of the event just said; another system needs none."""
    lead = next((leg for leg in settlement.legs if leg.kind is LegKind.EXCHANGE), None)
    if lead is None or settlement.exchange is None:
        return
    if settlement.exchange.executor is not Executor.EXTERNAL:
        fold.ask("refund", lead.id + GOODS_LANE)


def let_go(fold: Fold, settlement: Settlement) -> None:
    """Let the goods go that a settlement held which is dropped."""
    exchange = settlement.exchange
    if exchange is None or exchange.stock not in _ASIDE:
        return
    _put_exchange(fold, settlement, replace(exchange, stock=StockStatus.RELEASED))
    fold.say(EventType.EXCHANGE_RELEASED, {"settlement": settlement.id})
    ask_stock(fold, settlement)


# ---------------------------------------------------------------- going


def start_goods(fold: Fold, settlement: Settlement) -> None:
    """Set the goods of a settlement going, or first the charge that pays for them."""
    charge = charge_of(settlement)
    if charge is not None and charge.status is not LegStatus.SUCCEEDED:
        ask_to_pay(fold, settlement, charge)
    elif settlement.exchange is not None:
        order_goods(fold, settlement)
    else:
        _start_repair(fold, settlement)


def ask_to_pay(fold: Fold, settlement: Settlement, charge: Leg) -> None:
    """Ask for the difference: the goods wait for it."""
    exchange = settlement.exchange
    assert exchange is not None, "a charge is an exchange's"
    going = replace(charge, status=LegStatus.IN_FLIGHT)
    asked = replace(settlement, exchange=replace(exchange, asked_at=fold.at))
    _put_legs(fold, asked, (going,))
    fold.say(EventType.CHARGE_REQUESTED, {"settlement": settlement.id, "leg": charge.id})


def order_goods(fold: Fold, settlement: Settlement) -> None:
    """Order the goods; those that were not put aside are asked for once more."""
    exchange = settlement.exchange
    assert exchange is not None, "goods are an exchange's"
    if exchange.executor is not Executor.EXTERNAL and exchange.stock is not StockStatus.HELD:
        exchange = replace(exchange, stock=StockStatus.ASKED)
    legs = [leg for leg in settlement.legs if leg.kind is LegKind.EXCHANGE]
    going = tuple(replace(leg, status=LegStatus.IN_FLIGHT) for leg in legs)
    ordered = _put_legs(fold, replace(settlement, exchange=exchange), going)
    fold.say(EventType.EXCHANGE_STARTED, {"settlement": settlement.id, "leg": legs[0].id})
    ask_stock(fold, ordered)


def _start_repair(fold: Fold, settlement: Settlement) -> None:
    legs = [leg for leg in settlement.legs if leg.kind is LegKind.REPAIR]
    _put_legs(fold, settlement, tuple(replace(leg, status=LegStatus.IN_FLIGHT) for leg in legs))
    fold.say(EventType.REPAIR_STARTED, {"settlement": settlement.id, "leg": legs[0].id})


def ordered(settlement: Settlement, leg: Leg) -> Settlement:
    """Give a settlement whose goods are on their way, by the order they go out with."""
    exchange = settlement.exchange
    assert exchange is not None, "goods are an exchange's"
    done = replace(exchange, stock=StockStatus.ORDERED, replacement_order=leg.reference)
    return replace(settlement, exchange=done)


# ---------------------------------------------------------------- what the stock said


def record_stock(fold: Fold, command: RecordStock) -> Refusal | None:
    """Note what the stock said; once the goods are given up, nothing counts any more."""
    found = next(
        (
            settlement
            for settlement in fold.ret.settlements
            for leg in settlement.legs
            if leg.id == command.leg and settlement.exchange is not None
        ),
        None,
    )
    if found is None:
        return refuse(
            RefusalCode.UNKNOWN_LEG,
            f"The return has no exchange with a leg {command.leg!r}. Take the ids from its"
            " settlements.",
            "/leg",
        )
    exchange = found.exchange
    assert exchange is not None, "it was looked for"
    lead = lead_of(found)
    if lead is None or exchange.stock not in _ASIDE:
        return None
    if command.outcome == "out_of_stock":
        out = _put_exchange(fold, found, replace(exchange, stock=StockStatus.OUT))
        not_to_be_had(fold, out, command.error or OUT_OF_STOCK)
    elif exchange.stock is StockStatus.ASKED:
        _put_exchange(fold, found, replace(exchange, stock=StockStatus.HELD))
        fold.say(EventType.EXCHANGE_RESERVED, {"settlement": found.id, "leg": lead.id})
    return None


def not_to_be_had(fold: Fold, settlement: Settlement, why: str) -> None:
    """Do what was agreed on where the goods do not go out; else have a person decide."""
    exchange, lead = settlement.exchange, lead_of(settlement)
    assert exchange is not None, "goods are an exchange's"
    assert lead is not None, "nothing is given up twice"
    fallback = exchange.fallback if _can_turn(settlement) else Fallback.WAIT
    if fallback is not Fallback.WAIT:
        _turn(fold, settlement, fallback, why)
        return
    if lead.status in _GOING:
        legs = together(settlement, lead)
        release(fold, legs)
        failed = tuple(replace(leg, status=LegStatus.FAILED) for leg in legs)
        settlement = _put_legs(fold, settlement, _tried(fold, failed, why))
    _say_failed(fold, settlement, lead, why, None)


def not_paid(fold: Fold, settlement: Settlement, why: str) -> None:
    """Go on without the difference: as agreed on, or a person decides while the goods wait."""
    charge, exchange = charge_of(settlement), settlement.exchange
    assert charge is not None, "it was waited for"
    assert exchange is not None, "a charge is an exchange's"
    if exchange.fallback is not Fallback.WAIT:
        _turn(fold, settlement, exchange.fallback, why)
        return
    failed = _tried(fold, (replace(charge, status=LegStatus.FAILED),), why)
    _say_failed(fold, _put_legs(fold, settlement, failed), charge, why, None)


def lapse(fold: Fold) -> None:
    """End the time in which a difference can be paid."""
    for settlement in fold.ret.settlements:
        charge = charge_of(settlement)
        if charge is not None and charge.status is LegStatus.IN_FLIGHT:
            not_paid(fold, settlement, NOT_PAID)


# ---------------------------------------------------------------- something else instead


def fall_back(fold: Fold, command: FallBack) -> Refusal | None:
    """Give up the newest exchange that nobody is working on."""
    if command.to == "store_credit" and (
        refusal := not_agreed(fold.ret, agreed=command.consumer_agreed)
    ):
        return refusal
    for settlement in reversed(fold.ret.settlements):
        lead = lead_of(settlement)
        if lead is None or lead.status in _GOING or not _can_turn(settlement):
            continue
        if lead.status is LegStatus.FAILED:
            refusal = held_again(fold, together(settlement, lead))
            if refusal is not None:
                return refusal
        _turn(fold, settlement, Fallback(command.to), "The exchange was given up.")
        return None
    return refuse(
        RefusalCode.NO_EXCHANGE,
        "No exchange waits or has failed, so there is none to give up. One that is being ordered"
        " answers first.",
    )


def held_again(fold: Fold, legs: tuple[Leg, ...]) -> Refusal | None:
    """Hold of the payments again what a failure had given back."""
    rooms = {payment.id: room(payment) for payment in fold.order.payments}
    for leg in legs:
        if leg.payment is not None and rooms.get(leg.payment, 0) < leg.amount:
            return cap_exceeded(fold.order, leg.amount)
    reserve(fold, legs)
    return None


def _can_turn(settlement: Settlement) -> bool:
    """Say whether there is anything that money could stand for."""
    charge = charge_of(settlement)
    is_paid = charge is not None and charge.status is LegStatus.SUCCEEDED
    return settlement.status is not SettlementStatus.DRAFT and any(
        leg.kind is LegKind.EXCHANGE and leg.amount and (leg.payment is not None or is_paid)
        for leg in settlement.legs
    )


def _turn(fold: Fold, settlement: Settlement, to: Fallback, why: str) -> None:
    """Let the legs be money, or credit, out of the same payments.

    A difference that was paid is paid back by who collected it; one that was not is given up, and
    the leg it would have paid for with it.
    """
    exchange, lead = settlement.exchange, lead_of(settlement)
    assert exchange is not None, "goods are an exchange's"
    assert lead is not None, "there is something to give up"
    is_started = settlement.status is not SettlementStatus.CONFIRMED
    charge = charge_of(settlement)
    is_paid = charge is not None and charge.status is LegStatus.SUCCEEDED
    turned: list[Leg] = []
    for leg in _tried(fold, together(settlement, lead), why):
        if leg.payment is None and not is_paid:
            turned.append(replace(leg, status=LegStatus.ABANDONED))
        else:
            turned.append(_as_money(fold, leg, to, is_started=is_started))
    if charge is not None and not is_paid:
        turned.append(replace(charge, status=LegStatus.ABANDONED))
    was_aside = exchange.stock in _ASIDE
    if was_aside:
        exchange = replace(exchange, stock=StockStatus.RELEASED)
    kind = SettlementKind(to.value)
    moved = _put_legs(fold, replace(settlement, kind=kind, exchange=exchange), tuple(turned))
    _say_failed(fold, moved, lead, why, to)
    if was_aside:
        ask_stock(fold, replace(moved, legs=settlement.legs))
    if is_started:
        fold.say(EventType.REFUND_STARTED, {"settlement": settlement.id})
        for leg in turned:
            if leg.status is LegStatus.IN_FLIGHT and leg.executor is not Executor.EXTERNAL:
                fold.ask("refund", leg.id)


def _as_money(fold: Fold, leg: Leg, to: Fallback, *, is_started: bool) -> Leg:
    if leg.payment is None:
        kind, executor = LegKind.REFUND, Executor.EXTERNAL
    elif to is Fallback.STORE_CREDIT or fold.ret.gift:
        kind, executor = LegKind.STORE_CREDIT, credit_executor(fold)
    else:
        paid = {one.id: one.processor for one in fold.order.payments}
        executor = paid[leg.payment]
        kind = money_kind(executor)
    return replace(
        leg,
        kind=kind,
        executor=executor,
        status=LegStatus.IN_FLIGHT if is_started else LegStatus.RESERVED,
        series=leg.series + 1,
        series_failures=0,
        reference=None,
    )


# ---------------------------------------------------------------- small steps


def _tried(fold: Fold, legs: tuple[Leg, ...], why: str) -> tuple[Leg, ...]:
    """Keep in the first leg's log why it came to nothing, where no answer has said so."""
    first = legs[0]
    if first.attempts and first.attempts[-1].outcome == "failed":
        return legs
    attempt = LegAttempt(n=len(first.attempts) + 1, at=fold.at, outcome="failed", error=why)
    return (replace(first, attempts=(*first.attempts, attempt)), *legs[1:])


def _say_failed(
    fold: Fold, settlement: Settlement, leg: Leg, why: str, instead: Fallback | None
) -> None:
    fold.say(
        EventType.EXCHANGE_FAILED,
        {
            "settlement": settlement.id,
            "leg": leg.id,
            "why": why,
            "instead": None if instead is None else instead.value,
        },
    )


def _put_exchange(fold: Fold, settlement: Settlement, exchange: Exchange) -> Settlement:
    moved = replace(settlement, exchange=exchange)
    fold.put_settlement(moved)
    return moved


def _put_legs(fold: Fold, settlement: Settlement, changed: tuple[Leg, ...]) -> Settlement:
    """Replace legs; the settlement's status follows, once it was started."""
    by_id = {leg.id: leg for leg in changed}
    legs = tuple(by_id.get(leg.id, leg) for leg in settlement.legs)
    moved = replace(settlement, legs=legs, status=settlement_status(legs))
    fold.put_settlement(moved)
    return moved
