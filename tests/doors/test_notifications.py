"""Notifications by HTTP: profiles of every kind, tests of them, use cases' messages, previews."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from retour.delivery.protocols import NotRecorded, Recorded
from retour.delivery.worker import Equipment, delivering
from retour.desk.foreseeing import Foresight
from retour.desk.house import House
from retour.desk.notifications.deep_links import sample_link
from retour.gateways.egress import parse_allow
from retour.gateways.mail import SmtpSettings
from retour.lifecycle.commands import Authorize, Command
from retour.store.database import DELIVERY
from tests.doors.client import Client
from tests.support.delivering import a_world, verify
from tests.support.mailbox import Mailbox
from tests.support.pg import Workspace
from tests.support.receiver import receiving
from tests.support.told import ask_return, give, put_order

JSON = dict[str, Any]
BASE = "https://returns.example"
PROFILES, TEMPLATES = "/notification-profiles", "/notification-templates"


async def nothing(
    workspace_id: int, return_id: str, command: Command, *, effect_id: str, attempt: int
) -> Recorded | NotRecorded:
    """Record nothing; there are no effects here."""
    return NotRecorded(f"{workspace_id} {return_id} {command} {effect_id} {attempt}")


async def delivered(house: House, workspace: Workspace) -> list[EmailMessage]:
    """Deliver everything that waits; gives the workspace's mails in the order of recipients."""
    mailbox, loop = Mailbox(), asyncio.get_running_loop()
    relay = await loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0)
    port = relay.sockets[0].getsockname()[1]
    equipment = Equipment(
        execute=nothing,
        allow=parse_allow("127.0.0.0/8"),
        smtp=SmtpSettings.parse(f"smtp://127.0.0.1:{port}"),
        mail_from="Shop <returns@example.com>",
        public_base=BASE,
        foresee=Foresight(house),
    )
    pool = await house.database.pool(DELIVERY)
    async with a_world(house, workspace.id) as world, delivering(pool, house.vault, equipment):
        await world.until_empty()
        events = await world.fetch("SELECT event_id FROM retour.event WHERE workspace_id = $1")
    relay.close()
    own = {row["event_id"] for row in events}  # An engine delivers for every workspace there is.
    mails = [mail for mail in mailbox.mails if mail["X-Retour-Event-Id"] in own]
    return sorted(mails, key=lambda mail: mail["To"])


async def a_template(shop: Client, event: str, type: str, to: JSON, **said: object) -> JSON:
    profile = await shop.ask("POST", PROFILES, {"name": "There", **to})
    body = {"event": event, "type": type, "profiles": [profile["id"]], **said}
    return {**await shop.ask("POST", TEMPLATES, body), "profile": profile["id"]}


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return part.get_content()


# --- Profiles --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (
            {"type": "email", "address": "a@b.c"},
            {"inbox": None, "reply_to": "sender", "platform": None},
        ),
        (
            {"type": "email", "address": "a@b.c", "inbox": "zendesk"},
            {"inbox": "zendesk", "reply_to": "customer"},
        ),
        (
            {"type": "email", "address": "a@b.c", "inbox": "intercom", "reply_to": "sender"},
            {"inbox": "intercom", "reply_to": "sender"},
        ),
        ({"type": "email", "address": "customer"}, {"address": "customer", "reply_to": None}),
        ({"type": "chat", "url": "http://127.0.0.1:9/x"}, {"platform": None, "inbox": None}),
        (
            {"type": "chat", "url": "http://127.0.0.1:9/x", "platform": "teams"},
            {"platform": "teams"},
        ),
        ({"type": "chat", "url": "https://hooks.slack.com/services/T/B/x"}, {"platform": "slack"}),
    ],
)
async def test_a_profile_answers_how_it_is_spoken_to(
    shop: Client, given: JSON, shown: JSON
) -> None:
    made = await shop.ask("POST", PROFILES, {"name": "There", **given})

    assert {name: made[name] for name in shown} == shown
    assert await shop.ask("GET", f"{PROFILES}/{made['id']}") == made


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ({"type": "email", "address": "customer", "inbox": "zendesk"}, {"/inbox"}),
        ({"type": "email", "address": "customer", "reply_to": "sender"}, {"/reply_to"}),
        ({"type": "email", "address": "customers"}, {"/address"}),
        ({"type": "email", "address": "a@b.c", "platform": "slack"}, {"/platform"}),
        ({"type": "email", "address": "a@b.c", "inbox": "hotline"}, {"/inbox"}),
        ({"type": "chat", "url": "http://127.0.0.1:9", "inbox": "zendesk"}, {"/inbox"}),
        ({"type": "custom", "url": "http://127.0.0.1:9", "platform": "slack"}, {"/platform"}),
    ],
)
async def test_what_a_profile_cannot_be_is_named(
    shop: Client, given: JSON, pointers: set[str]
) -> None:
    answer = await shop.call("POST", PROFILES, {"name": "There", **given})

    assert answer.status == 422
    assert set(answer.pointers) == pointers


