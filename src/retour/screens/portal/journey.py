"""The portal's first steps: which orders, which items, why; ``sending`` has the last ones.

No login, no cookie, no script; what is filled in travels sealed in the address, so that every step
is an address of its own and going back loses nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from retour.desk.portal.adding import Apart, added
from retour.desk.portal.asking import grouped_in, icons_in, reasons_in
from retour.desk.portal.basket import begin
from retour.desk.portal.finding import NUMBER_LENGTH_MAX, Known, LineTooLong, find
from retour.desk.portal.resuming import mail_page
from retour.desk.portal.settings import offered_now
from retour.desk.portal.wishes import Wishes, wishes_of
from retour.desk.withdrawals.pacing import Line
from retour.screens.forms import (
    BODY_BYTES_MAX,
    address_of,
    go_on,
    query_of,
    read_form,
)
from retour.screens.portal import entering, filling, picturing, sending
from retour.screens.portal.filling import COMMENT_LENGTH_MAX, Filled, Sought
from retour.screens.portal.visit import (
    PATH,
    Asking,
    Visit,
    basket_of,
    find_page,
    items_page,
    nowhere,
    opened,
    step,
    visited,
)

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House


_LISTED_MAX: Final = 24
"""Reasons of all items that a page lays out to choose from; more of them are folded into lists."""


def routes(house: House, line: Line | None = None) -> list[HTTPRouteHandler]:
    """Make the portal's handlers; who looks for orders from one network waits in ``line``."""
    queue = line or Line()
    return [
        *entering.routes(house, queue),
        *_finding(house, queue),
        *_adding(house, queue),
        *step(house, "items", _items, _chosen),
        *step(house, "reasons", _reasons, _explained),
        *picturing.routes(house, queue),
        *sending.routes(house),
    ]


# ---------------------------------------------------------------- find


def _finding(house: House, queue: Line) -> list[HTTPRouteHandler]:
    @get([PATH, f"{PATH}/find"])
    async def begin_here(request: Asking, workspace: FromPath[str]) -> Response[Any]:
        """Show what shoppers come for, or the form that finds an order."""
        visit = await visited(house, request, workspace)
        if visit is None:
            return nowhere(request)
        query = query_of(request)
        is_front = not request.url.path.endswith("/find")
        if visit.portal.use_cases and is_front and "order" not in query:
            return entering.front(visit)
        return find_page(visit, Sought(number=query.get("order", "")[:NUMBER_LENGTH_MAX]))

    @post(PATH, request_max_body_size=BODY_BYTES_MAX)
    async def look(request: Asking, workspace: FromPath[str]) -> Response[Any]:
        """Find the order, or say that these details fit none."""
        visit = await visited(house, request, workspace)
        if visit is None:
            return nowhere(request)
        fields = read_form(await request.body())
        said = filling.sought(fields)
        wrong = filling.wrong_with(said, visit.words)
        if wrong:
            return find_page(visit, said, wrong=wrong)
        found = await _found(visit, said, request, queue)
        if isinstance(found, Response):
            return found
        if isinstance(found, Known):
            await mail_page(house, visit.shop, found, visit.language)
            return go_on(visit.at("/resume", sent="return"))
        if found is None:
            return find_page(visit, said, notice=visit.words.not_found)
        is_gift = said.is_gift and visit.portal.gifts
        policy = entering.policy_of(visit, query_of(request).get("for", ""))
        basket = begin(visit.shop, found, is_gift=is_gift, policy=policy)
        return go_on(visit.address("items", basket))

    return [begin_here, look]


async def _found(
    visit: Visit, said: Sought, request: Asking, queue: Line
) -> str | Known | Response[Any] | None:
    """Find an order or a return, or ask to wait a little; nobody is locked out."""
    ip = address_of(request)
    try:
        return await find(visit.house, visit.shop, said.number, said.proof, ip=ip, line=queue)
    except LineTooLong as busy:
        return busy_page(visit, busy)


def busy_page(visit: Visit, busy: LineTooLong) -> Response[Any]:
    """Say when to try again."""
    minutes = max(math.ceil(busy.wait_s / 60), 1)
    response = visit.page("busy", 429, minutes=str(minutes), again=visit.at("/find"))
    response.headers["retry-after"] = str(math.ceil(busy.wait_s))
    return response


def _adding(house: House, queue: Line) -> list[HTTPRouteHandler]:
    """Make the handlers that put one more order into the basket."""

    @get(f"{PATH}/add/{{token:str}}")
    async def ask(request: Asking, workspace: FromPath[str], token: FromPath[str]) -> Response[Any]:
        """Show the form."""
        visit = await opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        return find_page(visit, Sought(), action=visit.address("add", basket_of(visit)))

    @post(f"{PATH}/add/{{token:str}}", request_max_body_size=BODY_BYTES_MAX)
    async def add(request: Asking, workspace: FromPath[str], token: FromPath[str]) -> Response[Any]:
        """Add the order, or say why it comes back by itself."""
        visit = await opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        said = filling.sought(read_form(await request.body()))
        action = visit.address("add", basket_of(visit))
        wrong = filling.wrong_with(said, visit.words)
        if wrong:
            return find_page(visit, said, wrong=wrong, action=action)
        found = await _found(visit, said, request, queue)
        if isinstance(found, Response):
            return found
        if not isinstance(found, str):
            return find_page(visit, said, notice=visit.words.not_found, action=action)
        basket = await added(house, visit.shop, basket_of(visit), found, visit.portal.orders)
        if isinstance(basket, Apart):
            return find_page(visit, said, notice=visit.more.apart[basket.value], action=action)
        return nowhere(request) if basket is None else go_on(visit.address("items", basket))

    return [ask, add]


# ---------------------------------------------------------------- choose


async def _items(visit: Visit) -> Response[Any]:
    """Show the orders' items, and what may come back of them."""
    return items_page(visit, basket_of(visit))


async def _chosen(visit: Visit, fields: dict[str, str]) -> Response[Any]:
    """Go on with what is chosen."""
    rows = visit.rows.values()
    filled = filling.chosen(basket_of(visit), rows, fields, visit.words, visit.more)
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
    """Go on with the reasons: to the photos, where some are asked for."""
    now = offered_now(visit.portal.reasons)
    filled = filling.explained(
        basket_of(visit),
        visit.titles,
        fields,
        visit.words,
        reasons_in(now, visit.language),
        wordy={one.code for one in now if one.words_needed},
    )
    if filled.wrong:
        return _reasons_page(visit, filled)
    wishes = await wishes_of(
        visit.house, visit.shop, filled.basket, visit.language, await visit.priced()
    )
    if isinstance(wishes, Wishes) and picturing.lacks(filled.basket, wishes):
        return go_on(visit.address("photos", filled.basket))
    return go_on(visit.address("wishes", filled.basket))


def _reasons_page(visit: Visit, filled: Filled) -> Response[Any]:
    groups = grouped_in(visit.portal.reasons, visit.language)
    return visit.page(
        "reasons",
        422 if filled.wrong else 200,
        basket=filled.basket,
        titles=visit.titles,
        groups=groups,
        icons=icons_in(visit.portal.reasons),
        is_listed=len(filled.basket.wanted) * sum(len(some) for _, some in groups) <= _LISTED_MAX,
        wrong=filled.wrong,
        most=COMMENT_LENGTH_MAX,
        action=visit.address("reasons", filled.basket),
        back=visit.address("items", filled.basket),
    )
