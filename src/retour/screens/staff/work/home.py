"""A day's beginning: what waits for a person, by its cause, with its course and its clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from retour.desk import depths, queues, setting_up
from retour.desk.agents import lately
from retour.desk.pages import Page, read_page
from retour.desk.people.roles import ROLES
from retour.desk.timers import listing
from retour.kernel.problems import InvalidRequest
from retour.screens import charts
from retour.screens.staff.seat import Seat, place
from retour.screens.staff.work.reading import TONES, View, view_of
from retour.screens.staff.work.waiting import REFUNDS, address_of, owed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_LAST: Final = 5
_DUE_SHOWN: Final = 5
_SOON_DAYS: Final = 3
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "To decide": ("authorize", "policy_exception", "quality", "approval", "settle"),
    "On the clock": ("overdue", "due_soon"),
    "Money that did not move": ("payment_refused", "payment_case", "out_of_stock"),
    "To answer": ("message", "mail", "ticket"),
    "Withdrawals": ("withdrawal", "withdrawal_without_return"),
    "Goods and parcels": (
        "dock_exception",
        "unmatched_parcel",
        "stray_parcel",
        "carrier_failed",
        "address",
        "channel_return",
    ),
}
"""How the day is laid out; a queue that is in no group stands under the first."""
_URGENT: Final = frozenset({"overdue", "payment_refused"})
_NAMES: Final[Mapping[str, str]] = {
    "authorize": "Requests to answer",
    "policy_exception": "Exceptions from the policy",
    "quality": "Goods to judge",
    "approval": "Approvals",
    "settle": "Settlements to make",
    "overdue": "Overdue",
    "due_soon": "Due within 24 hours",
    "payment_refused": "Refunds that failed",
    "payment_case": "Payments to explain",
    "out_of_stock": "Exchanges out of stock",
    "message": "Messages",
    "mail": "Mails of nobody\u2019s",
    "ticket": "Tickets without an order",
    "withdrawal": "Withdrawals without an order",
    "withdrawal_without_return": "Withdrawals without a return",
    "dock_exception": "Exceptions of the dock",
    "unmatched_parcel": "Parcels of nobody\u2019s",
    "stray_parcel": "Tracking numbers of nobody\u2019s",
    "carrier_failed": "Carriers that failed",
    "address": "Addresses to correct",
    "channel_return": "Marketplace returns",
}
"""What people call the queues."""


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the first page of a workspace, and the list of what is due by law."""
    return [
        *place(house, "", None, _home, at_facility=True),
        *place(house, "/refunds-due", "returns:read", _refunds_due),
    ]


def titled(queue: str) -> str:
    """Give a queue's name as people read it."""
    return _NAMES.get(queue) or queue.replace("_", " ").capitalize()


async def _home(seat: Seat) -> Response[Any]:
    """Show what waits, the urgent first; who sees no returns sees where to go instead."""
    if not seat.may("returns:read") or seat.principal.facilities is not None:
        return seat.page("staff_home.html", about=ROLES[seat.role].about)
    view = view_of(await queues.counted(seat.house, seat.workspace_id))
    course = view_of(await depths.listing(seat.house, seat.workspace_id))
    due = view_of(await listing.refunds(seat.house, seat.workspace_id, Page(limit=_DUE_SHOWN)))
    assert view is not None, "counting is never refused"
    assert course is not None, "counting is never refused"
    courses = {one["queue"]: one["days"] for one in course["data"]}
    counted = {one["queue"]: one for one in view["data"]}
    groups = _laid_out(counted, courses)
    return seat.page(
        "staff_work_home.html",
        about=ROLES[seat.role].about,
        groups_waiting=groups,
        empty=[{**one, "title": titled(one["queue"])} for one in view["data"] if not one["count"]],
        total=sum(one["count"] for one in view["data"]),
        due=[] if due is None else _with_addresses(seat, due["data"]),
        more_due=due is not None and due["next_cursor"] is not None,
        soon=_SOON_DAYS,
        setup=await _left_to_set_up(seat),
        decided=[] if groups else await lately.decided(seat.house, seat.workspace_id, _LAST),
        tones=TONES,
    )


async def _left_to_set_up(seat: Seat) -> View | None:
    """Give the list of what is to be set up, to who can, until it is done or put aside."""
    if not seat.may("settings:write"):
        return None
    seen = view_of(await setting_up.look_up(seat.house, seat.workspace_id))
    assert seen is not None, "looking is never refused"
    return None if seen["aside_at"] or seen["done"] == seen["of"] else seen


def _laid_out(
    counted: Mapping[str, View], courses: Mapping[str, list[View]]
) -> list[tuple[str, list[View]]]:
    """Put what waits under its headings; a heading with nothing under it is left out."""
    placed = {queue for queues_ in _GROUPS.values() for queue in queues_}
    rest = [queue for queue in counted if queue not in placed]
    groups: list[tuple[str, list[View]]] = []
    for n, (heading, names) in enumerate(_GROUPS.items()):
        shown = [*names, *(rest if n == 0 else ())]
        tiles = [
            _tile(counted[queue], courses.get(queue, []))
            for queue in shown
            if queue in counted and counted[queue]["count"]
        ]
        if tiles:
            groups.append((heading, tiles))
    return groups


def _tile(one: View, course: Sequence[View]) -> View:
    counts = [day["count"] for day in course]
    known = [count for count in counts if count is not None]
    days = len(known) - 1
    ago = f"{days} days ago" if days > 1 else "a day ago"
    words = f"{known[0] or 'None'} waited {ago}" if days > 0 else ""
    return {
        **one,
        "of": queues.NAMED[one["queue"]],
        "title": titled(one["queue"]),
        "is_urgent": one["queue"] in _URGENT,
        "course": Markup(charts.spark(counts)) if words else "",  # noqa: S704 - SVG of ours: numbers alone
        "course_words": words,
    }


def _with_addresses(seat: Seat, rows: Sequence[View]) -> list[View]:
    """Say where each refund that is due leads, from where it stands."""
    return [
        {**one, "address": address_of(seat, item, **{"in": REFUNDS, "at": queues.place_of(item)})}
        for one, item in ((one, owed(one)) for one in rows)
    ]


async def _refunds_due(seat: Seat) -> Response[Any]:
    """Show whose money is due by law, the most urgent first."""
    wrong: dict[str, str] = {}
    listed: View = {"data": [], "next_cursor": None}
    try:
        page = read_page(None, seat.query.get("cursor") or None)
        listed = view_of(await listing.refunds(seat.house, seat.workspace_id, page)) or listed
    except InvalidRequest as error:
        wrong["content"] = error.errors[0].detail
    after = listed["next_cursor"]
    return seat.page(
        "staff_work_due.html",
        422 if wrong else 200,
        wrong=wrong,
        rows=_with_addresses(seat, listed["data"]),
        soon=_SOON_DAYS,
        later="" if after is None else seat.address("/refunds-due", cursor=after),
        tones=TONES,
    )
