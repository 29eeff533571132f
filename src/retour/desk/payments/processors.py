"""The processors that a workspace's accounts stand for; each is loaded when it is first asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, Outcome
from retour.desk.payments.accounts import MISSING, STRIPE, open_account, open_account_at
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient
from retour.gateways.payments import ProcessorOutcome, ProcessorReply, RefundOrder
from retour.gateways.payments.listing import NotListed
from retour.kernel.problems import InvalidRequest

if TYPE_CHECKING:
    from types import ModuleType

    from retour.desk.house import House
    from retour.desk.payments.accounts import Opened
    from retour.gateways.payments.listing import ListedPage, Span
    from retour.gateways.payments.stripe import Keys, StripeProcessor

Load = Callable[[], Awaitable["ModuleType | None"]]
_ENCODE: Final = msgspec.json.Encoder()
NO_ACCOUNT: Final = (
    "This workspace has no account at Stripe. Put one under payment-accounts, and retry."
)
NOT_INSTALLED: Final = (
    "Stripe's client is not installed. Install retour[stripe], start again, and retry."
)


async def stripe_module() -> ModuleType | None:
    """Load the gateway to Stripe beside the loop; ``None`` where its client is not installed."""

    def load() -> ModuleType | None:
        try:
            from retour.gateways.payments import stripe
        except ModuleNotFoundError:
            return None
        return stripe

    return await asyncio.to_thread(load)


class StripeAccounts:
    """Refunds by each workspace's account at Stripe; fails in words where it cannot.

    Args:
        http: The guarded way out.
        load: Gives the gateway, where its client is installed.
    """

    def __init__(self, house: House, http: HttpClient, load: Load = stripe_module) -> None:
        self._house = house
        self._http = http
        self._load = load

    async def refund(self, order: RefundOrder) -> ProcessorReply:
        """Refund once per intent and failed tries before."""
        processor = await self._processor(order.workspace_id)
        return processor if isinstance(processor, ProcessorReply) else await processor.refund(order)

    async def look_up(self, order: RefundOrder) -> ProcessorReply | None:
        """Say what became of an intent.

        Where nobody can be asked, what is in doubt stays so until somebody can.
        """
        processor = await self._processor(order.workspace_id)
        if not isinstance(processor, ProcessorReply):
            return await processor.look_up(order)
        if not order.in_doubt:
            return None
        return ProcessorReply(outcome=ProcessorOutcome.UNKNOWN, error=processor.error)

    async def listed(self, span: Span, following: str | None) -> ListedPage | NotListed:
        """Give a page of what the workspace's account did."""
        if await self._load() is None:
            return NotListed(why=NOT_INSTALLED, is_final=True)
        from retour.gateways.payments.stripe_listing import StripeListing

        account = await self._account(span.workspace_id)
        if isinstance(account, str):
            return NotListed(why=account, is_final=True)
        listing = StripeListing(
            http=self._http, keys=_key_of(account), api=self._house.settings.stripe_url
        )
        return await listing.listed(span, following)

    async def _processor(self, workspace_id: int) -> StripeProcessor | ProcessorReply:
        gateway = await self._load()
        if gateway is None:
            return _failed(NOT_INSTALLED)
        account = await self._account(workspace_id)
        if isinstance(account, str):
            return _failed(account)
        return gateway.StripeProcessor(
            http=self._http, keys=_key_of(account), api=self._house.settings.stripe_url
        )

    async def _account(self, workspace_id: int) -> Opened | str:
        """Open the workspace's account; says why where there is none to open."""
        try:
            return await open_account_at(self._house, workspace_id, STRIPE) or NO_ACCOUNT
        except InvalidRequest as error:
            return str(error)


def _key_of(account: Opened) -> Keys:
    async def key(_workspace_id: int) -> str | None:
        return account.credentials.api_key

    return key


def _failed(why: str) -> ProcessorReply:
    return ProcessorReply(outcome=ProcessorOutcome.FAILED, error=why)


async def try_account(house: House, workspace_id: int, code: str) -> Outcome:
    """Ask an account's processor for a refund; says whether it let us in, and moves nothing."""
    account = await open_account(house, workspace_id, code)
    if account is None:
        return MISSING
    gateway = await stripe_module()
    error: str | None = NOT_INSTALLED
    if gateway is not None:
        http = HttpClient(allow=parse_allow(house.settings.egress_allow))
        http.start()
        try:
            error = await gateway.trial(
                http, account.credentials.api_key, house.settings.stripe_url
            )
        finally:
            await http.close()
    return Done(status=200, body=_ENCODE.encode({"ok": error is None, "error": error}))
