"""The keys of the back office: one table, and what of it each changes for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from retour.desk.people import habits
from retour.screens.staff import guard
from retour.screens.staff.seat import Form, Seat, place

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

KEYS: Final = (
    ("j", "Next row; with Shift, ticking what is passed"),
    ("k", "Row before; with Shift, ticking what is passed"),
    ("x", "Tick the row"),
    ("o", "Peek at the row"),
    ("1", "Authorize: what is ticked, or this return"),
    ("2", "Accept for a part of the price"),
    ("3", "Reject: go to the reason"),
    ("e", "Authorize in part"),
    ("h", "Put off"),
    ("a", "Assign"),
    ("s", "Settlement"),
    ("m", "Write a message"),
    ("u", "Undo, while it can be"),
    ("[", "The return before in the list"),
    ("]", "The next one in the list"),
    ("b", "Back to the list"),
    ("n", "Next page"),
    ("p", "Print"),
    ("/", "Search"),
)
"""Keys that can be given to others, by what each is at first; scripts know them by that."""
FIXED: Final = (
    ("Enter", "Open the row"),
    ("Ctrl Enter", "Send the form one writes in"),
    ("Ctrl k", "Go anywhere, press anything"),
    ("g h", "What waits"),
    ("?", "This list"),
)
_TAKEN: Final = {"g": "g h", "?": "?"}
_FIRST: Final = tuple(key for key, _ in KEYS)


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list of keys."""
    return place(house, "/keys", None, _show, _keep, at_facility=True)


async def _show(seat: Seat) -> Response[Any]:
    """List the keys as this person has them."""
    return _page(seat, seat.session.habits.keys, {})


def _page(seat: Seat, chosen: dict[str, str], wrong: dict[str, str]) -> Response[Any]:
    return seat.page(
        "staff_work_keys.html",
        422 if wrong else 200,
        wrong=wrong,
        rows=[
            (f"key-{n}", key, words, chosen.get(key, key)) for n, (key, words) in enumerate(KEYS)
        ],
        fixed=FIXED,
        back=guard.own_path(seat.query.get("back", ""), seat.address("")),
    )


async def _keep(seat: Seat, fields: Form) -> Response[Any]:
    """Keep somebody's keys, or give them back as they were at first."""
    back, mine = guard.own_path(fields.get("back", ""), seat.address("")), seat.session.habits
    if fields.get("do") == "first":
        kept = replace(mine, keys={})
    else:
        chosen = {key: fields.get(f"key-{n}", "").strip() for n, key in enumerate(_FIRST)}
        if wrong := _wrong_with(chosen):
            return _page(seat, chosen, wrong)
        kept = replace(
            mine,
            has_keys=fields.get("on") == "yes",
            goes_on=fields.get("goes-on") == "yes",
            keys={key: now for key, now in chosen.items() if now != key},
        )
    await habits.keep(seat.house, seat.session.person_id, kept)
    return seat.go_on(back, notice="Kept, for every browser of yours.")


def _wrong_with(chosen: dict[str, str]) -> dict[str, str]:
    """Say of each key that cannot be had why not."""
    wrong: dict[str, str] = {}
    whose: dict[str, str] = dict(_TAKEN)
    for n, (key, now) in enumerate(chosen.items()):
        if len(now) != 1 or not now.isprintable() or now != now.lower():
            wrong[f"key-{n}"] = "Give one character, small where it is a letter."
        elif now in whose:
            wrong[f"key-{n}"] = f"“{now}” does something else already. Give another."
        whose.setdefault(now, key)
    return wrong
