"""Goods instead of money: what is asked to go out, and the legs that it becomes.

An exchange takes of the payments what its goods are worth, as a refund of that would; what is left
over is refunded beside it, and what is missing the customer pays.  So that it can become a refund
at any time, each of its legs names the payment whose room it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from retour.kernel.money import parse_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import GoodsAsked, ProposeSettlement
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import (
    Exchange,
    Executor,
    Fallback,
    Goods,
    Leg,
    LegKind,
    LegStatus,
    Order,
    Return,
    Settlement,
    SettlementKind,
)
from retour.lifecycle.money.legs import cap_exceeded, rooms_of
from retour.settlement.allocation import split

_GOODS: Final = frozenset({SettlementKind.EXCHANGE.value, SettlementKind.REPAIR.value})


def goods_asked(fold: Fold, command: ProposeSettlement) -> Exchange | Refusal | None:
    """Read what shall go out; none but for exchanges."""
    is_exchange = command.kind == SettlementKind.EXCHANGE.value
    asked = _asked_or_wished(fold.ret, command)
    if bool(asked) is not is_exchange:
        detail = (
            "An exchange needs the goods that go out. Name them by SKU."
            if is_exchange
            else "Goods go out in an exchange only. Leave them out, or propose kind exchange."
        )
        return refuse(RefusalCode.BAD_GOODS, detail, "/goods")
    if (refusal := _not_agreed(fold, command)) is not None:
        return refusal
    if not is_exchange:
        return None
    goods = read_goods(fold.order, asked)
    if isinstance(goods, Refusal):
        return goods
    return Exchange(
        goods=goods,
        executor=_executor(fold, command),
        fallback=Fallback(command.fallback),
        pay_days=command.pay_days,
    )


def _asked_or_wished(ret: Return, command: ProposeSettlement) -> tuple[GoodsAsked, ...]:
    """Give the goods that are named, or else those the customer wished for."""
    if command.goods or command.kind != SettlementKind.EXCHANGE.value:
        return command.goods
    return tuple(
        GoodsAsked(sku=one.sku, quantity=one.quantity, unit_price=one.unit_price, title=one.title)
        for one in ret.goods
    )


def read_goods(order: Order, given: Sequence[GoodsAsked]) -> tuple[Goods, ...] | Refusal:
    """Read goods with their prices: of all of them, or of none."""
    goods: list[Goods] = []
    for index, asked in enumerate(given):
        price = _price(order, asked)
        if price is None and asked.unit_price is not None:
            return refuse(
                RefusalCode.BAD_AMOUNT,
                f"{asked.unit_price!r} is no price. Give a decimal string in"
                f" {order.currency}, zero or more.",
                f"/goods/{index}/unit_price",
            )
        goods.append(
            Goods(sku=asked.sku, quantity=asked.quantity, unit_price=price, title=asked.title)
        )
    if len({one.unit_price is None for one in goods}) > 1:
        return refuse(
            RefusalCode.BAD_GOODS,
            "Some goods have a price and some have none. Price all of them, or none of them for an"
            " even exchange.",
            "/goods",
        )
    return tuple(goods)


def _not_agreed(fold: Fold, command: ProposeSettlement) -> Refusal | None:
    """Refuse goods for a withdrawal, unless the consumer has said yes (Article 13 (1))."""
    if fold.ret.legal is None or command.consumer_agreed or command.kind not in _GOODS:
        return None
    return refuse(
        RefusalCode.CREDIT_NOT_AGREED,
        "Who withdraws from a contract is paid back, unless they have expressly agreed to goods"
        " instead. Ask them, then say consumer_agreed; or refund.",
        "/consumer_agreed",
    )


def _price(order: Order, asked: GoodsAsked) -> int | None:
    if asked.unit_price is None:
        return None
    price = parse_amount(asked.unit_price, order.currency)
    return None if price is None or price < 0 else price


def _executor(fold: Fold, command: ProposeSettlement) -> Executor:
    """Say whose stock is asked: the one that is named, or the one we can call."""
    if command.stock is not None:
        return Executor(command.stock)
    return Executor.SANDBOX if Executor.SANDBOX in fold.context.executors else Executor.EXTERNAL


def price_of(exchange: Exchange, worth: int) -> int:
    """Say what the goods cost the customer; what comes back, where they have no prices."""
    prices = [one.unit_price for one in exchange.goods]
    if None in prices:
        return worth
    return sum((one.unit_price or 0) * one.quantity for one in exchange.goods)


def exchange_legs(fold: Fold, draft: Settlement, total: int) -> tuple[Leg, ...] | Refusal:
    """Give the goods out of the payments, refund what is left over, charge what is missing.

    What the goods cost more than comes back is a leg of its own without a payment: the charge
    beside it pays for it.
    """
    exchange = draft.exchange
    assert exchange is not None, "an exchange has goods"
    parts = split(total, rooms_of(fold))
    if parts is None:
        return cap_exceeded(fold.order, total)
    price = price_of(exchange, total)
    processors = {payment.id: payment.processor for payment in fold.order.payments}
    goods: list[Leg] = []
    money: list[Leg] = []
    left = min(price, total)
    for part in parts:
        given = min(left, part.amount)
        left -= given
        if given:
            goods.append(_leg(LegKind.EXCHANGE, exchange.executor, given, part.payment))
        if part.amount > given:
            over = part.amount - given
            paid_by = processors[part.payment]
            money.append(_leg(money_kind(paid_by), paid_by, over, part.payment))
    more = max(price - total, 0)
    if more or not goods:
        goods.append(_leg(LegKind.EXCHANGE, exchange.executor, more))
    if more:
        money.append(_leg(LegKind.CHARGE, Executor.EXTERNAL, more))
    return _named(fold, draft, goods + money)


def money_kind(executor: Executor) -> LegKind:
    """Say what a payment gives back: what was paid with store credit comes back as such."""
    return LegKind.STORE_CREDIT if executor is Executor.CREDIT else LegKind.REFUND


def repair_legs(fold: Fold, draft: Settlement) -> tuple[Leg, ...]:
    """Have the goods mended by another system: nothing is paid."""
    return _named(fold, draft, [_leg(LegKind.REPAIR, Executor.EXTERNAL, 0)])


def charged_since(ret: Return) -> datetime | None:
    """Say since when the customer is asked for a difference; ``None`` where nothing is open."""
    exchange = _unpaid(ret)
    return None if exchange is None else exchange.asked_at


def pay_days(ret: Return) -> int | None:
    """Say how long the customer may take to pay it."""
    exchange = _unpaid(ret)
    return None if exchange is None else exchange.pay_days


def _unpaid(ret: Return) -> Exchange | None:
    return next(
        (
            settlement.exchange
            for settlement in ret.settlements
            for leg in settlement.legs
            if leg.kind is LegKind.CHARGE and leg.status is LegStatus.IN_FLIGHT
        ),
        None,
    )


def _leg(kind: LegKind, executor: Executor, amount: int, payment: str | None = None) -> Leg:
    return Leg(
        id="", kind=kind, executor=executor, amount=amount, status=LegStatus.DRAFT, payment=payment
    )


def _named(fold: Fold, draft: Settlement, legs: list[Leg]) -> tuple[Leg, ...]:
    """Give legs their ids, those that the draft has first."""
    ids = [leg.id for leg in draft.legs]
    ids += [fold.mint("leg") for _ in range(len(legs) - len(ids))]
    return tuple(replace(leg, id=name) for leg, name in zip(legs, ids, strict=False))
