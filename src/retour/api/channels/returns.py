"""What marketplaces declared: listed, matched by hand, set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.channels.accounts import PRODUCT
from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk.channels import queue
from retour.desk.channels.queue import STATUSES, ChannelReturnDismissal, ChannelReturnMatch
from retour.desk.once import once
from retour.dialects.shapes import ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MOMENT, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_RETURNS: Final = f"{BASE}/channel-returns"
_ONE: Final = f"{_RETURNS}/{{channel_return}}"
_MATCH: Final = BodyReader(ChannelReturnMatch)
_DISMISS: Final = BodyReader(ChannelReturnDismissal)

CHANNEL_RETURN: Final = Tree(
    name="channel_return",
    about="A return as a marketplace declared it, and what became of it here.",
    fields={
        "id": TEXT,
        "status": Text(words=STATUSES, about="Unmatched and recalled ones wait for a person."),
        "marketplace": or_null(TEXT),
        "merchant_order_no": or_null(TEXT),
        "channel_order_no": or_null(TEXT),
        "channel_return_no": or_null(TEXT),
        "reason": or_null(TEXT, "In ChannelEngine's word."),
        "products": ListOf(item=PRODUCT),
        "why": or_null(TEXT, "Why it waits, or was set aside."),
        "return": or_null(TEXT, "The id of the return it is."),
        "declared_at": MOMENT,
        "seen_at": MOMENT,
        "acknowledged_at": or_null(MOMENT, "When the channel was told our RMA number."),
    },
)
OFFER: Final = Tree(
    name="channel_return_offer",
    fields={
        "order_number": TEXT,
        "channel": or_null(TEXT),
        "lines": ListOf(
            item=Tree(
                name="channel_return_offer_line",
                fields={
                    "line": TEXT,
                    "sku": TEXT,
                    "title": TEXT,
                    "quantity": COUNT,
                    "returnable": COUNT,
                },
            )
        ),
    },
)


async def list_channel_returns(call: Call) -> Outcome:
    """Give a page, of one status or one order."""
    status = call.query.get("status", "unmatched")
    order = call.query.get("merchant_order_no")
    text = call.query.get("q")
    return await queue.listing(call.house, call.workspace_id, status, order, call.page, text=text)


async def read_channel_return(call: Call) -> Outcome:
    """Give one."""
    return await queue.look_up(call.house, call.workspace_id, call.params["channel_return"])


async def list_channel_return_offers(call: Call) -> Outcome:
    """Give orders that it may be of."""
    name = call.params["channel_return"]
    return await queue.offering(call.house, call.workspace_id, name, call.query.get("q", ""))


async def match_channel_return(call: Call) -> Outcome:
    """Make a return of it."""
    body = _MATCH.read(call.body)

    async def do() -> Outcome:
        name = call.params["channel_return"]
        return await queue.match_order(call.house, call.workspace_id, name, body)

    return await once(call.house, call.workspace_id, call.key, do)


async def dismiss_channel_return(call: Call) -> Outcome:
    """Set it aside."""
    body = _DISMISS.read(call.body)

    async def do() -> Outcome:
        name = call.params["channel_return"]
        return await queue.dismiss(call.house, call.workspace_id, name, body)

    return await once(call.house, call.workspace_id, call.key, do)


async def restore_channel_return(call: Call) -> Outcome:
    """Take it back."""

    async def do() -> Outcome:
        name = call.params["channel_return"]
        return await queue.restore(call.house, call.workspace_id, name)

    return await once(call.house, call.workspace_id, call.key, do)


ROUTES: Final = (
    Route(
        method="GET",
        path=_RETURNS,
        name="list_channel_returns",
        tag="Channels",
        summary="List what marketplaces declared",
        about="Those that wait for a person unless another status is named; with an order number of"
        " the channel all of that order.",
        scope="returns:read",
        noun="channel return",
        answer=list_channel_returns,
        query=(
            *PAGED,
            Parameter(name="status", about="unmatched unless said.", words=STATUSES),
            Parameter(name="merchant_order_no", about="Of that order, whatever the status."),
            Parameter(
                name="q", about="A text in its order numbers, products, marketplace or number."
            ),
        ),
        result=CHANNEL_RETURN,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_channel_return",
        tag="Channels",
        summary="Read a channel return",
        scope="returns:read",
        noun="channel return",
        answer=read_channel_return,
        result=CHANNEL_RETURN,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/offers",
        name="list_channel_return_offers",
        tag="Channels",
        summary="List orders that a channel return may be of",
        about="Ten at most: those with its own numbers, then those whose number begins so.",
        scope="returns:read",
        noun="channel return",
        answer=list_channel_return_offers,
        query=(Parameter(name="q", about="How the order's number begins."),),
        result=OFFER,
        paged=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/match",
        name="match_channel_return",
        tag="Channels",
        summary="Say which order a channel return is of",
        about="Products are found among the order's lines by SKU; where they are called otherwise"
        " there, name the line of each.",
        scope="returns:write",
        noun="channel return",
        answer=match_channel_return,
        body=ChannelReturnMatch,
        result=CHANNEL_RETURN,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/dismiss",
        name="dismiss_channel_return",
        tag="Channels",
        summary="Set a channel return aside",
        about="An unmatched one is none of ours; of a recalled one the note says what was done"
        " about the goods and the money.",
        scope="returns:write",
        noun="channel return",
        answer=dismiss_channel_return,
        body=ChannelReturnDismissal,
        result=CHANNEL_RETURN,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/restore",
        name="restore_channel_return",
        tag="Channels",
        summary="Take back a channel return that was set aside",
        about="It waits again, and is tried again at the next look.",
        scope="returns:write",
        noun="channel return",
        answer=restore_channel_return,
        result=CHANNEL_RETURN,
    ),
)
