"""The portal's four steps: which order, which items, why, and a last look before it is sent.

No login, no cookie, no script; what is filled in travels sealed in the address, so that every step
is an address of its own and going back loses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath

from retour.desk.portal.asking import Sent, send
from retour.desk.portal.basket import Basket, basket_token, begin, read_basket
from retour.desk.portal.finding import NUMBER_LENGTH_MAX, PROOF_LENGTH_MAX, LineTooLong, find
from retour.desk.portal.offering import Row, rows_of
from retour.desk.withdrawals.pacing import INTERVAL_S, Line
from retour.desk.withdrawals.page import Shop, shop_of
from retour.dialects.portal.languages import LANGUAGES
from retour.dialects.withdrawal.words import fill
from retour.kernel.refusal import Refusal
from retour.screens.forms import (
    BODY_BYTES_MAX,
    address_of,
    go_on,
    language_for,
    query_of,
    read_form,
)
from retour.screens.pages import private_page
from retour.screens.portal import filling
from retour.screens.portal.filling import COMMENT_LENGTH_MAX, Filled, Sought

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_PATH: Final = "/p/{workspace:str}"
_STEPS: Final = ("find", "items", "reasons", "check")
_Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A shop's page opened in a language, perhaps with a basket and the order's lines."""

    house: House
    shop: Shop
    language: str
    basket: Basket | None = None
    rows: tuple[Row, ...] = ()

    @property
    def titles(self) -> dict[str, str]:
        """What the order calls its lines."""
        return {row.line: row.title for row in self.rows}

    def address(self, step: str, basket: Basket) -> str:
        """Give a step's address with a basket in it."""
        token = basket_token(self.house, self.shop, basket)
        return f"{self.home}/{step}/{token}?{urlencode({'lang': self.language})}"

    @property
    def home(self) -> str:
        """Give the shop's first page."""
        return f"/p/{self.shop.workspace}"

    def page(self, step: str, status: int = 200, **values: Any) -> Response[Any]:  # noqa: ANN401 - whatever the template names
        """Show a step."""
        entry = None
        if self.shop.is_offered:
            query = urlencode({"lang": self.language})
            entry = (f"{self.home}/withdraw?{query}", self.shop.label(self.language).entry)
        return private_page(
            f"portal_{step}.html",
            status,
            number=str(1 + _STEPS.index(step)),
            shop=self.shop,
            language=self.language,
            words=LANGUAGES[self.language],
            fill=fill,
            entry=entry,
            **{"wrong": {}, "notice": None, **values},
        )


def routes(house: House, line: Line | None = None) -> list[HTTPRouteHandler]:
    """Make the portal's handlers; who looks for orders from one network waits in ``line``."""
    return [
        *_finding(house, line or Line()),
        *_choosing(house),
        *_explaining(house),
        *_sending(house),
    ]


# ---------------------------------------------------------------- find


def _finding(house: House, queue: Line) -> list[HTTPRouteHandler]:
    @get(_PATH)
    async def begin_here(request: _Asked, workspace: FromPath[str]) -> Response[Any]:
        """Show the form that finds an order."""
        visit = await _visit(house, request, workspace)
        if visit is None:
            return _nowhere(request)
        number = query_of(request).get("order", "")[:NUMBER_LENGTH_MAX]
        return _find_page(visit, Sought(number=number))

    @post(_PATH, request_max_body_size=BODY_BYTES_MAX)
    async def look(request: _Asked, workspace: FromPath[str]) -> Response[Any]:
        """Find the order, or say that these details fit none."""
        visit = await _visit(house, request, workspace)
        if visit is None:
            return _nowhere(request)
        said = filling.sought(read_form(await request.body()))
        words = LANGUAGES[visit.language]
        wrong = filling.wrong_with(said, words)
        if wrong:
            return _find_page(visit, said, wrong=wrong)
        try:
            found = await find(
                house, visit.shop, said.number, said.proof, ip=address_of(request), line=queue
            )
        except LineTooLong:
            response = _find_page(visit, said, notice=words.busy, status=503)
            response.headers["retry-after"] = str(int(INTERVAL_S))
            return response
        if found is None:
            return _find_page(visit, said, notice=words.not_found)
        return go_on(visit.address("items", begin(visit.shop, found)))

    return [begin_here, look]


def _find_page(
    visit: Visit,
    said: Sought,
    *,
    wrong: dict[str, str] | None = None,
    notice: str | None = None,
    status: int | None = None,
) -> Response[Any]:
    bad = bool(wrong) or notice is not None
    return visit.page(
        "find",
        status or (422 if bad else 200),
        said=said,
        wrong=wrong or {},
        notice=notice,
        most={"number": NUMBER_LENGTH_MAX, "proof": PROOF_LENGTH_MAX},
        action=f"{visit.home}?{urlencode({'lang': visit.language})}",
        others=[
            (code, words.language, f"{visit.home}?{urlencode({'lang': code})}")
            for code, words in LANGUAGES.items()
            if code != visit.language
        ],
    )


