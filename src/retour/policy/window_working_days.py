"""The days nobody works in a country, which legal periods do not end on.

Regulation 1182/71 means Saturdays, Sundays and public holidays: here those of the whole country.
A holiday of one region alone is a working day.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

from retour.policy.window import IsFree

_SATURDAY: Final = 5


@lru_cache
def free_days(country: str | None, *, is_rested: bool = True) -> IsFree:
    """Give the test for days nobody works in ``country``, an ISO 3166 code of two letters.

    Where the country is not known, or its holidays are not, only the weekend is free.

    Args:
        is_rested: Whether nobody works on weekends.
    """
    import holidays

    public = frozenset[date]()
    if country in holidays.list_supported_countries():
        public = holidays.country_holidays(country)

    def is_free(day: date) -> bool:
        return (is_rested and day.weekday() >= _SATURDAY) or day in public

    return is_free
