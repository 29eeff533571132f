"""What cannot be done with a return now, and why: in the words in which it would be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.execute import Asked, look_ahead
from retour.desk.outcome import Done
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import Authorize, Cancel, Reject, Reopen
from retour.lifecycle.decide import decide

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.lifecycle.actors import Actor
    from retour.lifecycle.commands import Command, Context
    from retour.lifecycle.model import State

_ENCODE: Final = msgspec.json.Encoder()
_WHY: Final = "Because."
"""Stands for a reason that nobody has given yet."""
_TRIED: Final[dict[str, Command]] = {
    "authorize": Authorize(),
    "reject": Reject(reason=_WHY),
    "cancel": Cancel(reason=_WHY),
    "reopen": Reopen(reason=_WHY),
}
"""What an agent may want to do with a whole return, tried as plainly as can be."""


async def objections(house: House, workspace_id: int, return_id: str, actor: Actor) -> Outcome:
    """Give, for each thing that would be refused now, the words; nothing is written."""

    def look(state: State, context: Context) -> Done | Refusal:
        tried = {name: decide(state, (one,), context) for name, one in _TRIED.items()}
        said = {
            name: {"code": one.code.value, "detail": one.detail}
            for name, one in tried.items()
            if isinstance(one, Refusal)
        }
        return Done(status=200, body=_ENCODE.encode(said))

    asked = Asked(workspace_id=workspace_id, return_id=return_id, actor=actor, source="agent")
    return await look_ahead(house, asked, look)
