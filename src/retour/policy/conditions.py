"""When a rule speaks: conditions on the order, the item and the request, as data.

A condition that is left out asks nothing.  A fact that is not known fulfils no condition on it.
``TABLE`` is the whole list; what is named there is what a rule may name.  Pure data, and how it is
read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from retour.kernel.money import EXPONENTS, format_amount, parse_amount
from retour.kernel.value import Value
from retour.policy.facts import Asked, Occasion

_DAY = timedelta(days=1)


class Span(Value):
    """A whole number from ``at_least`` up to ``at_most``, both included."""

    at_least: int | None = None
    at_most: int | None = None


class AmountSpan(Value):
    """An amount in one currency, as decimal strings; an amount in another is outside."""

    currency: str
    at_least: str | None = None
    at_most: str | None = None


class OrderWhen(Value):
    """What must be so of the order."""

    channels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    total: AmountSpan | None = None


class ItemWhen(Value):
    """What must be so of the order line."""

    skus: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    returnable: bool | None = None
    unit_price: AmountSpan | None = None


class RequestWhen(Value):
    """What must be so of the request and its line."""

    origins: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    quantity: Span | None = None
    days_since_order: Span | None = None
    days_since_delivery: Span | None = None


class When(Value):
    """Everything that must be so at once; nothing named is always so."""

    order: OrderWhen = OrderWhen()
    item: ItemWhen = ItemWhen()
    request: RequestWhen = RequestWhen()


Wanted: TypeAlias = tuple[str, ...] | bool | Span | AmountSpan
Fact: TypeAlias = tuple[str, ...] | bool | int | None


class Finding(Value):
    """One condition held against what is so."""

    condition: str
    wanted: str
    found: str
    holds: bool


def _known(word: str | None) -> tuple[str, ...]:
    return () if word is None else (word,)


def _days(since: datetime | None, at: datetime) -> int | None:
    """Count the whole days that have passed."""
    return None if since is None else (at - since) // _DAY


TABLE: Mapping[str, Callable[[Asked, Occasion], Fact]] = {
    "order.channels": lambda _, occasion: _known(occasion.channel),
    "order.countries": lambda _, occasion: _known(occasion.country),
    "order.total": lambda _, occasion: occasion.total,
    "item.skus": lambda line, _: (line.sku,),
    "item.groups": lambda line, _: _known(line.group),
    "item.returnable": lambda line, _: line.returnable,
    "item.unit_price": lambda line, _: line.unit_price,
    "request.origins": lambda _, occasion: (occasion.origin,),
    "request.reasons": lambda line, _: line.reasons,
    "request.quantity": lambda line, _: line.quantity,
    "request.days_since_order": lambda _, occasion: _days(occasion.ordered_at, occasion.at),
    "request.days_since_delivery": lambda _, occasion: _days(occasion.delivered_at, occasion.at),
}
"""Every condition there is by where it stands in a rule, with the fact it is held against."""


def named(when: When) -> Mapping[str, Wanted]:
    """Give what a rule asks, by the condition's full name, in table order."""
    asked: dict[str, Wanted] = {}
    for condition in TABLE:
        part, name = condition.split(".")
        wanted: Wanted | None = getattr(getattr(when, part), name)
        if wanted is not None and wanted != ():
            asked[condition] = wanted
    return asked


def holds(asked: Mapping[str, Wanted], line: Asked, occasion: Occasion) -> bool:
    """Say whether everything ``named`` is so; stops at the first that is not."""
    return all(
        _is_so(wanted, TABLE[condition](line, occasion), occasion)
        for condition, wanted in asked.items()
    )


def findings(when: When, line: Asked, occasion: Occasion) -> Iterator[Finding]:
    """Hold each condition that is named against what is so."""
    for condition, wanted in named(when).items():
        found = TABLE[condition](line, occasion)
        yield Finding(
            condition=condition,
            wanted=_said(wanted),
            found=_told(wanted, found, occasion),
            holds=_is_so(wanted, found, occasion),
        )


def _is_so(wanted: Wanted, found: Fact, occasion: Occasion) -> bool:
    match wanted, found:
        case bool(), bool():
            return wanted == found
        case tuple(), tuple():
            return any(one in wanted for one in found)
        case Span(), int():
            return _is_within(found, wanted.at_least, wanted.at_most)
        case AmountSpan(), int():
            return wanted.currency == occasion.currency and _is_within(found, *limits(wanted))
        case _:
            return False  # Not known, so not so.


def _is_within(value: int, least: int | None, most: int | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def limits(span: AmountSpan) -> tuple[int | None, int | None]:
    """Give both ends in minor units; the door has seen to it that they can be read."""
    least, most = (
        None if text is None else parse_amount(text, span.currency)
        for text in (span.at_least, span.at_most)
    )
    return least, most


# ---------------------------------------------------------------- in words


def _said(wanted: Wanted) -> str:
    match wanted:
        case bool():
            return _yes(wanted)
        case tuple():
            return " or ".join(wanted)
        case Span() | AmountSpan():
            least = "" if wanted.at_least is None else f"at least {wanted.at_least}"
            most = "" if wanted.at_most is None else f"at most {wanted.at_most}"
            both = " and ".join(one for one in (least, most) if one)
            return both if isinstance(wanted, Span) else f"{both} {wanted.currency}"


def _told(wanted: Wanted, found: Fact, occasion: Occasion) -> str:
    match found:
        case None | ():
            return "not known"
        case bool():
            return _yes(found)
        case tuple():
            return ", ".join(found)
        case int():
            if isinstance(wanted, AmountSpan) and occasion.currency in EXPONENTS:
                return f"{format_amount(found, occasion.currency)} {occasion.currency}"
            return str(found)


def _yes(value: bool) -> str:  # noqa: FBT001 - the value is all there is to say
    return "yes" if value else "no"
