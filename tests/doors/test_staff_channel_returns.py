"""The queue of marketplace returns: found, matched, set aside and taken back, on pages."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec
import pytest_asyncio

from retour.desk import orders
from retour.desk.channels import accounts, deadlines
from retour.desk.channels.accounts import ChannelAccountPut
from retour.desk.channels.polling import keep
from retour.desk.order_body import OrderBody
from retour.desk.outcome import Done
from retour.gateways.channelengine.messages import ReturnLineRead, ReturnRead
from retour.lifecycle.commands import FinishReceipt
from retour.sandbox.channelengine.practice import PracticeChannelEngine
from retour.sandbox.channelengine.scenarios import Scenario
from retour.screens.staff import all as staff
from retour.store import channels as store
from retour.wiring.working import delivering
from tests.doors.apps import app_of
from tests.doors.staff_story import member, words
from tests.doors.test_staff_channels import KEY, Desk
from tests.support.channelengine_server import ChannelEngineServer
from tests.support.channels import AGENT, Shop, judged, seen
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.support.pg import Workspace

LIST = "/channel-returns"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


@pytest_asyncio.fixture
async def desk(app: Litestar, house: House, workspace: Workspace) -> Desk:
    """An admin's, of a workspace with an account."""
    given = ChannelAccountPut(tenant="fjordlys", name="Fjordlys", api_key=KEY)
    assert isinstance(await accounts.put(house, workspace.id, "ce", given), Done)
    await accounts.make_policies(house, workspace.id, "ce")
    browser = await member(app, house, workspace.id, email=f"{uuid4().hex}@example.com")
    return Desk(house=house, workspace=workspace, browser=browser)


async def _waits(
    desk: Desk,
    foreign_id: int,
    product: str,
    number: str = "M-1",
    **more: Any,  # noqa: ANN401 - what it is otherwise
) -> None:
    """Let a return wait for a person."""
    declared: datetime = more.get("declared_at") or datetime.now(UTC)
    read = ReturnRead(
        id=foreign_id,
        status="IN_PROGRESS",
        merchant_order_no=number,
        channel_return_no=f"CR-{foreign_id}",
        global_channel_name=more.get("marketplace", "bol"),
        reason="WRONG_SIZE",
        created_at=declared,
        lines=(ReturnLineRead(quantity=more.get("quantity", 2), merchant_product_no=product),),
    )
    await keep(desk.house, desk.workspace.id, "ce", [read])
    async with desk.house.database.transaction(desk.workspace.id) as connection:
        one = await store.one_found(connection, desk.workspace.id, "ce", foreign_id)
        assert one is not None
        await store.become(
            connection,
            desk.workspace.id,
            one,
            more.get("status", "unmatched"),
            why=more.get("why", "No order has these numbers."),
            cause=more.get("cause", "order"),
        )


async def _order(desk: Desk, number: str, *quantities: int) -> None:
    body = order_body(*quantities, processor="channelengine")
    body["payments"][0]["id"] = f"P-{number}"
    read = msgspec.convert(body, OrderBody)
    put = await orders.put(desk.house, desk.workspace.id, number, read, actor=AGENT, source="api")
    assert isinstance(put, Done), put


async def _status(desk: Desk, foreign_id: int) -> str:
    async with desk.house.database.transaction(desk.workspace.id) as connection:
        one = await store.one_found(connection, desk.workspace.id, "ce", foreign_id)
    assert one is not None
    return one.status


async def test_what_fits_an_order_is_matched_with_one_press(desk: Desk) -> None:
    await _order(desk, "1001", 2)
    await _order(desk, "1002", 1)
    await _waits(desk, 5000, "SKU-1")
    assert "CR-5000" in await desk.open(LIST)
    shown = await desk.open(f"{LIST}/ce-5000")
    assert shown.index("Match with 1001") < shown.index("Match with 1002"), "what fits stands first"
    assert "2 of SKU-1 are sent back, and 1 can be." in shown

    said = await desk.said(f"{LIST}/ce-5000", act="match", order_number="1001")

    assert "Matched: it is a return of order 1001 now." in said
    assert "All clear" in said
    assert await _status(desk, 5000) == "open"
    assert "Open it" in await desk.open(f"{LIST}/ce-5000")


