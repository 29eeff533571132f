"""Answers that are written once: listed, written, forgotten; agents put them into messages."""

from __future__ import annotations

import re
import unicodedata
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from retour.desk.conversation import replies
from retour.desk.conversation.replies import TEMPLATES_MAX, WORDS, ReplyTemplatePut
from retour.desk.pages import Page
from retour.kernel.problems import InvalidRequest
from retour.screens.staff.seat import Form, Seat, place
from retour.screens.staff.settings.said import at_fields
from retour.screens.staff.work.reading import view_of

if TYPE_CHECKING:
    from litestar import Response
    from litestar.handlers import HTTPRouteHandler

    from retour.desk.house import House

PATH: Final = "/settings/replies"
_NAME_MAX: Final = 80
_TEXT_MAX: Final = 4000
_CODE_MAX: Final = 40
_NO_NAME: Final = "Give it a name, by which agents choose it."
_NO_TEXT: Final = "Write what it says."


def routes(house: House) -> list[HTTPRouteHandler]:
    """Make the handlers of the list, and of one answer."""
    one = f"{PATH}/{{reply:str}}"
    return [
        *place(house, PATH, "settings:read", _list),
        *place(house, one, "settings:read", _show, _act, take_scope="settings:write"),
    ]


async def _list(seat: Seat) -> Response[Any]:
    """Show all of them."""
    page = Page(limit=TEMPLATES_MAX)
    listed = view_of(await replies.listing(seat.house, seat.workspace_id, page))
    assert listed is not None, "a list is never refused"
    return seat.page("staff_settings_replies.html", replies=listed["data"])


async def _show(seat: Seat) -> Response[Any]:
    """Show one of them to be written anew; ``new`` is an empty one."""
    return await _page(seat)


async def _page(
    seat: Seat, wrong: dict[str, str] | None = None, kept: Form | None = None
) -> Response[Any]:
    code = seat.params["reply"]
    reply = view_of(await replies.look_up(seat.house, seat.workspace_id, code))
    if reply is None and code != "new":
        return seat.nowhere("answer")
    shown = {"name": "", "text": ""} if reply is None else reply
    return seat.page(
        "staff_settings_reply.html",
        422 if wrong else 200,
        wrong=dict(wrong or {}),
        code=code,
        is_new=reply is None,
        name=shown["name"] if kept is None else kept.get("name", ""),
        text=shown["text"] if kept is None else kept.get("text", ""),
        words=WORDS,
        once=token_hex(8),
    )


def code_of(name: str) -> str:
    """Make a code of a name.

    >>> code_of("Wo ist es? Größe prüfen!"), code_of("???")
    ('wo-ist-es-grosse-prufen', 'answer')
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_CODE_MAX].strip("-") or "answer"


async def _act(seat: Seat, fields: Form) -> Response[Any]:
    """Keep what was written, or forget the answer."""
    code, house = seat.params["reply"], seat.house
    if fields.get("do") == "forget":
        await replies.remove(house, seat.workspace_id, code)
        return seat.go_on(seat.address(PATH), notice="The answer is forgotten.")
    name, text = fields.get("name", "").strip(), fields.get("text", "").strip()
    wrong: dict[str, str] = {}
    if not name or len(name) > _NAME_MAX:
        wrong["name"] = _NO_NAME
    if not text or len(text) > _TEXT_MAX:
        wrong["text"] = _NO_TEXT
    if code == "new":
        code = code_of(name)
        if view_of(await replies.look_up(house, seat.workspace_id, code)) is not None:
            wrong["name"] = "There is one of that name already. Choose another, or change that one."
    if not wrong:
        try:
            body = ReplyTemplatePut(name=name, text=text)
            await replies.put(house, seat.workspace_id, code, body)
        except InvalidRequest as error:
            wrong = at_fields(error, {"/text": "text"}, "content")
    if wrong:
        return await _page(seat, wrong, fields)
    return seat.go_on(seat.address(PATH), notice=f"“{name}” is kept.")
