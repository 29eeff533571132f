"""Shares of what was paid, exact to the minor unit.

A line's units are refunded in any portions, in any order, by any number of returns; the portions
always sum to exactly what was paid for the line, and their tax to exactly the tax it contained.
That holds because each portion is worked out from what is still unrefunded, never from a price per
unit.  Integers only; percentages are fractions of integers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

_RATE: Final = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,12}))?")


class Money(NamedTuple):
    """An amount in minor units, and how much of it is tax."""

    amount: int
    tax: int


class Part(NamedTuple):
    """What one payment gives back."""

    payment: str
    amount: int


def rounded(numerator: int, denominator: int) -> int:
    """Divide to the nearest integer, halves away from zero, so that ``round(-x) = -round(x)``.

    >>> rounded(5, 2), rounded(-5, 2), rounded(1, 3), rounded(-2, 3)
    (3, -3, 0, -1)
    """
    assert denominator > 0, "a share is of something"
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


@lru_cache(maxsize=256)
def rate(text: str | None) -> tuple[int, int]:
    """Read a percentage as a fraction: ``"5.5"`` is 55 over 1000; nothing said is no tax.

    >>> rate("21"), rate("5.5"), rate(None)
    ((21, 100), (55, 1000), (0, 100))
    """
    if text is None:
        return 0, 100
    match = _RATE.fullmatch(text)
    assert match is not None, "tax rates are read when an order is put"
    whole, fraction = match.group(1), match.group(2) or ""
    return int(whole + fraction), 100 * 10 ** len(fraction)


def paid(price: int, tax_rate: str | None, *, includes_tax: bool) -> Money:
    """Say what a price came to in the customer's hands, and the tax in it."""
    numerator, denominator = rate(tax_rate)
    if includes_tax:
        return Money(price, rounded(price * numerator, denominator + numerator))
    tax = rounded(price * numerator, denominator)
    return Money(price + tax, tax)


def share(left: int, units: int, of: int) -> int:
    """Give the part of ``left`` that ``units`` of the ``of`` units still unrefunded amount to.

    The last units take all that is left, so that nothing is ever lost or made by rounding.

    >>> share(1000, 1, 3), share(667, 1, 2), share(333, 1, 1)
    (333, 334, 333)
    """
    assert 0 <= units <= of, "no more units are refunded than there are"
    return left if units == of else rounded(left * units, of)


def portion(whole: Money, gone: Money, units: int, *, of: int) -> Money:
    """Give what ``units`` of ``of`` are worth, once ``gone`` of ``whole`` has been given back.

    Never negative, also where the order was put again at a lower price after a refund.
    """
    amount = share(max(whole.amount - gone.amount, 0), units, of)
    tax = share(max(whole.tax - gone.tax, 0), units, of)
    return Money(amount, min(tax, amount))


def spread(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share ``total`` out by weight, to the last minor unit: the largest remainders round up.

    Weights that are all zero count as equal; of equal remainders the first comes first.

    >>> spread(100, [1, 1, 1]), spread(5, [3, 2, 0]), spread(7, [0, 0])
    ((34, 33, 33), (3, 2, 0), (4, 3))
    """
    assert total >= 0, "what is shared out is there"
    assert weights, "somebody gets it"
    whole = sum(weights)
    parts = weights if whole else [1] * len(weights)
    whole = whole or len(weights)
    given = [total * part // whole for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda n: -(total * parts[n] % whole))
    for n in by_remainder[: total - sum(given)]:
        given[n] += 1
    return tuple(given)


def split(total: int, rooms: Sequence[tuple[str, int]]) -> tuple[Part, ...] | None:
    """Take ``total`` out of payments in listed order, each as far as it reaches.

    Args:
        rooms: Payment id and how much of it is neither paid back nor promised.

    Returns:
        The parts, none of them zero; ``None`` where all rooms together are too small.
    """
    parts: list[Part] = []
    left = total
    for payment, room in rooms:
        if left == 0:
            break
        part = min(room, left)
        if part > 0:
            parts.append(Part(payment, part))
            left -= part
    return tuple(parts) if left == 0 else None
