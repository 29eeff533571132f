"""What a settlement would come to, asked before anybody promises it. Nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.execute import Asked, look_ahead
from retour.desk.outcome import Done
from retour.dialects.view import View, settlement_view
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import ProposeSettlement
from retour.lifecycle.money.foreseeing import foreseen, is_early

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.lifecycle.commands import Context
    from retour.lifecycle.model import Actor, State

_ENCODE: Final = msgspec.json.Encoder()
FIGURES: Final = ("kind", "currency", "total", "lines")
LEG_FIGURES: Final = ("kind", "executor", "payment", "amount")


async def simulate(
    house: House,
    workspace_id: int,
    return_id: str,
    body: ProposeSettlement,
    *,
    actor: Actor,
    source: str,
) -> Outcome:
    """Say what proposing and confirming would come to."""

    def look(state: State, context: Context) -> Done | Refusal:
        decision = foreseen(state, body, context)
        if isinstance(decision, Refusal):
            return decision
        ret = decision.state.ret
        assert ret is not None, "a return was looked at"
        settlement = settlement_view(ret.settlements[-1])
        view = _figures(settlement)
        view["is_early"] = is_early(state)
        view["needs_approval"] = ret.settlements[-1].approval is not None
        return Done(status=200, body=_ENCODE.encode(view))

    asked = Asked(workspace_id=workspace_id, return_id=return_id, actor=actor, source=source)
    return await look_ahead(house, asked, look)


def _figures(settlement: View) -> View:
    """Leave out what only a settlement that is there has: ids, instants, attempts."""
    view = {key: settlement[key] for key in FIGURES}
    view["legs"] = [{key: leg[key] for key in LEG_FIGURES} for leg in settlement["legs"]]
    return view
