"""Each guard, by its own property: it refuses exactly when its words do not hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.kernel.status import ReturnStatus
from retour.lifecycle import guards
from retour.lifecycle.guards import Guard
from retour.lifecycle.machine import TRANSITIONS, settlement_status
from retour.lifecycle.model import (
    Acceptance,
    Actor,
    ActorKind,
    Direction,
    DropOff,
    Executor,
    Leg,
    LegStatus,
    Origin,
    Parcel,
    ParcelMethod,
    ParcelStatus,
    Phases,
    Pickup,
    PickupStatus,
    Policy,
    PolicyRef,
    Receipt,
    ReceiptStatus,
    Reception,
    Return,
    ReturnLine,
    Settlement,
    SettlementKind,
    SettlementStatus,
    ShippedWhen,
    Unit,
    Verdict,
)
from retour.lifecycle.money.settlement import SettlementApproval
from retour.lifecycle.parcels import guards as parcel_guards
from retour.lifecycle.shopper import guards as shopper_guards
from retour.lifecycle.words import ApprovalStatus, LegKind
from retour.policy.model import Offer
from tests.support.returns import NOON

UNITS = st.builds(
    Unit,
    id=st.just("unt"),
    reception=st.sampled_from(Reception),
    acceptance=st.sampled_from(Acceptance),
    covered_by=st.sampled_from([None, "stl"]),
    frozen=st.sampled_from([False, False, True]),
    resolution=st.sampled_from([None, "rsn"]),
)
LINES = st.builds(
    ReturnLine,
    id=st.just("rln"),
    number=st.just(1),
    line=st.sampled_from(["a", None]),
    sku=st.just("A"),
    quantity=st.just(1),
    units=st.lists(UNITS, max_size=2).map(tuple),
)
LEGS = st.builds(
    Leg,
    id=st.just("leg"),
    kind=st.sampled_from([LegKind.REFUND, LegKind.EXCHANGE]),
    executor=st.sampled_from([Executor.SANDBOX, Executor.EXTERNAL]),
    amount=st.just(1),
    status=st.sampled_from(LegStatus),
)
RECEIPTS = st.builds(
    Receipt,
    id=st.just("rcp"),
    facility=st.just("main"),
    status=st.sampled_from(ReceiptStatus),
    opened_at=st.just(NOON),
)


APPROVALS = st.none() | st.builds(
    SettlementApproval,
    status=st.sampled_from(ApprovalStatus),
    amount=st.integers(0, 2),
    why=st.just("It is much."),
    asked_by=st.just(Actor(kind=ActorKind.AGENT)),
    asked_at=st.just(NOON),
)


def a_settlement(
    legs: list[Leg], status: SettlementStatus, approval: SettlementApproval | None
) -> Settlement:
    """Stand where the legs do; one without legs may stand anywhere."""
    return Settlement(
        id="stl",
        kind=SettlementKind.REFUND,
        status=settlement_status(legs) if legs else status,
        currency="EUR",
        total=len(legs),
        created_at=NOON,
        legs=tuple(legs),
        approval=approval,
    )


PROOF = DropOff(id="dro", at=NOON, recorded_at=NOON, by=ActorKind.CUSTOMER, place="Shop")
PARCELS = st.builds(
    Parcel,
    id=st.just("pcl"),
    status=st.sampled_from(ParcelStatus),
    created_at=st.just(NOON),
    carrier=st.sampled_from([None, "dhl"]),
    method=st.sampled_from(ParcelMethod),
    direction=st.sampled_from(Direction),
    units=st.sampled_from([(), ("unt",)]),
    of=st.sampled_from([None, None, "ret_other"]),
    pickup=st.none()
    | st.builds(
        Pickup, status=st.sampled_from(PickupStatus), earliest=st.just(NOON), latest=st.just(NOON)
    ),
)
SETTLEMENTS = st.builds(
    a_settlement, st.lists(LEGS, max_size=2), st.sampled_from(SettlementStatus), APPROVALS
)
RETURNS = st.builds(
    Return,
    id=st.just("ret"),
    number=st.just(1),
    rma_number=st.just("R00000018"),
    status=st.sampled_from(ReturnStatus),
    order_number=st.just("1001"),
    origin=st.sampled_from(Origin),
    policy=st.just(PolicyRef(id="default", version=1)),
    verdict=st.builds(
        Verdict,
        eligible=st.booleans(),
        offer=st.none()
        | st.builds(
            Offer,
            outcomes=st.just(("refund",)),
            methods=st.just(()),
            settle_at=st.sampled_from(ReturnStatus),
            refund_shipping=st.just("none"),
        ),
    ),
    lines=st.lists(LINES, max_size=2).map(tuple),
    receipts=st.lists(RECEIPTS, max_size=2).map(tuple),
    settlements=st.lists(SETTLEMENTS, max_size=2).map(tuple),
    drop_offs=st.sampled_from([(), (PROOF,)]),
    reopened=st.booleans(),
    parcels=st.lists(PARCELS, max_size=2).map(tuple),
    cancel_goods=st.sampled_from([None, "send_back", "keep"]),
)
POLICIES = st.builds(
    Policy,
    shipped_when=st.sampled_from(ShippedWhen),
    settle_at=st.sampled_from(ReturnStatus),
    phases=st.builds(Phases, logistics=st.booleans(), settlement=st.booleans()),
)

# ---------------------------------------------------------------- the words, said plainly

HERE = {"received", "unexpected", "wrong_item"}
MOVING = {"reserved", "in_flight", "unknown", "succeeded"}
Holds = Callable[[Return, Policy], bool]


def units(ret: Return) -> list[Unit]:
    return [unit for line in ret.lines for unit in line.units]


def by_carrier(ret: Return) -> list[Parcel]:
    return [
        one
        for one in ret.parcels
        if one.carrier and not one.of and one.method not in {"own", "virtual"}
    ]


def goes_back(ret: Return, unit: Unit) -> bool:
    if ret.status == "canceled":
        return ret.cancel_goods == "send_back"
    return ret.status == "rejected" or unit.acceptance == "rejected"


def sent_back(ret: Return, unit: Unit) -> bool:
    return any(
        unit.id in one.units
        for one in ret.parcels
        if one.direction == "outbound" and one.status not in {"voided", "label_failed"}
    )


def owed(ret: Return) -> list[Unit]:
    return [
        unit
        for line in ret.lines
        for unit in line.units
        if line.line and unit.acceptance == "accepted" and not unit.covered_by
    ]


def legs(ret: Return) -> list[Leg]:
    return [leg for one in ret.settlements for leg in one.legs]


def unagreed(one: Settlement) -> bool:
    """Promised, and nobody has agreed to just this sum."""
    asked = one.approval
    return (
        one.status == "confirmed"
        and asked is not None
        and not (asked.status == "given" and asked.amount == one.total)
    )


def stands(ret: Return, *words: str) -> bool:
    return any(one.status.value in words for one in ret.settlements)


def droppable(one: Settlement) -> bool:
    """Nothing of it is paid, and nothing may yet be."""
    states = {leg.status.value for leg in one.legs}
    if one.status in {"draft", "confirmed"}:
        return "succeeded" not in states
    return one.status == "failed" and not states & {"in_flight", "unknown", "succeeded"}


def unpaid(ret: Return) -> bool:
    return any(
        one.legs and one.status.value in {"confirmed", "in_progress", "failed"}
        for one in ret.settlements
    )


def expected(ret: Return) -> bool:
    return any(unit.reception == "expected" for unit in units(ret))


def starts(ret: Return, policy: Policy) -> ReturnStatus:
    return policy.settle_at if ret.verdict.offer is None else ret.verdict.offer.settle_at


WORDS: dict[Guard, Holds] = {
    guards.announced_at_the_dock: lambda ret, _: ret.origin == "warehouse",
    guards.nothing_received: lambda ret, _: not any(u.reception in HERE for u in units(ret)),
    guards.nothing_covered: lambda ret, _: not any(u.covered_by for u in units(ret)),
    guards.nothing_accepted: lambda ret, _: "accepted" not in {u.acceptance for u in units(ret)},
    guards.nothing_frozen: lambda ret, _: not any(u.frozen for u in units(ret)),
    guards.no_money_moving: lambda ret, _: not any(leg.status in MOVING for leg in legs(ret)),
    guards.nothing_promised: lambda ret, _: not stands(ret, "confirmed", "in_progress", "failed"),
    guards.no_money_under_way: lambda ret, _: (
        not any(leg.status in {"in_flight", "unknown"} for leg in legs(ret))
    ),
    guards.something_expected: lambda ret, _: expected(ret),
    guards.goods_here: lambda ret, _: any(
        unit.reception in {"received", "unexpected", "wrong_item"}
        for line in ret.lines
        for unit in line.units
    ),
    guards.receipt_unfinished: lambda ret, _: (
        expected(ret) or any(one.status == "open" for one in ret.receipts)
    ),
    guards.still_unpacking: lambda ret, _: any(one.status == "open" for one in ret.receipts),
    guards.logistics_on: lambda _, policy: policy.phases.logistics,
    guards.settlement_on: lambda _, policy: policy.phases.settlement,
    guards.late_enough_to_settle: lambda ret, policy: (
        list(ReturnStatus).index(ret.status) >= list(ReturnStatus).index(starts(ret, policy))
    ),
    guards.no_settlement_open: lambda ret, _: not stands(ret, "confirmed", "in_progress"),
    guards.a_draft: lambda ret, _: stands(ret, "draft"),
    guards.a_confirmed_settlement: lambda ret, _: stands(ret, "confirmed"),
    guards.a_droppable_settlement: lambda ret, _: any(map(droppable, ret.settlements)),
    guards.a_failed_leg: lambda ret, _: any(
        leg.status in {"failed", "reversed"} for leg in legs(ret)
    ),
    guards.a_leg_to_report: lambda ret, _: any(
        leg.status == "in_flight" and leg.executor == "external" for leg in legs(ret)
    ),
    guards.no_approval_missing: lambda ret, _: not any(unagreed(one) for one in ret.settlements),
    guards.an_approval_missing: lambda ret, _: any(unagreed(one) for one in ret.settlements),
    guards.an_exchange_to_give_up: lambda ret, _: any(
        leg.kind == "exchange" and leg.status in {"reserved", "failed"} for leg in legs(ret)
    ),
    guards.a_leg_nobody_pays: lambda ret, _: any(
        leg.status in {"reserved", "failed", "reversed"} for leg in legs(ret)
    ),
    guards.nothing_owed: lambda ret, policy: (
        not (owed(ret) and policy.phases.settlement) and not unpaid(ret)
    ),
    guards.everything_decided: lambda ret, _: (
        not any(
            u.acceptance in {"pending", "waiting_for_input"}
            for u in units(ret)
            if u.reception in HERE
        )
    ),
    guards.reopened_for_nothing: lambda ret, _: ret.reopened and not expected(ret),
    parcel_guards.a_failed_label: lambda ret, _: any(
        one.status == "label_failed" for one in by_carrier(ret)
    ),
    parcel_guards.an_unused_label: lambda ret, _: any(
        one.status in {"requested", "label_created", "label_failed"} and not one.of
        for one in ret.parcels
    ),
    parcel_guards.a_parcel_to_collect: lambda ret, _: any(
        one.status == "label_created"
        and (not one.pickup or one.pickup.status in {"canceled", "failed"})
        for one in by_carrier(ret)
    ),
    parcel_guards.a_pickup_coming: lambda ret, _: any(
        one.pickup and one.pickup.status in {"requested", "scheduled"} for one in ret.parcels
    ),
    parcel_guards.goods_to_send_back: lambda ret, _: any(
        u.reception in HERE and goes_back(ret, u) and not sent_back(ret, u) for u in units(ret)
    ),
    parcel_guards.a_parcel_out: lambda ret, _: any(
        one.direction == "outbound" for one in ret.parcels
    ),
    shopper_guards.not_sent: lambda ret, policy: (
        not ret.drop_offs
        and not any(one.scans for one in ret.parcels if one.direction == "inbound")
        and (ret.status != "shipped" or policy.shipped_when == "label")
    ),
    shopper_guards.something_unresolved: lambda ret, _: any(
        u.acceptance == "rejected"
        and u.reception in HERE
        and u.resolution is None
        and not any(
            u.id in one.units and one.status not in {"voided", "label_failed"}
            for one in ret.parcels
            if one.direction == "outbound"
        )
        for u in units(ret)
    ),
}


@pytest.mark.parametrize("guard", WORDS, ids=lambda guard: guard.__name__)
@given(ret=RETURNS, policy=POLICIES)
def test_a_guard_refuses_exactly_when_its_words_do_not_hold(
    guard: Guard, ret: Return, policy: Policy
) -> None:
    refusal = guard(ret, policy)

    assert (refusal is None) == WORDS[guard](ret, policy)
    assert refusal is None or (refusal.detail.endswith(".") and not refusal.is_malformed)


def test_every_guard_of_the_tables_has_its_words() -> None:
    used = {
        guard
        for row in TRANSITIONS.values()
        for step in row.values()
        for guard in (*step.guards, *step.offer)
    }

    assert used == set(WORDS)
