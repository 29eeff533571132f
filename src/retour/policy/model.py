"""What a merchant decides once for all returns, and what that says of one request.

Policies as returns are frozen under them, verdicts as returns keep them.  Pure data: the judging is
in ``eligibility``.
"""

from __future__ import annotations

from enum import StrEnum

from retour.kernel.status import ReturnStatus
from retour.kernel.value import Value
from retour.policy.conditions import When
from retour.policy.grading import QualityRule
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


class Then(Value):
    """What a rule does where it matches; each kind of action may be left to others.

    ``approve``, ``review`` and ``reject`` are one kind: the answer.  The texts are for people, that
    of ``reject`` for the shopper.
    """

    approve: bool = False
    review: str | None = None
    reject: str | None = None
    window_days: int | None = None
    keep_item: bool | None = None


class PolicyRule(Value):
    """When everything named here matches, the rule speaks.

    Either ``when`` with its actions in ``then``; or the short form: ``then`` is eligible,
    ineligible or review, and an empty list matches anything.
    """

    name: str  # Its id, in the form with actions.
    then: str | Then
    when: When = When()
    skus: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    window_days: int | None = None  # Replaces the policy's window where the rule matches.


class Policy(Value):
    """Under which rules returns are asked, judged and paid; a change is a new version."""

    id: str = "default"
    version: int = 1
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
    carrier: str = "sandbox"
    risk: Risk | None = None  # None: no score is worked out.
    blocked: str = "review"  # review | reject: what a block list comes to.
    quality_check: QualityRule | None = None  # When a second pair of eyes must look.
    foreign_serial: str = "flag"  # flag | wrong_item | ignore: a serial that was not sold.
    rules: tuple[PolicyRule, ...] = ()


class TraceStep(Value):
    """What one rule said."""

    rule: str
    verdict: str  # eligible | ineligible | review
    detail: str
    line: str | None = None


class LineTerms(Value):
    """What rules with actions set for one line; what none of them set is the policy's own."""

    line: str
    against: str | None = None  # A rule's words for the shopper, where it rejects.
    keep_item: bool | None = None


class Verdict(Value):
    """What the policy said of the request, and why."""

    eligible: bool
    trace: tuple[TraceStep, ...] = ()
    terms: tuple[LineTerms, ...] = ()  # None for lines that no rule with actions speaks of.
    risk: RiskScore | None = None  # None where the policy asks for none.
