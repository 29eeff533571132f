"""A merchant's brand by the API, and what shoppers' pages and others' pages make of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from retour.api.app import build
from retour.screens import brand, widget, withdraw
from retour.screens.portal import journey
from tests.doors.client import Answer, Client, call, client
from tests.doors.test_notifications import delivered, text_of
from tests.support.fonts import TEXT, directory, woff2
from tests.support.pages import flaws
from tests.support.pictures import encoded, gradient
from tests.support.told import ask_return, put_order

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

FONT = {"content-type": "font/woff2"}
LINKS = {"imprint": "https://lamps.example/i?a=1&b=2", "contact": "mailto:desk@lamps.example"}
NOBODY = "ws_0000000000001"


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with the pages that have a brand."""
    pages = (*journey.routes(house), *withdraw.routes(house), *brand.routes(house))
    return build(house, extra=[*pages, *widget.routes(house)])


@pytest_asyncio.fixture
async def shop(app: Litestar, workspace: Workspace) -> Client:
    """A shop that has not said how it looks."""
    return client(app, workspace)


async def page(shop: Client, address: str, **headers: str) -> Answer:
    """Open a page of the shop's."""
    parts = urlsplit(address)
    return await call(shop.app, "GET", parts.path, headers=headers, query=parts.query)


def path_of(address: str) -> str:
    return urlsplit(address).path


def text(answer: Answer) -> str:
    return answer.body.decode()


def policy(answer: Answer) -> dict[str, str]:
    """Read a page's content security policy by its directives."""
    said = answer.headers["content-security-policy"].split(";")
    return {name: value for name, _, value in (one.strip().partition(" ") for one in said)}


async def test_pages_look_like_us_until_something_is_said(shop: Client) -> None:
    said = await shop.ask("GET", "/brand")
    shown = await page(shop, f"/p/{shop.workspace}")

    assert (said["color"], said["style"], said["tokens"], said["verdict"]) == (None, None, None, [])
    assert text(shown).count('rel="stylesheet"') == 1
    assert policy(shown)["frame-ancestors"] == "'none'"


async def test_pages_look_like_the_merchant(shop: Client) -> None:
    picture, png = encoded(gradient(64, 32), "PNG"), {"content-type": "image/png"}
    await shop.call("PUT", "/paper-settings/logo", picture, png)
    said = await shop.ask("PUT", "/brand", {"color": "#ffd400", "links": LINKS})
    home = f"/p/{shop.workspace}"
    for address in (home, f"{home}/withdraw"):
        shown = await page(shop, f"{address}?lang=de")
        assert flaws(text(shown)) == []
        assert path_of(said["style"]) in text(shown)
        assert f'<img class="logo" src="{path_of(said["logo"])}"' in text(shown)
        assert '<a href="https://lamps.example/i?a=1&amp;b=2"' in text(shown)
        assert ">Impressum</a>" in text(shown)
        assert ">Kontakt</a>" in text(shown)
        assert "Datenschutz" not in text(shown)

    style = await page(shop, said["style"])
    logo = await page(shop, said["logo"])

    assert style.headers["content-type"].startswith("text/css")
    assert "--brand: light-dark(#FFD400, #FFD400);" in text(style)
    assert "--on-brand: light-dark(#1C1C1A, #1C1C1A);" in text(style)
    assert "immutable" in style.headers["cache-control"]
    assert logo.headers["content-type"] == "image/jpeg"
    assert said["verdict"][0]["words"].startswith("Your colour is fine for buttons")


async def test_a_style_is_known_by_what_it_says(shop: Client) -> None:
    first = await shop.ask("PUT", "/brand", {"color": "#ffd400"})
    tag = (await page(shop, first["style"])).headers["etag"]
    again = await page(shop, first["style"], **{"if-none-match": tag})
    second = await shop.ask("PUT", "/brand", {"color": "#102a5c"})

    assert again.status == 304
    assert first["style"] != second["style"]
    assert (await page(shop, first["style"])).status == 404
    assert (await page(shop, second["style"])).status == 200
    back = await shop.ask("PUT", "/brand", {"color": "#FFD400"})
    assert back["style"] == first["style"], "the same look, the same address"


