"""What shoppers may do with their own return, in every status, and what only the shop may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from retour.kernel.refusal import RefusalCode
from retour.lifecycle.carrying import COMMANDS
from retour.lifecycle.commands import (
    Amend,
    Authorize,
    Cancel,
    Command,
    Comment,
    Complete,
    ConfirmSettlement,
    FinishReceipt,
    LineAsked,
    ProposeSettlement,
    ReasonGiven,
    Reject,
    StartRefund,
    WaiveReceipt,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    ActorKind,
    Approval,
    Decision,
    Policy,
    RejectedChoice,
    ReturnStatus,
    ShippedWhen,
)
from retour.lifecycle.parcels.bodies import (
    AddParcel,
    CancelPickup,
    CreateLabel,
    RecordLabel,
    RetryLabel,
    SchedulePickup,
    Ship,
    Track,
)
from retour.lifecycle.photos.photo import PhotoFacts
from retour.lifecycle.shopper.bodies import ChangeMethod, RecordDropOff, ResolveRejected
from retour.lifecycle.shopper.guards import sent_at
from retour.lifecycle.shopper.table import THEIRS, shopper_commands
from retour.lifecycle.steps import Verb
from retour.policy.shopper import SendBackFee, ShopperTerms
from tests.support.returns import NOON, UTC, Journey, accept, judge, receive

SHOPPER = ActorKind.CUSTOMER
EVERY = tuple(RejectedChoice)
TERMS = ShopperTerms(rejected_options=EVERY, labels=2)
POLICY = Policy(shopper=TERMS, keep_item=True)
LESS = Amend(lines=(LineAsked(line="a", quantity=1, reason="Too small"),))
MORE = Amend(lines=(LineAsked(line="a", quantity=3, reason="Too small"),))
NO = Reject(reason="Worn")
S = ReturnStatus


def at(status: ReturnStatus, policy: Policy = POLICY) -> Journey:
    """Bring a return of two pieces to a status by the shop's hand; one of them is rejected."""
    journey = Journey(policy=policy).requested(a=2)
    match status:
        case S.REQUESTED:
            return journey
        case S.REJECTED:
            journey.do(NO)
            return journey
        case S.CANCELED:
            journey.do(Cancel(reason="x"))
            return journey
        case _:
            journey.do(Authorize())
    steps: list[tuple[ReturnStatus, tuple[Command, ...]]] = [
        (S.AUTHORIZED, ()),
        (S.SHIPPED, (Ship(),)),
        (S.TRACKED, (Track(code="in_transit"),)),
        (S.RECEIVED, (receive(a=2),)),
        (S.PROCESSED, (accept("a", 1), judge("a", 1, "rejected"), FinishReceipt())),
    ]
    for reached, plan in steps:
        if plan:
            journey.do(*plan)
        if reached is status:
            return journey
    journey.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
    journey.outcome("succeeded")
    if status is S.COMPLETED:
        journey.do(Complete())
    return journey


# ---------------------------------------------------------------- every verb in every status

