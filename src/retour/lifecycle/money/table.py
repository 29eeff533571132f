"""The steps of money: what may be asked of settlements and their legs, and what it says.

``machine`` puts them into the row of every status in which money can move.
"""

from __future__ import annotations

from typing import Final

from retour.lifecycle import guards
from retour.lifecycle.model import EventType
from retour.lifecycle.steps import Row, Step, Verb

_GOODS_START: Final = (
    EventType.CHARGE_REQUESTED,
    EventType.EXCHANGE_STARTED,
    EventType.REPAIR_STARTED,
)
OUTCOME: Final = Step(
    None,
    (),
    offer=(guards.a_leg_to_report,),
    perhaps=(
        EventType.REFUND_SUCCEEDED,
        EventType.CHARGE_PAID,
        EventType.EXCHANGE_STARTED,
        EventType.EXCHANGE_ORDERED,
        EventType.REPAIR_FINISHED,
        EventType.SETTLEMENT_SETTLED,
        EventType.REFUND_FAILED,
        EventType.REPAIR_FAILED,
        EventType.EXCHANGE_FAILED,
        EventType.REFUND_STARTED,
    ),
)
_STOCK: Final = Step(
    None,
    (),
    perhaps=(
        EventType.EXCHANGE_RESERVED,
        EventType.EXCHANGE_FAILED,
        EventType.REFUND_STARTED,
    ),
)

MONEY: Final[Row] = {
    Verb.PROPOSE_SETTLEMENT: Step(
        None,
        (),
        (guards.settlement_on, guards.late_enough_to_settle, guards.no_settlement_open),
    ),
    Verb.CONFIRM_SETTLEMENT: Step(
        None,
        (),
        (guards.a_draft, guards.no_settlement_open),
        perhaps=(EventType.SETTLEMENT_MEMO_COMPLETED, EventType.SETTLEMENT_APPROVAL_REQUESTED),
    ),
    Verb.DISCARD_SETTLEMENT: Step(
        None, (), (guards.a_droppable_settlement,), perhaps=(EventType.EXCHANGE_RELEASED,)
    ),
    Verb.START_REFUND: Step(
        None,
        (),
        (guards.a_confirmed_settlement, guards.no_approval_missing),
        perhaps=(EventType.REFUND_STARTED, *_GOODS_START, EventType.SETTLEMENT_SETTLED),
    ),
    Verb.APPROVE_SETTLEMENT: Step(
        None,
        (EventType.SETTLEMENT_APPROVED, EventType.SETTLEMENT_MEMO_COMPLETED),
        (guards.an_approval_missing,),
        perhaps=(EventType.REFUND_STARTED, *_GOODS_START, EventType.SETTLEMENT_SETTLED),
    ),
    Verb.DECLINE_SETTLEMENT: Step(
        None, (EventType.SETTLEMENT_DECLINED,), (guards.an_approval_missing,)
    ),
    Verb.SETTLE_ELSEWHERE: Step(
        None,
        (EventType.REFUND_SUCCEEDED,),
        (guards.no_approval_missing,),
        offer=(guards.a_leg_nobody_pays,),
        perhaps=(EventType.SETTLEMENT_SETTLED,),
    ),
    Verb.REDIRECT_LEG: Step(
        None,
        (),
        (guards.no_approval_missing,),
        offer=(guards.a_leg_nobody_pays,),
        perhaps=(EventType.REFUND_STARTED,),
    ),
    Verb.RETRY_REFUND: Step(
        None, (), offer=(guards.a_failed_leg,), perhaps=(EventType.REFUND_STARTED, *_GOODS_START)
    ),
    Verb.RECORD_REFUND_OUTCOME: OUTCOME,
    Verb.RECORD_STOCK: _STOCK,
    Verb.FALL_BACK: Step(
        None,
        (EventType.EXCHANGE_FAILED,),
        (guards.no_approval_missing,),
        offer=(guards.an_exchange_to_give_up,),
        perhaps=(EventType.REFUND_STARTED,),
    ),
}
"""What every status has in which money can move."""
