"""What the mail server said of an acknowledgement: recorded as proof, told, and queued if bad.

Delivery reports here what became of each mail.  A repetition changes nothing: what is sent stays
sent, and a failure is told once.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from retour.desk.fanout import fan_out_events
from retour.desk.messages import subscribers
from retour.desk.withdrawals import one
from retour.desk.withdrawals.shown import said_in
from retour.kernel.ids import Mint
from retour.lifecycle.model import Actor, ActorKind, Customer
from retour.lifecycle.withdrawals.acts import ActKind, Details, add_act, told
from retour.lifecycle.withdrawals.withdrawing import Acknowledgement
from retour.store.messages import NewMessage
from retour.store.telling import take_turn
from retour.store.withdrawals import acts_of, append_act, append_event, set_acknowledgement

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.lifecycle.model import Event
    from retour.store.database import Connection
    from retour.store.telling import Turn

SOURCE: Final = "delivery"
_ACTOR: Final = Actor(kind=ActorKind.SYSTEM)


async def record(
    house: House, workspace_id: int, withdrawal_id: str, *, is_sent: bool, proof: Details
) -> None:
    """Record that a mail was taken, or that nobody takes it; what is known already stays."""
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        kept = await one(connection, workspace_id, withdrawal_id)
        if turn is None or kept is None:
            return
        state = Acknowledgement.SENT if is_sent else Acknowledgement.FAILED
        if kept.acknowledgement in {Acknowledgement.SENT, state}:
            return
        act = add_act(
            kept.link,
            await acts_of(connection, workspace_id, withdrawal_id),
            ActKind.ACKNOWLEDGED if is_sent else ActKind.UNACKNOWLEDGED,
            at=turn.at,
            recorded_at=turn.tick,
            by=_ACTOR,
            details=proof,
        )
        await append_act(connection, workspace_id, act)
        await set_acknowledgement(connection, workspace_id, withdrawal_id, state, turn.at)
        said = said_in(kept.link)
        customer = Customer(email="")
        if said is not None:
            customer = Customer(email=said.email, name=said.name, locale=said.locale)
        event = told(kept.link, act, customer, SOURCE)
        hinted = await _tell(connection, workspace_id, event, turn, withdrawal_id)
    house.hints(workspace_id, hinted)


async def _tell(
    connection: Connection, workspace_id: int, event: Event, turn: Turn, stream: str
) -> set[str]:
    """Append an event to the withdrawal's stream; gives whom it is queued for."""
    mint = Mint(turn.tick, os.urandom(16))
    fanout = fan_out_events([event], await subscribers(connection, workspace_id), mint, stream)
    said = NewMessage(id=stream, event_id=mint("evt"), event=event, tick=turn.tick, fanout=fanout)
    await append_event(connection, workspace_id, said)
    return {item.subscription_id for item in fanout}
