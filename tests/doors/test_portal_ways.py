"""The portal's other ways: several orders, gifts, goods instead, photos, use cases, a mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from retour.api.app import build
from retour.dialects.portal.languages import JOURNEY, LANGUAGES
from retour.screens import follow
from retour.screens.portal import journey
from tests.doors.client import Client, client
from tests.doors.portal_walk import (
    EMAIL,
    found,
    listed,
    on,
    page,
    policy_of,
    press,
    sold,
    start,
    text,
    upload,
)
from tests.support import pictures
from tests.support.pages import flaws

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

MORE = JOURNEY["en"]
VARIANTS = [
    {"sku": "SKU-1", "title": "M", "prices": {"EUR": "10.00"}},
    {"sku": "SHIRT-L", "title": "L", "prices": {"EUR": "12.50"}},
    {"sku": "SHIRT-XL", "title": "XL", "prices": {"EUR": "9.00"}},
]
ARTICLE = {"title": "Shirt", "variants": VARIANTS}


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    return build(house, extra=[*journey.routes(house), *follow.routes(house)])


@pytest_asyncio.fixture
async def shop(app: Litestar, workspace: Workspace) -> Client:
    """A shop with two orders of Ann's."""
    made = client(app, workspace)
    await sold(made, "0042")
    await sold(made, "0043")
    return made


def links(shown: str, step: str) -> list[str]:
    """Give where a page leads to at a step."""
    return re.findall(rf'href="([^"]*/{step}/[^"]*)"', shown)


async def both(shop: Client) -> str:
    """Put both orders into one basket; gives its items."""
    items = await found(shop)
    (add,) = links(text(await page(shop, items)), "add")
    return await on(shop, add, {"number": "0043", "proof": EMAIL})


async def whole(shop: Client, items: str, fields: dict[str, Any], **wish: str) -> str:
    """Go on from chosen items to what follows the wish, with one reason for all."""
    reasons = await on(shop, items, fields)
    wishes = await on(shop, reasons, {"reason_0": "too_small", "same": "1"})
    return await on(shop, wishes, {"outcome": "refund", **wish})


# ---------------------------------------------------------------- several orders


async def test_two_orders_are_two_returns_in_one_parcel_on_one_page(shop: Client) -> None:
    await policy_of(shop, approval="auto", label="auto")
    items = await both(shop)
    check = await whole(shop, items, {"quantity_0": 1, "quantity_1_0": 2})
    shown = text(await page(shop, check))
    last = await on(shop, check)

    second, first = await listed(shop)
    assert "Order 0042" in shown
    assert "Order 0043" in shown
    assert MORE.one_parcel in shown
    assert (first["order_number"], second["order_number"]) == ("0042", "0043")
    assert second["together_with"] == first["id"]
    assert [one["reasons"][0]["code"] for one in second["lines"]] == ["too_small"]
    (box,), (same,) = first["parcels"], second["parcels"]
    assert (same["id"], same["of"]) == (box["id"], first["id"])
    followed = text(await page(shop, last))
    assert first["rma_number"] in followed
    assert second["rma_number"] in followed


async def test_what_comes_to_both_is_summed(shop: Client) -> None:
    items = await both(shop)
    check = await whole(shop, items, {"quantity_0": 1, "quantity_1_0": 2})

    assert "€30.00" in text(await page(shop, check))


async def test_sent_twice_two_orders_are_two_returns(shop: Client) -> None:
    check = await whole(shop, await both(shop), {"quantity_0": 1, "quantity_1_0": 1})

    assert await on(shop, check) == await on(shop, check)
    assert len(await listed(shop)) == 2


async def test_what_cannot_travel_together_is_said(shop: Client) -> None:
    await sold(shop, "0044", customer={"email": "bob@example.com", "name": "Bob"})
    items = await found(shop)
    (add,) = links(text(await page(shop, items)), "add")
    other = await press(shop, add, {"number": "0044", "proof": "bob@example.com"})
    wrong = await press(shop, add, {"number": "0043", "proof": "bob@example.com"})

    assert MORE.apart["customer"] in text(other)
    assert LANGUAGES["en"].not_found in text(wrong)


