"""A return's timers as rows: what a commit writes of them.  Typed caller of ``wind_timers``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retour.lifecycle.timers.firing import next_of
from retour.lifecycle.timers.winding import changed, ended, is_open

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from retour.lifecycle.model import Decision, State


def timers_arguments(
    workspace_id: int, before: State, decision: Decision, ids: Sequence[str], tick: datetime
) -> list[Any] | None:
    """Give what ``wind_timers`` takes; None where every timer is as it was.

    Args:
        ids: Of the decision's events; new timers hang on the last of them.
        tick: Stands for the instant of a decision that says nothing.
    """
    ret = decision.state.ret
    assert ret is not None, "a plan on a return leaves a return"
    now, gone = changed(before.ret, ret), ended(before.ret, ret)
    if not now and not gone:
        return None
    fired = {event.snapshot.details.get("timer"): event.at for event in decision.events}
    return [
        workspace_id,
        ret.id,
        ids[-1] if ids else "",
        decision.events[-1].at if decision.events else tick,
        [one.id for one in now],
        [one.cause.value for one in now],
        [one.moment.value for one in now],
        [one.subject for one in now],
        [one.n for one in now],
        [next_of(one) for one in now],
        [one.since for one in now],
        [one.due_at for one in now],
        [one.deadline for one in now],
        [one.status.value for one in now],
        [is_open(one) for one in now],
        [one.fired_at for one in now],
        [one.id for one in gone],
        [fired.get(one.id, one.fired_at) for one in gone],
    ]
