"""The account at ChannelEngine and its returns used once each, to hold answers to documents."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from retour.api.channels.accounts import HOOK_ROUTES
from retour.api.published.examples import REQUESTS
from retour.desk.channels.polling import keep
from retour.gateways.channelengine.messages import ReturnLineRead, ReturnRead
from retour.gateways.exchange import HttpRequest
from retour.kernel.ids import workspace_number
from retour.sandbox.channelengine.practice import PracticeChannelEngine
from retour.store import channels as store
from tests.doors.client import call

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.doors.shopper_story import Held, Uses

_ONE = "ce"


async def account(owner: Client) -> str:
    """Have a workspace's one account; gives its code."""
    there = (await owner.ask("GET", "/channel-accounts"))["data"]
    if not there:
        await owner.ask("PUT", f"/channel-accounts/{_ONE}", REQUESTS["put_channel_account"])
    return str(there[0]["code"]) if there else _ONE


async def product(owner: Client, above: dict[str, dict[str, str]]) -> str:
    """Let a workspace call a product of its channel otherwise; notes whose it is."""
    code, name = await account(owner), f"THEIRS-{uuid4().hex}"
    await owner.ask("PUT", f"/channel-accounts/{code}/products/{name}", {"sku": "OURS"})
    above[name] = {"channel_account": code}
    return name


async def found(house: House, owner: Client, foreign_id: int = 5000) -> str:
    """Let a workspace have found a return that waits for a person; gives its name."""
    number = workspace_number(owner.workspace)
    assert number is not None
    code = await account(owner)
    read = ReturnRead(
        id=foreign_id,
        status="IN_PROGRESS",
        merchant_order_no="M-1",
        created_at=datetime.now(UTC),
        lines=(ReturnLineRead(quantity=1, merchant_product_no="JKT-M"),),
    )
    await keep(house, number, code, [read])
    async with house.database.transaction(number) as connection:
        one = await store.one_found(connection, number, code, foreign_id)
        assert one is not None
        await store.become(connection, number, one, "unmatched", why="No order has these numbers.")
    return f"{code}-{foreign_id}"


async def tell(story: Uses, house: House) -> list[Held]:
    """Use everything about channels; gives the routes without a key, with what they answered."""
    there = await story.use("read_practice_channelengine")
    known = {"tenant": there["tenant"], "name": "Practice", "api_key": there["api_key"]}
    made = await story.use("put_channel_account", known, channel_account=_ONE)
    for name in ("read_channel_account", "test_channel_account", "policies_channel_account"):
        await story.use(name, channel_account=_ONE)
    for name in ("dry_run_channel_account", "read_channel_set_up"):
        await story.use(name, channel_account=_ONE)
    for name in ("put_channel_product", "list_channel_products", "delete_channel_product"):
        values = {} if name.startswith("list") else {"channel_product": "THEIRS"}
        await story.use(name, channel_account=_ONE, **values)
    await story.use("go_live_channel_account", channel_account=_ONE)
    await story.use("look_channel_account", channel_account=_ONE)
    await story.use("list_channel_accounts")
    body = {
        "currency": "EUR",
        "customer": {"email": "buyer@market.example"},
        "delivered_at": datetime.now(UTC).isoformat(),
        "payments": [{"id": "M-1", "processor": "channelengine", "captured": "20.00"}],
        "lines": [
            {"id": "1", "sku": "JKT", "title": "Jacket", "quantity": 1, "unit_price": "20.00"}
        ],
    }
    await story.shop.ask("PUT", "/orders/M-1", body)
    one = await found(house, story.shop, 5000)
    match = {"order_number": "M-1", "lines": [{"product": "JKT-M", "line": "1", "quantity": 1}]}
    await story.use("match_channel_return", match, channel_return=one)
    other = await found(house, story.shop, 5001)
    await story.use("list_channel_returns")
    await story.use("list_channel_return_offers", channel_return=other)
    await story.use("read_channel_return", channel_return=other)
    await story.use("dismiss_channel_return", channel_return=other)
    await story.use("restore_channel_return", channel_return=other)
    await story.use("play_channelengine_scenario")
    told = HttpRequest(
        method="POST",
        url=f"{there['url']}/v2/returns/merchant/acknowledge?apikey={there['api_key']}",
        body=b'{"ReturnId": 5000, "MerchantReturnNo": "RMA-1"}',
    )
    await PracticeChannelEngine(house.database).send(told)
    await story.use("list_practice_channelengine_ledger")
    path = urlsplit(str(made["ping_url"])).path
    pinged = [await call(story.shop.app, str(hook.method), path, b"", {}) for hook in HOOK_ROUTES]
    await story.use("pause_channel_account", channel_account=_ONE)
    await story.use("delete_channel_account", channel_account=_ONE)
    return list(zip(HOOK_ROUTES, pinged, strict=True))