async def test_a_patch_makes_an_address_an_inbox_and_back(shop: Client) -> None:
    made = await a_template(
        shop, "return_received", "email", {"type": "email", "address": "desk@example.com"}
    )
    path = f"{PROFILES}/{made['profile']}"
    for change in ({"inbox": "zendesk"}, {"reply_to": "sender"}, {"reply_to": None}):
        patched = await shop.ask("PATCH", path, change)
    cleared = await shop.ask("PATCH", path, {"inbox": None})

    assert (patched["inbox"], patched["reply_to"]) == ("zendesk", "customer")
    assert (cleared["inbox"], cleared["reply_to"]) == (None, "sender")


# --- What is sent ----------------------------------------------------------------------------


async def test_the_request_reaches_desk_inboxes_chats_and_the_customer_each_in_its_way(
    shop: Client, house: House, workspace: Workspace
) -> None:
    async with receiving() as receiver:
        for to in (
            {"address": "a-desk@example.com"},
            {"address": "b-zendesk@example.com", "inbox": "zendesk"},
            {"address": "c-intercom@example.com", "inbox": "intercom", "reply_to": "sender"},
            {"address": "customer"},
        ):
            await a_template(shop, "return_requested", "email", {"type": "email", **to})
        for platform in ("slack", "teams"):
            to = {"type": "chat", "url": receiver.url(f"/{platform}"), "platform": platform}
            await a_template(shop, "return_requested", "chat", to)
        await put_order(house, workspace.id, "A1")
        await ask_return(house, workspace.id, "A1")
        desk, customer, zendesk, intercom = await delivered(house, workspace)
    chats = {one.path: json.loads(one.body) for one in receiver.got}

    assert [mail["To"] for mail in (desk, customer, zendesk, intercom)] == [
        "a-desk@example.com", "ada@example.com", "b-zendesk@example.com", "c-intercom@example.com",
    ]  # fmt: skip
    assert [mail["Reply-To"] for mail in (desk, customer, zendesk, intercom)] == [
        None, None, "ada@example.com", None,
    ]  # fmt: skip
    linked = [f"{BASE}/authorize/" in text_of(mail) for mail in (desk, customer, zendesk, intercom)]
    assert linked == [True, False, False, True]
    assert customer["Subject"] == "Your return request for order A1"
    assert zendesk["Auto-Submitted"] is None
    assert intercom["Auto-Submitted"] == "auto-generated"
    assert f"<{BASE}/authorize/" in chats["/slack"]["blocks"][-1]["text"]["text"]
    card = chats["/teams"]["attachments"][0]["content"]
    assert card["actions"][0]["url"].startswith(f"{BASE}/authorize/")


async def test_no_link_to_decide_stands_in_what_is_decided(
    shop: Client, house: House, workspace: Workspace
) -> None:
    to = {"type": "email", "address": "desk@example.com"}
    await a_template(
        shop, "return_authorized", "email", to, body="[{{ links.authorize }}]{{ return.status }}"
    )
    await put_order(house, workspace.id, "A1")
    return_id = await ask_return(house, workspace.id, "A1")
    await give(house, workspace.id, return_id, Authorize())
    (mail,) = await delivered(house, workspace)

    assert text_of(mail).strip() == "[]authorized"


