"""One return: its goods, what the rules say, what happened, who wrote what, and what can be done.

Each form carries the version it was made for.  Where somebody was faster nothing is done, what
happened meanwhile stands on top, and what was written is kept in its field.
"""

from __future__ import annotations

import re
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from retour.desk import conversation, events, orders, returns, searching
from retour.desk.pages import Page
from retour.desk.people import persons
from retour.dialects.catalogue import ENTRIES
from retour.lifecycle.commands import (
    Authorize,
    Cancel,
    Comment,
    Inspect,
    LineRefused,
    Reject,
    Reopen,
    UnitsJudged,
)
from retour.lifecycle.words import EventType
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.reading import (
    TONES,
    View,
    carry_out,
    number_in,
    sold_in,
    view_of,
    why_not,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.lifecycle.commands import Command

_TEXT_MAX: Final = 1000
_MESSAGE_MAX: Final = 4000
_SHOWN_MAX: Final = 50
_UNTOLD: Final = frozenset({"return", "order"})
_ID: Final = re.compile(r"[a-z]{2,4}_[0-9a-z]{26}")
"""Ids say nothing to people; they are left out of what is told."""


class _Missing(Exception):
    """A form lacks something: the field, and the words for it."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.name, self.words = name, words


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of a return's page."""
    path = "/returns/{return_id:str}"
    return place(house, path, "returns:read", _show, _act, take_scope="returns:write")


async def _show(seat: Seat) -> Response[Any]:
    """Show it, with nothing asked of anybody yet."""
    return await return_page(seat)


# ---------------------------------------------------------------- what can be done


def _said(fields: Form, name: str, words: str) -> str:
    text = fields.get(name, "").strip()
    if not text:
        raise _Missing(name, words)
    return text[:_TEXT_MAX]


def _authorize(fields: Form) -> Command:
    """Say yes, but for the lines that are refused with a reason."""
    refused = tuple(
        LineRefused(
            line=line,
            quantity=number_in(fields.get(f"refuse-{line}", "")) or 0,
            reason=_said(
                fields, f"why-{line}", "Say why these are refused; the customer reads it."
            ),
        )
        for line in fields.many("line")
        if number_in(fields.get(f"refuse-{line}", ""))
    )
    return Authorize(reject=refused)


def _reject(fields: Form) -> Command:
    return Reject(reason=_said(fields, "reject-reason", "Say why; the customer reads it."))


def _cancel(fields: Form) -> Command:
    goods = fields.get("goods", "")
    return Cancel(
        reason=_said(fields, "cancel-reason", "Say why it is canceled."),
        goods=next((one for one in ("send_back", "keep", "return_to_stock") if one == goods), None),
    )


def _reopen(fields: Form) -> Command:
    return Reopen(reason=_said(fields, "reopen-reason", "Say why it is opened again."))


def _write(fields: Form) -> Command:
    text = fields.get("message", "").strip()
    if not text:
        raise _Missing("message", "Write something first.")
    return Comment(text=text[:_MESSAGE_MAX], internal=fields.get("kind") == "internal")


def _judge(fields: Form) -> Command:
    word = fields.get("acceptance", "")
    acceptance = "accepted" if word == "accepted" else "rejected"
    unit = fields.get("unit", "")
    reason = fields.get(f"reason-{unit}", "").strip()[:_TEXT_MAX]
    if acceptance == "rejected" and not reason:
        raise _Missing(f"reason-{unit}", "Say why it is not accepted; the customer reads it.")
    judged = UnitsJudged(unit=unit, acceptance=acceptance, reason=reason or None)
    return Inspect(units=(judged,))


ACTS: Final[Mapping[str, tuple[Callable[[Form], Command], str]]] = {
    "authorize": (_authorize, "Authorized. The customer is told."),
    "reject": (_reject, "Rejected. The customer is told."),
    "cancel": (_cancel, "Canceled."),
    "reopen": (_reopen, "Open again."),
    "comment": (_write, "Written."),
    "inspect": (_judge, "Judged."),
}
"""What the page's forms do, each with what is said once it is done."""


async def _act(seat: Seat, fields: Form) -> Response[Any]:
    """Do what a form asks for, on the version that was shown."""
    return_id, word = seat.params["return_id"], fields.get("do", "")
    if word in {"take", "leave"}:
        owner = seat.session.person_id if word == "take" else None
        outcome = await searching.own(seat.house, seat.workspace_id, return_id, owner)
        if view_of(outcome) is None:
            return seat.nowhere("return")
        said = "It is yours." if word == "take" else "It is nobody's in particular."
        return seat.go_on(seat.address(f"/returns/{return_id}"), notice=said)
    if word not in ACTS:
        return await return_page(seat, wrong={"content": "Nothing was asked for. Press a button."})
    meaning, said = ACTS[word]
    try:
        command = meaning(fields)
    except _Missing as missing:
        return await return_page(seat, wrong={missing.name: missing.words}, kept=fields)
    # What is written into a conversation stands whatever else happened meanwhile.
    version = None if word == "comment" else number_in(fields.get("version", ""))
    outcome = await carry_out(seat, return_id, (command,), version=version)
    wrong = why_not(outcome)
    if wrong is not None:
        return await return_page(seat, wrong={"content": wrong}, kept=fields)
    return seat.go_on(seat.address(f"/returns/{return_id}"), notice=said)


# ---------------------------------------------------------------- the page


async def return_page(
    seat: Seat, *, wrong: Mapping[str, str] | None = None, kept: Form | None = None
) -> Response[Any]:
    """Show the return; what was not done says why, and keeps what was filled in."""
    return_id, house, workspace_id = seat.params["return_id"], seat.house, seat.workspace_id
    view = view_of(await returns.look_up(house, workspace_id, return_id, seat.scopes))
    if view is None:
        return seat.nowhere("return")
    order = view_of(await orders.look_up(house, workspace_id, view["order_number"]))
    messages = view_of(
        await conversation.of_return(house, workspace_id, return_id, Page(limit=_SHOWN_MAX))
    )
    story = await _story(seat, view)
    seen = None if kept is None else number_in(kept.get("sequence", ""))
    row = view_of(await searching.row(house, workspace_id, return_id))
    owner = None if row is None else row["owner"]
    people = [one["actor"]["id"] for one in story if one["actor"]["id"]]
    names = await persons.named_by(house, [*people, *([owner] if owner else [])])
    return seat.page(
        "staff_work_one.html",
        422 if wrong else 200,
        wrong=dict(wrong or {}),
        view=view,
        lines=_lines(view, order),
        order=order,
        messages=[] if messages is None else messages["data"],
        has_more_messages=messages is not None and messages["next_cursor"] is not None,
        story=story,
        has_earlier=view["sequence"] > len(story),
        fresh=[] if seen is None else [one for one in story if one["sequence"] > seen],
        names={key: person.name for key, person in names.items()},
        owner=owner,
        allowed=frozenset(view["allowed_commands"]),
        tones=TONES,
        kept=kept or Form([]),
        once=token_hex(8),
    )


async def _story(seat: Seat, view: View) -> list[View]:
    """List the latest of what happened, newest first, each with its title and its own details."""
    first = max(0, int(view["sequence"]) - _SHOWN_MAX)
    page = Page(limit=_SHOWN_MAX, after=str(first) if first else "")
    told = view_of(await events.of_return(seat.house, seat.workspace_id, view["id"], page))
    return [] if told is None else [_happened(one) for one in reversed(told["data"])]


def _happened(event: View) -> View:
    details = {
        key: value
        for key, value in event["data"].items()
        if key not in _UNTOLD
        and isinstance(value, str | int)
        and value != ""
        and not _ID.fullmatch(str(value))
    }
    return {
        "id": event["id"],
        "title": ENTRIES[EventType(event["type"])].title,
        "at": event["occurred_at"],
        "actor": event["actor"],
        "sequence": int(event["sequence"]),
        "details": details,
    }


def _lines(view: View, order: View | None) -> list[View]:
    """Join the return's lines with what was sold, and count what has come of each."""
    sold = sold_in(order)
    lines: list[View] = []
    for line in view["lines"]:
        units = line["units"]
        lines.append(
            {
                **line,
                "sold": sold.get(line["line"]),
                "received": sum(unit["reception"] != "expected" for unit in units),
                "accepted": sum(unit["acceptance"] == "accepted" for unit in units),
                "waiting": [one for one in units if one["acceptance"] == "pending"],
            }
        )
    return lines