async def test_no_more_orders_than_the_merchant_says(shop: Client) -> None:
    await shop.ask("PUT", "/portal-settings", {"orders": 1})
    items = await found(shop)

    assert links(text(await page(shop, items)), "add") == []


async def test_an_item_in_an_open_return_leads_there(shop: Client) -> None:
    await on(shop, await whole(shop, await found(shop), {"quantity_0": 2}))
    shown = text(await page(shop, await found(shop)))

    (address,) = re.findall(r'href="(/follow/[^"]*)"', shown)
    assert (await page(shop, address)).status == 200


# ---------------------------------------------------------------- where it goes

ADDRESS = {"street": "Dock Road 3", "postcode": "3011 AA", "city": "Rotterdam", "country": "NL"}


async def facility(shop: Client, code: str, **address: str) -> None:
    body = {"name": f"Returns {code}", "kind": "hub", "address": address}
    await shop.ask("PUT", f"/facilities/{code}", body)


async def to_wishes(shop: Client) -> str:
    reasons = await on(shop, await found(shop), {"quantity_0": 1})
    return await on(shop, reasons, {"reason_0": "too_small"})


async def test_without_methods_people_send_it_themselves_and_know_where(shop: Client) -> None:
    await policy_of(shop, approval="auto")
    await facility(shop, "main", **ADDRESS)
    wishes = await to_wishes(shop)
    shown = text(await page(shop, wishes))
    last = await on(shop, await on(shop, wishes, {"outcome": "refund", "method": "own"}))

    for said in (shown, text(await page(shop, last))):
        assert "Dock Road 3\n3011 AA Rotterdam\nNL" in said
    assert 'value="own" checked' in shown
    assert 'value="label"' not in shown
    assert (await listed(shop))[0]["method"] == "own"


async def test_where_a_label_is_given_at_once_that_is_the_usual_way(shop: Client) -> None:
    await policy_of(shop, approval="auto", label="auto")
    await facility(shop, "main", **ADDRESS)
    wishes = await to_wishes(shop)
    shown = text(await page(shop, wishes))
    last = await on(shop, await on(shop, wishes, {"outcome": "refund"}))

    assert 'value="label" checked' in shown
    assert "Dock Road 3" in shown
    assert "Dock Road 3" not in text(await page(shop, last)), "the label says it"
    assert (await press(shop, wishes, {"outcome": "refund", "method": "locker"})).status == 422


async def test_it_goes_where_the_policy_s_rule_sends_it(shop: Client) -> None:
    rules = [{"id": "north", "then": {"destination": "north"}}]
    await facility(shop, "main", **ADDRESS)
    await facility(shop, "north", **{**ADDRESS, "street": "North Quay 9"})
    await policy_of(shop, approval="auto", rules=rules)
    wishes = await to_wishes(shop)
    shown = text(await page(shop, wishes))
    last = await on(shop, await on(shop, wishes, {"outcome": "refund", "method": "own"}))

    for said in (shown, text(await page(shop, last))):
        assert "North Quay 9" in said
        assert "Dock Road 3" not in said


async def test_where_nobody_put_an_address_people_are_told_to_wait(shop: Client) -> None:
    await policy_of(shop, approval="auto", methods=["own"])
    wishes = await to_wishes(shop)
    shown = text(await page(shop, wishes))
    last = await on(shop, await on(shop, wishes, {"outcome": "refund"}))

    for said in (shown, text(await page(shop, last))):
        assert MORE.no_address in said


# ---------------------------------------------------------------- kept


