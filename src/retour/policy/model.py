"""What a merchant decides once for all returns, and what that says of one request.

Policies as returns are frozen under them, verdicts as returns keep them.  Pure data: the judging is
in ``eligibility``.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from msgspec import field

from retour.kernel.status import ReturnStatus
from retour.kernel.value import Value
from retour.policy.conditions import When
from retour.policy.deadlines import Deadlines
from retour.policy.grading import QualityRule
from retour.policy.shopper import ShopperTerms
from retour.policy.weighing import Risk, RiskScore


class Approval(StrEnum):
    """Who answers, or acts, where a policy may do it alone."""

    MANUAL = "manual"
    AUTO = "auto"


class WindowStart(StrEnum):
    """Which instant the return window counts from."""

    DELIVERED = "delivered"
    SHIPPED = "shipped"
    ORDERED = "ordered"


class ShippedWhen(StrEnum):
    """What makes a return ``shipped``."""

    HANDOVER = "handover"
    LABEL = "label"
    FIRST_SCAN = "first_scan"


class Moment(StrEnum):
    """When a rule is asked."""

    REQUEST = "request"
    GRADING = "grading"


class Outcome(StrEnum):
    """What a customer may be offered for the goods."""

    REFUND = "refund"
    STORE_CREDIT = "store_credit"
    EXCHANGE = "exchange"
    REPAIR = "repair"


METHODS = ("label", "drop_off", "locker", "pickup", "own", "virtual")
"""The ways goods may come back, as parcels know them."""


class PaymentOrder(StrEnum):
    """Which of an order's payments is given back first."""

    AS_PAID = "as_paid"
    NEWEST_FIRST = "newest_first"
    GIFT_CARDS_FIRST = "gift_cards_first"
    GIFT_CARDS_LAST = "gift_cards_last"


class ConsumerLaw(StrEnum):
    """To whom the statutory right of withdrawal is granted, whatever rules say."""

    EU = "eu"  # Consumers in the European Economic Area.
    EVERYONE = "everyone"
    OFF = "off"  # The merchant says that no consumer law applies.


Said: TypeAlias = str | dict[str, str]
"""Words for people: one text for all, or one by language."""


class FeeAsked(Value):
    """What is kept back of a refund: an amount by currency, or a share of it in percent.

    ``per`` says of amounts whether they are asked once per return or for every unit.
    """

    label: Said
    amounts: dict[str, str] = field(default_factory=dict)
    percent: str | None = None
    per: str = "return"  # return | unit


class BonusAsked(Value):
    """What is added to store credit: an amount by currency, or a share of it in percent."""

    amounts: dict[str, str] = field(default_factory=dict)
    percent: str | None = None


class Deduction(Value):
    """By how much a unit has lost in value, in percent of what is refunded for it."""

    percent: str
    label: Said


class Then(Value):
    """What a rule does where it matches; what it leaves out is left to others.

    Actions are told apart by slots (``policy.slots``): a rule takes at most one of each slot.  The
    texts are for people, those of ``reject``, of fees and deductions for the shopper.
    """

    approve: bool = False
    review: str | None = None
    reject: Said | None = None
    window_days: int | None = None
    keep_item: bool | None = None
    donate: bool = False
    exclude_outcomes: tuple[str, ...] = ()
    force_outcome: str | None = None
    exclude_methods: tuple[str, ...] = ()
    force_method: str | None = None
    fee: FeeAsked | None = None
    waive_fee: bool = False
    bonus: BonusAsked | None = None
    photos_required: int | None = None
    destination: str | None = None
    refund_shipping: str | None = None  # none | full
    settle_at: ReturnStatus | None = None
    reason_group: str | None = None
    legal_ground: str | None = None
    # Of rules for grading:
    accept: bool = False
    wait: str | None = None  # For a second pair of eyes, which is told why.
    deduct: Deduction | None = None
    disposition: str | None = None


class PolicyRule(Value):
    """When everything named here matches, the rule speaks.

    Either ``when`` with its actions in ``then``; or the short form: ``then`` is eligible,
    ineligible or review, and an empty list matches anything.
    """

    name: str  # Its id, in the form with actions.
    then: str | Then
    at: Moment = Moment.REQUEST
    when: When = When()
    skus: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    window_days: int | None = None  # Replaces the policy's window where the rule matches.


class Phases(Value):
    """Which parts of a return's life there are; what is off is jumped without events."""

    authorization: bool = True
    logistics: bool = True
    processing: bool = True
    settlement: bool = True


