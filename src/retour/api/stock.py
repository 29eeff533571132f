"""Stock: what could go out in an exchange; and the sandbox's own, its ledger and faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, LOOKS, PAGED, Route
from retour.api.shapes import FAULT
from retour.desk.once import once
from retour.desk.outcome import Done, Refused
from retour.desk.pages import envelope
from retour.dialects.shapes import Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MOMENT, TEXT
from retour.gateways.stock import NullStock
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.bodies import Body, Word
from retour.lifecycle.money.bodies import GOODS_MAX
from retour.sandbox.stock import SandboxStock, StockFault, StockPut

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome
    from retour.gateways.stock import Stock

_STOCK: Final = f"{BASE}/sandbox/stock"
_ENCODE: Final = msgspec.json.Encoder()


class StockAsked(Body):
    """Which goods are asked about, by SKU."""

    skus: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=GOODS_MAX)]


AVAILABLE: Final = Tree(
    name="availability",
    fields={
        "items": ListOf(
            item=Tree(
                name="available",
                fields={
                    "sku": TEXT,
                    "available": or_null(
                        Integer(minimum=0), "Pieces that could be put aside; null where unknown."
                    ),
                },
            )
        )
    },
)
PIECES: Final = Tree(
    name="sandbox_stock",
    about="What the sandbox's stock has of one kind.",
    fields={"sku": TEXT, "on_hand": COUNT, "held": COUNT},
)
MOVE: Final = Tree(
    name="stock_move",
    about="What the sandbox's stock did, whatever we think.",
    fields={
        "id": TEXT,
        "kind": Text(words=("set", "held", "ordered", "released")),
        "sku": TEXT,
        "quantity": COUNT,
        "intent": or_null(TEXT, "The leg it was asked for; null where somebody counted."),
        "at": MOMENT,
    },
)
_ASKED: Final = BodyReader(StockAsked)
_PUT: Final = BodyReader(StockPut)
_FAULT: Final = BodyReader(StockFault)


async def check_availability(call: Call) -> Outcome:
    """Count what could be put aside now, in the order asked."""
    asked = _ASKED.read(call.body)
    config = await call.house.configs.recent(call.workspace_id)
    is_sandbox = config is not None and config.is_sandbox
    stock: Stock = SandboxStock(call.house.database) if is_sandbox else NullStock()
    known = await stock.availability(call.workspace_id, asked.skus)
    items = [{"sku": sku, "available": known.get(sku)} for sku in asked.skus]
    return Done(status=200, body=_ENCODE.encode({"items": items}))


async def put_sandbox_stock(call: Call) -> Outcome:
    """Say how many pieces are there."""
    given = _PUT.read(call.body)
    stock = SandboxStock(call.house.database)
    body = await stock.put(call.workspace_id, call.params["stock_sku"], given)
    if body is None:
        return Refused(
            refusal=refuse(
                RefusalCode.BAD_GOODS,
                "More pieces than that are put aside for exchanges. Say at least as many, or"
                " discard their settlements first.",
                "/on_hand",
            )
        )
    return Done(status=200, body=body)


async def list_sandbox_stock(call: Call) -> Outcome:
    """Give what is there, by SKU."""
    page = call.page
    items, following = await SandboxStock(call.house.database).listing(
        call.workspace_id, after=page.after, limit=page.limit
    )
    return Done(status=200, body=envelope(items, following))


async def read_stock_ledger(call: Call) -> Outcome:
    """Give every move, oldest first."""
    page = call.page
    items, following = await SandboxStock(call.house.database).ledger(
        call.workspace_id, after=page.after, limit=page.limit
    )
    return Done(status=200, body=envelope(items, following))


async def add_stock_fault(call: Call) -> Outcome:
    """Have the stock fail the next times."""
    fault = _FAULT.read(call.body)

    async def add() -> Outcome:
        stock = SandboxStock(call.house.database)
        return Done(status=201, body=await stock.add_fault(call.workspace_id, fault))

    return await once(call.house, call.workspace_id, call.key, add)


ROUTES: Final = (
    Route(
        method="POST",
        path=f"{BASE}/stock/availability",
        name="check_availability",
        tag="Exchanges",
        summary="Count what could go out in an exchange now",
        about="By SKU, of the stock we can ask: the sandbox's. It promises nothing; goods are put"
        " aside when a settlement is confirmed.",
        scope="returns:read",
        noun="stock",
        answer=check_availability,
        body=StockAsked,
        result=AVAILABLE,
        again=LOOKS,
    ),
    Route(
        method="PUT",
        path=f"{_STOCK}/items/{{stock_sku}}",
        name="put_sandbox_stock",
        tag="Sandbox",
        summary="Say how many pieces the sandbox's stock has",
        about="Those put aside included; never fewer than those.",
        scope="sandbox:write",
        noun="stock",
        answer=put_sandbox_stock,
        body=StockPut,
        result=PIECES,
        sandbox_only=True,
    ),
    Route(
        method="GET",
        path=f"{_STOCK}/items",
        name="list_sandbox_stock",
        tag="Sandbox",
        summary="List what the sandbox's stock has, by SKU",
        scope="sandbox:read",
        noun="stock",
        answer=list_sandbox_stock,
        query=PAGED,
        result=PIECES,
        paged=True,
        sandbox_only=True,
    ),
    Route(
        method="GET",
        path=f"{_STOCK}/ledger",
        name="read_stock_ledger",
        tag="Sandbox",
        summary="Read what the sandbox's stock moved, oldest first",
        scope="sandbox:read",
        noun="stock",
        answer=read_stock_ledger,
        query=PAGED,
        result=MOVE,
        paged=True,
        sandbox_only=True,
    ),
    Route(
        method="POST",
        path=f"{_STOCK}/faults",
        name="add_stock_fault",
        tag="Sandbox",
        summary="Have the sandbox's stock fail",
        scope="sandbox:write",
        noun="stock",
        answer=add_stock_fault,
        body=StockFault,
        result=FAULT,
        statuses=(201,),
        sandbox_only=True,
    ),
)
