"""ChannelEngine's merchant API by its official client, over our own guarded way out.

The client makes the requests and checks them against its models; it runs in a thread, and its
bytes leave through ``HttpClient`` on the loop.  Answers are read by ``messages``.  Nothing is
repeated here: whoever asked looks up first.

Source: ChannelEngine merchant API, version 2: returns, orders, webhooks, rate limits.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode

import msgspec
from channelengine_merchant_api_client.api.return_api import ReturnApi
from channelengine_merchant_api_client.api.webhook_api import WebhookApi
from channelengine_merchant_api_client.api_client import ApiClient
from channelengine_merchant_api_client.configuration import Configuration
from channelengine_merchant_api_client.exceptions import OpenApiException
from channelengine_merchant_api_client.models import (
    CreatorFilter,
    MerchantReturnAcknowledgeRequest,
    MerchantReturnLineRequest,
    MerchantReturnLineUpdateRequest,
    MerchantReturnRequest,
    MerchantReturnUpdateRequest,
    MerchantWebhookRequest,
    ReturnReason,
    ReturnStatus,
    WebhookEventType,
)

from retour.gateways.channelengine import Declared, Fault, Hook, Judged, Told, Trouble
from retour.gateways.channelengine.messages import (
    Collection,
    Envelope,
    HookRead,
    OrderRead,
    ReturnRead,
)
from retour.gateways.channelengine.pace import PAUSE_S, Pace, pause_s
from retour.gateways.exchange import ErrorClass, HttpReply, HttpRequest, Method

if TYPE_CHECKING:
    from decimal import Decimal

    from retour.gateways.channelengine import Wire

API: Final = "https://{tenant}.channelengine.net/api"
TIMEOUT_S: Final = 30.0
REPLY_BYTES_MAX: Final = 8_000_000
"""A page of a hundred returns, each with what was sold."""
STRANGER: Final = "ChannelEngine does not know the API key. Put the account with a new one."
RESTING: Final = "ChannelEngine asked to be left alone for a while. This goes on by itself."
_NOTHING: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""A character that no database keeps, as JSON writes it; what buyers type is passed on unseen."""
_WORDS_MAX: Final = 1000
_AT_ONCE: Final = asyncio.Semaphore(8)
_NEVER_SENT: Final = frozenset(
    {
        ErrorClass.BLOCKED,
        ErrorClass.DNS,
        ErrorClass.CONNECT,
        ErrorClass.TLS,
        ErrorClass.BUSY,
    }
)
T = TypeVar("T")
_RETURNS: Final = msgspec.json.Decoder(Collection[ReturnRead])
_ORDERS: Final = msgspec.json.Decoder(Collection[OrderRead])
_HOOKS: Final = msgspec.json.Decoder(Collection[HookRead])
_SAID: Final = msgspec.json.Decoder(Envelope)
_BODY: Final = msgspec.json.Encoder(decimal_format="number")
_NONE: Final[Mapping[str, Decimal]] = MappingProxyType({})


