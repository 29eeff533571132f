"""Why an amount is too much: refusals that say the arithmetic."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from retour.kernel.money import EXPONENTS, format_amount
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.fold import Fold
from retour.lifecycle.guards import held_units, units_of
from retour.lifecycle.model import Return, Unit
from retour.lifecycle.money.sale import bill_of, given_of, held_lines
from retour.settlement.bill import Bill
from retour.settlement.entitlement import SHIPPING, Excess, Given, Gone

_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.([0-9]+))?")


def too_much(excess: Excess, currency: str) -> Refusal:
    """Refuse what is more than there is, with what it was worked out from."""
    left, asked = _said(excess.left, currency), _said(excess.asked, currency)
    if excess.what == SHIPPING:
        return refuse(
            RefusalCode.CAP_EXCEEDED,
            f"{_said(excess.paid, currency)} was paid for the shipping,"
            f" {_said(excess.gone, currency)} of it has been given back; at most {left} is"
            f" left, not {asked}. Ask for at most that.",
            "/shipping",
        )
    return refuse(
        RefusalCode.BAD_AMOUNT,
        f"{asked} would be kept back of {left} that is owed. Lower the fees and adjustments.",
        "/fees",
    )


def _said(amount: int, currency: str) -> str:
    return f"{format_amount(amount, currency)} {currency}"


def bad_amount(text: str, currency: str, pointer: str) -> Refusal:
    """Refuse what is no amount, or not one of that currency, and say which of it."""
    decimals = EXPONENTS[currency]
    number = _NUMBER.fullmatch(text)
    if number is None:
        why = "is not a plain decimal number"
    elif len((number[1] or "").rstrip("0")) > decimals:
        why = f"has {len(number[1])} decimals, and {currency} has {decimals}"
    else:
        why = "is out of range"
    return refuse(
        RefusalCode.BAD_AMOUNT,
        f"{text!r} {why}. Give a decimal string in {currency} with at most {decimals} decimals,"
        " above zero for fees, zero or more for shipping.",
        pointer,
    )


def other_currency(named: str, currency: str) -> Refusal:
    """Refuse amounts of another currency than the order's."""
    return refuse(
        RefusalCode.BAD_AMOUNT,
        f"The order was paid in {currency}, not in {named!r}, and is given back in what was paid."
        f" Give amounts in {currency}.",
        "/currency",
    )


def not_owed(fold: Fold, asked: Sequence[str], owed: Collection[str]) -> Refusal | None:
    """Refuse units that nothing is owed for, and say what is left of their line."""
    place = next((nth for nth, unit in enumerate(asked) if unit not in owed), None)
    if place is None:
        return None
    unit = next(one for one in units_of(fold.ret) if one.id == asked[place])
    look, came = (word.value.replace("_", " ") for word in (unit.acceptance, unit.reception))
    why = "is in another settlement" if unit.id in held_units(fold.ret) else f"is {look} and {came}"
    return refuse(
        RefusalCode.NOTHING_OWED,
        f"Nothing is owed for unit {unit.id}, which {why}.{_line_words(fold, unit)} Leave it out,"
        " or have it accepted first.",
        f"/units/{place}",
    )


def _line_words(fold: Fold, unit: Unit) -> str:
    name = _line_of(fold.ret, unit)
    if name is None:
        return ""
    given = given_of(fold.order, held_lines((fold.ret, *fold.others)))
    return " " + left_words(bill_of(fold.order), given, name, fold.order.currency)


def _line_of(ret: Return, unit: Unit) -> str | None:
    return next((line.line for line in ret.lines if unit in line.units), None)


def left_words(bill: Bill, given: Given, line: str, currency: str) -> str:
    """Say what was paid for a line, what has been given back and what at most is left."""
    whole, gone = bill.articles[line], given.items.get(line, Gone())
    left = max(whole.amount - gone.amount, 0)
    return (
        f"{_said(whole.amount, currency)} was paid for {whole.units} of line {line},"
        f" {_said(gone.amount, currency)} has been given back for {gone.units}; at most"
        f" {_said(left, currency)} is left."
    )
