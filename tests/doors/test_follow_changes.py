"""What shoppers change on their return's own page before it is sent, and what it promises."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest_asyncio
from babel.dates import format_date

from retour.api.app import build
from retour.dialects.portal.languages import TRACKING
from retour.dialects.withdrawal.words import fill
from retour.screens import follow
from tests.doors.client import Answer, Client, call, client
from tests.doors.control_story import processed_return
from tests.doors.portal_walk import on, page, policy_of, press, text
from tests.support.pages import flaws
from tests.support.pictures import encoded, gradient
from tests.support.running import order_body

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.support.pg import Workspace

MORE = TRACKING["en"]


@pytest_asyncio.fixture
async def shop(house: House, workspace: Workspace) -> Client:
    return client(build(house, extra=follow.routes(house)), workspace)


async def asked(shop: Client, **more: object) -> dict[str, Any]:
    """Ask for two pieces of one line and one of another; gives the return with its page."""
    await shop.ask("PUT", "/orders/0042", order_body(2, 1))
    reason = {"code": "too_small", "text": "Too small", "localized": {"de": "Zu klein"}}
    lines = [
        {"line": "1", "quantity": 2, "reasons": [reason], "comment": "the sleeves"},
        {"line": "2", "quantity": 1, "reason": "Broken"},
    ]
    ret = await shop.ask("POST", "/returns", {"order_number": "0042", "lines": lines, **more})
    link = await shop.ask("POST", f"/returns/{ret['id']}/shopper-link", {})
    return {**ret, "page": f"/follow/{link['token']}"}


def form(ret: dict[str, Any], act: str) -> str:
    """Give the address of one of the page's forms."""
    return f"{ret['page']}/{act}?lang=en"


async def seen(shop: Client, ret: dict[str, Any]) -> Answer:
    """Open the page; machines find their way on it."""
    answer = await page(shop, f"{ret['page']}?lang=en")
    assert flaws(text(answer)) == []
    return answer


async def now(shop: Client, ret: dict[str, Any]) -> dict[str, Any]:
    """Read the return as the shop sees it."""
    answer: dict[str, Any] = await shop.ask("GET", f"/returns/{ret['id']}")
    return answer


async def test_fewer_come_back_for_the_same_reasons(shop: Client) -> None:
    """Once approved, only less is the shopper's to ask for, and for no other reason."""
    ret = await asked(shop)
    ret |= await shop.ask("POST", f"/returns/{ret['id']}/authorize", {})
    fields = {"version": ret["version"], "line_0": "1", "line_1": "0"}
    back = await on(shop, form(ret, "change"), fields)
    late = await press(shop, form(ret, "change"), {**fields, "line_0": "2"})

    (line,) = (await now(shop, ret))["lines"]
    assert (line["line"], line["quantity"], line["comment"]) == ("1", 1, "the sleeves")
    assert line["reasons"] == [{"code": "too_small", "text": "Too small", "comment": None}]
    assert MORE.changed in text(await page(shop, back))
    assert late.status == 422, "somebody else has changed it meanwhile"


async def test_none_of_anything_ends_the_return(shop: Client) -> None:
    ret = await asked(shop)
    await on(shop, form(ret, "change"), {"version": ret["version"], "line_0": 0, "line_1": "0"})

    assert (await now(shop, ret))["status"] == "canceled"
    assert MORE.ask_again in text(await seen(shop, ret))


async def test_another_way_is_chosen_and_the_parcel_handed_in(shop: Client) -> None:
    await policy_of(shop, approval="auto", label="auto", methods=["label", "drop_off"])
    ret = await asked(shop, method="label")
    coming = await seen(shop, ret)
    back = await on(shop, form(ret, "method"), {"method": "drop_off"})
    none = await press(shop, form(ret, "dropped"), {"place": " ", "receipt": ""})
    await on(shop, form(ret, "dropped"), {"place": "Parcel shop", "receipt": "77"})

    view = await now(shop, ret)
    assert coming.headers["refresh"], "a carrier makes the label, and the page looks again"
    assert MORE.label_coming in text(coming)
    assert MORE.method_changed in text(await page(shop, back))
    assert view["method"] == "drop_off"
    assert none.status == 422
    assert MORE.dropped_none in text(none)
    (proof,) = view["drop_offs"]
    assert (proof["place"], proof["receipt_number"]) == ("Parcel shop", "77")


