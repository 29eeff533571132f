"""The terms rules set for a line, and what holds for the return as a whole.

Of lines that differ: the latest status at which money may move, the most photos, only outcomes and
methods that every line has; the way out is refunded where any line has it; the destination is one
only where all lines agree.  Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from retour.kernel.money import EXPONENTS, parse_amount
from retour.kernel.status import ReturnStatus
from retour.policy.caution import words_against
from retour.policy.facts import Asked, Occasion
from retour.policy.model import (
    METHODS,
    Bonus,
    BonusAsked,
    Fee,
    FeeAsked,
    LineTerms,
    Offer,
    Outcome,
    Policy,
    PolicyRule,
    Then,
)
from retour.policy.rules import ANSWER, keeping_of, then_of, words_of
from retour.policy.slots import (
    BONUS,
    DESTINATION,
    FEE,
    GROUND,
    KEEP,
    METHOD,
    OUTCOME,
    PHOTOS,
    REASONS,
    SETTLE,
    SHIPPING,
    said_in,
)

_RANK: Final = {status: rank for rank, status in enumerate(ReturnStatus)}
FULL: Final = "full"
NONE: Final = "none"


def terms_of(
    line: Asked, rules: Mapping[str, PolicyRule], occasion: Occasion, policy: Policy
) -> LineTerms:
    """Keep what the lifecycle asks for later."""
    thens = {slot: then_of(rule) for slot, rule in rules.items()}

    def then(slot: str) -> Then:
        return thens.get(slot) or _SILENT

    answer = rules.get(ANSWER)
    return LineTerms(
        line=line.line,
        against=words_against(line, occasion, policy)
        or (words_of(answer, occasion.locale) if answer and then(ANSWER).reject else None),
        keep_item=keeping_of(rules.get(KEEP)),
        donate=then(KEEP).donate,
        outcomes=_left(
            policy.outcomes, then(OUTCOME).exclude_outcomes, then(OUTCOME).force_outcome
        ),
        methods=_left(
            policy.methods or METHODS, then(METHOD).exclude_methods, then(METHOD).force_method
        ),
        fee=fee_on(rules.get(FEE), occasion),
        bonus=_bonus_on(then(BONUS).bonus, occasion),
        photos_required=then(PHOTOS).photos_required,
        destination=then(DESTINATION).destination,
        refund_shipping=then(SHIPPING).refund_shipping,
        settle_at=then(SETTLE).settle_at,
        reason_group=then(REASONS).reason_group,
        legal_ground=then(GROUND).legal_ground,
    )


_SILENT: Final = Then()


def within_the_law(terms: LineTerms, policy: Policy) -> LineTerms:
    """Give the terms without what a consumer who may withdraw cannot be asked (Article 13)."""
    outcomes = policy.outcomes if terms.outcomes is None else terms.outcomes
    money = Outcome.REFUND.value
    return replace(
        terms,
        against=None,
        fee=None,
        outcomes=terms.outcomes if money in outcomes else (money, *outcomes),
    )


def _left(
    offered: tuple[str, ...], excluded: tuple[str, ...], forced: str | None
) -> tuple[str, ...] | None:
    """Give what a rule leaves of an offer; ``None`` where it leaves it alone."""
    if forced is not None:
        return (forced,)
    return tuple(one for one in offered if one not in excluded) if excluded else None


def fee_on(rule: PolicyRule | None, occasion: Occasion) -> Fee | None:
    """Give the fee a rule sets, in the order's currency; it sets none in others."""
    then = then_of(rule)
    if rule is None or then is None or then.fee is None:
        return None
    asked = then.fee
    amount = _amount(asked, occasion.currency)
    if asked.percent is None and amount is None:
        return None
    return Fee(
        rule=rule.name,
        label=said_in(asked.label, occasion.locale),
        amount=amount,
        currency=None if amount is None else occasion.currency,
        percent=asked.percent,
        per=asked.per,
    )


def _bonus_on(asked: BonusAsked | None, occasion: Occasion) -> Bonus | None:
    if asked is None:
        return None
    amount = _amount(asked, occasion.currency)
    if asked.percent is None and amount is None:
        return None
    return Bonus(
        amount=amount,
        currency=None if amount is None else occasion.currency,
        percent=asked.percent,
    )


def _amount(asked: FeeAsked | BonusAsked, currency: str | None) -> int | None:
    text = asked.amounts.get(currency or "")
    if text is None or currency not in EXPONENTS:
        return None
    return parse_amount(text, currency)


# ---------------------------------------------------------------- the return as a whole


def offered(lines: Sequence[LineTerms], policy: Policy) -> Offer:
    """Sum the terms of all lines up, with the policy's own where they say nothing."""
    places = {line.destination for line in lines}
    shipping = {line.refund_shipping or policy.refund_shipping for line in lines}
    return Offer(
        outcomes=_common([line.outcomes for line in lines], policy.outcomes),
        methods=_common([line.methods for line in lines], policy.methods),
        settle_at=max(
            (line.settle_at or policy.settle_at for line in lines),
            key=_RANK.__getitem__,
            default=policy.settle_at,
        ),
        refund_shipping=FULL if FULL in shipping else NONE,
        photos_required=max((line.photos_required or 0 for line in lines), default=0),
        destination=next(iter(places)) if len(places) == 1 else None,
    )


def _common(own: Sequence[tuple[str, ...] | None], general: tuple[str, ...]) -> tuple[str, ...]:
    """Give what every line has, in the order of the first that says something of its own."""
    said = [one for one in own if one is not None]
    if not said:
        return general
    if len(said) < len(own) and general:
        said.append(general)
    return tuple(one for one in said[0] if all(one in other for other in said))
