"""Weighs pages as a browser fetches them, and measures how soon their first byte comes.

``scripts/page_weight.py`` prints a row per page: what travels (HTML, style sheets, pictures), the
same packed as a proxy in front packs it, and the median of the time to the first byte.
"""

from __future__ import annotations

import gzip
import http.client
import statistics
import sys
import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from progress import phase

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # The tests' browser is this one's too.

from playwright.sync_api import Page, Request  # noqa: E402 - as above

from tests.support.browser_places import PLACES  # noqa: E402 - as above
from tests.support.browser_stage import stage  # noqa: E402 - as above

TIMES: Final = 60
WARM: Final = 10
WEIGHT_KB_MAX: Final = 60
FIRST_BYTE_MS_MAX: Final = 50
STATES: Final = ("nothing", "wrong", "no ", "German", "Polish", "mail", "nowhere")
"""Words in the names of places that are other states of a page, or none that a GET gives."""


def main() -> int:
    """Measure each page; says 1 where one is over a limit."""
    names = [one for one in PLACES if not any(state in one for state in STATES)]
    rows: list[tuple[str, float, float, float]] = []
    with stage() as standing, phase("pages", len(names)) as shown:
        for done, name in enumerate(names, start=1):
            with standing.at(name, 390) as page:
                rows.append((name, *_weight(page), _first_byte_ms(page.url)))
            shown.reach(done)
    print("| page | kB | kB packed | first byte, ms |\n|---|---|---|---|")
    for name, plain, packed, soon in rows:
        print(f"| {name} | {plain:.1f} | {packed:.1f} | {soon:.1f} |")
    over = [row for row in rows if row[2] > WEIGHT_KB_MAX or row[3] > FIRST_BYTE_MS_MAX]
    return 1 if over else 0


def _weight(page: Page) -> tuple[float, float]:
    """Load a page anew and weigh all that came; gives kilobytes plain and packed."""
    asked: list[str] = []

    def keep(request: Request) -> None:
        if not request.url.startswith("data:"):
            asked.append(request.url)

    page.on("request", keep)
    page.goto(page.url, wait_until="load")
    bodies = [page.request.get(url).body() for url in dict.fromkeys(asked)]
    packed = [len(gzip.compress(body, 6)) for body in bodies]
    return sum(map(len, bodies)) / 1000, sum(packed) / 1000


def _first_byte_ms(url: str) -> float:
    """Ask for a page again and again over one connection; gives the median."""
    place = urlsplit(url)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    took: list[float] = []
    for _ in range(WARM + TIMES):
        started = time.perf_counter()
        connection.request("GET", f"{place.path}?{place.query}")
        answer = connection.getresponse()
        took.append((time.perf_counter() - started) * 1000)
        answer.read()
    connection.close()
    return statistics.median(took[WARM:])


if __name__ == "__main__":
    sys.exit(main())
