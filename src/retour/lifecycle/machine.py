"""The tables: which command is legal in which status, and where it leads.

``TRANSITIONS`` is the whole truth about ``Return.status``: ``decide`` obeys it, the buttons and
``allowed_commands`` read it, ``docs/lifecycle.md`` is drawn from it, and the tests walk it.
Parcels, receipts and legs have tables of their own; a settlement's status follows from its legs.

Pure: no clock, no database, no settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from retour.kernel.refusal import Refusal
from retour.kernel.status import ReturnStatus as Status
from retour.lifecycle import guards
from retour.lifecycle.guards import Guard
from retour.lifecycle.model import (
    EventType,
    Leg,
    LegStatus,
    ParcelStatus,
    Policy,
    ReceiptStatus,
    Return,
    SettlementStatus,
    State,
)


class Verb(StrEnum):
    """The word of each command, as paths, buttons and ``allowed_commands`` say it."""

    REQUEST = "request"
    AUTHORIZE = "authorize"
    REJECT = "reject"
    CANCEL = "cancel"
    AMEND = "amend"
    REOPEN = "reopen"
    CREATE_LABEL = "create_label"
    RECORD_LABEL = "record_label"
    SHIP = "ship"
    TRACK = "track"
    RECEIVE = "receive"
    INSPECT = "inspect"
    DISPOSE = "dispose"
    PUT_AWAY = "put_away"
    FINISH_RECEIPT = "finish_receipt"
    PAUSE_RECEIPT = "pause_receipt"
    CORRECT_RECEIPT = "correct_receipt"
    WAIVE_RECEIPT = "waive_receipt"
    PROPOSE_SETTLEMENT = "propose_settlement"
    CONFIRM_SETTLEMENT = "confirm_settlement"
    DISCARD_SETTLEMENT = "discard_settlement"
    START_REFUND = "start_refund"
    RETRY_REFUND = "retry_refund"
    RECORD_REFUND_OUTCOME = "record_refund_outcome"
    COMPLETE = "complete"
    ANNOTATE = "annotate"
    COMMENT = "comment"


class Step(NamedTuple):
    """One legal move.

    Args:
        target: ``None`` where the command leaves the status as it is.
        events: What it says, in order, where it changes anything.
        guards: What must hold; the first that does not refuses.
        offer: When to offer the command at all; its body says which thing it is about, and is
            checked with it.
        depends: Whether the target is reached only where the policy says so.
        perhaps: What it also says, or says instead, as things stand.
    """

    target: Status | None
    events: tuple[EventType, ...]
    guards: tuple[Guard, ...] = ()
    offer: tuple[Guard, ...] = ()
    depends: bool = False
    perhaps: tuple[EventType, ...] = ()


Row = Mapping[Verb, Step]

BIRTH: Final = Step(Status.REQUESTED, (EventType.RETURN_REQUESTED, EventType.ELIGIBILITY_CHECKED))
"""How a return begins; the only step without a status to start from."""

_GOODS: Final[Row] = {
    Verb.DISPOSE: Step(None, (EventType.UNIT_DISPOSED,), (guards.goods_here,)),
    Verb.PUT_AWAY: Step(None, (EventType.UNIT_STORED,), (guards.goods_here,)),
}
"""Goods go on after the return: wherever it stands, what lies in a facility can be moved."""

ALWAYS: Final[Row] = {
    **_GOODS,
    Verb.ANNOTATE: Step(None, (), perhaps=(EventType.RETURN_ANNOTATED,)),
    Verb.COMMENT: Step(None, (EventType.MESSAGE_CREATED,)),
}
"""What is possible in every status, final ones too: to move what is here, and to talk.

