"""A stand-in for ChannelEngine's merchant API, version 2: stateful, over HTTP, with its own ledger.

It keeps orders, returns and webhooks, answers in ChannelEngine's envelope, checks what its schema
checks, takes the update of a return once, and plays faults on request.  What it booked (``puts``,
``posts``, ``acknowledged``) is the oracle of the tests; nothing of ours reads it otherwise.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

KEY = "ce-key-1"
PAGE: Final = 100
REASONS: Final = (
    "PRODUCT_DEFECT",
    "PRODUCT_UNSATISFACTORY",
    "WRONG_PRODUCT",
    "TOO_MANY_PRODUCTS",
    "REFUSED",
    "REFUSED_DAMAGED",
    "WRONG_ADDRESS",
    "NOT_COLLECTED",
    "WRONG_SIZE",
    "OTHER",
)
STATUSES: Final = ("IN_PROGRESS", "RECEIVED", "CANCELLED")
_PRODUCT_LENGTH: Final = 64
_NUMBER_LENGTH: Final = 50
ENCODE: Final = msgspec.json.Encoder(decimal_format="number")
JSON = dict[str, Any]


class Invalid(Exception):
    """What is wrong with a request, by field."""

    def __init__(self, answered: int = 400, **errors: str) -> None:
        super().__init__()
        self.status = answered
        self.errors = {name: [words] for name, words in errors.items()}


@dataclass
class ChannelEngineServer:
    """ChannelEngine as far as returns need it.

    ``faults`` are played by the next writing calls, one each: ``rate`` (429), ``trouble`` (500, not
    booked), ``trouble_after`` (booked, 500), ``before`` and ``after`` (hang up), or None for none.
    ``reading`` is the same for the next reading calls.
    """

    orders: list[JSON] = field(default_factory=list)
    returns: list[JSON] = field(default_factory=list)
    webhooks: dict[str, JSON] = field(default_factory=dict)
    faults: list[str | None] = field(default_factory=list)
    reading: list[str | None] = field(default_factory=list)
    whole_only: set[int] = field(default_factory=set)  # Channels that take no partial acceptance.
    puts: list[JSON] = field(default_factory=list)
    posts: list[JSON] = field(default_factory=list)
    acknowledged: list[JSON] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    keys: set[str] = field(default_factory=lambda: {KEY})
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    port: int = 0

    @property
    def url(self) -> str:
        """Give the address that stands for a tenant's API."""
        return f"http://127.0.0.1:{self.port}/api"

    # ------------------------------------------------------------------ the marketplaces' hands

    def order(self, number: str, *lines: tuple[str, int, str], channel: int = 1) -> JSON:
        """Sell something on a channel: product, quantity and price, line by line."""
        made: JSON = {
            "Id": len(self.orders) + 1,
            "ChannelId": channel,
            "GlobalChannelId": 100 + channel,
            "GlobalChannelName": f"Marketplace {channel}",
            "ChannelOrderNo": f"C-{number}",
            "MerchantOrderNo": number,
            "Email": f"buyer-{number}@market.example",
            "CurrencyCode": "EUR",
            "OrderDate": self.now - timedelta(days=8),
            "Status": "SHIPPED",
            "ChannelOrderSupport": "SPLIT_ORDER_LINES",
            "IsBusinessOrder": False,
            "ShippingCostsInclVat": Decimal("0.0"),
            "TotalInclVat": sum((Decimal(price) * count for _, count, price in lines), Decimal(0)),
            "Lines": [_order_line(*line) for line in lines],
        }
        self.orders.append(made)
        return made

    def returned(
        self, number: str, *lines: tuple[str, int], reason: str = "OTHER", **more: object
    ) -> int:
        """Let a buyer declare a return at the marketplace."""
        order = next(one for one in self.orders if one["MerchantOrderNo"] == number)
        made = self._made(order, [{"product": name, "count": count} for name, count in lines])
        made |= {"ChannelReturnNo": f"CR-{made['Id']}", "Reason": reason, **more}
        self.returns.append(made)
        return int(made["Id"])

    @property
    def returned_there(self) -> list[JSON]:
        """List the returns that marketplaces declared."""
        return [one for one in self.returns if one["ChannelReturnNo"] is not None]

    def cancel(self, return_id: int) -> None:
        """Let the marketplace take a return back."""
        self.found(return_id)["Status"] = "CANCELLED"

    def found(self, return_id: int) -> JSON:
        """Give a return as it stands."""
        return next(one for one in self.returns if one["Id"] == return_id)

    def _made(self, order: JSON, lines: list[JSON]) -> JSON:
        sold = {one["MerchantProductNo"]: one for one in order["Lines"]}
        return {
            "Id": 5000 + len(self.returns),
            "MerchantOrderNo": order["MerchantOrderNo"],
            "ChannelOrderNo": order["ChannelOrderNo"],
            "ChannelId": order["ChannelId"],
            "GlobalChannelId": order["GlobalChannelId"],
            "GlobalChannelName": order["GlobalChannelName"],
            "Lines": [
                {
                    "MerchantProductNo": one["product"],
                    "Quantity": one["count"],
                    "OrderLine": sold.get(one["product"], _order_line(one["product"], 0, "0.0")),
                    "ShipmentStatus": "SHIPPED",
                    "AcceptedQuantity": None,
                    "RejectedQuantity": None,
                    "ExtraData": None,
                }
                for one in lines
            ],
            "CreatedAt": self.now,
            "UpdatedAt": self.now,
            "MerchantReturnNo": None,
            "ChannelReturnNo": None,
            "Status": "IN_PROGRESS",
            "AcknowledgedDate": None,
            "Reason": "OTHER",
            "CustomerComment": None,
            "MerchantComment": None,
            "RefundInclVat": Decimal("0.0"),
            "RefundExclVat": Decimal("0.0"),
            "ReturnDate": None,
            "ExtraData": None,
        }

    # ------------------------------------------------------------------ HTTP

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.strip().split("\r\n")
                headers = {
                    name.strip().lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in lines)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                method, target, _ = first.split(" ")
                answer = self.answer(method, target, body)
                if answer is None:
                    break
                writer.write(_reply(*answer))
                await writer.drain()
        writer.close()

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, JSON] | None:
        """Answer a request; ``None`` hangs up."""
        split = urlsplit(target)
        query = {name.lower(): values for name, values in parse_qs(split.query).items()}
        path = split.path.removeprefix("/api")
        self.asked.append((method, path))
        if not self.keys & set(query.get("apikey", ())):
            return 401, _said(401, "Invalid API key")
        queue = self.reading if method == "GET" else self.faults
        fault = queue.pop(0) if queue else None
        if fault == "rate":
            return 429, _said(429, "Rate limit exceeded")
        if fault == "trouble":
            return 500, _said(500, "Something went wrong")
        if fault == "before":
            return None
        try:
            status, said = self._handled(method, path, query, body)
        except Invalid as error:
            words = "One or more validation errors occurred."
            return error.status, _said(error.status, words) | {"ValidationErrors": error.errors}
        if fault == "trouble_after":
            return 500, _said(500, "Something went wrong")
        return None if fault == "after" else (status, said)

    def _handled(
        self, method: str, path: str, query: dict[str, list[str]], body: bytes
    ) -> tuple[int, JSON]:
        given: JSON = json.loads(body, parse_float=Decimal) if body else {}
        match method, path:
            case "GET", "/v2/returns":
                return 200, self._listed(query, query.get("creatortype", ["MIXED"])[0])
            case "GET", "/v2/returns/merchant":
                return 200, self._listed(query, "ONLY_FROM_CHANNEL")
            case "GET", "/v2/returns/merchant/new":
                return 200, self._listed(query | {"statuses": ["IN_PROGRESS"]}, "ONLY_FROM_CHANNEL")
            case "GET", "/v2/orders":
                return 200, self._orders(query)
            case "POST", "/v2/returns/merchant":
                return 201, self._post(given)
            case "POST", "/v2/returns/merchant/acknowledge":
                return 201, self._acknowledge(given)
            case "PUT", "/v2/returns":
                return 200, self._put(given)
            case (("POST" | "PUT" | "GET" | "DELETE"), _) if path.startswith("/v2/webhooks"):
                return 200, self._hooks(method, path, given)
            case "GET", _ if path.startswith("/v2/returns/merchant/"):
                number = unquote(path.removeprefix("/v2/returns/merchant/"))
                found = [one for one in self.returns if one["MerchantOrderNo"] == number]
                return 200, _page([_without(one, _NOT_SINGLE) for one in found], 1)
            case _:
                raise Invalid(404, Path="No such route.")

    def _listed(self, query: dict[str, list[str]], creator: str) -> JSON:
        found = [one for one in self.returns if _matches(one, query, creator)]
        shown = [
            _without(one, ()) | {"Lines": [_without(line, _NOT_LISTED) for line in one["Lines"]]}
            for one in found
        ]
        return _page(shown, _whole(query.get("page", ["1"])[0]))

    def _orders(self, query: dict[str, list[str]]) -> JSON:
        merchant, channel = query.get("merchantordernos"), query.get("channelordernos")
        found = [
            one
            for one in self.orders
            if (merchant is None or one["MerchantOrderNo"] in merchant)
            and (channel is None or one["ChannelOrderNo"] in channel)
        ]
        return _page(found, _whole(query.get("page", ["1"])[0]))

    def _put(self, given: JSON) -> JSON:
        lines = _lines(given, ("AcceptedQuantity", "RejectedQuantity"))
        wanted = given.get("ReturnId")
        found = next((one for one in self.returns if one["Id"] == wanted), None)
        if found is None:
            raise Invalid(404, ReturnId=f"Return {wanted} does not exist.")
        if found["Status"] != "IN_PROGRESS":
            raise Invalid(409, ReturnId=f"Return {wanted} has already been handled.")
        told = {one["MerchantProductNo"]: one for one in lines}
        announced = _announced(found)
        for product, one in told.items():
            if one["AcceptedQuantity"] + one["RejectedQuantity"] > announced.get(product, 0):
                raise Invalid(Lines=f"More of product {product} than is in the return.")
        taken = sum(one["AcceptedQuantity"] for one in lines)
        if found["ChannelId"] in self.whole_only and 0 < taken < sum(announced.values()):
            raise Invalid(Lines="This channel does not support partial acceptance.")
        left = {
            name: [one["AcceptedQuantity"], one["RejectedQuantity"]] for name, one in told.items()
        }
        for line in found["Lines"]:
            counts = left.get(line["MerchantProductNo"], [0, 0])
            line["AcceptedQuantity"] = min(counts[0], line["Quantity"])
            line["RejectedQuantity"] = line["Quantity"] - line["AcceptedQuantity"]
            counts[0] -= line["AcceptedQuantity"]
        found["Status"] = "RECEIVED"
        self.puts.append(given)
        return _said(200, None)

    def _post(self, given: JSON) -> JSON:
        for name in ("MerchantOrderNo", "MerchantReturnNo"):
            if not given.get(name) or len(given[name]) > _NUMBER_LENGTH:
                raise Invalid(400, **{name: f"The field {name} must have 1 to 50 characters."})
        lines = _lines(given, ("Quantity",))
        if given.get("Reason") not in (None, *REASONS):
            raise Invalid(Reason="The value is not valid for Reason.")
        for name in ("RefundInclVat", "RefundExclVat"):
            if given.get(name, 0) < 0:
                raise Invalid(400, **{name: "The value must not be negative."})
        number = given["MerchantOrderNo"]
        order = next((one for one in self.orders if one["MerchantOrderNo"] == number), None)
        if order is None:
            raise Invalid(404, MerchantOrderNo=f"Order {number} does not exist.")
        sold = {one["MerchantProductNo"]: one["Quantity"] for one in order["Lines"]}
        for one in lines:
            if one["Quantity"] > sold.get(one["MerchantProductNo"], 0):
                raise Invalid(Lines=f"Product {one['MerchantProductNo']} was not sold so often.")
        counted = [{"product": one["MerchantProductNo"], "count": one["Quantity"]} for one in lines]
        kept = ("MerchantReturnNo", "Reason", "RefundInclVat", "RefundExclVat", "MerchantComment")
        told = {name: given[name] for name in kept if name in given}
        self.returns.append(self._made(order, counted) | told)
        self.posts.append(given)
        return _said(201, None)

    def _acknowledge(self, given: JSON) -> JSON:
        found = next((one for one in self.returns if one["Id"] == given.get("ReturnId")), None)
        if found is None:
            raise Invalid(404, ReturnId="The return does not exist.")
        if not given.get("MerchantReturnNo"):
            raise Invalid(MerchantReturnNo="The field is required.")
        found["MerchantReturnNo"] = given["MerchantReturnNo"]
        found["AcknowledgedDate"] = self.now
        self.acknowledged.append(given)
        return _said(201, None)

    def _hooks(self, method: str, path: str, given: JSON) -> JSON:
        if method == "GET":
            return _page(list(self.webhooks.values()), 1)
        if method == "DELETE":
            self.webhooks.pop(unquote(path.rpartition("/")[2]), None)
            return _said(200, None)
        if not given.get("Name") or not given.get("Url") or not given.get("Events"):
            raise Invalid(Name="Name, Url and Events are required.")
        self.webhooks[given["Name"]] = {**given, "IsActive": given.get("IsActive", True)}
        return _said(200, None)


