"""A way back by mail: the link to an order goes to the address it was placed with.

Whoever asks learns nothing, whatever they typed; the answer is one and costs the same.  The mail is
told to nobody else: who has its link may act for the customer.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from retour.desk.execute import RequestKey
from retour.desk.messages import Written, append, is_address
from retour.desk.portal.basket import basket_token, begin
from retour.desk.portal.finding import queue_up, readings
from retour.dialects.notification import RESUME
from retour.dialects.portal.languages import JOURNEY
from retour.dialects.withdrawal.words import fill
from retour.lifecycle.model import Actor, ActorKind, Personal
from retour.lifecycle.talk.bodies import MessageWay
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.withdrawals.pacing import Line
    from retour.desk.withdrawals.page import Shop
    from retour.lifecycle.model import State

_KEY: Final = "portal-resume"
_HOUSE: Final = Actor(kind=ActorKind.SYSTEM)
_SOURCE: Final = "portal"


async def mail_link(
    house: House, shop: Shop, number: str, language: str, *, ip: str, line: Line
) -> None:
    """Mail the link to an order, once an hour at most; do nothing where there is no such order.

    Raises:
        LineTooLong: The network's turn is too far off.
    """
    await queue_up(shop, ip, line)
    pool = await house.database.pool()
    for written in readings(number):
        loaded = await load(pool, LoadKey(workspace_id=shop.workspace_id, order_number=written))
        if loaded is not None and loaded.state is not None:
            if is_address(loaded.state.customer.email):
                await _send(house, shop, loaded.state, language)
            return


async def _send(house: House, shop: Shop, state: State, language: str) -> None:
    more = JOURNEY[language]
    number = state.order.order_number
    token = basket_token(house, shop, begin(shop, number))
    address = f"{house.settings.public_base}/p/{shop.workspace}/items/{token}?lang={language}"

    def personal(name: str) -> Personal:
        said = {
            name: fill(more.mail_text, number=number),
            f"{name}/subject": fill(more.mail_subject, number=number),
            f"{name}/link": address,
        }
        return Personal(customer=replace(state.customer, locale=language), messages=said)

    hour = shop.now.strftime("%Y%m%d%H")
    digest = hashlib.sha256(f"{state.order.id}/{language}".encode()).digest()
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
        RequestKey(key_id=_KEY, key=f"{state.order.id}-{language}-{hour}", digest=digest),
    )
