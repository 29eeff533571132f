"""Time in state: one act may pass several states at one instant, and each is counted as itself."""

from __future__ import annotations

from datetime import UTC, timedelta

from msgspec.structs import replace

from retour.lifecycle.commands import LineAsked, Request
from retour.lifecycle.figures import STEPS, Report, figures_of_return
from retour.lifecycle.model import Origin
from tests.support.returns import Journey


def test_states_of_one_instant_stand_in_the_order_of_the_table() -> None:
    journey = Journey()
    asked = (LineAsked(line="a", quantity=1),)
    journey.do(Request(order_number="1001", lines=asked, origin=Origin.API))
    docked, paid = (journey.ret.status_at["requested"] + timedelta(days=n) for n in (1, 3))
    at = {"completed": paid, "settled": paid, "processed": docked, "received": docked}
    ret = replace(journey.ret, status_at={**journey.ret.status_at, **at})

    left = {
        one.item: STEPS[int(one.detail)] >= 86_400
        for one in figures_of_return(ret, journey.state.order, UTC)
        if one.report is Report.IN_STATE
    }

    assert left == {"requested": True, "received": False, "processed": True, "settled": False}
