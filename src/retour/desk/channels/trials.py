"""Trying an account out: a harmless call, and what the last returns there would become here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.channels.accounts import MISSING, open_account
from retour.desk.channels.calling import calling
from retour.desk.channels.matching import announced, parts_of
from retour.desk.channels.taking import called_here
from retour.desk.outcome import Done, Outcome
from retour.gateways.channelengine import Fault
from retour.store import channels as store
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.channels.accounts import Opened
    from retour.desk.house import House
    from retour.gateways.channelengine.client import ChannelEngine
    from retour.gateways.channelengine.messages import ReturnRead

LAST: Final = 20
_PAGES_MAX: Final = 10
_WITHIN: Final = timedelta(days=30)
_ENCODE: Final = msgspec.json.Encoder()


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What a test call came to."""

    ok: bool
    error: str | None = None
    returns: int | None = None


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """So many of a channel's product."""

    product: str
    quantity: int


class WouldBe(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of a return that a marketplace declared.

    Args:
        outcome: ``opened``, ``fetched`` (with its order), ``unmatched`` or ``left``.
    """

    channel_return_no: str | None
    marketplace: str | None
    order_number: str | None
    outcome: str
    why: str | None
    products: tuple[Product, ...]


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What would become of the last returns; nothing did."""

    ok: bool
    error: str | None = None
    returns: tuple[WouldBe, ...] = ()


async def call_once(
    house: House, workspace_id: int, code: str, *, api_key: str | None = None
) -> int | Fault | None:
    """Ask for one page of returns; gives how many there are, or None without such an account.

    ``api_key`` is one that is not the account's yet: then nothing is noted of the account.
    """
    account = await open_account(house, workspace_id, code)
    if account is None:
        return None
    if api_key is not None:
        account = replace(account, api_key=api_key)
    async with calling(house, account) as client:
        told = client if isinstance(client, Fault) else await client.returns()
    if isinstance(told, Fault):
        return told
    if api_key is not None:
        return told.total
    async with house.database.transaction(workspace_id) as connection:
        await store.note_tested(connection, workspace_id, account.account)
    return told.total


async def try_out(house: House, workspace_id: int, code: str) -> Trial | None:
    """Ask for one page of returns; None where there is no such account."""
    told = await call_once(house, workspace_id, code)
    if told is None:
        return None
    if isinstance(told, Fault):
        return Trial(ok=False, error=told.words)
    return Trial(ok=True, returns=told)


async def try_account(house: House, workspace_id: int, code: str) -> Outcome:
    """Ask for one page of returns; says whether it let us in, and changes nothing there."""
    tried = await try_out(house, workspace_id, code)
    return MISSING if tried is None else Done(status=200, body=_ENCODE.encode(tried))


async def rehearse(house: House, workspace_id: int, code: str) -> DryRun | None:
    """Say of the last returns what would become of each; None where there is no such account."""
    account = await open_account(house, workspace_id, code)
    if account is None:
        return None
    async with calling(house, account) as client:
        if isinstance(client, Fault):
            return DryRun(ok=False, error=client.words)
        reads = await _last(client, account.account.watermark - _WITHIN)
        if isinstance(reads, Fault):
            return DryRun(ok=False, error=reads.words)
        rows = [await _would_be(house, account, client, one) for one in reads]
    async with house.database.transaction(workspace_id) as connection:
        await store.note_rehearsed(connection, workspace_id, account.account)
    return DryRun(ok=True, returns=tuple(rows))


async def dry_run(house: House, workspace_id: int, code: str) -> Outcome:
    """Say of the last returns what would become of each; nothing is made, and nothing told."""
    run = await rehearse(house, workspace_id, code)
    return MISSING if run is None else Done(status=200, body=_ENCODE.encode(run))


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
    house: House, account: Opened, client: ChannelEngine, read: ReturnRead
) -> WouldBe:
    order, outcome, why = await _judged(house, account, client, read)
    return WouldBe(
        channel_return_no=read.channel_return_no,
        marketplace=read.global_channel_name,
        order_number=order,
        outcome=outcome,
        why=why,
        products=tuple(
            Product(product=product, quantity=quantity)
            for product, quantity in announced(read.lines or ()).items()
        ),
    )


async def _judged(
    house: House, account: Opened, client: ChannelEngine, read: ReturnRead
) -> tuple[str | None, str, str | None]:
    workspace_id = account.workspace_id
    if read.status != "IN_PROGRESS":
        return None, "left", f"It is {read.status} at the marketplace."
    numbers = [one for one in (read.merchant_order_no, read.channel_order_no) if one]
    async with house.database.transaction(workspace_id) as connection:
        known = await store.orders_named(connection, workspace_id, numbers)
    if len(known) > 1:
        return None, "unmatched", "Two orders have these numbers."
    if not known:
        if not account.facts.fetch_orders or read.merchant_order_no is None:
            return None, "unmatched", "No order has these numbers."
        there = await client.order(read.merchant_order_no)
        if isinstance(there, Fault) or not there.content:
            return None, "unmatched", "No order has these numbers, here or at ChannelEngine."
        return read.merchant_order_no, "fetched", "The order would be fetched from ChannelEngine."
    wanted = LoadKey(workspace_id=workspace_id, order_number=known[0])
    loaded = await load(await house.database.pool(), wanted)
    assert loaded is not None
    assert loaded.state is not None, "it was named just now"
    called = await called_here(house, account, read.lines or ())
    parts = parts_of(loaded.state.order, read.lines or (), called)
    if isinstance(parts, str):
        return known[0], "unmatched", parts
    return known[0], "opened", None
