"""One row of the table as it is walked, and the rows of money, the same in every live status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from retour.lifecycle.commands import (
    ApproveSettlement,
    Command,
    ConfirmSettlement,
    DeclineSettlement,
    DiscardSettlement,
    FallBack,
    ProposeSettlement,
    RecordStock,
    RedirectLeg,
    RetryRefund,
    SettleElsewhere,
    StartRefund,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    ActorKind,
    Decision,
    ReturnStatus,
)
from retour.lifecycle.money.control import MoneyControl
from tests.support.returns import Journey, outcome

S = ReturnStatus
Make = Callable[[], Journey]
Give = Callable[[Journey], Command]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: how to get there, what to ask, where it leads and what it says."""

    start: Make
    give: Give
    to: ReturnStatus
    says: Sequence[str]
    by: ActorKind = ActorKind.API_KEY


def row(start: Make, give: Command | Give, to: ReturnStatus, *says: str) -> Row:
    return Row(start=start, give=give if callable(give) else always(give), to=to, says=says)


def always(command: Command) -> Give:
    def give(journey: Journey) -> Command:
        assert journey.ret
        return command

    return give


def goodwill() -> Command:
    adjustment = {"label": "Goodwill", "amount": "1.00"}
    return msgspec.convert({"adjustments": [adjustment]}, ProposeSettlement)


def goods() -> Command:
    adjustment = {"label": "Goodwill", "amount": "1.00"}
    body = {"kind": "exchange", "goods": [{"sku": "A-2"}], "adjustments": [adjustment]}
    return msgspec.convert(body, ProposeSettlement)


def approval_rows(status: ReturnStatus, way: Make) -> dict[tuple[ReturnStatus, str], Row]:
    """Give the rows of a promise that somebody has yet to agree to."""

    def asked() -> Journey:
        journey = way()
        plan = (goodwill(), ConfirmSettlement())
        eyes = MoneyControl(four_eyes_above={})
        context = replace(journey.context(ActorKind.AGENT, plan=plan), control=eyes)
        decision = decide(journey.state, plan, context)
        assert isinstance(decision, Decision)
        journey.state = decision.state
        return journey

    agreed = ("settlement.approved", "settlement_memo.completed")
    decline = DeclineSettlement(reason="No")
    return {
        (status, "approve_settlement"): row(asked, ApproveSettlement(), status, *agreed),
        (status, "decline_settlement"): row(asked, decline, status, "settlement.declined"),
    }


def money_rows(status: ReturnStatus, way: Make) -> dict[tuple[ReturnStatus, str], Row]:
    """Give the rows of money that every live status has alike."""

    def after(*plan: Command, then: str | None = None) -> Make:
        def make() -> Journey:
            journey = way()
            journey.do(*plan)
            if then is not None:
                journey.do(*[outcome(journey.leg().id, then)] * 3, by=ActorKind.PROCESSOR)
            return journey

        return make

    aside = after(goods(), ConfirmSettlement())
    draft = after(goodwill())
    promised = after(goodwill(), ConfirmSettlement())
    going = after(goodwill(), ConfirmSettlement(), StartRefund())
    failed = after(goodwill(), ConfirmSettlement(), StartRefund(), then="failed")
    return {
        (status, "propose_settlement"): row(way, goodwill(), status),
        (status, "confirm_settlement"): row(
            draft, ConfirmSettlement(), status, "settlement_memo.completed"
        ),
        (status, "discard_settlement"): row(promised, DiscardSettlement(), status),
        (status, "record_stock"): Row(
            start=aside,
            give=lambda at: RecordStock(leg=at.leg().id, outcome="reserved"),
            to=status,
            says=["exchange.reserved"],
            by=ActorKind.PROCESSOR,
        ),
        (status, "fall_back"): row(aside, FallBack(), status, "exchange.failed"),
        **approval_rows(status, way),
        (status, "start_refund"): row(promised, StartRefund(), status, "refund.started"),
        (status, "retry_refund"): row(
            failed, lambda at: RetryRefund(leg=at.leg().id), status, "refund.started"
        ),
        (status, "redirect_leg"): row(
            failed,
            lambda at: RedirectLeg(leg=at.leg().id, to="store_credit"),
            status,
            "refund.started",
        ),
        (status, "settle_elsewhere"): Row(
            start=failed,
            give=lambda at: SettleElsewhere(leg=at.leg().id, reference="SEPA-1"),
            to=S.SETTLED if status is S.PROCESSED else status,
            says=["refund.succeeded", "settlement.settled"]
            + (["return.settled"] if status is S.PROCESSED else []),
        ),
        (status, "record_refund_outcome"): Row(
            start=going,
            give=lambda at: outcome(at.leg().id, "succeeded"),
            to=S.SETTLED if status is S.PROCESSED else status,
            says=["refund.succeeded", "settlement.settled"]
            + (["return.settled"] if status is S.PROCESSED else []),
            by=ActorKind.PROCESSOR,
        ),
    }