GIVEN: dict[Verb, Callable[[Journey], Command]] = {
    Verb.AMEND: lambda _: LESS,
    Verb.CANCEL: lambda _: Cancel(reason="I keep it"),
    Verb.CHANGE_METHOD: lambda _: ChangeMethod(method="drop_off"),
    Verb.CREATE_LABEL: lambda _: CreateLabel(),
    Verb.ADD_PARCEL: lambda _: AddParcel(tracking_number="T9"),
    Verb.RETRY_LABEL: lambda _: RetryLabel(parcel="pcl_none"),
    Verb.SCHEDULE_PICKUP: lambda _: SchedulePickup(
        parcel="pcl_none", earliest=NOON, latest=NOON + timedelta(hours=2)
    ),
    Verb.CANCEL_PICKUP: lambda _: CancelPickup(parcel="pcl_none"),
    Verb.SHIP: lambda _: Ship(),
    Verb.RECORD_DROP_OFF: lambda _: RecordDropOff(place="Shop", receipt_number="R1"),
    Verb.WAIVE_RECEIPT: lambda _: WaiveReceipt(),
    Verb.RESOLVE_REJECTED: lambda _: ResolveRejected(choice=RejectedChoice.DONATE),
    Verb.COMMENT: lambda _: Comment(text="Hello", author="customer"),
}
"""A body of each of the shopper's commands; those of machines and photos are tried elsewhere."""
ABOUT_A_PARCEL = {Verb.RETRY_LABEL, Verb.SCHEDULE_PICKUP, Verb.CANCEL_PICKUP}
LEGAL = {
    Verb.AMEND: {S.REQUESTED, S.AUTHORIZED},
    Verb.CANCEL: {S.REQUESTED, S.AUTHORIZED},
    Verb.CHANGE_METHOD: {S.AUTHORIZED},
    Verb.CREATE_LABEL: {S.AUTHORIZED, S.SHIPPED, S.TRACKED},
    Verb.ADD_PARCEL: {S.AUTHORIZED, S.SHIPPED, S.TRACKED},
    Verb.SHIP: {S.AUTHORIZED},
    Verb.RECORD_DROP_OFF: {S.AUTHORIZED, S.SHIPPED, S.TRACKED},
    Verb.WAIVE_RECEIPT: {S.AUTHORIZED, S.SHIPPED, S.TRACKED},
    Verb.RESOLVE_REJECTED: {S.PROCESSED, S.SETTLED, S.COMPLETED},
    Verb.COMMENT: set(ReturnStatus),
}
"""Copied by hand from the page of the workflow."""


@pytest.mark.parametrize("status", ReturnStatus)
@pytest.mark.parametrize("verb", GIVEN)
def test_every_verb_in_every_status_is_done_or_refused_in_words(
    verb: Verb, status: ReturnStatus
) -> None:
    journey = at(status)
    command = GIVEN[verb](journey)
    if status in LEGAL.get(verb, set()):
        assert journey.do(command, by=SHOPPER)
        return
    refusal = journey.refused(command, by=SHOPPER)

    assert refusal.detail.endswith(".")
    if verb in ABOUT_A_PARCEL and status in {S.AUTHORIZED, S.SHIPPED}:
        assert refusal.code is RefusalCode.UNKNOWN_PARCEL
    else:
        assert not refusal.is_malformed


def test_what_is_tried_is_all_there_is() -> None:
    assert set(GIVEN) | {Verb.RECORD_MAIL, Verb.ATTACH_PHOTO} == set(THEIRS)


@pytest.mark.parametrize("status", ReturnStatus)
def test_what_is_offered_is_what_can_be_done(status: ReturnStatus) -> None:
    """Beside talk, which is never offered; and a parcel's own verbs need such a parcel."""
    journey = at(status)

    offered = shopper_commands(journey.state, NOON, UTC)

    assert set(offered) == {
        verb for verb, legal in LEGAL.items() if status in legal and verb is not Verb.COMMENT
    }


@pytest.mark.parametrize("status", ReturnStatus)
def test_what_is_the_shops_is_not_the_shoppers(status: ReturnStatus) -> None:
    for command in (Authorize(), NO, receive(a=1), Complete(), accept("a", 1)):
        assert COMMANDS[type(command)][0] not in THEIRS
        assert at(status).code(command, by=SHOPPER) is RefusalCode.NOT_THE_SHOPPERS


def test_a_shopper_writes_as_the_customer_and_for_all() -> None:
    for comment in (
        Comment(text="x"),
        Comment(text="x", author="customer", internal=True),
        Comment(text="x", author="system"),
    ):
        assert at(S.REQUESTED).code(comment, by=SHOPPER) is RefusalCode.NOT_THE_SHOPPERS


# ---------------------------------------------------------------- amend


def test_before_the_answer_anything_may_be_asked() -> None:
    assert at(S.REQUESTED).do(MORE, by=SHOPPER) == ["return.amended"]


