"""Looks at a channel that meet what nobody thought of: told, counted, and made again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest_asyncio
from prometheus_client import REGISTRY

from retour.desk.channels import setup
from retour.desk.channels.calling import Calls
from retour.desk.channels.polling import poll
from retour.desk.house import House
from retour.desk.timers.clock import ClockBody, advance_clock
from retour.gateways.egress import parse_allow
from retour.gateways.exchange import HttpReply, HttpRequest
from retour.gateways.http import HttpClient
from tests.support.channelengine_server import channelengine_running
from tests.support.channels import Shop, delivering
from tests.support.pg import Workspace


@pytest_asyncio.fixture
async def shop(house: House, workspace: Workspace) -> AsyncIterator[Shop]:
    """A shop before it goes live."""
    async with channelengine_running() as market:
        settings = replace(house.settings, channelengine_url=market.url)
        yield Shop(replace(house, settings=settings), workspace, market)


def _counted() -> float:
    return REGISTRY.get_sample_value("retour_channel_looks_broken_total") or 0.0


class _Broken:
    """A wire with a bug."""

    async def send(self, request: HttpRequest) -> HttpReply:
        """Fail as nothing should."""
        raise ZeroDivisionError(request.method)


async def test_a_bug_ends_one_look_and_the_next_comes_to_its_end(shop: Shop) -> None:
    shop.market.order("M-1", ("SKU-1", 3, "20.00"))
    shop.market.returned("M-1", ("SKU-1", 1))
    await shop.live()
    counted = _counted()
    assert await poll(shop.house, Calls(shop.house, _Broken()), shop.workspace.id, "ce")
    state = await setup.state(shop.house, shop.workspace.id)
    assert "ZeroDivisionError" in (state.trouble or "")
    assert _counted() == counted + 1
    assert [] == await shop.found()

    http = HttpClient(allow=parse_allow(shop.house.settings.egress_allow))
    http.start()
    try:
        await shop.ping()
        assert await poll(shop.house, Calls(shop.house, http), shop.workspace.id, "ce")
    finally:
        await http.close()
    assert (await setup.state(shop.house, shop.workspace.id)).trouble is None
    assert ["open"] == [one["status"] for one in await shop.found()]


async def test_looks_rest_with_all_else_that_asks_the_account_where_nothing_is_left(
    shop: Shop,
) -> None:
    shop.market.order("M-1", ("SKU-1", 3, "20.00"))
    shop.market.returned("M-1", ("SKU-1", 1))
    await shop.live()
    shop.market.per_minute = shop.market.used + 2
    asked = len(shop.market.asked)
    http = HttpClient(allow=parse_allow(shop.house.settings.egress_allow))
    http.start()
    calls = Calls(shop.house, http)
    try:
        for _ in range(3):
            await shop.ping()
            assert await poll(shop.house, calls, shop.workspace.id, "ce")
    finally:
        await http.close()
    assert len(shop.market.asked) == asked + 2, "not a call is made to be refused"
    state = await setup.state(shop.house, shop.workspace.id)
    assert "left alone" in (state.trouble or "")


async def test_a_return_that_cannot_be_keeps_no_other_waiting(shop: Shop) -> None:
    """Bytes that no database keeps, a date of long after us, and an order that is refused."""
    shop.market.order("M-1", ("SKU-1", 3, "20.00"))
    far = datetime(9998, 1, 1, tzinfo=UTC).isoformat()
    odd = shop.market.returned("M-1", ("SKU-1", 1), CustomerComment="a\x00b\\u0000", CreatedAt=far)
    shop.market.order("x" * 3000, ("SKU-1", 3, "20.00"))
    shop.market.returned("x" * 3000, ("SKU-1", 1))
    fine = shop.market.returned("M-1", ("SKU-1", 1))
    async with delivering(shop.house) as engine:
        shop.house = replace(shop.house, hints=engine.hint)
        await shop.live()
        await shop.opened(odd)
        await shop.opened(fine)
        later = shop.market.returned("M-1", ("SKU-1", 1))
        await shop.ping()
        await shop.opened(later)
        rows = await shop.found()
    assert {"unmatched"} == {one["status"] for one in rows if one["why"]}
    async with shop.house.database.transaction(shop.workspace.id) as connection:
        watermark: datetime = await connection.fetchval(
            "SELECT watermark FROM retour.channel_account WHERE workspace_id = $1",
            shop.workspace.id,
        )
    assert watermark < datetime.now(UTC) + timedelta(days=1)


async def test_what_the_marketplace_is_about_to_cancel_is_told_before(shop: Shop) -> None:
    shop.market.order("M-1", ("SKU-1", 3, "20.00"))
    made = shop.market.returned("M-1", ("SKU-1", 1))
    async with delivering(shop.house) as engine:
        shop.house = replace(shop.house, hints=engine.hint)
        await shop.warn_after("bol", 21)
        await shop.live()
        ret = await shop.opened(made)
        told = [await _told(shop, ret)]
        for days in (19, 3):
            step = ClockBody(advance=timedelta(days=days))
            await advance_clock(shop.house, shop.workspace.id, step)
            told.append(await _told(shop, ret))
    assert told == [[], ["deadline.approaching"], ["deadline.approaching", "deadline.missed"]]


async def test_what_was_declared_before_we_looked_is_due_from_then(shop: Shop) -> None:
    """Ten of its days are gone when we hear of it; the warning does not wait for them again."""
    shop.market.order("M-1", ("SKU-1", 3, "20.00"))
    before = (datetime.now(UTC) - timedelta(days=10)).isoformat()
    made = shop.market.returned("M-1", ("SKU-1", 1), CreatedAt=before)
    async with delivering(shop.house) as engine:
        shop.house = replace(shop.house, hints=engine.hint)
        await shop.warn_after("bol", 21)
        await shop.live()
        ret = await shop.opened(made)
        told = [await _told(shop, ret)]
        step = ClockBody(advance=timedelta(days=9))
        await advance_clock(shop.house, shop.workspace.id, step)
        told.append(await _told(shop, ret))
    assert told == [[], ["deadline.approaching"]]


async def _told(shop: Shop, return_id: str) -> list[str]:
    async with shop.house.database.transaction(shop.workspace.id) as connection:
        rows = await connection.fetch(
            "SELECT type FROM retour.event WHERE workspace_id = $1 AND return_id = $2"
            " AND type LIKE 'deadline.%' ORDER BY sequence",
            shop.workspace.id,
            return_id,
        )
    return [row["type"] for row in rows]