async def test_what_may_be_kept_is_said_and_kept_with_a_button(shop: Client) -> None:
    await policy_of(shop, approval="auto", rules=[{"id": "cheap", "then": {"keep_item": True}}])
    wishes = await to_wishes(shop)
    check = await on(shop, wishes, {"outcome": "refund", "method": "own"})
    last = await on(shop, check)
    pages = [text(await page(shop, one)) for one in (wishes, check, last)]
    (address,) = re.findall(r'action="([^"]*/keep[^"]*)"', pages[-1])
    kept = await on(shop, address, {"version": "1"})
    (made,) = await listed(shop)

    assert all(MORE.keep in one for one in pages)
    assert made["lines"][0]["units"][0]["reception"] == "waived"
    assert MORE.keep_it not in text(await page(shop, kept))


async def test_where_a_rule_wants_it_back_nothing_is_said_of_keeping(shop: Client) -> None:
    rules = [{"id": "dear", "then": {"keep_item": False}}]
    await policy_of(shop, approval="auto", keep_item=True, rules=rules)
    wishes = await to_wishes(shop)
    check = await on(shop, wishes, {"outcome": "refund", "method": "own"})
    last = await on(shop, check)

    for address in (wishes, check, last):
        assert MORE.keep not in text(await page(shop, address))


# ---------------------------------------------------------------- gifts


async def gift(shop: Client, email: str = "ben@example.com") -> str:
    """Give back what was a gift; gives the last step."""
    items = await on(shop, start(shop), {"number": "0042", "proof": EMAIL, "gift": "1"})
    assert "€" not in text(await page(shop, items))
    return await whole(shop, items, {"quantity_0": 1, "gift_email": email})


async def test_a_gift_shows_no_price_and_is_its_recipient_s(shop: Client) -> None:
    check = await gift(shop)
    shown = text(await page(shop, check))
    last = await on(shop, check)

    (made,) = await listed(shop)
    assert made["gift"] is True
    assert "ben@example.com" in shown
    assert "€" not in shown
    assert "€" not in text(await page(shop, last))
    assert "/follow/" not in text(await page(shop, await found(shop))), "the buyer sees nothing"


async def test_a_gift_needs_an_address_of_its_own(shop: Client) -> None:
    items = await on(shop, start(shop), {"number": "0042", "proof": EMAIL, "gift": "1"})
    answer = await press(shop, items, {"quantity_0": 1, "gift_email": "ben"})

    assert answer.status == 422
    assert 'href="#gift_email"' in text(answer)


# ---------------------------------------------------------------- goods instead


async def exchanging(shop: Client) -> str:
    """Wish for other goods; gives the step that shows them."""
    await policy_of(shop, outcomes=["refund", "exchange"])
    await shop.ask("PUT", "/articles/shirt", ARTICLE)
    await shop.ask("PUT", "/sandbox/stock/items/SHIRT-L", {"on_hand": 3})
    return await whole(shop, await found(shop), {"quantity_0": 1}, outcome="exchange")


@pytest.mark.parametrize(
    ("sku", "said"),
    [
        ("SHIRT-L", "You pay the difference of €2.50"),
        ("SHIRT-XL", "You get back the difference of €1.00"),
        ("SKU-1", MORE.even),
    ],
)
async def test_other_goods_cost_what_is_said(shop: Client, sku: str, said: str) -> None:
    instead = await exchanging(shop)
    check = await on(shop, instead, {"instead_0": sku})
    shown = text(await page(shop, check))
    await on(shop, check)

    (made,) = await listed(shop)
    assert said in shown
    assert made["outcome"] == "exchange"
    assert [one["sku"] for one in made["goods"]] == [sku]


async def test_what_the_stock_has_is_said_now(shop: Client) -> None:
    instead = await exchanging(shop)
    shown = text(await page(shop, instead))
    nothing = await press(shop, instead, {"instead_0": "SOMETHING"})

    assert "3 in stock" in shown
    assert nothing.status == 422
    assert MORE.no_goods in text(nothing)
    await shop.ask("PUT", "/sandbox/stock/items/SHIRT-L", {"on_hand": 0})
    assert MORE.sold_out in text(await page(shop, instead))


