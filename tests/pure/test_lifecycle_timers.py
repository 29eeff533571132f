"""Timers: set by what makes a return wait, moved with their beginning, moot with their end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec.structs import replace

from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import (
    Authorize,
    Cancel,
    Command,
    ConfirmSettlement,
    CreateLabel,
    FallBack,
    FinishReceipt,
    FireTimers,
    GoodsAsked,
    ProposeSettlement,
    RecordDropOff,
    RecordLabel,
    Reject,
    ResolveRejected,
    SendBack,
    Ship,
    StartRefund,
    Track,
    WaiveReceipt,
)
from retour.lifecycle.decide import decide
from retour.lifecycle.model import (
    Decision,
    EventType,
    Origin,
    Policy,
    RejectedChoice,
    ReturnStatus,
    ShippedWhen,
)
from retour.lifecycle.parcels.bodies import RecordVoid, VoidLabel
from retour.lifecycle.timers.table import TIMERS, released_at
from retour.lifecycle.timers.timer import Timer, TimerCause, TimerMoment, TimerStatus
from retour.lifecycle.timers.winding import changed, ended, is_open
from retour.policy.deadlines import Deadlines
from retour.policy.shopper import ShopperTerms
from tests.support.returns import NOON, Journey, accept, an_order, judge, receive, sold

DAY: Final = timedelta(days=1)
ALL: Final = Deadlines(
    remind_days=(7, 14),
    ship_days=30,
    label_days=21,
    dock_days=2,
    inspection_days=5,
    input_days=4,
    review_days=3,
    channel_days={"bol": 20},
)
MIDNIGHT: Final = NOON.replace(hour=0)
FIRE: Final = FireTimers()


def journey(deadlines: Deadlines = ALL, **policy: object) -> Journey:
    """Begin with an order of a marketplace's channel, under a policy with deadlines."""
    order = replace(an_order(sold("a", 3), sold("b", 2)), channel="bol")
    return Journey(policy=Policy(deadlines=deadlines, **policy), order=order)  # pyright: ignore[reportArgumentType] - a test's own fields


def waiting(walk: Journey, cause: TimerCause) -> list[Timer]:
    """Give the timers of a cause that wait."""
    return [
        one for one in walk.ret.timers if one.cause is cause and one.status is TimerStatus.WAITING
    ]


def due(walk: Journey, cause: TimerCause) -> list[tuple[str, datetime]]:
    """Give moments and instants of a cause's timers."""
    return [(one.moment.value, one.due_at) for one in waiting(walk, cause)]


def label(walk: Journey, at: datetime = NOON) -> str:
    """Have a label made."""
    walk.do(CreateLabel(), at=at)
    parcel = walk.ret.parcels[-1].id
    walk.do(RecordLabel(parcel=parcel, outcome="created", tracking_number=parcel), at=at)
    return parcel


def labelled() -> Journey:
    """Authorized, with an unused label."""
    walk = journey().authorized(a=1)
    label(walk)
    return walk


def at_the_dock() -> Journey:
    """Delivered by its carrier and not received."""
    walk = journey().authorized(a=1)
    walk.do(Track(code="delivered"))
    return walk


def asking() -> Journey:
    """Received, with a unit that waits for input."""
    walk = journey().received(a=1)
    walk.do(judge("a", 1, "waiting_for_input"))
    return walk


def by_channel() -> Journey:
    """Asked for at a marketplace, and so authorized."""
    return journey().requested(Origin.CHANNEL, a=1)


def to_choose() -> Journey:
    """Inspected, with goods refused that the shopper may choose about."""
    terms = ShopperTerms(
        rejected_options=tuple(RejectedChoice), rejected_default=RejectedChoice.DONATE
    )
    walk = journey(shopper=terms).received(a=1)
    walk.do(judge("a", 1, "rejected"), FinishReceipt())
    return walk


def to_pay() -> Journey:
    """Promised dearer goods, and asked to pay the difference."""
    walk = journey(settle_at=ReturnStatus.AUTHORIZED).authorized(a=1)
    goods = (GoodsAsked(sku="B", unit_price="12.00"),)
    walk.do(ProposeSettlement(kind="exchange", goods=goods), ConfirmSettlement(), StartRefund())
    return walk


