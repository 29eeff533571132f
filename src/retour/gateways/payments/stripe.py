"""Refunds at Stripe, by its official client over our own guarded way out.

Every refund carries the intent in its metadata, so that it can be found again whatever became of
the answer; the look-up reads the payment's refunds, newest first.  Stripe remembers an idempotency
key's answer for a day, refusals included: the key names the intent and how many of its tries have
failed, so a repeated request is the same refund and a new try is a new one.

Source: Stripe API reference, refunds, idempotent requests, errors, currencies.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypedDict

from stripe import (
    APIConnectionError,
    AuthenticationError,
    CardError,
    HTTPClient,
    IdempotencyError,
    InvalidRequestError,
    Refund,
    StripeClient,
    StripeError,
)
from stripe import PermissionError as ForbiddenError
from stripe.params import RefundCreateParams, RefundListParams

from retour.gateways.exchange import HttpReply, HttpRequest, Method
from retour.gateways.limits import REPLY_BODY_BYTES_MAX
from retour.gateways.payments import ProcessorOutcome, ProcessorReply, RefundOrder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from retour.gateways.http import HttpClient

API: Final = "https://api.stripe.com"
INTENT: Final = "retour_intent"
"""The key in a refund's metadata that holds our intent."""
RETURN: Final = "retour_return"
"""The key that holds the return it is made for."""

_TIMEOUT_S: Final = 40.0
_PAGE: Final = 10
_REFUNDS_MAX: Final = 500
_HUNDREDFOLD: Final = frozenset({"ISK", "UGX"})
"""Currencies without decimals of which Stripe wants hundredths all the same."""
_WHOLE_TENS: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""Currencies of three decimals whose last one Stripe wants to be zero."""
_METHODS: Final[Mapping[str, Method]] = {"get": "GET", "post": "POST", "delete": "DELETE"}
OUTCOMES: Final = {
    "succeeded": ProcessorOutcome.SUCCEEDED,
    "pending": ProcessorOutcome.PENDING,
    "requires_action": ProcessorOutcome.PENDING,
    "failed": ProcessorOutcome.FAILED,
    "canceled": ProcessorOutcome.FAILED,
}
_CHARGE: Final = re.compile(r"(ch|py)_[A-Za-z0-9]+")
_PAYMENT_INTENT: Final = re.compile(r"pi_[A-Za-z0-9]+")

Keys = Callable[[int], Awaitable[str | None]]
"""Gives a workspace's secret key; ``None`` where it has none."""

_NO_KEY: Final = "This workspace has no Stripe key. Add one, or let the payment be external."
_NOT_STRIPES: Final = (
    "This is no payment of Stripe: its id begins with pi_, ch_ or py_. Put the order with that id."
)


def stripe_amount(amount: int, currency: str) -> int | None:
    """Give an amount of minor units as Stripe counts them; ``None`` where it cannot be said there.

    >>> stripe_amount(1999, "EUR"), stripe_amount(500, "UGX"), stripe_amount(5124, "KWD")
    (1999, 50000, None)
    """
    if currency in _WHOLE_TENS:
        return None if amount % 10 else amount
    return amount * 100 if currency in _HUNDREDFOLD else amount


def our_amount(amount: int, currency: str) -> int:
    """Give an amount as Stripe counts it in minor units of ours.

    >>> our_amount(1999, "EUR"), our_amount(50000, "UGX")
    (1999, 500)
    """
    return amount // 100 if currency in _HUNDREDFOLD else amount


@dataclass(frozen=True, slots=True)
class StripeProcessor:
    """Refunds at Stripe, each workspace with its own key; never raises for what the network does.

    Args:
        http: The one outgoing client; ``api`` is Stripe's address or that of a stand-in.
        keys: Where secret keys come from, asked anew for each call.
    """

    http: HttpClient
    keys: Keys
    api: str = API

    async def refund(self, order: RefundOrder) -> ProcessorReply:
        """Refund once per intent and failed tries before."""
        amount = stripe_amount(order.amount, order.currency)
        if amount is None:
            return _failed(
                f"Stripe refunds {order.currency} in steps of ten minor units only."
                " Round the amount."
            )
        target = _target(order.payment)
        client = await self._client(order.workspace_id)
        if target is None or client is None:
            return _failed(_NOT_STRIPES if target is None else _NO_KEY)

        try:
            made = await client.v1.refunds.create_async(
                RefundCreateParams(**target, amount=amount, metadata=_metadata(order)),
                {"idempotency_key": f"{order.intent}-{order.failures}"},
            )
        except StripeError as error:
            return _said(error)
        return _reply(made)

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        """Find the latest refund of the intent among those of its payment."""
        target = _target(order.payment)
        client = await self._client(order.workspace_id)
        if target is None or client is None:
            return None

        try:
            async for found in _refunds(client, target):
                if _intent_of(found) == order.intent:
                    return _reply(found)
        except StripeError as error:
            return ProcessorReply(outcome=ProcessorOutcome.UNKNOWN, error=words_of(error))
        return None

    async def _client(self, workspace_id: int) -> StripeClient | None:
        key = await self.keys(workspace_id)
        if key is None:
            return None
        return client_of(self.http, key, self.api)


