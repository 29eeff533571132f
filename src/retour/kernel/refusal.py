"""The domain says no: a value, not an exception, for being told no is normal.

A refusal names the rule that was broken by a stable code and explains it in words.  ``RefusalCode``
is the whole list: the API's problem types, ``docs/refusals.md`` and the tests are read from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RefusalCode(StrEnum):
    """Why a command was not possible.  The stored and sent value is public; never rename one."""

    # Illegal now: the same command may be right at another time (409).
    NOT_ALLOWED_IN_STATUS = "not_allowed_in_status"
    OVER_RETURN = "over_return"
    LINE_IN_RETURN = "line_in_return"
    NOTHING_LEFT = "nothing_left"
    NOTHING_EXPECTED = "nothing_expected"
    ALREADY_RECEIVED = "already_received"
    UNITS_PENDING = "units_pending"
    UNITS_COVERED = "units_covered"
    UNITS_FROZEN = "units_frozen"
    UNITS_SETTLING = "units_settling"
    NOT_ENOUGH_UNITS = "not_enough_units"
    NO_GOODS = "no_goods"
    SAME_JUDGE = "same_judge"
    ALREADY_MATCHED = "already_matched"
    NOT_MATCHED = "not_matched"
    ALREADY_RESOLVED = "already_resolved"
    OPERATION_REUSED = "operation_reused"
    NO_OPEN_RECEIPT = "no_open_receipt"
    KEEP_NOT_ALLOWED = "keep_not_allowed"
    GOODS_UNDECIDED = "goods_undecided"
    MONEY_MOVING = "money_moving"
    UNITS_ACCEPTED = "units_accepted"
    SETTLEMENT_OPEN = "settlement_open"
    SETTLEMENT_TOO_EARLY = "settlement_too_early"
    WHOLE_ONLY = "whole_only"
    NO_SETTLEMENT = "no_settlement"
    NO_EXCHANGE = "no_exchange"
    APPROVAL_NEEDED = "approval_needed"
    NO_APPROVAL_ASKED = "no_approval_asked"
    ABOVE_LIMIT = "above_limit"
    SAME_EYES = "same_eyes"
    NOTHING_OWED = "nothing_owed"
    STILL_OWED = "still_owed"
    CAP_EXCEEDED = "cap_exceeded"
    CREDIT_NOT_AGREED = "credit_not_agreed"
    NOT_ENOUGH_CREDIT = "not_enough_credit"
    REFERENCE_USED = "reference_used"
    LEG_MOVING = "leg_moving"
    PAYMENT_TAKEN = "payment_taken"
    LEG_NOT_FAILED = "leg_not_failed"
    LEG_NOT_WAITING = "leg_not_waiting"
    NOT_YOUR_LEG = "not_your_leg"
    EXECUTOR_UNAVAILABLE = "executor_unavailable"
    BACKWARDS = "backwards"
    RECEIPT_LINE_SUPERSEDED = "receipt_line_superseded"
    CURRENCY_CHANGED = "currency_changed"
    INVALID_TRANSITION = "invalid_transition"
    TICKET_UNMATCHED = "ticket_unmatched"
    REFUND_DIFFERS = "refund_differs"
    TOO_MANY_FIELDS = "too_many_fields"
    ALREADY_LISTED = "already_listed"
    TOO_MANY_BACKTESTS = "too_many_backtests"
    POLICY_MOVED_ON = "policy_moved_on"
    POLICY_SCHEDULED = "policy_scheduled"
    POLICY_UNCHANGED = "policy_unchanged"
    ALREADY_RECONCILING = "already_reconciling"
    LEASED = "leased"
    DECISION_HELD = "decision_held"
    NOTHING_HELD = "nothing_held"
    ALREADY_SENT = "already_sent"
    NOT_THE_SHOPPERS = "not_the_shoppers"
    NEEDS_ANSWER = "needs_answer"
    NO_LABEL_LEFT = "no_label_left"
    TOO_MANY_PROOFS = "too_many_proofs"
    NOTHING_TO_CHOOSE = "nothing_to_choose"
    NOT_YOURS_TO_CHOOSE = "not_yours_to_choose"
    TOO_LATE_TO_CHOOSE = "too_late_to_choose"
    TOO_MANY_PHOTOS = "too_many_photos"
    PHOTO_TAKEN = "photo_taken"
    FEE_ON_WITHDRAWAL = "fee_on_withdrawal"
    KEPT_AS_EVIDENCE = "kept_as_evidence"
    PARCEL_NOT_READY = "parcel_not_ready"
    LABEL_USED = "label_used"
    TOO_MANY_PARCELS = "too_many_parcels"
    NOTHING_TO_SEND_BACK = "nothing_to_send_back"
    PHASE_OFF = "phase_off"
    # Malformed: no state makes the command right (422).
    OUTCOME_NOT_OFFERED = "outcome_not_offered"
    METHOD_NOT_OFFERED = "method_not_offered"
    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_LINE = "unknown_line"
    UNKNOWN_UNIT = "unknown_unit"
    UNKNOWN_RECEIPT = "unknown_receipt"
    UNKNOWN_PARCEL = "unknown_parcel"
    UNKNOWN_LEG = "unknown_leg"
    UNKNOWN_REFERENCE = "unknown_reference"
    UNKNOWN_PHOTO = "unknown_photo"
    PHOTO_OF_WHAT = "photo_of_what"
    UNKNOWN_FACILITY = "unknown_facility"
    UNKNOWN_POLICY = "unknown_policy"
    UNKNOWN_WITHDRAWAL = "unknown_withdrawal"
    AMBIGUOUS_ITEM = "ambiguous_item"
    BAD_AMOUNT = "bad_amount"
    UNSUPPORTED_KIND = "unsupported_kind"
    BAD_GOODS = "bad_goods"
    UNNAMED_ITEM = "unnamed_item"
    TOO_MANY_UNITS = "too_many_units"
    BAD_RECEPTION = "bad_reception"
    BAD_ANSWER = "bad_answer"
    NO_GRADING_SET = "no_grading_set"
    NO_ACCEPTANCE = "no_acceptance"
    UNKNOWN_DISPOSITION = "unknown_disposition"
    UNKNOWN_REMEDY = "unknown_remedy"
    UNKNOWN_RETURN = "unknown_return"
    BAD_FIELD = "bad_field"


_MALFORMED = frozenset(
    {
        RefusalCode.OUTCOME_NOT_OFFERED,
        RefusalCode.METHOD_NOT_OFFERED,
        RefusalCode.UNKNOWN_ORDER,
        RefusalCode.UNKNOWN_LINE,
        RefusalCode.UNKNOWN_UNIT,
        RefusalCode.UNKNOWN_RECEIPT,
        RefusalCode.UNKNOWN_PARCEL,
        RefusalCode.UNKNOWN_LEG,
        RefusalCode.UNKNOWN_REFERENCE,
        RefusalCode.UNKNOWN_PHOTO,
        RefusalCode.PHOTO_OF_WHAT,
        RefusalCode.UNKNOWN_FACILITY,
        RefusalCode.UNKNOWN_POLICY,
        RefusalCode.UNKNOWN_WITHDRAWAL,
        RefusalCode.AMBIGUOUS_ITEM,
        RefusalCode.BAD_AMOUNT,
        RefusalCode.UNSUPPORTED_KIND,
        RefusalCode.BAD_GOODS,
        RefusalCode.UNNAMED_ITEM,
        RefusalCode.TOO_MANY_UNITS,
        RefusalCode.BAD_RECEPTION,
        RefusalCode.BAD_ANSWER,
        RefusalCode.NO_GRADING_SET,
        RefusalCode.NO_ACCEPTANCE,
        RefusalCode.UNKNOWN_DISPOSITION,
        RefusalCode.UNKNOWN_REMEDY,
        RefusalCode.UNKNOWN_RETURN,
        RefusalCode.BAD_FIELD,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Which rule said no, and what to do about it."""

    code: RefusalCode
    detail: str  # English: the fact, then the remedy. Screens translate ``code``.
    pointer: str | None = None  # RFC 6901, into the command's body, where one field is to blame.

    @property
    def is_malformed(self) -> bool:
        """True where no state would make the command right."""
        return self.code in _MALFORMED


def refuse(code: RefusalCode, detail: str, pointer: str | None = None) -> Refusal:
    """Say no: the rule broken, the fact with its remedy, the field where one is to blame."""
    return Refusal(code=code, detail=detail, pointer=pointer)
