"""The return that the demonstration plays, over HTTP, as a merchant's developer would drive it.

Signed JSON, signed XML and e-mail are told of it, and other systems in the words they know.  Each
message is shown as it is delivered; the story ends when everyone has heard the last word.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.gateways.http import HttpRequest
from retour.kernel.ids import workspace_number
from retour.wiring.merchants import story_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retour.gateways.exchange import Method
    from retour.gateways.http import HttpClient

_WAIT_S: Final = 60.0
EVENTS: Final = (
    "return_requested",
    "return_authorized",
    "return_shipped",
    "return_tracked",
    "return_received",
    "return_processed",
    "return_settled",
    "return_completed",
)
"""The notifications that the played return causes, in 12Return's words."""


_NATIVE: Final = ("json", "xml", "mail")
DIALECTS_TOLD: Final[Mapping[str, str]] = {
    "tickets": "ticket.closed",
    "kibo": "return_cleared",
    "fulfillmenttools": "REFUND_TRIGGERED",
}
"""Other systems that are told in their own words, each with a late one of them."""


class StoryFailed(Exception):
    """A step of the story was not answered as it should be."""


class Client:
    """Speaks to the API with one workspace's key."""

    def __init__(self, http: HttpClient, base: str, workspace: str, api_key: str) -> None:
        self._http = http
        self._root = f"{base}/v1/workspaces/{workspace}"
        self._api_key = api_key

    async def call(self, method: Method, path: str, body: object = None) -> dict[str, Any]:
        """Make a call and give its answer.

        Raises:
            StoryFailed: The answer is no success.
        """
        reply = await self._http.send(
            HttpRequest(
                method=method,
                url=self._root + path,
                headers=(
                    ("authorization", f"Bearer {self._api_key}"),
                    ("content-type", "application/json"),
                ),
                body=b"" if body is None else msgspec.json.encode(body),
            )
        )
        if reply.status is None or not 200 <= reply.status < 300:  # noqa: PLR2004 - success
            said = reply.body.decode(errors="replace") or reply.detail
            message = f"{method} {path} answered {reply.status}: {said[:500]}"
            raise StoryFailed(message)
        return msgspec.json.decode(reply.body) if reply.body else {}

    async def now(self) -> datetime:
        """Ask the sandbox for its business time."""
        clock = await self.call("POST", "/clock", {"advance": "PT0S"})
        return msgspec.convert(clock["now"], datetime)


