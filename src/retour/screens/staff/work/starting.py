"""A return that an agent asks for in a shopper's place: the portal's steps, on one page."""

from __future__ import annotations

from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from retour.desk import orders, searching
from retour.desk.execute import Asked, execute
from retour.desk.keeping import answered_before
from retour.desk.pages import Page
from retour.desk.policies import overview
from retour.desk.portal.asking import request_of
from retour.desk.portal.offering import ROWS_MAX
from retour.desk.searching.asked import QUERY_MAX, read_query
from retour.dialects.portal.languages import JOURNEY, LANGUAGES
from retour.dialects.tickets.parse import TEXT_MAX as TICKET_MAX
from retour.dialects.withdrawal.words import fill
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.calling import (
    TEXT_MAX,
    Filled,
    offered_for,
    opened,
    read_items,
)
from retour.screens.staff.work.finding import words_of
from retour.screens.staff.work.noting import write_down
from retour.screens.staff.work.reading import TELEPHONE, View, view_of, why_not
from retour.screens.writing import date_of, money

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.screens.staff.work.calling import Call, Offered

_NUMBER_MAX: Final = QUERY_MAX
_LIKE_MAX: Final = 20
_POLICIES_MAX: Final = 50
_WISHES: Final = {
    "refund": "Money back, the way they paid",
    "store_credit": "Store credit",
    "exchange": "Something else instead",
    "repair": "A repair",
}
_WAYS: Final = {
    "label": "A label to print",
    "drop_off": "A code for the counter",
    "locker": "A parcel locker",
    "pickup": "Somebody comes for it",
    "own": "They send it themselves",
    "virtual": "They bring it along",
}
_UNSEEN: Final = "This is what it comes to now. Tell them, then ask for it."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handlers."""
    return place(house, "/new", "returns:write", _show, _ask)


async def _show(seat: Seat) -> Response[Any]:
    """Ask which order it is about, then for its items."""
    return await _find(seat, seat.query.get("order", ""))


# ---------------------------------------------------------------- which order


async def _find(
    seat: Seat, number: str, *, kept: Form | None = None, lacks: dict[str, str] | None = None
) -> Response[Any]:
    """Show the order of a number, or those that somebody without one may mean.

    Args:
        lacks: What is missing of what was to be written down where there is no order.
    """
    number = number.strip()[:_NUMBER_MAX]
    wrong, like, is_guess = dict(lacks or {}), list[View](), False
    call = await _called(seat, number) if number else None
    if call is not None:
        return await _page(seat, call, Form([]))
    if number:
        like, is_guess = await _like(seat, number, wrong)
        if not like and not lacks:
            wrong.setdefault("order", f"There is no order {number}, nor anybody called so.")
    return seat.page(
        "staff_work_new.html",
        422 if wrong else 200,
        wrong=wrong,
        number=number,
        call=None,
        like=like,
        is_guess=is_guess,
        is_lost=bool(number) and not like,
        kept=kept or Form([]),
        text_max=TICKET_MAX,
        once=token_hex(8),
    )


async def _note(seat: Seat, fields: Form) -> Response[Any]:
    """Write down what they say, for as long as the order is not there."""
    again = partial(_find, seat, fields.get("order", ""), kept=fields)
    outcome = await write_down(seat, fields)
    if isinstance(outcome, dict):
        return await again(lacks=outcome)
    made = view_of(outcome)
    if made is None:
        return await again(lacks={"text": why_not(outcome) or "It was not kept. Try again."})
    path = f"/returns/{made['id']}" if made["is_return"] else f"/tickets/{made['id']}"
    return seat.go_on(seat.address(path), notice="Written down. It waits for its order.")


async def _called(seat: Seat, number: str) -> Call | None:
    """Open the order of a number, judged by the policy in the address, or by the usual one."""
    policy = seat.query.get("policy", "")
    in_force = dict(await _policies(seat))
    return await opened(seat, number, policy if policy in in_force else None)


async def _policies(seat: Seat) -> list[tuple[str, str]]:
    """Give the policies in force that a return can be judged by, and their names."""
    page = Page(limit=_POLICIES_MAX)
    found = view_of(await overview.listing(seat.house, seat.workspace_id, page))
    assert found is not None, "policies are listed in every workspace"
    in_force = [one for one in found["data"] if one["version"] is not None]
    return [(one["id"], one["name"] or one["id"]) for one in in_force]


async def _like(seat: Seat, text: str, wrong: dict[str, str]) -> tuple[list[View], bool]:
    """Give the orders that somebody without a number may mean, and whether that is a guess.

    Args:
        wrong: Gets what is wrong with the search.
    """
    try:
        page, wanted = Page(limit=_LIKE_MAX), read_query(text)
        searched = await searching.search(seat.house, seat.workspace_id, wanted, page)
    except InvalidRequest as error:
        wrong["order"] = words_of(error)
        return [], False
    found = view_of(searched)
    assert found is not None, "a search that is understood is answered"
    like: dict[str, View] = {one["order_number"]: {**one, "returns": []} for one in found["orders"]}
    for row in found["data"]:
        like.setdefault(row["order_number"], {**row, "returns": []})["returns"].append(row)
    return list(like.values()), found["guessed"]


# ---------------------------------------------------------------- the order


async def _page(
    seat: Seat,
    call: Call,
    kept: Form,
    *,
    filled: Filled | None = None,
    offered: Offered | None = None,
    said: str = "",
) -> Response[Any]:
    """Show an order with what is filled in, and what that comes to once it was worked out.

    Args:
        said: What to look at before it is asked for.
    """
    number = call.sold.number
    order = view_of(await orders.look_up(seat.house, seat.workspace_id, number))
    wrong = {} if filled is None else filled.wrong
    language = seat.language
    return seat.page(
        "staff_work_new.html",
        422 if wrong or said else 200,
        wrong=wrong,
        number=number,
        like=[],
        is_guess=False,
        is_lost=False,
        call=call,
        order=order,
        is_more=order is not None and len(order["lines"]) > ROWS_MAX,
        any_open=any(True for _ in call.placed()),
        policies=await _policies(seat),
        reasons=[("", "Choose one"), *call.reasons],
        text_max=TEXT_MAX,
        kept=kept,
        said=said,
        basket=call.basket if filled is None else filled.basket,
        offered=offered,
        wishes=_WISHES,
        ways=_WAYS,
        words=LANGUAGES[language],
        more=JOURNEY[language],
        fill=fill,
        money=partial(money, language=language),
        date_of=partial(date_of, language=language, zone=call.shop.zone),
        once=token_hex(8),
    )


async def _ask(seat: Seat, fields: Form) -> Response[Any]:
    """Work out what they get, or ask for it; pressed twice it is asked for once."""
    if fields.get("do") == "note":
        return await _note(seat, fields)
    number = fields.get("order", "")[:_NUMBER_MAX]
    call = await _called(seat, number)
    if call is None:
        return await _find(seat, number)
    filled, offered = read_items(call, fields), None
    if not filled.wrong:
        filled, offered = await offered_for(call, filled, fields)
    is_asked = fields.get("do") == "ask"
    if offered is None:
        return await _again(seat) or await _page(seat, call, fields, filled=filled)
    if not is_asked:
        shown = Filled(basket=filled.basket)
        return await _page(seat, call, fields, filled=shown, offered=offered)
    unseen = not offered.was_shown(filled.basket.outcome, fields.get("shown", ""))
    if filled.wrong or unseen:
        page = partial(_page, seat, call, fields, filled=filled, offered=offered)
        return await _again(seat) or await page(said="" if filled.wrong else _UNSEEN)
    outcome = await _request(seat, call, filled)
    made = view_of(outcome)
    if made is None:
        words = why_not(outcome) or "It was not done. Try again."
        refused = Filled(basket=filled.basket, wrong={"items": words})
        return await _page(seat, call, fields, filled=refused, offered=offered)
    return _made(seat, made)


async def _request(seat: Seat, call: Call, filled: Filled) -> Outcome:
    """Ask for it by the command that everybody uses."""
    priced = await call.priced(filled.basket)
    return await execute(
        seat.house,
        Asked(
            workspace_id=seat.workspace_id,
            plan=(request_of(filled.basket, 0, seat.language, priced),),
            actor=seat.actor,
            source=TELEPHONE,
            key=seat.once(),
            scopes=seat.scopes,
        ),
    )


async def _again(seat: Seat) -> Response[Any] | None:
    """Go on to the return that the same press made before; the order is another since."""
    made = await answered_before(seat.house, seat.workspace_id, seat.once())
    view = None if made is None else view_of(made)
    return None if view is None else _made(seat, view)


def _made(seat: Seat, view: View) -> Response[Any]:
    return seat.go_on(seat.address(f"/returns/{view['id']}"), notice="The return is asked for.")
