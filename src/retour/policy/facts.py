"""What is asked and what is known when a policy is asked: one line, and the occasion all share."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from msgspec import field

from retour.kernel.value import Value
from retour.policy.history import CustomerFacts, Listing
from retour.policy.weighing import RiskScore


class Piece(Value):
    """One unit as somebody judged it: what the second moment looks at."""

    grade: str | None = None
    condition: str | None = None
    disposition: str | None = None
    answers: dict[str, str] = field(default_factory=dict)  # By check, as words.


class Asked(Value):
    """One line of the request, with what is known of the order line behind it."""

    line: str
    sku: str
    group: str | None = None
    reasons: tuple[str, ...] = ()  # Codes and texts alike: a rule may name either.
    returnable: bool = True
    handed_over: bool = True
    quantity: int = 1
    unit_price: int | None = None  # Minor units of the occasion's currency.
    variants: int = 1  # SKUs of the same article in the order.
    value: int | None = None  # Of the units asked for, after the line's discount.
    discount_percent: int | None = None  # Whole percent of the line's price, rounded down.
    weight_g: int | None = None
    tags: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    legal_ground: str | None = None  # Why the law lets no consumer withdraw from it, where it does.
    piece: Piece | None = None  # None at request.


class Occasion(Value):
    """What all lines of a request share.  The instants are those of the last item.

    ``zone`` is the merchant's, by whose days windows run.
    """

    at: datetime
    origin: str
    ordered_at: datetime
    shipped_at: datetime | None = None  # None: not known to have left.
    delivered_at: datetime | None = None  # None: something is still on its way.
    channel: str | None = None
    country: str | None = None
    currency: str | None = None
    total: int | None = None  # Of all lines after their discounts, in minor units.
    zone: tzinfo = UTC
    order_type: str | None = None
    tags: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    discount: int | None = None  # Of all lines, in minor units.
    discount_percent: int | None = None  # Whole percent of all lines' prices, rounded down.
    discount_codes: tuple[str, ...] = ()
    payment_kinds: tuple[str, ...] = ()
    units: int = 1  # Asked back in all lines.
    value: int | None = None  # Of all units asked for, in minor units.
    is_whole: bool = False  # Everything that was sold is asked back.
    outcome: str | None = None  # As asked for.
    method: str | None = None  # As asked for.
    answers: dict[str, str] = field(default_factory=dict)  # The request's own attributes.
    locale: str | None = None  # The shopper's.
    customer: CustomerFacts | None = None  # None where nothing was looked up.
    risk: RiskScore | None = None  # None until it is worked out, and where nobody wants it.
    listed: tuple[Listing, ...] = ()  # Entries of allow and block lists that speak of it.


def words_in(attributes: dict[str, str], name: str) -> tuple[str, ...]:
    """Read a list out of attributes, where words stand with commas between."""
    return tuple(word for part in attributes.get(name, "").split(",") if (word := part.strip()))
