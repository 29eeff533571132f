"""The bodies that fulfillmenttools' returns API is sent, as types.

Field names are theirs; an unknown one is refused by name.  Ids and codes may be quoted or bare,
counts and amounts too (``2``, ``"2"``, ``2.00``); amounts are read as decimals, never as binary
fractions.  What a body asks for is worked out in ``plan``.  Pure data.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final, Literal, dataclass_transform

import msgspec
from msgspec import Meta, field

from retour.dialects.fulfillmenttools.layout import LineStatus
from retour.kernel.problems import FieldError, InvalidRequest

LINES_MAX: Final = 100
"""Lines in one list, as their schema bounds them."""
_REASONS_MAX: Final = 20
_TRANSLATIONS_MAX: Final = 100
_COUNT_MAX: Final = 100_000
_DECIMALS_MAX: Final = 12
_FALLBACK_LOCALE: Final = "en_US"

Id = Annotated[str, Meta(min_length=1, max_length=255)] | int
"""A name, bare where it is all figures."""
Text = Annotated[str, Meta(max_length=4000)]
Said = Annotated[str, Meta(min_length=1, max_length=4000)]
Locale = Annotated[str, Meta(min_length=1, max_length=35)]
Localized = Annotated[dict[Locale, Text], Meta(min_length=1, max_length=_TRANSLATIONS_MAX)]
Code = Annotated[str, Meta(min_length=1, max_length=100, pattern="^[^\\s]+$")] | int
"""What a scanner reads: no blanks."""
Codes = Annotated[tuple[Id, ...], Meta(max_length=LINES_MAX)]
ItemReturnWord = Literal[
    "ANNOUNCED",
    "OPEN",
    "IN_PROGRESS",
    "PAUSED",
    "FINISHED",
    "WAITING_FOR_INPUT",
    "CANCELED",
    "OBSOLETE",
]
JobWord = Literal["OPEN", "IN_PROGRESS", "FINISHED", "CANCELED"]
RefundWord = Literal["OPEN", "IN_PROGRESS", "CLOSED"]
ItemReturnAction = Literal[
    "AnnounceItemReturn",
    "OpenItemReturn",
    "StartItemReturn",
    "PauseItemReturn",
    "FinishItemReturn",
    "CancelItemReturn",
    "WaitForInputItemReturn",
]
JobAction = Literal[
    "StartItemReturnJob",
    "FinishItemReturnJob",
    "RestartItemReturnJob",
    "CHANGE_LINE_ITEMS_TO_NOT_RETURNABLE_IN_ITEM_RETURN_JOB",
    "CHANGE_LINE_ITEMS_TO_RETURNABLE_IN_ITEM_RETURN_JOB",
    "REPLACE_LINE_ITEMS_ON_ITEM_RETURN_JOB",
]


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A body in their spelling: unknown fields are an error."""


# ---------------------------------------------------------------- what came back


class ReasonNew(Body):
    """Why it comes back: in words, in words by locale, or both."""

    reason: Said | None = None
    reason_localized: Localized | None = None
    comment: Said | None = None


class DecisionReason(Body):
    """Why a line was accepted, rejected or set aside."""

    reason_localized: Localized
    comment: Text | None = None


class LineNew(Body):
    """One unit that comes back."""

    status: LineStatus
    item_return_job_line_item_ref: Id | None = None
    tenant_article_id: Id | None = None
    reasons: Annotated[tuple[ReasonNew, ...], Meta(max_length=_REASONS_MAX)] = ()
    item_condition: Said | None = None
    item_condition_localized: Localized | None = None
    item_condition_comment: Text | None = None
    decision_reason: DecisionReason | None = None
    scanned_codes: Codes = ()


Lines = Annotated[tuple[LineNew, ...], Meta(min_length=1, max_length=LINES_MAX)]


class ItemReturnNew(Body):
    """Goods that come back to one facility."""

    status: ItemReturnWord
    return_facility_ref: Id
    returned_line_items: Lines
    scannable_codes: Annotated[tuple[Code, ...], Meta(max_length=20)] = ()


class ItemReturnAdd(Body):
    """An ItemReturn for a job in the version its sender has seen."""

    item_return_for_creation: ItemReturnNew
    item_return_job_version: Decimal


class LinesReplace(Body):
    """All lines of an ItemReturn anew."""

    returned_line_items: Lines
    item_return_job_version: Decimal


class NotReturnableLinesReplace(Body):
    """All lines of an ItemReturn anew that the job does not let come back."""

    returned_not_returnable_line_items: Lines
    item_return_job_version: Decimal


class ItemReturnAct(Body):
    """One thing to be done with an ItemReturn."""

    name: ItemReturnAction
    item_return_job_version: Decimal


class Price(Body):
    """An amount of money."""

    value: Decimal
    currency: Annotated[str, Meta(min_length=3, max_length=3)]


class RefundAsked(Body):
    """How much of a line is refunded: an amount, or a share of what was paid; not both."""

    status: RefundWord = "OPEN"
    price: Price | None = None
    percent: Decimal | None = None


class LinePatch(Body):
    """A decision about one unit, money for it, or both."""

    item_return_job_version: Decimal
    status: LineStatus | None = None
    decision_reason: DecisionReason | None = None
    refund: RefundAsked | None = None


# ---------------------------------------------------------------- the job


class PriceOfUnit(Body):
    """What one unit cost."""

    price_per_unit: Decimal
    currency: Annotated[str, Meta(min_length=3, max_length=3)]