async def test_the_customers_language_picks_and_what_is_inactive_is_not_asked(
    shop: Client, house: House, workspace: Workspace
) -> None:
    profile = await shop.ask(
        "POST", PROFILES, {"name": "Them", "type": "email", "address": "customer"}
    )
    made = {
        language: await shop.ask(
            "POST",
            TEMPLATES,
            {
                "event": "return_requested",
                "type": "email",
                "profiles": [profile["id"]],
                "language": language,
            },
        )
        for language in ("en", "de", "fr")
    }
    await shop.ask("PATCH", f"{TEMPLATES}/{made['fr']['id']}", {"active": False})
    for number, locale in (("A1", "de-AT"), ("A2", "fr-FR"), ("A3", None)):
        person = {"email": f"{number.lower()}@example.com", "locale": locale}
        await put_order(house, workspace.id, number, customer=person)
        ret = await ask_return(house, workspace.id, number)
    mails = await delivered(house, workspace)

    assert [(mail["To"], mail["Subject"]) for mail in mails] == [
        ("a1@example.com", "Ihre Retourenanfrage zur Bestellung A1"),
        ("a2@example.com", "Your return request for order A2"),
        ("a3@example.com", "Your return request for order A3"),
    ]
    said = (await shop.ask("GET", f"/returns/{ret}/customer-mails"))["data"][-1]
    assert ("delivered", None, made["en"]["id"]) == tuple(
        said[name] for name in ("status", "why", "template")
    )


# --- Use cases -------------------------------------------------------------------------------

WRITTEN: JSON = {
    "kind": "use_case",
    "customer": {"email": "bo@example.com", "name": "Bo", "locale": "nl"},
    "use_case": "A part is missing",
    "subject": "Shade",
    "body": "No shade <at all>.\nPlease send one.",
}


async def test_a_use_cases_message_goes_to_inboxes_and_is_answered_to_the_customer(
    shop: Client, house: House, workspace: Workspace
) -> None:
    async with receiving() as receiver:
        desk = {"type": "email", "address": "desk@example.com", "inbox": "zendesk"}
        await a_template(shop, "use_case_email", "email", desk)
        await a_template(shop, "use_case_email", "email", {"type": "email", "address": "customer"})
        hook = {"type": "custom", "url": receiver.url("/hook")}
        await a_template(shop, "use_case_email", "json", hook)
        await a_template(shop, "return_requested", "email", desk)
        taken = await shop.ask("POST", "/messages", WRITTEN)
        customer, inbox = await delivered(house, workspace)
    (alert,) = [json.loads(one.body) for one in receiver.got]

    assert len(taken["deliveries"]) == 3
    assert (inbox["To"], inbox["Reply-To"]) == ("desk@example.com", "bo@example.com")
    for fact in ("A part is missing", "Shade", "No shade <at all>.", "Please send one.", "Bo"):
        assert fact in text_of(inbox)
    assert (customer["To"], customer["Subject"]) == ("bo@example.com", "We have your message")
    assert (alert["event"], alert["process"], alert["class"], alert["return"]) == (
        "use_case_email", "initiate", "secondary", None,
    )  # fmt: skip
    assert alert["message"]["text"] == WRITTEN["body"]


async def test_a_use_case_may_name_its_inbox(
    shop: Client, house: House, workspace: Workspace
) -> None:
    await a_template(
        shop,
        "use_case_email",
        "email",
        {"type": "email", "address": "desk@example.com"},
        subject="{{ message.use_case }}: {{ message.subject }}",
        body="{{ message.text }}",
    )
    await shop.ask("POST", "/messages", {**WRITTEN, "to": "parts@example.com"})
    (mail,) = await delivered(house, workspace)

    assert (mail["To"], mail["Subject"]) == ("parts@example.com", "A part is missing: Shade")


