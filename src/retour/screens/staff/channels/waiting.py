"""What marketplaces declared and nobody could match: found, matched, set aside, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.desk.channels import oversight, queue
from retour.desk.channels.candidates import candidates
from retour.desk.channels.queue import ChannelReturnDismissal, ChannelReturnMatch, PartAsked
from retour.kernel.problems import FieldError, InvalidRequest
from retour.screens.forms import count_in
from retour.screens.staff.channels.words import days_left, left_words
from retour.screens.staff.seat import place
from retour.store.channels import Narrowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.channels.queue import Shown
    from retour.desk.house import House
    from retour.screens.staff.seat import Form, Seat

QUEUE: Final = "/channel-returns"
VIEWS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "unmatched": ("Unmatched", ("unmatched",)),
    "recalled": ("Canceled there, goods here", ("recalled",)),
    "aside": ("Set aside", ("dismissed",)),
}
CAUSES: Final = (
    ("", "Any cause"),
    ("order", "No such order"),
    ("orders", "Two orders"),
    ("goods", "Goods do not fit the order"),
    ("refused", "Refused here"),
)
AGES: Final = (
    ("", "Any age"),
    ("2", "2 days or older"),
    ("7", "A week or older"),
    ("14", "Two weeks or older"),
)
LIMIT: Final = 50
_NOTE_MAX: Final = 1000
_UNSAID: Final = FieldError(
    pointer="/lines", code="required", detail="Say of each product which line of the order it is."
)
_LAST: Final = 18


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the queue."""
    read, write = "returns:read", "returns:write"
    return [
        *place(house, QUEUE, read, _list, _act_on_list, take_scope=write),
        *place(house, f"{QUEUE}/{{channel_return:str}}", read, _one, _act, take_scope=write),
    ]


def _view_of(seat: Seat) -> str:
    asked = seat.query.get("view", "unmatched")
    return asked if asked in VIEWS else "unmatched"


def _narrowed(seat: Seat) -> Narrowed:
    cause = seat.query.get("cause", "")
    days = count_in(seat.query.get("days", ""))
    return Narrowed(
        cause=cause if cause in dict(CAUSES) and cause else None,
        marketplace=seat.query.get("marketplace") or None,
        days=days or None,
    )


async def _list(seat: Seat) -> Response[Any]:
    """Show what waits, oldest first, narrowed as the address says."""
    view, text = _view_of(seat), seat.query.get("q", "")[:100]
    after = seat.query.get("after", "")
    rows, more = await queue.waiting(
        seat.house,
        seat.workspace_id,
        text=text,
        after=int(after) if after.isdecimal() and len(after) <= _LAST else 0,
        limit=LIMIT,
        statuses=VIEWS[view][1],
        narrowed=_narrowed(seat),
    )
    days = await oversight.days_of(seat.house, seat.workspace_id)
    places = await queue.marketplaces(seat.house, seat.workspace_id, VIEWS[view][1])
    kept = {name: seat.query.get(name, "") for name in ("q", "cause", "marketplace", "days")}
    aside, matched = seat.query.get("aside", ""), seat.query.get("matched", "")
    taken = await queue.one(seat.house, seat.workspace_id, aside) if aside else None
    return seat.page(
        "staff_channel_returns.html",
        view=view,
        views={name: words for name, (words, _) in VIEWS.items()},
        rows=[_row(seat, one, days) for one in rows],
        kept=kept,
        is_narrowed=any(kept.values()),
        causes=CAUSES,
        ages=AGES,
        marketplaces=[(one, one) for one in places],
        later=None if more is None else seat.address(QUEUE, view=view, after=more, **kept),
        is_first=not after,
        matched=matched if matched.isidentifier() else "",
        taken=taken if taken is not None and taken.status == "dismissed" else None,
    )


def _row(seat: Seat, one: Shown, days: Mapping[str, int]) -> dict[str, Any]:
    """Give a row with the days that its marketplace still leaves us."""
    allowed = days.get(one.marketplace or "")
    left = None if allowed is None else days_left(seat, one.declared_at, allowed)
    return {"one": one, "left": left, "left_words": None if left is None else left_words(left)}


