"""When a rule speaks: conditions on the order, the item, the request and the unit, as data.

A condition that is left out asks nothing.  A fact that is not known fulfils no condition on it.
``TABLE`` is the whole list; what is named there is what a rule may name.  Pure data, and how it is
read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from msgspec import field

from retour.kernel.money import EXPONENTS, format_amount, parse_amount
from retour.kernel.value import Value
from retour.policy.facts import Asked, Occasion
from retour.policy.history import rate_percent

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


class DateSpan(Value):
    """Days of the merchant's calendar from ``at_least`` up to ``at_most``, both included."""

    at_least: date | None = None
    at_most: date | None = None


Values: TypeAlias = dict[str, tuple[str, ...]]
"""Attributes by name, each with the values it may have."""


class OrderWhen(Value):
    """What must be so of the order."""

    channels: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    total: AmountSpan | None = None
    ordered_on: DateSpan | None = None
    order_types: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    attributes: Values = field(default_factory=dict)
    discount: AmountSpan | None = None
    discount_percent: Span | None = None
    discount_codes: tuple[str, ...] = ()
    payment_kinds: tuple[str, ...] = ()


class ItemWhen(Value):
    """What must be so of the order line."""

    skus: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    returnable: bool | None = None
    unit_price: AmountSpan | None = None
    tags: tuple[str, ...] = ()
    attributes: Values = field(default_factory=dict)
    weight_g: Span | None = None
    discount_percent: Span | None = None
    legal_grounds: tuple[str, ...] = ()


class RequestWhen(Value):
    """What must be so of the request and its line.

    ``units`` and ``value`` are those of the whole request, ``quantity`` and ``line_value`` those of
    the line.
    """

    origins: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    quantity: Span | None = None
    days_since_order: Span | None = None
    days_since_shipment: Span | None = None
    days_since_delivery: Span | None = None
    line_value: AmountSpan | None = None
    units: Span | None = None
    value: AmountSpan | None = None
    shares: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    answers: Values = field(default_factory=dict)


class UnitWhen(Value):
    """What must be so of one unit; only rules for grading may ask."""

    grades: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    dispositions: tuple[str, ...] = ()
    answers: Values = field(default_factory=dict)


class CustomerWhen(Value):
    """What must be so of what the customer did before."""

    orders_placed: Span | None = None
    units_bought: Span | None = None
    days_since_first_order: Span | None = None
    returns_placed: Span | None = None
    returns_7_days: Span | None = None
    returns_30_days: Span | None = None
    returns_90_days: Span | None = None
    units_returned: Span | None = None
    return_rate: Span | None = None  # In percent of the units bought.
    value_returned_30_days: AmountSpan | None = None
    value_returned_90_days: AmountSpan | None = None
    value_returned_365_days: AmountSpan | None = None
    kept_items: Span | None = None
    missing_or_wrong: Span | None = None
    rejected_returns: Span | None = None
    failed_payments: Span | None = None
    linked_identities: Span | None = None


class RiskWhen(Value):
    """What must be so of the risk that was worked out."""

    score: Span | None = None
    flags: tuple[str, ...] = ()


class When(Value):
    """Everything that must be so at once; nothing named is always so."""

    order: OrderWhen = OrderWhen()
    item: ItemWhen = ItemWhen()
    request: RequestWhen = RequestWhen()
    customer: CustomerWhen = CustomerWhen()
    risk: RiskWhen = RiskWhen()
    unit: UnitWhen = UnitWhen()


Wanted: TypeAlias = tuple[str, ...] | bool | Span | AmountSpan | DateSpan | Values
Fact: TypeAlias = tuple[str, ...] | bool | int | date | dict[str, str] | None
SHARES = ("full", "partial")
"""Whether everything that was sold is asked back, or part of it."""


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


def _share(_: Asked, occasion: Occasion) -> Fact:
    return (SHARES[0] if occasion.is_whole else SHARES[1],)


def _of_piece(name: str) -> Callable[[Asked, Occasion], Fact]:
    """Read a word about the unit; not known where nobody has judged it."""

    def read(line: Asked, _: Occasion) -> Fact:
        return None if line.piece is None else _known(getattr(line.piece, name))

    return read


def _of_customer(name: str) -> Callable[[Asked, Occasion], Fact]:
    """Read a number of the customer's; not known where nothing was looked up."""

    def read(_: Asked, occasion: Occasion) -> Fact:
        return None if occasion.customer is None else getattr(occasion.customer, name)

    return read


def _rate(_: Asked, occasion: Occasion) -> Fact:
    customer = occasion.customer
    if customer is None:
        return None
    return rate_percent(customer.units_returned, customer.units_bought)


def _first_order(_: Asked, occasion: Occasion) -> Fact:
    customer = occasion.customer
    return None if customer is None else _days(customer.first_ordered_at, occasion.at)


