"""The page where consumers withdraw (Article 11a): say which contract, check, confirm.

No login, no reason, no cookie, no script; what is filled in travels sealed in the address.  Every
step is an address of its own, and the first two change nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath

from retour.desk.withdrawals.pacing import INTERVAL_S, Line
from retour.desk.withdrawals.page import (
    CONTRACT_LENGTH_MAX,
    EMAIL_LENGTH_MAX,
    ITEMS_LENGTH_MAX,
    NAME_LENGTH_MAX,
    Filled,
    Shop,
    checked,
    clean,
    draft_token,
    filled_from,
    linked,
    read_draft,
    received,
    shop_of,
    statement_of,
    submit,
)
from retour.dialects.portal.languages import LANGUAGES as PORTAL
from retour.dialects.withdrawal.languages import LANGUAGES
from retour.dialects.withdrawal.words import fill
from retour.screens.forms import (
    BODY_BYTES_MAX,
    address_of,
    count_in,
    go_on,
    language_for,
    query_of,
    read_form,
)
from retour.screens.pages import private_page

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_PATH: Final = "/p/{workspace:str}/withdraw"


def routes(house: House, line: Line | None = None) -> list[HTTPRouteHandler]:
    """Make the page's handlers; statements of one network wait in ``line``."""
    return [*_filling_in(house), *_confirming(house, line or Line())]


def _filling_in(house: House) -> list[HTTPRouteHandler]:
    """Make the first step: the form."""

    @get(_PATH)
    async def fill_in(request: Request[Any, Any, Any], workspace: FromPath[str]) -> Response[Any]:
        """Show the form: empty, from a customer's own link, or as it was before."""
        shop = await shop_of(house, workspace)
        if shop is None:
            return _nowhere(request)
        query = query_of(request)
        language = language_for(request, query, LANGUAGES)
        return _form(shop, await _begin(house, shop, query), language)

    @post(_PATH, request_max_body_size=BODY_BYTES_MAX)
    async def check(request: Request[Any, Any, Any], workspace: FromPath[str]) -> Response[Any]:
        """Go on to the statement, or say what is missing."""
        shop = await shop_of(house, workspace)
        if shop is None:
            return _nowhere(request)
        language = language_for(request, query_of(request), LANGUAGES)
        filled = await _read(house, shop, read_form(await request.body()))
        draft, wrong = checked(house, shop, filled, language)
        if draft is None:
            return _form(shop, filled, language, wrong=wrong)
        return go_on(f"{_base(shop)}/check/{draft_token(house, shop, draft)}")

    return [fill_in, check]


