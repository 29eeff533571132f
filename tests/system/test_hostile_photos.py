"""Hostile photos at a real server, many at once: its memory and its children's from outside."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from retour.gateways.limits import PHOTO_BYTES_MAX, PHOTO_CHILDREN, PHOTO_MEMORY_BYTES
from tests.support import pictures
from tests.support.running import Api, Retour, retour_running

AT_ONCE = 8
CHILD_KB_MAX = (PHOTO_MEMORY_BYTES >> 10) + 80 * 1024
SERVER_GROWS_KB_MAX = 200 * 1024
"""Four bodies of 12 MB, each read, held and handed on, and what Python keeps of it."""


@pytest.fixture(scope="module")
def house() -> Iterator[Retour]:
    with retour_running("--no-delivery") as running:
        yield running


def upload(api: Api, base: str, data: bytes) -> int:
    """Send one photo over a connection of its own; gives the status."""
    place = urlsplit(base)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=60)
    headers = {"authorization": f"Bearer {api.api_key}", "content-type": "image/jpeg"}
    try:
        connection.request("POST", f"/v1/workspaces/{api.workspace}/photos", data, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_memory_is_bounded_whatever_is_sent(house: Retour) -> None:
    api = house.workspace()
    assert house.process is not None
    server = house.process.pid
    whole = pictures.encoded(Image.effect_noise((2000, 1500), 80), "JPEG", quality=80)
    padded = [whole + n.to_bytes(2) + bytes(PHOTO_BYTES_MAX - len(whole) - 2) for n in range(6)]
    bombs = [pictures.png_bomb(30_000), pictures.jpeg_of_size(30_000, 30_000)]
    sent = [*padded, *pictures.unfolding().values(), *bombs]
    assert upload(api, house.base, pictures.honest()["jpeg"]) == 201
    before, peaks, watching = _kilobytes(server, "VmRSS"), _Peaks(server), threading.Event()
    thread = threading.Thread(target=peaks.watch, args=(watching,))
    thread.start()
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            statuses = list(pool.map(partial(upload, api, house.base), sent))
    finally:
        watching.set()
        thread.join()

    assert set(statuses) <= {201, 422}
    assert statuses[: len(padded)] == [201] * len(padded)
    assert 0 < peaks.children <= PHOTO_CHILDREN
    assert 0 < peaks.child_kb <= CHILD_KB_MAX
    assert peaks.server_kb - before <= SERVER_GROWS_KB_MAX
    assert upload(api, house.base, pictures.honest()["png"]) == 201, "it serves as before"


class _Peaks:
    """The most that was seen of a server and its children."""

    def __init__(self, server: int) -> None:
        self.server_kb = self.child_kb = self.children = 0
        self._server = server

    def watch(self, is_over: threading.Event) -> None:
        """Look until told otherwise."""
        while not is_over.is_set():
            children = _children(self._server)
            self.children = max(self.children, len(children))
            self.server_kb = max(self.server_kb, _kilobytes(self._server, "VmRSS"))
            self.child_kb = max([self.child_kb, *(_kilobytes(one, "VmHWM") for one in children)])
            time.sleep(0.02)


def _children(server: int) -> list[int]:
    """Find the photo children of a server that are not ending."""
    found: list[int] = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            line = (place / "cmdline").read_bytes()
            fields = (place / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == server and fields[0] != "Z" and b"photo_child" in line:
            found.append(int(place.name))
    return found


def _kilobytes(pid: int, name: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith(name)), 0)
