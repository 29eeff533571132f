"""Settings at a browser: what is said is shown before it is kept, and is what shoppers then get."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from retour.desk.people.roles import MemberRole
from retour.screens.staff import all as staff
from tests.doors.apps import app_of
from tests.doors.staff_story import Browser, member, somebody, words
from tests.support.fonts import woff2
from tests.support.pictures import encoded, gradient
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Answer, Client
    from tests.support.pg import Workspace

LOGO = encoded(gradient(300, 100), "JPEG")
LINKS = {
    "imprint": "https://lamps.example/imprint",
    "privacy": "https://lamps.example/privacy",
    "contact": "mailto:desk@lamps.example",
}


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


@pytest_asyncio.fixture
async def admin(app: Litestar, house: House, workspace: Workspace) -> Browser:
    """An admin at a browser."""
    return await member(app, house, workspace.id, MemberRole.ADMIN, email=somebody())


async def upload(browser: Browser, address: str, act: str, field: str, body: bytes) -> Answer:
    """Send a file by the form of a page, as browsers do."""
    shown = (await browser.open(address)).body.decode()
    mark = shown.split('name="form" value="')[1].split('"')[0]
    parts = [("form", b"", mark.encode()), ("act", b"", act.encode())]
    parts.append((field, b'; filename="it"', body))
    made = b"".join(
        b'--edge\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        % (name.encode(), more, value)
        for name, more, value in parts
    )
    kind = {"content-type": "multipart/form-data; boundary=edge"}
    return await browser.ask("POST", address, made + b"--edge--\r\n", kind)


async def test_a_brand_is_seen_before_it_is_kept(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/brand"
    before = await shop.ask("GET", "/brand")
    fields = {"color": "#FFE100", "corners": "round", "font": "system", "sender": "Lamps & Mugs"}

    tried = await admin.press(at, act="try", **fields, **LINKS)
    assert tried.status == 200
    said = words(tried)
    assert "This is a preview" in said, said
    assert "Lamps & Mugs" in said, said
    assert "Links on light pages use a darker shade" in said, said
    style = tried.body.decode().split('href="' + at + "/preview.css")[1].split('"')[0]
    sheet = await admin.open(at + "/preview.css" + style.replace("&amp;", "&"))
    assert sheet.headers["content-type"].startswith("text/css")
    assert ".brand-pane {" in sheet.body.decode()
    assert "#FFE100" in sheet.body.decode()
    assert await shop.ask("GET", "/brand") == before, "only shown"

    kept = await admin.press(at, act="save", **fields, **LINKS)
    assert kept.status == 303
    assert "The brand is saved" in words(await admin.follow(kept))
    now = await shop.ask("GET", "/brand")
    assert now["color"] == "#FFE100"
    assert now["corners"] == "round"
    assert now["sender"] == "Lamps & Mugs"
    assert now["links"] == LINKS


async def test_what_cannot_be_a_brand_is_said_at_its_field(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/brand"
    wrong = {"color": "teal", "sender": "x" * 65, "imprint": "lamps", "font": "own"}
    answer = await admin.press(at, act="save", **wrong)
    assert answer.status == 422
    page = answer.body.decode()
    for field in ("color", "sender", "font"):
        assert f'id="{field}-wrong"' in page, field
    assert 'value="teal"' in page, "what was typed stands there still"
    again = await admin.press(at, act="save", color="#0F766E", imprint="lamps", sender="<b>")
    assert again.status == 422
    for field in ("sender", "imprint"):
        assert f'id="{field}-wrong"' in again.body.decode(), field
    assert (await shop.ask("GET", "/brand"))["color"] is None


@pytest.mark.parametrize("asked", ["?color=red;}body{display:none", "?corners=x&font=own", ""])
async def test_a_preview_style_says_nothing_but_tokens(
    shop: Client, admin: Browser, asked: str
) -> None:
    sheet = await admin.open(f"/w/{shop.workspace}/settings/brand/preview.css{asked}")
    assert sheet.status == 200
    assert sheet.body == b""


async def test_logo_and_font_are_put_and_removed(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/brand"
    refused = await upload(admin, at, "logo", "logo", b"no picture")
    assert refused.status == 422
    assert 'id="logo-wrong"' in refused.body.decode()
    assert (
        await upload(admin, at, "logo", "logo", encoded(gradient(300, 100), "JPEG"))
    ).status == 303
    logo = (await shop.ask("GET", "/brand"))["logo"]
    assert logo is not None
    assert logo.rpartition("/")[2] in (await admin.open(at)).body.decode()

    refused = await upload(admin, at, "font", "file", b"no font")
    assert refused.status == 422
    assert 'id="file-wrong"' in refused.body.decode()
    assert (await upload(admin, at, "font", "file", woff2())).status == 303
    await admin.press(at, act="save", corners="soft", font="own")
    assert (await shop.ask("GET", "/brand"))["font"] == "own"

    for what in ("font", "logo"):
        removed = await admin.press(at, act=f"remove_{what}")
        there = removed.headers["location"]
        assert f"Put the {what} back" in words(await admin.open(there))
        was = there.split("was=")[1].split("&")[0]
        back = {"act": "back", "what": what, "was": was, "used": "own"}
        assert (await admin.press(at, **{**back, "was": "0" * 64})).status == 404
        assert "as it was" in words(await admin.follow(await admin.press(at, **back)))
        assert f"Put the {what} back" not in words(await admin.open(there)), "it is there"
    told = await shop.ask("GET", "/brand")
    assert (told["font"], bool(told["logo"])) == ("own", True), told
    await admin.press(at, act="remove_font")
    await admin.press(at, act="remove_logo")
    bare = await shop.ask("GET", "/brand")
    assert (bare["font"], bare["own_font"], bare["logo"]) == ("system", None, None)
    nothing = await admin.press(at, act="logo")
    assert nothing.status == 422
    assert "Choose a file first." in words(nothing)


async def test_pages_that_may_frame_the_portal_are_origins(shop: Client, admin: Browser) -> None:
    at = f"/w/{shop.workspace}/settings/brand"
    typed = "https://shop.example\nhttps://Shop.example/path"
    refused = await admin.press(at, act="hosts", hosts=typed)
    assert refused.status == 422
    assert "Not so: https://Shop.example/path" in words(refused)
    assert typed in refused.body.decode().replace("&#10;", "\n")
    saved = await admin.press(at, act="hosts", hosts="https://shop.example\r\n\r\n")
    assert saved.status == 303
    assert (await shop.ask("GET", "/widget"))["hosts"] == ["https://shop.example"]
    many = await admin.press(
        at, act="hosts", hosts="\n".join(f"https://s{n}.example" for n in range(21))
    )
    assert "20 are the most" in words(many)


async def test_who_may_only_read_settings_gets_no_button(
    app: Litestar, house: House, shop: Client, workspace: Workspace
) -> None:
    agent = await member(app, house, workspace.id, MemberRole.AGENT, email=somebody())
    at = f"/w/{shop.workspace}/settings/brand"
    shown = await agent.open(at)
    assert shown.status == 200
    assert 'value="save"' not in shown.body.decode()
    refused = await agent.press(at, act="save", color="#000000")
    assert refused.status == 403
    assert (await shop.ask("GET", "/brand"))["color"] is None


# ---------------------------------------------------------------- mails


async def _turned_on(shop: Client, admin: Browser) -> str:
    """Turn on the mails in two languages; gives the page of the English one on approval."""
    at = f"/w/{shop.workspace}/settings/mails"
    assert "Customers are told nothing yet" in words(await admin.open(at))
    assert (await admin.press(at)).status == 422, "no language is ticked"
    assert (await admin.press(at, languages=["en", "de"])).status == 303
    page = (await admin.open(at)).body.decode()
    found = re.search(r'href="([^"]+)" aria-label="Return authorized, English"', page)
    assert found is not None
    assert "Return authorized, German" in page
    return found[1]


async def test_a_mail_is_seen_in_a_frame_before_it_is_kept(shop: Client, admin: Browser) -> None:
    at = await _turned_on(shop, admin)
    page = await admin.open(at)
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    admin.is_strict = False  # A mail is no page of ours.
    kept = await admin.open(f"{at}/shown")
    assert kept.headers["content-security-policy"].startswith("default-src 'none'")
    assert "sandbox" in kept.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in kept.headers["content-security-policy"]

    draft = {"form": _mark(page), "subject": "Hello {{ customer.name }}", "body": "Print it <now>."}
    tried = await admin.send(f"{at}/shown", {**draft, "part": "html"})
    assert tried.status == 200
    assert "Print it" in tried.body.decode()
    assert "@media not all" in tried.body.decode(), "light, whatever the screen of who writes"
    dark = (await admin.send(f"{at}/shown", {**draft, "part": "html", "dark": "1"})).body.decode()
    assert "@media all" in dark
    assert "prefers-color-scheme: dark" not in dark
    text = await admin.send(f"{at}/shown", {**draft, "part": "text"})
    assert text.headers["content-type"].startswith("text/plain")
    assert text.body.decode().startswith("Hello ")
    template = f"/notification-templates/{at.rpartition('/')[2]}"
    assert (await shop.ask("GET", template))["body"] is None, "only shown"

    broken = await admin.send(f"{at}/shown", {**draft, "body": "{% if %}"})
    assert broken.status == 422
    assert "line 1" in words(broken)


async def test_own_words_are_kept_checked_and_taken_back(shop: Client, admin: Browser) -> None:
    at = await _turned_on(shop, admin)
    template = f"/notification-templates/{at.rpartition('/')[2]}"
    wrong = await admin.press(at, body="Dear\n{{ custmer.name }}", active="1", version="1")
    assert wrong.status == 422
    assert "line 2, column" in words(wrong)
    assert 'id="body-wrong"' in wrong.body.decode()
    saved = await admin.press(at, subject="Yes", body="Go on", active="1", version="1")
    assert saved.status == 303
    said = await shop.ask("GET", template)
    assert (said["subject"], said["body"], said["version"]) == ("Yes", "Go on", 2)

    stale = await admin.press(at, subject="No", body="Stop", active="1", version="1")
    assert stale.status == 422
    assert "Somebody saved this template" in words(stale)
    assert "What differs" in words(stale)
    assert "Stop" in stale.body.decode(), "what was typed is not lost"
    assert (await shop.ask("GET", template))["body"] == "Go on"

    await admin.press(at, act="restore")
    said = await shop.ask("GET", template)
    assert (said["subject"], said["body"], said["active"]) == (None, None, True)
    await admin.press(at, version="3")
    assert (await shop.ask("GET", template))["active"] is False


async def test_a_mail_is_sent_of_the_return_that_is_named(shop: Client, admin: Browser) -> None:
    at = await _turned_on(shop, admin)
    unnamed = await admin.press(at, act="send", of="")
    assert unnamed.status == 422
    assert 'id="of-wrong"' in unnamed.body.decode()
    unknown = await admin.press(at, act="send", of="ret_nowhere")
    assert unknown.status == 422
    await shop.ask("PUT", "/orders/7001", order_body(9))
    line = {"line": "1", "quantity": 1, "reason": "Torn"}
    made = await shop.ask("POST", "/returns", {"order_number": "7001", "lines": [line]})
    sent = await admin.press(at, act="send", of=made["id"])
    assert "It is on its way." in words(await admin.follow(sent))
    shown = await admin.open(f"{at}/shown?of={made['id']}&part=text")
    assert "7001" in shown.body.decode()
    deliveries = (await shop.ask("GET", "/deliveries"))["data"]
    assert [one["type"] for one in deliveries].count("return.authorized") == 1


def _mark(answer: Answer) -> str:
    """Give the hidden mark of a page's forms."""
    return answer.body.decode().split('name="form" value="')[1].split('"')[0]


