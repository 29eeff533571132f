"""What a refund asked for one unit means: a settlement of that unit alone.

They name the amount; ours is worked out from what was paid.  Theirs may be less, never more.  Who
pays is the order's to say: where that is a system of the merchant's own, ``CLOSED`` is its word
that it has paid.  Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from retour.dialects.fulfillmenttools.layout import ItemReturn, Piece
from retour.dialects.fulfillmenttools.parse import LinePatch, RefundAsked, RefundWord, plain
from retour.dialects.fulfillmenttools.plan import Answer, Known, Objection, Wished
from retour.dialects.fulfillmenttools.refunds import refunds_of
from retour.kernel.money import EXPONENTS, format_amount, parse_amount
from retour.lifecycle.commands import (
    Command,
    ConfirmSettlement,
    ExtraAsked,
    ProposeSettlement,
    RecordRefundOutcome,
    RetryRefund,
)
from retour.lifecycle.decide import Step
from retour.lifecycle.model import (
    Executor,
    Leg,
    LegStatus,
    Return,
    Settlement,
    SettlementStatus,
)
from retour.lifecycle.money.approving import start_if_agreed
from retour.lifecycle.money.sale import held_lines, share_owed
from retour.settlement.allocation import rounded

_PERCENT_MAX: Final = 100
_RETRIABLE: Final = frozenset({LegStatus.FAILED, LegStatus.REVERSED})


class _Wanted(NamedTuple):
    """How much: an amount in minor units, or a share of what is owed; one of them is set."""

    amount: int | None
    share: Fraction | None

    def of(self, owed: int) -> int:
        """Give it in minor units."""
        if self.amount is not None:
            return self.amount
        assert self.share is not None, "one of them is set"
        return rounded(owed * self.share.numerator, self.share.denominator)


class _Ask(NamedTuple):
    """How much is asked for, and what becomes of it."""

    wanted: _Wanted
    status: RefundWord


def refunded(known: Known, one: ItemReturn, piece: Piece, patch: LinePatch) -> Answer | None:
    """Plan the refund of one unit; ``None`` where the patch asks for none."""
    asked = patch.refund
    if asked is None:
        return None
    if (patch.status or piece.status) != "ACCEPTED" or piece.now is None:
        return Objection(
            409,
            f"The line is {patch.status or piece.status}; only what is ACCEPTED is refunded.",
            "Accept it first, or in the same request.",
        )
    wanted = _read(known, piece, asked)
    if isinstance(wanted, Objection):
        return wanted
    ret = next(ret for ret in known.returns if ret.id == one.ret.id)
    before = refunds_of(ret).get(piece.unit)
    if before is not None:
        settlement = next(paid for paid in ret.settlements if paid.id == before.settlement)
        return _again(ret, settlement, asked, same=wanted.amount in (None, before.amount))
    return _begun(known, one, piece, _Ask(wanted, asked.status))


def _read(known: Known, piece: Piece, asked: RefundAsked) -> _Wanted | Objection:
    """Read how much is asked for: exactly one of two ways, and no more than the line cost."""
    if (asked.price is None) is (asked.percent is None):
        return Objection(
            400,
            "A refund is either a price or a percent.",
            "Give exactly one of them; leave the other out, or null.",
        )
    if asked.percent is not None:
        if not (asked.percent.is_finite() and 0 <= asked.percent <= _PERCENT_MAX):
            return Objection(400, "The percent is out of range.", "Give one from 0 to 100.")
        return _Wanted(None, Fraction(asked.percent) / _PERCENT_MAX)
    assert asked.price is not None, "one of them is given"
    order = known.order
    sold = next(line for line in order.lines if line.id == piece.line)
    if asked.price.currency != order.currency:
        return Objection(
            400,
            f"The order was paid in {order.currency}, not in {asked.price.currency[:3]!r}.",
            f"Give the price in {order.currency}.",
        )
    text = plain(asked.price.value)
    amount = None if text is None else parse_amount(text, order.currency)
    if amount is None or not 0 <= amount <= sold.unit_price:
        most = format_amount(sold.unit_price, order.currency)
        return Objection(
            400,
            f"The price is no amount from 0 to {most} {order.currency}, what one of them cost.",
            f"Give one in that range, with {EXPONENTS[order.currency]} decimals at most.",
        )
    return _Wanted(amount, None)


# ---------------------------------------------------------------- the first time


def _begun(known: Known, one: ItemReturn, piece: Piece, ask: _Ask) -> Answer:
    """Take off what is owed and not asked for, then promise and start."""
    order = known.order
    sold = next(line for line in order.lines if line.id == piece.line)
    owed = share_owed(order, held_lines(known.returns), sold.id, 1)
    amount = ask.wanted.of(owed)
    if amount > owed:
        most = format_amount(owed, order.currency)
        return Objection(
            409, f"{most} {order.currency} is owed for it, as it was paid.", "Ask for at most that."
        )
    less = ExtraAsked(label="Refunded in part", amount=format_amount(amount - owed, order.currency))
    propose = ProposeSettlement(
        units=(piece.unit,), shipping="0", adjustments=(less,) if amount < owed else ()
    )
    steps: list[Step] = [propose, ConfirmSettlement(), start_if_agreed]
    if ask.status == "CLOSED":
        steps.append(_reported)
    return Wished(one.ret.id, steps)


def _reported(ret: Return) -> Sequence[Command]:
    """Take the merchant's word that its own system has paid; others speak for themselves."""
    return _reports(ret.settlements[-1])


def _reports(settlement: Settlement) -> Sequence[Command]:
    return tuple(
        RecordRefundOutcome(leg=leg.id, outcome="succeeded")
        for leg in settlement.legs
        if _is_the_merchants(leg)
    )


def _is_the_merchants(leg: Leg) -> bool:
    return leg.executor is Executor.EXTERNAL and leg.status is LegStatus.IN_FLIGHT


# ---------------------------------------------------------------- once more


def _again(ret: Return, settlement: Settlement, asked: RefundAsked, *, same: bool) -> Answer:
    """Plan what a refund that was started already can still become."""
    if not same:
        return Objection(
            409,
            "The line's refund was started with another amount.",
            "Once started it stays as it is. Name the same amount, or leave the refund out.",
        )
    reports = _reports(settlement)
    if asked.status == "CLOSED" and reports:
        return Wished(ret.id, reports)
    failed = [leg for leg in settlement.legs if leg.status in _RETRIABLE]
    if settlement.status is SettlementStatus.FAILED and failed:
        return Wished(ret.id, tuple(RetryRefund(leg=leg.id) for leg in failed))
    return Objection(
        409,
        "The line's refund has been started already.",
        "Wait for it to be CLOSED; a line is refunded once.",
    )
