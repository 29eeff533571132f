"""The channel screens: the set-up walked, its troubles in words, the queue emptied by matching."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio

from retour.desk.people.roles import MemberRole
from retour.sandbox.channelengine.practice import PracticeChannelEngine
from retour.sandbox.channelengine.scenarios import Name, Scenario
from retour.screens.staff import all as staff
from retour.store import channels as store
from tests.doors.apps import app_of
from tests.doors.staff_story import Browser, member, words

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House
    from tests.doors.client import Answer
    from tests.support.pg import Workspace

KEY = "key-of-fjordlys-1"


@dataclass
class Desk:
    """An admin before the channel pages of a workspace."""

    house: House
    workspace: Workspace
    browser: Browser

    def at(self, path: str) -> str:
        """Give the address of a page."""
        return f"/w/{self.workspace.text}{path}"

    async def open(self, path: str) -> str:
        """Give what a page says."""
        return words(await self.browser.follow(await self.browser.open(self.at(path))))

    async def press(self, path: str, **fields: Any) -> Answer:  # noqa: ANN401 - what forms say
        """Send a page's form."""
        return await self.browser.press(self.at(path), **fields)

    async def said(self, path: str, **fields: Any) -> str:  # noqa: ANN401 - what forms say
        """Send a page's form, and give what the page behind it says."""
        return words(await self.browser.follow(await self.press(path, **fields)))


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return app_of(house, staff.routes)


@pytest_asyncio.fixture
async def desk(app: Litestar, house: House, workspace: Workspace) -> Desk:
    """An admin's."""
    browser = await member(app, house, workspace.id, email=f"{uuid4().hex}@example.com")
    return Desk(house=house, workspace=workspace, browser=browser)


async def test_without_an_account_one_action_and_an_example_are_shown(desk: Desk) -> None:
    shown = await desk.open("/settings/channels")
    assert "No channel is connected" in shown
    assert "Connected, it looks like this" in shown
    assert "Account and key" in await desk.open("/settings/channels/set-up")


async def _practising(desk: Desk) -> None:
    """Connect the sandbox's own ChannelEngine, through the pages."""
    await desk.press("/settings/channels/set-up/credentials", act="practice")
    await desk.press("/settings/channels/set-up/test")
    await desk.press("/settings/channels/set-up/live")


async def _happens(desk: Desk, name: Name, **more: int) -> int:
    """Let something happen at the sandbox's ChannelEngine; gives its return."""
    to = PracticeChannelEngine(desk.house.database)
    happened = await to.happen(desk.workspace.id, Scenario(scenario=name, **more))
    assert happened is not None
    return happened.return_id or 0


async def test_the_set_up_is_walked_left_and_resumed(desk: Desk) -> None:
    assert "Practise first" in await desk.open("/settings/channels/set-up")
    said = await desk.said("/settings/channels/set-up/credentials", act="practice")
    assert "sealed and never shown again" in said
    shown = await desk.open("/settings/channels/set-up")
    assert "No test call has come well yet" in shown, "it resumes at the test"
    assert "ChannelEngine let us in: 3 returns are there" in await desk.said(
        "/settings/channels/set-up/test"
    )
    assert "Make the two policies" in await desk.open("/settings/channels/set-up")
    said = await desk.said("/settings/channels/set-up/policies", act="make")
    assert "Both policies are there" in said
    assert "The marketplace pays. We never do." in said
    answer = await desk.press("/settings/channels/set-up/dry-run")
    assert answer.status == 200
    assert "Of the last 3: 3 would become returns (3 with an order fetched" in words(answer)
    live = await desk.open("/settings/channels/set-up/live?unmatched=0&fetched=3&opened=0&left=0")
    assert "Of the last 3 that the dry run saw: 3 become returns" in live
    assert "Live. The first look is under way" in await desk.said("/settings/channels/set-up/live")
    assert "given today" in await desk.open("/settings/channels")


async def test_days_are_kept_in_the_policy_and_a_wrong_line_is_named(desk: Desk) -> None:
    await _practising(desk)
    path = "/settings/channels/set-up/policies"
    answer = await desk.press(path, act="days", days="bol 21\nmarket")
    assert answer.status == 422
    assert "“market”: write the marketplace" in words(answer)
    said = await desk.said(path, act="days", days="bol 21\n\nAmazon DE 30")
    assert "bol cancels after 21 days; you are warned 3 days before." in said
    assert "Amazon DE cancels after 30 days" in said