def test_what_an_agent_approved_may_only_become_less() -> None:
    assert at(S.AUTHORIZED).do(LESS, by=SHOPPER) == ["return.amended"]
    other = Amend(lines=(LineAsked(line="a", quantity=1, reasons=(ReasonGiven(text="Broken"),)),))
    for amended in (MORE, other, Amend(lines=(LineAsked(line="b", quantity=1),))):
        assert at(S.AUTHORIZED).code(amended, by=SHOPPER) is RefusalCode.NEEDS_ANSWER
        assert at(S.AUTHORIZED).do(amended) == ["return.amended"]


def test_what_the_policy_approves_alone_may_be_anything_it_would_approve() -> None:
    auto = Policy(approval=Approval.AUTO)
    journey = Journey(policy=auto).requested(a=2)
    assert journey.status is S.AUTHORIZED

    assert journey.do(MORE, by=SHOPPER) == ["return.amended"]
    late = journey.refused(
        Amend(lines=(LineAsked(line="b", quantity=1),)), by=SHOPPER, at=NOON + timedelta(days=60)
    )
    assert late.code is RefusalCode.NEEDS_ANSWER


def test_an_unknown_line_is_said_as_such() -> None:
    asked = Amend(lines=(LineAsked(line="zzz", quantity=1),))
    auto = Journey(policy=Policy(approval=Approval.AUTO)).requested(a=2)

    assert auto.code(asked, by=SHOPPER) is RefusalCode.UNKNOWN_LINE
    assert at(S.AUTHORIZED).code(asked, by=SHOPPER) is RefusalCode.UNKNOWN_LINE


# ---------------------------------------------------------------- before the goods are sent

BY_LABEL = Policy(shipped_when=ShippedWhen.LABEL)
WAITS_FOR_SCAN = Policy(shipped_when=ShippedWhen.FIRST_SCAN)


def labelled(policy: Policy = POLICY) -> Journey:
    """Have a label of a carrier of ours."""
    journey = Journey(policy=policy).authorized(a=2)
    journey.do(CreateLabel())
    made = RecordLabel(parcel=journey.ret.parcels[0].id, outcome="created", tracking_number="T1")
    journey.do(made, by=ActorKind.CARRIER)
    return journey


def test_a_label_alone_is_nothing_on_its_way() -> None:
    """Where the policy calls a return shipped by its label, the goods may still be at home."""
    assert labelled(BY_LABEL).status is S.SHIPPED
    assert labelled(BY_LABEL).do(Cancel(reason="x"), by=SHOPPER) == ["return.canceled"]


@pytest.mark.parametrize(
    "sent", [RecordDropOff(place="Shop"), Track(code="in_transit")], ids=["proof", "scan"]
)
def test_what_is_on_its_way_cannot_be_changed(sent: Command) -> None:
    for policy in (BY_LABEL, WAITS_FOR_SCAN, POLICY):
        journey = labelled(policy)
        journey.do(sent)
        for asked in (Cancel(reason="x"), ChangeMethod(method="locker"), LESS):
            assert journey.refused(asked, by=SHOPPER).code in {
                RefusalCode.ALREADY_SENT,
                RefusalCode.NOT_ALLOWED_IN_STATUS,
            }
    journey = labelled(WAITS_FOR_SCAN)
    journey.do(RecordDropOff(place="Shop"))
    assert journey.status is S.AUTHORIZED
    assert journey.code(Cancel(reason="x"), by=SHOPPER) is RefusalCode.ALREADY_SENT


def test_another_method_takes_the_old_label_back() -> None:
    journey = labelled()
    said = journey.do(ChangeMethod(method="drop_off"), by=SHOPPER)

    assert said == ["label.void_requested", "label.requested"]
    old, new = journey.ret.parcels
    assert (old.voiding, new.method, new.carrier) == (True, "drop_off", "sandbox")
    assert journey.do(ChangeMethod(method="drop_off"), by=SHOPPER) == []
    back = journey.do(ChangeMethod(method="label"), by=SHOPPER)
    assert back == ["label.void_requested", "label.requested"], "the first is void already"


def test_an_own_carrier_needs_no_label() -> None:
    journey = labelled()
    said = journey.do(ChangeMethod(method="own", carrier="My post"), by=SHOPPER)

    assert said == ["label.void_requested", "parcel.added"]
    assert journey.ret.parcels[-1].method == "own"
    assert journey.do(ChangeMethod(method="own"), by=SHOPPER) == []


