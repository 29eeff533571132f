"""Amounts, shares and dates as people of a language write them; exact, from minor units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Final, cast

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern

from retour.dialects.papers.words import PAPER_WORDS
from retour.kernel.money import EXPONENTS, format_amount

_SPACES: Final = re.compile("[\u202f\u2009]")
_CODE: Final = re.compile(r"([A-Z])(\d)")
_MINUS: Final = "\u2212"


@lru_cache(maxsize=256)
def locale_of(said: str | None, otherwise: str = "en") -> Locale:
    """Give the locale to write in: the customer's where we speak its language, else a language's.

    >>> str(locale_of("de-AT")), str(locale_of("ja-JP", "nl")), str(locale_of(None))
    ('de_AT', 'nl', 'en')
    """
    try:
        found = Locale.parse((said or "").replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale(otherwise)
    return found if found.language in PAPER_WORDS else Locale(otherwise)


def country_name(code: str, language: str) -> str:
    """Name a country in a language; a code that is none stays as it is.

    >>> country_name("DE", "pl"), country_name("XX", "en")
    ('Niemcy', 'XX')
    """
    known = cast("Mapping[str, str]", Locale(language).territories)
    return known.get(code, code)


def _exactly(pattern: NumberPattern, places: int) -> NumberPattern:
    """Give a locale's pattern with as many places as are said."""
    own = parse_pattern(pattern.pattern)
    own.frac_prec = (places, places)
    return own


class Figures:
    """Writes figures of one currency in one locale.

    Decimals are ISO 4217's, never a locale's habit; what a font may lack is left out.
    """

    def __init__(self, locale: Locale, currency: str, zone: tzinfo) -> None:
        self._locale = locale
        self._currency = currency
        self._zone = zone
        decimals = EXPONENTS[currency]
        self._decimal = _exactly(locale.decimal_formats[None], decimals)
        self._money = _exactly(locale.currency_formats["standard"], decimals)

    def amount(self, minor: int) -> str:
        """Write an amount without its currency: ``1.234,50``."""
        return self._plain(self._decimal.apply(self._exact(minor), self._locale))

    def money(self, minor: int) -> str:
        """Write an amount with its currency: ``1.234,50 €``."""
        written = self._money.apply(
            self._exact(minor), self._locale, currency=self._currency, currency_digits=False
        )
        return self._plain(_CODE.sub("\\1\u00a0\\2", written))

    def share(self, percent: str) -> str:
        """Write a tax rate as it was given: ``5.5`` becomes ``5,5 %``."""
        places = len(percent.partition(".")[2])
        pattern = _exactly(self._locale.decimal_formats[None], places)
        number = pattern.apply(Decimal(percent), self._locale)
        return f"{self._plain(number)}\u00a0%"

    def day(self, at: datetime) -> str:
        """Write the day an instant falls on in the workspace's zone."""
        return self._plain(
            format_date(at.astimezone(self._zone).date(), format="long", locale=self._locale)
        )

    def _exact(self, minor: int) -> Decimal:
        return Decimal(format_amount(minor, self._currency))

    def _plain(self, text: str) -> str:
        return _SPACES.sub("\u00a0", text).replace("-", _MINUS)
