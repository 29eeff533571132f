"""Many HTTP exchanges at once, driven by libcurl over one selector; it never waits.

``Engine`` takes jobs whose addresses are already judged and pinned, and gives back replies. It
connects to nothing that is not pinned: libcurl is told the addresses, and every socket it asks for
is compared with them once more. Never here: event loops, resolving, or caps (``http``).
"""

from __future__ import annotations

import math
import selectors
import time
from typing import Final, Generic

import pycurl

from retour.gateways.exchange import ErrorClass, HttpReply
from retour.gateways.limits import IDLE_CONNECTIONS_MAX
from retour.gateways.slot import J, Slot

_WATCHED: Final = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}
"""What libcurl asks to hear of a socket; what it is told then has the same numbers as CSELECT."""
_ENDED_MAX: Final = 256
"""Ended exchanges read at once; libcurl says whether there are more."""
NEVER: Final = math.inf
"""When an engine is due that waits for nothing but its sockets."""


class Engine(Generic[J]):
    """Runs jobs side by side; ``turn`` when ``fileno`` is readable, at ``due_at``, after ``add``.

    Keeps connections alive for a few seconds and handles for ever. How many jobs run at once is
    the caller's to bound.
    """

    def __init__(self, *, user_agent: str, ca_file: str, connection_life_s: int) -> None:
        self._options: dict[int, int | str] = {
            pycurl.USERAGENT: user_agent,
            pycurl.CAINFO: ca_file,
            pycurl.MAXAGE_CONN: connection_life_s,
            pycurl.MAXLIFETIME_CONN: connection_life_s,
        }
        self._selector = selectors.DefaultSelector()
        self._masks: dict[int, int] = {}  # What the kernel watches, for sockets in use or idle.
        self._live: set[int] = set()  # The sockets libcurl wants to hear about.
        self.due_at = NEVER
        self._running: dict[pycurl.Curl, Slot[J]] = {}
        self._idle: list[Slot[J]] = []
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, 0)
        self._multi.setopt(pycurl.M_MAXCONNECTS, IDLE_CONNECTIONS_MAX)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._alarm)

    def fileno(self) -> int:
        """Give the descriptor that is readable while a socket has something to say."""
        return self._selector.fileno()

    def add(self, job: J) -> None:
        """Begin ``job``; nothing is sent before the next ``turn``."""
        slot = self._idle.pop() if self._idle else self._new_slot()
        slot.load(job)
        self._running[slot.curl] = slot
        self._multi.add_handle(slot.curl)

    def turn(self) -> list[tuple[J, HttpReply]]:
        """Move every exchange on that can move; give those that ended, in the order they did."""
        live, action = self._live, self._multi.socket_action
        if self.due_at <= time.monotonic():
            self.due_at = NEVER
            action(pycurl.SOCKET_TIMEOUT, 0)
        for key, event in self._selector.select(0):
            if key.fd in live:
                action(key.fd, event)
            else:
                self._unwatch(key.fd)
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
        self._selector.close()

    def _new_slot(self) -> Slot[J]:
        return Slot(self._forget, self._options)

    def _collect(self) -> list[tuple[J, HttpReply]]:
        done: list[tuple[J, HttpReply]] = []
        queued = 1
        while queued:
            queued, succeeded, failed = self._multi.info_read(_ENDED_MAX)
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
        mask = _WATCHED[what]
        known = self._masks.get(fd)
        if known == mask:
            return
        self._masks[fd] = mask
        if known is None:
            self._selector.register(fd, mask)
        else:
            self._selector.modify(fd, mask)

    def _alarm(self, milliseconds: int) -> None:
        """Take note of when libcurl wants to be called without a socket's doing."""
        self.due_at = NEVER if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def _unwatch(self, fd: int) -> None:
        if self._masks.pop(fd, None) is not None:
            self._selector.unregister(fd)  # Closing has ended the watch, which it forgives.

    def _forget(self, fd: int, _purpose: int) -> int:
        """Forget what was watched under this number: ``fd`` is a new socket."""
        self._unwatch(fd)
        return pycurl.SOCKOPT_OK