async def _act_on_list(seat: Seat, fields: Form) -> Response[Any]:
    """Take one back that was set aside."""
    name = fields.get("channel_return", "")
    await queue.restore(seat.house, seat.workspace_id, name)
    return seat.go_on(seat.address(QUEUE), notice="Taken back. It waits here again.")


# -------------------------------------------------------------------- one of them


async def _one(
    seat: Seat,
    status: int = 200,
    *,
    wrong: dict[str, str] | None = None,
    filled: Mapping[str, str] | None = None,
) -> Response[Any]:
    """Show one with the orders it may be of."""
    text = seat.query.get("q", "")
    found = await candidates(seat.house, seat.workspace_id, seat.params["channel_return"], text)
    if found is None:
        return seat.nowhere("channel return")
    shown, offers = found
    days = await oversight.days_of(seat.house, seat.workspace_id)
    return seat.page(
        "staff_channel_return.html",
        status,
        one=shown,
        row=_row(seat, shown, days),
        offers=offers if shown.status == "unmatched" else [],
        q=text,
        wrong=wrong or {},
        filled=filled or {},
    )


async def _act(seat: Seat, fields: Form) -> Response[Any]:
    """Match it, set it aside, or take it back."""
    name = seat.params["channel_return"]
    if await queue.one(seat.house, seat.workspace_id, name) is None:
        return seat.nowhere("channel return")
    try:
        match fields.get("act", ""):
            case "match":
                return await _match(seat, name, fields)
            case "aside":
                return await _set_aside(seat, name, fields)
            case "back":
                await queue.restore(seat.house, seat.workspace_id, name)
                return seat.go_on(seat.address(f"{QUEUE}/{name}"), notice="Taken back.")
            case _:
                return seat.go_on(seat.here)
    except InvalidRequest as error:
        field = "note" if fields.get("act") == "aside" else "q"
        wrong = {field: " ".join(one.detail for one in error.errors)}
        return await _one(seat, 422, wrong=wrong, filled=fields)


async def _match(seat: Seat, name: str, fields: Form) -> Response[Any]:
    """Make a return of an order, and go on to the next that waits.

    Raises:
        InvalidRequest: It cannot be, in words.
    """
    parts = tuple(
        PartAsked(product=product, line=line, quantity=count_in(count))
        for product, line, count in zip(
            fields.many("product"), fields.many("line"), fields.many("quantity"), strict=False
        )
    )
    if not all(part.line for part in parts):
        raise InvalidRequest(_UNSAID)
    given = ChannelReturnMatch(
        order_number=fields.get("order_number", ""),
        lines=parts,
        remember=bool(fields.get("remember")),
    )
    await queue.match_order(seat.house, seat.workspace_id, name, given)
    matched = await queue.one(seat.house, seat.workspace_id, name)
    assert matched is not None, "it was matched just now"
    words = f"Matched: it is a return of order {given.order_number} now."
    return seat.go_on(seat.address(QUEUE, matched=matched.return_), notice=words)


async def _set_aside(seat: Seat, name: str, fields: Form) -> Response[Any]:
    """Say why it is none of ours, or what was done about the goods.

    Raises:
        InvalidRequest: There is no reason, or it waits for nobody.
    """
    note = fields.get("note", "").strip()[:_NOTE_MAX]
    if not note:
        return await _one(seat, 422, wrong={"note": "Say why, in a few words."}, filled=fields)
    given = ChannelReturnDismissal(note=note)
    before = await queue.one(seat.house, seat.workspace_id, name)
    await queue.dismiss(seat.house, seat.workspace_id, name, given)
    if before is not None and before.status == "recalled":
        words = "Noted. It waits for nobody any more."
        return seat.go_on(seat.address(QUEUE, view="recalled"), notice=words)
    return seat.go_on(seat.address(QUEUE, aside=name), notice="Set aside.")