class ChannelEngine:
    """One account at ChannelEngine; never raises for what the network or the other side does.

    Args:
        api: Its address, down to ``/api``.
        key: The merchant's API key, which is never told to anybody else.
        pace: When it may be asked; shared by all that ask the same account.
    """

    def __init__(self, http: Wire, api: str, key: str, pace: Pace | None = None) -> None:
        self._http = http
        self._api = api
        self._key = key
        self._pace = pace or Pace()

    # ---------------------------------------------------------------- reading

    async def returns(
        self,
        *,
        since: datetime | None = None,
        page: int = 1,
        statuses: Sequence[str] = (),
        merchant_order_no: str | None = None,
    ) -> Told[tuple[ReturnRead, ...]] | Fault:
        """Give a page of what marketplaces declared, created at ``since`` or later."""
        asked: dict[str, Any] = {"page": page, "creator_type": CreatorFilter("ONLY_FROM_CHANNEL")}
        if since is not None:
            asked["from_date"] = since
        if statuses:
            asked["statuses"] = [ReturnStatus(one) for one in statuses]
        if merchant_order_no is not None:
            asked["merchant_order_nos"] = [merchant_order_no]
        return await self._listed(lambda to: ReturnApi(to).return_get_returns(**asked, **_RAW))

    async def returns_of(self, merchant_order_no: str) -> Told[tuple[ReturnRead, ...]] | Fault:
        """Give every return of an order, with what was accepted and rejected."""
        return await self._listed(
            lambda to: ReturnApi(to).return_get_by_merchant_order_no(merchant_order_no, **_RAW)
        )

    async def order(self, merchant_order_no: str) -> Told[tuple[OrderRead, ...]] | Fault:
        """Give the orders of one number."""
        # By the client's common call: its own for orders cannot be made (2.13 names no ``file``).
        reply = await self._ask(
            lambda to: to.call_api(
                "/v2/orders",
                "GET",
                query_params=[("merchantOrderNos", merchant_order_no)],
                header_params={"Accept": "application/json"},
                auth_settings=["apiKey"],
                **_RAW,
            )
        )
        if isinstance(reply, Fault):
            return reply
        read = _read(_ORDERS, reply)
        return read if isinstance(read, Fault) else Told(read.content or (), read.total_count)

    # ---------------------------------------------------------------- writing

    async def acknowledge(self, return_id: int, rma_number: str) -> Told[None] | Fault:
        """Say that we know of a channel return, and how we call it."""
        return await self._told(
            lambda to: ReturnApi(to).return_acknowledge(
                merchant_return_acknowledge_request=MerchantReturnAcknowledgeRequest(
                    merchant_return_no=rma_number, return_id=return_id
                ),
                **_RAW,
            )
        )

    async def judge(self, return_id: int, lines: Sequence[Judged]) -> Told[None] | Fault:
        """Say what was accepted of a channel return; it is taken once."""
        return await self._told(
            lambda to: ReturnApi(to).return_update_for_merchant(
                merchant_return_update_request=MerchantReturnUpdateRequest(
                    return_id=return_id,
                    lines=[
                        MerchantReturnLineUpdateRequest(
                            merchant_product_no=one.product,
                            accepted_quantity=one.accepted,
                            rejected_quantity=one.rejected,
                        )
                        for one in lines
                    ],
                ),
                **_RAW,
            )
        )

    async def declare(self, asked: Declared) -> Told[None] | Fault:
        """Have a marketplace refund a return of ours."""
        return await self._told(
            lambda to: ReturnApi(to).return_declare_for_merchant(
                merchant_return_request=MerchantReturnRequest(
                    merchant_order_no=asked.order_number,
                    merchant_return_no=asked.rma_number,
                    lines=[
                        MerchantReturnLineRequest(merchant_product_no=product, quantity=quantity)
                        for product, quantity in asked.lines
                    ],
                    reason=ReturnReason(asked.reason),
                ),
                **_RAW,
            ),
            {"RefundInclVat": asked.incl_vat, "RefundExclVat": asked.excl_vat},
        )

    # ---------------------------------------------------------------- webhooks

    async def hooks(self) -> Told[tuple[Hook, ...]] | Fault:
        """Give the account's webhooks."""
        reply = await self._ask(lambda to: WebhookApi(to).webhooks_get_all(**_RAW))
        if isinstance(reply, Fault):
            return reply
        read = _read(_HOOKS, reply)
        if isinstance(read, Fault):
            return read
        known = tuple(
            Hook(
                name=one.name or "",
                url=one.url or "",
                events=tuple(sorted(one.events or ())),
                is_active=one.is_active,
            )
            for one in read.content or ()
        )
        return Told(known, read.total_count)

    async def put_hook(self, hook: Hook, *, is_new: bool) -> Told[None] | Fault:
        """Make a webhook, or say anew what it is."""

        def call(to: ApiClient) -> object:
            asked = MerchantWebhookRequest(
                name=hook.name,
                url=hook.url,
                events=[WebhookEventType(one) for one in hook.events],
                is_active=hook.is_active,
            )
            api = WebhookApi(to)
            put = api.webhooks_create if is_new else api.webhooks_update
            return put(merchant_webhook_request=asked, **_RAW)

        return await self._told(call)

    async def drop_hook(self, name: str) -> Told[None] | Fault:
        """Take a webhook off."""
        return await self._told(lambda to: WebhookApi(to).webhooks_delete(name, **_RAW))

    # ---------------------------------------------------------------- one call

    async def _listed(
        self, call: Callable[[ApiClient], Any]
    ) -> Told[tuple[ReturnRead, ...]] | Fault:
        reply = await self._ask(call)
        if isinstance(reply, Fault):
            return reply
        read = _read(_RETURNS, reply)
        return read if isinstance(read, Fault) else Told(read.content or (), read.total_count)

    async def _told(
        self, call: Callable[[ApiClient], Any], amounts: Mapping[str, Decimal] = _NONE
    ) -> Told[None] | Fault:
        reply = await self._ask(call, amounts)
        if isinstance(reply, Fault):
            return reply
        read = _read(_SAID, reply)
        return read if isinstance(read, Fault) else Told(None)

    async def _ask(
        self, call: Callable[[ApiClient], Any], amounts: Mapping[str, Decimal] = _NONE
    ) -> HttpReply | Fault:
        """Let the client speak from a thread; gives a reply of the 2xx kind.

        Args:
            amounts: Fields of the body beside the client's: its models hold money as floats.
        """
        loop = asyncio.get_running_loop()
        async with _AT_ONCE:
            resting_s = self._pace.left_s()
            if resting_s is not None:
                return Fault(trouble=Trouble.LATER, words=RESTING, after_s=resting_s)
            try:
                reply: HttpReply = await asyncio.to_thread(
                    lambda: call(_client(_Guarded(self._http, loop, amounts), self._api, self._key))
                )
            except OpenApiException as error:  # Its own checks: nothing was sent.
                return _refused(f"ChannelEngine cannot be asked for this: {_inert(str(error))}")
        self._pace.heed(reply)
        judged = _judged(reply)
        if isinstance(judged, Fault) and judged.after_s is not None:
            self._pace.rest(judged.after_s)
        return judged


