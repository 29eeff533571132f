"""PostgreSQL is killed eight times under load: every acknowledged write is there afterwards."""

from __future__ import annotations

import http.client
import os
import signal
import threading
import time
from pathlib import Path

from tests.support.running import Api, Retour, order_body, retour_running, until

KILLS = 8
WRITERS = 8


def _postmaster(house: Retour) -> int:
    """Read the pid of the embedded server, which lies in its data folder."""
    for path in Path(house.data).rglob("postmaster.pid"):
        return int(path.read_text().split()[0])
    message = "no postmaster.pid below the data folder"
    raise AssertionError(message)


def _kill_all(pid: int) -> None:
    """Kill the postmaster and its children, as a power cut does."""
    children = [
        int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if _parent(path) == pid
    ]
    for one in (pid, *children):
        try:
            os.kill(one, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _parent(path: Path) -> int | None:
    try:
        return int(path.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


class Writer(threading.Thread):
    """Puts orders one after another, and remembers which were acknowledged."""

    def __init__(self, api: Api, name: str, stop: threading.Event) -> None:
        super().__init__()
        self._api, self._prefix, self._stop_writing = api, name, stop
        self.acknowledged: list[str] = []
        self.refused = 0

    def run(self) -> None:
        """Write until told to stop."""
        index = 0
        while not self._stop_writing.is_set():
            index += 1
            number = f"{self._prefix}-{index}"
            try:
                answer = self._api.call("PUT", f"/orders/{number}", order_body(1))
            except (OSError, http.client.HTTPException):
                self.refused += 1
                time.sleep(0.05)
                continue
            if answer.status in (200, 201):
                self.acknowledged.append(number)
            else:
                assert answer.status in (500, 503), answer
                self.refused += 1
                time.sleep(0.05)


def test_eight_crashes_of_postgresql_lose_nothing() -> None:
    """What was answered with success is found again, each time."""
    with retour_running() as house:
        api = house.workspace()
        stop = threading.Event()
        writers = [Writer(api, f"W{index}", stop) for index in range(WRITERS)]
        for writer in writers:
            writer.start()
        for _ in range(KILLS):
            before = sum(len(writer.acknowledged) for writer in writers)
            until(
                lambda least=before + 50: sum(len(one.acknowledged) for one in writers) >= least,
                "writes go on after a crash",
            )
            _kill_all(_postmaster(house))
        time.sleep(0.2)
        before = sum(len(writer.acknowledged) for writer in writers)
        until(
            lambda: sum(len(one.acknowledged) for one in writers) >= before + 50,
            "writes go on after the last crash",
        )
        stop.set()
        for writer in writers:
            writer.join()
        lost = [
            number
            for writer in writers
            for number in writer.acknowledged
            if api.call("GET", f"/orders/{number}").status != 200
        ]

        assert [] == lost
        assert sum(writer.refused for writer in writers) > 0
