"""Mail, chat and templated messages by the real engine, through a real relay; poison stays put."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import msgspec
import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope, Session
from lxml import etree
from standardwebhooks import Webhook

from retour.delivery.crash import POINTS
from retour.delivery.protocols import NotRecorded, Recorded
from retour.delivery.worker import Equipment, delivering
from retour.desk.dock import grades
from retour.desk.dock.grades import GradePut
from retour.desk.house import House
from retour.gateways.egress import parse_allow
from retour.gateways.mail import SmtpSettings
from retour.kernel.subscription import OnDead, SubscriptionKind, Template
from retour.lifecycle.commands import Command
from retour.lifecycle.model import EventType
from retour.store.database import DELIVERY
from tests.support import samples
from tests.support.delivering import World, a_world, verify
from tests.support.delivery_worker import working
from tests.support.pg import MASTER_KEY, Workspace
from tests.support.receiver import receiving

READERS = {f"{name}@example.com" for name in ("ada", "nobody", "ops", "a", "b")}
"""Whom the tests of this file write to."""


class Relay:
    """An SMTP server that keeps mails and answers as it is told, the last word for ever."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.words: list[str] = ["250 Kept"]
        self.port = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's word
        del server, session
        if not READERS.issuperset(envelope.rcpt_tos):
            return "250 Kept"  # Another workspace's: the engine serves all there are.
        self.mails.append(envelope.original_content or b"")
        return self.words.pop(0) if len(self.words) > 1 else self.words[0]


@asynccontextmanager
async def relaying() -> AsyncGenerator[Relay]:
    """Have a relay for as long as the block lasts."""
    relay = Relay()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(relay, loop=loop), "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()


async def nothing(
    workspace_id: int, return_id: str, command: Command, *, effect_id: str, attempt: int
) -> Recorded | NotRecorded:
    """Record nothing; there are no effects here."""
    return NotRecorded(f"{workspace_id} {return_id} {command} {effect_id} {attempt}")


@asynccontextmanager
async def delivery(world: World, relay: Relay | None) -> AsyncGenerator[None]:
    """Deliver with everything a process has."""
    equipment = Equipment(
        execute=nothing,
        allow=parse_allow("127.0.0.0/8"),
        smtp=SmtpSettings.parse(f"smtp://127.0.0.1:{relay.port}") if relay else None,
        mail_from="Shop <returns@example.com>",
    )
    pool = await world.house.database.pool(DELIVERY)
    async with delivering(pool, world.house.vault, equipment):
        yield


@pytest_asyncio.fixture
async def world(house: House, workspace: Workspace) -> AsyncGenerator[World]:
    async with a_world(house, workspace.id) as made:
        yield made


def template(kind: str, **said: str) -> Template:
    return Template(id="tpl_1", event="return_received", type=kind, name="Mine", **said)


LIQUID = template(
    "email",
    subject="Arrived: {{ return.reference }}",
    body="<p>Dear {{ customer.name }}, {{ return.lines[0].sku }} is here.</p>",
)


async def test_a_mail_has_subject_text_and_page(world: World) -> None:
    async with relaying() as relay:
        subscribed = await world.subscribe(
            "ada@example.com", kind=SubscriptionKind.EMAIL, dialect="notification", template=LIQUID
        )
        (event,) = await world.tell("ret_a", [subscribed])
        async with delivery(world, relay):
            await world.until_empty()
    (mail,) = relay.mails
    text = mail.decode()
    assert "Subject: Arrived: R" in text
    assert "To: ada@example.com" in text
    assert "text/plain" in text
    assert "text/html" in text
    assert event.removeprefix("evt_") in text.split("Message-ID:")[1].split("\n")[0]
    (attempt,) = await world.fetch("SELECT * FROM retour.attempt WHERE workspace_id = $1")
    assert (attempt["outcome"], attempt["status_code"]) == ("delivered", 250)


async def test_the_relays_no_is_tried_again_with_the_same_bytes(world: World) -> None:
    async with relaying() as relay:
        relay.words = ["451 Later", "250 Kept"]
        subscribed = await world.subscribe(
            "ada@example.com", kind=SubscriptionKind.EMAIL, dialect="notification", template=LIQUID
        )
        await world.tell("ret_a", [subscribed])
        async with delivery(world, relay):
            await world.until_attempts(1)
        await world.to_next_timer()
        async with delivery(world, relay):  # Another process: only the database remembers.
            await world.until_empty()
    first, second = relay.mails
    assert first == second
    assert await world.outcomes() == ["failed", "delivered"]


