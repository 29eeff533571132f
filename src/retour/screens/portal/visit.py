"""A shop's page opened by a shopper: in a language, with the basket that its address carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath

from retour.desk.portal import settings
from retour.desk.portal.asking import Priced, priced_for, text_in
from retour.desk.portal.basket import Basket, basket_token, read_basket
from retour.desk.portal.finding import NUMBER_LENGTH_MAX, PROOF_LENGTH_MAX
from retour.desk.portal.offering import Row, Sold, sold_in
from retour.desk.portal.settings import PortalSettings
from retour.desk.withdrawals.page import Shop, shop_of
from retour.dialects.portal.languages import JOURNEY, LANGUAGES
from retour.dialects.withdrawal.words import fill
from retour.screens.forms import BODY_BYTES_MAX, language_for, query_of, read_form
from retour.screens.pages import private_page
from retour.screens.portal.filling import Sought
from retour.screens.writing import date_of, money

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.dialects.portal.journey_words import JourneyWords
    from retour.dialects.portal.words import Words

PATH: Final = "/p/{workspace:str}"
_STEPS: Final = {
    "find": 1,
    "items": 2,
    "reasons": 3,
    "photos": 3,
    "wishes": 4,
    "instead": 4,
    "check": 5,
}
"""Which of the steps a page belongs to; others are none."""
Asking = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A shop's page opened in a language, perhaps with a basket and what its orders hold."""

    house: House
    shop: Shop
    language: str
    portal: PortalSettings = field(default_factory=PortalSettings)
    basket: Basket | None = None
    sold: tuple[Sold, ...] = ()
    token: str = ""

    @property
    def words(self) -> Words:
        """What the pages say."""
        return LANGUAGES[self.language]

    @property
    def more(self) -> JourneyWords:
        """What they say beside that."""
        return JOURNEY[self.language]

    @property
    def rows(self) -> dict[tuple[int, str], Row]:
        """Every line of the basket's orders."""
        return {(row.order, row.line): row for one in self.sold for row in one.rows}

    @property
    def titles(self) -> list[str]:
        """What the orders call what is wanted, in the basket's order."""
        rows, basket = self.rows, self.basket
        wanted = () if basket is None else basket.wanted
        known = [(rows.get((one.order, one.line)), one) for one in wanted]
        return [one.line if row is None else row.title for row, one in known]

    async def priced(self) -> Priced:
        """Look up what the basket is described with."""
        basket = basket_of(self)
        return await priced_for(
            self.house,
            self.shop,
            tuple(one.instead for one in basket.wanted if one.instead is not None),
            offered=self.portal.reasons,
            language=self.language,
            currency=self.sold[0].currency,
        )

    def address(self, step: str, basket: Basket) -> str:
        """Give a step's address with a basket in it."""
        token = basket_token(self.house, self.shop, basket)
        return f"{self.home}/{step}/{token}?{urlencode({'lang': self.language})}"

    @property
    def home(self) -> str:
        """Give the shop's first page."""
        return f"/p/{self.shop.workspace}"

    def at(self, path: str = "", **query: str) -> str:
        """Give the address of a page without a basket."""
        return f"{self.home}{path}?{urlencode({'lang': self.language, **query})}"

    def said(self, labels: dict[str, str]) -> str:
        """Give a merchant's words in this language."""
        return text_in(labels, self.language)

    def page(self, step: str, status: int = 200, **values: Any) -> Response[Any]:  # noqa: ANN401 - whatever the template names
        """Show a step."""
        entry = None
        if self.shop.is_offered:
            entry = (self.at("/withdraw"), self.shop.label(self.language).entry)
        return private_page(
            f"portal_{step}.html",
            status,
            face=self.shop.face,
            number=str(_STEPS[step]) if step in _STEPS else None,
            shop=self.shop,
            language=self.language,
            words=self.words,
            more=self.more,
            contact=self.portal.contact,
            fill=fill,
            money=partial(money, language=self.language),
            date_of=partial(date_of, language=self.language, zone=self.shop.zone),
            entry=entry,
            **{"wrong": {}, "notice": None, "basket": self.basket, **values},
        )


Show = Callable[[Visit], Awaitable[Response[Any]]]
Take = Callable[[Visit, dict[str, str]], Awaitable[Response[Any]]]


async def visited(house: House, request: Asking, workspace: str) -> Visit | None:
    """Open a shop's page in the language asked for; ``None`` where there is no such shop."""
    shop = await shop_of(house, workspace)
    if shop is None:
        return None
    async with house.database.transaction(shop.workspace_id) as connection:
        portal = await settings.said_of(connection, shop.workspace_id)
    language = language_for(request, query_of(request), LANGUAGES)
    return Visit(house=house, shop=shop, language=language, portal=portal)


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
        said = Sought(number=basket.orders[0], is_gift=basket.is_gift)
        return find_page(visit, said, notice=visit.words.expired)
    sold = await sold_in(house, visit.shop, basket, visit.language)
    if sold is None:
        return nowhere(request)
    return replace(visit, basket=basket, sold=sold, token=token)


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
    action: str | None = None,
) -> Response[Any]:
    """Show the first step; with ``action`` it finds one more order."""
    bad = bool(wrong) or notice is not None
    return visit.page(
        "find",
        422 if bad else 200,
        said=said,
        wrong=wrong or {},
        notice=notice,
        most={"number": NUMBER_LENGTH_MAX, "proof": PROOF_LENGTH_MAX},
        is_more=action is not None,
        gifts=visit.portal.gifts and action is None,
        action=action or visit.at(),
        resume=visit.at("/resume"),
        others=[
            (code, words.language, f"{visit.home}/find?{urlencode({'lang': code})}")
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
        sold=visit.sold,
        counts={(one.order, one.line): one.quantity for one in basket.wanted},
        any_open=any(row.is_open for row in visit.rows.values()),
        wrong=wrong or {},
        notice=notice,
        action=visit.address("items", basket),
        add=visit.address("add", basket)
        if len(basket.orders) < visit.portal.orders and not basket.is_gift
        else None,
        back=visit.at("/find", order=basket.orders[0]),
    )
