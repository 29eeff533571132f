"""Rules as they are put and shown: their bodies, and what mixes the two forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from retour.kernel.problems import FieldError
from retour.lifecycle.bodies import Amount, Body, Word
from retour.lifecycle.model import ParcelMethod, PolicyRule
from retour.policy.conditions import When
from retour.policy.legal_floor import LegalGround
from retour.policy.model import Moment, Outcome, Then
from retour.policy.weighing import Signal

_VALUES_MAX: Final = 1000
_NAMES_MAX: Final = 50
_LANGUAGES_MAX: Final = 100
Values = Annotated[tuple[Word, ...], Meta(max_length=_VALUES_MAX)]
Named = Annotated[dict[Word, Values], Meta(max_length=_NAMES_MAX)]
"""Attributes or answers by name, each with the values it may have."""
Words = Annotated[str, Meta(min_length=1, max_length=1000)]
Language = Annotated[str, Meta(pattern="^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=35)]
SaidBody = Words | Annotated[dict[Language, Words], Meta(min_length=1, max_length=_LANGUAGES_MAX)]
"""One text for all, or one by language."""
Days = Annotated[int, Meta(ge=0, le=3650)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Photos = Annotated[int, Meta(ge=0, le=10)]
Percent = Annotated[str, Meta(max_length=8)]
Charges = Annotated[dict[Word, Amount], Meta(max_length=_NAMES_MAX)]
SettleAt = Literal["authorized", "shipped", "tracked", "received", "processed"]


class SpanBody(Body):
    """A whole number from ``at_least`` up to ``at_most``, both included."""

    at_least: Count | None = None
    at_most: Count | None = None


class AmountSpanBody(Body):
    """An amount in one currency; an amount in another is outside."""

    currency: Word
    at_least: Amount | None = None
    at_most: Amount | None = None


class DateSpanBody(Body):
    """Days of the workspace's calendar from ``at_least`` up to ``at_most``, both included."""

    at_least: date | None = None
    at_most: date | None = None


class OrderWhenBody(Body):
    """What must be so of the order."""

    channels: Values = ()
    countries: Values = ()
    total: AmountSpanBody | None = None
    ordered_on: DateSpanBody | None = None
    order_types: Values = ()
    currencies: Values = ()
    tags: Values = ()
    attributes: Named = msgspec.field(default_factory=dict[str, tuple[str, ...]])
    discount: AmountSpanBody | None = None
    discount_percent: SpanBody | None = None
    discount_codes: Values = ()
    payment_kinds: Values = ()


class ItemWhenBody(Body):
    """What must be so of the order line."""

    skus: Values = ()
    groups: Values = ()
    returnable: bool | None = None
    unit_price: AmountSpanBody | None = None
    tags: Values = ()
    attributes: Named = msgspec.field(default_factory=dict[str, tuple[str, ...]])
    weight_g: SpanBody | None = None
    discount_percent: SpanBody | None = None
    legal_grounds: Values = ()


class RequestWhenBody(Body):
    """What must be so of the request and its line."""

    origins: Values = ()
    reasons: Values = ()
    quantity: SpanBody | None = None
    days_since_order: SpanBody | None = None
    days_since_shipment: SpanBody | None = None
    days_since_delivery: SpanBody | None = None
    line_value: AmountSpanBody | None = None
    units: SpanBody | None = None
    value: AmountSpanBody | None = None
    shares: Values = ()
    outcomes: Values = ()
    methods: Values = ()
    answers: Named = msgspec.field(default_factory=dict[str, tuple[str, ...]])


class UnitWhenBody(Body):
    """What must be so of one unit; only rules for grading may ask."""

    grades: Values = ()
    conditions: Values = ()
    dispositions: Values = ()
    answers: Named = msgspec.field(default_factory=dict[str, tuple[str, ...]])


class CustomerWhenBody(Body):
    """What must be so of what the customer did before."""

    orders_placed: SpanBody | None = None
    units_bought: SpanBody | None = None
    days_since_first_order: SpanBody | None = None
    returns_placed: SpanBody | None = None
    returns_7_days: SpanBody | None = None
    returns_30_days: SpanBody | None = None
    returns_90_days: SpanBody | None = None
    units_returned: SpanBody | None = None
    return_rate: SpanBody | None = None
    value_returned_30_days: AmountSpanBody | None = None
    value_returned_90_days: AmountSpanBody | None = None
    value_returned_365_days: AmountSpanBody | None = None
    kept_items: SpanBody | None = None
    missing_or_wrong: SpanBody | None = None
    rejected_returns: SpanBody | None = None
    failed_payments: SpanBody | None = None
    linked_identities: SpanBody | None = None


class RiskWhenBody(Body):
    """What must be so of the risk that was worked out."""

    score: SpanBody | None = None
    flags: Annotated[tuple[Signal, ...], Meta(max_length=20)] = ()