def client_of(
    http: HttpClient, key: str, api: str, *, reply_bytes_max: int = REPLY_BODY_BYTES_MAX
) -> StripeClient:
    """Give the official client, which speaks through ours and reads at most so much."""
    return StripeClient(
        key,
        http_client=_guarded(http, reply_bytes_max),
        base_addresses={"api": api},
        max_network_retries=0,  # The delivery engine repeats, after a look-up.
    )


async def trial(http: HttpClient, key: str, api: str = API) -> str | None:
    """Ask for the newest refund, which is what a key must let us read; says what is wrong."""
    try:
        await client_of(http, key, api).v1.refunds.list_async(RefundListParams(limit=1))
    except StripeError as error:
        return words_of(error)
    return None


def _metadata(order: RefundOrder) -> dict[str, str]:
    told = {INTENT: order.intent}
    return told if order.return_id is None else {**told, RETURN: order.return_id}


async def _refunds(client: StripeClient, target: _Target) -> AsyncIterator[Refund]:
    """Give a payment's refunds, newest first, in pages small enough for our limits."""
    seen = 0
    after: str | None = None
    while seen < _REFUNDS_MAX:
        wanted = RefundListParams(**target, limit=_PAGE)
        if after is not None:
            wanted["starting_after"] = after
        page = await client.v1.refunds.list_async(wanted)
        for one in page.data:
            yield one
        seen += len(page.data)
        if not page.has_more or not page.data:
            return
        after = page.data[-1].id


class _Target(TypedDict, total=False):
    payment_intent: str
    charge: str


def _target(payment: str) -> _Target | None:
    if _PAYMENT_INTENT.fullmatch(payment):
        return {"payment_intent": payment}
    return {"charge": payment} if _CHARGE.fullmatch(payment) else None


def _intent_of(found: Refund) -> str | None:
    told = found.metadata
    return told[INTENT] if told is not None and INTENT in told else None


def _reply(made: Refund) -> ProcessorReply:
    outcome = OUTCOMES.get(made.status or "", ProcessorOutcome.UNKNOWN)
    reason = getattr(made, "failure_reason", None)
    return ProcessorReply(
        outcome=outcome,
        reference=made.id,
        error=f"Stripe says: {reason or made.status}."
        if outcome in (ProcessorOutcome.FAILED, ProcessorOutcome.UNKNOWN)
        else None,
    )


def _said(error: StripeError) -> ProcessorReply:
    """Tell what is known not to have happened from what nobody knows."""
    is_known = isinstance(
        error,
        AuthenticationError | CardError | IdempotencyError | InvalidRequestError | ForbiddenError,
    )
    is_being_worked_on = error.http_status == 409  # noqa: PLR2004 - conflict: the same key, now
    if is_known and not is_being_worked_on:
        return _failed(words_of(error))
    return ProcessorReply(outcome=ProcessorOutcome.UNKNOWN, error=words_of(error))


def words_of(error: StripeError) -> str:
    """Quote Stripe without its request's details, which may hold a part of the key."""
    if error.http_status == 401:  # noqa: PLR2004 - unauthorized
        return "Stripe does not know the key. Renew it."
    code = f" ({error.code})" if error.code else ""
    return f"Stripe says: {error.user_message or 'nothing'}{code}"


def _failed(why: str) -> ProcessorReply:
    return ProcessorReply(outcome=ProcessorOutcome.FAILED, error=why)


def _guarded(http: HttpClient, reply_bytes_max: int) -> HTTPClient:
    """Make the official client speak through ours, which guards, pins and bounds."""

    class Guarded(HTTPClient):
        name = "retour"

        async def request_async(
            self,
            method: str,
            url: str,
            headers: Mapping[str, str],
            post_data: str | None = None,
        ) -> tuple[bytes, int, Mapping[str, str]]:
            reply: HttpReply = await http.send(
                HttpRequest(
                    url=url,
                    method=_METHODS[method.lower()],
                    headers=tuple(headers.items()),
                    body=(post_data or "").encode(),
                    timeout_s=_TIMEOUT_S,
                    reply_bytes_max=reply_bytes_max,
                )
            )
            if reply.status is None or reply.is_truncated:
                raise APIConnectionError(reply.detail or "The reply was longer than is read.")
            names = {name.lower(): value for name, value in reply.headers}
            return reply.body, reply.status, names

        async def close_async(self) -> None:
            """Nothing is kept here."""

        def close(self) -> None:
            """Nothing is kept here."""

    return Guarded()
