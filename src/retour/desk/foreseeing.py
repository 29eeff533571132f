"""What a settlement would come to, asked before anybody promises it. Nothing is written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from retour.desk.execute import Asked, look_ahead
from retour.desk.outcome import Done
from retour.dialects.notification.sums import Foreseen
from retour.dialects.view import View, settlement_view
from retour.kernel.ids import workspace_number
from retour.kernel.refusal import Refusal
from retour.lifecycle.commands import Context, ProposeSettlement
from retour.lifecycle.model import EventType
from retour.lifecycle.model import Outcome as Wish
from retour.lifecycle.money.foreseeing import foreseen, is_early, paid_by
from retour.lifecycle.requests.offering import outcome_of, settles_from
from retour.store.loading import LoadKey, load

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.desk.outcome import Outcome
    from retour.dialects.stored import StoredEvent
    from retour.lifecycle.model import Actor, Return, State

_ENCODE: Final = msgspec.json.Encoder()
_ENTROPY_BYTES: Final = 16
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


class Foresight:
    """What mails about a request may say of money; built where delivery is."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def __call__(self, event: StoredEvent) -> Foreseen | None:
        """Say what a requested return would come to; ``None`` where nothing can be foreseen."""
        ret, order = event.snapshot.ret, event.snapshot.order
        workspace_id = workspace_number(event.workspace)
        if event.type is not EventType.RETURN_REQUESTED or ret is None or order is None:
            return None
        kind = None if ret.settlements else _wished(ret)
        if kind is None or workspace_id is None:
            return None
        wanted = LoadKey(workspace_id=workspace_id, return_id=ret.id)
        loaded = await load(await self._house.database.pool(), wanted)
        if loaded is None or loaded.state is None:
            return None
        config = await self._house.configs.at(workspace_id, loaded.epoch)
        # The world as the event has it: a mail sent late says what was true then.
        state = replace(loaded.state, order=order, ret=ret, others=event.snapshot.others)
        context = Context(
            actor=event.actor,
            source=event.source,
            at=event.occurred_at,
            entropy=os.urandom(_ENTROPY_BYTES),
            executors=config.executors,
            zone=ZoneInfo(config.zone),
            grading_sets=config.grading_sets,
            series=config.papers.series,
        )
        return _told(state, kind, context)


def _wished(ret: Return) -> Literal["refund", "store_credit"] | None:
    """Give the form of money that was asked for; goods have no amount, and gifts show none."""
    wish, offer = outcome_of(ret), ret.verdict.offer
    if ret.gift or not ret.verdict.eligible:
        return None
    if wish is Wish.STORE_CREDIT:
        return "store_credit"
    is_refund = wish is Wish.REFUND or (
        wish is None and (offer is None or Wish.REFUND.value in offer.outcomes)
    )
    return "refund" if is_refund else None


def _told(
    state: State, kind: Literal["refund", "store_credit"], context: Context
) -> Foreseen | None:
    decision = foreseen(state, ProposeSettlement(kind=kind), context)
    ret = None if isinstance(decision, Refusal) else decision.state.ret
    if ret is None or not ret.settlements or ret.settlements[-1].total <= 0:
        return None
    assert state.ret is not None, "a return was requested"
    return Foreseen(
        settlement=ret.settlements[-1],
        settles_at=settles_from(state.ret, state.policy).value,
        pay_by=paid_by(state.policy, context.at, context.zone),
        zone=context.zone,
    )
