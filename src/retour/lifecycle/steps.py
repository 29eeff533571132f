"""The words of commands, and what one row of the table says: the vocabulary of ``machine``."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from retour.kernel.status import ReturnStatus as Status
from retour.lifecycle.guards import Guard
from retour.lifecycle.model import EventType


class Verb(StrEnum):
    """The word of each command, as paths, buttons and ``allowed_commands`` say it."""

    REQUEST = "request"
    AUTHORIZE = "authorize"
    REJECT = "reject"
    CANCEL = "cancel"
    AMEND = "amend"
    REOPEN = "reopen"
    CREATE_LABEL = "create_label"
    RETRY_LABEL = "retry_label"
    RECORD_LABEL = "record_label"
    ADD_PARCEL = "add_parcel"
    JOIN_PARCEL = "join_parcel"
    VOID_LABEL = "void_label"
    RECORD_VOID = "record_void"
    SCHEDULE_PICKUP = "schedule_pickup"
    CANCEL_PICKUP = "cancel_pickup"
    RECORD_PICKUP = "record_pickup"
    SHIP = "ship"
    SEND_BACK = "send_back"
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
    APPROVE_SETTLEMENT = "approve_settlement"
    DECLINE_SETTLEMENT = "decline_settlement"
    START_REFUND = "start_refund"
    RETRY_REFUND = "retry_refund"
    SETTLE_ELSEWHERE = "settle_elsewhere"
    REDIRECT_LEG = "redirect_leg"
    RECORD_REFUND_OUTCOME = "record_refund_outcome"
    RECORD_STOCK = "record_stock"
    FALL_BACK = "fall_back"
    COMPLETE = "complete"
    CHANGE_METHOD = "change_method"
    RECORD_DROP_OFF = "record_drop_off"
    RESOLVE_REJECTED = "resolve_rejected"
    FIRE_TIMERS = "fire_timers"
    ANNOTATE = "annotate"
    COMMENT = "comment"
    RECORD_MAIL = "record_mail"
    ATTACH_PHOTO = "attach_photo"
    ERASE_PHOTO = "erase_photo"


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