BEGUN: Final[dict[TimerCause, Callable[[], Journey]]] = {
    TimerCause.SHIP: lambda: journey().authorized(a=1),
    TimerCause.LABEL: labelled,
    TimerCause.DOCK: at_the_dock,
    TimerCause.INSPECTION: lambda: journey().received(a=1),
    TimerCause.INPUT: asking,
    TimerCause.REVIEW: lambda: journey().requested(a=1),
    TimerCause.REFUND: lambda: journey().received(a=1),
    TimerCause.CHANNEL: by_channel,
    TimerCause.CHOICE: to_choose,
    TimerCause.CHARGE: to_pay,
}
"""How each cause comes about."""

CANCEL: Final = Cancel(reason="Not needed.")
BACK: Final = Cancel(reason="Not needed.", goods="send_back")
ENDS: Final[dict[TimerCause, dict[str, tuple[Command, ...]]]] = {
    TimerCause.SHIP: {
        "shipped": (Ship(),),
        "tracked": (Track(code="in_transit"),),
        "received": (receive(a=1),),
        "waived": (WaiveReceipt(),),
        "canceled": (CANCEL,),
    },
    TimerCause.LABEL: {
        "shipped": (Ship(),),
        "tracked": (Track(code="in_transit"),),
        "received": (receive(a=1),),
        "waived": (WaiveReceipt(),),
        "canceled": (CANCEL,),
    },
    TimerCause.DOCK: {
        "received": (receive(a=1),),
        "waived": (WaiveReceipt(),),
        "canceled": (CANCEL,),
    },
    TimerCause.INSPECTION: {
        "accepted": (accept(),),
        "rejected": (judge("a", 1, "rejected"),),
        "set aside": (judge("a", 1, "waiting_for_input"),),
        "canceled": (BACK,),
        "return rejected": (Reject(reason="Worn."),),
    },
    TimerCause.INPUT: {
        "accepted": (accept(),),
        "rejected": (judge("a", 1, "rejected"),),
        "canceled": (BACK,),
    },
    TimerCause.REVIEW: {
        "authorized": (Authorize(),),
        "rejected": (Reject(reason="Worn."),),
        "canceled": (CANCEL,),
    },
    TimerCause.REFUND: {
        "nothing owed": (judge("a", 1, "rejected"), FinishReceipt()),
        "canceled": (BACK,),
        "return rejected": (Reject(reason="Worn."),),
    },
    TimerCause.CHANNEL: {
        "processed": (receive(a=1), accept(), FinishReceipt()),
        "waived": (WaiveReceipt(),),
        "canceled": (CANCEL,),
    },
    TimerCause.CHOICE: {
        "chosen": (ResolveRejected(choice=RejectedChoice.SEND_BACK),),
        "sent back": (SendBack(),),
        "canceled": (BACK,),
    },
    TimerCause.CHARGE: {"given up": (FallBack(),)},
}
"""What ends each: one test for every word."""


def test_the_page_of_timers_has_every_row() -> None:
    page = (Path(__file__).parents[2] / "docs/timers.md").read_text(encoding="utf-8")
    for cause, row in TIMERS.items():
        words = f"| `{cause}` | `{row.field}` | {row.starts} | {row.ends} | {row.then} |"
        assert words in page, words


def test_every_row_is_shown() -> None:
    assert BEGUN.keys() == ENDS.keys() == TIMERS.keys() == set(TimerCause)


@pytest.mark.parametrize(
    ("cause", "word"), [(cause, word) for cause, words in ENDS.items() for word in words]
)
def test_what_was_waited_for_makes_a_timer_moot(cause: TimerCause, word: str) -> None:
    walk = BEGUN[cause]()
    before = walk.ret
    assert waiting(walk, cause)
    walk.do(*ENDS[cause][word], at=NOON + DAY)
    assert not waiting(walk, cause)
    gone = {one.id for one in before.timers if one.cause is cause}
    assert gone <= {one.id for one in ended(before, walk.ret)}
    late = walk.do(FIRE, at=NOON + 400 * DAY)
    causes = {one.cause for one in walk.ret.timers if one.status is TimerStatus.FIRED}
    assert cause not in causes, f"it was moot, yet {late} was said"


