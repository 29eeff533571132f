"""What a shopper is paid: the sum that is promised, and of each way it is paid how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from retour.dialects.shapes import Amount, Instant, ListOf, Text, Tree
from retour.dialects.tree_parts import AMOUNT, MAYBE, MAYBE_MOMENT, TEXT
from retour.kernel.money import format_amount
from retour.lifecycle.model import LegKind, LegStatus, SettlementKind, SettlementStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from retour.lifecycle.model import Leg, Return, Settlement

    View = dict[str, Any]  # JSON; the shape is declared here and checked in tests.

_PROMISED: Final = frozenset(
    {
        SettlementStatus.CONFIRMED,
        SettlementStatus.IN_PROGRESS,
        SettlementStatus.SETTLED,
        SettlementStatus.FAILED,
    }
)
"""Settlements whose sum has been promised."""
_PAID: Final = "paid"
_FAILED: Final = "failed"
_STATES: Final = {
    LegStatus.RESERVED: "to_come",
    LegStatus.IN_FLIGHT: "under_way",
    LegStatus.UNKNOWN: "under_way",
    LegStatus.SUCCEEDED: _PAID,
    LegStatus.FAILED: _FAILED,
    LegStatus.REVERSED: _FAILED,
}
"""What a shopper is told of a payment; of one that another has replaced nothing."""
_KINDS: Final = (LegKind.REFUND, LegKind.STORE_CREDIT)
"""What is had in money, or as good as that; goods are told of elsewhere."""

REFUND: Final = Tree(
    name="shopper_refund",
    nullable=True,
    about="Null until it is promised, and where goods are repaired for nothing.",
    fields={
        "total": Amount(about="Of the latest settlement."),
        "currency": TEXT,
        "paid_at": Instant(nullable=True, about="Null while it is on its way."),
        "lines": ListOf(
            item=Tree(
                name="shopper_refund_line",
                fields={"kind": TEXT, "label": MAYBE, "amount": AMOUNT},
            )
        ),
        "paid": Amount(about="What all settlements have paid, in money or store credit."),
        "to_come": Amount(about="What they have promised beside that."),
        "legs": ListOf(
            about="Each payment of every settlement, in the order they were promised.",
            item=Tree(
                name="shopper_payment",
                fields={
                    "kind": Text(words=tuple(one.value for one in _KINDS)),
                    "amount": AMOUNT,
                    "status": Text(
                        words=("to_come", "under_way", _PAID, _FAILED),
                        about="failed: it did not arrive, and the shop sees to it.",
                    ),
                    "paid_at": MAYBE_MOMENT,
                },
            ),
        ),
    },
)


def refund_view(
    ret: Return, latest: Settlement | None, instant: Callable[[datetime], str]
) -> View | None:
    """Show what is promised and paid; who was given the goods sees no price of them."""
    if latest is None or latest.status not in _PROMISED:
        return None
    currency = latest.currency
    told = [
        (one, leg)
        for one in ret.settlements
        if one.status in _PROMISED and one.currency == currency
        for leg in one.legs
        if leg.kind in _KINDS and leg.status in _STATES
    ]
    if not told and latest.kind is SettlementKind.REPAIR:
        return None
    paid = [leg for _, leg in told if _STATES[leg.status] == _PAID]
    return {
        "total": format_amount(latest.total, currency),
        "currency": currency,
        "paid_at": None if latest.settled_at is None else instant(latest.settled_at),
        "lines": []
        if ret.gift
        else [
            {
                "kind": line.kind,
                "label": line.label,
                "amount": format_amount(line.amount, currency),
            }
            for line in latest.lines
        ],
        "paid": format_amount(_sum(paid), currency),
        "to_come": format_amount(_sum([leg for _, leg in told]) - _sum(paid), currency),
        "legs": [_leg(leg, one, instant) for one, leg in told],
    }


def _sum(legs: Sequence[Leg]) -> int:
    return sum(leg.amount for leg in legs)


def _leg(leg: Leg, of: Settlement, instant: Callable[[datetime], str]) -> View:
    state = _STATES[leg.status]
    succeeded = [one.at for one in leg.attempts if one.outcome == LegStatus.SUCCEEDED.value]
    paid_at = succeeded[-1] if succeeded else of.settled_at
    return {
        "kind": leg.kind.value,
        "amount": format_amount(leg.amount, of.currency),
        "status": state,
        "paid_at": None if paid_at is None or state != _PAID else instant(paid_at),
    }
