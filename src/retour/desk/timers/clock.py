"""A sandbox's clock, moved ahead: every timer on the way fires at its own instant, in order.

So sixty days pass in one call as they would have passed by themselves.  Beyond a bounded number of
timers the clock jumps, and delivery lets the rest fire where it has arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk import depths
from retour.desk.execute import Asked, Busy, execute
from retour.desk.outcome import Done, NotFound, Outcome
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body
from retour.lifecycle.commands import FireTimers
from retour.lifecycle.model import Actor, ActorKind
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("workspaces")
_TIMERS: Final = named("timers")
_ENCODE: Final = msgspec.json.Encoder()
ADVANCE_MAX: Final = timedelta(days=400)
"""How far one call may advance a sandbox's clock."""
STOPS_MAX: Final = 500
"""Instants at which one call stops on its way."""
_MICROSECOND: Final = timedelta(microseconds=1)
_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
SYSTEM: Final = Actor(kind=ActorKind.SYSTEM)


class ClockBody(Body):
    """How a sandbox's clock is to move: by a duration, or to where the next waiting work is due."""

    advance: timedelta | None = None
    to_next_timer: bool = False


@dataclass(frozen=True, slots=True)
class _Moved:
    """Where a sandbox's clock stands by now."""

    now: datetime
    offset: timedelta


@dataclass(frozen=True, slots=True)
class _Stop:
    """A timer on the way."""

    timer_id: str
    return_id: str
    due_at: datetime


async def advance_clock(house: House, workspace_id: int, body: ClockBody) -> Outcome:
    """Move a sandbox's business time ahead, and its waiting work with it.

    Raises:
        InvalidRequest: Nothing asked for, both, a step back, or more than 400 days.
    """
    _check(body)
    async with house.database.transaction(workspace_id) as connection:
        moved = await _move(connection, workspace_id, timedelta(0))
        step = body.advance
        if step is None and moved is not None:
            step = await _to_next(connection, workspace_id, moved.now)
    if moved is None or step is None:
        return NotFound(what="sandbox")
    await depths.note(house, workspace_id)  # Nobody looks at the days that are passed over.
    left, fired = await _stop_by_stop(house, workspace_id, moved, step)
    async with house.database.transaction(workspace_id) as connection:
        moved = await _move(connection, workspace_id, left)
    assert moved is not None, "it was a sandbox a moment ago"
    house.configs.forget(workspace_id)
    config = await house.configs.recent(workspace_id)
    assert config is not None
    house.hints(workspace_id, {subscriber.id for subscriber in config.subscribers})
    answer = {
        "now": moved.now,
        "advanced_by": step,
        "offset": moved.offset,
        "returns_reached": fired,
    }
    return Done(status=200, body=_ENCODE.encode(answer))


def _check(body: ClockBody) -> None:
    if (body.advance is None) == (not body.to_next_timer):
        detail = 'Give either {"advance": "PT1H"} or {"to_next_timer": true}.'
        raise InvalidRequest(FieldError(pointer="", code="bad_value", detail=detail))
    if body.advance is not None and not timedelta(0) <= body.advance <= ADVANCE_MAX:
        detail = "Time moves ahead only, by at most 400 days a call; give a duration such as PT1H."
        raise InvalidRequest(FieldError(pointer="/advance", code="out_of_range", detail=detail))


async def _to_next(connection: Connection, workspace_id: int, now: datetime) -> timedelta:
    """Give how far the next waiting work lies, be it a timer or a lane; nothing where none does."""
    lane: float | None = await connection.fetchval(_SQL["next_timer"], workspace_id)
    timer = await _next_stop(connection, workspace_id, _NEVER)
    steps = [
        *([] if lane is None else [timedelta(seconds=lane)]),
        *([] if timer is None else [timer.due_at - now]),
    ]
    return max(min(steps, default=timedelta(0)), timedelta(0))


async def _move(connection: Connection, workspace_id: int, step: timedelta) -> _Moved | None:
    """Move the clock, and waiting lanes with it; None where this is no sandbox."""
    offset: int | None = await connection.fetchval(
        _SQL["advance_clock"], workspace_id, step // _MICROSECOND
    )
    if offset is None:
        return None
    if step:
        seconds = step.total_seconds()
        await connection.execute(_SQL["release_holds"], workspace_id, seconds)
        await connection.execute(_SQL["bring_lanes_forward"], workspace_id, seconds)
    now: datetime = await connection.fetchval("SELECT clock_timestamp()")
    return _Moved(now=now + offset * _MICROSECOND, offset=offset * _MICROSECOND)


async def _stop_by_stop(
    house: House, workspace_id: int, moved: _Moved, step: timedelta
) -> tuple[timedelta, int]:
    """Go from timer to timer; answers how much of the way is left, and how often it stopped."""
    left, reached, last = step, 0, ""
    while reached < STOPS_MAX:
        async with house.database.transaction(workspace_id) as connection:
            stop = await _next_stop(connection, workspace_id, moved.now + left)
            if stop is None or stop.timer_id == last:
                break
            stride = min(max(stop.due_at - moved.now, timedelta(0)), left)
            further = await _move(connection, workspace_id, stride)
        assert further is not None, "it was a sandbox a moment ago"
        moved, left, last = further, left - stride, stop.timer_id
        if not await _fire(house, workspace_id, stop.return_id):
            break
        reached += 1
    return left, reached


async def _next_stop(connection: Connection, workspace_id: int, until: datetime) -> _Stop | None:
    row = await connection.fetchrow(_TIMERS["next_due"], workspace_id, until)
    return None if row is None else _Stop(row["timer_id"], row["return_id"], row["due_at"])


async def _fire(house: House, workspace_id: int, return_id: str) -> bool:
    """Let fire what is due of a return; false where it is too busy and delivery has to."""
    asked = Asked(
        workspace_id=workspace_id,
        return_id=return_id,
        plan=[FireTimers()],
        actor=SYSTEM,
        source=SYSTEM.kind.value,
    )
    try:
        await execute(house, asked)
    except Busy:
        return False
    return True
