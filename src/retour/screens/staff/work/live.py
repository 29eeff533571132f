"""What is new, told to a page that is open: counters only, so that nothing on it moves by itself.

All pages of a process are looked at together every few seconds: one question for each workspace,
one for all sessions.  A page is told for as long as its session lives and its person belongs here;
it ends when the process is about to stop.  A return that is open stays its agent's meanwhile.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Response
from litestar.response import Stream

from retour.desk.agents import leases, novelties
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
    from collections.abc import AsyncGenerator, Sequence
    from datetime import datetime

    from litestar.handlers import HTTPRouteHandler

    from retour.desk.agents.leases import Lease
    from retour.desk.agents.novelties import News
    from retour.desk.config import WorkspaceConfig
    from retour.desk.house import House

LOOK_S: Final = 3.0
_HEARTBEAT_LOOKS: Final = 5
OF_ONE_MAX: Final = 6
"""Connections of one person; a tab more is not told what is new."""
IN_ALL_MAX: Final = 500
_RENEW_BELOW: Final = timedelta(minutes=4)
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


@dataclass(slots=True, kw_only=True, eq=False)
class _Page:
    """A page that is open, and the last that was found for it; who reads slowly misses some.

    Args:
        until: How long its person has its return by this page, for it to be given back.
    """

    seat: Seat
    watched: _Watched
    news: News | None = None
    until: datetime | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def person(self) -> str:
        return self.seat.session.person_id

    def tell(self, news: News | None) -> None:
        """Hand over what was found; nothing where it is not for this page any more."""
        self.news = news
        self.changed.set()


class Watch:
    """The pages that are open in this process, looked at together."""

    def __init__(self, house: House, look_s: float) -> None:
        self._house = house
        self._look_s = look_s
        self._pages: set[_Page] = set()
        self._looking: asyncio.Task[None] | None = None

    def has_room_for(self, person_id: str) -> bool:
        """Say whether somebody may be told in one page more."""
        of_one = sum(page.person == person_id for page in self._pages)
        return of_one < OF_ONE_MAX and len(self._pages) < IN_ALL_MAX

    @asynccontextmanager
    async def keep(self, page: _Page) -> AsyncGenerator[None]:
        """Look at a page now, and with the others from then on."""
        self._pages.add(page)
        try:
            await self._look([page])
            if self._looking is None or self._looking.done():
                # Whoever comes first does not look in their own name.
                self._looking = asyncio.create_task(self._go_on(), context=Context())
            yield
        finally:
            self._pages.discard(page)
            if page.until is not None:
                await self._give_back(page, page.until)

    async def _give_back(self, left: _Page, until: datetime) -> None:
        """Give back the return of a page that is closed, or leave it to another of its person's.

        Not where it was opened anew meanwhile: a page is often seen to be gone only after that.
        """
        seat, return_id = left.seat, left.watched.return_id
        assert return_id is not None, "a page that has a return shows it"
        for page in self._pages:
            if (page.person, page.watched.return_id) == (left.person, return_id):
                page.until = max(until, page.until or until)
                return
        given = leases.release(seat.house, seat.workspace_id, return_id, left.person, until=until)
        await asyncio.shield(given)

    async def _go_on(self) -> None:
        """Look every few seconds while a page is open; where that fails, browsers ask again."""
        closing = self._house.closing
        try:
            while self._pages:
                try:
                    await asyncio.wait_for(closing.wait(), self._look_s)
                except TimeoutError:
                    await self._look(list(self._pages))
                else:
                    break
        except AWAY:
            pass
        finally:
            for page in self._pages:
                page.tell(None)

    async def _look(self, pages: Sequence[_Page]) -> None:
        """Look once for pages, a workspace at a time."""
        sessions = {page.seat.session.digest: page.seat.session for page in pages}
        living = await novelties.still_signed_in(self._house, sessions.values())
        by_workspace = defaultdict[int, list[_Page]](list)
        for page in pages:
            by_workspace[page.seat.workspace_id].append(page)
        for workspace_id, there in by_workspace.items():
            config = await self._house.configs.recent(workspace_id)
            told = [
                page
                for page in there
                if page.seat.session.digest in living and _belongs(config, page.person)
            ]
            news = await _news(self._house, workspace_id, told) if told else None
            for page in there:
                page.tell(news if page in told else None)


def routes(house: House, *, look_s: float = LOOK_S) -> list[HTTPRouteHandler]:
    """Make the handler of the stream.

    Args:
        look_s: Seconds between two looks.
    """
    watch = Watch(house, look_s)

    async def show(seat: Seat) -> Response[Any]:
        """Tell what is new, or that nobody can be told any more just now."""
        watched = _read(seat)
        if watched is None or not watch.has_room_for(seat.session.person_id):
            # This status has browsers stop asking.
            return Response(b"", status_code=204, headers=guard.headers_for(seat.house))
        headers = {**guard.headers_for(seat.house), "x-accel-buffering": "no"}
        told = _told(watch, _Page(seat=seat, watched=watched))
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


async def _told(watch: Watch, page: _Page) -> AsyncGenerator[bytes]:
    """Tell what is new whenever that has changed, and now and then that we are there."""
    last, quiet = b"", 0
    try:
        async with watch.keep(page):
            yield b"retry: 5000\n\n"
            while page.news is not None:
                page.changed.clear()
                said = _ENCODE.encode(await _said(page, page.news))
                quiet += 1
                if said != last or quiet >= _HEARTBEAT_LOOKS:
                    last, quiet = said, 0
                    yield b"data: " + said + b"\n\n"
                await page.changed.wait()
    except AWAY:
        return  # The browser asks again by itself.


def _belongs(config: WorkspaceConfig | None, person_id: str) -> bool:
    """Say whether somebody still may look."""
    principal = None if config is None else principal_of(config, person_id)
    return principal is not None and may_enter(principal, _SCOPE, at_facility=False)


async def _news(house: House, workspace_id: int, pages: Sequence[_Page]) -> News:
    after: dict[str | None, datetime] = {}
    for one in (page.watched for page in pages):
        if one.since is not None:
            after[one.queue] = min(one.since, after.get(one.queue, one.since))
    shown = {one for page in pages if (one := page.watched.return_id) is not None}
    return await novelties.look(house, workspace_id, after, shown)


async def _said(page: _Page, news: News) -> dict[str, object]:
    """Say what of the news is new to a page."""
    watched = page.watched
    if watched.return_id is None:
        assert watched.since is not None, "a list is shown as of an instant"
        return {"new": news.count(watched.queue, watched.since)}
    known = news.returns.get(watched.return_id)
    if known is None:
        return {"changed": 0, "mine": False, "left": ""}
    lease = lease_view(page.seat, await _lease(page, watched.return_id, known.lease))
    return {
        "changed": max(0, known.version - watched.version),
        "mine": lease is not None and lease["mine"],
        "left": "" if lease is None else lease["left"],
    }


async def _lease(page: _Page, return_id: str, found: Lease | None) -> Lease | None:
    """Say who has a return open; whose it is, or whose it can be, has it for longer then."""
    seat, me = page.seat, page.person
    if found is not None and found.holder != me:
        page.until = None
        return found
    is_ending = found is None or found.until - found.now < _RENEW_BELOW
    if seat.may("returns:write") and is_ending:
        found = await leases.have_open(seat.house, seat.workspace_id, return_id, me)
        page.until = None
    if found is not None and found.holder == me:
        # What another page of theirs renews is that page's to give back.
        page.until = page.until or found.until
    return found
