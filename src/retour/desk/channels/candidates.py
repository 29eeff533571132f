"""Orders that a channel return may be of, the likeliest first, each with the reasons why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.channels.accounts import open_account
from retour.desk.channels.queue import offered, one
from retour.store import channels as store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retour.desk.channels.queue import Offered, Shown
    from retour.desk.house import House

SHOWN_MAX: Final = 10
_TEXT_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A product of a channel return, and the line of the order that has it as its SKU."""

    product: str
    quantity: int
    line: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An order that a channel return may be of.

    Args:
        why: What speaks for it, in words.
        against: What does not fit, in words; None where one press matches it.
    """

    order: Offered
    pieces: tuple[Piece, ...]
    why: tuple[str, ...]
    against: str | None


async def candidates(
    house: House, workspace_id: int, channel_return: str, text: str = ""
) -> tuple[Shown, list[Candidate]] | None:
    """Give a channel return with the orders it may be of; None where there is no such return.

    Without ``text`` those with its numbers and its goods; with it those that are called so, or
    hold such goods.
    """
    shown = await one(house, workspace_id, channel_return)
    if shown is None:
        return None
    text = text.strip()[:_TEXT_MAX]
    own = [no for no in (shown.merchant_order_no, shown.channel_order_no) if no]
    called = await _called(house, workspace_id, shown)
    skus = [called.get(piece.product, piece.product) for piece in shown.products]
    async with house.database.transaction(workspace_id) as connection:
        named = await store.orders_named(connection, workspace_id, [text] if text else own)
        like: list[str] = []
        for begin in [text] if text else own:
            like += await store.orders_like(connection, workspace_id, begin, SHOWN_MAX)
        goods = await store.orders_with_goods(
            connection, workspace_id, [] if text else skus, text, SHOWN_MAX
        )
    numbers = list(dict.fromkeys([*named, *like, *goods]))[:SHOWN_MAX]
    found = [
        _candidate(await offered(house, workspace_id, number), shown, called, own, text)
        for number in numbers
    ]
    found.sort(key=lambda it: (it.against is not None, -len(it.why)))
    return shown, found


async def _called(house: House, workspace_id: int, shown: Shown) -> dict[str, str]:
    """Give the SKUs of products that are called otherwise here."""
    account = await open_account(house, workspace_id)
    if account is None:
        return {}
    async with house.database.transaction(workspace_id) as connection:
        return await store.products_named(
            connection,
            workspace_id,
            account.account.code,
            [piece.product for piece in shown.products],
        )


def _candidate(
    order: Offered, shown: Shown, called: Mapping[str, str], own: Sequence[str], text: str
) -> Candidate:
    pieces = tuple(_piece(order, piece.product, piece.quantity, called) for piece in shown.products)
    fitting = sum(piece.line is not None for piece in pieces)
    why: list[str] = []
    if order.order_number in own:
        why.append("It has the same order number.")
    elif any(order.order_number.startswith(no) for no in own):
        why.append("Its number begins with the same.")
    if text and order.order_number.startswith(text):
        why.append(f"Its number begins with {text}.")
    if fitting:
        some = "All of the products" if fitting == len(pieces) else f"{fitting} of the products"
        why.append(f"{some} are in it.")
    if shown.marketplace and order.channel == shown.marketplace:
        why.append(f"It was sold at {order.channel}.")
    if not why:
        why.append("What you looked for is in it.")
    return Candidate(order=order, pieces=pieces, why=tuple(why), against=_against(order, pieces))


def _piece(order: Offered, product: str, quantity: int, called: Mapping[str, str]) -> Piece:
    sku = called.get(product, product)
    line = next((line.line for line in order.lines if line.sku == sku), None)
    return Piece(product=product, quantity=quantity, line=line)


def _against(order: Offered, pieces: Sequence[Piece]) -> str | None:
    """Say what keeps it from being matched with one press."""
    sku_of = {line.line: line.sku for line in order.lines}
    for piece in pieces:
        if piece.line is None:
            return f"No line of it is called {piece.product}. Say which line that is."
        sku = sku_of[piece.line]
        left = sum(line.returnable for line in order.lines if line.sku == sku)
        if left < piece.quantity:
            return f"{piece.quantity} of {piece.product} are sent back, and {left} can be."
    return None
