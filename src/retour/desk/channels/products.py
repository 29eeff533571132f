"""Products that a channel calls otherwise than we do: said once, matched from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.channels.accounts import MISSING
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.dialects.view import instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Word
from retour.store import channels as store

if TYPE_CHECKING:
    from retour.desk.house import House

PRODUCT_LENGTH_MAX: Final = 64
"""As ChannelEngine has it."""
_ENCODE: Final = msgspec.json.Encoder()


class ChannelProductPut(Body):
    """How we call a product of a channel."""

    sku: Word


async def put(
    house: House, workspace_id: int, code: str, product: str, given: ChannelProductPut
) -> Outcome:
    """Say how we call a product; what waits for it is tried again at the next look.

    Raises:
        InvalidRequest: No product of ChannelEngine can be called so.
    """
    if not 0 < len(product) <= PRODUCT_LENGTH_MAX:
        detail = f"A product has a name of 1 to {PRODUCT_LENGTH_MAX} characters there."
        raise InvalidRequest(FieldError(pointer="/product", code="bad_value", detail=detail))
    async with house.database.transaction(workspace_id) as connection:
        if await store.one_account(connection, workspace_id, code) is None:
            return MISSING
        kept = await store.put_product(connection, workspace_id, code, product, given.sku)
        await store.wake_account(connection, workspace_id, code)
    return Done(status=200, body=_body(kept))


async def listing(house: House, workspace_id: int, code: str, page: Page) -> Outcome:
    """Give what products are called here, by name."""
    async with house.database.transaction(workspace_id) as connection:
        if await store.one_account(connection, workspace_id, code) is None:
            return MISSING
        rows = await store.list_products(connection, workspace_id, code, page.after, page.limit + 1)
    return paged(rows, page, _body, key=lambda one: one.product)


async def drop(house: House, workspace_id: int, code: str, product: str) -> Outcome:
    """Call a product as the channel does from now on; what was matched stays."""
    async with house.database.transaction(workspace_id) as connection:
        gone = await store.drop_product(connection, workspace_id, code, product)
    return Done(status=204, body=b"") if gone else NotFound(what="channel product")


def _body(one: store.Mapped) -> bytes:
    return _ENCODE.encode(
        {"product": one.product, "sku": one.sku, "mapped_at": instant(one.mapped_at)}
    )