def test_shoppers_have_as_many_labels_as_the_policy_says() -> None:
    journey = labelled()
    assert journey.do(CreateLabel(), by=SHOPPER) == ["label.requested"]
    assert journey.code(CreateLabel(), by=SHOPPER) is RefusalCode.NO_LABEL_LEFT
    assert journey.do(CreateLabel()) == ["label.requested"]


# ---------------------------------------------------------------- proof


def test_a_proof_ships_the_return_and_counts_as_sending() -> None:
    journey = labelled()
    asked = journey.ret.status_at["requested"]
    said = journey.do(
        RecordDropOff(receipt_number="R1", at=asked), by=SHOPPER, at=NOON + timedelta(hours=2)
    )

    assert said == ["return.dropped_off", "return.shipped"]
    proof = journey.ret.drop_offs[0]
    assert (proof.by, proof.receipt_number, proof.parcel) == (
        SHOPPER,
        "R1",
        journey.ret.parcels[0].id,
    )
    assert sent_at(journey.ret) == asked
    assert journey.do(RecordDropOff(receipt_number="R1"), by=SHOPPER) == []


def test_a_proof_without_a_label_is_of_a_parcel_of_their_own() -> None:
    journey = Journey(policy=POLICY).authorized(a=2)
    journey.do(RecordDropOff(place="Shop"), by=SHOPPER)

    assert (journey.status, journey.ret.parcels[0].method) == (S.SHIPPED, "own")


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        (RecordDropOff(), RefusalCode.BAD_FIELD),
        (RecordDropOff(place="x", at=NOON + timedelta(seconds=1)), RefusalCode.BAD_FIELD),
        (RecordDropOff(place="x", at=NOON - timedelta(days=9)), RefusalCode.BAD_FIELD),
        (RecordDropOff(place="x", parcel="pcl_none"), RefusalCode.UNKNOWN_PARCEL),
        (RecordDropOff(photo="pho_none"), RefusalCode.UNKNOWN_PHOTO),
    ],
)
def test_a_proof_that_proves_nothing_is_refused(proof: RecordDropOff, code: RefusalCode) -> None:
    assert labelled().code(proof, by=SHOPPER) is code


def test_a_photo_of_the_receipt_belongs_to_the_parcel() -> None:
    journey = labelled()
    photo = PhotoFacts(id="pho_1", width=8, height=8, digest="5f" * 32)
    proof = RecordDropOff(photo=photo.id)
    context = replace(journey.context(SHOPPER, plan=(proof,)), photos={photo.id: photo})
    decision = decide(journey.state, (proof,), context)

    assert isinstance(decision, Decision)
    assert decision.state.ret is not None
    (kept,) = decision.state.ret.photos
    assert (kept.id, kept.about, kept.of) == ("pho_1", "parcel", journey.ret.parcels[0].id)


def test_proofs_have_an_end() -> None:
    journey = labelled()
    journey.do(*(RecordDropOff(receipt_number=str(n)) for n in range(20)))

    assert journey.code(RecordDropOff(receipt_number="x")) is RefusalCode.TOO_MANY_PROOFS


# ---------------------------------------------------------------- goods refused


def rejected(policy: Policy = POLICY) -> Journey:
    return at(S.PROCESSED, policy)


@pytest.mark.parametrize(
    ("choice", "disposition"),
    [("send_back", "send_back"), ("donate", "donate"), ("discard", "destroy")],
)
def test_a_choice_says_where_the_goods_go(choice: str, disposition: str) -> None:
    journey = rejected()
    said = journey.do(ResolveRejected(choice=RejectedChoice(choice)), by=SHOPPER)

    assert said == ["rejection.resolved", "unit.disposed"]
    unit = next(unit for unit in journey.units if unit.acceptance == "rejected")
    assert unit.disposition == disposition
    assert journey.ret.resolutions[0].units == (unit.id,)
    again = journey.code(ResolveRejected(choice=RejectedChoice.DONATE), by=SHOPPER)
    assert again is RefusalCode.NOTHING_TO_CHOOSE