async def test_who_brings_goods_reads_when_it_is_open(shop: Client) -> None:
    """By the week and for now, by the clock of the place; whoever sends them needs none of it."""
    hours = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-23:59")
    place = {"name": "Main", "kind": "store", "hours": hours}
    await shop.ask("PUT", "/facilities/main", place)
    await policy_of(shop, approval="auto", methods=["virtual", "own"])
    ret = await asked(shop, method="virtual")
    always = text(await seen(shop, ret))
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    await shop.ask("PUT", "/facilities/main", {**place, "zone": "UTC", "holidays": [
        str(tomorrow - timedelta(days=2) + timedelta(days=n)) for n in range(3)
    ]})  # fmt: skip
    closed = text(await seen(shop, ret))
    opening = (await shop.ask("GET", "/facilities/main"))["opening"]
    await on(shop, form(ret, "method"), {"method": "own"})
    sent = text(await seen(shop, ret))

    assert "<dt>Mon – Sun</dt><dd>00:00–23:59</dd>" in always
    assert "Closed now" not in always
    opens = tomorrow + timedelta(days=1)
    written = format_date(opens, "full", locale="en")
    assert fill(MORE.open_from, day=written, time="00:00") in closed
    assert opening == {"now": False, "until": f"{opens}T00:00:00Z"}
    assert "<dt>Mon – Sun</dt>" not in sent
    assert MORE.get_label not in always + sent, "nobody makes a label for goods that are carried"


async def test_only_who_waits_for_a_label_is_shown_the_page_again(shop: Client) -> None:
    ret = await asked(shop)

    assert "refresh" not in (await seen(shop, ret)).headers


async def test_what_is_promised_has_a_day_and_what_is_late_is_said(shop: Client) -> None:
    await policy_of(shop, deadlines={"review_days": 2, "ship_days": 7})
    ret = await asked(shop)
    promised = text(await seen(shop, ret))
    await shop.ask("POST", "/clock", {"advance": "P4D"})
    await shop.ask("POST", f"/returns/{ret['id']}/authorize", {})
    to_ship = text(await seen(shop, ret))

    assert re.search(r"The shop answers by \w+day, ", promised)
    assert re.search(r"Hand the parcel in by \w+day, ", to_ship)
    assert MORE.pack_title in to_ship
    assert "data:image/svg+xml" in to_ship
    assert re.search(r'class="bars"><img src="data:[^"]+" alt=""><figcaption>R\d+<', to_ship)
    saved = await page(shop, f"{ret['page']}/code.png")
    assert f'href="{ret["page"]}/code.png?lang=en"' in to_ship
    assert (saved.headers["content-type"], saved.body[:4]) == ("image/png", b"\x89PNG")
    assert re.fullmatch(r'attachment; filename="R\d+\.png"', saved.headers["content-disposition"])
    assert (await page(shop, "/follow/x/code.png")).status == 404
    await shop.ask("PUT", "/brand", {"color": "#0F766E"})
    said = {saved.body}
    for language in ("en", "de"):
        said.add((await page(shop, f"{ret['page']}/code.png?lang={language}")).body)
    assert len(said) == len("abc"), "in the brand's colour, and the reader's words"


async def photo(shop: Client, ret: dict[str, Any], **of: str) -> str:
    """Attach a photo as whoever judges does."""
    sent = encoded(gradient(40 + len(of), 30), "JPEG")
    taken = await shop.call("POST", "/photos", sent, {"content-type": "image/jpeg"})
    name: str = taken.json["id"]
    await shop.ask("POST", f"/returns/{ret['id']}/attach_photo", {"photo": name, **of})
    return name


async def test_photos_show_what_was_found_and_nothing_else(shop: Client) -> None:
    await policy_of(shop, shopper={"rejected_options": ["send_back", "donate"]})
    ret = await asked(shop)
    base, one = f"/returns/{ret['id']}", {"line": "2", "quantity": 1}
    await shop.ask("POST", f"{base}/authorize", {})
    await shop.ask("POST", f"{base}/receive", {"units": [{"line": "1", "quantity": 2}, one]})
    judged = [
        {"line": "1", "quantity": 2, "acceptance": "accepted"},
        {**one, "acceptance": "rejected", "reason": "Worn"},
    ]
    kept = await shop.ask("POST", f"{base}/inspect", {"units": judged})
    unit = kept["lines"][1]["units"][0]["id"]
    await shop.ask("POST", f"{base}/finish_receipt", {})
    found = [await photo(shop, ret, unit=unit), await photo(shop, ret, line="2")]
    others = [await photo(shop, ret, line="1"), await photo(shop, ret)]
    shown = text(await seen(shop, ret))
    pictures = [await page(shop, f"{ret['page']}/photos/{one}?size=thumb") for one in found]
    hidden = [await page(shop, f"{ret['page']}/photos/{one}") for one in others]
    reply = {"version": 1, "text": "Item 2: it was like that"}
    await on(shop, form(ret, "comment"), reply)
    await on(shop, form(ret, "choose"), {"choice": "donate"})
    chosen = text(await seen(shop, ret))

    assert [one.status for one in pictures] == [200, 200]
    assert {one.headers["content-type"] for one in pictures} == {"image/jpeg"}
    assert [one.status for one in hidden] == [404, 404]
    assert all(f"/photos/{one}?size=thumb" in shown for one in found)
    assert not any(one in shown for one in others)
    assert MORE.reply in shown
    assert MORE.fates["choose"] in shown
    assert MORE.fates["donate"] in chosen
    assert MORE.fates["choose"] not in chosen