async def test_a_mail_nobody_will_ever_take_is_dead_at_once(world: World) -> None:
    async with relaying() as relay:
        relay.words = ["550 No such user", "250 Kept"]
        subscribed = await world.subscribe(
            "nobody@example.com",
            kind=SubscriptionKind.EMAIL,
            dialect="notification",
            template=LIQUID,
        )
        await world.tell("ret_a", [subscribed], count=2)
        async with delivery(world, relay):
            await world.until_empty()
    assert await world.outcomes() == ["abandoned", "delivered"]
    rows = await world.fetch(
        "SELECT status FROM retour.delivery_log WHERE workspace_id = $1 ORDER BY position"
    )
    assert [row["status"] for row in rows] == ["dead", "delivered"]


async def test_without_a_relay_mail_waits_and_says_why(world: World) -> None:
    subscribed = await world.subscribe(
        "ada@example.com", kind=SubscriptionKind.EMAIL, dialect="notification", template=LIQUID
    )
    await world.tell("ret_a", [subscribed])
    async with delivery(world, None):
        await world.until_attempts(1)
    (attempt,) = await world.fetch("SELECT * FROM retour.attempt WHERE workspace_id = $1")
    assert "RETOUR_SMTP_URL" in attempt["detail"]
    assert await world.pending() == 1
    assert (await world.state(subscribed))["failures"] == 0  # Our trouble, not the receiver's.


async def test_without_body_a_template_says_the_alert(world: World) -> None:
    async with receiving() as receiver:
        as_json = await world.subscribe(
            receiver.url("/json"), dialect="notification", template=template("json")
        )
        as_xml = await world.subscribe(
            receiver.url("/xml"), dialect="notification", format="xml", template=template("xml")
        )
        await world.tell("ret_a", [as_json, as_xml])
        async with delivery(world, None):
            await world.until_empty()
    got = {path: one for path, (one,) in receiver.by_path().items()}
    assert msgspec.json.decode(got["/json"].body)["event"] == "return_received"
    assert etree.fromstring(got["/xml"].body).tag == "returnAlert"
    verify(as_json.secret, got["/json"])
    verify(as_xml.secret, got["/xml"])


async def test_a_template_of_ones_own_is_signed_and_numbered_like_any(world: World) -> None:
    mine = template("json", body='{"is": "{{ return.lines[0].grade_name }}"}')
    await grades.put(world.house, world.id, "C", GradePut(name={"en": "Well loved"}))
    judged = samples.event(EventType.RETURN_SETTLED)
    async with receiving() as receiver:
        receiver.answers(500, 204)
        subscribed = await world.subscribe(receiver.url(), dialect="notification", template=mine)
        await world.tell("ret_a", [subscribed], sample=judged)
        for _ in range(2):
            async with delivery(world, None):
                await receiver.until(lambda: len(receiver.got) > 0)
                await receiver.pause(0.2)
            await world.to_next_timer()
    first, second = receiver.got
    assert first.body == second.body
    assert msgspec.json.decode(first.body) == {"is": "Well loved"}
    assert first.headers["webhook-sequence"] == "1"
    for one in (first, second):
        Webhook(subscribed.secret).verify(one.body, dict(one.headers))
    key = await world.value("SELECT render_key FROM retour.rendering WHERE workspace_id = $1")
    assert key == f"{subscribed.id}/1"


async def test_a_chat_gets_its_text(world: World) -> None:
    async with receiving() as receiver:
        subscribed = await world.subscribe(
            receiver.url(),
            kind=SubscriptionKind.CHAT,
            dialect="notification",
            template=template("chat", body="{{ return.reference }} is here"),
        )
        await world.tell("ret_a", [subscribed])
        async with delivery(world, None):
            await world.until_empty()
    (one,) = receiver.got
    assert msgspec.json.decode(one.body)["text"].endswith("is here")
    assert one.headers["content-type"] == "application/json"


SILENT = samples.event(EventType.RECEIPT_UPDATED)
POISON = (
    "{% for i in (1..100000) %}{% for j in (1..100000) %}x{% endfor %}{% endfor %}",
    "{{ return.lines | nonsense }}",
    "{% if %}",
)


