"""Limits by role and amount, four eyes: who may promise how much alone, and who has to agree."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import (
    ApproveSettlement,
    Command,
    ConfirmSettlement,
    DeclineSettlement,
    DiscardSettlement,
    FinishReceipt,
    ProposeSettlement,
    StartRefund,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    Actor,
    ActorKind,
    Approval,
    Decision,
    EventType,
    Policy,
    Settlement,
    SettlementStatus,
)
from retour.lifecycle.money.control import MoneyControl, RoleLimit
from retour.lifecycle.words import ApprovalStatus
from tests.support.returns import Journey, accept, check_decision, receive

PROMISE = (ProposeSettlement(), ConfirmSettlement())
AGREE = ApproveSettlement()
CLERK_100 = MoneyControl(limits={"clerk": RoleLimit(settlement={"EUR": 1000})})
EYES_10 = MoneyControl(four_eyes_above={"EUR": 1000})


def goodwill(amount: str) -> ProposeSettlement:
    extra = {"label": "Sorry", "amount": amount}
    return msgspec.convert({"adjustments": [extra]}, ProposeSettlement)


class Desk:
    """A return at which several people work, each with a key and a role."""

    def __init__(self, control: MoneyControl, journey: Journey | None = None) -> None:
        self.control = control
        self.journey = journey or Journey().processed(a=2)

    def ask(self, who: str, role: str, *plan: Command) -> Decision | Refusal:
        context = self.journey.context(plan=plan)
        actor = Actor(kind=ActorKind.API_KEY, id=who)
        told = msgspec.structs.replace(context, actor=actor, role=role, control=self.control)
        return decide(self.journey.state, plan, told)

    def do(self, who: str, role: str, *plan: Command) -> list[EventType]:
        decision = self.ask(who, role, *plan)
        assert isinstance(decision, Decision), decision
        check_decision(self.journey.state, decision)
        self.journey.state = decision.state
        return [event.type for event in decision.events]

    def refused(self, who: str, role: str, *plan: Command) -> Refusal:
        refusal = self.ask(who, role, *plan)
        assert isinstance(refusal, Refusal), refusal
        return refusal

    @property
    def settlement(self) -> Settlement:
        return self.journey.ret.settlements[-1]

    @property
    def is_waiting(self) -> bool:
        approval = self.settlement.approval
        return approval is not None and approval.status is ApprovalStatus.NEEDED


# ---------------------------------------------------------------- who may promise how much


@pytest.mark.parametrize(
    ("role", "limit", "waits"),
    [
        ("clerk", {"EUR": 1999}, True),
        ("clerk", {"EUR": 2000}, False),
        ("clerk", {"EUR": 0}, True),
        ("clerk", {}, True),  # Of a currency without a limit nobody promises anything alone.
        ("clerk", {"USD": 5000}, True),
        ("owner", {"EUR": 0}, False),  # It is the clerk's.
    ],
)
def test_a_role_promises_up_to_its_limit_alone(
    role: str,
    limit: dict[str, int],
    waits: bool,  # noqa: FBT001 - one column of the table
) -> None:
    desk = Desk(MoneyControl(limits={"clerk": RoleLimit(settlement=limit)}))

    said = desk.do("k1", role, *PROMISE)

    assert waits is desk.is_waiting
    assert SettlementStatus.CONFIRMED is desk.settlement.status
    assert 2000 == desk.journey.reserved, "what is promised is held, agreed to or not"
    word = EventType.SETTLEMENT_APPROVAL_REQUESTED if waits else EventType.SETTLEMENT_MEMO_COMPLETED
    assert [word] == said
    assert (desk.settlement.memo_number is None) is waits


def test_the_question_says_its_arithmetic() -> None:
    desk = Desk(CLERK_100)

    desk.do("k1", "clerk", *PROMISE)

    assert desk.settlement.approval is not None
    assert "The return gives 20.00 EUR, clerk promises up to 10.00 EUR alone" == (
        desk.settlement.approval.why
    )
    assert "k1" == desk.settlement.approval.asked_by.id


def test_what_is_given_freely_has_a_limit_of_its_own() -> None:
    limit = RoleLimit(settlement={"EUR": 9900}, adjustment={"EUR": 500})
    few, many = (
        Desk(MoneyControl(limits={"clerk": limit})),
        Desk(MoneyControl(limits={"clerk": limit})),
    )

    few.do("k1", "clerk", goodwill("5.00"), ConfirmSettlement())
    many.do("k1", "clerk", goodwill("5.01"), ConfirmSettlement())

    assert not few.is_waiting
    assert many.settlement.approval is not None
    assert "5.01 EUR are given freely, clerk gives up to 5.00 EUR alone" == (
        many.settlement.approval.why
    )


def test_an_amount_cannot_be_cut_into_slices() -> None:
    """The limit is about what the return gives in all without anybody's agreement."""
    desk = Desk(CLERK_100, Journey().processed(a=2))
    first, second = (unit.id for unit in desk.journey.units)

    desk.do("k1", "clerk", ProposeSettlement(units=(first,)), ConfirmSettlement(), StartRefund())
    assert not desk.is_waiting
    desk.journey.outcome("succeeded")
    desk.do("k1", "clerk", ProposeSettlement(units=(second,)), ConfirmSettlement())

    assert desk.is_waiting


