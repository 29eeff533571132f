"""What shapes are made of everywhere: texts, counts, amounts, instants, closed words."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from retour.dialects.shapes import Amount, Instant, Integer, StringMap, Text

TEXT: Final = Text()
MAYBE: Final = Text(nullable=True)
COUNT: Final = Integer(minimum=0)
AMOUNT: Final = Amount()
MOMENT: Final = Instant()
MAYBE_MOMENT: Final = Instant(nullable=True)
FREE: Final = StringMap(about="The merchant's own.")


def words(enum: Iterable[StrEnum]) -> Text:
    """Declare a string that is one of an enum's words."""
    return Text(words=tuple(word.value for word in enum))
