"""A return that an agent asks for in a shopper's place: the portal's steps, on one page."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from retour.desk import searching
from retour.desk.keeping import answered_before
from retour.desk.pages import Page
from retour.desk.policies import overview
from retour.desk.portal.asking import Asker, ask_for
from retour.desk.portal.offering import ROWS_MAX
from retour.desk.searching.asked import QUERY_MAX, read_query
from retour.dialects.portal.languages import JOURNEY, LANGUAGES
from retour.dialects.tickets.parse import TEXT_MAX as TICKET_MAX
from retour.dialects.withdrawal.words import fill
from retour.kernel.problems import InvalidRequest, Transient
from retour.screens.forms import count_in
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.calling import (
    TEXT_MAX,
    Filled,
    offered_for,
    opened,
    read_items,
    without,
)
from retour.screens.staff.work.finding import words_of
from retour.screens.staff.work.noting import write_down
from retour.screens.staff.work.pictures import BYTES_MAX, PICTURES_MAX, pictured
from retour.screens.staff.work.reading import TELEPHONE, View, view_of, why_not
from retour.screens.writing import date_of, money

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.desk.portal.basket import Basket
    from retour.screens.staff.work.calling import Call, Offered

_NUMBER_MAX: Final = QUERY_MAX
_LIKE_MAX: Final = 20
_POLICIES_MAX: Final = 50
_OTHERS_MAX: Final = 5
_DAYS_IN: Final = "en_GB"
"""The day before the month, as times of staff pages are written."""
_CHOSEN: Final = frozenset({"wish", "way", "instead", "photo"})
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
_NO_NUMBER: Final = "Write the number of the other order."
_BUSY: Final = "Others are changing the order right now."
_UNSEEN: Final = "This is what it comes to now. Tell them, then ask for it."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handlers."""
    return place(house, "/new", "returns:write", _show, _ask, bytes_max=BYTES_MAX)


async def _show(seat: Seat) -> Response[Any]:
    """Ask which order it is about, then for its items."""
    assert isinstance(seat.query, Form), "addresses are read as forms are"
    numbers = _numbers(seat.query)
    call, why = await opened(seat, numbers, await _policies(seat)) if numbers else (None, "")
    if call is None:
        return await _find(seat, numbers[0] if numbers else "")
    return await _page(seat, call, Form([]), wrong={"also": why} if why else {})


def _numbers(fields: Form) -> list[str]:
    """Give the numbers of the orders that a form or an address names."""
    typed = [one.strip()[:_NUMBER_MAX] for one in fields.many("order")]
    return [one for one in dict.fromkeys(typed) if one]


# ---------------------------------------------------------------- which order


async def _find(
    seat: Seat, number: str, *, kept: Form | None = None, lacks: dict[str, str] | None = None
) -> Response[Any]:
    """Show the order of a number, or those that somebody without one may mean.

    Args:
        lacks: What is missing of what was to be written down where there is no order.
    """
    wrong, like, is_guess = dict(lacks or {}), list[View](), False
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
    basket: Basket | None = None,
    offered: Offered | None = None,
    wrong: dict[str, str] | None = None,
    said: str = "",
) -> Response[Any]:
    """Show orders with what is filled in, and what that comes to once it was worked out.

    Args:
        said: What to look at before it is asked for.
    """
    basket, language = basket or call.basket, seat.language
    return seat.page(
        "staff_work_new.html",
        422 if wrong or said else 200,
        wrong=wrong or {},
        number=call.sold[0].number,
        like=[],
        is_guess=False,
        is_lost=False,
        call=call,
        orders=list(call.orders),
        others=await _others(seat, call),
        rows_max=ROWS_MAX,
        any_open=any(True for _ in call.placed()),
        reasons=[("", "Choose one"), *call.reasons],
        text_max=TEXT_MAX,
        pictures_max=PICTURES_MAX,
        kept=kept,
        carried=[] if offered else _carried(call, basket, kept),
        said=said,
        basket=basket,
        wanted=call.wanted_at(basket),
        offered=offered,
        wishes=_WISHES,
        ways=_WAYS,
        words=LANGUAGES[language],
        more=JOURNEY[language],
        fill=fill,
        money=partial(money, language=language),
        date_of=partial(date_of, language=_DAYS_IN, zone=call.shop.zone),
        action=_address(seat, call.basket),
        once=token_hex(8),
    )


def _address(seat: Seat, basket: Basket) -> str:
    named = [("order", number) for number in basket.orders]
    named += [] if basket.policy is None else [("policy", basket.policy)]
    return f"{seat.address('/new')}?{urlencode(named)}"


def _carried(call: Call, basket: Basket, kept: Form) -> list[tuple[str, str]]:
    """Give what was chosen before, where the page has no fields for it just now."""
    chosen = [one for one in kept.pairs if one[0].partition("-")[0] in _CHOSEN]
    taken = [
        (f"photo-{place}", name)
        for place, one in call.wanted_at(basket).items()
        for name in one.photos
    ]
    return list(dict.fromkeys([*chosen, *taken]))


async def _others(seat: Seat, call: Call) -> list[View]:
    """Give other orders of the same customer, which may come back in the same parcel."""
    email = (call.orders[0]["customer"]["email"] or "").strip()
    if not email or call.is_full:
        return []
    like, is_guess = await _like(seat, email, {})
    known = set(call.basket.orders)
    theirs = [one for one in like if one["order_number"] not in known]
    same = [one for one in theirs if _is_same(one["customer"]["email"], email)]
    return [] if is_guess else same[:_OTHERS_MAX]


def _is_same(one: str | None, other: str) -> bool:
    return (one or "").strip().casefold() == other.casefold()