# ---------------------------------------------------------------- choose


def _choosing(house: House) -> list[HTTPRouteHandler]:
    @get(f"{_PATH}/items/{{token:str}}")
    async def show(
        request: _Asked, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Show the order's items, and what may come back of them."""
        visit = await _opened(house, request, workspace, token)
        return visit if isinstance(visit, Response) else _items_page(visit, _basket(visit))

    @post(f"{_PATH}/items/{{token:str}}", request_max_body_size=BODY_BYTES_MAX)
    async def choose(
        request: _Asked, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Go on with what is chosen."""
        visit = await _opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        fields, words = read_form(await request.body()), LANGUAGES[visit.language]
        filled = filling.chosen(_basket(visit), visit.rows, fields, words)
        if filled.wrong:
            return _items_page(visit, filled.basket, wrong=filled.wrong)
        return go_on(visit.address("reasons", filled.basket))

    return [show, choose]


def _items_page(
    visit: Visit,
    basket: Basket,
    *,
    wrong: dict[str, str] | None = None,
    notice: str | None = None,
) -> Response[Any]:
    return visit.page(
        "items",
        422 if wrong or notice else 200,
        basket=basket,
        rows=visit.rows,
        counts={one.line: one.quantity for one in basket.wanted},
        any_open=any(row.is_open for row in visit.rows),
        wrong=wrong or {},
        notice=notice,
        action=visit.address("items", basket),
        back=f"{visit.home}?{urlencode({'lang': visit.language, 'order': basket.order_number})}",
    )


# ---------------------------------------------------------------- why


def _explaining(house: House) -> list[HTTPRouteHandler]:
    @get(f"{_PATH}/reasons/{{token:str}}")
    async def show(
        request: _Asked, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Ask of each item why it comes back."""
        visit = await _opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        basket = _basket(visit)
        if not basket.wanted:
            return go_on(visit.address("items", basket))
        return _reasons_page(visit, Filled(basket=basket))

    @post(f"{_PATH}/reasons/{{token:str}}", request_max_body_size=BODY_BYTES_MAX)
    async def explain(
        request: _Asked, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Go on with the reasons."""
        visit = await _opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        fields, words = read_form(await request.body()), LANGUAGES[visit.language]
        filled = filling.explained(_basket(visit), visit.titles, fields, words)
        if filled.wrong:
            return _reasons_page(visit, filled)
        return go_on(visit.address("check", filled.basket))

    return [show, explain]


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


# ---------------------------------------------------------------- check, send


def _sending(house: House) -> list[HTTPRouteHandler]:
    @get(f"{_PATH}/check/{{token:str}}")
    async def show(
        request: _Asked, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Show all that is about to be sent."""
        visit = await _opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        basket = _basket(visit)
        if not filling.is_complete(basket):
            return go_on(visit.address("items", basket))
        return visit.page(
            "check",
            basket=basket,
            titles=visit.titles,
            action=visit.address("check", basket),
            change_items=visit.address("items", basket),
            change_reasons=visit.address("reasons", basket),
        )

    @post(f"{_PATH}/check/{{token:str}}", request_max_body_size=BODY_BYTES_MAX)
    async def send_it(
        request: _Asked, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Send it; pressed twice it is sent once."""
        visit = await _opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        basket = _basket(visit)
        if not filling.is_complete(basket):
            return go_on(visit.address("items", basket))
        match await send(house, visit.shop, basket, visit.language):
            case Sent(address=address):
                return go_on(address)
            case Refusal():
                notice = LANGUAGES[visit.language].refused
                return _items_page(visit, basket, notice=notice)
            case _:
                return _nowhere(request)

    return [show, send_it]


# ---------------------------------------------------------------- visits


async def _visit(house: House, request: _Asked, workspace: str) -> Visit | None:
    shop = await shop_of(house, workspace)
    if shop is None:
        return None
    language = language_for(request, query_of(request), LANGUAGES)
    return Visit(house=house, shop=shop, language=language)


async def _opened(
    house: House, request: _Asked, workspace: str, token: str
) -> Visit | Response[Any]:
    """Open a step with the basket in its address, or say why that cannot be."""
    visit = await _visit(house, request, workspace)
    found = None if visit is None else read_basket(house, visit.shop, token)
    if visit is None or found is None:
        return _nowhere(request)
    basket, is_good = found
    if not is_good:
        notice = LANGUAGES[visit.language].expired
        return _find_page(visit, Sought(number=basket.order_number), notice=notice)
    rows = await rows_of(house, visit.shop, basket)
    if rows is None:
        return _nowhere(request)
    return Visit(house=house, shop=visit.shop, language=visit.language, basket=basket, rows=rows)


def _basket(visit: Visit) -> Basket:
    assert visit.basket is not None, "the step was opened with one"
    return visit.basket


def _nowhere(request: _Asked) -> Response[Any]:
    return private_page("nowhere.html", 404, language=language_for(request, {}, LANGUAGES))