@pytest.mark.parametrize("cause", TimerCause)
def test_each_cause_fires_once_and_stands_in_the_queue_until_it_ends(cause: TimerCause) -> None:
    walk = BEGUN[cause]()
    last = max(one.due_at for one in waiting(walk, cause))
    assert walk.do(FIRE, at=last)
    assert walk.do(FIRE, at=last) == []
    fired = [one for one in walk.ret.timers if one.cause is cause]
    late = [one for one in fired if is_open(one)]
    alone = {TimerCause.SHIP, TimerCause.LABEL, TimerCause.CHOICE, TimerCause.CHARGE}
    assert bool(late) is (cause not in alone), "these act for themselves"


def test_a_quiet_policy_sets_what_the_law_sets() -> None:
    walk = journey(Deadlines()).authorized(a=1)
    label(walk)
    assert walk.ret.timers == ()
    walk.do(Track(code="in_transit"), at=NOON + DAY)
    assert [(one.cause.value, one.moment.value) for one in walk.ret.timers] == [
        ("refund", "warning"),
        ("refund", "deadline"),
    ]


# ---------------------------------------------------------------- instants


def test_the_customer_is_reminded_then_warned_then_too_late() -> None:
    walk = journey().authorized(a=1)
    assert due(walk, TimerCause.SHIP) == [
        ("reminder", NOON.replace(hour=9) + 7 * DAY),
        ("reminder", NOON.replace(hour=9) + 14 * DAY),
        ("warning", NOON.replace(hour=9) + 27 * DAY),
        ("deadline", MIDNIGHT + 31 * DAY),
    ]


def test_a_new_label_moves_what_waits_for_the_goods() -> None:
    walk = journey().authorized(a=1)
    walk.do(FIRE, at=NOON + 8 * DAY)
    before = walk.ret
    label(walk, at=NOON + 10 * DAY)
    assert due(walk, TimerCause.SHIP) == [
        ("reminder", NOON.replace(hour=9) + 17 * DAY),
        ("reminder", NOON.replace(hour=9) + 24 * DAY),
        ("warning", NOON.replace(hour=9) + 37 * DAY),
        ("deadline", MIDNIGHT + 41 * DAY),
    ]
    assert {one.id for one in ended(before, walk.ret)} == {one.id for one in before.timers}


def test_who_was_reminded_is_not_reminded_again_because_the_wait_began_earlier() -> None:
    walk = journey().authorized(a=1)
    parcel = label(walk, at=NOON + 10 * DAY)
    walk.do(FIRE, at=NOON + 18 * DAY)
    [first] = [one for one in walk.ret.timers if one.status is TimerStatus.FIRED]
    void = (VoidLabel(parcel=parcel), RecordVoid(parcel=parcel, outcome="voided"))
    walk.do(*void, at=NOON + 19 * DAY)
    assert first in walk.ret.timers
    assert due(walk, TimerCause.SHIP)[0] == ("reminder", NOON.replace(hour=9) + 14 * DAY)


def test_payment_counts_from_the_request_and_is_withheld_until_goods_are_sent() -> None:
    walk = journey().authorized(a=1)
    assert not waiting(walk, TimerCause.REFUND)
    walk.do(Track(code="in_transit"), at=NOON + 4 * DAY)
    assert due(walk, TimerCause.REFUND) == [
        ("warning", NOON.replace(hour=9) + 11 * DAY),
        ("deadline", MIDNIGHT + 15 * DAY),
    ]


def test_goods_sent_late_leave_the_days_of_a_warning() -> None:
    walk = journey().authorized(a=1)
    walk.do(Track(code="in_transit"), at=NOON + 20 * DAY)
    assert due(walk, TimerCause.REFUND) == [
        ("warning", NOON + 20 * DAY),
        ("deadline", MIDNIGHT + 24 * DAY),
    ]
    walk.do(receive(a=1), at=NOON + 21 * DAY)
    assert [one for _, one in due(walk, TimerCause.REFUND)] == [
        NOON + 20 * DAY,
        MIDNIGHT + 24 * DAY,
    ]


