"""The policies there are, and a new one begun: from an example, or empty."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from retour.desk.outcome import Done
from retour.desk.pages import read_page
from retour.desk.parcels.accounts import SANDBOX
from retour.desk.policies import NAME_MAX, PolicyPut, body_of, drafts, examples, overview
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.policies.words import (
    PATH,
    READ,
    WRITE,
    by_whom,
    carriers_of,
    local,
    names_of,
)
from retour.screens.staff.settings.said import body_of as said_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_NEW: Final = f"{PATH}-new"
_TAKEN: Final = "This policy has a draft already. Go on with that, or choose another id."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list, and of where a policy begins."""
    return [
        *place(house, PATH, READ, _list),
        *place(house, _NEW, WRITE, _new, _begin),
    ]


async def _list(seat: Seat) -> Response[Any]:
    """Show every policy: what is in force, since when, by whom, and its draft."""
    page = read_page(None, seat.query.get("cursor"))
    found = said_by(await overview.listing(seat.house, seat.workspace_id, page))
    names = await names_of(seat)
    rows = [
        {
            **one,
            "since": local(seat, one["since"]),
            "by": by_whom(one["author"], names) if one["version"] else "",
            "edited": one["draft"] and local(seat, one["draft"]["edited_at"]),
            "editor": one["draft"] and by_whom(one["draft"]["editor"], names),
            "due": one["draft"] and local(seat, one["draft"]["publish_at"]),
        }
        for one in found["data"]
    ]
    following = found["next_cursor"]
    is_plain = len(rows) == 1 and rows[0]["version"] == 1 and not rows[0]["rules"]
    return seat.page(
        "staff_policies.html",
        rows=rows,
        is_plain=is_plain and not rows[0]["draft"],
        new=_NEW,
        later=seat.address(PATH, cursor=following) if following else "",
    )


async def _new(
    seat: Seat, wrong: Mapping[str, str] | None = None, fields: Form | None = None
) -> Response[Any]:
    """Show what a policy can begin with."""
    typed = fields or seat.query
    return seat.page(
        "staff_policy_new.html",
        422 if wrong else 200,
        examples=said_by(examples.listing())["data"],
        filled={name: typed.get(name, "") for name in ("id", "name", "from")},
        name_max=NAME_MAX,
        wrong=wrong or {},
    )


async def _begin(seat: Seat, fields: Form) -> Response[Any]:
    """Begin a draft; nothing is in force by it."""
    policy_id, name = fields.get("id", "").strip(), fields.get("name", "").strip()
    example, wrong = fields.get("from", ""), dict[str, str]()
    if not _ID.fullmatch(policy_id):
        wrong["id"] = "Give letters, digits, dots and hyphens, 64 at most, such as outlet."
    if len(name) > NAME_MAX:
        wrong["name"] = f"A name has {NAME_MAX} characters at most. Shorten it."
    if example and example not in examples.texts():
        wrong["from"] = "Choose one of the examples, or none."
    if wrong:
        return await _new(seat, wrong, fields)
    body = PolicyPut(carrier=next(iter(await carriers_of(seat)), SANDBOX))
    if example:
        body = body_of(await examples.fitted(seat.house, seat.workspace_id, example))
    title = examples.said_of(example)[0] if example else ""
    drawn = replace(body, name=name or title)
    done = await drafts.put(
        seat.house, seat.workspace_id, policy_id, drawn, actor=seat.actor, if_match=0
    )
    if not isinstance(done, Done):
        return await _new(seat, {"id": _TAKEN}, fields)
    return seat.go_on(
        seat.address(f"{PATH}/{policy_id}/draft"),
        notice="The draft is made. Nothing is judged by it until you publish it.",
    )