async def test_goods_refused_are_shown_with_what_was_found(shop: Client) -> None:
    ret = await asked(shop)
    base = f"/returns/{ret['id']}"
    await shop.ask("POST", f"{base}/authorize", {})
    await shop.ask("POST", f"{base}/receive", {"units": [{"line": "2", "quantity": 1}]})
    judged = {
        "line": "2",
        "quantity": 1,
        "acceptance": "rejected",
        "grade": "D",
        "reason": "Worn outside",
    }
    await shop.ask("POST", f"{base}/inspect", {"units": [judged]})
    shown = text(await seen(shop, ret))

    assert "Grade D: Broken or soiled. It cannot be sold any more." in shown
    assert "Worn outside" in shown
    await shop.ask("PUT", "/grades/D", {"name": {"en": "Gone", "de": "Hin"}})
    german = text(await page(shop, f"{ret['page']}?lang=de"))
    assert "Zustand D: Hin. Der Artikel kann nicht mehr verkauft werden." in german
    assert MORE.fates["shop"] in shown


async def test_what_is_late_has_a_new_day_that_is_to_come(shop: Client) -> None:
    """As many days more as the policy gave, as often as it takes; never a day that is over."""
    await policy_of(shop, deadlines={"review_days": 2})
    ret = await asked(shop)
    days: list[tuple[date, date, date]] = []
    for pause in ("P3D", "P1D", "P9D"):
        clock = await shop.ask("POST", "/clock", {"advance": pause})
        view = (await call(shop.app, "GET", f"/v1/shopper/{ret['page'].split('/')[2]}")).json
        (late,) = view["promises"]
        assert late["missed"]
        until, renewed = (last_day(late[name]) for name in ("until", "renewed"))
        days.append((until, renewed, local(clock["now"])))
    shown = text(await seen(shop, ret))
    await shop.ask("POST", f"/returns/{ret['id']}/authorize", {})
    told = text(await seen(shop, ret))

    assert all(now <= renewed <= now + timedelta(days=1) for _, renewed, now in days)
    assert all((renewed - until).days in (2, 4, 12) for until, renewed, _ in days)
    assert re.search(r"We are sorry: the shop has been told, and sees to it by \w+day, ", shown)
    assert "We are sorry" not in told


def local(text: str) -> date:
    """Read the day that it is for the shop."""
    return datetime.fromisoformat(text).astimezone(ZoneInfo("Europe/Berlin")).date()


def last_day(text: str) -> date:
    """Read the last day before a period ends."""
    return local((datetime.fromisoformat(text) - timedelta(seconds=1)).isoformat())


async def test_who_sent_nothing_in_time_is_led_on(shop: Client) -> None:
    ret = await asked(shop)
    await shop.ask("POST", f"/returns/{ret['id']}/cancel", {"reason": "expired"})
    shown = text(await seen(shop, ret))

    assert MORE.expired in shown
    assert MORE.ask_again in shown
    assert f'action="{form(ret, "comment")}"' in shown


async def test_what_is_paid_in_parts_is_told_part_by_part(shop: Client) -> None:
    ret_id = await processed_return(shop, "0077")
    base = f"/returns/{ret_id}"
    link = await shop.ask("POST", f"{base}/shopper-link", {})
    ret = {"page": f"/follow/{link['token']}"}
    await shop.ask("POST", f"{base}/propose_settlement", {"credit": "4.00"})
    promised = await shop.ask("POST", f"{base}/confirm_settlement", {})
    to_come = text(await seen(shop, ret))
    legs = {one["kind"]: one for one in promised["settlement"]["legs"]}
    elsewhere = {"leg": legs["refund"]["id"], "to": "external"}
    await shop.ask("POST", f"{base}/redirect_leg", elsewhere)
    await shop.ask("POST", f"{base}/start_refund", {})
    done = {"leg": legs["refund"]["id"], "outcome": "succeeded", "reference": "SEPA-1"}
    await shop.ask("POST", f"{base}/record_refund_outcome", done)
    view = (await call(shop.app, "GET", f"/v1/shopper/{link['token']}")).json["refund"]
    shown = text(await seen(shop, ret))

    assert MORE.partly not in to_come
    assert (view["paid"], view["to_come"]) == ("6.00", "4.00")
    said = {(one["kind"], one["amount"], one["status"]) for one in view["legs"]}
    assert said == {("refund", "6.00", "paid"), ("store_credit", "4.00", "under_way")}
    assert MORE.partly in shown
    assert "€6.00 · Money back" in shown
    assert re.search(r"paid on \w+day, ", shown)
