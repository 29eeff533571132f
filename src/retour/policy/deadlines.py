"""How long a return may wait, and when that is over: the merchant's periods and their instants.

Periods are whole days of the workspace's zone.  A deadline is missed at the end of its last day,
by ``window``; people are reminded and warned in the morning, for nobody wants mail at midnight.
Pure: what a period counts from is an argument.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, tzinfo
from typing import Final

from msgspec import field

from retour.kernel.value import Value
from retour.policy.window import window

MORNING: Final = time(9)
"""When people are told something ahead of time, by the clocks of the workspace."""
REFUND_DAYS: Final = 14
"""Directive 2011/83/EU, Article 13: paid back within so many days of being informed."""


class Deadlines(Value):
    """How many days a return may wait for what; nobody asks where there is no number.

    Only the refund's is set unless said, for the law sets it.
    """

    remind_days: tuple[int, ...] = ()  # To send the goods, after leave or the newest label.
    ship_days: int | None = None  # To send the goods; then the return is canceled.
    label_days: int | None = None  # To use a label; then it is voided.
    dock_days: int | None = None  # To receive what a carrier has delivered.
    inspection_days: int | None = None  # To judge what was received.
    input_days: int | None = None  # To answer what a unit waits for.
    review_days: int | None = None  # To answer a request.
    refund_days: int | None = REFUND_DAYS  # To pay back, from being informed.
    channel_days: dict[str, int] = field(
        default_factory=dict
    )  # To handle a marketplace's return before it is canceled there, by channel.
    warn_days: int = 3  # Before the end of the others.


def deadline(since: datetime, days: int, zone: tzinfo) -> datetime:
    """Give the first instant at which ``days`` whole days after that of ``since`` are over."""
    return window(since, days, zone).ends_at


def reminder(since: datetime, days: int, zone: tzinfo) -> datetime:
    """Give the morning of the day ``days`` after that of ``since``."""
    last = window(since, days, zone).last_day
    return datetime.combine(last, MORNING, zone).astimezone(UTC)


def warning(since: datetime, days: int, warn_days: int, zone: tzinfo) -> datetime | None:
    """Give the morning ``warn_days`` before a deadline's last day.

    ``None`` where that is not after ``since``: who has just begun need not be warned.
    """
    if warn_days > days:
        return None
    at = reminder(since, days - warn_days, zone)
    return at if at > since else None
