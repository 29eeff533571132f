"""Many HTTP exchanges at once, driven by libcurl over one epoll; synchronous, for one thread.

``Engine`` takes jobs whose addresses are already judged and pinned, and gives back replies. It
connects to nothing that is not pinned: libcurl is told the addresses, and every socket it asks for
is compared with them once more. Never here: threads, event loops, resolving, or caps (``http``).
"""

from __future__ import annotations

import select
import time
from collections.abc import Iterable, Sequence
from typing import Final, Generic

import pycurl

from retour.gateways.exchange import ErrorClass, HttpReply
from retour.gateways.limits import EVENTS_PER_WAKE_MAX, IDLE_CONNECTIONS_MAX
from retour.gateways.slot import J, Slot

_MASKS: Final = {
    0: 0,
    pycurl.POLL_IN: select.EPOLLIN,
    pycurl.POLL_OUT: select.EPOLLOUT,
    pycurl.POLL_INOUT: select.EPOLLIN | select.EPOLLOUT,
}
_BEYOND_OUT: Final = ~select.EPOLLOUT


class Engine(Generic[J]):
    """Runs jobs side by side; ``wait`` then ``turn``, over and over, from one thread.

    Keeps connections alive for a few seconds and handles for ever. How many jobs run at once is
    the caller's to bound.
    """

    def __init__(
        self, *, user_agent: str, ca_file: str, connection_life_s: int, wake_fd: int
    ) -> None:
        self._options: dict[int, int | str] = {
            pycurl.USERAGENT: user_agent,
            pycurl.CAINFO: ca_file,
            pycurl.MAXAGE_CONN: connection_life_s,
            pycurl.MAXLIFETIME_CONN: connection_life_s,
        }
        self._wake_fd = wake_fd
        self._epoll = select.epoll()
        self._epoll.register(wake_fd, select.EPOLLIN)
        self._masks: dict[int, int] = {}  # What the kernel watches, for sockets in use or idle.
        self._live: set[int] = set()  # The sockets libcurl wants to hear about.
        self._alarm_at = 0.0
        self._running: dict[pycurl.Curl, Slot[J]] = {}
        self._idle: list[Slot[J]] = []
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, 0)
        self._multi.setopt(pycurl.M_MAXCONNECTS, IDLE_CONNECTIONS_MAX)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)

    def add(self, job: J) -> None:
        """Begin ``job``; nothing is sent before the next ``turn``."""
        slot = self._idle.pop() if self._idle else self._new_slot()
        slot.load(job)
        self._running[slot.curl] = slot
        self._multi.add_handle(slot.curl)

    def wait(self, seconds: float) -> Sequence[tuple[int, int]]:
        """Sleep until a socket, the alarm or the wake-up descriptor has something to say."""
        due_ms = self._multi.timeout()
        if 0 <= due_ms < seconds * 1000:
            seconds = due_ms / 1000
        self._alarm_at = time.monotonic() + seconds
        return self._epoll.poll(seconds, EVENTS_PER_WAKE_MAX)

    def turn(self, events: Iterable[tuple[int, int]]) -> list[tuple[J, HttpReply]]:
        """Move every exchange on that can move; give those that ended, in the order they did."""
        if self._alarm_at <= time.monotonic():
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        live, action = self._live, self._multi.socket_action
        for fd, event in events:
            if fd in live:
                readable = pycurl.CSELECT_IN if event & _BEYOND_OUT else 0
                action(fd, readable | (pycurl.CSELECT_OUT if event & select.EPOLLOUT else 0))
            elif fd != self._wake_fd:
                self._unwatch(fd)
        return self._collect()

    def abort(self) -> list[tuple[J, HttpReply]]:
        """Hang up on everybody."""
        ended = [(slot, slot.failure(ErrorClass.CANCELED)) for slot in self._running.values()]
        return [(self._release(slot), reply) for slot, reply in ended]

    def close(self) -> None:
        """Give back every handle, connection and descriptor; running jobs get no reply."""
        for slot in list(self._running.values()):
            self._release(slot)
        self._multi.close()
        for slot in self._idle:
            slot.curl.close()
        self._epoll.close()

    def _new_slot(self) -> Slot[J]:
        return Slot(self._forget, self._options)

    def _collect(self) -> list[tuple[J, HttpReply]]:
        done: list[tuple[J, HttpReply]] = []
        queued = 1
        while queued:
            queued, succeeded, failed = self._multi.info_read(EVENTS_PER_WAKE_MAX)
            for curl in succeeded:
                slot = self._running[curl]
                reply = slot.reply()
                done.append((self._release(slot), reply))
            for curl, code, message in failed:
                slot = self._running[curl]
                reply = slot.judge(code, message)
                done.append((self._release(slot), reply))
        return done

    def _release(self, slot: Slot[J]) -> J:
        self._multi.remove_handle(slot.curl)
        del self._running[slot.curl]
        self._idle.append(slot)
        return slot.unload()

    def _watch(self, what: int, fd: int, _multi: object, _data: object) -> None:
        """Let the kernel watch ``fd`` as libcurl asks; a socket gone idle stays watched as it is.

        So a kept-alive connection costs no system call here; if its peer hangs up meanwhile,
        ``turn`` finds nobody interested and stops watching.
        """
        if what == pycurl.POLL_REMOVE:
            self._live.discard(fd)
            return
        self._live.add(fd)
        mask = _MASKS[what]
        if self._masks.get(fd) == mask:
            return
        self._masks[fd] = mask
        try:
            self._epoll.modify(fd, mask)
        except FileNotFoundError:
            self._epoll.register(fd, mask)

    def _unwatch(self, fd: int) -> None:
        self._masks.pop(fd, None)
        try:
            self._epoll.unregister(fd)
        except OSError:
            return  # Closed meanwhile, which ends the watch by itself.

    def _forget(self, fd: int, _purpose: int) -> int:
        """Forget what was watched under this number: ``fd`` is a new socket."""
        self._masks.pop(fd, None)
        return pycurl.SOCKOPT_OK
