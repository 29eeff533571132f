"""Commands on what lies at one facility, for those who are bound to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from retour.api.call import SOURCE
from retour.api.dock.shapes import COMPARISON
from retour.api.json_body import BodyReader
from retour.api.routes import BASE, Route
from retour.desk.dock import acting
from retour.lifecycle.bodies import Body
from retour.lifecycle.commands import (
    Command,
    CorrectReceipt,
    Dispose,
    FinishReceipt,
    Inspect,
    PauseReceipt,
    PutAway,
    Receive,
)
from retour.lifecycle.steps import Verb

if TYPE_CHECKING:
    from collections.abc import Callable

    from retour.api.call import Call
    from retour.desk.outcome import Outcome

Given = TypeVar("Given", bound=Body)
_ONE: Final = f"{BASE}/facilities/{{code}}/returns/{{return_id}}"


async def look(call: Call) -> Outcome:
    """Show a return as one facility works on it."""
    return await acting.look(
        call.house, call.workspace_id, call.params["code"], call.params["return_id"]
    )


def _command(
    verb: Verb, body: type[Given], meaning: Callable[[Given], Command], summary: str
) -> Route:
    """Make the route of a command at a facility."""
    reader = BodyReader(body)

    async def answer(call: Call) -> Outcome:
        return await acting.act(
            call.house,
            call.workspace_id,
            call.params["code"],
            call.params["return_id"],
            meaning(reader.read(call.body)),
            actor=call.actor,
            source=SOURCE,
            key=call.key,
        )

    return Route(
        method="POST",
        path=f"{_ONE}/{verb.value}",
        name=f"{verb.value}_at_facility",
        tag="Dock",
        summary=summary,
        scope="receiving:write",
        noun="return",
        answer=answer,
        body=body,
        result=COMPARISON,
        versioned=True,
        at_facility=True,
    )


def _as_it_is(body: Command) -> Command:
    """A body that is the command itself."""
    return body


ROUTES: Final = (
    Route(
        method="GET",
        path=_ONE,
        name="read_return_at_facility",
        tag="Dock",
        summary="Read a return as one facility works on it",
        about="One that is to be sent there or is there; without the customer.",
        scope="receiving:read",
        noun="return",
        answer=look,
        result=COMPARISON,
        versioned=True,
        at_facility=True,
    ),
    _command(Verb.RECEIVE, Receive, _as_it_is, "Goods were seen at this facility"),
    _command(Verb.INSPECT, Inspect, _as_it_is, "Judge units that lie at this facility"),
    _command(Verb.DISPOSE, Dispose, _as_it_is, "Say where units of this facility go"),
    _command(Verb.PUT_AWAY, PutAway, _as_it_is, "Note where units of this facility were put"),
    _command(Verb.FINISH_RECEIPT, FinishReceipt, _as_it_is, "This facility is done"),
    _command(Verb.PAUSE_RECEIPT, PauseReceipt, _as_it_is, "Work rests here, or goes on"),
    _command(
        Verb.CORRECT_RECEIPT, CorrectReceipt, _as_it_is, "Say what was really at this facility"
    ),
)
