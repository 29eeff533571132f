"""ChannelEngine's merchant API, version 2, in miniature: what an account there knows and does.

It keeps orders, returns and webhooks, checks what ChannelEngine's schema checks, takes the update
of a return once, counts calls, and plays faults on request.  What it booked (``puts``, ``posts``,
``acknowledged``) is its ledger: the truth that tests and developers compare us with.  No I/O and
no clock: whoever serves it says what the time is and keeps its bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from retour.sandbox.channelengine.answers import (
    ENCODE,
    EVENTS,
    HOOK_NAME_LENGTH,
    HOOK_URL_LENGTH,
    JSON,
    KEY,
    NOT_LISTED,
    NOT_SINGLE,
    Invalid,
    checked_declaration,
    counts_of,
    envelope,
    expect_room,
    is_asked_for,
    order_line,
    page_number,
    page_of,
    read_lines,
    without,
)

_TOO_MANY: Final = 429
_KEPT: Final = (
    "orders",
    "returns",
    "webhooks",
    "faults",
    "reading",
    "puts",
    "posts",
    "acknowledged",
    "per_minute",
    "minute",
    "used",
)
MARKETPLACES: Final = {1: "bol", 2: "Amazon DE", 3: "Kaufland DE"}
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


@dataclass
class World:
    """ChannelEngine as far as returns need it.

    ``faults`` are played by the next writing calls, one each: ``rate`` (429), ``trouble`` (500, not
    booked), ``trouble_after`` (booked, 500), ``before`` and ``after`` (hang up), ``invalid``
    (400 with words), or None for none.
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
    per_minute: int | None = None  # Calls that it lets in; the rest hear 429.
    minute: str = ""
    used: int = 0
    now: datetime = _EPOCH

    # ------------------------------------------------------------------ kept

    def dump(self) -> bytes:
        """Write all of it but what is asked of it alone."""
        kept = {name: getattr(self, name) for name in _KEPT}
        return ENCODE.encode(
            kept | {"whole_only": sorted(self.whole_only), "keys": sorted(self.keys)}
        )

    @classmethod
    def load(cls, body: bytes, now: datetime) -> World:
        """Read what was written."""
        kept: JSON = json.loads(body, parse_float=Decimal)
        kept["whole_only"] = set(kept["whole_only"])
        kept["keys"] = set(kept["keys"])
        return cls(**kept, now=now)

    @property
    def ledger(self) -> list[JSON]:
        """List what it booked, kind by kind, in its own words."""
        return [
            {"kind": kind, "body": one}
            for kind, booked in (
                ("acknowledged", self.acknowledged),
                ("updated", self.puts),
                ("declared", self.posts),
            )
            for one in booked
        ]

    # ------------------------------------------------------------------ the marketplaces' hands

    def order(self, number: str, *lines: tuple[str, int, str], channel: int = 1) -> JSON:
        """Sell something on a channel: product, quantity and price, line by line."""
        expect_room(self.orders)
        made: JSON = {
            "Id": len(self.orders) + 1,
            "ChannelId": channel,
            "GlobalChannelId": 100 + channel,
            "GlobalChannelName": MARKETPLACES.get(channel, f"Marketplace {channel}"),
            "ChannelOrderNo": f"C-{number}",
            "MerchantOrderNo": number,
            "Email": f"buyer-{number}@market.example",
            "CurrencyCode": "EUR",
            "OrderDate": (self.now - timedelta(days=8)).isoformat(),
            "Status": "SHIPPED",
            "ChannelOrderSupport": "SPLIT_ORDER_LINES",
            "IsBusinessOrder": False,
            "ShippingCostsInclVat": Decimal("0.0"),
            "TotalInclVat": sum((Decimal(price) * count for _, count, price in lines), Decimal(0)),
            "Lines": [order_line(*line) for line in lines],
        }
        self.orders.append(made)
        return made

    def returned(
        self, number: str, *lines: tuple[str, int], reason: str = "OTHER", **more: object
    ) -> int:
        """Let a buyer declare a return at the marketplace."""
        expect_room(self.returns)
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
                    "OrderLine": sold.get(one["product"], order_line(one["product"], 0, "0.0")),
                    "ShipmentStatus": "SHIPPED",
                    "AcceptedQuantity": None,
                    "RejectedQuantity": None,
                    "ExtraData": None,
                }
                for one in lines
            ],
            "CreatedAt": self.now.isoformat(),
            "UpdatedAt": self.now.isoformat(),
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

    # ------------------------------------------------------------------ the merchant's calls

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, JSON] | None:
        """Answer a request; ``None`` hangs up."""
        split = urlsplit(target)
        query = {name.lower(): values for name, values in parse_qs(split.query).items()}
        path = split.path.removeprefix("/api")
        self.asked.append((method, path))
        if not self.keys & set(query.get("apikey", ())):
            return 401, envelope(401, "Invalid API key")
        if not self._is_let_in():
            return 429, envelope(429, "Rate limit exceeded")
        queue = self.reading if method == "GET" else self.faults
        fault = queue.pop(0) if queue else None
        if fault == "rate":
            return 429, envelope(429, "Rate limit exceeded")
        if fault == "trouble":
            return 500, envelope(500, "Something went wrong")
        if fault == "before":
            return None
        if fault == "invalid":
            errors = {"Lines": ["The marketplace does not take this."]}
            words = "One or more validation errors occurred."
            return 400, envelope(400, words) | {"ValidationErrors": errors}
        try:
            status, said = self._handled(method, path, query, body)
        except Invalid as error:
            words = "One or more validation errors occurred."
            return error.status, envelope(error.status, words) | {"ValidationErrors": error.errors}
        if fault == "trouble_after":
            return 500, envelope(500, "Something went wrong")
        return None if fault == "after" else (status, said)

    def _is_let_in(self) -> bool:
        """Count a call against the minute's."""
        minute = self.now.isoformat()[:16]
        self.used = 1 if minute != self.minute else self.used + 1
        self.minute = minute
        return self.per_minute is None or self.used <= self.per_minute

    def headers(self, status: int) -> list[tuple[str, str]]:
        """Give the headers of an answer: how many calls are left, and when to come again."""
        left = 10 if self.per_minute is None else max(self.per_minute - self.used, 0)
        is_ours = self.per_minute is None or self.used <= self.per_minute  # A fault was ordered.
        pause = 1 if is_ours else 60 - self.now.second
        reset = self.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        said = [
            ("content-type", "application/json; charset=utf-8"),
            ("date", format_datetime(self.now.astimezone(UTC), usegmt=True)),
            ("x-rate-limit-limit", "1m"),
            ("x-rate-limit-remaining", str(left)),
            ("x-rate-limit-reset", reset.isoformat()),
        ]
        return [*said, ("retry-after", str(pause))] if status == _TOO_MANY else said

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
                return 200, page_of([without(one, NOT_SINGLE) for one in found], 1)
            case _:
                raise Invalid(404, Path="No such route.")

    def _listed(self, query: dict[str, list[str]], creator: str) -> JSON:
        found = [one for one in self.returns if is_asked_for(one, query, creator)]
        shown = [
            without(one, ()) | {"Lines": [without(line, NOT_LISTED) for line in one["Lines"]]}
            for one in found
        ]
        return page_of(shown, page_number(query.get("page", ["1"])[0]))

    def _orders(self, query: dict[str, list[str]]) -> JSON:
        merchant, channel = query.get("merchantordernos"), query.get("channelordernos")
        found = [
            without(one, ("IsHidden",))
            for one in self.orders
            if not one.get("IsHidden")
            and (merchant is None or one["MerchantOrderNo"] in merchant)
            and (channel is None or one["ChannelOrderNo"] in channel)
        ]
        return page_of(found, page_number(query.get("page", ["1"])[0]))

    def _put(self, given: JSON) -> JSON:
        lines = read_lines(given, ("AcceptedQuantity", "RejectedQuantity"))
        wanted = given.get("ReturnId")
        found = next((one for one in self.returns if one["Id"] == wanted), None)
        if found is None:
            raise Invalid(404, ReturnId=f"Return {wanted} does not exist.")
        if found["Status"] != "IN_PROGRESS":
            raise Invalid(409, ReturnId=f"Return {wanted} has already been handled.")
        told = {one["MerchantProductNo"]: one for one in lines}
        announced = counts_of(found)
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
        return envelope(200, None)

    def _post(self, given: JSON) -> JSON:
        lines = checked_declaration(given)
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
        return envelope(201, None)

    def _acknowledge(self, given: JSON) -> JSON:
        found = next((one for one in self.returns if one["Id"] == given.get("ReturnId")), None)
        if found is None:
            raise Invalid(404, ReturnId="The return does not exist.")
        if not given.get("MerchantReturnNo"):
            raise Invalid(MerchantReturnNo="The field is required.")
        found["MerchantReturnNo"] = given["MerchantReturnNo"]
        found["AcknowledgedDate"] = self.now.isoformat()
        self.acknowledged.append(given)
        return envelope(201, None)

    def _hooks(self, method: str, path: str, given: JSON) -> JSON:
        if method == "GET":
            return page_of(list(self.webhooks.values()), 1)
        if method == "DELETE":
            name = unquote(path.rpartition("/")[2])
            if self.webhooks.pop(name, None) is None:
                raise Invalid(404, WebhookName=f"Webhook {name} does not exist.")
            return envelope(200, None)
        name, url = given.get("Name") or "", given.get("Url") or ""
        events: list[str] = given.get("Events") or []
        if not (0 < len(name) <= HOOK_NAME_LENGTH and 0 < len(url) <= HOOK_URL_LENGTH):
            raise Invalid(Name="Name and Url are required, 128 and 1028 characters at most.")
        if not events or not set(events) <= set(EVENTS):
            raise Invalid(Events="At least one known event is required.")
        if (name in self.webhooks) is (method == "POST"):
            known = "exists already" if method == "POST" else "does not exist"
            raise Invalid(409, Name=f"Webhook {name} {known}.")
        self.webhooks[name] = {**given, "IsActive": given.get("IsActive", True)}
        return envelope(200, None)
