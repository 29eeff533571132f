"""An order found by its number and something its buyer knows: the e-mail address or a postcode.

Whoever asks learns nothing but whether both fit: an unknown number and a wrong proof are one
answer, and both cost the same look.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from retour.lifecycle.withdrawals.withdrawing import network_of
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retour.desk.house import House
    from retour.desk.withdrawals.pacing import Line
    from retour.desk.withdrawals.page import Shop
    from retour.lifecycle.model import Customer

NUMBER_LENGTH_MAX: Final = 255
PROOF_LENGTH_MAX: Final = 320


class LineTooLong(Exception):
    """Too many look for orders from one network; nothing was looked at."""

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = wait_s


async def find(
    house: House, shop: Shop, number: str, proof: str, *, ip: str, line: Line
) -> str | None:
    """Give the order's number where both fit.

    Raises:
        LineTooLong: The network's turn is too far off.
    """
    await queue_up(shop, ip, line)
    pool = await house.database.pool()
    for written in readings(number):
        key = LoadKey(workspace_id=shop.workspace_id, order_number=written)
        loaded = await load(pool, key)
        if loaded is not None and loaded.state is not None:
            return written if _proves(proof, loaded.state.customer) else None
    return None


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
