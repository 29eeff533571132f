"""The portal's first steps: which order, which items, why; ``sending`` has the last two.

No login, no cookie, no script; what is filled in travels sealed in the address, so that every step
is an address of its own and going back loses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.params import FromPath

from retour.desk.portal.basket import begin
from retour.desk.portal.finding import NUMBER_LENGTH_MAX, LineTooLong, find
from retour.desk.withdrawals.pacing import INTERVAL_S, Line
from retour.dialects.portal.languages import LANGUAGES
from retour.screens.forms import (
    BODY_BYTES_MAX,
    address_of,
    go_on,
    query_of,
    read_form,
)
from retour.screens.portal import filling, sending
from retour.screens.portal.filling import COMMENT_LENGTH_MAX, Filled, Sought
from retour.screens.portal.visit import (
    PATH,
    Asking,
    Visit,
    basket_of,
    find_page,
    items_page,
    nowhere,
    step,
    visited,
)

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


def routes(house: House, line: Line | None = None) -> list[HTTPRouteHandler]:
    """Make the portal's handlers; who looks for orders from one network waits in ``line``."""
    return [
        *_finding(house, line or Line()),
        *step(house, "items", _items, _chosen),
        *step(house, "reasons", _reasons, _explained),
        *sending.routes(house),
    ]


# ---------------------------------------------------------------- find


def _finding(house: House, queue: Line) -> list[HTTPRouteHandler]:
    @get(PATH)
    async def begin_here(request: Asking, workspace: FromPath[str]) -> Response[Any]:
        """Show the form that finds an order."""
        visit = await visited(house, request, workspace)
        if visit is None:
            return nowhere(request)
        number = query_of(request).get("order", "")[:NUMBER_LENGTH_MAX]
        return find_page(visit, Sought(number=number))

    @post(PATH, request_max_body_size=BODY_BYTES_MAX)
    async def look(request: Asking, workspace: FromPath[str]) -> Response[Any]:
        """Find the order, or say that these details fit none."""
        visit = await visited(house, request, workspace)
        if visit is None:
            return nowhere(request)
        said = filling.sought(read_form(await request.body()))
        words = LANGUAGES[visit.language]
        wrong = filling.wrong_with(said, words)
        if wrong:
            return find_page(visit, said, wrong=wrong)
        try:
            found = await find(
                house, visit.shop, said.number, said.proof, ip=address_of(request), line=queue
            )
        except LineTooLong:
            response = find_page(visit, said, notice=words.busy, status=503)
            response.headers["retry-after"] = str(int(INTERVAL_S))
            return response
        if found is None:
            return find_page(visit, said, notice=words.not_found)
        return go_on(visit.address("items", begin(visit.shop, found)))

    return [begin_here, look]


# ---------------------------------------------------------------- choose


async def _items(visit: Visit) -> Response[Any]:
    """Show the order's items, and what may come back of them."""
    return items_page(visit, basket_of(visit))


async def _chosen(visit: Visit, fields: dict[str, str]) -> Response[Any]:
    """Go on with what is chosen."""
    words = LANGUAGES[visit.language]
    filled = filling.chosen(basket_of(visit), visit.rows, fields, words)
    if filled.wrong:
        return items_page(visit, filled.basket, wrong=filled.wrong)
    return go_on(visit.address("reasons", filled.basket))


# ---------------------------------------------------------------- why


async def _reasons(visit: Visit) -> Response[Any]:
    """Ask of each item why it comes back."""
    basket = basket_of(visit)
    if not basket.wanted:
        return go_on(visit.address("items", basket))
    return _reasons_page(visit, Filled(basket=basket))


async def _explained(visit: Visit, fields: dict[str, str]) -> Response[Any]:
    """Go on with the reasons."""
    words = LANGUAGES[visit.language]
    filled = filling.explained(basket_of(visit), visit.titles, fields, words)
    if filled.wrong:
        return _reasons_page(visit, filled)
    return go_on(visit.address("wishes", filled.basket))


def _reasons_page(visit: Visit, filled: Filled) -> Response[Any]:
    return visit.page(
        "reasons",
        422 if filled.wrong else 200,
        basket=filled.basket,
        titles=visit.titles,
        wrong=filled.wrong,
        most=COMMENT_LENGTH_MAX,
        action=visit.address("reasons", filled.basket),
        back=visit.address("items", filled.basket),
    )
