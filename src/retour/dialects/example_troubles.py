"""The samples of what is told of no return and no order: troubles, their ends, and tests."""

from __future__ import annotations

from typing import Final

from retour.dialects.example_order import CUSTOMER, at
from retour.dialects.stored import StoredEvent, StoredSnapshot
from retour.kernel.ids import Mint, workspace_text
from retour.lifecycle.model import Actor, ActorKind, EventType, Personal

Details = dict[str, str | int | bool | None]
_RECONCILIATION: Final = Mint(at(60), b"reconciliation".ljust(16))("rcn")
_CHANNEL: Final[Details] = {"channel_account": "ce", "channel_name": "ChannelEngine", "waiting": 2}
_REFUSED: Final = "ChannelEngine does not know the API key. Put the account with a new one."


def trouble_example(event_type: EventType, subscription: str) -> StoredEvent:
    """Give a sample of an event that has neither return nor order."""
    match event_type:
        case EventType.RECONCILIATION_DIFFERS:
            details: Details = {
                "reconciliation": _RECONCILIATION,
                "processor": "stripe",
                "found": 2412,
                "unexplained": 3,
                "percent": "99.87",
            }
            return _told(event_type, _RECONCILIATION, "reconciliation", details)
        case EventType.CHANNEL_REFUSED:
            return _told(event_type, "channel/ce", "channel", {**_CHANNEL, "reason": _REFUSED})
        case EventType.CHANNEL_RESUMED:
            return _told(event_type, "channel/ce", "channel", _CHANNEL, place=2)
        case EventType.SUBSCRIPTION_PAUSED:
            details = {"subscription": subscription, "reason": "gone"}
            return _told(event_type, subscription, "api", details)
        case _:
            return _told(event_type, subscription, "api", {"subscription": subscription})


def _told(
    event_type: EventType, stream: str, source: str, details: Details, *, place: int = 1
) -> StoredEvent:
    return StoredEvent(
        id=Mint(at(60), event_type.encode().rjust(16))("evt"),
        type=event_type,
        workspace=workspace_text(1),
        occurred_at=at(60),
        sequence=None,
        stream=stream,
        stream_sequence=place,
        actor=Actor(kind=ActorKind.SYSTEM),
        source=source,
        snapshot=StoredSnapshot(details=details),
        personal=Personal(customer=CUSTOMER),
    )
