"""How often refunds, labels and parcels are looked after: data, like every producer's rules.

Their outcomes are commands (``refunds``, ``labels``); here is only when the next attempt is due.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from retour.dialects.dialect import DAY, MINUTE, DeliveryRules

REFUND_PAUSES_S: Final = (60, 10 * MINUTE)
"""After the first and the second known failure; the third ends the series."""
LABEL_PAUSES_S: Final = (10, MINUTE, 10 * MINUTE)


class Patience(NamedTuple):
    """How long a mail that the law asks for is tried, and after how many tries people are told."""

    pauses_s: tuple[int, ...]
    alarm_after: int


ACKNOWLEDGEMENT_PATIENCE: Final = Patience(
    pauses_s=(
        *(5, 30, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 3600, 2 * 3600, 4 * 3600),
        *(8 * 3600, 12 * 3600, DAY, DAY, DAY, DAY, DAY),
    ),
    alarm_after=6,
)
"""Without undue delay, and for a week; people hear of it after three quarters of an hour."""

ACKNOWLEDGEMENT_RULES: Final = DeliveryRules(
    schedule_s=(0, *ACKNOWLEDGEMENT_PATIENCE.pauses_s),
    goes_on=True,
    jitter=0.1,
    expiry_s=3650 * DAY,
)

REFUND_RULES: Final = DeliveryRules(
    schedule_s=(0, 10, MINUTE, 10 * MINUTE, 3600), goes_on=True, jitter=0.0, expiry_s=3650 * DAY
)
"""Where no outcome could even be recorded: money is not given up by a clock."""

TIMER_RULES: Final = DeliveryRules(
    schedule_s=(0, 10, MINUTE, 10 * MINUTE, 3600), goes_on=True, jitter=0.0, expiry_s=3650 * DAY
)
"""Where an order is too busy to be looked at: what is due stays due."""

LETTER_RULES: Final = DeliveryRules(
    schedule_s=(0, 5, 30, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 3600, 4 * 3600, 12 * 3600),
    goes_on=False,
    jitter=0.1,
    expiry_s=3650 * DAY,
)
"""A letter to a person: its link is good for an hour or a week, and another is soon asked for."""

LABEL_RULES: Final = DeliveryRules(
    schedule_s=(0, *LABEL_PAUSES_S), goes_on=True, jitter=0.0, expiry_s=3650 * DAY
)

TRACKING_PAUSES_S: Final = (3600, 3600, 2 * 3600, 4 * 3600, 6 * 3600)
"""Between two looks at where a parcel is; the last repeats."""
TRACKING_LOOKS_MAX: Final = 400
"""A hundred days: after that a parcel is for people."""

TRACKING_RULES: Final = DeliveryRules(
    schedule_s=(0, *TRACKING_PAUSES_S), goes_on=True, jitter=0.1, expiry_s=3650 * DAY
)
