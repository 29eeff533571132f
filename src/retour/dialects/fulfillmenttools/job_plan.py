"""What actions on a job mean for its order: whether more may come back, and what.

Statuses of jobs move only by their own actions.  Lines can be said to be returnable or not, and
replaced as far as nothing of them is in a return; that is for ``amend_order`` to say.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from msgspec.structs import replace

from retour.dialects.fulfillmenttools.ids import line_item_id
from retour.dialects.fulfillmenttools.parse import JobAct, JobAction, JobLineNew, plain, whole
from retour.dialects.fulfillmenttools.plan import Objection
from retour.kernel.money import parse_amount
from retour.lifecycle.model import Order, OrderLine
from retour.lifecycle.orders.ordering import resold


class _Move(NamedTuple):
    """Where an action leads, and from where."""

    sources: frozenset[str]
    target: str
    remedy: str


_MOVES: Final[Mapping[JobAction, _Move]] = {
    "StartItemReturnJob": _Move(
        frozenset({"OPEN"}), "IN_PROGRESS", "Restart it first (RestartItemReturnJob)."
    ),
    "FinishItemReturnJob": _Move(
        frozenset({"OPEN", "IN_PROGRESS"}), "FINISHED", "Only what is OPEN or IN_PROGRESS can end."
    ),
    "RestartItemReturnJob": _Move(
        frozenset({"FINISHED"}), "OPEN", "Only what is FINISHED can be restarted."
    ),
}
"""Actions that move a job's status; doing one again changes nothing."""

_RETURNABLE: Final[Mapping[JobAction, bool]] = {
    "CHANGE_LINE_ITEMS_TO_NOT_RETURNABLE_IN_ITEM_RETURN_JOB": False,
    "CHANGE_LINE_ITEMS_TO_RETURNABLE_IN_ITEM_RETURN_JOB": True,
}
"""Actions that say of lines whether they may come back."""


def job_acted(
    order: Order, body: JobAct, numbers: Sequence[int], at: datetime
) -> Order | Objection:
    """Give the order as an action leaves it.

    Args:
        numbers: Fresh ones, as many as lines can be new.

    Raises:
        InvalidRequest: A count cannot be understood.
    """
    move = _MOVES.get(body.name)
    if move is not None:
        return _moved(order, body.name, move)
    if body.name in _RETURNABLE:
        return _marked(order, body, is_returnable=_RETURNABLE[body.name])
    return _replaced(order, body, iter(numbers), at)


def new_lines(body: JobAct) -> int:
    """Say how many lines can be new."""
    return len(body.returnable_line_items or ()) + len(body.not_returnable_line_items or ())


def _moved(order: Order, action: JobAction, move: _Move) -> Order | Objection:
    if order.job_status == move.target:
        return order
    if order.job_status not in move.sources:
        return Objection(
            409, f"The job is {order.job_status}; {action} is not possible there.", move.remedy
        )
    return replace(order, job_status=move.target)


def _marked(order: Order, body: JobAct, *, is_returnable: bool) -> Order | Objection:
    meant = {str(one) for one in body.line_item_ids}
    if not meant:
        return Objection(400, "The action names no line.", "Give one to twenty in lineItemIds.")
    names = {line_item_id(order.id, line.id): line.id for line in order.lines}
    unknown = sorted(meant - set(names))
    if unknown:
        return Objection(
            400, f"The job has no line {unknown[0]!r}.", "Take lineItemIds from its line items."
        )
    chosen = {names[one] for one in meant}
    return replace(
        order,
        lines=tuple(
            replace(line, returnable=is_returnable) if line.id in chosen else line
            for line in order.lines
        ),
    )


# ---------------------------------------------------------------- other lines


def _replaced(
    order: Order, body: JobAct, numbers: Iterator[int], at: datetime
) -> Order | Objection:
    """Give the order the lines that are listed; a list that is not given stays as it is."""
    lines: list[OrderLine] = []
    for field, listed, is_returnable in (
        ("returnableLineItems", body.returnable_line_items, True),
        ("notReturnableLineItems", body.not_returnable_line_items, False),
    ):
        if listed is None:
            lines += [line for line in order.lines if line.returnable is is_returnable]
            continue
        for index, said in enumerate(listed):
            line = _line(order, said, numbers, f"/{field}/{index}")
            if isinstance(line, Objection):
                return line
            lines.append(replace(line, returnable=is_returnable))
    if not lines:
        return Objection(400, "A job has at least one line.", "Give returnableLineItems.")
    if len({line.id for line in lines}) < len(lines):
        return Objection(400, "A line is listed twice.", "List each line once.")
    return replace(order, lines=tuple(lines), delivered_at=order.delivered_at or at)


def _line(
    order: Order, said: JobLineNew, numbers: Iterator[int], pointer: str
) -> OrderLine | Objection:
    """Give a line as it is said to be: one that was there, by its id or article, or a new one."""
    article, name = said.article, None if said.id is None else str(said.id)
    quantity = whole(said.delivered, f"{pointer}/delivered")
    price = price_of(said, order.currency, pointer)
    if isinstance(price, Objection):
        return price
    sku = str(article.tenant_article_id)
    before = next((one for one in order.lines if line_item_id(order.id, one.id) == name), None)
    if before is None and name is not None:
        return Objection(
            400, f"The job has no line {name!r}.", "Leave the id out where a line is new."
        )
    before = before or next((one for one in order.lines if one.sku == sku), None)
    codes = tuple(str(code) for code in said.scannable_codes)
    if before is None:
        number = next(numbers)
        fresh = OrderLine(
            id=f"job-{number}",
            number=number,
            sku=sku,
            title=article.title,
            quantity=quantity,
            unit_price=price or 0,
        )
    else:
        fresh = replace(resold(before, quantity, price), sku=sku, title=article.title)
    return replace(
        fresh,
        image_url=article.image_url or fresh.image_url,
        upc=codes[0] if codes else fresh.upc,
        serials=codes[1:] or fresh.serials,
    )


def price_of(said: JobLineNew, currency: str, pointer: str) -> int | Objection | None:
    """Read what one of a line cost, in minor units; ``None`` where that is not said."""
    for price in said.article.prices:
        text = plain(price.price_per_unit)
        amount = None if text is None else parse_amount(text, currency)
        if price.currency != currency or amount is None or amount < 0:
            return Objection(
                400,
                f"{pointer}/article/prices holds no price in {currency}.",
                f"Give one of zero or more, in {currency}, without more decimals than it has.",
            )
        return amount
    return None
