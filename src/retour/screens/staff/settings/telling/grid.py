"""Who is told of what: every event beside every profile, switched by ticks, tried by a press."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from retour.desk.notifications import matrix, profile_trial
from retour.desk.notifications.body import ProfileTestBody
from retour.desk.notifications.matrix import CELLS_MAX, CellPut, MatrixPatch
from retour.desk.outcome import NotFound, Refused
from retour.desk.pages import Page
from retour.desk.telling import subscriptions, testing
from retour.desk.telling.subscription_body import MAILTO, SubscriptionNew, SubscriptionPatch
from retour.dialects.notification.words import NOTICES
from retour.dialects.registry import DIALECTS
from retour.kernel.problems import InvalidRequest
from retour.kernel.subscription import CUSTOMER, EVERYTHING
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import body_of
from retour.screens.staff.settings.telling.words import GRID, TYPES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

    View = dict[str, Any]

_KIBO: Final = "kibo"
_SEPARATOR: Final = "|"
_ENDPOINTS: Final = Page(limit=200)
_BYTES_MAX: Final = 300_000
_TROUBLES: Final = {
    "payment.changed": "A dispute or a refund at the processor",
    "reconciliation.differs": "Refunds that a reconciliation cannot explain",
    "channel.refused": "A channel knows our key no more",
    "channel.resumed": "A channel takes our key again",
    "subscription.paused": "Nothing more could be delivered to a receiver",
}
"""Troubles that are no return's, as people read them."""
_NOBODY: Final = "Give an address such as ops@shop.example."
_NOTHING: Final = (
    "Somebody has to hear of something: leave one ticked, or end it among the endpoints."
)


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the grid's handlers."""
    return place(
        house,
        GRID,
        "subscriptions:read",
        _grid,
        _take,
        take_scope="subscriptions:write",
        bytes_max=_BYTES_MAX,
    )


async def _grid(
    seat: Seat, wrong: Mapping[str, str] | None = None, address: str = ""
) -> Response[Any]:
    """Show who is told of what."""
    profile = seat.query.get("profile") or None
    try:
        whole = body_of(await matrix.read(seat.house, seat.workspace_id, profile))
    except InvalidRequest:
        return seat.nowhere("profile")
    answer = await subscriptions.listing(seat.house, seat.workspace_id, _ENDPOINTS)
    made: list[View] = body_of(answer)["data"]
    notices = [one for one in made if str(one["url"]).startswith(MAILTO)]
    kibo = [one for one in made if one["dialect"] == _KIBO]
    spoken = DIALECTS[_KIBO].vocabulary.values()
    words = list(dict.fromkeys(word for said in spoken for word in said))
    return seat.page(
        "staff_settings_notifications.html",
        422 if wrong else 200,
        columns=whole["columns"],
        parts=_grouped(whole["rows"]),
        types=TYPES,
        customer=CUSTOMER,
        profile=profile,
        notices=_asked("Troubles", _TROUBLES, notices),
        kibo=_asked("Kibo", {word: word for word in words}, kibo),
        once=token_hex(8),
        address=address,
        wrong=wrong or {},
    )


def _grouped(rows: Sequence[View]) -> list[tuple[str, list[View]]]:
    """Part the rows: 12Return's ten, its two beside them, and ours."""
    primary = [row for row in rows if row["class"] == "primary"]
    secondary = [row for row in rows if row["class"] != "primary" and not row["ours"]]
    return [
        ("The return’s status changed", primary),
        ("Something beside it ended", secondary),
        ("Retour’s own: what customers wait for", [row for row in rows if row["ours"]]),
    ]


def _asked(name: str, titles: Mapping[str, str], made: Sequence[View]) -> View:
    """Give a grid of subscriptions, by the words each may ask for."""
    return {
        "name": name,
        "columns": made,
        "rows": [
            {
                "word": word,
                "title": title,
                "cells": [
                    (one, EVERYTHING in one["events"] or word in one["events"]) for one in made
                ],
            }
            for word, title in titles.items()
        ],
    }


def _parted(cells: Sequence[str], parts: int) -> list[tuple[str, ...]]:
    """Read cells as the page names them; what names none is left out."""
    read = [tuple(cell.split(_SEPARATOR)) for cell in cells[:CELLS_MAX]]
    return [one for one in read if len(one) == parts and all(one)]