def test_what_was_agreed_to_counts_no_more() -> None:
    desk = Desk(CLERK_100, Journey().processed(a=2))
    desk.do("k1", "clerk", *PROMISE)
    desk.do("k2", "owner", AGREE, StartRefund())
    desk.journey.outcome("succeeded")

    desk.do("k1", "clerk", goodwill("3.00"), ConfirmSettlement())

    assert not desk.is_waiting


# ---------------------------------------------------------------- nothing is paid before


def test_nothing_is_paid_before_somebody_has_agreed() -> None:
    desk = Desk(CLERK_100)
    desk.do("k1", "clerk", *PROMISE)

    refusal = desk.refused("k1", "clerk", StartRefund())
    also = desk.refused("k2", "owner", StartRefund())

    assert ("approval_needed", "approval_needed") == (refusal.code, also.code)
    assert "clerk promises up to 10.00 EUR" in refusal.detail
    assert not {"start_refund"} & desk.journey.allowed
    assert {"approve_settlement", "decline_settlement"} <= desk.journey.allowed


def test_once_agreed_it_is_paid() -> None:
    desk = Desk(CLERK_100)
    desk.do("k1", "clerk", *PROMISE)

    said = desk.do("k2", "owner", ApproveSettlement(note="Seen"))

    assert [EventType.SETTLEMENT_APPROVED, EventType.SETTLEMENT_MEMO_COMPLETED] == said
    assert desk.settlement.memo_number is not None
    approval = desk.settlement.approval
    assert approval is not None
    assert approval.by is not None
    assert (ApprovalStatus.GIVEN, "k2", "Seen") == (approval.status, approval.by.id, approval.note)
    assert "start_refund" in desk.journey.allowed
    assert EventType.REFUND_STARTED in desk.do("k1", "clerk", StartRefund())


def test_who_agrees_has_a_limit_too() -> None:
    limits = {
        "clerk": RoleLimit(settlement={"EUR": 0}),
        "lead": RoleLimit(settlement={"EUR": 1999}),
    }
    desk = Desk(MoneyControl(limits=limits))
    desk.do("k1", "clerk", *PROMISE)

    refusal = desk.refused("k2", "lead", AGREE)

    assert "above_limit" == refusal.code
    assert "The return gives 20.00 EUR, lead promises up to 19.99 EUR alone" in refusal.detail
    desk.do("k3", "owner", AGREE)


def test_another_total_is_another_question() -> None:
    """An agreement is to exactly what was asked, whatever changes a settlement later."""
    desk = Desk(CLERK_100)
    desk.do("k1", "clerk", *PROMISE)
    desk.do("k2", "owner", AGREE)
    ret = desk.journey.ret
    dearer = replace(desk.settlement, total=desk.settlement.total + 1)
    desk.journey.state = replace(
        desk.journey.state, ret=replace(ret, settlements=(*ret.settlements[:-1], dearer))
    )

    assert "approval_needed" == desk.refused("k1", "clerk", StartRefund()).code


def test_a_new_draft_is_a_new_question() -> None:
    desk = Desk(CLERK_100)
    desk.do("k1", "clerk", *PROMISE)
    desk.do("k2", "owner", AGREE)

    desk.do("k1", "clerk", DiscardSettlement(), *PROMISE)

    assert desk.is_waiting


# ---------------------------------------------------------------- four eyes


