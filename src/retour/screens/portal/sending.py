"""The portal's last steps: what is wished for the goods, a last look, and the button that sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Response
from msgspec.structs import replace

from retour.desk.portal.asking import Sent, icons_in, is_sent, send
from retour.desk.portal.choosing import Choice, choices_for
from retour.desk.portal.wishes import Wishes, wishes_of
from retour.dialects.portal.languages import FOLLOWING
from retour.screens.forms import go_on
from retour.screens.portal import filling, picturing
from retour.screens.portal.filling import Filled
from retour.screens.portal.visit import Visit, basket_of, items_page, step
from retour.screens.stocking import stock_of

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.portal.basket import Basket
    from retour.kernel.refusal import Refusal

_EXCHANGE: Final = "exchange"


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of these steps."""
    return [
        *step(house, "wishes", _wishes, _wished),
        *step(house, "instead", _instead, _chosen_instead),
        *step(house, "check", _check, _send),
    ]


async def _foreseen(visit: Visit, basket: Basket) -> Wishes | Refusal | None:
    if not basket.wanted:
        return None
    return await wishes_of(visit.house, visit.shop, basket, visit.language, await visit.priced())


# ---------------------------------------------------------------- wish


async def _wishes(visit: Visit) -> Response[Any]:
    """Show what is offered for all of the basket, each wish with what it comes to."""
    basket = basket_of(visit)
    wishes = await _foreseen(visit, basket)
    if not isinstance(wishes, Wishes):
        return _changed(visit)
    if picturing.lacks(basket, wishes):
        return go_on(visit.address("photos", basket))
    return _wishes_page(visit, wishes, Filled(basket=basket))


async def _wished(visit: Visit, fields: dict[str, str]) -> Response[Any]:
    """Go on with what is wished: to the goods, where other goods are."""
    wishes = await _foreseen(visit, basket_of(visit))
    if not isinstance(wishes, Wishes):
        return _changed(visit)
    filled = filling.wished(basket_of(visit), wishes, fields, visit.words)
    if filled.wrong:
        return _wishes_page(visit, wishes, filled)
    if filled.basket.outcome == _EXCHANGE:
        return go_on(visit.address("instead", filled.basket))
    return go_on(visit.address("check", filled.basket))


def _wishes_page(visit: Visit, wishes: Wishes, filled: Filled) -> Response[Any]:
    if not wishes.outcomes:
        return items_page(visit, filled.basket, notice=visit.more.not_together)
    only = next(iter(wishes.outcomes)) if len(wishes.outcomes) == 1 else None
    usual = None if wishes.must_choose else next(iter(wishes.methods), None)
    return visit.page(
        "wishes",
        422 if filled.wrong else 200,
        basket=filled.basket,
        wishes=wishes,
        outcome=filled.basket.outcome or only,
        method=filled.basket.method or usual,
        wrong=filled.wrong,
        action=visit.address("wishes", filled.basket),
        back=visit.address("reasons", filled.basket),
    )


def _changed(visit: Visit) -> Response[Any]:
    """Go back to the items: an order is not any more what the basket was filled from."""
    return items_page(visit, basket_of(visit), notice=visit.words.refused)


# ---------------------------------------------------------------- instead


async def _instead(visit: Visit) -> Response[Any]:
    """Show what can be had instead."""
    return await _instead_page(visit, Filled(basket=basket_of(visit)))


async def _chosen_instead(visit: Visit, fields: dict[str, str]) -> Response[Any]:
    """Go on with the goods that are chosen."""
    basket = basket_of(visit)
    filled = filling.instead(basket, await _choices(visit, basket), fields, visit.more)
    if filled.wrong:
        return await _instead_page(visit, filled)
    return go_on(visit.address("check", filled.basket))


async def _choices(visit: Visit, basket: Basket) -> tuple[tuple[Choice, ...], ...]:
    stock = await stock_of(visit.house, visit.shop.workspace_id)
    currency = visit.sold[0].currency
    return await choices_for(
        visit.house, visit.shop, basket, visit.rows, stock=stock, currency=currency
    )


async def _instead_page(visit: Visit, filled: Filled) -> Response[Any]:
    basket = filled.basket
    if not basket.wanted:
        return go_on(visit.address("items", basket))
    choices = await _choices(visit, basket)
    return visit.page(
        "instead",
        422 if filled.wrong else 200,
        basket=basket,
        titles=visit.titles,
        choices=choices,
        currency=visit.sold[0].currency,
        wrong=filled.wrong,
        action=visit.address("instead", basket),
        back=visit.address("wishes", basket),
    )


# ---------------------------------------------------------------- check, send


async def _check(visit: Visit) -> Response[Any]:
    """Show all that is about to be sent."""
    basket = basket_of(visit)
    if not filling.is_complete(basket):
        return go_on(visit.address("items", basket))
    wishes = await _foreseen(visit, basket)
    if not isinstance(wishes, Wishes):
        return _changed(visit)
    return await _check_page(visit, wishes)


async def _check_page(visit: Visit, wishes: Wishes, notice: str | None = None) -> Response[Any]:
    basket, priced = basket_of(visit), await visit.priced()
    icons = icons_in(visit.portal.reasons)
    shown = replace(basket, shown=wishes.figure(basket.outcome))
    return visit.page(
        "check",
        422 if notice else 200,
        basket=basket,
        wishes=wishes,
        estimate=wishes.outcomes.get(basket.outcome or ""),
        titles=visit.titles,
        reasons=[_reason(visit, one.reason) for one in basket.wanted],
        icons=[icons.get(one.reason or "", "") for one in basket.wanted],
        goods=[
            one.instead and priced.goods.get(one.instead, (title, {}))[0]
            for one, title in zip(basket.wanted, visit.titles, strict=True)
        ],
        photos_given=FOLLOWING[visit.language].photos_given,
        notice=notice,
        action=visit.address("check", shown),
        change_items=visit.address("items", basket),
        change_reasons=visit.address("reasons", basket),
        change_wishes=visit.address("wishes", basket),
    )


def _reason(visit: Visit, code: str | None) -> str:
    own = {one.code: visit.said(one.text) for one in visit.portal.reasons}
    return own.get(code or "") or visit.words.reasons.get(code or "", code or "")


async def _send(visit: Visit, _: dict[str, str]) -> Response[Any]:
    """Send it; pressed twice it is sent once, and never at another price than was shown."""
    basket = basket_of(visit)
    if not filling.is_complete(basket):
        return go_on(visit.address("items", basket))
    priced = await visit.priced()
    wishes = await _foreseen(visit, basket)
    if (
        isinstance(wishes, Wishes)
        and basket.shown not in (None, wishes.figure(basket.outcome))
        and not await is_sent(visit.house, visit.shop, basket, visit.language, priced)
    ):
        return await _check_page(visit, wishes, visit.more.amount_changed)
    sent = await send(visit.house, visit.shop, basket, visit.language, priced)
    return go_on(sent.address) if isinstance(sent, Sent) else _changed(visit)