It is offered where a status' own row has it as well; talk never is.
"""

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
_REOPEN: Final = Step(Status.AUTHORIZED, (EventType.RETURN_REOPENED,), (guards.no_money_under_way,))
_OUTCOME: Final = Step(
    None,
    (),
    offer=(guards.a_leg_to_report,),
    perhaps=(
        EventType.REFUND_SUCCEEDED,
        EventType.SETTLEMENT_SETTLED,
        EventType.REFUND_FAILED,
    ),
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

_MONEY: Final[Row] = {
    Verb.PROPOSE_SETTLEMENT: Step(
        None, (), (guards.late_enough_to_settle, guards.no_settlement_open)
    ),
    Verb.CONFIRM_SETTLEMENT: Step(
        None, (EventType.SETTLEMENT_MEMO_COMPLETED,), (guards.a_draft, guards.no_settlement_open)
    ),
    Verb.DISCARD_SETTLEMENT: Step(None, (), (guards.a_droppable_settlement,)),
    Verb.START_REFUND: Step(
        None,
        (),
        (guards.a_confirmed_settlement,),
        perhaps=(EventType.REFUND_STARTED, EventType.SETTLEMENT_SETTLED),
    ),
    Verb.RETRY_REFUND: Step(None, (EventType.REFUND_STARTED,), offer=(guards.a_failed_leg,)),
    Verb.RECORD_REFUND_OUTCOME: _OUTCOME,
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
        Verb.CREATE_LABEL: Step(None, (EventType.LABEL_REQUESTED,)),
        Verb.RECORD_LABEL: _LABEL_ANSWERED_AUTHORIZED,
        Verb.SHIP: Step(Status.SHIPPED, (EventType.RETURN_SHIPPED,)),
        Verb.TRACK: _FIRST_SCAN,
        Verb.RECEIVE: _RECEIVE,
        Verb.WAIVE_RECEIPT: _WAIVE,
        **_MONEY,
        Verb.COMPLETE: _COMPLETE_REOPENED,
        Verb.CANCEL: _CANCEL,
    },
    Status.SHIPPED: {
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        Verb.TRACK: Step(Status.TRACKED, (EventType.RETURN_TRACKED,)),
        Verb.RECEIVE: _RECEIVE,
        Verb.WAIVE_RECEIPT: _WAIVE,
        **_MONEY,
        Verb.CANCEL: _CANCEL,
    },
    Status.TRACKED: {
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        Verb.TRACK: _SCAN,
        Verb.RECEIVE: _RECEIVE,
        Verb.WAIVE_RECEIPT: _WAIVE,
        **_MONEY,
        Verb.CANCEL: _CANCEL,
    },
    Status.RECEIVED: {
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        Verb.TRACK: _SCAN,
        Verb.RECEIVE: Step(None, (EventType.RECEIPT_UPDATED,)),
        Verb.INSPECT: _INSPECT,
        **_GOODS,
        Verb.FINISH_RECEIPT: Step(
            None,
            (),
            (guards.receipt_unfinished,),
            perhaps=(EventType.RECEIPT_FINISHED, EventType.RECEIPT_UPDATED),
        ),
        Verb.PAUSE_RECEIPT: Step(None, (EventType.RECEIPT_UPDATED,), (guards.still_unpacking,)),
        Verb.CORRECT_RECEIPT: _CORRECT,
        **_MONEY,
        Verb.REJECT: _REJECT_RECEIVED,
        Verb.CANCEL: _CANCEL,
    },
    Status.PROCESSED: {
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        Verb.TRACK: _SCAN,
        Verb.RECEIVE: _RECEIVE,
        Verb.INSPECT: _INSPECT,
        **_GOODS,
        Verb.CORRECT_RECEIPT: _CORRECT,
        **_MONEY,
        Verb.COMPLETE: _COMPLETE,
        Verb.REOPEN: _REOPEN,
        Verb.REJECT: _REJECT_RECEIVED,
        Verb.CANCEL: _CANCEL,
    },
    Status.SETTLED: {
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        Verb.TRACK: _SCAN,
        Verb.INSPECT: _INSPECT,
        **_GOODS,
        **_MONEY,
        Verb.COMPLETE: _COMPLETE,
        Verb.REOPEN: _REOPEN,
    },
    Status.COMPLETED: {
        Verb.RECORD_LABEL: _LABEL_ANSWERED,
        Verb.TRACK: _SCAN,
        **_GOODS,
        Verb.RECORD_REFUND_OUTCOME: _OUTCOME,
        Verb.REOPEN: _REOPEN,
    },
    Status.REJECTED: {},
    Status.CANCELED: {},
}


class Consequence(NamedTuple):
    """A move no command asks for: what has become true leads there by itself."""

    target: Status
    event: EventType
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
    ),
    Status.AUTHORIZED: (),
    Status.SHIPPED: (),
    Status.TRACKED: (),
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


PARCELS: Final[Mapping[ParcelStatus, frozenset[ParcelStatus]]] = {
    ParcelStatus.REQUESTED: frozenset(ParcelStatus) - {ParcelStatus.REQUESTED},
    ParcelStatus.LABEL_CREATED: frozenset(
        {
            ParcelStatus.IN_TRANSIT,
            ParcelStatus.DELIVERED,
            ParcelStatus.EXCEPTION,
            ParcelStatus.LOST,
            ParcelStatus.RETURNED_TO_SENDER,
            ParcelStatus.VOIDED,
        }
    ),
    # A label that came late after all.
    ParcelStatus.LABEL_FAILED: frozenset({ParcelStatus.LABEL_CREATED}),
    ParcelStatus.IN_TRANSIT: frozenset(
        {
            ParcelStatus.IN_TRANSIT,
            ParcelStatus.DELIVERED,
            ParcelStatus.EXCEPTION,
            ParcelStatus.LOST,
            ParcelStatus.RETURNED_TO_SENDER,
        }
    ),
    ParcelStatus.EXCEPTION: frozenset(
        {
            ParcelStatus.IN_TRANSIT,
            ParcelStatus.DELIVERED,
            ParcelStatus.EXCEPTION,
            ParcelStatus.LOST,
            ParcelStatus.RETURNED_TO_SENDER,
        }
    ),
    # What was lost is sometimes found.
    ParcelStatus.LOST: frozenset(
        {
            ParcelStatus.IN_TRANSIT,
            ParcelStatus.DELIVERED,
            ParcelStatus.EXCEPTION,
            ParcelStatus.RETURNED_TO_SENDER,
        }
    ),
    ParcelStatus.DELIVERED: frozenset(),
    ParcelStatus.RETURNED_TO_SENDER: frozenset(),
    ParcelStatus.VOIDED: frozenset(),
}
"""Where a parcel may go; every status is a key."""

RECEIPTS: Final[Mapping[ReceiptStatus, frozenset[ReceiptStatus]]] = {
    ReceiptStatus.OPEN: frozenset({ReceiptStatus.FINISHED, ReceiptStatus.CANCELED}),
    ReceiptStatus.FINISHED: frozenset(),
    ReceiptStatus.CANCELED: frozenset(),
}
"""Where a receipt may go; every status is a key."""

LEGS: Final[Mapping[LegStatus, frozenset[LegStatus]]] = {
    LegStatus.DRAFT: frozenset({LegStatus.RESERVED, LegStatus.ABANDONED}),
    LegStatus.RESERVED: frozenset({LegStatus.IN_FLIGHT, LegStatus.ABANDONED}),
    LegStatus.IN_FLIGHT: frozenset({LegStatus.SUCCEEDED, LegStatus.FAILED, LegStatus.UNKNOWN}),
    LegStatus.UNKNOWN: frozenset({LegStatus.SUCCEEDED, LegStatus.FAILED, LegStatus.IN_FLIGHT}),
    LegStatus.SUCCEEDED: frozenset({LegStatus.REVERSED}),
    LegStatus.FAILED: frozenset({LegStatus.IN_FLIGHT, LegStatus.ABANDONED}),
    LegStatus.REVERSED: frozenset({LegStatus.IN_FLIGHT, LegStatus.ABANDONED}),
    LegStatus.ABANDONED: frozenset(),
}
"""Where a leg may go; every status is a key."""


def settlement_status(legs: Sequence[Leg]) -> SettlementStatus:
    """Say where a settlement with these legs stands, once it is started.

    One failed leg makes it failed, whatever the others do: it needs a person.
    """
    statuses = {leg.status for leg in legs}
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
        if verb is not Verb.RECORD_LABEL
        and all(guard(ret, policy) is None for guard in (*step.guards, *step.offer))
    )