def test_money_that_is_paid_ends_the_wait_for_it() -> None:
    walk = journey().started(a=1)
    assert waiting(walk, TimerCause.REFUND)
    walk.outcome("succeeded")
    assert not waiting(walk, TimerCause.REFUND)


def test_a_label_that_counts_as_shipping_is_still_to_be_used() -> None:
    walk = journey(shipped_when=ShippedWhen.LABEL).authorized(a=1)
    label(walk)
    assert walk.status is ReturnStatus.SHIPPED
    assert waiting(walk, TimerCause.SHIP)
    assert waiting(walk, TimerCause.LABEL)


def test_other_channels_have_no_days() -> None:
    walk = Journey(policy=Policy(deadlines=ALL)).requested(Origin.CHANNEL, a=1)
    assert not waiting(walk, TimerCause.CHANNEL)
    assert not waiting(journey().requested(Origin.API, a=1), TimerCause.CHANNEL)


# ---------------------------------------------------------------- firing


def test_a_return_that_was_never_sent_expires() -> None:
    walk = journey().authorized(a=2)
    said = walk.do(FIRE, at=MIDNIGHT + 31 * DAY)
    assert said == [EventType.DEADLINE_MISSED, EventType.RETURN_CANCELED]
    assert (walk.ret.cancel_reason, walk.status) == ("expired", ReturnStatus.CANCELED)
    assert walk.counters() == (0, 0, 0, 0, 0)
    assert walk.ret.timers == ()


def test_a_return_whose_money_moves_is_left_to_an_agent() -> None:
    walk = journey(settle_at=ReturnStatus.AUTHORIZED, keep_item=True).authorized(a=1)
    walk.do(ProposeSettlement(), ConfirmSettlement(), StartRefund())
    assert walk.do(FIRE, at=MIDNIGHT + 31 * DAY) == [EventType.DEADLINE_MISSED]
    assert walk.status is ReturnStatus.AUTHORIZED
    assert [one.cause for one in walk.ret.timers if is_open(one)] == [TimerCause.SHIP]
    assert walk.do(FIRE, at=NOON + 60 * DAY) == []


def test_a_label_that_was_never_used_is_voided() -> None:
    walk = journey(Deadlines(label_days=21)).authorized(a=1)
    parcel = label(walk)
    assert walk.do(FIRE, at=NOON.replace(hour=9) + 18 * DAY) == [EventType.DEADLINE_APPROACHING]
    said = walk.do(FIRE, at=MIDNIGHT + 22 * DAY)
    assert said == [EventType.DEADLINE_MISSED, EventType.LABEL_VOID_REQUESTED]
    assert walk.effects[-1] == ("label", parcel)
    assert walk.do(FIRE, at=NOON + 40 * DAY) == [], "it is being voided, and no more"


def test_a_label_voided_by_hand_is_not_watched() -> None:
    walk = journey(Deadlines(label_days=21)).authorized(a=1)
    walk.do(CreateLabel())
    parcel = walk.ret.parcels[-1].id
    assert walk.ret.timers == (), "there is no label yet"
    walk.do(RecordLabel(parcel=parcel, outcome="failed", error="No."))
    walk.do(VoidLabel(parcel=parcel))
    assert walk.ret.timers == ()


def test_who_slept_is_not_told_everything_at_once() -> None:
    walk = journey(Deadlines(remind_days=(7, 14), ship_days=30)).authorized(a=1)
    assert walk.do(FIRE, at=NOON + 15 * DAY) == [EventType.RETURN_REMINDED]
    reminders = [one for one in walk.ret.timers if one.moment is TimerMoment.REMINDER]
    assert [one.status for one in reminders] == [TimerStatus.MOOT, TimerStatus.FIRED]


