"""The ring's own eyes: each complaint it promises is made when there is reason to."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import DESK, HEIGHT, PHONE, Auditor, Opener
from tests.support.browser_shop import Shop

POLICY = "default-src 'none'; style-src 'self'; img-src http://localhost:1"
WRONG = {
    "style": "<p style='color:red'>red</p>",
    "script": "<script>document.title='x'</script>",
    "elsewhere": "<img alt='' src='http://localhost:1/x.png'>",
    "forbidden": "<img alt='' src='/x.png'>",
}
_SMALL = (
    "<button style='all:unset;display:inline-block;width:9px;height:9px' aria-label=x></button>"
)
_AT_NIGHT = "@media (prefers-color-scheme: dark) and (min-width: 1000px)"
PLANTED = {
    "label (critical)": "<input type=text>",
    "target-size (serious)": _SMALL + _SMALL,
    "color-contrast (serious)": (
        f"<style>{_AT_NIGHT} {{ #night {{ color: #333; background: #222 }} }}</style>"
        "<p id=night>Read me</p>"
    ),
    "px too wide": f"<style>{_AT_NIGHT} {{ #far {{ width: 1400px }} }}</style><p id=far>Far</p>",
}
"""What is wrong, and where it is: the last two on a desk in the dark alone."""


class Pages(BaseHTTPRequestHandler):
    """Answers each path with what is wrong by that name."""

    def do_GET(self) -> None:
        """Answer one request."""
        wrong = WRONG.get(self.path.strip("/"), "")
        body = f"<!doctype html><html lang=en><title>x</title><main><h1>x</h1>{wrong}</main>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-security-policy", POLICY)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """A site that does what no page of ours may do."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("script", [True, False])
def test_what_no_page_may_do_is_seen(
    browser: Browser, elsewhere: str, wrong: str, *, script: bool
) -> None:
    opener = Opener(browser=browser, base=elsewhere)
    opener(f"/{wrong}", script=script).wait_for_load_state()

    if (wrong, script) == ("script", False):
        opener.close()  # Where scripts are off none is run, and none complains.
        return
    with pytest.raises(AssertionError):
        opener.close()


def test_a_page_that_is_in_order_is_left_in_peace(browser: Browser, elsewhere: str) -> None:
    opener = Opener(browser=browser, base=elsewhere)
    opener("/fine")
    opener.watched.expect_no_complaints()
    opener.close()


def test_flaws_are_found_with_and_without_scripts(
    auditor: Auditor, opened: Opener, shop: Shop
) -> None:
    for script in (True, False):
        page = opened(shop.portal(), script=script)
        auditor.expect_no_flaws(page)
        page.set_content(page.content().replace("<label", "<span").replace("</label", "</span"))
        assert [one for one in auditor.flaws(page) if one.startswith("label ")]


@pytest.mark.parametrize("flaw", PLANTED)
def test_what_is_planted_is_found(auditor: Auditor, opened: Opener, shop: Shop, flaw: str) -> None:
    page = opened(shop.portal(), width=PHONE, script=False, bypass_csp=True)
    page.set_content(page.content().replace("</main>", f"{PLANTED[flaw]}</main>"))
    by_day = any(flaw in one for one in auditor.flaws(page))
    page.set_viewport_size({"width": DESK, "height": HEIGHT})
    at_night = [flaw in one for one in auditor.flaws(page, "dark")]
    assert (by_day, at_night) == (_AT_NIGHT not in PLANTED[flaw], [True])


def test_a_page_too_wide_is_found(auditor: Auditor, opened: Opener, shop: Shop) -> None:
    page = opened(shop.portal(), width=PHONE)
    _widen(page)
    with pytest.raises(AssertionError, match="too wide"):
        auditor.expect_no_flaws(page)


def _widen(page: Page) -> None:
    page.evaluate("document.querySelector('main').style.width = '400px'")
