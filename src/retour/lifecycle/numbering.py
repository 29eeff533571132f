"""Numbers that people read aloud and type: the return's and the settlement memo's."""

from __future__ import annotations

_DIGITS = 7


def rma_number(number: int) -> str:
    """Write a return's number with a check digit that catches one wrong or two swapped digits.

    >>> rma_number(1), rma_number(12345678)
    ('R00000018', 'R123456782')
    """
    digits = str(number).rjust(_DIGITS, "0")
    return f"R{digits}{luhn_digit(digits)}"


def luhn_digit(digits: str) -> str:
    """Give the digit that makes the Luhn sum of ``digits`` and itself a multiple of ten.

    >>> luhn_digit("7992739871")
    '3'
    """
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = int(character)
        if place % 2 == 0:
            value = value * 2 - 9 * (value > 4)  # noqa: PLR2004 - two digits are summed: 12 is 1 + 2
        total += value
    return str(-total % 10)


def memo_number(return_number: int, nth: int) -> str:
    """Name the return's nth settlement memo."""
    return f"M{return_number}-{nth}"
