"""Which documents a settlement gets a number for, and when."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from retour.lifecycle.commands import (
    ConfirmSettlement,
    Context,
    ProposeSettlement,
    RetryRefund,
    StartRefund,
)
from retour.lifecycle.model import EventType, LegStatus, Settlement
from retour.lifecycle.numbering import PaperKind, Series
from tests.support.returns import Journey

SERIES = {
    PaperKind.MEMO: Series(pattern="SM-{number}", next=5),
    PaperKind.CREDIT_NOTE: Series(pattern="CN-{number}", next=7),
}


class Numbered(Journey):
    """A journey in a workspace that numbers documents; its series stand still, to be told apart."""

    series = SERIES

    def context(self, *args: Any, **more: Any) -> Context:  # noqa: ANN401 - as it is there
        """Bring the series along."""
        return replace(super().context(*args, **more), series=dict(self.series))

    @property
    def settlement(self) -> Settlement:
        """The newest."""
        return self.ret.settlements[-1]


def numbered() -> Numbered:
    """Begin one."""
    return Numbered()


def test_a_memo_is_numbered_when_it_is_promised_and_not_before() -> None:
    journey = numbered()
    journey.processed()
    journey.do(ProposeSettlement())
    assert journey.settlement.memo_number is None
    journey.do(ConfirmSettlement())
    assert journey.settlement.memo_number == "SM-5"
    assert journey.settlement.credit_note_number is None


def test_a_credit_note_is_numbered_once_the_customer_has_it() -> None:
    journey = numbered()
    journey.started()
    assert journey.settlement.credit_note_number is None
    journey.outcome("succeeded")
    assert journey.settlement.credit_note_number == "CN-7"


def test_a_credit_note_stays_whatever_becomes_of_the_money() -> None:
    """The goods are back either way: paying once more is no second correction of the invoice."""
    journey = numbered()
    journey.settled()
    journey.outcome("failed")
    assert journey.leg().status is LegStatus.REVERSED
    journey.series = {kind: replace(one, next=99) for kind, one in SERIES.items()}
    journey.do(RetryRefund(leg=journey.leg().id))
    said = journey.outcome("succeeded")
    assert EventType.SETTLEMENT_SETTLED in said
    assert journey.settlement.credit_note_number == "CN-7"


def test_nothing_paid_is_nothing_to_credit() -> None:
    """A settlement that says so formally has a memo and no credit note."""
    journey = numbered()
    journey.processed()
    journey.do(ProposeSettlement(kind="none"), ConfirmSettlement(), StartRefund())
    assert journey.settlement.settled_at is not None
    assert journey.settlement.memo_number == "SM-5"
    assert journey.settlement.credit_note_number is None


def test_two_numbers_of_one_plan_follow_each_other() -> None:
    """What a plan has drawn, the rest of it does not draw again."""
    journey = numbered()
    journey.processed(a=2)
    one, two = (unit.id for unit in journey.units)
    journey.do(
        ProposeSettlement(kind="none", units=(one,)),
        ConfirmSettlement(),
        StartRefund(),
        ProposeSettlement(units=(two,)),
        ConfirmSettlement(),
    )
    assert [one.memo_number for one in journey.ret.settlements] == ["SM-5", "SM-6"]


def test_without_a_series_a_memo_is_numbered_by_its_return() -> None:
    """As it was before workspaces had series; such numbers stay good."""
    journey = Journey().settled()
    settlement = journey.ret.settlements[-1]
    assert settlement.memo_number == f"M{journey.ret.number}-1"
    assert settlement.credit_note_number is None