async def test_a_product_called_otherwise_is_named_once(desk: Desk) -> None:
    await _order(desk, "1001", 2, 2)
    await _waits(desk, 5000, "THEIRS")
    assert "No order here looks like it" in await desk.open(f"{LIST}/ce-5000")
    shown = await desk.open(f"{LIST}/ce-5000?q=article+2")
    assert "No line of it is called THEIRS" in shown
    sent: dict[str, Any] = {"product": "THEIRS", "quantity": "2", "line": "2", "remember": "1"}

    said = await desk.said(f"{LIST}/ce-5000", act="match", order_number="1001", **sent)

    assert "Matched" in said
    async with desk.house.database.transaction(desk.workspace.id) as connection:
        known = await store.products_named(connection, desk.workspace.id, "ce", ["THEIRS"])
    assert known == {"THEIRS": "SKU-2"}


async def test_what_cannot_be_matched_says_why_and_waits_on(desk: Desk) -> None:
    await _order(desk, "1002", 1)
    await _waits(desk, 5000, "SKU-1")
    answer = await desk.press(f"{LIST}/ce-5000", act="match", order_number="1002")
    assert answer.status == 422
    assert "2 of 'SKU-1' are asked back, and 1 of order 1002 can still come back." in words(answer)
    assert await _status(desk, 5000) == "unmatched"


async def test_setting_aside_takes_a_reason_and_can_be_undone(desk: Desk) -> None:
    await _waits(desk, 5000, "SKU-1")
    answer = await desk.press(f"{LIST}/ce-5000", act="aside", note=" ")
    assert answer.status == 422
    assert "Say why, in a few words." in words(answer)
    said = await desk.said(f"{LIST}/ce-5000", act="aside", note="A test of the marketplace.")
    assert "is set aside: “A test of the marketplace.”" in said
    assert await _status(desk, 5000) == "dismissed"
    assert "CR-5000" in await desk.open(f"{LIST}?view=aside")
    said = await desk.said(f"{LIST}?aside=ce-5000", channel_return="ce-5000")
    assert "Taken back" in said
    assert await _status(desk, 5000) == "unmatched"


async def test_the_list_is_narrowed_by_cause_marketplace_age_and_text(desk: Desk) -> None:
    old = datetime.now(UTC) - timedelta(days=9)
    await _waits(desk, 5000, "SKU-1", declared_at=old)
    await _waits(desk, 5001, "SKU-2", cause="goods", marketplace="Amazon")
    for asked, there in (
        ("", "5000 5001"),
        ("?cause=order", "5000"),
        ("?cause=goods", "5001"),
        ("?marketplace=Amazon", "5001"),
        ("?days=7", "5000"),
        ("?q=SKU-2", "5001"),
        ("?q=nothing", ""),
    ):
        shown = await desk.open(f"{LIST}{asked}")
        found = [one for one in ("5000", "5001") if f"CR-{one}" in shown]
        assert found == there.split(), asked


async def test_days_that_a_marketplace_leaves_are_counted(desk: Desk) -> None:
    await deadlines.put_days(desk.house, desk.workspace.id, "ce", {"bol": 21})
    await _waits(desk, 5000, "SKU-1", declared_at=datetime.now(UTC) - timedelta(days=18, hours=1))
    await _waits(desk, 5001, "SKU-1", declared_at=datetime.now(UTC) - timedelta(days=30))
    shown = await desk.open(LIST)
    assert "2 days left" in shown
    assert "too late" in shown