async def test_another_price_than_was_shown_is_confirmed_anew(shop: Client) -> None:
    instead = await exchanging(shop)
    check = await on(shop, instead, {"instead_0": "SHIRT-L"})
    (action,) = re.findall(r'action="([^"]*)"', text(await page(shop, check)))
    dearer = [{**one, "prices": {"EUR": "19.00"}} for one in VARIANTS]
    await shop.ask("PUT", "/articles/shirt", {**ARTICLE, "variants": dearer})
    answer = await press(shop, action)

    assert answer.status == 422
    assert MORE.amount_changed in text(answer)
    assert await listed(shop) == []
    (again,) = re.findall(r'action="([^"]*)"', text(answer))
    await on(shop, again)
    assert len(await listed(shop)) == 1


# ---------------------------------------------------------------- methods, photos


async def test_a_way_to_send_says_what_it_costs_and_needs(shop: Client) -> None:
    fee = {"amounts": {"EUR": "4.00"}, "label": "Pick-up"}
    rules = [{"id": "pickup", "when": {"request": {"methods": ["pickup"]}}, "then": {"fee": fee}}]
    methods = ["drop_off", "pickup"]
    await policy_of(shop, rules=rules, methods=methods, consumer_law="off")
    reasons = await on(shop, await found(shop), {"quantity_0": 1})
    shown = text(await page(shop, await on(shop, reasons, {"reason_0": "other"})))

    assert "costs €4.00" in shown
    assert MORE.no_cost in shown
    assert MORE.needs["drop_off"] in shown
    assert "Paid once the items are checked, on " in shown


async def test_photos_that_are_asked_for_come_along(shop: Client) -> None:
    rules = [
        {"id": "show", "when": {"request": {"reasons": ["broken"]}}, "then": {"photos_required": 2}}
    ]
    await policy_of(shop, rules=rules)
    reasons = await on(shop, await found(shop), {"quantity_0": 1})
    other = await on(shop, reasons, {"reason_0": "other"})
    photos = await on(shop, reasons, {"reason_0": "broken"})
    jpegs = [pictures.encoded(pictures.gradient(32, 24 + n), "JPEG") for n in range(2)]
    one = await upload(shop, photos, {"photo_0": jpegs[0]})
    again = await upload(shop, one.headers["location"], {"photo_0": b"no photo at all"})
    (action,) = re.findall(r'action="([^"]*)"', text(again))
    wishes = await upload(shop, action, {"photo_0": jpegs[1]})
    assert wishes.status == 303, text(wishes)
    await on(shop, await on(shop, wishes.headers["location"], {"outcome": "refund"}))

    (made,) = await listed(shop)
    assert "/wishes/" in other
    assert "/photos/" in one.headers["location"]
    assert MORE.photo_bad in text(again)
    assert "1 of 2 added" in text(again)
    assert len(made["photos"]) == 2


# ---------------------------------------------------------------- ways in


CASES = {
    "use_cases": [
        {"id": "back", "label": {"en": "Send back", "de": "Zurück"}, "outcome": "return"},
        {
            "id": "care",
            "label": {"en": "How to wash"},
            "outcome": "page",
            "url": "https://shop.example/care",
        },
        {"id": "help", "label": {"en": "Something else"}, "outcome": "question"},
        {
            "id": "parts",
            "under": "help",
            "label": {"en": "A part is missing"},
            "outcome": "message",
            "to": "parts@example.com",
        },
    ]
}


