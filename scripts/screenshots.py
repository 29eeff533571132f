"""Takes pictures of every page and state, narrow and wide, light and dark, and lays them out.

``scripts/screenshots.py`` takes all of them into ``build/screenshots``; words name some, such as
``portal`` or ``"withdraw 3"``.  The places are a table in ``tests/support/browser_places.py``.
"""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path
from typing import Final

from progress import phase

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # The tests' browser is this one's too.

from playwright.sync_api import Page  # noqa: E402 - as above

from tests.support.browser_places import PLACES, PRINTED  # noqa: E402 - as above
from tests.support.browser_stage import Stage, stage  # noqa: E402 - as above

FOLDER: Final = ROOT / "build" / "screenshots"
WIDTHS: Final = (390, 1280)
SCHEMES: Final = ("light", "dark")
PAPER: Final = 794
"""An A4 page's width in CSS pixels."""


def main(words: list[str]) -> int:
    """Take the pictures of the places that ``words`` name, or of all."""
    names = [one for one in PLACES if not words or any(word in one for word in words)]
    if not names:
        print(f"No place is called {' or '.join(words)}. There are: {', '.join(PLACES)}.")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = 0
    with stage() as standing, phase("pictures", len(names)) as shown:
        for done, name in enumerate(names, start=1):
            failed += not _take(name, standing)
            shown.reach(done)
    (FOLDER / "index.html").write_text(_index(), encoding="utf-8")
    print(f"{len(names) - failed} places: {FOLDER / 'index.html'}")
    return 1 if failed else 0


def _take(name: str, standing: Stage) -> bool:
    """Go to a place once and look at it in every way; says whether it could be reached."""
    try:
        with standing.at(name, WIDTHS[0]) as page:
            _look(page, name)
    except Exception as error:  # noqa: BLE001 - the other places are taken all the same
        print(f"{name}: {error}", file=sys.stderr)
        return False
    return True


def _look(page: Page, name: str) -> None:
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            _shoot(page, f"{stem}.{width}.{scheme}")
    if name in PRINTED:
        page.set_viewport_size({"width": PAPER, "height": 1123})
        page.emulate_media(media="print", color_scheme="light")
        _shoot(page, f"{stem}.{PAPER}.print")


def _shoot(page: Page, name: str) -> None:
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)


def _index() -> str:
    """Lay out all pictures that are there."""
    rows: list[str] = []
    for name in PLACES:
        stem = re.sub(r"[^a-z0-9]+", "-", name.lower())
        seen = sorted(FOLDER.glob(f"{stem}.*.png"))
        pictures = "".join(
            f'<a href="{one.name}"><img src="{one.name}" alt="{one.name}" loading="lazy"></a>'
            for one in seen
        )
        rows.append(f"<h2>{html.escape(name)}</h2><div>{pictures}</div>" if seen else "")
    style = (
        "body{font:15px system-ui;margin:24px;background:#888}h2{color:#fff}"
        "div{display:flex;gap:16px;align-items:start}img{max-width:420px;max-height:900px}"
    )
    head = f"<title>Every page and state</title><style>{style}</style>"
    return f"<!doctype html><html lang=en><meta charset=utf-8>{head}{''.join(rows)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
