"""Exact money: integer minor units and an ISO 4217 code; decimal strings at the doors.

No float ever stands for an amount.  The exponents are ISO 4217's own (not a locale's habits).
"""

from __future__ import annotations

import re
from typing import Final

# Source: ISO 4217 list one: every active code with minor units, by how many digits they have.
_TWO: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK "
    "LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
    "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS "
    "SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST "
    "XCD XCG YER ZAR ZMW ZWG "
)
_NONE: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"
_FOUR: Final = "CLF UYW"

EXPONENTS: Final[dict[str, int]] = {
    code: exponent
    for exponent, codes in ((2, _TWO), (0, _NONE), (3, _THREE), (4, _FOUR))
    for code in codes.split()
}
"""How many decimals each currency's minor unit has."""

AMOUNT_MAX: Final = 10**15
"""No amount, in minor units, reaches this; beyond lies a typing error or an attack."""

_DECIMAL: Final = re.compile(r"(-?)(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,8}))?")


def parse_amount(text: str, currency: str) -> int | None:
    """Read a decimal string as minor units of ``currency``.

    ``None`` where it is no plain decimal number, has more decimals than the currency (zeros beyond
    are fine), or is ``AMOUNT_MAX`` or more.  The currency must be a key of ``EXPONENTS``.
    """
    match = _DECIMAL.fullmatch(text)
    if match is None:
        return None
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    exponent = EXPONENTS[currency]
    if fraction[exponent:].strip("0"):
        return None
    minor = int(whole + fraction[:exponent].ljust(exponent, "0"))
    if minor >= AMOUNT_MAX:
        return None
    return -minor if sign else minor


def format_amount(minor: int, currency: str) -> str:
    """Write minor units as the decimal string of ``currency``, all its decimals shown.

    >>> format_amount(-1999, "EUR"), format_amount(5, "KWD"), format_amount(700, "JPY")
    ('-19.99', '0.005', '700')
    """
    exponent = EXPONENTS[currency]
    sign, digits = ("-" if minor < 0 else ""), str(abs(minor))
    if exponent == 0:
        return sign + digits
    digits = digits.rjust(exponent + 1, "0")
    return f"{sign}{digits[:-exponent]}.{digits[-exponent:]}"
