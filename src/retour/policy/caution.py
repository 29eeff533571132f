"""Lists and risk in the trace: what is said of a line before any rule is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from retour.policy.facts import Asked, Occasion
from retour.policy.listing import TO_SHOPPERS, allows, entry_for, is_allowed, told
from retour.policy.model import Policy
from retour.policy.risk import assess
from retour.policy.slots import said_in
from retour.policy.window import window

LISTED: Final = "listed"
RISK: Final = "risk"


def assessed(
    lines: Sequence[Asked], occasion: Occasion, policy: Policy, window_start: datetime | None
) -> Occasion:
    """Add the risk as the policy weighs it; none where it does not, or where all is allowed."""
    if policy.risk is None or is_allowed(lines, occasion):
        return occasion
    passed = None if window_start is None else _passed(window_start, policy.window_days, occasion)
    return replace(occasion, risk=assess(lines, occasion, policy.risk, window_passed=passed))


def is_let_in(line: Asked, occasion: Occasion) -> bool:
    """Say whether a list lets the line in, past final sale, window and risk."""
    return allows(entry_for(line, occasion))


def cautions(line: Asked, occasion: Occasion, policy: Policy) -> Iterator[tuple[str, str, str]]:
    """Give the steps of lists and risk: each its rule, its verdict, and its words."""
    entry = entry_for(line, occasion)
    if entry is not None:
        blocked = "ineligible" if policy.blocked == "reject" else "review"
        yield LISTED, "eligible" if allows(entry) else blocked, told(entry)
    if allows(entry) or occasion.risk is None or policy.risk is None:
        return
    score, limit = occasion.risk.score, policy.risk.review_at
    if limit is None:
        yield RISK, "eligible", f"The risk is {score} of 100."
    elif score < limit:
        yield RISK, "eligible", f"The risk is {score} of 100, below {limit}."
    else:
        detail = f"The risk is {score} of 100; from {limit} on a person looks at it."
        yield RISK, "review", detail


def words_against(line: Asked, occasion: Occasion, policy: Policy) -> str | None:
    """Give the words for the shopper where a list rejects the line; None where none does."""
    entry = entry_for(line, occasion)
    if entry is None or allows(entry) or policy.blocked != "reject":
        return None
    return said_in(policy.blocked_words or TO_SHOPPERS, occasion.locale)


def _passed(start: datetime, days: int, occasion: Occasion) -> int:
    """Say how much of the window is over, in whole percent."""
    span = window(start, days, occasion.zone)
    gone = (occasion.at.astimezone(occasion.zone).date() - span.from_day).days
    return 100 if days == 0 else max(0, min(100, 100 * gone // days))
