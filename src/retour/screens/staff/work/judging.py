"""Goods that wait for a decision, one after the other: big photos, the grades, yes or no and why.

Once one is judged the next is there: of the same return, else of the one that waits next.
"""

from __future__ import annotations

from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from retour.desk import orders, queues, returns
from retour.desk.pages import Page
from retour.desk.queues import Place
from retour.desk.searching.asked import Wanted
from retour.dialects.portal.grade_words import GradePicture, grade_in
from retour.kernel.money import format_amount, parse_amount
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.commands import Inspect, UnitsJudged
from retour.policy.grading import GRADES, applying
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.finding import words_of
from retour.screens.staff.work.reading import (
    TONES,
    View,
    carry_out,
    number_in,
    sold_in,
    view_of,
    why_not,
)
from retour.screens.staff.work.saying import plain, too_long
from retour.screens.writing import money

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_TEXT_MAX: Final = 1000
_NOT_HERE: Final = frozenset({"expected", "missing"})
_OPEN: Final = frozenset({"pending", "waiting_for_input"})
_WHOLE: Final = 100
_UNSAID: Final = "Say why; the customer reads it."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the page, and of what leads to whatever waits next."""
    one, write = "/returns/{return_id:str}/judge", "returns:write"
    return [
        *place(house, "/judge", "returns:read", _next),
        *place(house, one, "returns:read", _show, _judge, take_scope=write),
    ]


async def _next(seat: Seat) -> Response[Any]:
    """Go to what waits longest for a second pair of eyes, or to its empty queue."""
    return seat.go_on(await _longest(seat) or seat.address("/queues/quality"))


async def _longest(seat: Seat) -> str | None:
    """Give the page on which what waits longest is judged; ``None`` where nothing waits."""
    at = Place(page=Page(limit=1))
    listed = view_of(await queues.listing(seat.house, seat.workspace_id, "quality", Wanted(), at))
    rows: list[View] = [] if listed is None else listed["data"]
    return seat.address(f"/returns/{rows[0]['id']}/judge") if rows else None


async def _show(seat: Seat) -> Response[Any]:
    """Show the first piece that waits."""
    return await _page(seat)


async def _page(
    seat: Seat, wrong: dict[str, str] | None = None, kept: Form | None = None
) -> Response[Any]:
    house, workspace_id, return_id = seat.house, seat.workspace_id, seat.params["return_id"]
    view = view_of(await returns.look_up(house, workspace_id, return_id, seat.scopes))
    if view is None:
        return seat.nowhere("return")
    order = view_of(await orders.look_up(house, workspace_id, view["order_number"]))
    sold = sold_in(order)
    waiting = [(line, unit) for line in view["lines"] for unit in line["units"] if _waits(unit)]
    wanted = (kept or seat.query).get("unit", "")
    chosen = next((pair for pair in waiting if pair[1]["id"] == wanted), None)
    line, unit = chosen or (waiting[0] if waiting else (None, None))
    before, after = _photos(view, line, unit)
    return seat.page(
        "staff_work_judge.html",
        422 if wrong else 200,
        wrong=dict(wrong or {}),
        view=view,
        order=order,
        line=line,
        unit=unit,
        sold=None if line is None else sold.get(line["line"]),
        waiting=waiting,
        before=before,
        after=after,
        guide=[] if line is None else _guide(seat, line["sku"], sold.get(line["line"])),
        less=seat.query.get("less", ""),
        allowed=frozenset(view["allowed_commands"]),
        kept=kept or Form([]),
        tones=TONES,
        write=partial(money, language=seat.language),
        once=token_hex(8),
    )


def _waits(unit: View) -> bool:
    """Say whether somebody has yet to decide on a piece that is here."""
    is_open = unit["acceptance"] in _OPEN or unit["asks"] is not None
    return is_open and unit["reception"] not in _NOT_HERE


def _photos(view: View, line: View | None, unit: View | None) -> tuple[list[View], list[View]]:
    """Give the photos that the customer took, and those that were taken here."""
    if line is None or unit is None:
        return [], []
    about = {None, line["id"], line["line"], unit["id"], unit["receipt_line"], view["id"]}
    shown = [one for one in view["photos"] if not one["erased_at"] and one.get("of") in about]
    before = [one for one in shown if one["by"]["kind"] in {"shopper", "customer"}]
    return before, [one for one in shown if one not in before]


def _guide(
    seat: Seat, sku: str, sold: View | None
) -> list[tuple[str, str, str, tuple[GradePicture, ...]]]:
    """Say what each grade means for an item and looks like: as its grading set does, or the shop.

    Gives each grade with its name, its sentence and its pictures.
    """
    group = None if sold is None else sold["group"]
    found = applying(seat.config.grading_sets, sku, group)
    said = {} if found is None else {one.grade: one.condition for one in found.results}
    kept = seat.config.grades
    guide: list[tuple[str, str, str, tuple[GradePicture, ...]]] = []
    for grade in GRADES:
        name, text = grade_in(grade, kept, seat.language)
        pictures = kept[grade].pictures if grade in kept else ()
        guide.append((grade, name, said.get(grade) or text, pictures))
    return guide


# ---------------------------------------------------------------- deciding


async def _judge(seat: Seat, fields: Form) -> Response[Any]:
    """Accept the piece, accept it for less, or not; then show what waits next."""
    return_id, word = seat.params["return_id"], fields.get("do", "")
    reason = plain(fields.get("reason", ""))
    view = view_of(await returns.look_up(seat.house, seat.workspace_id, return_id, seat.scopes))
    if view is None:
        return seat.nowhere("return")
    if word not in {"accept", "partial", "reject"}:
        return await _page(seat, {"content": "Press one of the three buttons."}, fields)
    percent = number_in(fields.get("percent", "").strip())
    wrong = _lacks(word, reason, percent)
    if wrong:
        return await _page(seat, wrong, fields)
    judged = UnitsJudged(
        unit=fields.get("unit", ""),
        acceptance="rejected" if word == "reject" else "accepted",
        grade=fields.get("grade") or None,
        reason=reason or None,
    )
    version = number_in(fields.get("version", ""))
    try:
        outcome = await carry_out(seat, return_id, (Inspect(units=(judged,)),), version=version)
    except InvalidRequest as error:
        return await _page(seat, {"content": words_of(error)}, fields)
    if (why := why_not(outcome)) is not None:
        return await _page(seat, {"content": why}, fields)
    less = fields.get("less", "")
    if word == "partial" and percent is not None:
        less = await _with_less(seat, view, fields, percent)
    return await _onward(seat, return_id, less, reason)


def _lacks(word: str, reason: str, percent: int | None) -> dict[str, str]:
    """Say what a decision lacks, by field."""
    wrong: dict[str, str] = {}
    if word != "accept" and not reason:
        wrong["reason"] = _UNSAID
    elif why := too_long(reason, "The reason", _TEXT_MAX):
        wrong["reason"] = why
    if word == "partial" and (percent is None or not 0 < percent < _WHOLE):
        wrong["percent"] = "Say how many percent of its price are paid back, from 1 to 99."
    return wrong


async def _with_less(seat: Seat, view: View, fields: Form, percent: int) -> str:
    """Add what a piece is paid back less to what others of its return are; as an amount."""
    order = view_of(await orders.look_up(seat.house, seat.workspace_id, view["order_number"]))
    assert order is not None, "a return has an order"
    lines = sold_in(order)
    line = next(
        one for one in view["lines"] for unit in one["units"] if unit["id"] == fields.get("unit")
    )
    currency = order["currency"]
    sold = lines.get(line["line"])
    price = 0 if sold is None else _worth(sold, currency)
    before = parse_amount(fields.get("less", ""), currency) or 0
    # Rounded in favour of the customer: what is kept back is cut off.
    return format_amount(before + price * (_WHOLE - percent) // _WHOLE, currency)


def _worth(sold: View, currency: str) -> int:
    """Give what a piece was sold for, with its share of the line's discount."""
    total, less = (
        parse_amount(sold["line_total"], currency),
        parse_amount(sold["discount"], currency),
    )
    assert total is not None, "an order says amounts"
    assert less is not None, "an order says amounts"
    quantity: int = sold["quantity"]
    return (total - less) // quantity if quantity else 0


async def _onward(seat: Seat, return_id: str, less: str, reason: str) -> Response[Any]:
    """Go to the next piece of this return, else to its settlement or to whatever waits next."""
    after = view_of(await returns.look_up(seat.house, seat.workspace_id, return_id, seat.scopes))
    assert after is not None, "it was there just now"
    if any(_waits(unit) for line in after["lines"] for unit in line["units"]):
        address = seat.address(f"/returns/{return_id}/judge", less=less)
        return seat.go_on(address, notice="Judged. This is the next.")
    if less:
        label = f"Part of the price: {reason}"[:_TEXT_MAX]
        chosen = {"adjustments": f"-{less}", "adjustments-label": label, "kind": "refund"}
        address = seat.address(f"/returns/{return_id}/money", **chosen)
        return seat.go_on(address, notice="Judged. The deduction is filled in; check the sum.")
    following = await _longest(seat)
    if following is None:
        return seat.go_on(seat.address("/queues/quality"), notice="Judged. Nothing else waits.")
    return seat.go_on(following, notice="Judged. This waits next.")
