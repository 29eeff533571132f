"""The widget on a shop's own page: under a strict policy, with cookies and storage out of reach."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser_shop import Shop
from tests.support.hostile_words import HOSTILE

_NO_STORAGE = """
for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
  Object.defineProperty(window, name, { get() { throw new Error(`${name} is out of reach`); } });
Object.defineProperty(document, "cookie", {
  get() { throw new Error("cookies are out of reach"); }, set() { throw new Error("no cookies"); },
});
"""
_POLICY = (
    "default-src 'none'; script-src {base}; frame-src {frames}; base-uri 'none';"
    " form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


@dataclass(kw_only=True)
class Host:
    """A shop's page elsewhere: what is on it, and under which policy."""

    origin: str
    pages: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    def page(self, base: str, widget: str, script: str, *, frames: str | None = None) -> str:
        """Put the widget on a page of its own; gives the page's address."""
        path = f"/{len(self.pages)}"
        body = (
            '<!doctype html><html lang="en"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>Shop</title>'
            f'<link rel="icon" href="data:,"><script async src="{script}"></script>'
            f"<h1>Your orders</h1><main>{widget}</main></html>"
        )
        policy = _POLICY.format(base=base, frames=base if frames is None else frames)
        self.pages[path] = (body, f"{policy}; img-src data:")
        return self.origin + path


@contextmanager
def hosting() -> Generator[Host]:
    """Serve a shop's pages from an origin of their own."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, policy = host.pages.get(self.path, ("", ""))
            self.send_response(200 if body else 404)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.send_header("content-security-policy", policy)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    host = Host(origin=f"http://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    """A shop of another origin than ours."""
    with hosting() as made:
        yield made


@pytest.fixture
def visitor(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """A page without cookies and storage, and whatever it complains of."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    context.add_init_script(_NO_STORAGE)
    said: list[str] = []
    context.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    context.on("weberror", lambda one: said.append(str(one.error)))
    yield context.new_page(), said
    assert context.cookies() == []
    context.close()


def _script(shop: Shop) -> str:
    return f"{shop.base}/widget.js?workspace={shop.api.workspace}"


def _link(shop: Shop) -> str:
    return f'<a href="{shop.base}/p/{shop.api.workspace}">Return an item</a>'


def test_the_portal_opens_in_a_dialog(
    shop: Shop, host: Host, visitor: tuple[Page, list[str]]
) -> None:
    """By keyboard alone; closed it gives the focus back, and opened again it is where it was."""
    page, said = visitor
    shop.api.ask("PUT", "/widget", {"hosts": [host.origin]})
    number = shop.sold()
    widget = f'<returns-widget order="{number}" locale="de-AT">{_link(shop)}</returns-widget>'
    page.goto(host.page(shop.base, widget, _script(shop)))

    opener = page.get_by_role("button", name="Artikel zurückgeben")
    expect(opener).to_be_visible()
    expect(page.get_by_role("link", name="Return an item")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Artikel zurückgeben")
    expect(dialog).to_be_visible()
    portal = page.frame_locator("iframe")
    expect(portal.get_by_role("heading", level=1)).to_be_visible(timeout=20_000)
    expect(portal.locator("html")).to_have_attribute("lang", "de")
    expect(portal.locator(f'input[value="{number}"]')).to_be_visible()
    box = dialog.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 800), "a phone's whole screen"
    page.get_by_role("button", name="Schließen").press("Enter")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()
    opener.press("Enter")
    expect(portal.locator(f'input[value="{number}"]')).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert said == []


def test_on_a_page_that_is_not_named_it_is_a_link(
    shop: Shop, host: Host, visitor: tuple[Page, list[str]]
) -> None:
    page, said = visitor
    shop.api.ask("PUT", "/widget", {"hosts": ["https://elsewhere.example"]})
    widget = f'<returns-widget label="Send it back">{_link(shop)}</returns-widget>'
    page.goto(host.page(shop.base, widget, _script(shop)))

    page.get_by_role("link", name="Send it back").click()
    page.wait_for_url(f"{shop.base}/p/{shop.api.workspace}?lang=en")
    assert said == []


def test_where_frames_are_forbidden_it_goes_there(
    shop: Shop, host: Host, visitor: tuple[Page, list[str]]
) -> None:
    """The shop's own policy may know nothing of us; the browser says so, and the page follows."""
    page, _ = visitor
    shop.api.ask("PUT", "/widget", {"hosts": [host.origin]})
    widget = f"<returns-widget>{_link(shop)}</returns-widget>"
    page.goto(host.page(shop.base, widget, _script(shop), frames="'none'"))

    page.get_by_role("button", name="Return an item").click()
    page.wait_for_url(f"{shop.base}/p/{shop.api.workspace}?lang=en")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.startswith(shop.base)


def test_without_the_script_it_is_a_link(
    shop: Shop, host: Host, visitor: tuple[Page, list[str]]
) -> None:
    page, said = visitor
    widget = f"<returns-widget>{_link(shop)}</returns-widget>"
    page.goto(host.page(shop.base, widget, f"{shop.base}/widget.js"))

    expect(page.get_by_role("link", name="Return an item")).to_be_visible()
    assert said == []


def test_consumers_withdraw_in_it_too(
    shop: Shop, host: Host, visitor: tuple[Page, list[str]]
) -> None:
    page, said = visitor
    shop.api.ask("PUT", "/widget", {"hosts": [host.origin]})
    page.goto(
        host.page(shop.base, '<returns-widget page="withdraw"></returns-widget>', _script(shop))
    )

    page.get_by_role("button", name="withdraw from contract here").click()

    portal = page.frame_locator("iframe")
    expect(portal.locator('input[type="email"]')).to_be_visible(timeout=20_000)
    assert said == []


def test_nobody_else_frames_the_portal(
    shop: Shop, host: Host, visitor: tuple[Page, list[str]]
) -> None:
    """Whatever a page's own policy lets it do, ours is heard."""
    page, said = visitor
    shop.api.ask("PUT", "/widget", {"hosts": ["https://elsewhere.example"]})
    frame = f'<iframe src="{shop.base}/p/{shop.api.workspace}" title="x"></iframe>'
    page.goto(host.page(shop.base, frame, f"{shop.base}/widget.js"))

    expect(page.get_by_role("heading", name="Your orders")).to_be_visible()
    page.wait_for_function("() => document.readyState === 'complete'")
    assert any("frame-ancestors" in one for one in said)
    assert page.frame_locator("iframe").get_by_role("heading").count() == 0


def test_what_a_page_says_of_the_order_stays_words(
    shop: Shop, host: Host, visitor: tuple[Page, list[str]]
) -> None:
    """A shop's page may put there what its own visitors wrote."""
    page, said = visitor
    shop.api.ask("PUT", "/widget", {"hosts": [host.origin]})
    word = HOSTILE["ending"]
    told = escape(word, quote=True)
    widget = f'<returns-widget order="{told}" locale="{told}">{_link(shop)}</returns-widget>'
    page.goto(host.page(shop.base, widget, _script(shop)))
    page.locator("returns-widget").get_by_role("button").first.click()
    number = page.frame_locator("iframe").locator("#number")
    expect(number).to_have_value(word)
    assert said == []
