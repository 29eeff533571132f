"""Conversations: what a customer wrote, an answer from what was written once, a draft that stays.

Messages of a return stand on a page of the return; those of nobody's return have one of their own.
"""

from __future__ import annotations

from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk import conversation, messages, orders, returns, tickets
from retour.desk.conversation import MessageNoted, drafts, replies
from retour.desk.conversation.drafts import DraftPut
from retour.desk.pages import Page
from retour.desk.people.masking import masked
from retour.desk.tickets.shown import Asker
from retour.kernel.problems import InvalidRequest
from retour.lifecycle.commands import Comment
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.work.finding import words_of
from retour.screens.staff.work.reading import (
    SOURCE,
    TONES,
    View,
    carry_out,
    reads_in,
    view_of,
    why_not,
)
from retour.screens.staff.work.saying import SAID_MAX, joined, plain, too_long

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.desk.tickets.shown import TicketSource

_SHOWN_MAX: Final = 50
TEXT_MAX: Final = SAID_MAX
_NUMBER_MAX: Final = 200
_UNASKED: Final = "Nothing was asked for. Press a button."
_UNWRITTEN: Final = "Write something first."
_QUEUE: Final = "/queues/message"
_FROM: Final = "return"
"""What the form on the return's own page says of itself, so that one comes back to it."""


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of these pages."""
    read, write = "returns:read", "returns:write"
    talk = "/returns/{return_id:str}/talk"
    return [
        *place(house, talk, read, _talk, _write, take_scope=write),
        *place(house, "/messages/{message_id:str}", read, _message, _settle, take_scope=write),
        *place(house, "/tickets/{ticket_id:str}", read, _ticket, _see_to, take_scope=write),
    ]


# ---------------------------------------------------------------- of a return


async def _talk(seat: Seat) -> Response[Any]:
    """Show a return's conversation."""
    return await _talk_page(seat)


async def _talk_page(
    seat: Seat,
    *,
    wrong: dict[str, str] | None = None,
    kept: View | None = None,
    came_from: str = "",
) -> Response[Any]:
    """Show it with what is being written: as it was sent just now, else as it was kept."""
    house, workspace_id, return_id = seat.house, seat.workspace_id, seat.params["return_id"]
    view = view_of(await returns.look_up(house, workspace_id, return_id, seat.scopes))
    if view is None:
        return seat.nowhere("return")
    page = Page(limit=_SHOWN_MAX)
    said = view_of(await conversation.of_return(house, workspace_id, return_id, page))
    order = view_of(await orders.look_up(house, workspace_id, view["order_number"]))
    shown: list[View] = [] if said is None else said["data"]
    return seat.page(
        "staff_work_talk.html",
        422 if wrong else 200,
        wrong=dict(wrong or {}),
        view=view,
        order=order,
        messages=shown,
        has_more=said is not None and said["next_cursor"] is not None,
        waits=any(one["needs_answer"] for one in shown),
        **await writing(seat, return_id, kept),
        came_from=came_from,
        reads=reads_in(order),
        tones=TONES,
        once=token_hex(8),
    )


async def writing(seat: Seat, return_id: str, kept: View | None = None) -> dict[str, Any]:
    """Give what the form to write needs: what was begun, and the answers that are written once."""
    house, workspace_id = seat.house, seat.workspace_id
    draft = view_of(await drafts.look_up(house, workspace_id, return_id, _me(seat)))
    return {
        "draft": draft,
        "written": kept or draft or {"text": "", "internal": False},
        "replies": await answers(seat),
        "text_max": TEXT_MAX,
    }


async def answers(seat: Seat) -> list[tuple[str, str]]:
    """List the answers that are written once, to choose one of them."""
    page = Page(limit=replies.TEMPLATES_MAX)
    listed = view_of(await replies.listing(seat.house, seat.workspace_id, page))
    return [(one["code"], one["name"]) for one in (listed or {"data": []})["data"]]


def _me(seat: Seat) -> str:
    return seat.session.person_id