@pytest.mark.parametrize(
    ("tenant", "kept"),
    [("fjordlys", "fjordlys"), ("https://fjordlys.channelengine.net/returns", "fjordlys")],
)
async def test_a_pasted_address_is_understood(desk: Desk, tenant: str, kept: str) -> None:
    path = "/settings/channels/set-up/credentials"
    await desk.press(path, name="Fjordlys", tenant=tenant, api_key=KEY)
    async with desk.house.database.transaction(desk.workspace.id) as connection:
        account = await store.one_account(connection, desk.workspace.id, "ce")
    assert account is not None
    assert account.tenant == kept


async def test_wrong_credentials_are_said_at_their_field(desk: Desk) -> None:
    path = "/settings/channels/set-up/credentials"
    for fields, expected in (
        ({"name": "", "tenant": "x", "api_key": KEY}, 'id="name-wrong"'),
        ({"name": "X", "tenant": "not a name", "api_key": KEY}, 'id="tenant-wrong"'),
        ({"name": "X", "tenant": "x", "api_key": "short"}, 'id="api_key-wrong"'),
        ({"name": "X", "tenant": "x"}, 'id="api_key-wrong"'),
    ):
        answer = await desk.press(path, **fields)
        assert answer.status == 422
        assert expected in answer.body.decode()
        assert KEY not in answer.body.decode(), "a key is never sent back"


async def test_each_trouble_of_a_test_call_says_what_to_do(desk: Desk) -> None:
    path = "/settings/channels/set-up/test"
    await _practising(desk)
    await _happens(desk, "rate_limit")
    assert "has had enough calls for now" in await desk.said(path)
    await _happens(desk, "trouble")
    assert "ChannelEngine is in trouble" in await desk.said(path)
    await _happens(desk, "timeout")
    assert "could not be reached" in await desk.said(path)
    await _happens(desk, "key_rotated")
    said = await desk.said(path)
    assert "The key is not known there" in said
    assert "Settings → Merchant API keys" in said


async def test_a_key_is_replaced_only_by_one_that_is_let_in(desk: Desk) -> None:
    await _practising(desk)
    answer = await desk.press("/settings/channels/key", api_key="some-other-key")
    assert answer.status == 422
    assert "The old key stays in use" in words(answer)
    assert "let us in" in await desk.said("/settings/channels/set-up/test")
    await _happens(desk, "key_rotated")
    to = PracticeChannelEngine(desk.house.database)
    there = await to.look(desk.workspace.id, desk.house.settings.public_base)
    assert there is not None
    said = await desk.said("/settings/channels/key", api_key=there["api_key"])
    assert "The new key is in use" in said
    assert "let us in" in await desk.said("/settings/channels/set-up/test")


async def test_pause_and_disconnect_say_what_they_come_to(desk: Desk) -> None:
    await _practising(desk)
    assert "Paused since" in await desk.said("/settings/channels", act="pause")
    assert "Live since" in await desk.said("/settings/channels", act="live")
    answer = await desk.press("/settings/channels/leave", name="something else")
    assert answer.status == 422
    assert "Type Practice ChannelEngine to disconnect it." in words(answer)
    said = await desk.said("/settings/channels/leave", name="Practice ChannelEngine")
    assert "No channel is connected" in said


async def test_who_may_only_read_sees_no_buttons_and_presses_none(
    app: Litestar, desk: Desk
) -> None:
    await _practising(desk)
    agent = await member(
        app, desk.house, desk.workspace.id, MemberRole.AGENT, email=f"{uuid4().hex}@example.com"
    )
    shown = words(await agent.open(desk.at("/settings/channels")))
    assert "Live since" in shown
    assert "Pause" not in shown
    form = (await agent.open(desk.at("/channel-returns"))).body.decode()
    mark = form.split('name="form" value="')[1].split('"')[0]
    sent = {"form": mark, "act": "pause"}
    assert (await agent.send(desk.at("/settings/channels"), sent)).status == 403
    assert (await agent.open(desk.at("/settings/channels/leave"))).status == 403
