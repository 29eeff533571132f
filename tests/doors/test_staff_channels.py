"""The channel screens: the set-up walked, its troubles in words, the queue emptied by matching."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import pytest_asyncio

from retour.api.app import build
from retour.desk.channels import accounts
from retour.desk.people.roles import MemberRole
from retour.sandbox.channelengine.practice import PracticeChannelEngine
from retour.sandbox.channelengine.scenarios import Scenario
from retour.screens.staff import all as staff
from retour.store import channels as store
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

    async def press(self, path: str, **fields: Any) -> Answer:
        """Send a page's form."""
        return await self.browser.press(self.at(path), **fields)

    async def said(self, path: str, **fields: Any) -> str:
        """Send a page's form, and give what the page behind it says."""
        return words(await self.browser.follow(await self.press(path, **fields)))


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with its staff pages."""
    return build(house, extra=staff.routes(house))


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