_RAW: Final = {"_preload_content": False}


def _client(way_out: _Guarded, api: str, key: str) -> ApiClient:
    client = ApiClient(Configuration(host=api, api_key={"apiKey": key}))
    client.rest_client = way_out
    return client


class _Guarded:
    """Stands in for the client's own connections; speaks by the methods it calls."""

    def __init__(
        self, http: Wire, loop: asyncio.AbstractEventLoop, amounts: Mapping[str, Decimal]
    ) -> None:
        self._http = http
        self._loop = loop
        self._amounts = amounts

    def GET(self, url: str, **given: Any) -> HttpReply:  # noqa: ANN401, N802 - the client's own name
        """Read."""
        return self._send("GET", url, **given)

    def POST(self, url: str, **given: Any) -> HttpReply:  # noqa: ANN401, N802 - as above
        """Make."""
        return self._send("POST", url, **given)

    def PUT(self, url: str, **given: Any) -> HttpReply:  # noqa: ANN401, N802 - as above
        """Update."""
        return self._send("PUT", url, **given)

    def DELETE(self, url: str, **given: Any) -> HttpReply:  # noqa: ANN401, N802 - as above
        """Remove."""
        return self._send("DELETE", url, **given)

    def _send(
        self,
        method: Method,
        url: str,
        *,
        query_params: Sequence[tuple[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        **beside: object,
    ) -> HttpReply:
        del beside  # Timeouts and forms: the way out has its own, and there are no forms.
        query = f"?{urlencode(query_params)}" if query_params else ""
        wanted = HttpRequest(
            url=url + query,
            method=method,
            headers=tuple((headers or {}).items()),
            body=_BODY.encode({**body, **self._amounts}) if body else b"",
            timeout_s=TIMEOUT_S,
            reply_bytes_max=REPLY_BYTES_MAX,
            is_once=method != "GET",  # There is no key by which twice would be once.
        )
        return asyncio.run_coroutine_threadsafe(self._http.send(wanted), self._loop).result()


# -------------------------------------------------------------------- what an answer means


def _judged(reply: HttpReply) -> HttpReply | Fault:
    """Tell what is known not to have happened from what nobody knows."""
    status = reply.status
    if status is None:
        if reply.error is ErrorClass.INVALID:  # Said again it would be no better.
            return _refused(reply.detail)
        if reply.error in _NEVER_SENT:
            return Fault(
                trouble=Trouble.LATER, words=reply.detail, after_s=PAUSE_S, error=reply.error
            )
        return Fault(trouble=Trouble.LOST, words=reply.detail, error=reply.error)
    if status == 429:  # noqa: PLR2004 - too many requests
        words = "ChannelEngine has had enough requests for now."
        return Fault(trouble=Trouble.LATER, words=words, after_s=pause_s(reply))
    if status >= 500:  # noqa: PLR2004 - their trouble
        return Fault(trouble=Trouble.LOST, words=f"ChannelEngine is in trouble ({status}).")
    if status in (401, 403):
        return Fault(trouble=Trouble.STRANGER, words=STRANGER)
    if status >= 300:  # noqa: PLR2004 - anything but a yes
        return _refused(_words(reply.body, status))
    if reply.is_truncated:
        return Fault(trouble=Trouble.LOST, words="The answer was longer than is read.")
    return reply


def _read(decoder: msgspec.json.Decoder[T], reply: HttpReply) -> T | Fault:
    try:
        read = decoder.decode(_NOTHING.sub(rb"\1", reply.body))
    except msgspec.MsgspecError as error:
        words = f"ChannelEngine's answer cannot be read: {_inert(str(error))}"
        return Fault(trouble=Trouble.LOST, words=words)
    assert isinstance(read, Envelope)
    return read if read.success else _refused(_spoken(read, read.status_code))


def _words(body: bytes, status: int) -> str:
    try:
        said = _SAID.decode(body)
    except msgspec.MsgspecError:
        return f"ChannelEngine says no ({status}) without a word."
    return _spoken(said, status)


def _spoken(said: Envelope, status: int) -> str:
    """Put what is wrong into words for an agent: each field with its trouble."""
    named = [f"{name}: {' '.join(words)}" for name, words in (said.validation_errors or {}).items()]
    told = "; ".join(named) or said.message or f"no ({status})"
    return f"ChannelEngine says: {_inert(told)}"


def _refused(words: str) -> Fault:
    return Fault(trouble=Trouble.REFUSED, words=words)


def _inert(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:_WORDS_MAX]