class Listener:
    """Hears what the sink and the mailbox get, and shows it."""

    def __init__(self, workspace: str) -> None:
        self._workspace_id = workspace_number(workspace)
        self._heard: dict[str, list[str]] = {channel: [] for channel in (*_NATIVE, *DIALECTS_TOLD)}
        self._changed = asyncio.Event()

    def __call__(
        self, workspace_id: int, kind: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> None:
        """Take one message."""
        if workspace_id != self._workspace_id:
            return
        channel, word = _mail(body) if kind == "mail" else _webhook(dict(headers), body)
        self._heard[channel].append(word)
        sys.stdout.write(f"    {channel:<16} {word}\n")
        sys.stdout.flush()
        self._changed.set()

    async def until(self, word: str) -> None:
        """Wait until JSON, XML and mail have heard ``word``.

        Raises:
            StoryFailed: A minute passed.
        """
        await self._until(dict.fromkeys(_NATIVE, word))

    async def until_end(self) -> None:
        """Wait until everybody has heard the last word of a completed return.

        Raises:
            StoryFailed: A minute passed.
        """
        await self._until({**dict.fromkeys(_NATIVE, "completed"), **DIALECTS_TOLD})

    async def _until(self, words: Mapping[str, str]) -> None:
        def silent() -> list[str]:
            return [name for name, word in words.items() if word not in str(self._heard[name])]

        try:
            async with asyncio.timeout(_WAIT_S):
                while silent():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as error:
            message = f"The last word was not heard by {', '.join(silent())} within a minute."
            raise StoryFailed(message) from error

    @property
    def count(self) -> int:
        """How many messages have arrived."""
        return sum(len(heard) for heard in self._heard.values())


def _webhook(headers: dict[str, str], body: bytes) -> tuple[str, str]:
    sequence = headers.get("webhook-sequence", "–")
    if "xml" in headers.get("content-type", ""):
        word = body.partition(b"<type>")[2].partition(b"</type>")[0].decode()
        return "xml", f"{sequence:>3}  {word}"
    said = msgspec.json.decode(body)
    if "x-dispatch-signature" in headers:
        return "tickets", f"     {said['event']}  {said['data']['status']}"
    if "eventTypeID" in said:
        return "kibo", f"     {said['eventTypeID']}  {said['status']}"
    if "eventId" in said:
        return "fulfillmenttools", f"     {said['event']}"
    return "json", f"{sequence:>3}  {said['type']}"


def _mail(body: bytes) -> tuple[str, str]:
    message = email.message_from_bytes(body, policy=email.policy.default)
    return "mail", f"     {message['x-retour-event'] or ''}  “{message['subject']}”"


def mail_domain(workspace: str) -> str:
    """Give the domain whose mail the sandbox's mailbox files under a workspace."""
    return f"{workspace.replace('_', '-')}.sandbox.invalid"


async def subscribe(client: Client, sink: str, workspace: str) -> None:
    """Have JSON, XML, mail and other systems told of everything, unless an earlier run did."""
    there = {one["dialect"] for one in (await client.call("GET", "/subscriptions"))["data"]}
    for dialect in DIALECTS_TOLD:
        if dialect not in there:
            asked = {"url": f"{sink}/{workspace}/{dialect}", "events": ["*"], "dialect": dialect}
            await client.call("POST", "/subscriptions", asked)
    if "retour" in there:
        return
    await client.call(
        "POST", "/subscriptions", {"url": f"{sink}/{workspace}/json", "events": ["*"]}
    )
    await client.call(
        "POST",
        "/subscriptions",
        {"url": f"{sink}/{workspace}/xml", "events": ["*"], "format": "xml"},
    )
    profile = await client.call(
        "POST",
        "/notification-profiles",
        {"name": "Team inbox", "type": "email", "address": f"team@{mail_domain(workspace)}"},
    )
    for event in EVENTS:
        await client.call(
            "POST",
            "/notification-templates",
            {"event": event, "type": "email", "profiles": [profile["id"]], "active": True},
        )


def _steps(return_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """List the commands of the story: what is shown, the path, the body."""
    to = f"/returns/{return_id}"
    judged = [
        {"line": "2", "quantity": 1, "acceptance": "accepted", "grade": "A"},
        {"line": "3", "quantity": 2, "acceptance": "accepted", "grade": "B"},
    ]
    seen = [{"line": "2", "quantity": 1}, {"line": "3", "quantity": 2}]
    return [
        ("the agent authorizes it", f"{to}/authorize", {}),
        ("a label is made", f"{to}/create_label", {"carrier": "sandbox"}),
        ("the customer hands the parcel over", f"{to}/ship", {}),
        ("the carrier scans it", f"{to}/track", {"code": "in_transit"}),
        ("the warehouse receives it", f"{to}/receive", {"units": seen}),
        ("every piece is inspected", f"{to}/inspect", {"units": judged}),
        ("the receipt is finished", f"{to}/finish_receipt", {}),
        ("the settlement is worked out", f"{to}/propose_settlement", {"kind": "refund"}),
        ("and confirmed", f"{to}/confirm_settlement", {}),
        ("the refund is paid", f"{to}/start_refund", {}),
    ]


def _say(text: str) -> None:
    sys.stdout.write(f"  {text}\n")
    sys.stdout.flush()


async def _until_label(client: Client, return_id: str) -> None:
    for _ in range(600):
        ret = await client.call("GET", f"/returns/{return_id}")
        if any(parcel["status"] == "label_created" for parcel in ret["parcels"]):
            return
        await asyncio.sleep(0.1)
    message = "The sandbox carrier made no label within a minute."
    raise StoryFailed(message)


async def play(client: Client, listener: Listener) -> dict[str, Any]:
    """Play one return from requested to completed; gives the completed return.

    Raises:
        StoryFailed: A step was refused, or a message did not arrive.
    """
    now = await client.now()
    number = f"STORY-{now:%Y%m%d-%H%M%S}"
    await client.call("PUT", f"/orders/{number}", story_order(now))
    _say(f"order {number} was delivered; the customer asks to return a pair of boots and two mugs")
    asked = {
        "order_number": number,
        "origin": "portal",
        "lines": [
            {"line": "2", "quantity": 1, "reason": "Too small"},
            {"line": "3", "quantity": 2, "reason": "Changed my mind"},
        ],
    }
    ret = await client.call("POST", "/returns", asked)
    for text, path, body in _steps(ret["id"]):
        _say(text)
        await client.call("POST", path, body)
        if path.endswith("create_label"):
            await _until_label(client, ret["id"])
    await listener.until("settled")
    _say("the agent closes it")
    ret = await client.call("POST", f"/returns/{ret['id']}/complete")
    await listener.until_end()
    return ret
