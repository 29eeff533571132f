"""The mail to who has withdrawn: sent by the real engine, proven, seen to where nobody takes it."""

from __future__ import annotations

import asyncio
import hashlib
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import msgspec

from retour.delivery.effects import Patience
from retour.desk import withdrawals
from retour.desk.house import House
from retour.desk.outcome import Done
from retour.desk.pages import Page
from retour.desk.telling import deliveries
from retour.desk.withdrawals import settings
from retour.desk.withdrawals.settings import WithdrawalSettings
from retour.lifecycle.model import Actor, ActorKind
from retour.lifecycle.withdrawals.acts import Details
from retour.lifecycle.withdrawals.withdrawing import Withdraw, WithdrawnLine
from retour.store.withdrawals import Queue
from retour.wiring.working import Acknowledger, Reporter
from tests.support.acknowledging import sending
from tests.support.ordering import order_body, put_order
from tests.support.pg import Workspace

ACTOR = Actor(kind=ActorKind.CUSTOMER)
WORDS = "Hiermit widerrufe ich <alles>.\nBestellung „0042“ & mehr \U0001f44b"
SAID = Withdraw(name="Zoë", email="zoe@example.com", statement=WORDS, locale="de-AT")
PATIENCE_S = 40
JSON = dict[str, Any]


async def took(house: House, workspace: Workspace, **change: object) -> JSON:
    said = msgspec.structs.replace(SAID, **change)
    done = await withdrawals.take(house, workspace.id, said, actor=ACTOR, source="portal")
    assert isinstance(done, Done), done
    return msgspec.json.decode(done.body)


