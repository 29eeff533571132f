"""A way back by mail: the link to an order or a return goes to the address that it belongs to.

Whoever asks learns nothing, whatever they typed; the answer is one, and comes as late where
there is nothing to mail.  The mail is told to nobody else: who has its link may act for the
customer.
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from retour.desk.execute import RequestKey
from retour.desk.messages import Written, append, is_address
from retour.desk.portal.basket import basket_token, begin
from retour.desk.portal.finding import known_as, queue_up, readings
from retour.desk.shopper import follow_address
from retour.dialects.notification import RESUME
from retour.dialects.portal.languages import JOURNEY
from retour.dialects.withdrawal.words import fill
from retour.lifecycle.model import Actor, ActorKind, Personal, ReturnStatus
from retour.lifecycle.talk.bodies import MessageWay
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from retour.desk.house import House
    from retour.desk.portal.finding import Known
    from retour.desk.withdrawals.pacing import Line
    from retour.desk.withdrawals.page import Shop
    from retour.lifecycle.model import Customer, State

BEAT_S: Final = 0.25
_KEY: Final = "portal-resume"
_HOUSE: Final = Actor(kind=ActorKind.SYSTEM)
_SOURCE: Final = "portal"


async def mail_link(
    house: House, shop: Shop, number: str, language: str, *, ip: str, line: Line
) -> None:
    """Mail the link to an order or a return, once an hour at most; nothing for other numbers.

    Raises:
        LineTooLong: The network's turn is too far off.
    """
    await queue_up(shop, ip, line)
    async with _evenly():
        sold, known = await _sold(house, shop, number), await known_as(house, shop, number)
        if sold is not None and is_address(sold.customer.email):
            await _mail_order(house, shop, sold, language)
        elif sold is None and known is not None:
            await mail_page(house, shop, known, language)


@asynccontextmanager
async def _evenly() -> AsyncGenerator[None]:
    """Have what is within end on a beat, so that how long it took does not say what was found."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        yield
    finally:
        await asyncio.sleep((began - loop.time()) % BEAT_S)


async def _sold(house: House, shop: Shop, number: str) -> State | None:
    pool = await house.database.pool()
    for written in readings(number):
        loaded = await load(pool, LoadKey(workspace_id=shop.workspace_id, order_number=written))
        if loaded is not None and loaded.state is not None:
            return loaded.state
    return None


async def _mail_order(house: House, shop: Shop, sold: State, language: str) -> None:
    order, more = sold.order, JOURNEY[language]
    token = basket_token(house, shop, begin(shop, order.order_number))
    said = {
        "": fill(more.mail_text, number=order.order_number),
        "/subject": fill(more.mail_subject, number=order.order_number),
        "/link": f"{_base(house)}/p/{shop.workspace}/items/{token}?lang={language}",
    }
    await _send(house, shop, order.id, replace(sold.customer, locale=language), said)


async def mail_page(house: House, shop: Shop, known: Known, language: str) -> None:
    """Mail the link to a return's own page to whoever is told of it, once an hour at most."""
    ret, more = known.ret, JOURNEY[language]
    number = ret.rma_number if ReturnStatus.AUTHORIZED.value in ret.status_at else str(ret.number)
    page = follow_address(house, shop.workspace_id, ret.id, shop.now)
    said = {
        "": fill(more.return_text, number=number),
        "/subject": fill(more.return_subject, number=number),
        "/link": f"{_base(house)}{page}?lang={language}",
    }
    await _send(house, shop, ret.id, replace(known.customer, locale=language), said)


def _base(house: House) -> str:
    return house.settings.public_base


async def _send(
    house: House, shop: Shop, about: str, to: Customer, said: Mapping[str, str]
) -> None:
    """Mail words and a link about an order or a return; ``said`` is by what follows the id."""
    hour = shop.now.strftime("%Y%m%d%H")
    digest = hashlib.sha256(f"{about}/{to.locale}".encode()).digest()

    def personal(name: str) -> Personal:
        return Personal(customer=to, messages={f"{name}{key}": text for key, text in said.items()})

    await append(
        house,
        shop.workspace_id,
        Written(
            actor=_HOUSE,
            source=_SOURCE,
            details=lambda name: {
                "message": name,
                "author": "system",
                "internal": False,
                "way": MessageWay.OUT.value,
                "kind": RESUME,
            },
            personal=personal,
        ),
        {},
        RequestKey(key_id=_KEY, key=f"{about}-{to.locale}-{hour}", digest=digest),
    )
