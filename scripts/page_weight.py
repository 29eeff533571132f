"""Weighs pages as a browser fetches them, and measures how soon their first byte comes.

``scripts/page_weight.py`` prints a row per page: what travels (HTML, style sheets, pictures), the
same packed as a proxy in front packs it, and the median of the time to the first byte.  Words name
some places, such as ``follow``.  Times mean something on a machine that does nothing else.
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

from playwright.sync_api import Page  # noqa: E402 - as above

from tests.support.browser_places import PLACES  # noqa: E402 - as above
from tests.support.browser_stage import stage  # noqa: E402 - as above

TIMES: Final = 60
WARM: Final = 10
WEIGHT_KB_MAX: Final = 60
FIRST_BYTE_MS_MAX: Final = 50
STATES: Final = ("nothing", "wrong", "no ", "none", "mail", "nowhere")
"""Words in the names of places that a form's answer shows: asked for again, they are others."""
STAFF: Final = "staff"


def main(words: list[str]) -> int:
    """Measure each page of shoppers, or those that ``words`` name; says 1 where one is over."""
    names = [one for one in PLACES if not one.startswith(STAFF)]
    names = [one for one in names if not words or any(word in one for word in words)]
    rows: list[tuple[str, float, float, float | None]] = []
    with stage() as standing, phase("pages", len(names)) as shown:
        for done, name in enumerate(names, start=1):
            is_state = any(state in name for state in STATES)
            with standing.at(name, 390) as page:
                rows.append((name, *_weight(page), None if is_state else _first_byte_ms(page.url)))
            shown.reach(done)
    print("| page | kB | kB packed | first byte, ms |\n|---|---|---|---|")
    for name, plain, packed, soon in rows:
        print(f"| {name} | {plain:.1f} | {packed:.1f} | {'–' if soon is None else f'{soon:.1f}'} |")
    over = [row for row in rows if row[2] > WEIGHT_KB_MAX or (row[3] or 0) > FIRST_BYTE_MS_MAX]
    return 1 if over else 0


def _weight(page: Page) -> tuple[float, float]:
    """Weigh a page as it stands and all that it names; gives kilobytes plain and packed."""
    named: list[str] = page.evaluate(
        """[...document.querySelectorAll("link[rel=stylesheet], script[src], img[src]")]
           .map(one => one.href || one.src).filter(one => one.startsWith("http"))"""
    )
    bodies = [page.content().encode()]
    bodies += [page.request.get(url).body() for url in dict.fromkeys(named)]
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
    sys.exit(main(sys.argv[1:]))
