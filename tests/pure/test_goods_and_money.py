"""Goods and money share no field: all eight of goods back, money back, replacement sent."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest

from retour.lifecycle.commands import (
    Command,
    ConfirmSettlement,
    ProposeSettlement,
    RecordRefundOutcome,
    StartRefund,
    WaiveReceipt,
)
from retour.lifecycle.model import (
    ActorKind,
    LegKind,
    LegStatus,
    Policy,
    Reception,
    Return,
    ReturnStatus,
)
from tests.support.returns import Journey

ALL = list(product([False, True], repeat=3))
KEEPING = Policy(keep_item=True)


def came_back(ret: Return) -> bool:
    """Read goods off units alone."""
    return all(unit.reception is Reception.RECEIVED for line in ret.lines for unit in line.units)


def went_back(ret: Return) -> int:
    """Read money off legs alone."""
    return sum(
        leg.amount
        for settlement in ret.settlements
        for leg in settlement.legs
        if leg.kind is LegKind.REFUND and leg.status is LegStatus.SUCCEEDED
    )


def went_out(ret: Return) -> bool:
    """Read replacements off exchanges alone."""
    return any(
        settlement.exchange is not None and settlement.exchange.replacement_order is not None
        for settlement in ret.settlements
    )


def wanted(*, money: bool, replacement: bool) -> Command:
    """Propose what is given for it: a cheaper piece leaves money, an even one leaves none."""
    if not replacement:
        return ProposeSettlement(kind="refund" if money else "none")
    goods = [{"sku": "A-2", "unit_price": "7.50" if money else "10.00"}]
    return msgspec.convert({"kind": "exchange", "goods": goods}, ProposeSettlement)


@pytest.mark.parametrize(("goods", "money", "replacement"), ALL)
def test_every_combination_of_goods_money_and_replacement(
    *, goods: bool, money: bool, replacement: bool
) -> None:
    journey = Journey(policy=KEEPING)
    if goods:
        journey.processed(a=1)
    else:
        journey.authorized(a=1)
        journey.do(WaiveReceipt())

    journey.do(wanted(money=money, replacement=replacement), ConfirmSettlement(), StartRefund())
    for leg in journey.ret.settlements[-1].legs:
        body = {"leg": leg.id, "outcome": "succeeded", "reference": f"ref-{leg.kind}"}
        journey.do(msgspec.convert(body, RecordRefundOutcome), by=ActorKind.PROCESSOR)

    ret = journey.ret
    assert (goods, money, replacement) == (came_back(ret), went_back(ret) > 0, went_out(ret))
    assert went_back(ret) == (0 if not money else 250 if replacement else 1000)
    assert ReturnStatus.SETTLED is ret.status
    assert all(unit.covered_by for unit in journey.units)
