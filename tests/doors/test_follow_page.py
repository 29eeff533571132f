"""What shoppers do on their return's own page: each form once, as far as the table allows."""

from __future__ import annotations

import asyncio
import html
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from retour.dialects.portal.languages import FOLLOWING
from retour.lifecycle.model import ParcelStatus, ReturnStatus, WorkflowStep
from retour.policy.shopper import RejectedChoice
from retour.screens import follow
from tests.doors.apps import app_of
from tests.doors.client import Answer, Client, call, client
from tests.support.ordering import order_body
from tests.support.pages import flaws
from tests.support.pictures import encoded, gradient

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

FORM = {"content-type": "application/x-www-form-urlencoded"}
NASTY = "<img src=x onerror=alert(1)> {{7*7}}"


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with the page."""
    return app_of(house, follow.routes)


@pytest_asyncio.fixture
async def shop(app: Litestar, workspace: Workspace) -> Client:
    """A shop."""
    return client(app, workspace)


async def asked(shop: Client, number: str = "0042") -> dict[str, Any]:
    """Ask for a return of one piece; gives it with the path of its page."""
    await shop.ask("PUT", f"/orders/{number}", order_body(2, 1))
    line = {"line": "1", "quantity": 1, "reason": "Too small"}
    ret = await shop.ask("POST", "/returns", {"order_number": number, "lines": [line]})
    link = await shop.ask("POST", f"/returns/{ret['id']}/shopper-link", {})
    return {**ret, "page": f"/follow/{link['token']}"}


async def page(shop: Client, ret: dict[str, Any], query: str = "lang=en") -> Answer:
    """Open the page."""
    return await call(shop.app, "GET", ret["page"], query=query)


async def press(shop: Client, ret: dict[str, Any], act: str, **fields: object) -> Answer:
    """Press the button of one of its forms."""
    body = urlencode(fields).encode()
    return await call(shop.app, "POST", f"{ret['page']}/{act}", body, FORM, query="lang=en")


def text(answer: Answer) -> str:
    """Give what a page says."""
    return html.unescape(answer.body.decode())


async def read(shop: Client, ret: dict[str, Any]) -> dict[str, Any]:
    """Read the return as the shop sees it."""
    answer: dict[str, Any] = await shop.ask("GET", f"/returns/{ret['id']}")
    return answer


async def test_everything_is_kept_after_all(shop: Client) -> None:
    ret = await asked(shop)
    assert FOLLOWING["en"].cancel in text(await page(shop, ret))

    answers = await asyncio.gather(*(press(shop, ret, "cancel", version=1) for _ in range(3)))

    assert {one.status for one in answers} == {303}
    assert (await read(shop, ret))["status"] == "canceled"
    shown = text(await page(shop, ret))
    assert FOLLOWING["en"].nexts["canceled"] in shown
    assert FOLLOWING["en"].cancel not in shown


async def test_what_is_too_late_is_said_beside_how_it_stands(shop: Client) -> None:
    ret = await asked(shop)
    await press(shop, ret, "cancel", version=1)

    answer = await press(shop, ret, "cancel", version=9)

    assert answer.status == 422
    assert FOLLOWING["en"].not_now in text(answer)
    assert FOLLOWING["en"].nexts["canceled"] in text(answer)


async def test_a_message_is_with_the_shop_once(shop: Client) -> None:
    ret = await asked(shop)
    assert FOLLOWING["en"].send in text(await page(shop, ret))

    answers = [await press(shop, ret, "comment", version=1, text=NASTY) for _ in range(2)]
    other = await press(shop, ret, "comment", version=1, text="And one more thing")

    assert [one.status for one in (*answers, other)] == [303] * 3
    path, _, query = other.headers["location"].partition("?")
    assert FOLLOWING["en"].sent in text(await call(shop.app, "GET", path, query=query))
    kept = (await shop.ask("GET", f"/returns/{ret['id']}/messages"))["data"]
    assert sorted(one["text"] for one in kept) == sorted(["And one more thing", NASTY])


@pytest.mark.parametrize("act", ["comment", "choose"])
async def test_a_form_that_says_nothing_changes_nothing(shop: Client, act: str) -> None:
    ret = await asked(shop)

    answer = await press(shop, ret, act, version=1, text="  ", choice="eat_them")

    assert answer.status == 422
    assert (await read(shop, ret))["version"] == ret["version"]


async def test_a_label_is_asked_for(shop: Client) -> None:
    ret = await asked(shop)
    await shop.ask("POST", f"/returns/{ret['id']}/authorize", {})

    answer = await press(shop, ret, "label", version=2)

    assert answer.status == 303
    assert len((await read(shop, ret))["parcels"]) == 1
    assert FOLLOWING["en"].parcel_statuses["requested"] in text(await page(shop, ret))


def png(width: int, height: int) -> bytes:
    """Take a picture."""
    return encoded(gradient(width, height), "PNG")


def upload(line: str, *files: bytes) -> tuple[bytes, dict[str, str]]:
    """Write a form with files as browsers do."""
    parts = [b'--x\r\ncontent-disposition: form-data; name="line"\r\n\r\n' + line.encode()]
    parts += [
        b'--x\r\ncontent-disposition: form-data; name="photo"; filename="a.png"\r\n'
        b"content-type: image/png\r\n\r\n" + file
        for file in files
    ]
    body = b"\r\n".join(parts) + b"\r\n--x--\r\n"
    return body, {"content-type": "multipart/form-data; boundary=x"}


async def send_photos(shop: Client, ret: dict[str, Any], *files: bytes, line: str = "1") -> Answer:
    """Send photos of an item."""
    body, headers = upload(line, *files)
    path = f"{ret['page']}/photos"
    return await call(shop.app, "POST", path, body, headers, query="lang=en")


async def test_photos_that_the_policy_asks_for_let_it_approve(shop: Client) -> None:
    rules = [{"id": "seen", "then": {"photos_required": 2}}]
    await shop.ask("PUT", "/policies/default", {"approval": "auto", "rules": rules})
    ret = await asked(shop)
    words = FOLLOWING["en"]
    assert "The shop asks for 2 more of this item." in text(await page(shop, ret))

    one, other = png(64, 48), png(48, 64)
    answers = [await send_photos(shop, ret, one, other), await send_photos(shop, ret, one)]

    assert [answer.status for answer in answers] == [303, 303]
    body, headers = upload("1", one)
    bent = body.replace(b"\r\n\r\n1\r\n", b"\r\n\r\n\xff\r\n")
    unread = await call(shop.app, "POST", f"{ret['page']}/photos", bent, headers)
    assert (unread.status < 500, body == bent) == (True, False), "what no browser sends"
    path, _, query = answers[0].headers["location"].partition("?")
    assert words.photos_sent in text(await call(shop.app, "GET", path, query=query))
    kept = await read(shop, ret)
    assert kept["status"] == "authorized"
    assert len(kept["photos"]) == 2
    assert "Photos: 2" in text(await page(shop, ret))


async def test_what_is_no_photo_is_said_in_words(shop: Client) -> None:
    ret = await asked(shop)

    bad = await send_photos(shop, ret, b"<svg onload=alert(1)>")
    none = await send_photos(shop, ret)
    foreign = await send_photos(shop, ret, png(64, 48), line="99")

    assert [one.status for one in (bad, none, foreign)] == [422] * 3
    assert FOLLOWING["en"].photo_bad in text(bad)
    assert FOLLOWING["en"].not_now in text(foreign)
    assert (await read(shop, ret))["version"] == ret["version"]
    assert (await send_photos(shop, {"page": "/follow/x"}, png(64, 48))).status == 404


async def test_no_other_word_is_a_command(shop: Client) -> None:
    ret = await asked(shop)

    assert (await press(shop, ret, "authorize")).status == 404
    assert (await press(shop, {"page": "/follow/x"}, "cancel")).status == 404
    assert (await read(shop, ret))["version"] == ret["version"]


@pytest.mark.parametrize("language", sorted(FOLLOWING))
async def test_every_language_says_everything(shop: Client, language: str) -> None:
    words = FOLLOWING[language]
    assert set(words.statuses) == set(words.nexts) == {one.value for one in ReturnStatus}
    assert set(words.steps) == {one.value for one in WorkflowStep}
    assert set(words.parcel_statuses) == {one.value for one in ParcelStatus}
    assert set(words.choices) == {one.value for one in RejectedChoice}

    shown = text(await page(shop, await asked(shop), f"lang={language}"))

    assert f'<html lang="{language}"' in shown
    assert words.nexts["requested"] in shown
    assert words.steps["refund"] in shown


async def test_machines_find_their_way_on_the_page(shop: Client) -> None:
    """As it is first shown, as it complains, once it is over, and where it leads nowhere."""
    ret = await asked(shop)
    answers = [await page(shop, ret), await press(shop, ret, "comment", version=1, text="")]
    await press(shop, ret, "cancel", version=1)
    answers += [await page(shop, ret), await page(shop, {"page": "/follow/x"})]

    assert {text(one): flaws(text(one)) for one in answers if flaws(text(one))} == {}