async def test_a_message_is_an_event_of_its_own_and_read_back(shop: Client) -> None:
    key = {"idempotency-key": "m1"}
    taken = await shop.ask("POST", "/messages", WRITTEN, headers=key)
    again = await shop.call("POST", "/messages", WRITTEN, headers=key)
    await shop.ask("POST", "/messages", WRITTEN)
    read = await shop.ask("GET", f"/messages/{taken['id']}")
    events = (await shop.ask("GET", "/events"))["data"]

    assert taken["deliveries"] == []
    assert again.json == taken
    assert read["customer"]["email"] == "bo@example.com"
    assert {name: read[name] for name in ("kind", "use_case", "subject", "body", "to")} == {
        "kind": "use_case",
        "use_case": "A part is missing",
        "subject": "Shade",
        "body": WRITTEN["body"],
        "to": None,
    }
    assert [event["type"] for event in events] == ["message.created"] * 2
    first = events[0]
    assert (first["stream"], first["stream_sequence"], first["sequence"]) == (taken["id"], 1, None)
    assert (first["data"]["return"], first["data"]["order"]) == (None, None)
    assert (first["data"]["kind"], first["data"]["text"]) == ("use_case", WRITTEN["body"])
    for gone in ("msg_01kagz4v1e8qj0m2h3n4p5r6s7", "msg_x", "ret_01kagz4v1e8qj0m2h3n4p5r6s7"):
        assert (await shop.call("GET", f"/messages/{gone}")).status == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "comment"}, "/kind"),
        ({"customer": {"email": "nobody"}}, "/customer/email"),
        ({"customer": {"name": "Bo"}}, "/customer/email"),
        ({"to": "a@b.c, d@e.f"}, "/to"),
        ({"to": "a@b.c\r\nBcc: d@e.f"}, "/to"),
        ({"use_case": ""}, "/use_case"),
        ({"body": "x" * 20_001}, "/body"),
        ({"language": "deutsch, bitte"}, "/language"),
        ({"folder": "inbox"}, "/folder"),
    ],
)
async def test_what_no_message_can_be_is_named(shop: Client, change: JSON, pointer: str) -> None:
    answer = await shop.call("POST", "/messages", {**WRITTEN, **change})

    assert answer.status == 422
    assert set(answer.pointers) == {pointer}


# --- Tests and previews ----------------------------------------------------------------------


async def test_every_kind_of_profile_can_be_tested_without_a_template(
    shop: Client, house: House, workspace: Workspace
) -> None:
    async with receiving() as receiver:
        kinds: dict[str, JSON] = {
            "email": {"type": "email", "address": "desk@example.com"},
            "chat": {"type": "chat", "url": receiver.url("/chat"), "platform": "slack"},
            "custom": {"type": "custom", "url": receiver.url("/custom")},
        }
        made = {
            name: await shop.ask("POST", PROFILES, {"name": name, **said})
            for name, said in kinds.items()
        }
        for one in made.values():
            for _ in range(2):
                sent = await shop.ask("POST", f"{PROFILES}/{one['id']}/test")
                assert sent["profile"] == one["id"]
        first, second = await delivered(house, workspace)
    got = {one.path: one for one in receiver.got}

    assert {mail["Subject"] for mail in (first, second)} == {
        "[Test] Return 1 requested for order 000100042"
    }
    assert "authorize/" not in text_of(first), "nothing is decided by a sample"
    assert json.loads(got["/chat"].body)["text"].startswith("[Test] ")
    assert got["/custom"].headers["x-retour-test"] == "true"
    assert json.loads(got["/custom"].body)["event"] == "return_requested"
    verify(made["custom"]["secret"], got["/custom"])
    assert len(receiver.got) == 4
    deliveries = (await shop.ask("GET", "/deliveries"))["data"]
    assert {delivery["status"] for delivery in deliveries} == {"delivered"}
    assert (await shop.ask("GET", "/subscriptions"))["data"] == []


async def test_a_profile_of_the_customers_is_tested_by_a_template(shop: Client) -> None:
    theirs = await shop.ask(
        "POST", PROFILES, {"name": "Them", "type": "email", "address": "customer"}
    )
    refused = await shop.call("POST", f"{PROFILES}/{theirs['id']}/test")
    missing = await shop.call("POST", f"{PROFILES}/npr_01kagz4v1e8qj0m2h3n4p5r6s7/test")

    assert (refused.status, missing.status) == (409, 404)
    assert "test a template" in refused.json["detail"]


async def test_what_customers_read_is_tried_at_ones_own_address_alone(
    shop: Client, house: House, workspace: Workspace
) -> None:
    theirs = {"type": "email", "address": "customer"}
    made = await a_template(shop, "return_requested", "email", theirs, active=False)
    await put_order(house, workspace.id, "A1")
    await ask_return(house, workspace.id, "A1")
    words = {"subject": "Draft", "body": "See {{ links.customer }} of {{ return.order_number }}"}
    path = f"{TEMPLATES}/{made['id']}/test"
    await shop.ask("POST", path, {**words, "address": "me@example.com"})
    (mail,) = await delivered(house, workspace)

    assert (mail["To"], mail["Subject"]) == ("me@example.com", "[Test] Draft")
    assert mail["X-Retour-Test"] == "true"
    assert f"See {BASE}/p/{shop.workspace} of A1" in text_of(mail), "no right is in its link"
    elsewhere = await shop.call("POST", path, words)
    assert elsewhere.json["errors"][0]["pointer"] == "/address", "drafts go to oneself alone"


