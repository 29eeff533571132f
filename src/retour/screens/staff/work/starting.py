"""A return that an agent asks for in a shopper's place, on one page: order, reasons, way back."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from retour.desk import orders, searching
from retour.desk.execute import Asked, execute
from retour.desk.pages import Page
from retour.desk.portal import settings
from retour.desk.portal.asking import reasons_in
from retour.desk.portal.settings import PortalSettings, offered_now
from retour.desk.searching.asked import QUERY_MAX, read_query
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.commands import LineAsked, Request
from retour.lifecycle.requests.bodies import ReasonGiven
from retour.lifecycle.words import Origin, ParcelMethod
from retour.policy.model import Outcome as Wish
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.finding import words_of
from retour.screens.staff.work.reading import SOURCE, View, number_in, view_of, why_not

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_Word = TypeVar("_Word", Wish, ParcelMethod)
_TEXT_MAX: Final = 1000
_NUMBER_MAX: Final = QUERY_MAX
_LIKE_MAX: Final = 20
_NO_ITEMS: Final = "Say of at least one item how many come back."
_NO_REASON: Final = "Say why it comes back."
_WISHES: Final = (
    ("", "As the policy says"),
    (Wish.REFUND.value, "Money back"),
    (Wish.STORE_CREDIT.value, "Store credit"),
    (Wish.REPAIR.value, "Repair"),
)
_WAYS: Final = (
    ("", "As the policy says"),
    (ParcelMethod.LABEL.value, "A label to print"),
    (ParcelMethod.DROP_OFF.value, "A code for the counter"),
    (ParcelMethod.PICKUP.value, "Somebody comes for it"),
    (ParcelMethod.OWN.value, "They send it themselves"),
    (ParcelMethod.VIRTUAL.value, "They bring it along"),
)


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the page's handlers."""
    return place(house, "/new", "returns:write", _show, _ask)


async def _show(seat: Seat) -> Response[Any]:
    """Ask which order it is about, then for its items."""
    return await _page(seat, seat.query.get("order", ""))


async def _page(
    seat: Seat, number: str, *, wrong: dict[str, str] | None = None, kept: Form | None = None
) -> Response[Any]:
    wrong, order, like, is_guess = dict(wrong or {}), None, list[View](), False
    number = number.strip()[:_NUMBER_MAX]
    if number:
        order = view_of(await orders.look_up(seat.house, seat.workspace_id, number))
    if number and order is None:
        like, is_guess = await _like(seat, number, wrong)
        if not like:
            wrong.setdefault("order", f"There is no order {number}, nor anybody called so.")
    return seat.page(
        "staff_work_new.html",
        422 if wrong else 200,
        wrong=wrong,
        number=number,
        order=order,
        like=like,
        is_guess=is_guess,
        reasons=[("", "Choose one"), *(await _reasons(seat)).items()],
        wishes=_WISHES,
        ways=_WAYS,
        kept=kept or Form([]),
        once=token_hex(8),
    )


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


async def _ask(seat: Seat, fields: Form) -> Response[Any]:
    """Ask for the return, by the policy as if the shopper did."""
    number = fields.get("order", "")
    order = view_of(await orders.look_up(seat.house, seat.workspace_id, number[:_NUMBER_MAX]))
    if order is None:
        return await _page(seat, number)
    lines, wrong = _lines(order, fields, await _reasons(seat))
    if wrong:
        return await _page(seat, number, wrong=wrong, kept=fields)
    try:
        outcome = await execute(
            seat.house,
            Asked(
                workspace_id=seat.workspace_id,
                plan=(
                    Request(
                        order_number=order["order_number"],
                        lines=lines,
                        origin=Origin.AGENT,
                        outcome=_one_of(Wish, fields.get("wish", "")),
                        method=_one_of(ParcelMethod, fields.get("way", "")),
                    ),
                ),
                actor=seat.actor,
                source=SOURCE,
                key=seat.once(),
                scopes=seat.scopes,
            ),
        )
    except InvalidRequest as error:
        words = " ".join(one.detail for one in error.errors)
        return await _page(seat, number, wrong={"content": words}, kept=fields)
    made = view_of(outcome)
    if made is None:
        words = why_not(outcome) or "It was not done. Try again."
        return await _page(seat, number, wrong={"content": words}, kept=fields)
    return seat.go_on(seat.address(f"/returns/{made['id']}"), notice="The return is asked for.")


async def _reasons(seat: Seat) -> dict[str, str]:
    """Give the reasons that shoppers are offered, by their codes."""
    outcome = await settings.look_up(seat.house, seat.workspace_id)
    said = msgspec.convert(view_of(outcome), PortalSettings)
    return reasons_in(offered_now(said.reasons), seat.language)


def _one_of(kind: type[_Word], text: str) -> _Word | None:
    return next((one for one in kind if one.value == text), None)


def _lines(
    order: View, fields: Form, offered: dict[str, str]
) -> tuple[tuple[LineAsked, ...], dict[str, str]]:
    """Read which items come back and why; and what is missing, by field."""
    asked: list[LineAsked] = []
    wrong: dict[str, str] = {}
    for line in order["lines"]:
        number = line["number"]
        quantity = number_in(fields.get(f"quantity-{number}", "").strip()) or 0
        reason = fields.get(f"reason-{number}", "").strip()[:_TEXT_MAX]
        if quantity and not reason:
            wrong[f"reason-{number}"] = _NO_REASON
        if quantity:
            text = offered.get(reason)
            given = () if text is None else (ReasonGiven(text=text, code=reason),)
            asked.append(
                LineAsked(
                    line=line["id"],
                    quantity=quantity,
                    reason=None if given else reason or None,
                    reasons=given,
                    comment=fields.get(f"said-{number}", "").strip()[:_TEXT_MAX] or None,
                )
            )
    if not asked:
        wrong["content"] = _NO_ITEMS
    return tuple(asked), wrong
