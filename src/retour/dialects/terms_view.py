"""The terms of a return as we tell them: what the policy offers for all of it, and line by line."""

from __future__ import annotations

from typing import Any, Final

from retour.dialects.shapes import (
    Amount,
    Boolean,
    Integer,
    ListOf,
    Text,
    Tree,
    or_null,
)
from retour.kernel.money import format_amount
from retour.lifecycle.model import Return, ReturnStatus, TraceStep, UnitTerms
from retour.policy.model import Bonus, Fee, LineTerms

View = dict[str, Any]  # JSON; the shape is declared below and held to it by a test.

_TEXT: Final = Text()
_MAYBE: Final = Text(nullable=True)
_SHIPPING: Final = Text(words=("none", "full"))
_STATUS: Final = Text(words=tuple(status.value for status in ReturnStatus))
_WORDS: Final = ListOf(item=_TEXT)


def step_view(step: TraceStep) -> View:
    """Show what one rule said."""
    return {
        "rule": step.rule,
        "verdict": step.verdict,
        "detail": step.detail,
        "line": step.line,
    }


def terms_view(ret: Return) -> View | None:
    """Show what holds for a return and, where rules set more, for its lines."""
    offer = ret.verdict.offer
    if offer is None:
        return None
    return {
        "outcomes": list(offer.outcomes),
        "methods": list(offer.methods),
        "settle_at": offer.settle_at.value,
        "refund_shipping": offer.refund_shipping,
        "photos_required": offer.photos_required,
        "destination": offer.destination,
        "lines": [_line(terms) for terms in ret.verdict.terms],
    }


def _line(terms: LineTerms) -> View:
    return {
        "line": terms.line,
        "outcomes": list(terms.outcomes or ()),
        "methods": list(terms.methods or ()),
        "keep_item": terms.keep_item,
        "donate": terms.donate,
        "fee": _fee(terms.fee),
        "bonus": _bonus(terms.bonus),
        "photos_required": terms.photos_required,
        "destination": terms.destination,
        "refund_shipping": terms.refund_shipping,
        "settle_at": None if terms.settle_at is None else terms.settle_at.value,
        "reason_group": terms.reason_group,
        "legal_ground": terms.legal_ground,
        "legal_floor": terms.legal_floor,
    }


def _fee(fee: Fee | None) -> View | None:
    if fee is None:
        return None
    return {
        "rule": fee.rule,
        "label": fee.label,
        "amount": _amount(fee.amount, fee.currency),
        "percent": fee.percent,
        "per": fee.per,
    }


def _bonus(bonus: Bonus | None) -> View | None:
    if bonus is None:
        return None
    return {"amount": _amount(bonus.amount, bonus.currency), "percent": bonus.percent}


def _amount(amount: int | None, currency: str | None) -> str | None:
    return None if amount is None or currency is None else format_amount(amount, currency)


def ruling_view(terms: UnitTerms | None) -> View | None:
    """Show what rules for grading set for a unit."""
    if terms is None:
        return None
    return {
        "rule": terms.rule,
        "deduct_percent": terms.deduct_percent,
        "deduct_label": terms.deduct_label,
        "fee": _fee(terms.fee),
    }


# ---------------------------------------------------------------- their shapes

_PERCENT: Final = or_null(_TEXT, "A share of the refund, as a decimal string.")


def _fee_tree(name: str) -> Tree:
    return Tree(
        name=name,
        nullable=True,
        about="What is kept back of the refund; null for nothing.",
        fields={
            "rule": _TEXT,
            "label": _TEXT,
            "amount": Amount(nullable=True),
            "percent": _PERCENT,
            "per": Text(words=("return", "unit")),
        },
    )


RULING: Final = Tree(
    name="unit_ruling",
    nullable=True,
    about="What rules for grading set; null where a person judged.",
    fields={
        "rule": _TEXT,
        "deduct_percent": _PERCENT,
        "deduct_label": _MAYBE,
        "fee": _fee_tree("unit_fee"),
    },
)
_LINE_TERMS: Final = Tree(
    name="line_terms",
    about="What rules set for a line; null or empty is as for the return.",
    fields={
        "line": Text(about="The order line."),
        "outcomes": _WORDS,
        "methods": _WORDS,
        "keep_item": Boolean(nullable=True),
        "donate": Boolean(about="What may be kept shall be given away."),
        "fee": _fee_tree("line_fee"),
        "bonus": Tree(
            name="credit_bonus",
            nullable=True,
            about="What store credit would have on top.",
            fields={"amount": Amount(nullable=True), "percent": _PERCENT},
        ),
        "photos_required": Integer(minimum=0, nullable=True),
        "destination": or_null(_TEXT, "Code of the facility it goes to."),
        "refund_shipping": or_null(_SHIPPING, "Whether the way out is paid back."),
        "settle_at": or_null(_STATUS, "From which status on money may move."),
        "reason_group": or_null(_TEXT, "Which reasons are offered."),
        "legal_ground": or_null(_TEXT, "Why the right to withdraw does not reach it."),
        "legal_floor": Boolean(about="The law has overruled something that rules said."),
    },
)
TERMS: Final = Tree(
    name="return_terms",
    nullable=True,
    about="What the policy offers and wants; null where no policy was asked.",
    fields={
        "outcomes": _WORDS,
        "methods": ListOf(item=_TEXT, about="Any way where none is named."),
        "settle_at": _STATUS,
        "refund_shipping": _SHIPPING,
        "photos_required": Integer(minimum=0),
        "destination": or_null(_TEXT, "Code of the facility; null where lines differ."),
        "lines": ListOf(item=_LINE_TERMS),
    },
)
