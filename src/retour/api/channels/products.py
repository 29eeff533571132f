"""What products are called here that a channel calls otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Route
from retour.desk.channels import products
from retour.desk.channels.products import ChannelProductPut
from retour.dialects.shapes import Tree
from retour.dialects.tree_parts import MOMENT, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_PRODUCTS: Final = f"{BASE}/channel-accounts/{{channel_account}}/products"
_ONE: Final = f"{_PRODUCTS}/{{channel_product}}"
_PUT: Final = BodyReader(ChannelProductPut)
PRODUCT_NAME: Final = Tree(
    name="channel_product_name",
    about="A product as the channel calls it, and the SKU that it is here.",
    fields={"product": TEXT, "sku": TEXT, "mapped_at": MOMENT},
)


async def put_channel_product(call: Call) -> Outcome:
    """Say how we call a product."""
    body = _PUT.read(call.body)
    account, product = call.params["channel_account"], call.params["channel_product"]
    return await products.put(call.house, call.workspace_id, account, product, body)


async def list_channel_products(call: Call) -> Outcome:
    """Give what products are called here."""
    account = call.params["channel_account"]
    return await products.listing(call.house, call.workspace_id, account, call.page)


async def delete_channel_product(call: Call) -> Outcome:
    """Call a product as the channel does."""
    account, product = call.params["channel_account"], call.params["channel_product"]
    return await products.drop(call.house, call.workspace_id, account, product)


ROUTES: Final = (
    Route(
        method="PUT",
        path=_ONE,
        name="put_channel_product",
        tag="Channels",
        summary="Say how we call a product of a channel",
        about="What waits for it is tried again at once.",
        scope="settings:write",
        noun="channel product",
        answer=put_channel_product,
        body=ChannelProductPut,
        result=PRODUCT_NAME,
    ),
    Route(
        method="GET",
        path=_PRODUCTS,
        name="list_channel_products",
        tag="Channels",
        summary="List products that a channel calls otherwise",
        scope="settings:read",
        noun="channel account",
        answer=list_channel_products,
        query=PAGED,
        result=PRODUCT_NAME,
        paged=True,
    ),
    Route(
        method="DELETE",
        path=_ONE,
        name="delete_channel_product",
        tag="Channels",
        summary="Call a product as the channel does",
        scope="settings:write",
        noun="channel product",
        answer=delete_channel_product,
        statuses=(204,),
    ),
)
