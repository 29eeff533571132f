"""A stand-in for Stripe's refunds: stateful, over HTTP, as the official client expects it.

It keeps payments, refunds and idempotency keys (with the first answer of each, refusals included),
checks what Stripe checks, signs webhooks as Stripe does, and plays faults on request.  Its ledger
is the oracle of the tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KEY = "sk_test_retour"
WEBHOOK_SECRET = "whsec_retour"
Answer = tuple[int, dict[str, Any]]


@dataclass
class StripeServer:
    """Stripe as far as refunds need it; amounts in Stripe's own minor units."""

    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    disputes: list[dict[str, Any]] = field(default_factory=list)
    answered: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    made: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        """Give the address that stands for ``api.stripe.com``."""
        return f"http://127.0.0.1:{self.port}"

    def pay(self, payment: str, amount: int, currency: str = "eur") -> str:
        """Capture a payment."""
        self.payments[payment] = {"amount": amount, "currency": currency}
        return payment

    def live(self, intent: str) -> list[dict[str, Any]]:
        """List the refunds of an intent that stand."""
        return [
            one
            for one in self.refunds
            if one["metadata"].get("retour_intent") == intent
            and one["status"] not in ("failed", "canceled")
        ]

    def refunded(self, payment: str) -> int:
        """Sum what has gone back of a payment."""
        return sum(
            one["amount"]
            for one in self.refunds
            if payment in (one["payment_intent"], one["charge"])
            and one["status"] not in ("failed", "canceled")
        )

    def refund_elsewhere(self, payment: str, amount: int, *, ago_s: int = 0) -> dict[str, Any]:
        """Refund as a person does in the dashboard."""
        return self._made(payment, amount, "succeeded", {}, ago_s)

    def dispute(self, payment: str, amount: int) -> dict[str, Any]:
        """Let the bank take a payment back."""
        made = {
            "id": f"dp_{len(self.disputes) + 1}",
            "object": "dispute",
            "amount": amount,
            "currency": self.payments[payment]["currency"],
            "payment_intent": payment,
            "charge": None,
            "status": "needs_response",
            "created": int(time.time()),
        }
        self.disputes.append(made)
        return made

    def turn_out(self, refund: str, status: str, reason: str | None = None) -> None:
        """Let a pending refund end."""
        (found,) = [one for one in self.refunds if one["id"] == refund]
        found["status"] = status
        if reason is not None:
            found["failure_reason"] = reason

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
                answer = self.answer(method, target, headers, body.decode())
                if answer is None:
                    break
                status, said = answer
                text = json.dumps(said).encode()
                said_first = (
                    f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n"
                    f"request-id: req_{len(self.asked)}\r\ncontent-length: {len(text)}\r\n\r\n"
                )
                writer.write(said_first.encode() + text)
                await writer.drain()
        writer.close()

    def answer(self, method: str, target: str, headers: dict[str, str], body: str) -> Answer | None:
        """Answer a request; ``None`` hangs up."""
        split = urlsplit(target)
        given = dict(parse_qsl(body if method == "POST" else split.query))
        self.asked.append((method, split.path, given))
        if headers.get("authorization") != f"Bearer {KEY}":
            return _error(401, "invalid_request_error", "Invalid API Key provided: sk_test_***our")
        if split.path not in ("/v1/refunds", "/v1/disputes"):
            return _error(404, "invalid_request_error", f"Unrecognized request URL {split.path}.")
        if method == "GET":
            return self._list(split.path, given)
        fault = self.faults.pop(0) if self.faults else None
        if fault == "before":
            return None
        if fault == "busy":
            return _error(429, "invalid_request_error", "Too many requests.", "rate_limit")
        key = headers.get("idempotency-key", "")
        answer = self._once(key, json.dumps(sorted(given.items())), given, fault)
        return None if fault == "after" else answer

    def _once(self, key: str, asked: str, given: dict[str, str], fault: str | None) -> Answer:
        if key in self.answered:
            before, answer = self.answered[key]
            if before != asked:
                words = "Keys for idempotent requests can only be used with the same parameters."
                return _error(400, "idempotency_error", words)
            return answer
        answer = self._create(given, fault)
        self.answered[key] = (asked, answer)
        return answer

    def _create(self, given: dict[str, str], fault: str | None) -> Answer:
        payment = given.get("payment_intent") or given.get("charge") or ""
        if payment not in self.payments:
            return _error(
                404, "invalid_request_error", f"No such payment: '{payment}'", "resource_missing"
            )
        if fault == "trouble":
            return _error(500, "api_error", "An unknown error occurred.")
        if fault == "no_money":
            return _error(
                400, "invalid_request_error", "Insufficient funds.", "balance_insufficient"
            )
        amount = int(given["amount"])
        left = self.payments[payment]["amount"] - self.refunded(payment)
        if amount > left:
            words = f"Refund amount ({amount}) is greater than unrefunded amount ({left})"
            return _error(400, "invalid_request_error", words)
        metadata = {
            name.removeprefix("metadata[").removesuffix("]"): value
            for name, value in given.items()
            if name.startswith("metadata[")
        }
        status = "pending" if fault == "pending" else "succeeded"
        made = self._made(payment, amount, status, metadata, 0)
        made["payment_intent"], made["charge"] = given.get("payment_intent"), given.get("charge")
        return 200, dict(made)

    def _made(
        self, payment: str, amount: int, status: str, metadata: dict[str, str], ago_s: int
    ) -> dict[str, Any]:
        self.made += 1
        made = {
            "id": f"re_{self.made}",
            "object": "refund",
            "amount": amount,
            "currency": self.payments[payment]["currency"],
            "payment_intent": payment,
            "charge": None,
            "status": status,
            "metadata": metadata,
            "created": int(time.time()) - ago_s,
        }
        self.refunds.append(made)
        return made

    def _list(self, path: str, given: dict[str, str]) -> Answer:
        kept = self.disputes if path == "/v1/disputes" else self.refunds
        since, until = (int(given.get(f"created[{name}]", "0")) for name in ("gte", "lt"))
        found = [
            one
            for one in reversed(kept)
            if given.get("payment_intent") in (None, one["payment_intent"])
            and given.get("charge") in (None, one["charge"])
            and one["created"] >= since
            and (not until or one["created"] < until)
        ]
        ids = [one["id"] for one in found]
        start = ids.index(given["starting_after"]) + 1 if "starting_after" in given else 0
        limit = int(given.get("limit", "10"))
        page = found[start : start + limit]
        more = len(found) > start + limit
        return 200, {"object": "list", "url": path, "data": page, "has_more": more}


def _error(status: int, kind: str, words: str, code: str | None = None) -> Answer:
    error = {"type": kind, "message": words} | ({"code": code} if code else {})
    return status, {"error": error}


def signed(body: bytes, secret: str = WEBHOOK_SECRET, at: int | None = None) -> str:
    """Write the ``Stripe-Signature`` header of a webhook."""
    when = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{when}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={when},v1={digest}"


@contextlib.asynccontextmanager
async def stripe_running() -> AsyncGenerator[StripeServer]:
    """Run a stand-in on loopback."""
    stripe = StripeServer()
    server = await asyncio.start_server(stripe.serve, "127.0.0.1", 0)
    stripe.port = server.sockets[0].getsockname()[1]
    async with server:
        yield stripe