class Policy(Value):
    """Under which rules returns are asked, judged and paid; a change is a new version."""

    id: str = "default"
    version: int = 1
    name: str = ""  # What people call it; its id where it is empty.
    window_days: int = 30
    window_starts: WindowStart = WindowStart.DELIVERED
    approval: Approval = Approval.MANUAL
    ineligible: str = "queue"  # queue | reject
    label: Approval = Approval.MANUAL
    settlement: Approval = Approval.MANUAL
    settle_at: ReturnStatus = ReturnStatus.PROCESSED  # From which status on money may move.
    completion: Approval = Approval.MANUAL
    shipped_when: ShippedWhen = ShippedWhen.HANDOVER
    keep_item: bool = False  # Whether a return may be settled without its goods.
    refund_shipping: str = "none"  # none | full
    payment_order: PaymentOrder = PaymentOrder.AS_PAID
    carrier: str = "sandbox"
    outcomes: tuple[str, ...] = (Outcome.REFUND.value,)  # What is offered, the first one first.
    methods: tuple[str, ...] = ()  # How goods may come back; any way where none is named.
    consumer_law: ConsumerLaw = ConsumerLaw.EU
    phases: Phases = Phases()
    risk: Risk | None = None  # None: no score is worked out.
    blocked: str = "review"  # review | reject: what a block list comes to.
    blocked_words: dict[str, str] = field(default_factory=dict)  # For shoppers; ours where empty.
    quality_check: QualityRule | None = None  # When a second pair of eyes must look.
    foreign_serial: str = "flag"  # flag | wrong_item | ignore: a serial that was not sold.
    shopper: ShopperTerms = ShopperTerms()
    deadlines: Deadlines = Deadlines()  # How long a return may wait at each place.
    rules: tuple[PolicyRule, ...] = ()


class TraceStep(Value):
    """What one rule said."""

    rule: str
    verdict: str  # eligible | ineligible | review | overruled; at grading an acceptance
    detail: str
    line: str | None = None


class Fee(Value):
    """A fee as it stands on a line: an amount in the order's currency, or a share of the refund."""

    rule: str
    label: str
    amount: int | None = None  # Minor units.
    currency: str | None = None  # Of the amount.
    percent: str | None = None
    per: str = "return"  # return | unit


class Bonus(Value):
    """What store credit would have on top: an amount in the order's currency, or a share."""

    amount: int | None = None  # Minor units.
    currency: str | None = None  # Of the amount.
    percent: str | None = None


class LineTerms(Value):
    """What rules with actions set for one line; what none of them set is the policy's own."""

    line: str
    against: str | None = None  # A rule's words for the shopper, where it rejects.
    keep_item: bool | None = None
    donate: bool = False  # Where it may be kept, it shall be given away.
    outcomes: tuple[str, ...] | None = None
    methods: tuple[str, ...] | None = None
    fee: Fee | None = None
    bonus: Bonus | None = None
    photos_required: int | None = None
    destination: str | None = None
    refund_shipping: str | None = None
    settle_at: ReturnStatus | None = None
    reason_group: str | None = None
    legal_ground: str | None = None  # Why the right to withdraw does not reach it, by a rule.
    legal_floor: bool = False  # The law has overruled something that rules said.


class UnitTerms(Value):
    """What rules for grading set for one unit that they judged."""

    rule: str  # Which judged it.
    deduct_percent: str | None = None
    deduct_label: str | None = None
    fee: Fee | None = None


class Offer(Value):
    """What holds for the return as a whole, of the terms of its lines and of the policy."""

    outcomes: tuple[str, ...]
    methods: tuple[str, ...]  # Any way where none is named.
    settle_at: ReturnStatus
    refund_shipping: str
    photos_required: int = 0
    destination: str | None = None  # Code of the facility; None where lines differ, or none is set.


class Verdict(Value):
    """What the policy said of the request, and why."""

    eligible: bool
    trace: tuple[TraceStep, ...] = ()
    terms: tuple[LineTerms, ...] = ()  # None for lines that no rule with actions speaks of.
    offer: Offer | None = None  # None where no policy was asked.
    graded: tuple[TraceStep, ...] = ()  # What rules for grading said, each once.
    risk: RiskScore | None = None  # None where the policy asks for none.
    destination: str | None = None  # Where routing sends it all, where no policy was asked.