def test_all_comes_in_its_order_when_time_passes_day_by_day() -> None:
    walk = journey().authorized(a=1)
    label(walk)
    said: list[tuple[int, EventType]] = []
    for day in range(60):
        said += [(day, one) for one in walk.do(FIRE, at=NOON + day * DAY)]
    assert said == [
        (7, EventType.RETURN_REMINDED),
        (14, EventType.RETURN_REMINDED),
        (18, EventType.DEADLINE_APPROACHING),
        (22, EventType.DEADLINE_MISSED),
        (22, EventType.LABEL_VOID_REQUESTED),
        (27, EventType.DEADLINE_APPROACHING),
        (31, EventType.DEADLINE_MISSED),
        (31, EventType.RETURN_CANCELED),
    ]


def test_nothing_is_due_before_its_time() -> None:
    walk = journey().authorized(a=1)
    assert walk.do(FIRE, at=NOON + 6 * DAY) == []
    state = walk.state
    decision = decide(state, (FIRE,), walk.context(at=NOON + 6 * DAY))
    assert isinstance(decision, Decision)
    assert decision.state is state


def test_an_event_names_its_timer() -> None:
    walk = journey().authorized(a=1)
    at = MIDNIGHT + 31 * DAY
    decision = decide(walk.state, (FIRE,), walk.context(at=at))
    assert not isinstance(decision, Refusal)
    missed = decision.events[0]
    timer = waiting(walk, TimerCause.SHIP)[-1]
    assert missed.snapshot.details == {
        "timer": timer.id,
        "cause": "ship",
        "due_at": msgspec.to_builtins(at),
        "deadline": msgspec.to_builtins(at),
        "n": None,
        "parcel": None,
        "next": "cancel",
        "through": (at - DAY).date().isoformat(),
    }


@pytest.mark.parametrize(
    ("zone", "last"),
    [
        ("Europe/Berlin", "2026-02-14"),
        ("America/New_York", "2026-02-14"),
        ("Pacific/Auckland", "2026-02-15"),
    ],
)
def test_reminders_and_warnings_say_the_last_day_in_the_workspace_s_zone(
    zone: str, last: str
) -> None:
    walk, state = journey().requested(a=1), None
    for command, at in ((Authorize(), NOON), (FIRE, NOON + 29 * DAY)):
        context = replace(walk.context(at=at), zone=ZoneInfo(zone))
        told = decide(state or walk.state, (command,), context)
        assert isinstance(told, Decision)
        state = told.state

    days = {one.snapshot.details["cause"]: one.snapshot.details["through"] for one in told.events}
    assert days == {"ship": last}


def test_what_changed_is_told_apart_from_what_stays() -> None:
    walk = journey().authorized(a=1)
    before = walk.ret
    walk.do(FIRE, at=NOON + 7 * DAY)
    assert [one.status for one in changed(before, walk.ret)] == [TimerStatus.FIRED]
    assert ended(before, walk.ret) == ()
    assert changed(None, walk.ret) == walk.ret.timers


# ---------------------------------------------------------------- what shoppers prove and choose


def test_a_proof_of_sending_begins_the_time_to_pay_back() -> None:
    """It counts from when it was given (Directive 2011/83/EU, Article 13, paragraph 3)."""
    walk = journey(Deadlines()).authorized(a=1)
    assert waiting(walk, TimerCause.REFUND) == []
    walk.do(RecordDropOff(place="Shop", at=NOON), at=NOON + DAY)
    assert due(walk, TimerCause.REFUND) == [
        ("warning", NOON.replace(hour=9) + 11 * DAY),
        ("deadline", MIDNIGHT + 15 * DAY),
    ]
    assert released_at(walk.ret) == NOON + DAY


def test_where_nobody_chooses_in_time_the_policy_does() -> None:
    walk = to_choose()
    assert walk.do(FIRE, at=MIDNIGHT + 15 * DAY)[-3:] == [
        EventType.DEADLINE_MISSED,
        EventType.REJECTION_RESOLVED,
        EventType.UNIT_DISPOSED,
    ]
    assert walk.ret.resolutions[0].choice is RejectedChoice.DONATE