async def _write(seat: Seat, fields: Form) -> Response[Any]:
    """Send what is written, keep it, put an answer into it, or say that none is needed."""
    house, workspace_id, return_id = seat.house, seat.workspace_id, seat.params["return_id"]
    text, is_internal = plain(fields.get("message", "")), fields.get("kind") == "internal"
    kept: View = {"text": text[:TEXT_MAX], "internal": is_internal}
    came_from = _FROM if fields.get("from") == _FROM else ""
    again = partial(_talk_page, seat, kept=kept, came_from=came_from)
    here = seat.address(f"/returns/{return_id}{'' if came_from else '/talk'}")
    match fields.get("do", ""):
        case "send" | "draft" if not text or len(text) > TEXT_MAX:
            why = too_long(text) or _UNWRITTEN
            return await again(wrong={"message": why}, kept={**kept, "text": text})
        case "send":
            outcome = await carry_out(seat, return_id, (Comment(text=text, internal=is_internal),))
            if (why_ := why_not(outcome)) is not None:
                return await again(wrong={"content": why_})
            await drafts.remove(house, workspace_id, return_id, _me(seat))
            said = "Noted; only people here read it." if is_internal else "Sent to the customer."
            return seat.go_on(here, notice=said)
        case "draft":
            body = DraftPut(text=text, internal=is_internal)
            outcome = await drafts.put(house, workspace_id, return_id, _me(seat), body)
            if view_of(outcome) is None:
                return seat.nowhere("return")
            return seat.go_on(here, notice="Kept. It is not sent yet.")
        case "drop":
            await drafts.remove(house, workspace_id, return_id, _me(seat))
            return seat.go_on(here, notice="The draft is gone.")
        case "insert":
            text, wrong = await with_answer(seat, fields.get("reply", ""), text)
            return await again(wrong=wrong, kept={**kept, "text": text})
        case "settled":
            await _needs_none(seat, return_id)
            return seat.go_on(seat.address(_QUEUE), notice="It needs no answer.")
        case _:
            return await again(wrong={"content": _UNASKED})


async def with_answer(
    seat: Seat, code: str, text: str, at: str = "message"
) -> tuple[str, dict[str, str]]:
    """Put an answer below what is written, with what the return says now; tells what is amiss.

    Where both do not fit, what is written stays as it is.
    """
    return_id = seat.params["return_id"]
    found = view_of(await replies.resolve(seat.house, seat.workspace_id, return_id, code))
    made: View | None = masked(found, seat.sight)
    chooser = "reply" if at == "message" else "answer"
    if made is None:
        return text, {chooser: "Choose an answer first."}
    text, why = joined(plain(text), made["text"])
    if why:
        return text, {chooser: why}
    if not made["missing"]:
        return text, {}
    names = ", ".join(replies.WORDS[one] for one in made["missing"])
    return text, {at: f"Nothing is known yet for {names}. Fill in where it says “…”."}


async def _needs_none(seat: Seat, return_id: str) -> None:
    """Say of all that waits in a conversation that it needs no answer."""
    page = Page(limit=_SHOWN_MAX)
    said = view_of(await conversation.of_return(seat.house, seat.workspace_id, return_id, page))
    listed: list[View] = [] if said is None else said["data"]
    for one in listed:
        if one["needs_answer"]:
            await _answered(seat, one["id"])


async def _answered(seat: Seat, message_id: str) -> Outcome:
    noted = MessageNoted(read=True, needs_answer=False)
    return await conversation.note(seat.house, seat.workspace_id, message_id, noted, seat.actor)


# ---------------------------------------------------------------- of nobody's return


async def _message(seat: Seat) -> Response[Any]:
    """Show a message; one of a return or a ticket stands in its conversation."""
    house, workspace_id = seat.house, seat.workspace_id
    view = view_of(await conversation.look_up(house, workspace_id, seat.params["message_id"]))
    if view is None:
        return seat.nowhere("message")
    if view["return"]:
        return seat.go_on(seat.address(f"/returns/{view['return']}/talk"))
    if view["ticket"]:
        return seat.go_on(seat.address(f"/tickets/{view['ticket']}"))
    asked = view_of(await messages.look_up(house, workspace_id, view["id"]))
    return seat.page(
        "staff_work_message.html",
        view=view,
        writer=None if asked is None else asked["customer"],
        once=token_hex(8),
    )