async def test_a_configuration_is_compared_and_then_brought_in(
    shop: Client, admin: Browser
) -> None:
    at = f"/w/{shop.workspace}/settings/configuration"
    text = "policies: {default: {window_days: 45}}\nrouting: {fallback: nowhere}\n"
    told = words(await admin.press(at, act="compare", text=text))
    before = await shop.ask("GET", "/policies/default")
    done = words(await upload(admin, at, "bring", "file", text.encode()))
    after = await shop.ask("GET", "/policies/default")
    wrong = await admin.press(at, act="bring", text="policies: {default: {window_days: x}}")
    file = await admin.open(f"{at}/file")

    assert ("Policies in force: default changed window_days" in told, "2 changes" in told) == (
        True,
        True,
    ), told
    assert (before["window_days"], after["window_days"]) == (30, 45)
    assert "1 was refused; 1 was brought in" in done, done
    assert "There is no facility 'nowhere'" in done, done
    assert (wrong.status, "/policies/default/window_days" in words(wrong)) == (422, True)
    assert file.headers["content-disposition"].endswith(f'"{shop.workspace}.yaml"')
    assert "window_days: 45" in file.body.decode()


async def test_an_account_at_stripe_is_kept_tried_and_forgotten(
    shop: Client, admin: Browser
) -> None:
    at = f"/w/{shop.workspace}/settings/payment"
    key, secret = "sk_test_4eC39HqLyjWDarjtT1zdp7dc", "whsec_abc"
    without = await admin.press(at, name="Stripe")
    live = await admin.press(at, name="Stripe", api_key="sk_live_1")
    odd = await admin.press(at, name="Stripe", api_key=key, webhook_secret="abc")
    kept = await admin.follow(
        await admin.press(at, name="Stripe EU", api_key=key, webhook_secret=secret)
    )
    again = await admin.follow(await admin.press(at, name="Stripe DE"))
    (account,) = (await shop.ask("GET", "/payment-accounts"))["data"]
    unsure = await admin.press(at, act="forget", named="Stripe EU")
    gone = words(await admin.follow(await admin.press(at, act="forget", named="Stripe DE")))

    assert [one.status for one in (without, live, odd)] == [422] * 3
    assert "needs its key. Stripe shows it" in words(without)
    assert "Give the test key" in words(live)
    assert "begins with whsec_" in words(odd)
    assert ("Stripe EU is kept" in words(kept), "signed" in words(kept)) == (True, True)
    assert key not in (live.body + odd.body + kept.body).decode(), "a key is typed again"
    assert "A test key is kept" in words(again)
    assert (account["name"], account["webhook_secrets"]) == ("Stripe DE", 1), "what is empty stays"
    assert (unsure.status, "No refund is under way" in words(unsure)) == (422, True)
    assert "The account is forgotten" in gone
    assert (await shop.ask("GET", "/payment-accounts"))["data"] == []
