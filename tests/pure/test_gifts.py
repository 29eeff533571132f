"""A gift that comes back: who received it is told and paid in store credit, not the buyer."""

from __future__ import annotations

import msgspec
import pytest

from retour.dialects.notification import is_worth_saying
from retour.lifecycle.commands import (
    Authorize,
    ConfirmSettlement,
    FinishReceipt,
    ProposeSettlement,
    Request,
    StartRefund,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import Approval, Customer, Decision, LegKind, Policy
from retour.lifecycle.requests.gift import addressee
from tests.support.notifying import sample
from tests.support.returns import Journey, accept, receive

ASKED = msgspec.convert(
    {
        "order_number": "1001",
        "lines": [{"line": "a", "quantity": 1, "reason": "Not my colour"}],
        "gift": {"email": "ben@example.test", "name": "Ben"},
    },
    Request,
)


def a_gift(policy: Policy | None = None) -> Journey:
    journey = Journey(policy=policy)
    journey.do(ASKED, Authorize(), receive(a=1), accept("a"), FinishReceipt())
    return journey


def test_every_event_is_the_recipient_s_and_none_names_the_buyer() -> None:
    journey = Journey()
    buyer = journey.customer.email
    plan = (ASKED, Authorize(), receive(a=1), accept("a"), FinishReceipt(), ProposeSettlement())
    decision = decide(
        journey.state, (*plan, ConfirmSettlement(), StartRefund()), journey.context(plan=plan)
    )

    assert isinstance(decision, Decision)
    assert len(decision.events) > 5
    for event in decision.events:
        assert Customer(email="ben@example.test", name="Ben") == event.personal.customer
        assert buyer not in msgspec.json.encode(event).decode()


@pytest.mark.parametrize("kind", ["refund", "store_credit"])
def test_it_is_paid_in_store_credit_whatever_is_proposed(kind: str) -> None:
    journey = a_gift()

    journey.do(msgspec.convert({"kind": kind}, ProposeSettlement), ConfirmSettlement())

    (leg,) = journey.ret.settlements[-1].legs
    assert (LegKind.STORE_CREDIT, "credit", "card") == (leg.kind, leg.executor, leg.payment)
    assert 1000 == journey.reserved


def test_the_policy_pays_it_in_store_credit_too() -> None:
    journey = a_gift(Policy(settlement=Approval.AUTO))

    assert LegKind.STORE_CREDIT is journey.leg().kind


def test_the_same_piece_is_not_given_back_by_the_buyer_as_well() -> None:
    journey = Journey()
    journey.do(ASKED)
    journey.next_return()

    refusal = journey.refused(
        msgspec.structs.replace(
            ASKED,
            gift=None,
            lines=tuple(msgspec.structs.replace(line, quantity=3) for line in ASKED.lines),
        )
    )

    assert "over_return" == refusal.code


def test_another_return_of_the_order_is_the_buyer_s() -> None:
    journey = Journey().requested(a=1)

    assert journey.customer == addressee(journey.customer, journey.ret, journey.state.words)


def test_a_recipient_who_was_erased_leaves_nobody_to_tell() -> None:
    journey = a_gift()

    assert Customer(email="") == addressee(journey.customer, journey.ret, {})


@pytest.mark.parametrize("email", ["", "ben", "b en@x", "a@b@c", "x" * 320 + "@y"])
def test_a_recipient_has_an_address(email: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"order_number": "1", "lines": [], "gift": {"email": email}}, Request)


@pytest.mark.parametrize("form", LegKind)
def test_a_customer_is_told_of_money_and_of_credit_but_not_that_goods_were_a_refund(
    form: LegKind,
) -> None:
    event = sample("refund_paid")
    ret = event.snapshot.ret
    assert ret is not None
    paid = tuple(
        msgspec.structs.replace(
            one, legs=tuple(msgspec.structs.replace(leg, kind=form) for leg in one.legs)
        )
        for one in ret.settlements
    )
    snapshot = msgspec.structs.replace(
        event.snapshot, ret=msgspec.structs.replace(ret, settlements=paid)
    )

    said = is_worth_saying(msgspec.structs.replace(event, snapshot=snapshot))

    assert (form in {LegKind.REFUND, LegKind.STORE_CREDIT}) is said