class WhenBody(Body):
    """Everything that must be so at once; nothing named is always so."""

    order: OrderWhenBody = OrderWhenBody()
    item: ItemWhenBody = ItemWhenBody()
    request: RequestWhenBody = RequestWhenBody()
    customer: CustomerWhenBody = CustomerWhenBody()
    risk: RiskWhenBody = RiskWhenBody()
    unit: UnitWhenBody = UnitWhenBody()


class FeeBody(Body):
    """What is kept back of a refund: amounts by currency, or a share in percent."""

    label: SaidBody
    amounts: Charges = msgspec.field(default_factory=dict[str, str])
    percent: Percent | None = None
    per: Literal["return", "unit"] = "return"


class BonusBody(Body):
    """What store credit would have on top: amounts by currency, or a share in percent."""

    amounts: Charges = msgspec.field(default_factory=dict[str, str])
    percent: Percent | None = None


class DeductBody(Body):
    """By how much a unit has lost in value."""

    percent: Percent
    label: SaidBody


class ThenBody(Body):
    """What a rule does; of each slot one action at most."""

    approve: bool = False
    review: Words | None = None
    reject: SaidBody | None = None
    window_days: Days | None = None
    keep_item: bool | None = None
    donate: bool = False
    exclude_outcomes: Annotated[tuple[Outcome, ...], Meta(max_length=3)] = ()
    force_outcome: Outcome | None = None
    exclude_methods: Annotated[tuple[ParcelMethod, ...], Meta(max_length=6)] = ()
    force_method: ParcelMethod | None = None
    fee: FeeBody | None = None
    waive_fee: bool = False
    bonus: BonusBody | None = None
    photos_required: Photos | None = None
    destination: Word | None = None
    refund_shipping: Literal["none", "full"] | None = None
    settle_at: SettleAt | None = None
    reason_group: Word | None = None
    legal_ground: LegalGround | None = None
    accept: bool = False
    wait: Words | None = None
    deduct: DeductBody | None = None
    disposition: Word | None = None


class RuleBody(Body):
    """A rule: ``id``, ``at`` (request unless said), ``when`` and the actions in ``then``.

    Or in the short form: ``name``, one word in ``then``, and lists of what must match.
    """

    then: Literal["eligible", "ineligible", "review"] | ThenBody
    id: Word | None = None
    at: Moment | None = None
    when: WhenBody | None = None
    name: Word | None = None
    skus: Values = ()
    groups: Values = ()
    reasons: Values = ()
    origins: Values = ()
    channels: Values = ()
    countries: Values = ()
    window_days: Days | None = None


_SHORT_FORM: Final = tuple(
    name for name in PolicyRule.__struct_fields__ if name not in ("when", "at")
)
_SHORT_ONLY: Final = tuple(name for name in _SHORT_FORM if name != "then")
_LONG_ONLY: Final = ("id", "at", "when")


def rule_view(rule: PolicyRule) -> dict[str, object]:
    """Show a rule in the form it was put in; what a rule with actions does not name is left out."""
    if isinstance(rule.then, Then):
        shown: dict[str, object] = {"id": rule.name}
        if rule.at is not Moment.REQUEST:
            shown["at"] = rule.at
        parts = {part: getattr(rule.when, part) for part in When.__struct_fields__}
        shown["when"] = {part: value for part, value in parts.items() if value != type(value)()}
        return {**shown, "then": rule.then}
    return {name: getattr(rule, name) for name in _SHORT_FORM}


def rule_of(body: RuleBody) -> PolicyRule:
    """Read a rule in the form it is in; ``mixed`` has been asked before."""
    if isinstance(body.then, ThenBody):
        plain = {
            "name": body.id,
            "at": body.at or Moment.REQUEST,
            "then": body.then,
            "when": body.when or WhenBody(),
        }
    else:
        plain = {name: getattr(body, name) for name in _SHORT_FORM}
    return msgspec.convert(msgspec.to_builtins(plain), PolicyRule)


def mixed(rule: RuleBody, place: int) -> Iterator[FieldError]:
    """Find fields of the other form, and the name that is missing."""
    is_long = isinstance(rule.then, ThenBody)
    strange, needed = (_SHORT_ONLY, "id") if is_long else (_LONG_ONLY, "name")
    for name in strange:
        if getattr(rule, name) not in (None, ()):
            yield FieldError(
                pointer=f"/rules/{place}/{name}",
                code="contradictory",
                detail=f"A rule {_FORM[is_long]} has no {name}. {_REMEDY[is_long]}",
            )
    if getattr(rule, needed) is None:
        yield FieldError(
            pointer=f"/rules/{place}/{needed}",
            code="missing",
            detail=f"A rule {_FORM[is_long]} needs {needed!r}; give it.",
        )


_FORM: Final = {True: "with actions", False: "in the short form"}
_REMEDY: Final = {
    True: "Say it in when or then.",
    False: "Make then an object of actions, or name it as the short form does.",
}
