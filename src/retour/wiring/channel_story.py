"""The channel that the demonstration connects, over HTTP: one return of a marketplace, one of ours.

The sandbox's own ChannelEngine stands for the real one; what it booked in the end is read from it.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, Final

from retour.wiring.story import Client, StoryFailed

if TYPE_CHECKING:
    from collections.abc import Callable

_ACCOUNT: Final = "/channel-accounts/ce"
_WAIT_S: Final = 60.0
_LOOK_S: Final = 0.2


async def practise(client: Client) -> dict[str, int]:
    """Connect, play both kinds of return, and count what the marketplaces booked.

    Raises:
        StoryFailed: A step was refused, or did not come within a minute.
    """
    there = await client.call("GET", "/sandbox/channelengine")
    await _connect(client, there)
    made = await client.call("POST", "/sandbox/channelengine/scenarios", {"scenario": "return"})
    _say(f"a buyer of order {made['order_number']} declares a return at the marketplace")
    listed = f"/channel-returns?merchant_order_no={made['order_number']}"
    found = await _until(client, listed, lambda page: any(map(_is_known, page["data"])))
    _say("it is found, and the marketplace is told our number")
    await _handle(client, found["data"][0]["return"], "1", 2, accepted=1)
    _say("one of two is accepted, and the marketplace is told to pay for it")
    asked = {
        "order_number": made["order_number"],
        "origin": "portal",
        "policy": "ce_merchant",
        "lines": [{"line": "2", "quantity": 1, "reason": "Wrong size"}],
    }
    ours = await client.call("POST", "/returns", asked)
    _say("the buyer returns another article at our own portal")
    await _handle(client, ours["id"], "2", 1, accepted=1)
    _say("it is accepted, and the marketplace is asked to refund it")
    booked = (await client.call("GET", "/sandbox/channelengine/ledger?limit=200"))["data"]
    return {
        kind: sum(one["kind"] == kind for one in booked)
        for kind in ("acknowledged", "updated", "declared")
    }


def _is_known(channel_return: dict[str, Any]) -> bool:
    """Say whether the marketplace has heard our number of it."""
    return channel_return["acknowledged_at"] is not None


async def _connect(client: Client, there: dict[str, Any]) -> None:
    known = (await client.call("GET", "/channel-accounts"))["data"]
    if known and known[0]["stage"] == "live":
        return
    account = {"tenant": there["tenant"], "name": "Practice", "api_key": there["api_key"]}
    await client.call("PUT", _ACCOUNT, account)
    for word in ("test", "policies", "dry_run", "go_live"):
        await client.call("POST", f"{_ACCOUNT}/{word}")
    _say("the account is tried out, its policies are made, and it goes live")


async def _handle(
    client: Client, return_id: str, line: str, quantity: int, *, accepted: int
) -> None:
    """Receive, judge and wait for the end."""
    to = f"/returns/{return_id}"
    seen = {"line": line, "quantity": quantity}
    await client.call("POST", f"{to}/receive", {"units": [seen]})
    judged = [{"line": line, "quantity": accepted, "acceptance": "accepted"}]
    if quantity > accepted:
        left = {"line": line, "quantity": quantity - accepted, "acceptance": "rejected"}
        judged.append(left)
    await client.call("POST", f"{to}/inspect", {"units": judged})
    await client.call("POST", f"{to}/finish_receipt", {})
    await _until(client, to, lambda one: one["status"] == "completed")


async def _until(
    client: Client, path: str, is_so: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    for _ in range(int(_WAIT_S / _LOOK_S)):
        found = await client.call("GET", path)
        if is_so(found):
            return found
        await asyncio.sleep(_LOOK_S)
    message = f"What is waited for at {path} did not come within a minute."
    raise StoryFailed(message)


def _say(text: str) -> None:
    sys.stdout.write(f"  {text}\n")
    sys.stdout.flush()