async def _save(seat: Seat, fields: Form) -> Response[Any]:
    """Switch what was ticked or unticked since the page was shown; what others did stays."""
    ticked, was = fields.many("cell"), fields.many("was")
    changed = [one for one in (*ticked, *was) if (one in ticked) is not (one in was)]
    cells = tuple(
        CellPut(event=event, type=type, profile=profile, on=f"{event}|{type}|{profile}" in ticked)  # pyright: ignore[reportArgumentType] - the desk names a type that is none
        for event, type, profile in _parted(changed, 3)
        if type in TYPES
    )
    if not cells:
        return seat.go_on(seat.here, notice="Nothing was changed.", tone="info")
    body = MatrixPatch(cells=cells)
    await matrix.change(seat.house, seat.workspace_id, body)
    on = sum(cell.on for cell in cells)
    words = [f"{on} switched on"] if on else []
    words += [f"{len(cells) - on} switched off"] if len(cells) > on else []
    return seat.go_on(seat.here, notice=f"{' and '.join(words).capitalize()}.")


async def _try(seat: Seat, fields: Form) -> Response[Any]:
    """Send our sample of one cell; what leads to customers goes to whoever presses."""
    parted = _parted([fields.get("try", "")], 3)
    if not parted or parted[0][1] not in TYPES:
        return seat.nowhere("cell")
    event, type, profile = parted[0]
    whole = body_of(await matrix.read(seat.house, seat.workspace_id, profile))
    is_customers = whole["columns"][0]["to"] == CUSTOMER
    body = ProfileTestBody(
        event=event,
        type=type,  # pyright: ignore[reportArgumentType] - one of the four, as was seen
        address=seat.session.email if is_customers else None,
    )
    done = await profile_trial.send_test(
        seat.house, seat.workspace_id, profile, actor=seat.actor, body=body
    )
    if isinstance(done, NotFound):
        return seat.nowhere("profile")
    if isinstance(done, Refused):
        return seat.go_on(seat.here, notice=done.refusal.detail, tone="bad")
    to = seat.session.email if is_customers else whole["columns"][0]["name"]
    return seat.go_on(seat.here, notice=f"A sample is on its way to {to}, marked as a test.")


async def _choose(seat: Seat, fields: Form) -> Response[Any]:
    """Have subscriptions hear of what is ticked of their own words."""
    ticked, was = fields.many("asked"), fields.many("was")
    changed = [one for one in (*ticked, *was) if (one in ticked) is not (one in was)]
    owners = dict.fromkeys(one for one, _ in _parted(changed, 2))
    for subscription_id in owners:
        wanted = tuple(word for one, word in _parted(ticked, 2) if one == subscription_id)
        if not wanted:
            return await _grid(seat, {fields.get("grid", "grid"): _NOTHING})
        patch = SubscriptionPatch(events=wanted)
        done = await subscriptions.patch(seat.house, seat.workspace_id, subscription_id, patch)
        if isinstance(done, NotFound):
            return seat.nowhere("endpoint")
    said = "They hear of what is ticked." if owners else "Nothing was changed."
    return seat.go_on(seat.here, notice=said, tone="good" if owners else "info")


async def _tell(seat: Seat, fields: Form) -> Response[Any]:
    """Have an address told of troubles."""
    address = fields.get("address", "").strip()
    events = tuple(one for one in fields.many("events") if one in NOTICES)
    if not address:
        return await _grid(seat, {"address": _NOBODY}, address)
    body = SubscriptionNew(url=f"{MAILTO}{address}"[:2048], events=events or (EVERYTHING,))
    try:
        await subscriptions.create(seat.house, seat.workspace_id, body, seat.once())
    except InvalidRequest:
        return await _grid(seat, {"address": _NOBODY}, address)
    return seat.go_on(seat.here, notice=f"{address} is told of troubles.")


async def _test(seat: Seat, fields: Form) -> Response[Any]:
    """Send a sample to one endpoint."""
    done = await testing.send_test(
        seat.house, seat.workspace_id, fields.get("test", "")[:100], seat.actor
    )
    if isinstance(done, NotFound):
        return seat.nowhere("endpoint")
    if isinstance(done, Refused):
        return seat.go_on(seat.here, notice=done.refusal.detail, tone="bad")
    return seat.go_on(seat.here, notice="A sample is on its way, marked as a test.")


_ACTS: Final[Mapping[str, Callable[[Seat, Form], Awaitable[Response[Any]]]]] = {
    "choose": _choose,
    "tell": _tell,
}


async def _take(seat: Seat, fields: Form) -> Response[Any]:
    if "try" in fields:
        return await _try(seat, fields)
    if "test" in fields:
        return await _test(seat, fields)
    return await _ACTS.get(fields.get("act", ""), _save)(seat, fields)
