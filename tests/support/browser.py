"""Chromium, watched: what a page logs, fetches and breaks is a complaint; what it says is audited.

The browser is Debian's own, found on the path; where there is none it is installed.  A page is
opened with or without scripts.  Audits are axe's, made in a page of their own that is handed the
same bytes under the same headers, so that pages without scripts are audited as well.  It keeps
them for the next look: our scripts and styles ask for width and scheme again when these change.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    Route,
    sync_playwright,
)

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL: Final = ("apt-get", "install", "-y", "--no-install-recommends", "chromium")
GRAVE: Final = ("serious", "critical")
PHONE, TABLET, DESK = 320, 768, 1280
HEIGHT: Final = 900
Scheme = Literal["light", "dark"]
_NETWORKS = count(1)
_RUN: Final = "asked => axe.run(asked).then(found => found.violations)"
_ASKED: Final[dict[str, object]] = {
    "reporter": "no-passes",  # Words and selectors of what is in order cost more than the look.
    "selectors": False,
    "preload": False,
    "rules": {"target-size": {"enabled": True}},  # Of WCAG 2.2, and left out unless asked for.
}


def chromium() -> str:
    """Find Chromium, or install it.

    Raises:
        RuntimeError: There is none, and it could not be installed.
    """
    return _found() or _installed()


def _found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _installed() -> str:
    """Install Debian's package, as root or as who may become root without being asked."""
    first = [] if os.geteuid() == 0 else ["sudo", "-n"]
    said = ""
    for command in (["apt-get", "update"], list(INSTALL)):
        try:
            done = subprocess.run(
                [*first, *command], capture_output=True, text=True, check=False, timeout=600
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
            break
        said = done.stderr
    if (path := _found()) is not None:
        return path
    raise RuntimeError(
        "These tests drive a real browser, and there is no Chromium here and none could be"
        f" installed. Install it: sudo {' '.join(INSTALL)}  (or put {' or '.join(NAMES)} on the"
        f" path), then repeat. What was said: {said[-500:]}"
    )


@contextmanager
def browsing() -> Generator[Browser]:
    """Run Chromium for as long as the block lasts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass(kw_only=True)
class Watched:
    """What pages did that no page of ours may do."""

    base: str
    complaints: list[str] = field(default_factory=list[str])
    opened: set[str] = field(default_factory=set[str])

    def watch(self, context: BrowserContext) -> None:
        """Listen to everything that happens in a context."""
        context.on("console", self._logged)
        context.on("request", self._asked)
        context.on("weberror", lambda one: self.complaints.append(f"error: {one.error}"))
        context.on("requestfailed", self._failed)
        context.on("dialog", self._asked_aloud)

    def _logged(self, said: ConsoleMessage) -> None:
        """Keep errors and warnings; a page that is itself answered 4xx is logged, and is none."""
        place = str(said.location.get("url", ""))
        is_answer = said.text.startswith("Failed to load resource: the server responded")
        if said.type in ("error", "warning") and not (is_answer and place in self.opened):
            self.complaints.append(f"console {said.type}: {said.text} ({place})")

    def _asked(self, request: Request) -> None:
        if request.is_navigation_request():
            self.opened.add(request.url)
        place = urlsplit(request.url)
        if place.scheme in ("data", "blob", "about"):
            return
        if f"{place.scheme}://{place.netloc}" != self.base:
            self.complaints.append(f"fetched elsewhere: {request.url}")

    def _asked_aloud(self, dialog: Dialog) -> None:
        self.complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _failed(self, request: Request) -> None:
        if "csp" in (request.failure or ""):
            self.complaints.append(f"forbidden by the page's own policy: {request.url}")

    def expect_no_complaints(self) -> None:
        """Fail where there were complaints since this was last asked."""
        made, self.complaints = self.complaints, []
        assert not made, "\n".join(made)


@dataclass(kw_only=True)
class Opener:
    """Opens pages, each in a context of its own and from a network of its own."""

    browser: Browser
    base: str
    contexts: list[BrowserContext] = field(default_factory=list[BrowserContext])
    watched: Watched = field(init=False)

    def __post_init__(self) -> None:
        self.watched = Watched(base=self.base)

    def __call__(
        self,
        path: str = "",
        *,
        width: int = DESK,
        script: bool = True,
        scheme: Scheme = "light",
        **more: Any,  # noqa: ANN401 - Playwright's own
    ) -> Page:
        """Open a page, at an address of ours if one is given."""
        context = self.browser.new_context(
            base_url=self.base,
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=script,
            color_scheme=scheme,
            extra_http_headers=_from_a_network(),
            **more,
        )
        context.set_default_timeout(20_000)
        self.watched.watch(context)
        self.contexts.append(context)
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    def again(self, page: Page, width: int) -> Page:
        """Hand a page on to somebody nobody knows; one without scripts keeps nothing but cookies.

        A new page is a new process of Chromium: half a second of a core for each.
        """
        page.context.clear_cookies()
        page.context.set_extra_http_headers(_from_a_network())
        page.set_viewport_size({"width": width, "height": HEIGHT})
        return page

    def close(self) -> None:
        """Close everything, and fail where a page did what it may not."""
        for context in self.contexts:
            context.close()
        self.watched.expect_no_complaints()


def _from_a_network() -> dict[str, str]:
    """Who asks often waits in line, by network; tests are not one impatient shopper."""
    network = next(_NETWORKS)
    return {"x-forwarded-for": f"10.{network >> 8}.{network & 255}.1"}


class Auditor:
    """Runs axe over pages, each look only once."""

    def __init__(self, browser: Browser) -> None:
        # Colours that are still on their way to others are nobody's.
        self._context = browser.new_context(reduced_motion="reduce")
        self._page = self._context.new_page()
        self._shown = ("", "")
        self._found: dict[tuple[str, int, Scheme], list[str]] = {}

    def expect_no_flaws(self, page: Page, scheme: Scheme = "light") -> None:
        """Fail where axe finds anything serious or critical, or the page scrolls sideways."""
        # A click answers before the page that it leads to is there.
        page.locator("html[lang] body *").first.wait_for(state="attached")
        where = f"{page.url} at {_width(page)} px, {scheme}"
        flaws = self.flaws(page, scheme) or _too_wide(page)
        assert not flaws, f"{where}:\n" + "\n".join(flaws)

    def flaws(self, page: Page, scheme: Scheme = "light") -> list[str]:
        """List what axe finds grave, and what is too wide with scripts and in this scheme."""
        look = (page.content(), _width(page), scheme)
        if look not in self._found:
            self._found[look] = self._look(page.url.partition("#")[0], *look)
        return self._found[look]

    def _look(self, url: str, html: str, width: int, scheme: Scheme) -> list[str]:
        self._page.set_viewport_size({"width": width, "height": HEIGHT})
        self._page.emulate_media(color_scheme=scheme)
        if (url, html) != self._shown:
            self._shown = ("", "")
            self._show(url, html)
            self._shown = (url, html)
        found: Sequence[dict[str, Any]] = self._page.evaluate(_RUN, _ASKED)
        flaws = [
            f"{one['id']} ({one['impact']}): {one['help']}\n    "
            + "\n    ".join(str(node["html"])[:300] for node in one["nodes"])
            for one in found
            if one["impact"] in GRAVE
        ]
        return [*flaws, *_too_wide(self._page)]

    def _show(self, url: str, html: str) -> None:
        """Put the same bytes at the same address, whatever was posted to get them."""

        def answer(route: Route) -> None:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

        self._page.route(url, answer)
        try:
            self._page.goto(url)
        finally:
            self._page.unroute(url)
        self._page.evaluate(f"{AXE_SCRIPT}; null")

    def close(self) -> None:
        """Close the page that audits are made in."""
        self._context.close()


def _width(page: Page) -> int:
    size = page.viewport_size
    assert size is not None
    return size["width"]


def _too_wide(page: Page) -> list[str]:
    overflow = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    return [f"{overflow} px too wide: {wide(page)}"] if overflow > 0 else []


def wide(page: Page) -> list[str]:
    """Name what sticks out of a page, to find it by."""
    return cast(
        "list[str]",
        page.evaluate(
            """() => [...document.body.querySelectorAll("*")]
            .filter(one => one.getBoundingClientRect().right > innerWidth + 0.5)
            .map(one => one.outerHTML.slice(0, 120)).slice(0, 5)"""
        ),
    )
