"""Mails to a merchant's own people about troubles: asked for, changed, and really sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from retour.dialects.notification.words import NOTICES
from tests.doors.test_notifications import delivered, text_of
from tests.support.running import order_body

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.support.pg import Workspace

ASKED = {"url": "mailto:ops@shop.example"}


async def test_mails_about_troubles_are_asked_for_like_webhooks(shop: Client) -> None:
    made = await shop.ask("POST", "/subscriptions", ASKED)
    listed = (await shop.ask("GET", "/subscriptions"))["data"]
    where = f"/subscriptions/{made['id']}"
    changed = await shop.ask("PATCH", where, {"url": "mailto:x@shop.example", "events": ["*"]})
    fewer = await shop.ask("PATCH", where, {"events": ["payment.changed"]})
    paused = await shop.ask("PATCH", where, {"status": "paused"})

    assert made["url"] == ASKED["url"]
    assert made["events"] == sorted(NOTICES), "everything there is such a mail of, and no more"
    assert "secret" not in made
    assert listed == [made]
    assert (changed["url"], changed["events"]) == ("mailto:x@shop.example", sorted(NOTICES))
    assert fewer["events"] == ["payment.changed"]
    assert paused["status"] == "paused"
    assert (await shop.ask("POST", f"{where}/resume"))["status"] == "active"
    assert (await shop.call("POST", f"{where}/rotate", {})).status == 422
    assert (await shop.call("DELETE", where)).status == 204
    assert (await shop.ask("GET", "/subscriptions"))["data"] == []


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"url": "mailto:nobody"}, "/url"),
        ({"url": "mailto:"}, "/url"),
        ({"url": "mailto:a@x.example,b@x.example"}, "/url"),
        ({"url": "mailto:a@x.example?cc=b@x.example"}, "/url"),
        ({"url": "mailto:A <a@x.example>"}, "/url"),
        ({"url": "mailto:a@x.example\r\nBcc: b@x.example"}, "/url"),
        ({**ASKED, "events": ["return.requested"]}, "/events/0"),
        ({**ASKED, "dialect": "kibo"}, "/dialect"),
        ({**ASKED, "format": "xml"}, "/format"),
        ({**ASKED, "headers": {"x-a": "b"}}, "/headers"),
        ({**ASKED, "filter": {"origin": ["portal"]}}, "/filter"),
        ({**ASKED, "secret": "whsec_" + "A" * 43 + "="}, "/secret"),
    ],
)
async def test_what_such_mails_cannot_be(shop: Client, said: dict[str, Any], pointer: str) -> None:
    answer = await shop.call("POST", "/subscriptions", said)

    assert answer.status == 422
    assert pointer in answer.pointers


async def test_a_webhook_stays_a_webhook_and_a_mail_a_mail(shop: Client) -> None:
    mail = await shop.ask("POST", "/subscriptions", ASKED)
    hook = await shop.ask("POST", "/subscriptions", {"url": "http://127.0.0.1:9/"})
    for one, url in ((mail, "http://127.0.0.1:9/"), (hook, ASKED["url"])):
        answer = await shop.call("PATCH", f"/subscriptions/{one['id']}", {"url": url})
        assert answer.status == 422
        assert "/url" in answer.pointers


async def test_people_are_told_of_a_dispute_and_can_try(
    shop: Client, house: House, workspace: Workspace
) -> None:
    made = await shop.ask("POST", "/subscriptions", ASKED)
    await shop.ask("POST", f"/subscriptions/{made['id']}/test")
    await shop.ask("PUT", "/orders/1001", order_body(1))
    taken = {"payment": "pay-1", "amount": "10.00", "currency": "EUR"}
    await shop.ask("POST", "/sandbox/processor/disputes", taken)

    mails = await delivered(house, workspace)

    assert [mail["To"] for mail in mails] == ["ops@shop.example"] * 2
    said = {str(mail["Subject"]).partition(" ")[0]: text_of(mail) for mail in mails}
    assert "There is none now." in said["A"]
    assert "Answer it at the processor." in said["The"]
