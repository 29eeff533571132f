"""Exchanges decided: proposed, promised, answered by stocks, and their figures checked."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from retour.lifecycle.commands import (
    ConfirmSettlement,
    ProposeSettlement,
    RecordRefundOutcome,
    RecordStock,
    StartRefund,
)
from retour.lifecycle.model import (
    ActorKind,
    Executor,
    Leg,
    LegKind,
    LegStatus,
    Settlement,
    StockStatus,
)
from retour.lifecycle.requests.legal import Legal, LegalBasis
from tests.support.returns import NOON, Journey

PROCESSOR: Final = ActorKind.PROCESSOR
KNOWN: Final = frozenset({Executor.SANDBOX, Executor.EXTERNAL, Executor.CREDIT})


def propose(price: str | None = None, **more: object) -> ProposeSettlement:
    """Exchange what came back for one shoe, at a price or for as much."""
    goods = [{"sku": "SHOE-42", "quantity": 1, "unit_price": price}]
    return msgspec.convert({"kind": "exchange", "goods": goods, **more}, ProposeSettlement)


def confirmed(
    price: str | None = None, *, journey: Journey | None = None, **more: object
) -> Journey:
    """Promise the exchange of one piece that was 10.00."""
    journey = journey or Journey().processed(a=1)
    journey.do(propose(price, **more), ConfirmSettlement(), executors=KNOWN)
    return journey


def started(price: str | None = None, **more: object) -> Journey:
    """Put the goods aside and set the exchange going."""
    journey = confirmed(price, journey=None, **more)
    stock(journey, "reserved")
    journey.do(StartRefund(), executors=KNOWN)
    return journey


def newest(journey: Journey) -> Settlement:
    """Give the newest settlement, whose figures must add up whatever has become of it."""
    settlement = journey.ret.settlements[-1]
    counted = [leg for leg in settlement.legs if leg.status is not LegStatus.ABANDONED]
    given_ = sum(leg.amount for leg in counted if leg.kind is not LegKind.CHARGE)
    charged = sum(leg.amount for leg in counted if leg.kind is LegKind.CHARGE)
    if counted:
        assert settlement.total == given_ - charged
    assert settlement.total == sum(line.amount for line in settlement.lines)
    return settlement


def legs(journey: Journey) -> list[tuple[str, str | None, int, str]]:
    return [
        (leg.kind.value, leg.payment, leg.amount, leg.status.value) for leg in newest(journey).legs
    ]


def of_kind(journey: Journey, kind: LegKind) -> Leg:
    return next(leg for leg in newest(journey).legs if leg.kind is kind)


def stock(journey: Journey, word: str) -> list[str]:
    """Let the stock answer for the goods, whatever their leg has become."""
    lead = newest(journey).legs[0].id
    command = msgspec.convert({"leg": lead, "outcome": word}, RecordStock)
    return [one.value for one in journey.do(command, by=PROCESSOR, executors=KNOWN)]


def end(
    journey: Journey, leg: Leg, word: str = "succeeded", by: ActorKind | None = None
) -> list[str]:
    """Let whoever executes a leg report it."""
    own = ActorKind.API_KEY if leg.executor is Executor.EXTERNAL else PROCESSOR
    body = {"leg": leg.id, "outcome": word}
    if word == "succeeded":
        body["reference"] = f"R-{leg.id[-4:]}"
    command = msgspec.convert(body, RecordRefundOutcome)
    return [one.value for one in journey.do(command, by=by or own, executors=KNOWN)]


def at_stock(journey: Journey) -> StockStatus | None:
    exchange = newest(journey).exchange
    assert exchange is not None
    return exchange.stock


def withdrawn(journey: Journey) -> Journey:
    """Let the return stand on a withdrawal."""
    legal = Legal(
        basis=LegalBasis.WITHDRAWAL,
        withdrawal="wdl_1",
        informed_at=NOON - timedelta(days=1),
        refund_by=NOON + timedelta(days=13),
        is_whole=False,
    )
    journey.state = replace(journey.state, ret=replace(journey.ret, legal=legal))
    return journey