def _confirming(house: House, queue: Line) -> list[HTTPRouteHandler]:
    """Make the second step, and the page behind it."""

    @get(f"{_PATH}/check/{{token:str}}")
    async def show(
        request: Request[Any, Any, Any], workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Show the statement as it will be kept."""
        shop = await shop_of(house, workspace)
        if shop is None:
            return _nowhere(request)
        return await _statement(house, shop, token, request)

    @post(f"{_PATH}/check/{{token:str}}", request_max_body_size=BODY_BYTES_MAX)
    async def confirm(
        request: Request[Any, Any, Any], workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Take the statement; pressed twice it is taken once."""
        shop = await shop_of(house, workspace)
        if shop is None:
            return _nowhere(request)
        found = read_draft(house, shop, token)
        if found is None or not found[1] or not shop.is_offered:
            return await _statement(house, shop, token, request)
        receipt = await submit(house, shop, found[0], address_of(request), queue)
        if receipt is None:
            return await _statement(house, shop, token, request, is_busy=True)
        return go_on(f"{_base(shop)}/received/{receipt}")

    @get(f"{_PATH}/received/{{token:str}}")
    async def done(
        request: Request[Any, Any, Any], workspace: FromPath[str], token: FromPath[str]
    ) -> Response[Any]:
        """Show what was received, and when."""
        shop = await shop_of(house, workspace)
        seen = None if shop is None else await received(house, shop, token)
        if shop is None or seen is None:
            return _nowhere(request)
        words = LANGUAGES[seen.language]
        mailed = fill(words.mailed, email=seen.email)
        order = urlencode({"lang": seen.language, "order": seen.contract})
        return _page(
            shop,
            seen.language,
            "done",
            seen=seen,
            mailed=mailed,
            send_back=PORTAL[seen.language].find_title,
            back_home=f"/p/{shop.workspace}/find?{order}",
        )

    return [show, confirm, done]


async def _begin(house: House, shop: Shop, query: dict[str, str]) -> Filled:
    """Give the form to begin with."""
    if (token := query.get("draft")) and (found := read_draft(house, shop, token)):
        draft = found[0]
        base = await linked(house, shop, draft.link) if draft.link else None
        return filled_from(draft, () if base is None else base.rows)
    filled = await linked(house, shop, query["for"]) if query.get("for") else None
    return filled or Filled()


async def _read(house: House, shop: Shop, fields: dict[str, str]) -> Filled:
    """Read what was filled in; what is no field of ours is left alone."""
    link = fields.get("for") or None
    base = None if link is None else await linked(house, shop, link)
    rows = () if base is None else base.rows
    return Filled(
        name=clean(fields.get("name", "")),
        contract=clean(fields.get("contract", "")),
        email=clean(fields.get("email", "")),
        is_part=fields.get("scope") == "part",
        items=clean(fields.get("items", "")),
        link=link if base is not None else None,
        rows=tuple(
            replace(row, quantity=min(count_in(fields.get(row.name, "")), row.most)) for row in rows
        ),
    )


async def _statement(
    house: House,
    shop: Shop,
    token: str,
    request: Request[Any, Any, Any],
    *,
    is_busy: bool = False,
) -> Response[Any]:
    """Show a draft to be confirmed; one too old goes back to the form, as it was filled in."""
    found = read_draft(house, shop, token)
    if found is None:
        return _nowhere(request)
    draft, is_good = found
    if not is_good:
        filled = await _begin(house, shop, {"draft": token})
        notice = LANGUAGES[draft.language].expired
        return _form(shop, filled, draft.language, notice=notice)
    response = _page(
        shop,
        draft.language,
        "check",
        503 if is_busy else 200,
        statement=statement_of(draft),
        action=f"{_base(shop)}/check/{token}",
        back=f"{_base(shop)}?{urlencode({'draft': token, 'lang': draft.language})}",
        confirm=draft.labels.confirm,
        notice=LANGUAGES[draft.language].busy if is_busy else None,
    )
    if is_busy:
        response.headers["retry-after"] = str(int(INTERVAL_S))
    return response


def _form(
    shop: Shop,
    filled: Filled,
    language: str,
    *,
    wrong: dict[str, str] | None = None,
    notice: str | None = None,
) -> Response[Any]:
    is_bad = bool(wrong) or notice is not None
    return _page(
        shop,
        language,
        "form",
        422 if is_bad else 200,
        filled=filled,
        wrong=wrong or {},
        notice=notice,
        most={
            "name": NAME_LENGTH_MAX,
            "contract": CONTRACT_LENGTH_MAX,
            "email": EMAIL_LENGTH_MAX,
            "items": ITEMS_LENGTH_MAX,
        },
        action=f"{_base(shop)}?{urlencode({'lang': language})}",
        others=_others(shop, filled, language),
    )


def _others(shop: Shop, filled: Filled, language: str) -> list[tuple[str, str, str]]:
    """List the other languages: code, name, address."""
    kept = {} if filled.link is None else {"for": filled.link}
    return [
        (code, words.language, f"{_base(shop)}?{urlencode({'lang': code, **kept})}")
        for code, words in LANGUAGES.items()
        if code != language
    ]


def _page(
    shop: Shop,
    language: str,
    state: str,
    status: int = 200,
    **values: Any,  # noqa: ANN401 - whatever the template names
) -> Response[Any]:
    if not shop.is_offered and state != "done":
        state, status = "off", 404
    return private_page(
        "withdraw.html",
        status,
        face=shop.face,
        shop=shop,
        language=language,
        direction=PORTAL[language].direction,
        words=LANGUAGES[language],
        label=shop.label(language),
        home=f"{_base(shop)}?{urlencode({'lang': language})}",
        state=state,
        step=fill(LANGUAGES[language].step, n="2" if state == "check" else "1"),
        **values,
    )


def _nowhere(request: Request[Any, Any, Any]) -> Response[Any]:
    language = language_for(request, {}, LANGUAGES)
    return private_page("nowhere.html", 404, language=language)


def _base(shop: Shop) -> str:
    return f"/p/{shop.workspace}/withdraw"