async def _settle(seat: Seat, fields: Form) -> Response[Any]:
    """Say of a message that it needs no answer any more."""
    del fields
    if view_of(await _answered(seat, seat.params["message_id"])) is None:
        return seat.nowhere("message")
    return seat.go_on(seat.address(_QUEUE), notice="It needs no answer any more.")


# ---------------------------------------------------------------- of a ticket


async def _ticket(seat: Seat) -> Response[Any]:
    """Show a ticket whose order is not known."""
    return await _ticket_page(seat)


async def _ticket_page(
    seat: Seat, wrong: dict[str, str] | None = None, kept: Form | None = None
) -> Response[Any]:
    house, workspace_id = seat.house, seat.workspace_id
    source = await tickets.find(house, workspace_id, seat.params["ticket_id"])
    if source is None:
        return seat.nowhere("ticket")
    if source.ret is not None:
        return seat.go_on(seat.address(f"/returns/{source.ret.id}/talk"))
    assert source.ticket is not None, "a ticket is one of both"
    page = Page(limit=_SHOWN_MAX)
    said = view_of(await conversation.of_ticket(house, workspace_id, source.ticket.id, page))
    fields = {key: msgspec.json.decode(value) for key, value in source.said.fields.items()}
    return seat.page(
        "staff_work_ticket.html",
        422 if wrong else 200,
        wrong=dict(wrong or {}),
        ticket=source.ticket,
        said=source.said,
        order_number=fields.get("order_id") or "",
        items=", ".join(str(one) for one in fields.get("items_to_return") or ()),
        messages=[] if said is None else said["data"],
        kept=kept or Form([]),
        once=token_hex(8),
        text_max=TEXT_MAX,
    )


def asker_of(seat: Seat) -> Asker:
    """Say who sits here, for what is asked of tickets."""

    def show(source: TicketSource) -> bytes:
        owner = source.ret or source.ticket
        assert owner is not None, "a ticket is one of both"
        return msgspec.json.encode({"id": owner.id, "is_return": source.ret is not None})

    return Asker(
        workspace_id=seat.workspace_id,
        actor=seat.actor,
        source=SOURCE,
        show=show,
        key=seat.once(),
    )


async def _see_to(seat: Seat, fields: Form) -> Response[Any]:
    """Give the ticket its order, answer in it, or end it."""
    try:
        outcome = await _seen_to(seat, fields)
    except InvalidRequest as error:
        return await _ticket_page(seat, {"content": words_of(error)}, fields)
    if isinstance(outcome, dict):
        return await _ticket_page(seat, outcome, fields)
    if (why := why_not(outcome)) is not None:
        return await _ticket_page(seat, {"content": why}, fields)
    made = view_of(outcome) or {}
    match fields["do"]:
        case "match" if made.get("is_return"):
            address = seat.address(f"/returns/{made['id']}")
            return seat.go_on(address, notice="The ticket is a return now.")
        case "match":
            words = "There is no order of that number, or nothing said what comes back. Check both."
            return await _ticket_page(seat, {"order": words}, fields)
        case "answer":
            return seat.go_on(seat.here, notice="Sent to the customer.")
        case _:
            return seat.go_on(seat.address("/queues/ticket"), notice="Ended.")


async def _seen_to(seat: Seat, fields: Form) -> Outcome | dict[str, str]:
    """Carry out what was asked for; or say what a field lacks."""
    house, ticket_id = seat.house, seat.params["ticket_id"]
    match fields.get("do", ""):
        case "match":
            number = fields.get("order", "").strip()[:_NUMBER_MAX]
            if not number:
                return {"order": "Give the number of the order it is about."}
            named = [one.strip()[:_NUMBER_MAX] for one in fields.get("items", "").split(",")]
            items = [one for one in named if one]
            return await tickets.match(house, ticket_id, number, asker_of(seat), items)
        case "answer":
            text = fields.get("message", "").strip()
            if not text or len(text) > TEXT_MAX:
                return {"message": _UNWRITTEN if not text else "This is too long. Shorten it."}
            return await tickets.comment(
                house, ticket_id, Comment(text=text), asker_of(seat), lambda _: b"{}"
            )
        case "end":
            return await tickets.delete(house, ticket_id, asker_of(seat))
        case "spam":
            return await tickets.mark_spam(house, ticket_id, asker_of(seat))
        case _:
            return {"content": _UNASKED}
