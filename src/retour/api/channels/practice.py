"""A sandbox's own ChannelEngine: how it is reached, what it booked, what shall happen there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Route
from retour.desk.channels.accounts import wake_by_ping
from retour.desk.once import once
from retour.desk.outcome import Done, NotFound
from retour.desk.pages import envelope
from retour.dialects.shapes import ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, TEXT
from retour.kernel.problems import FieldError, InvalidRequest
from retour.sandbox.channelengine.answers import Invalid
from retour.sandbox.channelengine.practice import PracticeChannelEngine
from retour.sandbox.channelengine.scenarios import Scenario

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_HERE: Final = f"{BASE}/sandbox/channelengine"
_SCENARIO: Final = BodyReader(Scenario)
_ENCODE: Final = msgspec.json.Encoder()
_NONE: Final = NotFound(what="sandbox")

PRACTICE: Final = Tree(
    name="practice_channelengine",
    about="Put a channel account with this tenant and key, and practise.",
    fields={
        "tenant": TEXT,
        "api_key": TEXT,
        "url": Text(about="Where other programs reach it, down to /api."),
        "orders": COUNT,
        "returns": COUNT,
        "webhooks": ListOf(item=TEXT, about="Addresses that it pings."),
    },
)
BOOKED: Final = Tree(
    name="practice_channelengine_booking",
    fields={
        "kind": Text(words=("acknowledged", "updated", "declared")),
        "return_id": or_null(COUNT, "Its id of a return that a marketplace declared."),
        "merchant_return_no": or_null(TEXT),
        "merchant_order_no": or_null(TEXT),
        "products": ListOf(
            item=Tree(
                name="practice_channelengine_product",
                fields={
                    "product": TEXT,
                    "quantity": or_null(COUNT),
                    "accepted": or_null(COUNT),
                    "rejected": or_null(COUNT),
                },
            )
        ),
        "refund_incl_vat": or_null(TEXT),
        "refund_excl_vat": or_null(TEXT),
    },
)
HAPPENED: Final = Tree(
    name="practice_channelengine_scenario",
    fields={"scenario": TEXT, "return_id": or_null(COUNT), "order_number": or_null(TEXT)},
)


async def read_practice_channelengine(call: Call) -> Outcome:
    """Say how it is reached."""
    base = call.house.settings.public_base
    found = await PracticeChannelEngine(call.house.database).look(call.workspace_id, base)
    return _NONE if found is None else Done(status=200, body=_ENCODE.encode(found))


async def list_practice_channelengine_ledger(call: Call) -> Outcome:
    """Give what it booked."""
    after = int(call.page.after) if call.page.after.isdecimal() else 0
    rows, more = await PracticeChannelEngine(call.house.database).ledger(
        call.workspace_id, after=after, limit=call.page.limit
    )
    shown = [_ENCODE.encode(_shown(one["kind"], one["body"])) for one in rows]
    return Done(status=200, body=envelope(shown, None if more is None else str(more)))


def _shown(kind: str, said: dict[str, Any]) -> dict[str, object]:
    amounts = {name: said.get(name) for name in ("RefundInclVat", "RefundExclVat")}
    return {
        "kind": kind,
        "return_id": said.get("ReturnId"),
        "merchant_return_no": said.get("MerchantReturnNo"),
        "merchant_order_no": said.get("MerchantOrderNo"),
        "products": [
            {
                "product": one["MerchantProductNo"],
                "quantity": one.get("Quantity"),
                "accepted": one.get("AcceptedQuantity"),
                "rejected": one.get("RejectedQuantity"),
            }
            for one in said.get("Lines") or ()
        ],
        "refund_incl_vat": _plain(amounts["RefundInclVat"]),
        "refund_excl_vat": _plain(amounts["RefundExclVat"]),
    }


def _plain(amount: object) -> str | None:
    return None if amount is None else str(amount)


async def play_channelengine_scenario(call: Call) -> Outcome:
    """Let something happen there, and ping who asked to be."""
    asked = _SCENARIO.read(call.body)
    practice = PracticeChannelEngine(call.house.database)

    async def play() -> Outcome:
        try:
            happened = await practice.happen(call.workspace_id, asked)
        except Invalid as error:
            words = " ".join(word for said in error.errors.values() for word in said)
            wrong = FieldError(pointer="/return_id", code="bad_value", detail=words)
            raise InvalidRequest(wrong) from error
        if happened is None:
            return _NONE
        there = await practice.look(call.workspace_id, call.house.settings.public_base)
        for url in () if there is None or happened.return_id is None else there["webhooks"]:
            await wake_by_ping(call.house, url.rpartition("/")[2])
        return Done(status=201, body=_ENCODE.encode(happened))

    return await once(call.house, call.workspace_id, call.key, play)


ROUTES: Final = (
    Route(
        method="GET",
        path=_HERE,
        name="read_practice_channelengine",
        tag="Sandbox",
        summary="Read how the sandbox's own ChannelEngine is reached",
        about="It is made when it is first asked for, with orders and returns of three"
        " marketplaces; it speaks ChannelEngine's API, so any client of it will do.",
        scope="sandbox:write",
        noun="sandbox",
        answer=read_practice_channelengine,
        result=PRACTICE,
        sandbox_only=True,
    ),
    Route(
        method="GET",
        path=f"{_HERE}/ledger",
        name="list_practice_channelengine_ledger",
        tag="Sandbox",
        summary="Read what the sandbox's own ChannelEngine booked",
        scope="sandbox:read",
        noun="sandbox",
        answer=list_practice_channelengine_ledger,
        query=PAGED,
        result=BOOKED,
        paged=True,
        sandbox_only=True,
    ),
    Route(
        method="POST",
        path=f"{_HERE}/scenarios",
        name="play_channelengine_scenario",
        tag="Sandbox",
        summary="Have something happen at the sandbox's own ChannelEngine",
        about="A return declared or canceled, a product or an order that nobody knows, a call that"
        " fails before or after it was booked, a key that is known no more.",
        scope="sandbox:write",
        noun="sandbox",
        answer=play_channelengine_scenario,
        body=Scenario,
        result=HAPPENED,
        statuses=(201,),
        sandbox_only=True,
    ),
)
