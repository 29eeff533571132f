"""What the policy offers for a return, and how it looks at each of its terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import Request
from retour.lifecycle.model import Outcome, ParcelMethod, Policy, Return, Verdict
from retour.policy.model import LineTerms, Offer


def not_offered(verdict: Verdict, asked: Request) -> Refusal | None:
    """Refuse an outcome or a method that the policy does not offer for all that is asked back."""
    offer = verdict.offer
    if offer is None:
        return None
    if asked.outcome is not None and asked.outcome not in offer.outcomes:
        against = [one.line for one in verdict.terms if _lacks(one.outcomes, asked.outcome)]
        return refuse(
            RefusalCode.OUTCOME_NOT_OFFERED,
            f"{asked.outcome} is not offered here{_because(against)}. {_instead(offer.outcomes)}",
            "/outcome",
        )
    if asked.method is not None and _lacks(offer.methods or None, asked.method):
        against = [one.line for one in verdict.terms if _lacks(one.methods, asked.method)]
        return refuse(
            RefusalCode.METHOD_NOT_OFFERED,
            f"{asked.method} is not offered here{_because(against)}. {_instead(offer.methods)}",
            "/method",
        )
    return None


def _lacks(offered: Sequence[str] | None, word: str) -> bool:
    return offered is not None and word not in offered


def _because(lines: Sequence[str]) -> str:
    """Name the lines whose rules leave it out."""
    return f", because of line {', '.join(lines)}" if lines else ""


def _instead(words: Sequence[str]) -> str:
    if words:
        return f"Ask for {' or '.join(words)}, or leave the field out."
    return "Nothing is offered for all lines at once: ask for a return of each."


def only_outcome(offer: Offer | None) -> Outcome | None:
    """Give the outcome that needs no choice, for it is all that is offered."""
    return Outcome(offer.outcomes[0]) if offer and len(offer.outcomes) == 1 else None


def only_method(offer: Offer | None) -> ParcelMethod | None:
    """Give the method that needs no choice, for it is all that is offered."""
    return ParcelMethod(offer.methods[0]) if offer and len(offer.methods) == 1 else None


def by_carrier(
    method: ParcelMethod | None,
) -> Literal["label", "drop_off", "locker", "pickup"] | None:
    """Give the method as a carrier is asked for it; ``None`` where no carrier is."""
    match method:
        case ParcelMethod.OWN | ParcelMethod.VIRTUAL:
            return None
        case ParcelMethod.DROP_OFF:
            return "drop_off"
        case ParcelMethod.LOCKER:
            return "locker"
        case ParcelMethod.PICKUP:
            return "pickup"
        case ParcelMethod.LABEL | None:
            return "label"


def settles_from(ret: Return, policy: Policy) -> ReturnStatus:
    """Say from which status on money may move for this return."""
    offer = ret.verdict.offer
    return policy.settle_at if offer is None else offer.settle_at


def refunds_shipping(ret: Return, policy: Policy) -> bool:
    """Say whether the way out is paid back, unless somebody says otherwise."""
    offer = ret.verdict.offer
    return (policy.refund_shipping if offer is None else offer.refund_shipping) == "full"


def terms_for(ret: Return, line: str | None) -> LineTerms | None:
    """Give what rules set for an order line; ``None`` where they left all to the policy."""
    return next((terms for terms in ret.verdict.terms if terms.line == line), None)
