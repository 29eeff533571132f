"""Conversations over HTTP: written, answered by mail, listed, read, kept inside, never lost."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from retour.kernel.ids import workspace_number
from retour.store.replies import reply_address
from tests.doors.client import Answer, Client, call
from tests.support import letters, pictures
from tests.support.letters import letter
from tests.support.ordering import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House

JSON = dict[str, Any]
DOMAIN = "reply.example.com"
MAIL = {"content-type": "message/rfc822"}
MIRA = "mira.sand@example.com"


async def asked(shop: Client, number: str = "7") -> JSON:
    """A return of a customer called Mira."""
    body = {**order_body(2), "customer": {"email": MIRA, "name": "Mira Sand"}}
    await shop.ask("PUT", f"/orders/{number}", body)
    lines = [{"line": "1", "quantity": 1}]
    ret: JSON = await shop.ask("POST", "/returns", {"order_number": number, "lines": lines})
    return ret


def address(house: House, shop: Client, about: str) -> str:
    """Where an answer about a return or ticket goes."""
    workspace = workspace_number(shop.workspace)
    assert workspace is not None
    return reply_address(house.vault, DOMAIN, workspace, about.partition("_")[2])


async def hook(shop: Client) -> str:
    return urlsplit(str((await shop.ask("GET", "/mail-settings"))["hook"])).path


async def hand_in(shop: Client, app: Litestar, raw: bytes) -> Answer:
    return await call(app, "POST", await hook(shop), raw, MAIL)


async def taken(shop: Client, app: Litestar, raw: bytes) -> JSON:
    answer = await hand_in(shop, app, raw)
    assert answer.status == 200, answer
    mail: JSON = answer.json
    return mail


async def messages(shop: Client, ret: JSON) -> list[JSON]:
    listed = await shop.ask("GET", f"/returns/{ret['id']}/messages")
    found: list[JSON] = listed["data"]
    return found


async def say(shop: Client, ret: JSON, text: str, **more: object) -> JSON:
    said: JSON = await shop.ask("POST", f"/returns/{ret['id']}/comment", {"text": text, **more})
    return said


async def told(shop: Client, ret: JSON) -> list[JSON]:
    listed = await shop.ask("GET", f"/returns/{ret['id']}/events")
    return [one["data"] for one in listed["data"] if one["type"] == "message.created"]


async def test_an_answer_by_mail_enters_its_conversation(
    shop: Client, app: Litestar, house: House
) -> None:
    ret = await asked(shop)
    text = "The ear is off.\n\nOn Monday, Shop wrote:\n> What is wrong?\n"
    raw = letter(address(house, shop, ret["id"]), text, photo=letters.snapshot(), paper=True)
    mail = await taken(shop, app, raw)

    assert (mail["status"], mail["ticket"][4:]) == ("threaded", ret["id"][4:])
    (message,) = await messages(shop, ret)
    assert (message["text"], message["author"], message["way"]) == (
        "The ear is off.",
        "customer",
        "in",
    )
    assert (message["source"], message["sender"], message["sender_known"]) == ("mail", MIRA, True)
    assert (message["needs_answer"], message["left_out"]) == (True, ["bill.pdf"])
    (event,) = await told(shop, ret)
    assert (event["way"], event["internal"], event["text"]) == ("in", False, "The ear is off.")
    assert event["subject"] == "Re: Your return"
    (photo,) = (await shop.ask("GET", f"/returns/{ret['id']}"))["photos"]
    assert (photo["about"], photo["of"]) == ("message", message["id"])
    assert message["photos"] == [photo["id"]]
    shown = await shop.call("GET", f"/photos/{photo['id']}/image")
    assert shown.status == 200
    assert pictures.PLACE not in shown.body
    whole = await shop.ask("GET", f"/incoming-mails/{mail['id']}")
    assert "> What is wrong?" in whole["original"]


async def test_a_mail_is_taken_once_however_often_it_is_handed_in(
    shop: Client, app: Litestar, house: House
) -> None:
    ret = await asked(shop)
    raw = letter(address(house, shop, ret["id"]))
    answers = await asyncio.gather(*(hand_in(shop, app, raw) for _ in range(5)))
    again = await hand_in(shop, app, raw)

    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["id"] for answer in (*answers, again)}) == 1
    assert len(await messages(shop, ret)) == 1


async def test_a_stranger_with_the_address_is_heard_and_marked(
    shop: Client, app: Litestar, house: House
) -> None:
    ret = await asked(shop)
    to = address(house, shop, ret["id"])
    await taken(shop, app, letter(to, sender="brother@example.com"))
    await taken(shop, app, letter(to, sender=MIRA.upper()))

    known, stranger = await messages(shop, ret)
    assert (stranger["sender"], stranger["sender_known"]) == ("brother@example.com", False)
    assert known["sender_known"] is True
    assert [event["sender_known"] for event in await told(shop, ret)] == [False, True]


def _other_at(text: str, index: int) -> str:
    """Change one letter."""
    other = "0" if text[index] != "0" else "1"
    return f"{text[:index]}{other}{text[index + 1 :]}"


async def test_a_forged_address_opens_no_conversation_and_nothing_is_lost(
    shop: Client, app: Litestar, house: House
) -> None:
    ret = await asked(shop)
    good = address(house, shop, ret["id"])
    local, _, domain = good.partition("@")
    forged = [
        f"{_other_at(local, len(local) - 1)}@{domain}",
        f"{_other_at(local, 20)}@{domain}",
        f"{local[:-18]}@{domain}",
        f"reply+@{domain}",
        f"returns@{domain}",
    ]
    mails = [await taken(shop, app, letter(one)) for one in forged]

    assert {mail["status"] for mail in mails} == {"unmatched"}
    assert [mail["why"] for mail in mails] == ["not_ours"] * 4 + ["no_conversation"]
    assert await messages(shop, ret) == []
    waiting = await shop.ask("GET", "/incoming-mails")
    assert {mail["id"] for mail in mails} == {mail["id"] for mail in waiting["data"]}
    upper = await taken(shop, app, letter(f"{local.upper()}@{domain}"))
    assert upper["status"] == "threaded", "mail servers may change the case"


async def test_programs_and_the_post_are_told_apart_and_nobody_answers_them(
    shop: Client, app: Litestar, house: House
) -> None:
    ret = await asked(shop)
    to = address(house, shop, ret["id"])
    await taken(shop, app, letter(to, "I am away.", headers={"Auto-Submitted": "auto-replied"}))
    await taken(shop, app, letters.bounce("returns@shop.example.com", to))
    noise = await taken(shop, app, letter("x@y.example", headers={"List-Id": "<shoes>"}))

    post, away = await messages(shop, ret)
    assert (away["automatic"], away["needs_answer"], away["way"]) == (True, False, "in")
    assert (post["bounce"], post["internal"], post["way"]) == (True, True, "inside")
    assert (post["author"], post["needs_answer"]) == ("system", True)
    assert noise["status"] == "discarded"
    assert [event["way"] for event in await told(shop, ret)] == ["in", "inside"]


async def test_the_queue_holds_what_waits_until_somebody_answers(
    shop: Client, app: Litestar, house: House
) -> None:
    ret, other = await asked(shop), await asked(shop, "8")
    for one in (ret, ret, other):
        await taken(shop, app, letter(address(house, shop, one["id"])))

    async def waiting() -> list[str]:
        listed = await shop.ask("GET", "/messages", query="needs_answer=true")
        return [message["return"] for message in listed["data"]]

    assert sorted(await waiting()) == sorted([ret["id"], ret["id"], other["id"]])
    await say(shop, ret, "Ask the warehouse first.", internal=True)
    assert len(await waiting()) == 3
    await say(shop, ret, "We are sorry.")
    assert await waiting() == [other["id"]]
    (message,) = await messages(shop, other)
    done = await shop.ask("PATCH", f"/messages/{message['id']}", {"needs_answer": False})
    assert done["needs_answer"] is False
    assert await waiting() == []


async def test_reading_one_is_reading_all_before_it(
    shop: Client, app: Litestar, house: House
) -> None:
    ret = await asked(shop)
    to = address(house, shop, ret["id"])
    for _ in range(3):
        await taken(shop, app, letter(to))
    await say(shop, ret, "Hello.")
    _, third, second, first = await messages(shop, ret)

    async def unread() -> list[str]:
        listed = await shop.ask("GET", "/messages", query="unread=true")
        return [message["id"] for message in listed["data"]]

    assert await unread() == [third["id"], second["id"], first["id"]]
    read = await shop.ask("PATCH", f"/messages/{second['id']}", {"read": True})
    assert read["read_by"]["kind"] == "api_key"
    assert await unread() == [third["id"]]
    await shop.ask("PATCH", f"/messages/{first['id']}", {"read": False})
    assert await unread() == [third["id"], first["id"]]
    pages = await shop.ask("GET", f"/returns/{ret['id']}/messages", query="limit=3")
    rest = await shop.ask(
        "GET", f"/returns/{ret['id']}/messages", query=f"cursor={pages['next_cursor']}"
    )
    assert [message["id"] for message in rest["data"]] == [first["id"]]


async def test_a_waiting_mail_is_matched_once_with_its_photos(shop: Client, app: Litestar) -> None:
    ret = await asked(shop)
    mail = await taken(shop, app, letter("help@shop.example.com", photo=letters.snapshot()))
    other = await taken(shop, app, letter("help@shop.example.com"))

    matched = await shop.ask("POST", f"/incoming-mails/{mail['id']}/match", {"return": ret["id"]})
    again = await shop.call("POST", f"/incoming-mails/{mail['id']}/match", {"return": ret["id"]})
    assert len(matched["photos"]) == 1
    assert again.code == "not_allowed_in_status"
    (message,) = await messages(shop, ret)
    assert (message["text"], message["photos"]) == ("The ear is off.", mail["photos"])
    aside = await shop.ask("POST", f"/incoming-mails/{other['id']}/discard")
    assert (aside["status"], aside["decided_by"]["kind"]) == ("discarded", "api_key")
    assert (await shop.ask("GET", "/incoming-mails"))["data"] == []
    gone = await shop.call("POST", f"/incoming-mails/{other['id']}/match", {"return": ret["id"]})
    assert gone.code == "not_allowed_in_status"


async def test_a_ticket_that_waits_is_answered_by_mail_and_so_is_its_return(
    shop: Client, app: Litestar, house: House
) -> None:
    ticket = await shop.ask(
        "POST",
        "/tickets",
        {"subject": "Return", "customer_email": MIRA, "custom_fields": {"order_id": "9"}},
    )
    to = address(house, shop, ticket["id"])
    raw = letter(to, "Before.")
    await taken(shop, app, raw)
    await taken(shop, app, raw)
    listed = await shop.ask("GET", "/messages", query="needs_answer=true")

    assert [(one["ticket"], one["text"]) for one in listed["data"]] == [(ticket["id"], "Before.")]
    body: JSON = {**order_body(2), "customer": {"email": MIRA}}
    await shop.ask("PUT", "/orders/9", body)
    ret_id = "ret_" + ticket["id"][4:]
    await shop.ask(
        "PATCH",
        f"/tickets/{ticket['id']}",
        {"custom_fields": {"order_id": "9", "items_to_return": [body["lines"][0]["sku"]]}},
    )
    assert (await shop.call("GET", f"/returns/{ret_id}")).status == 200
    await taken(shop, app, letter(to, "After."))
    found = await messages(shop, {"id": ret_id})
    assert [message["text"] for message in found] == ["After.", "Before."]


async def test_only_our_own_hook_takes_mails_and_only_mails(shop: Client, app: Litestar) -> None:
    path = await hook(shop)
    other = "0" if path[-1] != "0" else "1"
    for wrong in (path[:-1] + other, "/hooks/mail/x", path + "0"):
        assert (await call(app, "POST", wrong, letter("a@b.example"), MAIL)).code == "not_found"
    for body, code in ((b"", "empty"), (b"\x00\x01", "unreadable")):
        answer = await call(app, "POST", path, body, MAIL)
        assert (answer.status, list(answer.pointers.values())) == (422, [code])
    picture = await call(app, "POST", path, b"GIF89a", {"content-type": "image/gif"})
    assert picture.code == "unsupported_media_type"


async def test_a_reply_address_is_good_at_whosever_hook_it_arrives(
    shop: Client, app: Litestar, house: House
) -> None:
    """One domain may serve many merchants: the address says whose the conversation is."""
    from tests.doors.client import client
    from tests.support.pg import fresh_workspace

    theirs = client(app, await fresh_workspace(house))
    ret = await asked(shop)
    mail = await taken(theirs, app, letter(address(house, shop, ret["id"])))

    assert mail["status"] == "threaded"
    assert len(await messages(shop, ret)) == 1
    assert (await theirs.ask("GET", "/messages"))["data"] == []


@pytest.mark.parametrize("name", ["half a jpeg", "png bomb", "html"])
async def test_a_hostile_photo_in_a_mail_costs_its_words_nothing(
    shop: Client, app: Litestar, house: House, name: str
) -> None:
    ret = await asked(shop)
    raw = letter(address(house, shop, ret["id"]), photo=pictures.hostile()[name].data)
    await taken(shop, app, raw)

    (message,) = await messages(shop, ret)
    assert (message["photos"], message["left_out"]) == ([], ["IMG_1.JPG"])
    assert message["text"] == "The ear is off."


async def test_a_page_of_the_shop_writes_as_its_customer_and_reads_no_more(
    shop: Client,
) -> None:
    ret = await asked(shop)
    made = await shop.ask("POST", "/api-keys", {"name": "Page", "scopes": ["messages:write"]})
    page = replace(shop, token=made["token"])
    await say(shop, ret, "She complains a lot.", internal=True, author_id="usr_ada")
    await say(shop, ret, "What is wrong?", author_id="usr_ada")
    jpeg = {"content-type": "image/jpeg"}
    photo = await page.ask("POST", "/photos", letters.snapshot(), headers=jpeg)
    where = f"/returns/{ret['id']}/customer-messages"
    body = {"text": "The ear is off.", "photos": [photo["id"]]}
    key = {"idempotency-key": "page-1"}
    said = await page.ask("POST", where, body, headers=key)
    again = await page.ask("POST", where, body, headers=key)

    assert again == said
    read = await page.ask("GET", where)
    assert [(one["author"], one["text"]) for one in read["data"]] == [
        ("customer", "The ear is off."),
        ("agent", "What is wrong?"),
    ]
    assert read["data"][0] == said
    assert "usr_ada" not in str(read)
    newest, *_ = await messages(shop, ret)
    assert (newest["source"], newest["way"], newest["needs_answer"]) == ("portal", "in", True)
    for path in (f"/returns/{ret['id']}/messages", "/messages", "/incoming-mails"):
        assert (await page.call("GET", path)).code == "scope_missing"