async def _ask(seat: Seat, fields: Form) -> Response[Any]:
    """Work out what they get, or ask for it; pressed twice it is asked for once."""
    if fields.get("do") == "note":
        return await _note(seat, fields)
    numbers, gift = _numbers(fields), fields.get("gift", "").strip() or None
    also = (fields.get("add") or fields.get("also", "")).strip()[:_NUMBER_MAX]
    if not numbers:
        return await _find(seat, "")
    policies = await _policies(seat)
    again = partial(opened, seat, policies=policies, gift=gift)
    call, why = await again([*numbers, also] if also else numbers)
    if call is None:
        return await _find(seat, numbers[0])
    if fields.get("drop", "") in call.basket.orders[1:]:
        dropped = fields["drop"]
        fields = without(call, fields, dropped)
        call, _ = await again(_numbers(fields))
        return await _find(seat, numbers[0]) if call is None else await _page(seat, call, fields)
    if why or also or fields.get("do") == "add":
        wrong = {} if also and not why else {"also": why or _NO_NUMBER}
        kept = fields if why else Form([one for one in fields.pairs if one[0] != "also"])
        return await _page(seat, call, kept, wrong=wrong)
    return await _judged(seat, call, fields)


async def _judged(seat: Seat, call: Call, fields: Form) -> Response[Any]:
    """Show what is filled in with what it comes to, or ask for it where that was shown."""
    is_asked = fields.get("do") == "ask"
    if is_asked and (made := await _made_before(seat, call)):
        return await _rest(seat, call, fields, made)
    filled, offered, bad = await _worked_out(call, fields)
    page = partial(_page, seat, call, fields, basket=filled.basket, offered=offered)
    if offered is None:
        return await page(wrong=filled.wrong)
    if not is_asked:
        return await page(wrong=bad)
    unseen = not offered.was_shown(filled.basket.outcome, fields.get("shown", ""))
    if filled.wrong or unseen:
        return await page(wrong=filled.wrong, said="" if filled.wrong else _UNSEEN)
    made, why = await _request(seat, call, filled.basket)
    if len(made) == len(filled.basket.going):
        return _made(seat, made)
    if made:
        return await _rest(seat, call, fields, made, why)
    return await page(wrong={"items": why})


async def _worked_out(call: Call, fields: Form) -> tuple[Filled, Offered | None, dict[str, str]]:
    """Read what is filled in and work out what it comes to; pictures that were none stand apart."""
    filled, offered = read_items(call, fields), None
    basket, bad = await pictured(call, filled.basket, fields)
    filled = Filled(basket=basket, wrong=filled.wrong)
    if not filled.wrong:
        filled, offered = await offered_for(call, filled, fields)
    if offered is None:
        where = {"items": " ".join(bad.values())} if bad else {}
        return Filled(basket=filled.basket, wrong={**where, **filled.wrong}), None, bad
    return Filled(basket=filled.basket, wrong={**filled.wrong, **bad}), offered, bad


# ---------------------------------------------------------------- asked for


async def _request(seat: Seat, call: Call, basket: Basket) -> tuple[dict[int, View], str]:
    """Ask by the command that everybody uses; gives what is there by order, and why not all."""
    asker = Asker(
        actor=seat.actor,
        source=TELEPHONE,
        key=lambda order, _: _key(seat, order),
        scopes=seat.scopes,
    )
    priced = await call.priced(basket)
    try:
        asked = await ask_for(seat.house, call.shop, basket, seat.language, priced, asker=asker)
    except Transient:
        return await _made_before(seat, call), _BUSY
    made = {order: view for order, one in asked.items() if (view := view_of(one)) is not None}
    *_, last = asked.values()
    return made, why_not(last) or "It was not done. Try again."


def _key(seat: Seat, order: int) -> RequestKey | None:
    """Name an order's part of what one press asks for."""
    once = seat.once()
    return None if once is None else replace(once, key=f"{once.key}-{order}")


async def _made_before(seat: Seat, call: Call) -> dict[int, View]:
    """Give the returns that the same press made before; their orders are others since."""
    made: dict[int, View] = {}
    for order in range(len(call.sold)):
        outcome = await answered_before(seat.house, seat.workspace_id, _key(seat, order))
        view = None if outcome is None else view_of(outcome)
        if view is not None:
            made[order] = view
    return made


async def _rest(
    seat: Seat, call: Call, fields: Form, made: dict[int, View], why: str = ""
) -> Response[Any]:
    """Go on to what was asked for; or show what of the other orders still has to be."""
    done = {f"quantity-{place}" for place, row in call.rows.items() if row.order in made}
    left = Form([one for one in fields.pairs if one[0] not in done])
    if not any(name.startswith("quantity-") and count_in(left[name]) for name in left):
        return _made(seat, made)
    now, _ = await opened(seat, _numbers(fields), call.policies, call.basket.gift)
    assert now is not None, "orders are not taken away while somebody is asked about them"
    filled, offered, _ = await _worked_out(now, left)
    there = " and ".join(
        f"{view['rma_number']} of order {view['order_number']}" for view in made.values()
    )
    said = f"{there} is asked for already; the rest is not. {why} Look at it, and ask again."
    return await _page(
        seat, now, left, basket=filled.basket, offered=offered, wrong=filled.wrong, said=said
    )


def _made(seat: Seat, made: dict[int, View]) -> Response[Any]:
    first, *others = made.values()
    said = "The return is asked for."
    if others:
        numbers = ", ".join(view["rma_number"] for view in made.values())
        said = f"{len(made)} returns are asked for, in one parcel: {numbers}."
    return seat.go_on(seat.address(f"/returns/{first['id']}"), notice=said)
