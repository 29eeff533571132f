"""The portal's last steps: what is wished for the goods, a last look, and the button that sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.params import FromPath

from retour.desk.portal.asking import Sent, send
from retour.desk.portal.wishes import Wishes, wishes_of
from retour.dialects.portal.languages import LANGUAGES
from retour.kernel.refusal import Refusal
from retour.screens.forms import (
    BODY_BYTES_MAX,
    go_on,
    read_form,
)
from retour.screens.portal import filling
from retour.screens.portal.filling import Filled
from retour.screens.portal.visit import PATH, Asking, Visit, basket_of, items_page, nowhere, opened

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of these steps."""
    return [*_wishing(house), *_sending(house)]


def _wishing(house: House) -> list[HTTPRouteHandler]:
    """Make the step that asks what is wished, each wish with what it comes to."""

    @get(f"{PATH}/wishes/{{token:str}}")
    async def show(
        request: Asking, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Show what is offered for all of the basket."""
        visit = await opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        wishes = await wishes_of(house, visit.shop, basket_of(visit), visit.language)
        if not isinstance(wishes, Wishes):
            return _changed(visit)
        return _wishes_page(visit, wishes, Filled(basket=basket_of(visit)))

    @post(f"{PATH}/wishes/{{token:str}}", request_max_body_size=BODY_BYTES_MAX)
    async def wish(
        request: Asking, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Go on with what is wished."""
        visit = await opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        wishes = await wishes_of(house, visit.shop, basket_of(visit), visit.language)
        if not isinstance(wishes, Wishes):
            return _changed(visit)
        fields, words = read_form(await request.body()), LANGUAGES[visit.language]
        filled = filling.wished(basket_of(visit), wishes, fields, words)
        if filled.wrong:
            return _wishes_page(visit, wishes, filled)
        return go_on(visit.address("check", filled.basket))

    return [show, wish]


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


def _sending(house: House) -> list[HTTPRouteHandler]:
    """Make the last step: a last look, and the button that sends it."""

    @get(f"{PATH}/check/{{token:str}}")
    async def show(
        request: Asking, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Show all that is about to be sent."""
        visit = await opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        basket = basket_of(visit)
        if not filling.is_complete(basket):
            return go_on(visit.address("items", basket))
        wishes = await wishes_of(house, visit.shop, basket, visit.language)
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

    @post(f"{PATH}/check/{{token:str}}", request_max_body_size=BODY_BYTES_MAX)
    async def send_it(
        request: Asking, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Send it; pressed twice it is sent once."""
        visit = await opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        basket = basket_of(visit)
        if not filling.is_complete(basket):
            return go_on(visit.address("items", basket))
        match await send(house, visit.shop, basket, visit.language):
            case Sent(address=address):
                return go_on(address)
            case Refusal():
                return _changed(visit)
            case _:
                return nowhere(request)

    return [show, send_it]