_NOT_SINGLE: Final = ("ChannelOrderNo", "AcknowledgedDate")
_NOT_LISTED: Final = ("AcceptedQuantity", "RejectedQuantity")


def _order_line(product: str, count: int, price: str) -> JSON:
    return {
        "ChannelProductNo": f"CP-{product}"[:60],
        "MerchantProductNo": product,
        "Quantity": count,
        "UnitPriceInclVat": Decimal(price),
        "VatRate": Decimal("21.0"),
        "Description": f"Article {product}",
        "Status": "SHIPPED",
        "IsFulfillmentByMarketplace": False,
    }


def _lines(given: JSON, counts: tuple[str, ...]) -> list[JSON]:
    """Check lines as the schema does."""
    lines: list[JSON] = given.get("Lines") or []
    if not lines:
        raise Invalid(Lines="At least one line is required.")
    for one in lines:
        product = one.get("MerchantProductNo")
        if not product or len(product) > _PRODUCT_LENGTH:
            raise Invalid(Lines="MerchantProductNo must have 1 to 64 characters.")
        for name in counts:
            if not isinstance(one.get(name), int) or one[name] < 0:
                raise Invalid(Lines=f"{name} must be zero or more.")
    return lines


def _announced(found: JSON) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in found["Lines"]:
        name = line["MerchantProductNo"]
        counts[name] = counts.get(name, 0) + line["Quantity"]
    return counts


