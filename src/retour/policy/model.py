"""What a merchant decides once for all returns, and what that says of one request.

Policies as returns are frozen under them, verdicts as returns keep them.  Pure data: the judging is
in ``eligibility``.
"""

from __future__ import annotations

from enum import StrEnum

from retour.kernel.status import ReturnStatus
from retour.kernel.value import Value


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


class PolicyRule(Value):
    """When everything named here matches, the rule speaks.

    ``then`` is eligible, ineligible or review; an empty list matches anything.
    """

    name: str
    then: str
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
    rules: tuple[PolicyRule, ...] = ()


class TraceStep(Value):
    """What one rule said."""

    rule: str
    verdict: str  # eligible | ineligible | review
    detail: str
    line: str | None = None


class Verdict(Value):
    """What the policy said of the request, and why."""

    eligible: bool
    trace: tuple[TraceStep, ...] = ()