async def test_goods_of_a_canceled_return_wait_until_it_is_said_what_was_done(desk: Desk) -> None:
    await _waits(desk, 5000, "SKU-1", status="recalled", why="The goods are here.")
    assert "The goods are here." in await desk.open(f"{LIST}?view=recalled")
    said = await desk.said(f"{LIST}/ce-5000", act="aside", note="Sent back on 4 May.")
    assert "It waits for nobody any more." in said
    assert await _status(desk, 5000) == "canceled"


async def test_nobody_sees_what_is_not_there(desk: Desk) -> None:
    answer = await desk.browser.open(desk.at(f"{LIST}/ce-1"))
    assert answer.status == 404
    for path in (f"{LIST}/closing", f"{LIST}/refused"):
        assert (await desk.browser.open(desk.at(path))).status == 200


async def test_a_look_that_began_before_does_not_undo_what_somebody_did(desk: Desk) -> None:
    await _waits(desk, 5000, "SKU-1")
    async with desk.house.database.transaction(desk.workspace.id) as connection:
        before = await store.one_found(connection, desk.workspace.id, "ce", 5000)
    assert before is not None
    await desk.press(f"{LIST}/ce-5000", act="aside", note="None of ours.")
    async with desk.house.database.transaction(desk.workspace.id) as connection:
        await store.become(connection, desk.workspace.id, before, "unmatched", why="No order.")
    assert await _status(desk, 5000) == "dismissed"


async def _until_pinged(desk: Desk) -> None:
    """Wait until all is told there that going live has to tell."""
    async with asyncio.timeout(20):
        while True:
            async with desk.house.database.transaction(desk.workspace.id) as connection:
                account = await store.one_account(connection, desk.workspace.id, "ce")
            if account is not None and account.hook_at is not None:
                return
            await asyncio.sleep(0.05)


async def _hurry(desk: Desk) -> None:
    """Have what waits for its next try be tried at once."""
    async with desk.house.database.transaction(desk.workspace.id) as connection:
        await connection.execute(
            "UPDATE retour.lane SET due_at = clock_timestamp()"
            " WHERE workspace_id = $1 AND token = 0 AND due_at > clock_timestamp()",
            desk.workspace.id,
        )


async def test_what_a_marketplace_refused_stands_in_its_words_and_is_told_again(
    desk: Desk,
) -> None:
    """By the sandbox's own ChannelEngine, through the engine that delivers."""
    house, ws = desk.house, desk.workspace
    there = PracticeChannelEngine(house.database)
    async with delivering(house) as engine:
        shop = Shop(replace(house, hints=engine.hint), ws, ChannelEngineServer())
        await desk.press("/settings/channels/set-up/credentials", act="practice")
        await desk.press("/settings/channels/set-up/test")
        await desk.press("/settings/channels/set-up/live")
        ret = await shop.opened(5000)
        await _until_pinged(desk)
        await there.happen(ws.id, Scenario(scenario="validation_error", times=3))
        await shop.do(ret, seen("1", 2), judged("1", 2, "accepted"), FinishReceipt())
        async with asyncio.timeout(60):
            while (await shop.leg(ret, lambda leg: bool(leg["attempts"])))["status"] != "failed":
                await _hurry(desk)
                await asyncio.sleep(0.1)

        shown = await desk.open(f"{LIST}/refused")
        assert "Lines: The marketplace does not take this." in shown
        assert "49.80 EUR" in shown
        page = (await desk.browser.open(desk.at(f"{LIST}/refused"))).body.decode()
        sent = dict(_HIDDEN.findall(page[page.index('class="act"') :]))
        assert sent["return_id"] == ret
        said = await desk.said(f"{LIST}/refused", return_id=ret, leg=sent["leg"])
        assert "The marketplace is told once more." in said
        await shop.leg(ret, lambda leg: leg["status"] == "succeeded")
    assert "Marketplaces took everything" in await desk.open(f"{LIST}/refused")
    booked, _ = await there.ledger(ws.id)
    assert [one["kind"] for one in booked].count("updated") == 1
    said = await desk.said(f"{LIST}/refused", return_id=ret, leg=sent["leg"])
    assert "told once more" not in said, "what is paid is not told again"
