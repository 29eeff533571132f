"""Numbers that people read aloud and type: the return's, and those of memos and credit notes.

A series numbers one kind of document of a workspace, 1, 2, 3 …, without a gap: what is drawn here
is the workspace's only where the commit that draws it holds.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from retour.kernel.value import Value

_DIGITS = 7
_PLACE: Final = re.compile(r"\{(?P<name>[a-z]*)(?::(?P<digits>[1-9]))?\}")
_PATTERN: Final = re.compile(r"[A-Za-z0-9 ./_-]{0,40}")
PATTERN_LENGTH_MAX: Final = 60


class PaperKind(StrEnum):
    """Documents that have numbers of their own."""

    MEMO = "memo"  # What was decided, once a settlement is confirmed.
    CREDIT_NOTE = "credit_note"  # What corrects the invoice, once the customer has it.


class Series(Value):
    """The numbers of one kind of document, and how they are written.

    Args:
        pattern: ``{number}`` or ``{number:6}``, and ``{year}``, between other characters.
        next: The first that nobody has.
        year: Of the last that was drawn; 0 where none was.
        yearly: Whether a new year starts at 1 again.
    """

    pattern: str
    next: int = 1
    year: int = 0
    yearly: bool = False

    def first_of(self, year: int) -> int:
        """Give the number that is drawn next in a year."""
        return 1 if self.yearly and year > self.year else self.next

    def drawn(self, year: int) -> Series:
        """Give the series once its next number is drawn; years never run back."""
        return Series(
            pattern=self.pattern,
            next=self.first_of(year) + 1,
            year=max(year, self.year),
            yearly=self.yearly,
        )

    def written(self, year: int) -> str:
        """Write the number that is drawn next in a year.

        >>> Series(pattern="CN-{year}-{number:6}", next=12).written(2026)
        'CN-2026-000012'
        """
        shown = max(year, self.year) if self.yearly else year
        values = {"year": shown, "number": self.first_of(year)}
        return _PLACE.sub(
            lambda found: str(values[found["name"]]).rjust(int(found["digits"] or 1), "0"),
            self.pattern,
        )


def what_is_wrong(pattern: str, *, yearly: bool) -> str | None:
    """Say why a pattern cannot number documents; nothing where it can.

    >>> what_is_wrong("CN-{number}", yearly=True)
    'A series that starts anew each year needs {year}, or two documents would share a number.'
    """
    names = [found["name"] for found in _PLACE.finditer(pattern)]
    if not _PATTERN.fullmatch(_PLACE.sub("", pattern)) or set(names) - {"year", "number"}:
        return (
            "A pattern is made of letters, digits, spaces and . / _ - around {number} and {year}."
        )
    if names.count("number") != 1:
        return "A pattern holds {number} once; {number:6} writes it with at least six digits."
    if yearly and "year" not in names:
        return (
            "A series that starts anew each year needs {year}, or two documents would share a"
            " number."
        )
    return None


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
    """Name the return's nth settlement memo, where the workspace has no series of its own."""
    return f"M{return_number}-{nth}"
