"""Every bound of this room with its reason; what producers promise is their dialects'.

Seconds end in ``_S``.  Never here: limits of one exchange (``gateways.limits``).
"""

from __future__ import annotations

from typing import Final

# --- Leasing ------------------------------------------------------------------------------------

LEASE_S: Final = 60
"""A crashed worker's lanes come back after this; longer than any receiver may take."""
LEASE_MARGIN_S: Final = 5
"""Nothing is sent in the last seconds of a lease: two workers must not send one lane."""
RUN_AHEAD: Final = 16
"""Deliveries of one lane per lease, sent strictly one after another."""
LEASE_LANES_MAX: Final = 500
"""Lanes per call: enough to drown its cost, few enough to decode without a pause."""
LEASE_PAUSE_S: Final = 0.01
"""Between two calls, so that a trickle of free slots is not a call each."""
DISCOVERY_S: Final = 1.0
"""The truth about what is due, for whoever was not hinted."""
LOOK_WHEN_RICH_S: Final = 5.0
"""The same while more is known to be due than can be worked on; each look asks all of them."""

# --- Sending ------------------------------------------------------------------------------------

IN_FLIGHT_MAX: Final = 1000
"""Lanes of one process that are being worked on."""
PER_SUBSCRIPTION: Final = 8
"""Lanes of one subscription that are: no receiver is flooded, nobody waits for a dead one."""
SLOW_S: Final = 1.0
"""A receiver that takes longer loses lanes until it is faster."""
SUSPECTS_SHARE: Final = 4
"""Failing and slow subscriptions together hold at most one slot in so many."""
QUANTUM: Final = 8
"""Lanes a workspace may take before the next one has its turn."""
RENDERED_BYTES_MAX: Final = 64_000_000
"""Bytes of messages remembered for the next subscription that says the same."""
GRACE_S: Final = 25.0
"""How long a stopping process finishes what is in flight."""

# --- Settling -----------------------------------------------------------------------------------

SETTLE_PAUSE_S: Final = 0.02
SETTLE_BATCH: Final = 400
"""Results are written when there are so many, or when the oldest has waited so long."""
UNSETTLED_MAX: Final = 2000
"""Leasing stops while so many results wait to be written: leases must not outlive their results."""
UNSETTLED_S: Final = 2.0
"""The same, by the age of the oldest."""
SETTLE_AGAIN_S: Final = (0.1, 0.5, 1.0, 2.0)
"""Pauses before a batch is offered again to a database that is away; the last repeats."""
DETAIL_LENGTH_MAX: Final = 500
HEADERS_LENGTH_MAX: Final = 4000
"""Characters of a request's or reply's headers that are kept with an attempt."""

# --- Judging ------------------------------------------------------------------------------------

RETRY_AFTER_MAX_S: Final = 24 * 3600
RETRY_AFTER_MIN_S: Final = 1
PROBING_FAILURES: Final = 20
PROBING_S: Final = 300
"""So many failures in a row, over at least so long, and a subscription is only probed."""
PROBE_PAUSES_S: Final = (10, 30, 60, 120, 300)
"""Before each probe; the last repeats.  A probe costs the message no attempt."""
POISON_PAUSES_S: Final = (5, 60)
"""Before a message that could not be made is tried again; then it is given up."""

# --- Keeping ------------------------------------------------------------------------------------

PARTITIONS_AHEAD_DAYS: Final = 14
RETENTION_DAYS: Final = 30
"""The log, its attempts and the bytes; events stay."""
REPLIES_DAYS: Final = 30
"""Replies kept for idempotency keys."""
MAINTENANCE_S: Final = 3600.0