TABLE: Mapping[str, Callable[[Asked, Occasion], Fact]] = {
    "order.channels": lambda _, occasion: _known(occasion.channel),
    "order.countries": lambda _, occasion: _known(occasion.country),
    "order.total": lambda _, occasion: occasion.total,
    "order.ordered_on": lambda _, occasion: occasion.ordered_at.astimezone(occasion.zone).date(),
    "order.order_types": lambda _, occasion: _known(occasion.order_type),
    "order.currencies": lambda _, occasion: _known(occasion.currency),
    "order.tags": lambda _, occasion: occasion.tags,
    "order.attributes": lambda _, occasion: occasion.attributes,
    "order.discount": lambda _, occasion: occasion.discount,
    "order.discount_percent": lambda _, occasion: occasion.discount_percent,
    "order.discount_codes": lambda _, occasion: occasion.discount_codes,
    "order.payment_kinds": lambda _, occasion: occasion.payment_kinds,
    "item.skus": lambda line, _: (line.sku,),
    "item.groups": lambda line, _: _known(line.group),
    "item.returnable": lambda line, _: line.returnable,
    "item.unit_price": lambda line, _: line.unit_price,
    "item.tags": lambda line, _: line.tags,
    "item.attributes": lambda line, _: line.attributes,
    "item.weight_g": lambda line, _: line.weight_g,
    "item.discount_percent": lambda line, _: line.discount_percent,
    "item.legal_grounds": lambda line, _: _known(line.legal_ground),
    "request.origins": lambda _, occasion: (occasion.origin,),
    "request.reasons": lambda line, _: line.reasons,
    "request.quantity": lambda line, _: line.quantity,
    "request.days_since_order": lambda _, occasion: _days(occasion.ordered_at, occasion.at),
    "request.days_since_shipment": lambda _, occasion: _days(occasion.shipped_at, occasion.at),
    "request.days_since_delivery": lambda _, occasion: _days(occasion.delivered_at, occasion.at),
    "request.line_value": lambda line, _: line.value,
    "request.units": lambda _, occasion: occasion.units,
    "request.value": lambda _, occasion: occasion.value,
    "request.shares": _share,
    "request.outcomes": lambda _, occasion: _known(occasion.outcome),
    "request.methods": lambda _, occasion: _known(occasion.method),
    "request.answers": lambda _, occasion: occasion.answers,
    **{
        f"customer.{name}": _of_customer(name)
        for name in CustomerWhen.__struct_fields__
        if name not in ("return_rate", "days_since_first_order")
    },
    "customer.return_rate": _rate,
    "customer.days_since_first_order": _first_order,
    "risk.score": lambda _, occasion: None if occasion.risk is None else occasion.risk.score,
    "risk.flags": lambda _, occasion: None if occasion.risk is None else occasion.risk.flags,
    "unit.grades": _of_piece("grade"),
    "unit.conditions": _of_piece("condition"),
    "unit.dispositions": _of_piece("disposition"),
    "unit.answers": lambda line, _: None if line.piece is None else line.piece.answers,
}
"""Every condition there is by where it stands in a rule, with the fact it is held against."""


_ALWAYS: Final = When()
_BY_PART: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    part: tuple(
        (condition, condition.partition(".")[2])
        for condition in TABLE
        if condition.partition(".")[0] == part
    )
    for part in When.__struct_fields__
}


def named(when: When) -> Mapping[str, Wanted]:
    """Give what a rule asks, by the condition's full name, in table order."""
    asked: dict[str, Wanted] = {}
    for part, conditions in _BY_PART.items():
        section = getattr(when, part)
        if section == getattr(_ALWAYS, part):
            continue  # Most rules ask of one part or two.
        for condition, name in conditions:
            wanted: Wanted | None = getattr(section, name)
            if wanted is not None and wanted not in ((), {}):
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
        case DateSpan(), date():
            return (wanted.at_least is None or found >= wanted.at_least) and (
                wanted.at_most is None or found <= wanted.at_most
            )
        case dict(), dict():
            return all(found.get(name) in values for name, values in wanted.items())
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
        case dict():
            return " and ".join(f"{name} {' or '.join(words)}" for name, words in wanted.items())
        case Span() | AmountSpan() | DateSpan():
            least = "" if wanted.at_least is None else f"at least {wanted.at_least}"
            most = "" if wanted.at_most is None else f"at most {wanted.at_most}"
            both = " and ".join(one for one in (least, most) if one)
            return f"{both} {wanted.currency}" if isinstance(wanted, AmountSpan) else both


def _told(wanted: Wanted, found: Fact, occasion: Occasion) -> str:
    match found:
        case None | ():
            return "not known"
        case date():
            return found.isoformat()
        case dict():
            asked = [name for name in wanted if name in found] if isinstance(wanted, dict) else ()
            return ", ".join(f"{name} {found[name]}" for name in asked) or "not known"
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
