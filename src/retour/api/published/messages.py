"""Messages from use cases of the portal: written by customers who have no return yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, Route
from retour.api.shapes import USE_CASE, USE_CASE_TAKEN
from retour.desk import messages
from retour.desk.messages import MessageNew

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_NEW: Final = BodyReader(MessageNew)
_MESSAGES: Final = f"{BASE}/messages"


async def create_message(call: Call) -> Outcome:
    """Take a message, and queue it for whoever is told of it."""
    body = _NEW.read(call.body)
    return await messages.create(
        call.house, call.workspace_id, body, actor=call.actor, key=call.key
    )


async def read_message(call: Call) -> Outcome:
    """Give one message."""
    return await messages.look_up(call.house, call.workspace_id, call.params["message_id"])


ROUTES: Final = (
    Route(
        method="POST",
        path=_MESSAGES,
        name="create_message",
        tag="Notifications",
        summary="Take what a customer wrote from a use case",
        about="Told as message.created, in a stream of its own, and mailed by every active"
        " template of use_case_email; to names the inbox of this use case. Deliveries that are"
        " named in the answer are queued; none means that nobody is told.",
        scope="returns:write",
        noun="message",
        answer=create_message,
        body=MessageNew,
        result=USE_CASE_TAKEN,
        statuses=(201,),
        creates=True,
    ),
    Route(
        method="GET",
        path=f"{_MESSAGES}/{{message_id}}",
        name="read_message",
        tag="Notifications",
        summary="Read a message",
        scope="returns:read",
        noun="message",
        answer=read_message,
        result=USE_CASE,
    ),
)
