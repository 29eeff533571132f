"""What is asked and what is known when a policy is asked: one line, and the occasion all share."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from retour.kernel.value import Value


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
