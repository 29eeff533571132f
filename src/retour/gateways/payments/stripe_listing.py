"""All refunds, then all disputes of a span at Stripe, newest first, by its official client.

Source: Stripe API reference, list all refunds, list all disputes, pagination.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
from stripe import AuthenticationError, InvalidRequestError, StripeError
from stripe import PermissionError as ForbiddenError
from stripe.params import DisputeListParams, RefundListParams

from retour.gateways.payments.listing import Listed, ListedPage, NotListed, Span
from retour.gateways.payments.stripe import API, Keys, client_of, words_of
from retour.gateways.payments.stripe_messages import dispute_as_told, refund_as_told

if TYPE_CHECKING:
    from stripe import StripeClient

    from retour.gateways.http import HttpClient

PAGE: Final = 100
_PAGE_BYTES_MAX: Final = 4_000_000
"""A page of refunds that carry all the metadata Stripe lets them."""
_REFUNDS: Final = "refunds"
_DISPUTES: Final = "disputes"
_NO_KEY: Final = "This workspace has no Stripe key. Put a payment account."


class _Created(msgspec.Struct, frozen=True):
    created: int


@dataclass(frozen=True, slots=True)
class StripeListing:
    """Lists what one workspace's account did; see ``StripeProcessor`` for its arguments."""

    http: HttpClient
    keys: Keys
    api: str = API
    page: int = PAGE

    async def listed(self, span: Span, following: str | None) -> ListedPage | NotListed:
        """Give a page; ``following`` says of which list, and behind which of it."""
        key = await self.keys(span.workspace_id)
        if key is None:
            return NotListed(why=_NO_KEY, is_final=True)
        client = client_of(self.http, key, self.api, reply_bytes_max=_PAGE_BYTES_MAX)
        kind, _, after = (following or _REFUNDS).partition(":")
        try:
            if kind == _REFUNDS:
                return await self._refunds(client, span, after)
            return await self._disputes(client, span, after)
        except StripeError as error:
            is_final = isinstance(error, AuthenticationError | ForbiddenError | InvalidRequestError)
            return NotListed(why=words_of(error), is_final=is_final)
        except msgspec.MsgspecError as error:
            return NotListed(why=f"Stripe's list cannot be read: {error}", is_final=True)

    async def _refunds(self, client: StripeClient, span: Span, after: str) -> ListedPage:
        wanted = RefundListParams(limit=self.page, created=_within(span))
        if after:
            wanted["starting_after"] = after
        page = await client.v1.refunds.list_async(wanted)
        items = tuple(_listed(one.to_dict(), _REFUNDS, span) for one in page.data)
        more = f"{_REFUNDS}:{page.data[-1].id}" if page.has_more and page.data else _DISPUTES
        return ListedPage(items=items, following=more)

    async def _disputes(self, client: StripeClient, span: Span, after: str) -> ListedPage:
        wanted = DisputeListParams(limit=self.page, created=_within(span))
        if after:
            wanted["starting_after"] = after
        page = await client.v1.disputes.list_async(wanted)
        items = tuple(_listed(one.to_dict(), _DISPUTES, span) for one in page.data)
        more = f"{_DISPUTES}:{page.data[-1].id}" if page.has_more and page.data else None
        return ListedPage(items=items, following=more)


def _within(span: Span) -> Any:  # noqa: ANN401 - the client names the type once per list
    return {"gte": int(span.since.timestamp()), "lt": int(span.until.timestamp())}


def _listed(said: dict[str, Any], kind: str, span: Span) -> Listed:
    as_told = refund_as_told if kind == _REFUNDS else dispute_as_told
    created = msgspec.convert(said, _Created).created
    return Listed(
        message=as_told(said, span.asked_at),
        created_at=datetime.fromtimestamp(created, tz=UTC),
    )
