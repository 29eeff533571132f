"""What a list is narrowed to: typed into one box with tokens, or given one by one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from retour.kernel.money import EXPONENTS
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.status import ReturnStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

QUERY_MAX: Final = 200
"""Characters of a search."""
WORDS_MAX: Final = 8
OWN: Final = "me"
NOBODY: Final = "nobody"
TOKENS: Final = ("status", "sku", "reason", "channel", "facility", "origin", "owner", "snoozed")
ASIDE: Final = "yes"
SNOOZED: Final = (ASIDE, "no", "any")
"""What `snoozed` may be: only those put off, none of them, or both."""
_CLOSE: Final = 0.75
"""How alike a word before a colon is to the token that it was meant for; others are words."""
_PART: Final = re.compile(r'(?:(?P<name>[a-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))')
_BOUND: Final = re.compile(r"(?P<sign>[<>]=?)(?P<amount>\d{1,12}(?:[.,]\d{1,3})?)")
_YEARS: Final = range(1970, 2200)
_STATUSES: Final = frozenset(one.value for one in ReturnStatus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for: all of it must hold; of several statuses, one.

    Args:
        words: Numbers, names, codes: each must be known of the return or of its order.
        lowest: Value in decimal; above it, or from it on where ``is_low_in``.
        owner: An id, ``me``, or ``nobody``.
        snoozed: One of ``SNOOZED``; without, lists show both and queues none.
    """

    words: tuple[str, ...] = ()
    statuses: frozenset[str] = frozenset()
    sku: str | None = None
    reason: str | None = None
    channel: str | None = None
    facility: str | None = None
    origin: str | None = None
    owner: str | None = None
    snoozed: str | None = None
    lowest: str | None = None
    highest: str | None = None
    is_low_in: bool = True
    is_high_in: bool = True
    since: datetime | None = None
    before: datetime | None = None

    @property
    def is_narrow(self) -> bool:
        """Say whether anything beside words is asked for that a return has to be read for."""
        return bool(
            self.statuses
            or self.owner
            or self.snoozed
            or self.lowest
            or self.highest
            or self.since
            or self.before
        )

    def shows(self, *, is_snoozed: bool) -> bool:
        """Say whether something put off, or not, is among what is wanted."""
        return self.snoozed in {None, "any"} or is_snoozed == (self.snoozed == ASIDE)


def read_query(text: str, beside: Wanted | None = None) -> Wanted:
    """Read what somebody typed, beside what he chose.

    Raises:
        InvalidRequest: A token is unknown, or holds what it cannot.
    """
    if len(text) > QUERY_MAX:
        raise _wrong(f"This search is longer than {QUERY_MAX} characters. Shorten it.")
    wanted, words = beside or Wanted(), list[str]()
    for part in _PART.finditer(text):
        name, value = part["name"], part["quoted"] if part["plain"] is None else part["plain"]
        bound = None if name or part["plain"] is None else _BOUND.fullmatch(value)
        if bound is not None:
            wanted = _bounded(wanted, bound["sign"], bound["amount"].replace(",", "."))
        elif name in TOKENS and value:
            wanted = _told(wanted, name, value)
        else:
            if name and (meant := get_close_matches(name, TOKENS, 1, _CLOSE)):
                raise _wrong(f"There is no token {name}:; you may mean {meant[0]}:.")
            words.append(part[0].strip('"'))
    if len(words) > WORDS_MAX:
        raise _wrong(f"These are more than {WORDS_MAX} words. Leave some out.")
    return replace(wanted, words=(*wanted.words, *words))


def read_chosen(
    query: Mapping[str, str], since: datetime | None, before: datetime | None
) -> Wanted:
    """Read what was chosen one by one, by the names of the tokens and ``min_value``, ``max_value``.

    Raises:
        InvalidRequest: A value is none.
    """
    wanted = Wanted(since=since, before=before)
    for name in TOKENS:
        if value := query.get(name):
            wanted = _told(wanted, name, value)
    for name, sign in (("min_value", ">="), ("max_value", "<=")):
        if value := query.get(name):
            if _BOUND.fullmatch(sign + value) is None:
                raise _wrong(f"{name} is no amount; give one such as 49.95.", f"/{name}")
            wanted = _bounded(wanted, sign, value.replace(",", "."))
    return wanted


def read_moment(name: str, text: str | None) -> datetime | None:
    """Read an instant that somebody chose; ``None`` where none is said.

    Raises:
        InvalidRequest: It is none.
    """
    if not text:
        return None
    try:
        # A "+" that was not percent-encoded has become a space; what was meant is clear.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in _YEARS:
        detail = f"{name} is no instant; give one such as 2026-05-04T12:00:00Z."
        raise _wrong(detail, f"/{name}")
    return moment


def minor(amount: str, currency: str, *, is_up: bool) -> int:
    """Give a bound in minor units; what a currency cannot say is widened to what it can."""
    exponent = EXPONENTS[currency]
    whole, _, fraction = amount.partition(".")
    value = int(whole + fraction[:exponent].ljust(exponent, "0"))
    return value + int(is_up and bool(fraction[exponent:].strip("0")))


def _told(wanted: Wanted, name: str, value: str) -> Wanted:
    if name == "snoozed" and value.casefold() not in SNOOZED:
        raise _wrong(f"snoozed is one of {', '.join(SNOOZED)}.", "/snoozed")
    if name != "status":
        return replace(wanted, **{name: value})
    statuses = frozenset(value.casefold().split(","))
    if unknown := sorted(statuses - _STATUSES):
        known = ", ".join(one.value for one in ReturnStatus)
        raise _wrong(f"There is no status {unknown[0][:40]!r}; there are {known}.", "/status")
    return replace(wanted, statuses=statuses)


def _bounded(wanted: Wanted, sign: str, amount: str) -> Wanted:
    if sign.startswith(">"):
        return replace(wanted, lowest=amount, is_low_in=sign == ">=")
    return replace(wanted, highest=amount, is_high_in=sign == "<=")


def _wrong(detail: str, pointer: str = "/q") -> InvalidRequest:
    return InvalidRequest(FieldError(pointer=pointer, code="bad_value", detail=detail))