async def test_a_preview_keeps_nothing(shop: Client) -> None:
    seen = await shop.ask("POST", "/brand/preview", {"color": "#7fe7c4", "corners": "sharp"})

    assert seen["tokens"]["light"]["ground"] == "#7FE7C4"
    assert seen["tokens"]["light"]["on_ground"] == "#1C1C1A"
    assert (await page(shop, seen["style"])).status == 404
    assert (await shop.ask("GET", "/brand"))["color"] is None


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"color": "teal"}, "/color"),
        ({"color": "#fff"}, "/color"),
        ({"color": "#ffffff;}body{display:none"}, "/color"),
        ({"corners": "oval"}, "/corners"),
        ({"links": {"imprint": "javascript:alert(1)"}}, "/links/imprint"),
        ({"sender": "A\r\nBcc: x@example.com"}, "/sender"),
        ({"logo": "https://elsewhere.example/x.png"}, "/logo"),
    ],
)
async def test_what_no_brand_can_be(shop: Client, said: dict[str, Any], pointer: str) -> None:
    for method, where in (("PUT", "/brand"), ("POST", "/brand/preview")):
        answer = await shop.call(method, where, said)
        assert answer.status == 422
        assert answer.json["errors"][0]["pointer"] == pointer


async def test_a_font_of_its_own(shop: Client) -> None:
    put = (await shop.call("PUT", "/brand/font", woff2(), FONT)).json
    asked = await shop.ask("PUT", "/brand", {"font": "own"})
    font = await page(shop, put["own_font"])
    style = await page(shop, asked["style"])
    shown = await page(shop, f"/p/{shop.workspace}")
    none = await shop.ask("DELETE", "/brand/font")

    assert put["style"] is None, "a font that no brand asks for changes no page"
    assert (font.status, font.headers["content-type"]) == (200, "font/woff2")
    name = re.search(r'url\("([^"]+)"\)', text(style))
    assert name is not None
    assert put["own_font"].endswith(f"/brand/{name[1]}")
    assert policy(shown)["font-src"] == "'self'"
    assert (none["font"], none["own_font"], none["style"]) == ("system", None, None)
    assert (await page(shop, put["own_font"])).status == 200, "pages opened before still have it"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no WOFF2"),
        (b"wOFF" + woff2()[4:], "no WOFF2"),
        (woff2()[:-1], "sizes"),
        (woff2(packed=b"\x00" * 200_000), "are the most"),
        (woff2(flavour=b"ttcf"), "one font"),
        (woff2(tables=0), "one font"),
        (woff2(unpacked=2**31), "sizes"),
        (woff2(private_at=2048, private=4), "sizes"),
        (woff2(listed=directory(size=b"\xbf\xff\x7f")), "sizes"),
        (woff2(listed=directory((*TEXT[:-1], 10))), "tables"),
        (woff2(listed=directory((*TEXT[:-1], 36))), "tables"),
        (woff2(listed=directory(size=b"\x80\x01")), "tables"),
        (woff2(listed=directory(size=b"\xff" * 6)), "tables"),
        (woff2(listed=b"", packed=b"\x3f"), "tables"),
        (woff2(packed=b"\x0b" * 64, length=162)[:162], "sizes"),
    ],
)
async def test_what_is_no_font(shop: Client, body: bytes, words: str) -> None:
    answer = await shop.call("PUT", "/brand/font", body, FONT)

    assert answer.status == 422
    assert words in answer.json["errors"][0]["detail"]
    assert (await shop.ask("GET", "/brand"))["own_font"] is None


async def test_what_is_nobodys_is_not_there(shop: Client) -> None:
    said = await shop.ask("PUT", "/brand", {"color": "#ffd400"})
    name = said["style"].rpartition("/")[2]
    home = f"/p/{shop.workspace}/brand"

    for address in (
        f"/p/{NOBODY}/brand/{name}",
        f"/p/x/brand/{name}",
        f"{home}/x.css",
        f"{home}/{'0' * 64}.woff2",
        f"{home}/{'0' * 64}.jpg",
        f"{home}/..%2f{name}",
    ):
        assert (await page(shop, address)).status == 404, address


async def test_only_named_pages_may_frame_ours(shop: Client) -> None:
    hosts = ["https://lamps.example", "http://localhost:8080"]
    said = await shop.ask("PUT", "/widget", {"hosts": [*hosts, hosts[0]]})
    home = f"/p/{shop.workspace}"

    assert said["hosts"] == hosts
    for address in (home, f"{home}/withdraw"):
        shown = await page(shop, address)
        assert policy(shown)["frame-ancestors"] == " ".join(hosts)
        assert policy(shown)["style-src"] == "'self'"
    assert policy(await page(shop, "/p/nowhere"))["frame-ancestors"] == "'none'"


