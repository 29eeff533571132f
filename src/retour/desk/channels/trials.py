"""Trying an account out: a harmless call, and what the last returns there would become here."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.channels.accounts import MISSING, open_account
from retour.desk.channels.calling import Calls
from retour.desk.channels.matching import announced, parts_of
from retour.desk.outcome import Done, Outcome
from retour.gateways.channelengine import Fault, Told
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient
from retour.store.channels import orders_named
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from datetime import datetime

    from retour.desk.channels.accounts import Opened
    from retour.desk.house import House
    from retour.gateways.channelengine.client import ChannelEngine
    from retour.gateways.channelengine.messages import ReturnRead

LAST: Final = 20
_PAGES_MAX: Final = 10
_WITHIN: Final = timedelta(days=30)
_ENCODE: Final = msgspec.json.Encoder()


@asynccontextmanager
async def _client(house: House, account: Opened) -> AsyncGenerator[ChannelEngine | Fault]:
    http = HttpClient(allow=parse_allow(house.settings.egress_allow))
    http.start()
    try:
        yield await Calls(house, http).client(account)
    finally:
        await http.close()


async def try_account(house: House, workspace_id: int, code: str) -> Outcome:
    """Ask for one page of returns; says whether it let us in, and changes nothing."""
    account = await open_account(house, workspace_id, code)
    if account is None:
        return MISSING
    async with _client(house, account) as client:
        told = client if isinstance(client, Fault) else await client.returns()
    error = told.words if isinstance(told, Fault) else None
    count = told.total if isinstance(told, Told) else None
    body = {"ok": error is None, "error": error, "returns": count}
    return Done(status=200, body=_ENCODE.encode(body))


async def dry_run(house: House, workspace_id: int, code: str) -> Outcome:
    """Say of the last returns what would become of each; nothing is made, and nothing told."""
    account = await open_account(house, workspace_id, code)
    if account is None:
        return MISSING
    async with _client(house, account) as client:
        reads = (
            client
            if isinstance(client, Fault)
            else await _last(client, account.account.watermark - _WITHIN)
        )
        if isinstance(reads, Fault):
            body: dict[str, object] = {"ok": False, "error": reads.words, "returns": []}
            return Done(status=200, body=_ENCODE.encode(body))
        rows = [await _would_be(house, workspace_id, account, client, one) for one in reads]
    return Done(status=200, body=_ENCODE.encode({"ok": True, "error": None, "returns": rows}))


async def _last(client: ChannelEngine, since: datetime) -> list[ReturnRead] | Fault:
    """Give the newest returns; the channel says in no particular order."""
    found: list[ReturnRead] = []
    for page in range(1, _PAGES_MAX + 1):
        told = await client.returns(since=since, page=page)
        if isinstance(told, Fault):
            return told
        found += told.content
        if len(found) >= told.total or not told.content:
            break
    return sorted(found, key=lambda one: one.id, reverse=True)[:LAST]


async def _would_be(
    house: House,
    workspace_id: int,
    account: Opened,
    client: ChannelEngine | Fault,
    read: ReturnRead,
) -> dict[str, object]:
    order, outcome, why = await _judged(house, workspace_id, account, client, read)
    return {
        "channel_return_no": read.channel_return_no,
        "marketplace": read.global_channel_name,
        "order_number": order,
        "outcome": outcome,
        "why": why,
        "products": [
            {"product": product, "quantity": quantity}
            for product, quantity in announced(read.lines or ()).items()
        ],
    }


async def _judged(
    house: House,
    workspace_id: int,
    account: Opened,
    client: ChannelEngine | Fault,
    read: ReturnRead,
) -> tuple[str | None, str, str | None]:
    if read.status != "IN_PROGRESS":
        return None, "left", f"It is {read.status} at the marketplace."
    numbers = [one for one in (read.merchant_order_no, read.channel_order_no) if one]
    async with house.database.transaction(workspace_id) as connection:
        known = await orders_named(connection, workspace_id, numbers)
    if len(known) > 1:
        return None, "unmatched", "Two orders have these numbers."
    if not known:
        if not account.facts.fetch_orders or read.merchant_order_no is None:
            return None, "unmatched", "No order has these numbers."
        assert not isinstance(client, Fault), "returns were read by it"
        there = await client.order(read.merchant_order_no)
        if isinstance(there, Fault) or not there.content:
            return None, "unmatched", "No order has these numbers, here or at ChannelEngine."
        return read.merchant_order_no, "fetched", "The order would be fetched from ChannelEngine."
    wanted = LoadKey(workspace_id=workspace_id, order_number=known[0])
    loaded = await load(await house.database.pool(), wanted)
    assert loaded is not None
    assert loaded.state is not None, "it was named just now"
    parts = parts_of(loaded.state.order, read.lines or ())
    if isinstance(parts, str):
        return known[0], "unmatched", parts
    return known[0], "opened", None