class Article(Body):
    """What was delivered."""

    tenant_article_id: Id
    title: Annotated[str, Meta(min_length=1, max_length=1000)]
    image_url: Annotated[str, Meta(max_length=2048)] | None = None
    prices: Annotated[tuple[PriceOfUnit, ...], Meta(max_length=1)] = ()


class JobLineNew(Body):
    """A line of what was delivered; ``id`` where it is one the job has already."""

    article: Article
    delivered: Decimal
    id: Id | None = None
    scannable_codes: Codes = ()


JobLines = Annotated[tuple[JobLineNew, ...], Meta(max_length=LINES_MAX)]


class JobAct(Body):
    """One thing to be done with a job; which fields go with it depends on its name."""

    name: JobAction
    version: Decimal
    line_item_ids: Annotated[tuple[Id, ...], Meta(max_length=20)] = ()
    returnable_line_items: JobLines | None = None
    not_returnable_line_items: JobLines | None = None


class PhoneNumber(Body):
    """How somebody is called up."""

    value: Said
    label: Text | None = None
    type: Text | None = None


class ConsumerAddress(Body):
    """Where the goods went, and to whom."""

    street: Text | None = None
    house_number: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    country: Text | None = None
    province: Text | None = None
    additional_address_info: Text | None = None
    company_name: Text | None = None
    salutation: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    email: Text | None = None
    phone_numbers: Annotated[tuple[PhoneNumber, ...], Meta(max_length=10)] = ()
    address_type: Literal["POSTAL_ADDRESS", "INVOICE_ADDRESS", "PARCEL_LOCKER"] = "POSTAL_ADDRESS"


class JobNew(Body):
    """A delivered order that its merchant has not put otherwise."""

    origin_facility_refs: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=50)]
    consumer_addresses: Annotated[tuple[ConsumerAddress, ...], Meta(min_length=1, max_length=10)]
    returnable_line_items: Annotated[
        tuple[JobLineNew, ...], Meta(min_length=1, max_length=LINES_MAX)
    ]
    tenant_order_id: Id
    status: JobWord = "OPEN"
    not_returnable_line_items: JobLines = ()
    custom_attributes: Annotated[dict[str, Text], Meta(max_length=100)] = field(
        default_factory=dict[str, str]
    )


# ---------------------------------------------------------------- the configuration


class ReasonOffered(Body):
    """A reason that can be chosen."""

    reason_localized: Localized
    identifier: Annotated[str, Meta(pattern="^([1-9][0-9]?|[A-Z])$")] | None = None


class ConditionOffered(Body):
    """A condition that goods can be found in."""

    condition_localized: Localized
    identifier: Annotated[str, Meta(pattern="^([1-9][0-9]?|[A-Z])$")] | None = None


class DecisionOffered(Body):
    """A reason for decisions of these kinds; of all kinds where none is named."""

    reason_localized: Localized
    context: Annotated[
        tuple[Literal["ACCEPTED", "REJECTED", "WAITING_FOR_INPUT"], ...], Meta(max_length=3)
    ] = ()


class ConfigurationPut(Body):
    """What a workspace says about ItemReturns, whole, over the version its sender has seen."""

    version: Decimal
    allow_trigger_refund: bool = False
    available_return_reasons: Annotated[tuple[ReasonOffered, ...], Meta(max_length=LINES_MAX)] = ()
    available_item_conditions: Annotated[
        tuple[ConditionOffered, ...], Meta(max_length=LINES_MAX)
    ] = ()
    available_decision_reasons: Annotated[
        tuple[DecisionOffered, ...], Meta(max_length=LINES_MAX)
    ] = ()
    return_type_configuration: Literal["RETURN", "ITEM_RETURN"] = "ITEM_RETURN"


# ---------------------------------------------------------------- subscriptions


class HeaderGiven(Body):
    """A header that goes with every message."""

    key: Said
    value: Text


Headers = Annotated[tuple[HeaderGiven, ...], Meta(max_length=20)]


class Target(Body):
    """Where messages go."""

    type: Literal["WEBHOOK"]
    callback_url: Annotated[str, Meta(min_length=1, max_length=2048)]
    headers: Headers = ()


class SubscriptionAdd(Body):
    """Who wants to be told of one event; the address in ``target``, or beside it as of old."""

    name: Said
    event: Said
    target: Target | None = None
    callback_url: Annotated[str, Meta(min_length=1, max_length=2048)] | None = None
    headers: Headers | None = None


# ---------------------------------------------------------------- reading


def whole(value: Decimal, pointer: str, *, least: int = 1) -> int:
    """Read a count, however it was written.

    Raises:
        InvalidRequest: It is no whole number, or out of range.
    """
    if value.is_finite() and value == value.to_integral_value() and least <= value <= _COUNT_MAX:
        return int(value)
    shown = str(value)[:40]
    detail = f"{shown} is no whole number from {least} to {_COUNT_MAX}. Give one."
    raise InvalidRequest(FieldError(pointer=pointer, code="out_of_range", detail=detail))


def plain(value: Decimal) -> str | None:
    """Write a decimal without an exponent; ``None`` where it is no amount anybody means."""
    if not value.is_finite() or abs(value.adjusted()) > _DECIMALS_MAX:
        return None
    return f"{value:f}"


def wording(localized: Mapping[str, str], locale: str) -> str:
    """Choose the words for a locale: its own, its language's, English ones, else the first."""
    language = locale.partition("_")[0]
    for name in (locale, *(one for one in localized if one.partition("_")[0] == language)):
        if name in localized:
            return localized[name]
    return localized.get(_FALLBACK_LOCALE) or next(iter(localized.values()))
