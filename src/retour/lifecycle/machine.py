"""The tables: which command is legal in which status, and where it leads.

``TRANSITIONS`` is the whole truth about ``Return.status``: ``decide`` obeys it, the buttons and
``allowed_commands`` read it, ``docs/lifecycle.md`` is drawn from it, and the tests walk it.
Parcels, receipts and legs have tables of their own; a settlement's status follows from its legs.

Pure: no clock, no database, no settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from retour.kernel.refusal import Refusal
from retour.kernel.status import ReturnStatus as Status
from retour.lifecycle import guards
from retour.lifecycle.model import (
    EventType,
    Leg,
    LegStatus,
    Policy,
    ReceiptStatus,
    Return,
    SettlementStatus,
    State,
)
from retour.lifecycle.money.table import MONEY
from retour.lifecycle.parcels import guards as parcel_guards
from retour.lifecycle.shopper import guards as shopper_guards
from retour.lifecycle.steps import Row, Step, Verb

BIRTH: Final = Step(Status.REQUESTED, (EventType.RETURN_REQUESTED, EventType.ELIGIBILITY_CHECKED))
"""How a return begins; the only step without a status to start from."""

GOODS: Final[Row] = {
    Verb.DISPOSE: Step(None, (EventType.UNIT_DISPOSED,), (guards.goods_here,)),
    Verb.PUT_AWAY: Step(None, (EventType.UNIT_STORED,), (guards.goods_here,)),
}
"""Goods go on after the return: wherever it stands, what lies in a facility can be moved.

