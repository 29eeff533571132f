"""A shop's page opened by a shopper: in a language, with the basket that its address carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath

from retour.desk.portal.basket import Basket, basket_token, read_basket
from retour.desk.portal.finding import NUMBER_LENGTH_MAX, PROOF_LENGTH_MAX
from retour.desk.portal.offering import Row, rows_of
from retour.desk.withdrawals.page import Shop, shop_of
from retour.dialects.portal.languages import LANGUAGES
from retour.dialects.withdrawal.words import fill
from retour.screens.forms import BODY_BYTES_MAX, language_for, query_of, read_form
from retour.screens.pages import private_page
from retour.screens.portal.filling import Sought
from retour.screens.writing import money

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/p/{workspace:str}"
_STEPS: Final = ("find", "items", "reasons", "wishes", "check")
Asking = Request[Any, Any, Any]


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
            face=self.shop.face,
            number=str(1 + _STEPS.index(step)),
            shop=self.shop,
            language=self.language,
            words=LANGUAGES[self.language],
            fill=fill,
            money=partial(money, language=self.language),
            entry=entry,
            **{"wrong": {}, "notice": None, **values},
        )


Show = Callable[[Visit], Awaitable[Response[Any]]]
Take = Callable[[Visit, dict[str, str]], Awaitable[Response[Any]]]


async def visited(house: House, request: Asking, workspace: str) -> Visit | None:
    """Open a shop's page in the language asked for; ``None`` where there is no such shop."""
    shop = await shop_of(house, workspace)
    if shop is None:
        return None
    language = language_for(request, query_of(request), LANGUAGES)
    return Visit(house=house, shop=shop, language=language)


async def opened(
    house: House, request: Asking, workspace: str, token: str
) -> Visit | Response[Any]:
    """Open a step with the basket in its address, or say why that cannot be."""
    visit = await visited(house, request, workspace)
    found = None if visit is None else read_basket(house, visit.shop, token)
    if visit is None or found is None:
        return nowhere(request)
    basket, is_good = found
    if not is_good:
        notice = LANGUAGES[visit.language].expired
        return find_page(visit, Sought(number=basket.order_number), notice=notice)
    rows = await rows_of(house, visit.shop, basket)
    if rows is None:
        return nowhere(request)
    return Visit(house=house, shop=visit.shop, language=visit.language, basket=basket, rows=rows)


def step(house: House, name: str, show: Show, take: Take) -> list[HTTPRouteHandler]:
    """Make a step's two handlers: its page, and what its button does.

    Args:
        take: Is given what was filled in.
    """
    path = f"{PATH}/{name}/{{token:str}}"

    @get(path)
    async def page(
        request: Asking, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Show the step."""
        visit = await opened(house, request, workspace, token)
        return visit if isinstance(visit, Response) else await show(visit)

    @post(path, request_max_body_size=BODY_BYTES_MAX)
    async def press(
        request: Asking, workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Go on, or say what is wrong."""
        visit = await opened(house, request, workspace, token)
        if isinstance(visit, Response):
            return visit
        return await take(visit, read_form(await request.body()))

    return [page, press]


def basket_of(visit: Visit) -> Basket:
    """Give the basket that a step was opened with."""
    assert visit.basket is not None, "the step was opened with one"
    return visit.basket


def nowhere(request: Asking) -> Response[Any]:
    """Say that an address leads nowhere."""
    return private_page("nowhere.html", 404, language=language_for(request, {}, LANGUAGES))


def find_page(
    visit: Visit,
    said: Sought,
    *,
    wrong: dict[str, str] | None = None,
    notice: str | None = None,
    status: int | None = None,
) -> Response[Any]:
    """Show the first step."""
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


def items_page(
    visit: Visit,
    basket: Basket,
    *,
    wrong: dict[str, str] | None = None,
    notice: str | None = None,
) -> Response[Any]:
    """Show the second step."""
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
