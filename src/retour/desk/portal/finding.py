"""An order or a return found by a number and something its buyer knows: an address or a postcode.

Whoever asks learns nothing but whether both fit: an unknown number and a wrong proof are one
answer, and both cost the same look.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.desk.messages import is_address
from retour.lifecycle.requests.gift import addressee
from retour.lifecycle.withdrawals.withdrawing import network_of
from retour.store.loading import LoadKey, load
from retour.store.portal import return_known_as

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retour.desk.house import House
    from retour.desk.withdrawals.pacing import Line
    from retour.desk.withdrawals.page import Shop
    from retour.lifecycle.model import Customer, Return

NUMBER_LENGTH_MAX: Final = 255
PROOF_LENGTH_MAX: Final = 320
_NOBODY_S: Final = "ret_0"
"""Looked for where a number names no return, so that it costs as much as one that does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A return that a number and a proof fit, and who is told of it."""

    ret: Return
    customer: Customer


class LineTooLong(Exception):
    """Too many look for orders from one network; nothing was looked at."""

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = wait_s


async def find(
    house: House, shop: Shop, number: str, proof: str, *, ip: str, line: Line
) -> str | Known | None:
    """Give the order's number where both fit, or the return.

    Who holds a parcel reads its number and a postcode on it: a return is for a mail alone.

    Raises:
        LineTooLong: The network's turn is too far off.
    """
    await queue_up(shop, ip, line)
    sold, known = await _order(house, shop, number, proof), await known_as(house, shop, number)
    if sold is None and known is not None and _proves(proof, known.customer):
        return known
    return sold


async def _order(house: House, shop: Shop, number: str, proof: str) -> str | None:
    pool = await house.database.pool()
    for written in readings(number):
        key = LoadKey(workspace_id=shop.workspace_id, order_number=written)
        loaded = await load(pool, key)
        if loaded is not None and loaded.state is not None:
            return written if _proves(proof, loaded.state.customer) else None
    return None


async def known_as(house: House, shop: Shop, number: str) -> Known | None:
    """Find the return behind its own number, or its parcel's, where somebody can be mailed."""
    *_, written = readings(number)
    async with house.database.transaction(shop.workspace_id) as connection:
        named = await return_known_as(connection, shop.workspace_id, written)
    key = LoadKey(workspace_id=shop.workspace_id, return_id=named or _NOBODY_S)
    loaded = await load(await house.database.pool(), key)
    if loaded is None or loaded.state is None or loaded.state.ret is None:
        return None
    ret = loaded.state.ret
    to = addressee(loaded.state.customer, ret, loaded.state.words)
    return Known(ret=ret, customer=to) if is_address(to.email) else None


async def queue_up(shop: Shop, ip: str, line: Line) -> None:
    """Wait for one's turn.

    Raises:
        LineTooLong: It is too far off.
    """
    network = f"{shop.workspace_id}/{network_of(ip) or ip}"
    if not await line.wait(network):
        raise LineTooLong(line.ahead_s(network))


def readings(number: str) -> Iterator[str]:
    """Give the number as it is written, and without the sign that shops print before it."""
    yield number
    if number.startswith("#") and number[1:]:
        yield number[1:]


def _proves(proof: str, customer: Customer) -> bool:
    """Compare with all that counts as a proof; how long that takes tells nothing."""
    addresses = (customer.shipping_address, customer.billing_address)
    postcodes = [customer.postcode, *(one.postcode for one in addresses if one is not None)]
    fits = [_is_same(_plain(proof), _plain(one)) for one in postcodes if one and _plain(one)]
    if customer.email:
        fits.append(_is_same(proof.strip().casefold(), customer.email.strip().casefold()))
    return any(fits)


def _plain(postcode: str) -> str:
    """Leave of a postcode what people agree on."""
    return "".join(sign for sign in postcode.upper() if sign.isalnum())


def _is_same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