def test_sending_back_makes_a_parcel_where_labels_go_by_themselves() -> None:
    journey = rejected(Policy(shopper=TERMS, label=Approval.AUTO))
    said = journey.do(ResolveRejected(choice=RejectedChoice.SEND_BACK), by=SHOPPER)

    assert said == ["rejection.resolved", "unit.disposed", "parcel.sent_back", "label.requested"]
    assert journey.ret.parcels[-1].direction == "outbound"


def test_only_what_the_policy_offers_can_be_chosen_and_only_in_time() -> None:
    few = ShopperTerms(rejected_options=(RejectedChoice.DONATE,), rejected_days=14)
    journey = rejected(Policy(shopper=few))
    back = ResolveRejected(choice=RejectedChoice.SEND_BACK)
    give = ResolveRejected(choice=RejectedChoice.DONATE)

    assert journey.code(back, by=SHOPPER) is RefusalCode.NOT_YOURS_TO_CHOOSE
    late = journey.refused(give, by=SHOPPER, at=NOON + timedelta(days=15))
    assert late.code is RefusalCode.TOO_LATE_TO_CHOOSE
    assert shopper_commands(journey.state, NOON + timedelta(days=15), UTC) == ()
    assert journey.do(give, by=SHOPPER, at=NOON + timedelta(days=14))
    assert rejected(Policy(shopper=few)).do(back, by=ActorKind.AGENT)


def test_a_choice_is_about_units_that_wait_for_one() -> None:
    journey = rejected()
    good = next(unit.id for unit in journey.units if unit.acceptance == "accepted")
    asked = ResolveRejected(choice=RejectedChoice.DONATE, units=(good,))

    assert journey.code(asked) is RefusalCode.UNKNOWN_UNIT


def test_the_policy_chooses_where_it_asks_nobody() -> None:
    alone = ShopperTerms(rejected_default=RejectedChoice.DISCARD)
    journey = rejected(Policy(shopper=alone))

    assert journey.ret.resolutions[0].choice is RejectedChoice.DISCARD
    assert journey.ret.resolutions[0].by is ActorKind.POLICY
    assert (
        rejected(
            Policy(
                shopper=ShopperTerms(
                    rejected_default=RejectedChoice.DISCARD, rejected_options=EVERY
                )
            )
        ).ret.resolutions
        == ()
    )


FEE = SendBackFee(amount="5.90", currency="EUR")


def test_sending_back_costs_what_the_policy_says_while_money_is_left() -> None:
    costly = Policy(shopper=ShopperTerms(rejected_options=EVERY, send_back_fee=FEE))
    journey = rejected(costly)
    journey.do(ResolveRejected(choice=RejectedChoice.SEND_BACK), by=SHOPPER)

    assert journey.ret.resolutions[0].fee == 590
    journey.do(ProposeSettlement())
    draft = journey.ret.settlements[-1]
    assert [(line.kind, line.amount) for line in draft.lines] == [("item", 1000), ("fee", -590)]
    assert draft.total == 410
    paid = at(S.SETTLED, costly)
    paid.do(ResolveRejected(choice=RejectedChoice.SEND_BACK), by=SHOPPER)
    assert paid.ret.resolutions[0].fee is None


def test_the_end_of_inspection_tells_until_when_to_choose() -> None:
    """And says nothing of it where there is nothing to choose."""
    terms = ShopperTerms(rejected_options=EVERY, rejected_days=14)
    journey = at(S.RECEIVED, Policy(shopper=terms))
    told = processed_details(journey)
    quiet = processed_details(at(S.RECEIVED, Policy()))

    assert told == {"choose_through": "2026-01-29"}
    assert quiet == {}


def processed_details(journey: Journey) -> dict[str, object]:
    """Finish with one piece refused; give the details of the event that says so."""
    plan = (accept("a", 1), judge("a", 1, "rejected"), FinishReceipt())
    decision = decide(journey.state, plan, journey.context(plan=plan))
    assert isinstance(decision, Decision)
    (event,) = [one for one in decision.events if one.type == "return.processed"]
    return dict(event.snapshot.details)