def _matches(one: JSON, query: dict[str, list[str]], creator: str) -> bool:
    by_channel = one["ChannelReturnNo"] is not None
    start, end = query.get("fromdate"), query.get("todate")
    said = query.get("isacknowledged")
    return (
        (creator == "MIXED" or by_channel is (creator == "ONLY_FROM_CHANNEL"))
        and ("statuses" not in query or one["Status"] in query["statuses"])
        and ("reasons" not in query or one["Reason"] in query["reasons"])
        and ("channelids" not in query or str(one["ChannelId"]) in query["channelids"])
        and _named(one, query, "MerchantOrderNo")
        and _named(one, query, "ChannelOrderNo")
        and (start is None or one["CreatedAt"] >= datetime.fromisoformat(start[0]))
        and (end is None or one["CreatedAt"] < datetime.fromisoformat(end[0]))
        and (said is None or (one["AcknowledgedDate"] is not None) is (said[0].lower() == "true"))
    )


def _named(one: JSON, query: dict[str, list[str]], name: str) -> bool:
    wanted = query.get(f"{name.lower()}s")
    return wanted is None or one[name] in wanted


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise Invalid(Page="Pages start at 1.")
    return int(text)


def _without(one: JSON, names: tuple[str, ...]) -> JSON:
    return {name: value for name, value in one.items() if name not in names}


def _page(found: list[JSON], number: int) -> JSON:
    shown = found[(number - 1) * PAGE : number * PAGE]
    return _said(200, None) | {
        "Content": shown,
        "Count": len(shown),
        "TotalCount": len(found),
        "ItemsPerPage": PAGE,
    }


def _said(status: int, words: str | None) -> JSON:
    return {
        "StatusCode": status,
        "RequestId": None,
        "LogId": None,
        "Success": status < 400,
        "Message": words,
        "ValidationErrors": {},
    }


def _reply(status: int, said: JSON) -> bytes:
    text = ENCODE.encode(said)
    pause = "retry-after: 1\r\n" if status == 429 else ""
    head = (
        f"HTTP/1.1 {status} X\r\ncontent-type: application/json; charset=utf-8\r\n"
        f"x-rate-limit-limit: 1m\r\nx-rate-limit-remaining: 10\r\n{pause}"
        f"content-length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


@contextlib.asynccontextmanager
async def channelengine_running() -> AsyncGenerator[ChannelEngineServer]:
    """Run a stand-in on loopback."""
    running = ChannelEngineServer()
    server = await asyncio.start_server(running.serve, "127.0.0.1", 0)
    running.port = server.sockets[0].getsockname()[1]
    async with server:
        yield running