@pytest.mark.parametrize("source", POISON)
async def test_a_poisonous_template_is_tried_thrice_and_delays_nobody(
    world: World, source: str
) -> None:
    async with receiving() as receiver, relaying() as relay:
        bad = await world.subscribe(
            "ada@example.com",
            kind=SubscriptionKind.EMAIL,
            dialect="notification",
            template=template("email", subject="x", body=source),
        )
        good = await world.subscribe(receiver.url())
        for n in range(10):
            await world.tell(f"ret_{n}", [good])
        await world.tell("ret_a", [bad, good])
        async with delivery(world, relay):
            await receiver.until(lambda: len(receiver.taken) == 11)
            for attempts in (12, 13, 14):
                await world.until_attempts(attempts)
                await world.to_next_timer()
            await world.until_empty()
    assert relay.mails == []
    rows = await world.fetch(
        "SELECT outcome, error FROM retour.attempt WHERE workspace_id = $1"
        " AND subscription_id = $2 ORDER BY attempt_id",
        bad.id,
    )
    assert [tuple(row) for row in rows] == [
        ("failed", "poison"), ("failed", "poison"), ("abandoned", "poison")
    ]  # fmt: skip
    assert (await world.state(bad))["failures"] == 0


async def test_an_event_that_cannot_be_said_is_poison_too(world: World) -> None:
    """Whatever breaks in our own rendering stays in its lane, and is given up."""
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url())
        (broken,) = await world.tell("ret_a", [subscribed])
        (fine,) = await world.tell("ret_b", [subscribed])
        await world.spoil(broken)
        async with delivery(world, None):
            for attempts in (2, 3, 4):
                await world.until_attempts(attempts)
                await world.to_next_timer()
            await world.until_empty()
    assert [one.id for one in receiver.got] == [fine]
    rows = await world.fetch(
        "SELECT event_id, status FROM retour.delivery_log WHERE workspace_id = $1"
    )
    assert {row["event_id"]: row["status"] for row in rows} == {broken: "dead", fine: "delivered"}


async def test_silence_is_skipped_without_an_attempt(world: World) -> None:
    """A dialect may have no word for an event; then there is nothing to deliver."""
    async with receiving() as receiver:
        subscribed = await world.subscribe(receiver.url(), dialect="notification")
        await world.tell("ret_a", [subscribed], sample=SILENT)
        async with delivery(world, None):
            await world.until_empty()
    assert receiver.got == []
    assert await world.outcomes() == []
    status = await world.value("SELECT status FROM retour.delivery_log WHERE workspace_id = $1")
    assert status == "skipped"


async def test_people_are_told_of_a_pause_by_mail(world: World) -> None:
    async with receiving() as receiver, relaying() as relay:
        receiver.answers(410)
        subscribed = await world.subscribe(receiver.url())
        await world.subscribe(
            "ops@example.com",
            kind=SubscriptionKind.NOTICE,
            on_dead=OnDead.COLLAPSE,
            events=["subscription.paused"],
        )
        await world.tell("ret_a", [subscribed])
        async with delivery(world, relay):
            await receiver.until(lambda: len(relay.mails) == 1)
    text = relay.mails[0].decode()
    assert subscribed.id in text
    assert "paused" in text
    assert "410" in text


@pytest.mark.parametrize("point", ["data_sent", "250_read"])
async def test_killed_with_a_mail_on_its_way_it_is_sent_again_under_the_same_id(
    world: World, admin_dsn: str, point: str
) -> None:
    assert point in POINTS
    async with relaying() as relay:
        subscribed = await world.subscribe(
            "ada@example.com", kind=SubscriptionKind.EMAIL, dialect="notification", template=LIQUID
        )
        await world.tell("ret_a", [subscribed])
        smtp = f"smtp://127.0.0.1:{relay.port}"
        for crash_at in (point, None):
            async with working(admin_dsn, MASTER_KEY, crash_at=crash_at, smtp=smtp) as worker:
                assert await worker.dies_before(world.is_empty) == (crash_at is not None)
    ids = [mail.decode().split("Message-ID:")[1].split("\n")[0].strip() for mail in relay.mails]
    assert len(ids) == 2
    assert len(set(ids)) == 1


async def test_each_reader_is_told_once(world: World) -> None:
    readers: Sequence[str] = ("a@example.com", "b@example.com")
    async with relaying() as relay:
        subscribed = [
            await world.subscribe(
                reader, kind=SubscriptionKind.EMAIL, dialect="notification", template=LIQUID
            )
            for reader in readers
        ]
        await world.tell("ret_a", subscribed, count=3)
        async with delivery(world, relay):
            await world.until_empty()
    to = [mail.decode().split("To: ")[1].split("\r\n")[0] for mail in relay.mails]
    assert sorted(to) == sorted([*readers] * 3)
