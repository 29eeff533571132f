"""What is new, told to a page that is open: counters only, so that nothing on it moves by itself.

A connection is looked at every few seconds, for as long as its session lives and somebody belongs
here; it ends when the process is about to stop.  A return that is open stays its agent's meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Response
from litestar.response import Stream

from retour.desk.agents import leases, novelties
from retour.desk.people import sessions
from retour.desk.people.members import principal_of
from retour.desk.queues import QUEUES
from retour.desk.searching.asked import read_moment
from retour.kernel.problems import InvalidRequest
from retour.screens.staff import guard
from retour.screens.staff.places import may_enter
from retour.screens.staff.seat import Seat, place
from retour.screens.staff.work.beside import lease_view
from retour.screens.staff.work.reading import number_in
from retour.store.database import AWAY

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from datetime import datetime

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

LOOK_S: Final = 3.0
_HEARTBEAT_LOOKS: Final = 5
OF_ONE_MAX: Final = 6
"""Connections of one person; a tab more is not told what is new."""
IN_ALL_MAX: Final = 500
_RENEW_BELOW_S: Final = 240
_NAMES: Final = frozenset(one.name for one in QUEUES)
_SCOPE: Final = "returns:read"
_ENCODE: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """What a page shows: a return at a version, or a list as of an instant."""

    return_id: str | None = None
    version: int = 0
    queue: str | None = None
    since: datetime | None = None


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handler of the stream."""
    open_now, returns_open = Counter[str](), Counter[tuple[str, str]]()

    async def show(seat: Seat) -> Response[Any]:
        """Tell what is new, or that nobody can be told any more just now."""
        watched, me = _read(seat), seat.session.person_id
        if watched is None or open_now[me] >= OF_ONE_MAX or open_now.total() >= IN_ALL_MAX:
            # This status has browsers stop asking.
            return Response(b"", status_code=204, headers=guard.headers_for(seat.house))
        headers = {**guard.headers_for(seat.house), "x-accel-buffering": "no"}
        told = _told(seat, watched, open_now, returns_open)
        return Stream(told, media_type="text/event-stream", headers=headers)

    return place(house, "/live", _SCOPE, show)


def _read(seat: Seat) -> _Watched | None:
    """Read what a page says that it shows; ``None`` where that is nothing we know."""
    return_id, queue = seat.query.get("return"), seat.query.get("queue") or None
    version = number_in(seat.query.get("version", ""))
    if return_id is not None:
        return None if version is None else _Watched(return_id=return_id, version=version)
    try:
        since = read_moment("since", seat.query.get("since"))
    except InvalidRequest:
        return None
    if since is None or (queue is not None and queue not in _NAMES):
        return None
    return _Watched(queue=queue, since=since)


async def _told(
    seat: Seat,
    watched: _Watched,
    open_now: Counter[str],
    returns_open: Counter[tuple[str, str]],
) -> AsyncGenerator[bytes]:
    """Tell what is new whenever that has changed, and now and then that we are there."""
    me, house, last, quiet = seat.session.person_id, seat.house, b"", 0
    seen = (me, watched.return_id or "")
    open_now[me] += 1
    returns_open[seen] += 1
    try:
        yield b"retry: 5000\n\n"
        while not house.closing.is_set() and await _is_welcome(seat):
            said = _ENCODE.encode(await _new(seat, watched))
            quiet += 1
            if said != last or quiet >= _HEARTBEAT_LOOKS:
                last, quiet = said, 0
                yield b"data: " + said + b"\n\n"
            try:
                await asyncio.wait_for(house.closing.wait(), LOOK_S)
            except TimeoutError:
                continue
    except AWAY:
        return  # The browser asks again by itself.
    finally:
        open_now[me] -= 1
        returns_open[seen] -= 1
        if watched.return_id is not None and not returns_open[seen]:
            await asyncio.shield(_leave(seat, watched.return_id))


async def _leave(seat: Seat, return_id: str) -> None:
    """Give a return back whose last page is closed."""
    await leases.release(seat.house, seat.workspace_id, return_id, seat.session.person_id)


async def _is_welcome(seat: Seat) -> bool:
    """Say whether the session lives and its person still may look."""
    config = await seat.house.configs.recent(seat.workspace_id)
    principal = None if config is None else principal_of(config, seat.session.person_id)
    if principal is None or not may_enter(principal, _SCOPE, at_facility=False):
        return False
    return await sessions.lives(seat.house, seat.session)


async def _new(seat: Seat, watched: _Watched) -> dict[str, object]:
    house, workspace_id = seat.house, seat.workspace_id
    if watched.return_id is None:
        assert watched.since is not None, "a list is shown as of an instant"
        return {"new": await novelties.count(house, workspace_id, watched.queue, watched.since)}
    version = await novelties.version(house, workspace_id, watched.return_id)
    lease = lease_view(seat, await leases.of_return(house, workspace_id, watched.return_id))
    is_mine = lease is None or lease["mine"]
    if (
        seat.may("returns:write")
        and is_mine
        and (lease or {"left_s": 0})["left_s"] < _RENEW_BELOW_S
    ):
        me = seat.session.person_id
        found = await leases.have_open(house, workspace_id, watched.return_id, me)
        lease = lease_view(seat, found)
    return {
        "changed": 0 if version is None else max(0, version - watched.version),
        "mine": lease is not None and lease["mine"],
        "left": "" if lease is None else lease["left"],
    }