async def test_use_cases_stand_before_the_first_step(shop: Client) -> None:
    await shop.ask("PUT", "/portal-settings", CASES)
    front = text(await page(shop, start(shop)))
    german = text(await page(shop, start(shop, "de")))
    question = text(await page(shop, f"/p/{shop.workspace}/for/help?lang=en"))
    (find,) = re.findall(r'href="([^"]*/find[^"]*)"', front)

    assert "https://shop.example/care" in front
    assert "Zurück" in german
    assert "A part is missing" in question
    assert LANGUAGES["en"].find_title in text(await page(shop, find))
    assert LANGUAGES["en"].find_title in text(await page(shop, start(shop) + "&order=0042"))


async def test_what_is_written_from_a_use_case_is_a_message_once(shop: Client) -> None:
    await shop.ask("PUT", "/portal-settings", CASES)
    form = f"/p/{shop.workspace}/for/parts?lang=en"
    nothing = await press(shop, form, {"email": "ann", "text": " "})
    said = {"email": EMAIL, "order": "0042", "text": "One screw is missing."}
    sent = await on(shop, form, said)
    await on(shop, form, said)

    events = (await shop.ask("GET", "/events"))["data"]
    assert nothing.status == 422
    assert 'href="#text"' in text(nothing)
    assert MORE.write_sent in text(await page(shop, sent))
    assert len([one for one in events if one["type"] == "message.created"]) == 1


async def test_a_mailed_link_is_one_answer_whatever_was_typed(shop: Client) -> None:
    resume = f"/p/{shop.workspace}/resume?lang=en"
    known = await press(shop, resume, {"number": "#0042"})
    again = await press(shop, resume, {"number": "0042"})
    unknown = await press(shop, resume, {"number": "nothing"})
    events = (await shop.ask("GET", "/events"))["data"]

    assert known.status == unknown.status == 303
    assert known.headers["location"] == again.headers["location"] == unknown.headers["location"]
    assert MORE.resume_sent in text(await page(shop, known.headers["location"]))
    (mail,) = [one for one in events if one["type"] == "message.created"]
    assert mail["data"]["kind"] == "resume"
    assert "/p/" not in str(mail["data"]), "whoever has the link may act for the customer"


async def test_groups_of_reasons_are_the_merchant_s(shop: Client) -> None:
    reasons = [
        {"code": "fit", "text": {"en": "It does not fit", "de": "Passt nicht"}},
        {"code": "tight", "under": "fit", "text": {"en": "Too tight", "de": "Zu eng"}},
        {"code": "hole", "text": {"en": "It has a hole", "de": "Hat ein Loch"}},
    ]
    await shop.ask("PUT", "/portal-settings", {"reasons": reasons})
    step = await on(shop, await found(shop, "de"), {"quantity_0": 1})
    shown = text(await page(shop, step))
    group = await press(shop, step, {"reason_0": "fit"})
    wishes = await on(shop, step, {"reason_0": "tight"})
    await on(shop, await on(shop, wishes, {"outcome": "refund"}))

    (made,) = await listed(shop)
    assert '<p class="group">Passt nicht</p>' in shown
    assert group.status == 422
    assert [one["text"] for one in made["lines"][0]["reasons"]] == ["Too tight"]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_machines_find_their_way_there_too(shop: Client, language: str) -> None:
    await shop.ask("PUT", "/portal-settings", CASES)
    await exchanging(shop)
    base = f"/p/{shop.workspace}"
    items = await on(
        shop, f"{base}?lang={language}", {"number": "0042", "proof": EMAIL, "gift": "1"}
    )
    instead = await whole(shop, items, {"quantity_0": 1, "gift_email": EMAIL}, outcome="exchange")
    addresses = [
        f"{base}?lang={language}",
        f"{base}/find?lang={language}",
        f"{base}/resume?lang={language}",
        f"{base}/for/parts?lang={language}",
        f"{base}/for/help?lang={language}",
        items,
        instead,
        await on(shop, instead, {"instead_0": "SHIRT-L"}),
    ]
    for address in addresses:
        shown = text(await page(shop, address))
        assert flaws(shown) == [], address
        assert not re.search(r"\[[a-z]+\]", shown), "every slot is filled"
