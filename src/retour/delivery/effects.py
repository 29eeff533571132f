"""How often refunds and labels are tried: data, like every producer's rules.

Their outcomes are commands (``refunds``, ``labels``); here is only when the next attempt is due.
"""

from __future__ import annotations

from typing import Final

from retour.dialects.dialect import DAY, MINUTE, DeliveryRules

REFUND_PAUSES_S: Final = (60, 10 * MINUTE)
"""After the first and the second known failure; the third ends the series."""
LABEL_PAUSES_S: Final = (10, MINUTE, 10 * MINUTE)

REFUND_RULES: Final = DeliveryRules(
    schedule_s=(0, 10, MINUTE, 10 * MINUTE, 3600), goes_on=True, jitter=0.0, expiry_s=3650 * DAY
)
"""Where no outcome could even be recorded: money is not given up by a clock."""

TIMER_RULES: Final = DeliveryRules(
    schedule_s=(0, 10, MINUTE, 10 * MINUTE, 3600), goes_on=True, jitter=0.0, expiry_s=3650 * DAY
)
"""Where an order is too busy to be looked at: what is due stays due."""

LABEL_RULES: Final = DeliveryRules(
    schedule_s=(0, *LABEL_PAUSES_S), goes_on=True, jitter=0.0, expiry_s=3650 * DAY
)