@pytest.mark.parametrize(
    "host",
    [
        "*",
        "https://*.example",
        "https://lamps.example/",
        "https://lamps.example/shop",
        "http://lamps.example",
        "https://LAMPS.example",
        "'self'; script-src *",
        "https://lamps.example;",
        "https://lamps.example https://x.example",
    ],
)
async def test_a_host_is_an_origin(shop: Client, host: str) -> None:
    answer = await shop.call("PUT", "/widget", {"hosts": [host]})

    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "/hosts/0"


async def test_the_widgets_script(shop: Client) -> None:
    await shop.ask("PUT", "/widget", {"hosts": ["https://lamps.example"]})
    label = {"entry": "</script><b>leave", "confirm": "yes"}
    await shop.ask("PUT", "/withdrawal-settings", {"labels": {"en": label}})
    script = await page(shop, f"/widget.js?workspace={shop.workspace}")
    tag = script.headers["etag"]
    nobodys = await page(shop, "/widget.js?workspace=x")

    assert script.headers["content-type"].startswith("text/javascript")
    assert len(script.body) <= 30_000
    assert '"hosts":["https://lamps.example"]' in text(script)
    assert "\\u003c/script>\\u003cb>leave" in text(script)
    assert "</script" not in text(script)
    for forbidden in ("innerHTML", "eval(", "Function(", "cookie =", "localStorage", ".style."):
        assert forbidden not in text(script)
    assert (
        await page(shop, f"/widget.js?workspace={shop.workspace}", **{"if-none-match": tag})
    ).status == 304
    assert "const shop = null;" in text(nobodys)


async def test_the_snippet_is_a_link_without_scripts(shop: Client) -> None:
    snippet = (await shop.ask("GET", "/widget"))["snippet"]

    home = f"/p/{shop.workspace}"
    assert re.search(rf'<returns-widget><a href="[^"]*{home}">', snippet)
    assert f"/widget.js?workspace={shop.workspace}" in snippet


async def test_mails_are_the_merchants(shop: Client, house: House, workspace: Workspace) -> None:
    """Sent as they are shown before: sender, colours, one button, where to withdraw."""
    links = {"imprint": "https://lamps.example/i"}
    said = {"color": "#102a5c", "sender": "Lamps & Mugs", "links": links, "corners": "sharp"}
    await shop.ask("PUT", "/brand", said)
    made = await shop.ask("POST", "/notification-templates/defaults", {"languages": ["de"]})
    one = next(one for one in made["templates"] if one["event"] == "return_requested")
    seen = await shop.ask("POST", f"/notification-templates/{one['id']}/preview", {})
    await put_order(house, workspace.id, "A1")
    await ask_return(house, workspace.id, "A1")

    (mail,) = await delivered(house, workspace)

    body = mail.get_body(("html",))
    assert body is not None
    assert mail["From"].addresses[0].display_name == "Lamps & Mugs"
    assert mail["From"].addresses[0].addr_spec == "returns@example.com"
    withdraw = f"/p/{shop.workspace}/withdraw?lang=de"
    for page in (seen["html"], body.get_content()):
        assert page.count('class="action"') == 1
        assert 'bgcolor="#102A5C"' in page
        assert "border-radius:2px" in page
        assert ">Retoure verfolgen</a>" in page
        assert withdraw in page
        assert '<a href="https://lamps.example/i">Impressum</a>' in page
    for words in (seen["text"], text_of(mail)):
        assert "Vertrag widerrufen: " in words
        assert withdraw in words


async def test_who_offers_no_withdrawal_names_none(
    shop: Client, house: House, workspace: Workspace
) -> None:
    await shop.ask("PUT", "/withdrawal-settings", {"who": "off"})
    await shop.ask("POST", "/notification-templates/defaults", {})
    await put_order(house, workspace.id, "A1")
    await ask_return(house, workspace.id, "A1")

    (mail,) = await delivered(house, workspace)

    body = mail.get_body(("html",))
    assert body is not None
    assert "withdraw" not in body.get_content()
    assert "withdraw" not in text_of(mail)
