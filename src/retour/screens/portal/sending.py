"""The portal's last steps: what is wished for the goods, a last look, and the button that sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Response

from retour.desk.portal.asking import Sent, send
from retour.desk.portal.wishes import Wishes, wishes_of
from retour.dialects.portal.languages import LANGUAGES
from retour.screens.forms import (
    go_on,
)
from retour.screens.portal import filling
from retour.screens.portal.filling import Filled
from retour.screens.portal.visit import Visit, basket_of, items_page, step

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of these steps."""
    return [*step(house, "wishes", _wishes, _wished), *step(house, "check", _check, _send)]


# ---------------------------------------------------------------- wish


async def _wishes(visit: Visit) -> Response[Any]:
    """Show what is offered for all of the basket, each wish with what it comes to."""
    wishes = await wishes_of(visit.house, visit.shop, basket_of(visit), visit.language)
    if not isinstance(wishes, Wishes):
        return _changed(visit)
    return _wishes_page(visit, wishes, Filled(basket=basket_of(visit)))


async def _wished(visit: Visit, fields: dict[str, str]) -> Response[Any]:
    """Go on with what is wished."""
    wishes = await wishes_of(visit.house, visit.shop, basket_of(visit), visit.language)
    if not isinstance(wishes, Wishes):
        return _changed(visit)
    filled = filling.wished(basket_of(visit), wishes, fields, LANGUAGES[visit.language])
    if filled.wrong:
        return _wishes_page(visit, wishes, filled)
    return go_on(visit.address("check", filled.basket))


def _wishes_page(visit: Visit, wishes: Wishes, filled: Filled) -> Response[Any]:
    only = next(iter(wishes.outcomes)) if len(wishes.outcomes) == 1 else None
    return visit.page(
        "wishes",
        422 if filled.wrong else 200,
        wishes=wishes,
        outcome=filled.basket.outcome or only,
        method=filled.basket.method,
        wrong=filled.wrong,
        action=visit.address("wishes", filled.basket),
        back=visit.address("reasons", filled.basket),
    )


def _changed(visit: Visit) -> Response[Any]:
    """Go back to the items: the order is not any more what the basket was filled from."""
    return items_page(visit, basket_of(visit), notice=LANGUAGES[visit.language].refused)


# ---------------------------------------------------------------- check, send


async def _check(visit: Visit) -> Response[Any]:
    """Show all that is about to be sent."""
    basket = basket_of(visit)
    if not filling.is_complete(basket):
        return go_on(visit.address("items", basket))
    wishes = await wishes_of(visit.house, visit.shop, basket, visit.language)
    if not isinstance(wishes, Wishes):
        return _changed(visit)
    return visit.page(
        "check",
        basket=basket,
        estimate=wishes.outcomes.get(basket.outcome or ""),
        titles=visit.titles,
        action=visit.address("check", basket),
        change_items=visit.address("items", basket),
        change_reasons=visit.address("reasons", basket),
        change_wishes=visit.address("wishes", basket),
    )


async def _send(visit: Visit, _: dict[str, str]) -> Response[Any]:
    """Send it; pressed twice it is sent once."""
    basket = basket_of(visit)
    if not filling.is_complete(basket):
        return go_on(visit.address("items", basket))
    sent = await send(visit.house, visit.shop, basket, visit.language)
    return go_on(sent.address) if isinstance(sent, Sent) else _changed(visit)
