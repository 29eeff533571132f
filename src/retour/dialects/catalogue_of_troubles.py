"""What the events of troubles mean that are no return's, and of their ends."""

from __future__ import annotations

from typing import Final

from retour.lifecycle.model import EventType

SAID_OF_TROUBLES: Final = (
    (
        EventType.RECONCILIATION_DIFFERS,
        "Reconciliation differs",
        "Refunds at a processor and ours are not all explained by each other.",
        "A reconciliation ends below 100 %.",
    ),
    (
        EventType.CHANNEL_REFUSED,
        "Channel refused",
        "A channel knows our key no more: nothing is found or told there, everything waits.",
        "A look or a settlement is refused for its key.",
    ),
    (
        EventType.CHANNEL_RESUMED,
        "Channel resumed",
        "An account whose key was refused goes on, with all that waited.",
        "Another key is put, or a person lets it go live again.",
    ),
    (
        EventType.SUBSCRIPTION_PAUSED,
        "Subscription paused",
        "Nothing is sent to a subscription until somebody resumes it; everything waits.",
        "Its receiver is gone, has failed for too long, or a person paused it.",
    ),
)