Offered in the rows below; possible in final statuses too, which offer nothing.
"""

SAID_BY_MACHINES: Final = frozenset(
    {
        Verb.RECORD_LABEL,
        Verb.RECORD_VOID,
        Verb.RECORD_PICKUP,
        Verb.JOIN_PARCEL,
        Verb.RECORD_STOCK,
    }
)
"""Answers of the outside, and what the desk says of two returns at once; never offered."""

ALWAYS: Final[Row] = {
    Verb.FIRE_TIMERS: Step(
        None,
        (),
        perhaps=(
            EventType.RETURN_REMINDED,
            EventType.DEADLINE_APPROACHING,
            EventType.DEADLINE_MISSED,
        ),
    ),
    Verb.ANNOTATE: Step(None, (), perhaps=(EventType.RETURN_ANNOTATED,)),
    Verb.COMMENT: Step(None, (EventType.MESSAGE_CREATED,)),
    Verb.RECORD_MAIL: Step(None, (EventType.MESSAGE_CREATED,)),
    Verb.ATTACH_PHOTO: Step(None, (EventType.PHOTO_ATTACHED,)),
    Verb.ERASE_PHOTO: Step(None, (EventType.PHOTO_ERASED,)),
}
"""What is possible in every status, final ones too, and so is never offered: talk."""

_AMEND: Final = Step(
    None,
    (EventType.RETURN_AMENDED,),
    (
        guards.nothing_received,
        guards.nothing_covered,
        guards.no_money_moving,
        guards.nothing_promised,
    ),
)
_CANCEL: Final = Step(
    Status.CANCELED,
    (EventType.RETURN_CANCELED,),
    (guards.no_money_moving, guards.nothing_covered, guards.nothing_frozen),
)
_REJECT_RECEIVED: Final = Step(
    Status.REJECTED,
    (EventType.RETURN_REJECTED,),
    (guards.nothing_accepted, guards.nothing_covered, guards.no_money_moving),
)
_ASK_LABEL: Final = Step(None, (EventType.LABEL_REQUESTED,))
_ABOUT_PARCELS: Final[Row] = {
    Verb.RETRY_LABEL: Step(
        None, (EventType.LABEL_REQUESTED,), offer=(parcel_guards.a_failed_label,)
    ),
    Verb.VOID_LABEL: Step(
        None,
        (),
        offer=(parcel_guards.an_unused_label,),
        perhaps=(EventType.LABEL_VOID_REQUESTED, EventType.LABEL_VOIDED),
    ),
    Verb.RECORD_VOID: Step(
        None, (), perhaps=(EventType.LABEL_VOIDED, EventType.LABEL_VOID_REFUSED)
    ),
    Verb.SCHEDULE_PICKUP: Step(
        None, (EventType.PICKUP_REQUESTED,), offer=(parcel_guards.a_parcel_to_collect,)
    ),
    Verb.CANCEL_PICKUP: Step(
        None, (EventType.PICKUP_CANCEL_REQUESTED,), offer=(parcel_guards.a_pickup_coming,)
    ),
    Verb.RECORD_PICKUP: Step(
        None,
        (),
        perhaps=(
            EventType.PICKUP_SCHEDULED,
            EventType.PICKUP_FAILED,
            EventType.PICKUP_CANCELED,
        ),
    ),
}
"""What is asked of carriers about a parcel that is there, whatever else goes on."""
_ADD: Final = Step(None, (EventType.PARCEL_ADDED,))
_JOIN: Final = Step(
    Status.TRACKED,
    (EventType.PARCEL_ADDED,),
    depends=True,
    perhaps=(EventType.RETURN_SHIPPED, EventType.RETURN_TRACKED),
)
_MORE_PARCELS: Final[Row] = {Verb.ADD_PARCEL: _ADD, Verb.JOIN_PARCEL: _ADD}
_SEND_BACK: Final[Row] = {
    Verb.SEND_BACK: Step(
        None,
        (EventType.PARCEL_SENT_BACK,),
        (parcel_guards.goods_to_send_back,),
        perhaps=(EventType.LABEL_REQUESTED,),
    )
}
_FIRST_SCAN: Final = Step(Status.TRACKED, (EventType.RETURN_SHIPPED, EventType.RETURN_TRACKED))
_SCAN: Final = Step(None, (EventType.PARCEL_UPDATED,))
_RECEIVE: Final = Step(Status.RECEIVED, (EventType.RETURN_RECEIVED,))
_INSPECT: Final = Step(None, (EventType.UNIT_INSPECTED,))
_CORRECT: Final = Step(None, (EventType.RECEIPT_CORRECTED,))
_WAIVE: Final = Step(Status.PROCESSED, (EventType.RETURN_PROCESSED,), (guards.something_expected,))
_LABEL_ANSWERED: Final = Step(None, (), perhaps=(EventType.LABEL_CREATED, EventType.LABEL_FAILED))
_LABEL_ANSWERED_AUTHORIZED: Final = Step(
    Status.SHIPPED,
    (),
    depends=True,
    perhaps=(EventType.LABEL_CREATED, EventType.LABEL_FAILED, EventType.RETURN_SHIPPED),
)
_REOPEN: Final = Step(
    Status.AUTHORIZED,
    (EventType.RETURN_REOPENED,),
    (guards.no_money_under_way,),
    perhaps=(EventType.EXCHANGE_RELEASED,),
)
_COMPLETE: Final = Step(
    Status.COMPLETED,
    (EventType.RETURN_COMPLETED,),
    (guards.everything_decided, guards.nothing_owed),
)
_COMPLETE_REOPENED: Final = Step(
    Status.COMPLETED,
    (EventType.RETURN_COMPLETED,),
    (guards.reopened_for_nothing, guards.nothing_owed),
)


def _with_logistics(step: Step) -> Step:
    return step._replace(guards=(guards.logistics_on, *step.guards))


_OVER: Final[Row] = {
    **{
        verb: step._replace(guards=(parcel_guards.a_parcel_out, *step.guards))
        for verb, step in (
            {Verb.RECORD_LABEL: _LABEL_ANSWERED, Verb.TRACK: _SCAN, **_ABOUT_PARCELS}
        ).items()
    },
    **_SEND_BACK,
}
"""What is final stays so; but goods that lie here may have to go back to the customer."""

_BEFORE_SENDING: Final[Row] = {
    Verb.CHANGE_METHOD: Step(
        None,
        (),
        (shopper_guards.not_sent,),
        perhaps=(
            EventType.LABEL_VOID_REQUESTED,
            EventType.LABEL_VOIDED,
            EventType.LABEL_REQUESTED,
            EventType.PARCEL_ADDED,
        ),
    )
}
_DROP_OFF: Final[Row] = {Verb.RECORD_DROP_OFF: Step(None, (EventType.RETURN_DROPPED_OFF,))}
_RESOLVE: Final[Row] = {
    Verb.RESOLVE_REJECTED: Step(
        None,
        (EventType.REJECTION_RESOLVED,),
        (shopper_guards.something_unresolved,),
        perhaps=(
            EventType.UNIT_DISPOSED,
            EventType.PARCEL_SENT_BACK,
            EventType.LABEL_REQUESTED,
        ),
    )
}

# Every status is a key, final ones too, so that a missing row is a visible blank.
TRANSITIONS: Final[Mapping[Status, Row]] = {
    Status.REQUESTED: {
        Verb.AUTHORIZE: Step(Status.AUTHORIZED, (EventType.RETURN_AUTHORIZED,)),
        Verb.REJECT: Step(Status.REJECTED, (EventType.RETURN_REJECTED,)),
        Verb.AMEND: _AMEND,
        Verb.RECEIVE: Step(
            Status.RECEIVED,
            (EventType.RETURN_AUTHORIZED, EventType.RETURN_RECEIVED),
            (guards.announced_at_the_dock,),
        ),
        Verb.CANCEL: _CANCEL,
    },
    Status.AUTHORIZED: {
        Verb.AMEND: _AMEND,
        Verb.CREATE_LABEL: _with_logistics(_ASK_LABEL),
        Verb.RECORD_LABEL: _LABEL_ANSWERED_AUTHORIZED,
        **_ABOUT_PARCELS,
        Verb.ADD_PARCEL: _with_logistics(_ADD),
        Verb.JOIN_PARCEL: _JOIN,
        **_BEFORE_SENDING,
        Verb.RECORD_DROP_OFF: Step(
            Status.SHIPPED,
            (EventType.RETURN_DROPPED_OFF,),
            depends=True,
            perhaps=(EventType.RETURN_SHIPPED,),
        ),
        Verb.SHIP: _with_logistics(Step(Status.SHIPPED, (EventType.RETURN_SHIPPED,))),
        Verb.TRACK: _with_logistics(_FIRST_SCAN),
        Verb.RECEIVE: _RECEIVE,
        Verb.WAIVE_RECEIPT: _WAIVE,
        **MONEY,
        Verb.COMPLETE: _COMPLETE_REOPENED,
        Verb.CANCEL: _CANCEL,
    },
    Status.SHIPPED: {
        Verb.CREATE_LABEL: _ASK_LABEL,
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        **_ABOUT_PARCELS,
        Verb.ADD_PARCEL: _ADD,
        Verb.JOIN_PARCEL: _JOIN,
        **_BEFORE_SENDING,
        **_DROP_OFF,
        Verb.TRACK: Step(Status.TRACKED, (EventType.RETURN_TRACKED,)),
        Verb.RECEIVE: _RECEIVE,
        Verb.WAIVE_RECEIPT: _WAIVE,
        **MONEY,
        Verb.CANCEL: _CANCEL,
    },
    Status.TRACKED: {
        Verb.CREATE_LABEL: _ASK_LABEL,
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        **_ABOUT_PARCELS,
        **_MORE_PARCELS,
        **_DROP_OFF,
        Verb.TRACK: _SCAN,
        Verb.RECEIVE: _RECEIVE,
        Verb.WAIVE_RECEIPT: _WAIVE,
        **MONEY,
        Verb.CANCEL: _CANCEL,
    },
    Status.RECEIVED: {
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        **_ABOUT_PARCELS,
        **_MORE_PARCELS,
        **_SEND_BACK,
        **_RESOLVE,
        Verb.TRACK: _SCAN,
        Verb.RECEIVE: Step(None, (EventType.RECEIPT_UPDATED,)),
        Verb.INSPECT: _INSPECT,
        **GOODS,
        Verb.FINISH_RECEIPT: Step(
            None,
            (),
            (guards.receipt_unfinished,),
            perhaps=(EventType.RECEIPT_FINISHED, EventType.RECEIPT_UPDATED),
        ),
        Verb.PAUSE_RECEIPT: Step(None, (EventType.RECEIPT_UPDATED,), (guards.still_unpacking,)),
        Verb.CORRECT_RECEIPT: _CORRECT,
        **MONEY,
        Verb.REJECT: _REJECT_RECEIVED,
        Verb.CANCEL: _CANCEL,
    },
    Status.PROCESSED: {
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        **_ABOUT_PARCELS,
        **_SEND_BACK,
        **_RESOLVE,
        Verb.TRACK: _SCAN,
        Verb.RECEIVE: _RECEIVE,
        Verb.INSPECT: _INSPECT,
        **GOODS,
        Verb.CORRECT_RECEIPT: _CORRECT,
        **MONEY,
        Verb.COMPLETE: _COMPLETE,
        Verb.REOPEN: _REOPEN,
        Verb.REJECT: _REJECT_RECEIVED,
        Verb.CANCEL: _CANCEL,
    },
    Status.SETTLED: {
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        **_ABOUT_PARCELS,
        **_SEND_BACK,
        **_RESOLVE,
        Verb.TRACK: _SCAN,
        Verb.INSPECT: _INSPECT,
        **GOODS,
        **MONEY,
        Verb.COMPLETE: _COMPLETE,
        Verb.REOPEN: _REOPEN,
    },
    Status.COMPLETED: {
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        **_ABOUT_PARCELS,
        **_SEND_BACK,
        **_RESOLVE,
        Verb.TRACK: _SCAN,
        **GOODS,
        **MONEY,
        Verb.REOPEN: _REOPEN,
    },
    Status.REJECTED: _OVER,
    Status.CANCELED: _OVER,
}


class Consequence(NamedTuple):
    """A move no command asks for: what has become true leads there by itself.

    Without an event a phase is jumped that the policy has switched off.
    """

    target: Status
    event: EventType | None
    when: str


CONSEQUENCES: Final[Mapping[Status, tuple[Consequence, ...]]] = {
    Status.REQUESTED: (
        Consequence(
            Status.AUTHORIZED,
            EventType.RETURN_AUTHORIZED,
            "the policy approves what is eligible; a channel has approved already",
        ),
        Consequence(
            Status.REJECTED, EventType.RETURN_REJECTED, "the policy rejects what is ineligible"
        ),
        Consequence(Status.AUTHORIZED, None, "the policy has no authorization"),
    ),
    Status.AUTHORIZED: (
        Consequence(Status.PROCESSED, None, "the policy has neither logistics nor processing"),
    ),
    Status.SHIPPED: (),
    Status.TRACKED: (Consequence(Status.PROCESSED, None, "the policy has no processing"),),
    Status.RECEIVED: (
        Consequence(
            Status.PROCESSED,
            EventType.RETURN_PROCESSED,
            "every unit is decided and no receipt is open",
        ),
    ),
    Status.PROCESSED: (
        Consequence(Status.SETTLED, EventType.RETURN_SETTLED, "every accepted unit is covered"),
    ),
    Status.SETTLED: (
        Consequence(
            Status.PROCESSED, EventType.RETURN_PROCESSED, "an accepted unit is no longer covered"
        ),
    ),
    Status.COMPLETED: (
        Consequence(
            Status.PROCESSED, EventType.RETURN_PROCESSED, "an accepted unit is no longer covered"
        ),
    ),
    Status.REJECTED: (),
    Status.CANCELED: (),
}
"""Where a status leads by itself; every status is a key."""

MOVES: Final[frozenset[tuple[Status, Status]]] = frozenset(
    [
        (source, step.target)
        for source, row in TRANSITIONS.items()
        for step in row.values()
        if step.target is not None
    ]
    + [(source, consequence.target) for source, row in CONSEQUENCES.items() for consequence in row]
)
"""Every change of status there is, for the assertion that no other happens."""


RECEIPTS: Final[Mapping[ReceiptStatus, frozenset[ReceiptStatus]]] = {
    ReceiptStatus.OPEN: frozenset({ReceiptStatus.FINISHED, ReceiptStatus.CANCELED}),
    ReceiptStatus.FINISHED: frozenset(),
    ReceiptStatus.CANCELED: frozenset(),
}
"""Where a receipt may go; every status is a key."""

LEGS: Final[Mapping[LegStatus, frozenset[LegStatus]]] = {
    LegStatus.DRAFT: frozenset({LegStatus.RESERVED, LegStatus.ABANDONED}),
    LegStatus.RESERVED: frozenset({LegStatus.IN_FLIGHT, LegStatus.SUCCEEDED, LegStatus.ABANDONED}),
    LegStatus.IN_FLIGHT: frozenset({LegStatus.SUCCEEDED, LegStatus.FAILED, LegStatus.UNKNOWN}),
    LegStatus.UNKNOWN: frozenset({LegStatus.SUCCEEDED, LegStatus.FAILED, LegStatus.IN_FLIGHT}),
    LegStatus.SUCCEEDED: frozenset({LegStatus.REVERSED}),
    LegStatus.FAILED: frozenset({LegStatus.IN_FLIGHT, LegStatus.SUCCEEDED, LegStatus.ABANDONED}),
    LegStatus.REVERSED: frozenset({LegStatus.IN_FLIGHT, LegStatus.SUCCEEDED, LegStatus.ABANDONED}),
    LegStatus.ABANDONED: frozenset(),
}
"""Where a leg may go; every status is a key."""


def settlement_status(legs: Sequence[Leg]) -> SettlementStatus:
    """Say where a settlement with these legs stands, once it is started.

    One failed leg makes it failed, whatever the others do: it needs a person.  What was abandoned
    counts only where nothing else is left.
    """
    statuses = {leg.status for leg in legs}
    if statuses != {LegStatus.ABANDONED}:
        statuses.discard(LegStatus.ABANDONED)
    if statuses & {LegStatus.FAILED, LegStatus.REVERSED}:
        return SettlementStatus.FAILED
    if LegStatus.ABANDONED in statuses:
        return SettlementStatus.DISCARDED
    if statuses & {LegStatus.IN_FLIGHT, LegStatus.UNKNOWN}:
        return SettlementStatus.IN_PROGRESS
    if LegStatus.RESERVED in statuses:
        return SettlementStatus.CONFIRMED
    if LegStatus.DRAFT in statuses:
        return SettlementStatus.DRAFT
    return SettlementStatus.SETTLED


def objection(step: Step, ret: Return, policy: Policy) -> Refusal | None:
    """Give what the first guard of ``step`` that does not hold has to say."""
    for guard in step.guards:
        refusal = guard(ret, policy)
        if refusal is not None:
            return refusal
    return None


def allowed_commands(state: State) -> tuple[str, ...]:
    """List the commands that make sense now, in table order.

    Those the table has in this status and whose guards hold.  A command's body may still be
    refused, and what only machines say (a label's making) is not listed.
    """
    ret = state.ret
    if ret is None:
        return ()
    policy = state.policy
    return tuple(
        verb.value
        for verb, step in TRANSITIONS[ret.status].items()
        if verb not in SAID_BY_MACHINES
        and all(guard(ret, policy) is None for guard in (*step.guards, *step.offer))
    )
