"""Rules in words: what each asks and what it does, for whoever writes or reads policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from retour.policy.conditions import AmountSpan, DateSpan, Span, Wanted, named
from retour.policy.model import PolicyRule, Then
from retour.policy.rules import conditions_of
from retour.policy.slots import (
    GROUND,
    METHOD,
    OUTCOME,
    SETTLE,
    actions_in,
    decided,
    said_in,
    share_words,
    slots_at,
)

CONDITION_WORDS: Final[Mapping[str, str]] = {
    "order.channels": "the order’s channel is",
    "order.countries": "the country is",
    "order.total": "the order is worth",
    "order.ordered_on": "it was ordered",
    "order.order_types": "the order’s type is",
    "order.currencies": "the order’s currency is",
    "order.tags": "the order is tagged",
    "order.attributes": "of the order,",
    "order.discount": "the order’s discount is",
    "order.discount_percent": "the order’s discount in percent is",
    "order.discount_codes": "a discount code is",
    "order.payment_kinds": "a payment is by",
    "item.skus": "the SKU is",
    "item.groups": "the product group is",
    "item.returnable": "the item is sold as returnable:",
    "item.unit_price": "one piece costs",
    "item.tags": "the item is tagged",
    "item.attributes": "of the item,",
    "item.weight_g": "its weight in grams is",
    "item.discount_percent": "the item’s discount in percent is",
    "item.legal_grounds": "the item’s legal ground is",
    "request.origins": "it is asked by",
    "request.reasons": "the reason is",
    "request.quantity": "pieces of the item are",
    "request.days_since_order": "days since the order are",
    "request.days_since_shipment": "days since shipping are",
    "request.days_since_delivery": "days since delivery are",
    "request.line_value": "what comes back of the item is worth",
    "request.units": "pieces in all are",
    "request.value": "the whole return is worth",
    "request.shares": "of the order, what comes back is",
    "request.outcomes": "the shopper wants",
    "request.methods": "it comes back by",
    "request.answers": "the answer to",
    "customer.orders_placed": "the customer’s orders are",
    "customer.units_bought": "pieces the customer bought are",
    "customer.days_since_first_order": "days since the customer’s first order are",
    "customer.returns_placed": "the customer’s returns are",
    "customer.returns_7_days": "their returns in 7 days are",
    "customer.returns_30_days": "their returns in 30 days are",
    "customer.returns_90_days": "their returns in 90 days are",
    "customer.units_returned": "pieces the customer returned are",
    "customer.return_rate": "the customer’s return rate in percent is",
    "customer.value_returned_30_days": "what they returned in 30 days is worth",
    "customer.value_returned_90_days": "what they returned in 90 days is worth",
    "customer.value_returned_365_days": "what they returned in a year is worth",
    "customer.kept_items": "pieces the customer could keep are",
    "customer.missing_or_wrong": "their pieces missing or wrong are",
    "customer.rejected_returns": "the customer’s rejected returns are",
    "customer.failed_payments": "refunds to the customer that failed are",
    "customer.linked_identities": "other addresses of the customer are",
    "risk.score": "the risk score is",
    "risk.flags": "risk was raised by",
    "unit.grades": "the grade is",
    "unit.conditions": "the condition is",
    "unit.dispositions": "the disposition is",
    "unit.answers": "the check of",
}
"""Each condition as the beginning of what it asks; the value follows."""
_SHORT: Final[Mapping[str, str]] = {
    "eligible": "approve it",
    "review": "have a person look",
    "ineligible": "reject it",
}

_CODED: Final = frozenset({OUTCOME, METHOD, GROUND, SETTLE})
"""Slots whose words are codes, never a merchant's own text."""


def asks_in_words(rule: PolicyRule) -> tuple[str, ...]:
    """Say what must be so; nothing where a rule always speaks."""
    asked = named(conditions_of(rule))
    return tuple(f"{CONDITION_WORDS[name]} {_value(wanted)}" for name, wanted in asked.items())


def does_in_words(rule: PolicyRule) -> tuple[str, ...]:
    """Say what a rule does, slot by slot."""
    then = rule.then
    if not isinstance(then, Then):
        days = () if rule.window_days is None else (f"the window is {rule.window_days} days",)
        return (_SHORT[then], *days)
    taken = ((slot, actions_in(then, slot)) for slot in slots_at(rule.at))
    return tuple(_done(then, slot.name, actions[0]) for slot, actions in taken if actions)


def _done(then: Then, slot: str, action: str) -> str:
    """Say one action; a merchant's own words stand in quotes."""
    if action in _ANSWERS:
        words = getattr(then, action)
        own = "" if words is True else f": “{said_in(words, None)}”"
        return f"{_ANSWERS[action]}{own}"
    if action == "fee" and then.fee is not None:
        per = " for each piece" if then.fee.per == "unit" else ""
        return f"keep back {share_words(then.fee)}{per} as “{said_in(then.fee.label, None)}”"
    if action == "deduct" and then.deduct is not None:
        return f"{then.deduct.percent} % less for “{said_in(then.deduct.label, None)}”"
    if action == "photos_required":
        count = then.photos_required
        return f"{count} photo{'' if count == 1 else 's'} wanted"
    words = decided(then, slot)
    return words.replace("_", " ") if slot in _CODED else words


_ANSWERS: Final[Mapping[str, str]] = {
    "approve": "approve it",
    "review": "have a person look",
    "reject": "reject it",
    "accept": "accept it",
    "wait": "have somebody look again",
}


def in_words(rule: PolicyRule) -> str:
    """Say a whole rule in one sentence."""
    asks = asks_in_words(rule)
    when = f"When {' and '.join(asks)}" if asks else "Always"
    return f"{when}: {'; '.join(does_in_words(rule))}."


def _value(wanted: Wanted) -> str:
    match wanted:
        case bool():
            return "yes" if wanted else "no"
        case tuple():
            return " or ".join(one.replace("_", " ") for one in wanted)
        case dict():
            return " and ".join(f"{name} is {' or '.join(words)}" for name, words in wanted.items())
        case DateSpan():
            return _between(wanted.at_least, wanted.at_most, "from", "until")
        case AmountSpan():
            return f"{_between(wanted.at_least, wanted.at_most)} {wanted.currency}"
        case Span():
            return _between(wanted.at_least, wanted.at_most)


def _between(least: object, most: object, since: str = "at least", until: str = "at most") -> str:
    if least is not None and least == most:
        return str(least)
    if least is not None and most is not None:
        return f"from {least} to {most}"
    return f"{until} {most}" if least is None else f"{since} {least}"
