"""Where URLs lead: each spelling judged once, each host's addresses believed for some seconds.

``Routes`` asks the guard and remembers its answers, refusals too, for as long as ``limits`` says.
Never here: connections, or the judgement itself (``egress``).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from retour.gateways.egress import (
    Allowed,
    Blocked,
    Lookup,
    Pinned,
    Target,
    Unresolved,
    check_url,
    judge,
    resolve,
)
from retour.gateways.exchange import ErrorClass
from retour.gateways.limits import PIN_LIFE_S, REFUSAL_LIFE_S, ROUTES_MAX

C = TypeVar("C")


@dataclass(slots=True, eq=False)
class Host(Generic[C]):
    """One scheme, name and port: what is believed about its addresses, and who waits for it.

    ``pins`` hold only before ``believed_until``. Counting ``busy`` and queueing calls is the
    client's; they are here so that a host is one object.
    """

    target: Target
    pins: Pinned | ErrorClass = ErrorClass.DNS
    peer: str | None = None
    believed_until: float = 0.0
    asked_at: float = 0.0
    is_asking: bool = False
    busy: int = 0
    unresolved: list[C] = field(default_factory=list[C])
    waiting: deque[C] = field(default_factory=deque[C])

    @property
    def is_idle(self) -> bool:
        """Say whether nothing would be lost with this object."""
        return not (self.busy or self.is_asking or self.unresolved or self.waiting)


class Route(NamedTuple, Generic[C]):
    """A URL as it will be said, and the host it will be said to."""

    target: Target
    host: Host[C]


class Routes(Generic[C]):
    """Finds the way for URLs; calls ``on_known`` when a host that was asked about is known.

    Belongs to one event loop.
    """

    def __init__(
        self,
        *,
        allow: Sequence[Allowed],
        own_hosts: frozenset[str],
        lookup: Lookup,
        on_known: Callable[[Host[C]], None],
        pin_life_s: float = PIN_LIFE_S,
    ) -> None:
        self._allow = tuple(allow)
        self._own_hosts = own_hosts
        self._lookup = lookup
        self._on_known = on_known
        self._pin_life_s = pin_life_s
        self._routes: dict[str, Route[C] | None] = {}  # None: the guard said no.
        self._hosts: dict[tuple[str, str, int], Host[C]] = {}
        self._look_ups: set[asyncio.Task[None]] = set()

    def find(self, url: str) -> Route[C] | None:
        """Give the way to ``url``, ``None`` where the guard forbids it."""
        try:
            return self._routes[url]
        except KeyError:
            pass
        if len(self._routes) >= ROUTES_MAX:
            self._routes.clear()
            self._hosts = {key: host for key, host in self._hosts.items() if not host.is_idle}
        target = check_url(url, self._allow, own_hosts=self._own_hosts)
        if isinstance(target, Blocked):
            self._routes[url] = None
            return None
        host = self._hosts.setdefault((target.scheme, target.host, target.port), Host(target))
        route = self._routes[url] = Route(target, host)
        return route

    def ask(self, host: Host[C]) -> None:
        """Learn the addresses of ``host``, once for all who wait; a literal is known at once."""
        literal = host.target.address
        if literal is not None:
            self._believe(host, judge(host.target, (literal,), self._allow))
        elif not host.is_asking:
            host.is_asking = True
            host.asked_at = time.monotonic()
            look_up = asyncio.get_running_loop().create_task(self._look_up(host))
            self._look_ups.add(look_up)
            look_up.add_done_callback(self._look_ups.discard)

    def close(self) -> list[C]:
        """Ask no more; give everybody who waits for a host."""
        for look_up in self._look_ups:
            look_up.cancel()
        stranded: list[C] = []
        for host in self._hosts.values():
            stranded += (*host.unresolved, *host.waiting)
            host.unresolved.clear()
            host.waiting.clear()
        return stranded

    async def _look_up(self, host: Host[C]) -> None:
        try:
            answer = await resolve(host.target, self._allow, self._lookup)
        finally:
            host.is_asking = False
        self._believe(host, answer)

    def _believe(self, host: Host[C], answer: Pinned | Blocked | Unresolved) -> None:
        life_s = self._pin_life_s if isinstance(answer, Pinned) else REFUSAL_LIFE_S
        host.believed_until = time.monotonic() + life_s
        match answer:
            case Pinned():
                host.pins = answer
                host.peer = str(answer.addresses[0]) if len(answer.addresses) == 1 else None
            case Blocked():
                host.pins = ErrorClass.BLOCKED
            case Unresolved():
                host.pins = ErrorClass.DNS
        self._on_known(host)
