"""Every route about parcels and carriers, used once, with the sandbox's carrier at work."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from retour.api.app import build
from retour.wiring.working import delivering
from tests.doors.client import Answer, Client
from tests.support.easypost import FakeEasyPost
from tests.support.running import order_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from retour.desk.house import House

_SLOT: Final = {"earliest": "2031-01-01T08:00:00Z", "latest": "2031-01-01T12:00:00Z"}
_WITHIN_S: Final = 30.0
_DOCK: Final = {
    "name": "Main",
    "kind": "merchant",
    "address": {"street": "1 Dock", "postcode": "3511", "city": "Utrecht", "country": "NL"},
}


class Uses(Protocol):
    """As much of a story as is needed here."""

    shop: Client
    answers: dict[str, Answer]

    async def use(self, name: str, body: object = None, query: str = "", **values: str) -> Any:  # noqa: ANN401 - any JSON
        """Call a route that must succeed."""
        ...


async def tell(story: Uses, house: House) -> None:
    """Buy labels, lose some, have goods fetched, share a box, send goods back."""
    await _accounts(story, house)
    async with delivering(house):
        await _labels(story)
        await _boxes(story)
        await _back(story)
    await story.use("list_parcels")
    await story.use("read_carrier_ledger")


async def _accounts(story: Uses, house: House) -> None:
    for name in ("put_carrier_account", "read_carrier_account", "read_carrier_account_uses"):
        await story.use(name, account="easypost_nl")
    await story.use("list_carrier_accounts")
    story.answers["test_carrier_account"] = await _tried(story, house)
    await story.use("delete_carrier_account", account="easypost_nl")


async def _tried(story: Uses, house: House) -> Answer:
    """Try the account at a stand-in for its carrier, which does not know the key."""
    await story.shop.ask("PUT", "/facilities/main", _DOCK)
    fake = FakeEasyPost()
    try:
        settings = replace(house.settings, easypost_url=fake.api, egress_allow="127.0.0.0/8")
        app = build(replace(house, settings=settings))
        shop = replace(story.shop, app=app)
        return await shop.call("POST", "/carrier-accounts/easypost_nl/test", {})
    finally:
        fake.close()


async def _authorized(story: Uses, number: str) -> str:
    await story.shop.ask("PUT", f"/orders/{number}", order_body(3))
    asked = {"order_number": number, "lines": [{"line": "1", "quantity": 1}]}
    ret: str = (await story.shop.ask("POST", "/returns", asked))["id"]
    await story.shop.ask("POST", f"/returns/{ret}/authorize", {})
    return ret


async def _until(story: Uses, parcel: str, is_so: Callable[[Any], bool]) -> None:
    async with asyncio.timeout(_WITHIN_S):
        while True:
            if is_so(await story.shop.ask("GET", f"/parcels/{parcel}")):
                return
            await asyncio.sleep(0.05)


async def _asked_for(story: Uses, ret: str, **body: str) -> str:
    answer = await story.shop.ask("POST", f"/returns/{ret}/create_label", body)
    parcel: str = answer["parcels"][-1]["id"]
    return parcel


async def _labels(story: Uses) -> None:
    ret = await _authorized(story, "parcels-1")
    await story.use("quote_parcel", return_id=ret)
    await story.shop.ask("POST", "/sandbox/carrier/faults", {"outcome": "decline"})
    failed = await _asked_for(story, ret)
    await _until(story, failed, lambda one: one["status"] == "label_failed")
    await story.use("retry_label", {"parcel": failed}, return_id=ret)
    await _until(story, failed, lambda one: one["status"] == "label_created")
    await story.use("read_parcel", parcel_id=failed)
    story.answers["read_trial_label"] = await story.shop.call("GET", "/facilities/main/trial-label")
    story.answers["read_label"] = await story.shop.call("GET", f"/parcels/{failed}/label")
    await story.use("void_label", {"parcel": failed}, return_id=ret)
    fetched = await _asked_for(story, ret, method="pickup")
    await _until(story, fetched, lambda one: one["status"] == "label_created")
    await story.use("schedule_pickup", {"parcel": fetched, **_SLOT}, return_id=ret)
    await _until(story, fetched, lambda one: one["pickup"]["status"] == "scheduled")
    await story.use("cancel_pickup", {"parcel": fetched}, return_id=ret)


async def _boxes(story: Uses) -> None:
    ret, other = await _authorized(story, "parcels-2"), await _authorized(story, "parcels-3")
    added = await story.use("add_parcel", return_id=ret)
    box = added["parcels"][-1]
    await story.use("share_parcel", {"return_id": other}, parcel_id=box["id"])
    paper, pdf = b"%PDF-1.7 my own", {"content-type": "application/pdf"}
    path = f"/parcels/{box['id']}/label"
    story.answers["put_label"] = await story.shop.call("PUT", path, paper, pdf)
    await story.use("play_tracking", {"tracking_number": "STRAY-1", "scans": [_scan()]})
    strays = await story.shop.ask("GET", "/parcels", query="unmatched=true")
    await story.use("match_parcel", {"return_id": ret}, parcel_id=strays["data"][0]["id"])


def _scan() -> dict[str, str]:
    return {"code": "in_transit", "id": "stray-1", "at": "2026-11-20T08:00:00Z"}


async def _back(story: Uses) -> None:
    ret = await _authorized(story, "parcels-4")
    seen = {"units": [{"line": "1", "quantity": 1}]}
    refused = {"units": [{"line": "1", "quantity": 1, "acceptance": "rejected"}]}
    await story.shop.ask("POST", f"/returns/{ret}/receive", seen)
    await story.shop.ask("POST", f"/returns/{ret}/inspect", refused)
    await story.use("send_back", return_id=ret)