async def test_a_profile_that_was_tested_can_be_moved_and_deleted(
    shop: Client, house: House, workspace: Workspace
) -> None:
    made = await a_template(
        shop, "return_requested", "email", {"type": "email", "address": "one@example.com"}
    )
    path = f"{PROFILES}/{made['profile']}"
    await shop.ask("POST", f"{path}/test")
    await shop.ask("PATCH", path, {"address": "two@example.com"})
    await shop.ask("POST", f"{path}/test")
    mails = await delivered(house, workspace)
    await shop.ask("DELETE", path)

    assert [mail["To"] for mail in mails] == ["one@example.com", "two@example.com"]
    assert (await shop.call("POST", f"{path}/test")).status == 404
    await put_order(house, workspace.id, "A1")
    await ask_return(house, workspace.id, "A1")
    assert await delivered(house, workspace) == []


async def test_a_preview_is_shown_as_its_profile_would_get_it(
    shop: Client, house: House, workspace: Workspace
) -> None:
    await put_order(house, workspace.id, "A1")
    await ask_return(house, workspace.id, "A1")
    mail = await a_template(
        shop, "return_requested", "email", {"type": "email", "address": "desk@example.com"}
    )
    theirs = await shop.ask(
        "POST", PROFILES, {"name": "Them", "type": "email", "address": "customer"}
    )
    await shop.ask(
        "PATCH", f"{TEMPLATES}/{mail['id']}", {"profiles": [mail["profile"], theirs["id"]]}
    )
    path = f"{TEMPLATES}/{mail['id']}/preview"
    desk = await shop.ask("POST", path)
    customer = await shop.ask("POST", path, {"profile": theirs["id"]})
    wrong = await shop.call("POST", path, {"profile": "npr_x"})
    teams = await a_template(
        shop,
        "return_requested",
        "chat",
        {"type": "chat", "url": "http://127.0.0.1:9/", "platform": "teams"},
    )
    card = await shop.ask("POST", f"{TEMPLATES}/{teams['id']}/preview")
    link = sample_link("http://127.0.0.1:8700")

    assert link in desk["text"]
    assert customer["subject"] == "Your return request for order A1"
    assert "/authorize/" not in customer["text"] + customer["html"]
    assert (wrong.status, wrong.pointers) == (422, {"/profile": "unknown_profile"})
    (attachment,) = json.loads(card["body"])["attachments"]
    assert attachment["content"]["actions"][0]["url"] == link


@pytest.mark.parametrize("type", ["email", "chat", "json", "xml"])
async def test_a_use_cases_template_is_previewed_with_messages_only(
    shop: Client, house: House, workspace: Workspace, type: str
) -> None:
    await put_order(house, workspace.id, "A1")
    return_id = await ask_return(house, workspace.id, "A1")
    body = {"event": "use_case_email", "type": type}
    made = await shop.ask("POST", TEMPLATES, body)
    path = f"{TEMPLATES}/{made['id']}/preview"
    sample = await shop.ask("POST", path)
    taken = await shop.ask("POST", "/messages", WRITTEN)
    newest = await shop.ask("POST", path)
    refused = await shop.call("POST", path, {"return": return_id})

    assert (sample["sample"], newest["sample"]) == (True, False)
    assert newest["event"] == taken["event"]
    shown = newest.get("text") or newest["body"]
    assert "Bo" in shown
    assert (refused.status, refused.pointers) == (422, {"/return": "not_applicable"})


async def test_links_in_mails_expire_by_the_workspaces_clock(
    shop: Client, house: House, workspace: Workspace
) -> None:
    """The same mail is the same bytes whenever it is written, so its link is of its event."""
    to = {"type": "email", "address": "desk@example.com"}
    await a_template(shop, "return_requested", "email", to, body="{{ links.authorize }}")
    await put_order(house, workspace.id, "A1")
    await ask_return(house, workspace.id, "A1")
    asked_at = datetime.now(UTC).timestamp()
    (mail,) = await delivered(house, workspace)
    until = int(text_of(mail).strip().rsplit("-", 2)[1], 16)

    assert abs(until - asked_at - 14 * 86_400) < 60