async def until(house: House, workspace: Workspace, one: JSON, state: str) -> JSON:
    """Wait until the acknowledgement is in a state; gives the withdrawal."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            done = await withdrawals.look_up(house, workspace.id, one["id"])
            assert isinstance(done, Done)
            shown = msgspec.json.decode(done.body)
            if shown["acknowledgement"] == state:
                return shown
            await asyncio.sleep(0.02)


async def evidence(house: House, workspace: Workspace, one: JSON) -> JSON:
    done = await withdrawals.evidence(house, workspace.id, one["id"])
    assert isinstance(done, Done)
    return msgspec.json.decode(done.body)


async def test_the_mail_holds_the_statement_and_its_instant(
    house: House, workspace: Workspace
) -> None:
    async with sending(house) as relay:
        taken = await took(house, workspace, email="zoe.1@example.com")
        shown = await until(house, workspace, taken, "sent")
    (content,) = relay.to("zoe.1@example.com")
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    plain, page = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    text = plain.get_content().replace("\r\n", "\n")

    assert mail["Subject"] == "Eingang Ihres Widerrufs W-000001"
    assert WORDS in text
    assert "Uhr" not in text
    assert f":{taken['received_at'][17:19]} (Europe/Berlin, UTC+0" in text
    assert "&lt;alles&gt;" in page.get_content()
    assert not {"akzeptiert", "genehmigt", "angenommen"} & set(text.lower().split())
    proven = await evidence(house, workspace, taken)
    (act,) = proven["acts"]
    record = msgspec.json.decode(act["record"])
    assert (act["kind"], proven["verified"]) == ("acknowledged", True)
    assert record["details"]["mail_sha256"] == hashlib.sha256(content).hexdigest()
    assert record["details"]["message_id"] == mail["Message-ID"]
    assert (record["details"]["status_code"], shown["acknowledged_at"]) == (250, record["at"])
    assert "Q1" in record["details"]["answer"]


async def test_a_refused_mail_is_for_people(house: House, workspace: Workspace) -> None:
    async with sending(house) as relay:
        relay.words = ["550 5.1.1 No such user"]
        taken = await took(house, workspace, email="nobody.there@example.com")
        await until(house, workspace, taken, "failed")
    queue = await withdrawals.listing(
        house, workspace.id, Page(limit=10), queue=Queue.UNACKNOWLEDGED
    )
    assert isinstance(queue, Done)
    assert [one["id"] for one in msgspec.json.decode(queue.body)["data"]] == [taken["id"]]
    (act,) = (await evidence(house, workspace, taken))["acts"]
    details = msgspec.json.decode(act["record"])["details"]
    assert (act["kind"], details["status_code"]) == ("unacknowledged", 550)
    assert details["is_final"] is True
    assert len(relay.to("nobody.there@example.com")) == 1


async def test_a_mail_not_taken_is_tried_again_told_and_then_proven(
    house: House, workspace: Workspace
) -> None:
    """People hear of it while it is still tried; what is sent in the end is the same mail."""
    async with sending(house, Patience(pauses_s=(0,) * 9, alarm_after=2)) as relay:
        relay.words = [*["451 Later"] * 3, "250 Kept"]
        taken = await took(house, workspace, email="later@example.com")
        await until(house, workspace, taken, "sent")
    proven = await evidence(house, workspace, taken)
    assert [act["kind"] for act in proven["acts"]] == ["unacknowledged", "acknowledged"]
    assert proven["verified"]
    assert len(relay.to("later@example.com")) == 4
    assert len(set(relay.to("later@example.com"))) == 1


async def test_the_return_follows_by_itself_where_all_is_known(
    house: House, workspace: Workspace
) -> None:
    await settings.put(house, workspace.id, WithdrawalSettings(returns="auto"))
    await put_order(house, workspace, "1001", 2)
    email = order_body(2)["customer"]["email"]
    async with sending(house):
        whole = await took(house, workspace, order_number="1001", email=email)
        vague = await took(
            house,
            workspace,
            order_number="1001",
            email=email,
            lines=(WithdrawnLine(title="the blue one"),),
        )
        await until(house, workspace, vague, "sent")
        followed = await until(house, workspace, whole, "sent")
        async with asyncio.timeout(PATIENCE_S):
            while followed["return"] is None:
                await asyncio.sleep(0.02)
                followed = await until(house, workspace, whole, "sent")
    assert (followed["return_status"], followed["refund_may_wait"]) == ("authorized", True)
    left = await withdrawals.listing(house, workspace.id, Page(limit=10), queue=Queue.RETURNLESS)
    assert isinstance(left, Done)
    assert [one["id"] for one in msgspec.json.decode(left.body)["data"]] == [vague["id"]]


async def test_a_mail_given_up_goes_when_an_agent_sends_it_again(
    house: House, workspace: Workspace
) -> None:
    async with sending(house) as relay:
        relay.words = ["554 5.7.1 Not now"]
        taken = await took(house, workspace, email="again@example.com")
        await until(house, workspace, taken, "failed")
        (act,) = (await evidence(house, workspace, taken))["acts"]
        delivery = msgspec.json.decode(act["record"])["details"]["delivery"]
        relay.words = ["250 Kept"]
        assert isinstance(await deliveries.resend(house, workspace.id, delivery), Done)
        await until(house, workspace, taken, "sent")

    proven = await evidence(house, workspace, taken)
    assert [act["kind"] for act in proven["acts"]] == ["unacknowledged", "acknowledged"]
    assert len(set(relay.to("again@example.com"))) == 1


async def test_a_mail_that_went_while_the_database_was_away_is_the_same_mail_again(
    house: House, workspace: Workspace
) -> None:
    """Between "sent" and "recorded" a mail may go twice: same bytes, same Message-ID, one act."""
    record = Acknowledger(Reporter(house))
    failures = 1

    async def away_once(
        workspace_id: int, withdrawal_id: str, *, is_sent: bool, proof: Details
    ) -> None:
        nonlocal failures
        if workspace_id == workspace.id and failures:
            failures -= 1
            message = "The database is away."
            raise ConnectionResetError(message)
        await record(workspace_id, withdrawal_id, is_sent=is_sent, proof=proof)

    async with sending(house, acknowledge=away_once) as relay:
        taken = await took(house, workspace, email="twice@example.com")
        await until(house, workspace, taken, "sent")

    mails = relay.to("twice@example.com")
    assert (len(mails), len(set(mails))) == (2, 1)
    assert [act["kind"] for act in (await evidence(house, workspace, taken))["acts"]] == [
        "acknowledged"
    ]
