"""Child: pycurl by itself, sending ready-made requests as fast as it can; what delivery stands on.

Nothing is leased, rendered, signed or written: each request is given its address, headers and
body, as any client must do it, and its handle is used again.
"""

from __future__ import annotations

import base64
import time
from typing import Any, Final

import pycurl

from bench.children import Questions, answer, run

_WAIT_S: Final = 1.0


class Alone:
    """A fixed number of handles over one multi handle."""

    def __init__(self, urls: list[str], headers: list[str], body: bytes, width: int) -> None:
        self._urls = urls
        self._headers = headers
        self._body = body
        self._sent = 0
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, width)
        self._handles = [self._handle() for _ in range(width)]
        self.failures = 0

    def _handle(self) -> pycurl.Curl:
        handle = pycurl.Curl()
        handle.setopt(pycurl.POST, 1)
        handle.setopt(pycurl.NOSIGNAL, 1)
        handle.setopt(pycurl.WRITEFUNCTION, len)
        return handle

    def _load(self, handle: pycurl.Curl) -> None:
        self._sent += 1
        handle.setopt(pycurl.URL, self._urls[self._sent % len(self._urls)])
        handle.setopt(pycurl.HTTPHEADER, self._headers)
        handle.setopt(pycurl.POSTFIELDS, self._body)
        self._multi.add_handle(handle)

    def go(self, seconds: float) -> int:
        """Send for so long; gives how many were answered."""
        multi, done, until = self._multi, 0, time.monotonic() + seconds
        for handle in self._handles:
            self._load(handle)
        while time.monotonic() < until:
            multi.perform()
            queued = 1
            while queued:
                queued, succeeded, failed = multi.info_read()
                done += len(succeeded)
                self.failures += len(failed)
                for handle in (*succeeded, *(one for one, _, _ in failed)):
                    multi.remove_handle(handle)
                    self._load(handle)
            multi.select(_WAIT_S)
        for handle in self._handles:
            multi.remove_handle(handle)
        return done


async def main(told: dict[str, Any], questions: Questions) -> None:
    """Send for as long as each question says."""
    alone = Alone(told["urls"], told["headers"], base64.b64decode(told["body"]), told["width"])
    while (question := await questions.next()) is not None:
        began, cpu = time.monotonic(), time.process_time()
        done = alone.go(question["seconds"])
        answer(
            {
                "done": done,
                "seconds": time.monotonic() - began,
                "cpu_s": time.process_time() - cpu,
                "failures": alone.failures,
            }
        )


if __name__ == "__main__":
    run(main)