@pytest.mark.parametrize("role", ["owner", "clerk"])
def test_above_the_threshold_another_has_to_agree(role: str) -> None:
    desk = Desk(EYES_10)
    desk.do("k1", role, *PROMISE)

    refusal = desk.refused("k1", role, AGREE)

    assert "same_eyes" == refusal.code
    assert "The return gives 20.00 EUR, one person decides up to 10.00 EUR" in refusal.detail
    desk.do("k2", role, AGREE)


def test_who_proposed_is_not_who_agrees() -> None:
    desk = Desk(EYES_10)
    desk.do("k1", "owner", ProposeSettlement())
    desk.do("k2", "owner", ConfirmSettlement())

    assert "same_eyes" == desk.refused("k1", "owner", AGREE).code
    assert "same_eyes" == desk.refused("k2", "owner", AGREE).code
    desk.do("k3", "owner", AGREE)


def test_up_to_the_threshold_two_eyes_are_enough() -> None:
    desk = Desk(MoneyControl(four_eyes_above={"EUR": 2000}))

    desk.do("k1", "owner", *PROMISE)

    assert not desk.is_waiting


def test_nobody_looks_where_nothing_is_set() -> None:
    desk = Desk(MoneyControl())

    desk.do("k1", "clerk", *PROMISE, StartRefund())

    assert desk.settlement.approval is None


# ---------------------------------------------------------------- declined, dropped


def test_declining_drops_the_promise_and_says_why() -> None:
    desk = Desk(CLERK_100)
    desk.do("k1", "clerk", *PROMISE)

    said = desk.do("k2", "owner", DeclineSettlement(reason="Not looked at"))

    assert [EventType.SETTLEMENT_DECLINED] == said
    assert SettlementStatus.DISCARDED is desk.settlement.status
    assert 0 == desk.journey.reserved
    approval = desk.settlement.approval
    assert approval is not None
    assert (ApprovalStatus.DECLINED, "Not looked at") == (approval.status, approval.note)
    assert "no_approval_asked" == desk.refused("k2", "owner", AGREE).code
    desk.do("k1", "clerk", *PROMISE)
    assert desk.is_waiting


def test_who_drops_the_promise_withdraws_the_question() -> None:
    desk = Desk(CLERK_100)
    desk.do("k1", "clerk", *PROMISE)

    desk.do("k1", "clerk", DiscardSettlement())

    assert desk.settlement.approval is not None
    assert ApprovalStatus.WITHDRAWN is desk.settlement.approval.status
    assert "no_approval_asked" == desk.refused("k2", "owner", AGREE).code


def test_agreed_once_is_agreed() -> None:
    desk = Desk(CLERK_100)
    desk.do("k1", "clerk", *PROMISE)
    desk.do("k2", "owner", AGREE)

    assert "no_approval_asked" == desk.refused("k3", "owner", AGREE).code
    assert "no_approval_asked" == desk.refused("k3", "owner", DeclineSettlement(reason="No")).code


# ---------------------------------------------------------------- the policy


def settled_by_policy(limit: int) -> Desk:
    control = MoneyControl(limits={"policy": RoleLimit(settlement={"EUR": limit})})
    desk = Desk(control, Journey(policy=Policy(settlement=Approval.AUTO)).authorized(a=2))
    desk.do("k1", "owner", receive(a=2))
    desk.do("k1", "owner", accept("a", 2))
    desk.do("k1", "owner", FinishReceipt())
    return desk


def test_the_policy_has_a_limit_of_its_own() -> None:
    below, above = settled_by_policy(2000), settled_by_policy(1999)

    assert SettlementStatus.IN_PROGRESS is below.settlement.status
    assert above.is_waiting
    assert SettlementStatus.CONFIRMED is above.settlement.status
    assert not [one for one in above.journey.effects if one[0] == "refund"]


def test_what_the_policy_promised_it_pays_once_agreed() -> None:
    desk = settled_by_policy(1999)

    said = desk.do("k1", "owner", AGREE)

    assert [
        EventType.SETTLEMENT_APPROVED,
        EventType.SETTLEMENT_MEMO_COMPLETED,
        EventType.REFUND_STARTED,
    ] == said
    assert SettlementStatus.IN_PROGRESS is desk.settlement.status


def test_what_the_policy_promised_and_somebody_declined_is_a_person_s() -> None:
    desk = settled_by_policy(1999)

    said = desk.do("k1", "owner", DeclineSettlement(reason="Wait for the photos"))

    assert [EventType.SETTLEMENT_DECLINED] == said
    assert SettlementStatus.DISCARDED is desk.settlement.status
