"""Repairs: nothing is paid, the units are covered, and what was mended goes back."""

from __future__ import annotations

from retour.lifecycle.commands import (
    ConfirmSettlement,
    DiscardSettlement,
    ProposeSettlement,
    RetryRefund,
    SendBack,
    StartRefund,
)
from retour.lifecycle.model import ReturnStatus
from tests.support.goods import end, legs, newest
from tests.support.returns import Journey


def test_a_repair_covers_what_came_back_and_pays_nothing() -> None:
    journey = Journey().processed(a=1)
    journey.do(ProposeSettlement(kind="repair"), ConfirmSettlement())
    assert [("repair", None, 0, "reserved")] == legs(journey)

    assert ["repair.started"] == [one.value for one in journey.do(StartRefund())]
    assert [] == journey.effects
    said = end(journey, journey.leg())

    assert ["repair.finished", "settlement.settled", "return.settled"] == said
    assert (0, 0) == (newest(journey).total, journey.reserved)


def test_what_was_mended_goes_back_to_the_customer() -> None:
    journey = Journey().processed(a=1)
    assert "send_back" not in journey.allowed
    journey.do(ProposeSettlement(kind="repair"), ConfirmSettlement(), StartRefund())
    assert "send_back" not in journey.allowed, "it is being mended"
    end(journey, journey.leg())

    said = [one.value for one in journey.do(SendBack(tracking_number="OUT-1"))]

    assert ["parcel.sent_back"] == said
    assert (journey.units[0].id,) == journey.ret.parcels[-1].units
    assert "send_back" not in journey.allowed


def test_what_cannot_be_repaired_is_settled_in_another_way() -> None:
    journey = Journey().processed(a=1)
    journey.do(ProposeSettlement(kind="repair"), ConfirmSettlement(), StartRefund())

    assert ["repair.failed"] == end(journey, journey.leg(), "failed")
    journey.do(DiscardSettlement(), ProposeSettlement(), ConfirmSettlement(), StartRefund())
    end(journey, journey.leg())

    assert (ReturnStatus.SETTLED, 1000) == (journey.status, journey.reserved)


def test_a_repair_that_failed_can_be_tried_again() -> None:
    journey = Journey().processed(a=1)
    journey.do(ProposeSettlement(kind="repair"), ConfirmSettlement(), StartRefund())
    end(journey, journey.leg(), "failed")

    assert ["repair.started"] == [
        one.value for one in journey.do(RetryRefund(leg=journey.leg().id))
    ]
