"""What the policy offers for a return, and how it looks at each of its terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.kernel.status import ReturnStatus
from retour.lifecycle.commands import Request
from retour.lifecycle.model import Outcome, ParcelMethod, Policy, Return, Verdict
from retour.policy.model import LineTerms

_AFTER_THE_PROOF: Final = frozenset(
    {ReturnStatus.TRACKED, ReturnStatus.RECEIVED, ReturnStatus.PROCESSED}
)


def not_offered(verdict: Verdict, asked: Request) -> Refusal | None:
    """Refuse an outcome or a method that the policy does not offer for all that is asked back."""
    offer = verdict.offer
    if offer is not None and asked.outcome is not None and asked.outcome not in offer.outcomes:
        against = [one.line for one in verdict.terms if _lacks(one.outcomes, asked.outcome)]
        return refuse(
            RefusalCode.OUTCOME_NOT_OFFERED,
            f"{asked.outcome} is not offered here{_because(against)}. {_instead(offer.outcomes)}",
            "/outcome",
        )
    return None if asked.method is None else method_refused(verdict, asked.method)


def method_refused(verdict: Verdict, method: ParcelMethod) -> Refusal | None:
    """Refuse a way to send goods that the policy does not offer for all of them."""
    offer = verdict.offer
    if offer is None or not _lacks(offer.methods or None, method):
        return None
    against = [one.line for one in verdict.terms if _lacks(one.methods, method)]
    return refuse(
        RefusalCode.METHOD_NOT_OFFERED,
        f"{method} is not offered here{_because(against)}. {_instead(offer.methods)}",
        "/method",
    )


def _lacks(offered: Sequence[str] | None, word: str) -> bool:
    return offered is not None and word not in offered


def _because(lines: Sequence[str]) -> str:
    """Name the lines whose rules leave it out."""
    return f", because of line {', '.join(lines)}" if lines else ""


def _instead(words: Sequence[str]) -> str:
    if words:
        return f"Ask for {' or '.join(words)}, or leave the field out."
    return "Nothing is offered for all lines at once: ask for a return of each."


def outcome_of(ret: Return) -> Outcome | None:
    """Give what is had for the goods: as asked for, or all that is offered."""
    offer = ret.verdict.offer
    if ret.outcome is not None or offer is None or len(offer.outcomes) != 1:
        return ret.outcome
    return Outcome(offer.outcomes[0])


def method_of(ret: Return) -> ParcelMethod | None:
    """Give how the goods come back: as asked for, or all that is offered."""
    offer = ret.verdict.offer
    if ret.method is not None or offer is None or len(offer.methods) != 1:
        return ret.method
    return ParcelMethod(offer.methods[0])


def destination_of(ret: Return) -> str | None:
    """Give the facility the goods go to, where policy or routing name one for all of them."""
    verdict = ret.verdict
    return verdict.destination if verdict.offer is None else verdict.offer.destination


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
    """Say from which status on money may move for this return.

    Who withdrew may be made to wait until the goods are back or are shown to be sent, whichever is
    earlier, and for nothing after that (Directive 2011/83/EU, Article 13(3)).
    """
    first = settles_alone_from(ret, policy)
    waits = ret.legal is not None and first in _AFTER_THE_PROOF
    return ReturnStatus.SHIPPED if waits else first


def settles_alone_from(ret: Return, policy: Policy) -> ReturnStatus:
    """Say from which status on the policy lets money move, whatever the law gives a person."""
    offer = ret.verdict.offer
    return policy.settle_at if offer is None else offer.settle_at


def refunds_shipping(ret: Return, policy: Policy) -> bool:
    """Say whether the way out is paid back, unless somebody says otherwise."""
    offer = ret.verdict.offer
    return (policy.refund_shipping if offer is None else offer.refund_shipping) == "full"


def may_be_kept(ret: Return, policy: Policy, line: str | None) -> bool:
    """Say whether a line's goods may stay with the customer: by its rule, else by the policy."""
    terms = terms_for(ret, line)
    return policy.keep_item if terms is None or terms.keep_item is None else terms.keep_item


def terms_for(ret: Return, line: str | None) -> LineTerms | None:
    """Give what rules set for an order line; ``None`` where they left all to the policy."""
    return next((terms for terms in ret.verdict.terms if terms.line == line), None)
