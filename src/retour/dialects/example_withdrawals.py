"""The samples of what is told about withdrawals: a statement, its mail sent, its mail not taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from retour.dialects.stored import StoredEvent, stored
from retour.kernel.ids import Mint, workspace_text
from retour.lifecycle.model import Actor, ActorKind, Customer, Event, EventType
from retour.lifecycle.withdrawals.acts import ActKind, Details, add_act, told
from retour.lifecycle.withdrawals.withdrawing import (
    START,
    Judged,
    Labels,
    Link,
    Withdraw,
    announced,
    content_of,
    sealed,
)

TYPES: Final = frozenset(
    {
        EventType.WITHDRAWAL_RECEIVED,
        EventType.WITHDRAWAL_ACKNOWLEDGED,
        EventType.ACKNOWLEDGEMENT_FAILED,
    }
)
_AT: Final = datetime(2026, 3, 5, 9, 31, tzinfo=UTC)
_MINT: Final = Mint(_AT, b"a withdrawal's own")
_ID: Final = _MINT("wdr")
_DELIVERY: Final = _MINT("dlv")
_SAID: Final = Withdraw(
    name="Alex Jansen",
    email="alex.jansen@example.com",
    statement="I hereby withdraw from my contract: order 000100042 <both mugs>.",
    order_number="000100042",
    locale="en",
    labels=Labels(entry="withdraw from contract here", confirm="confirm withdrawal"),
    page="1",
    ip="203.0.113.77",
)
_SENT: Final[Details] = {
    "delivery": _DELIVERY,
    "attempt": 1,
    "relay": "mail.example.com",
    "status_code": 250,
    "answer": "2.0.0 Ok: queued as 4XyZ",
    "message_id": "<01k0000000000000.0a1b2c3d@example.com>",
    "mail_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
_NOT_SENT: Final[Details] = {
    "delivery": _DELIVERY,
    "attempt": 1,
    "relay": "mail.example.com",
    "status_code": 550,
    "answer": "5.1.1 No such user",
    "is_final": True,
}


def _link() -> Link:
    return sealed(
        workspace=workspace_text(1),
        id=_ID,
        number=1,
        received_at=_AT,
        recorded_at=_AT,
        content=content_of(_SAID, bytes(16).hex()),
        previous=START,
    )


def withdrawal_example(event_type: EventType) -> StoredEvent:
    """Give the sample of one of ``TYPES``."""
    link = _link()
    if event_type is EventType.WITHDRAWAL_RECEIVED:
        event = announced(
            link,
            _SAID,
            Judged(is_matched=True, in_time=True),
            zone=ZoneInfo("Europe/Amsterdam"),
            actor=Actor(kind=ActorKind.CUSTOMER),
            source="portal",
        )
        return _stored(event, 1)
    is_sent = event_type is EventType.WITHDRAWAL_ACKNOWLEDGED
    act = add_act(
        link,
        (),
        ActKind.ACKNOWLEDGED if is_sent else ActKind.UNACKNOWLEDGED,
        at=_AT + timedelta(seconds=1),
        recorded_at=_AT + timedelta(seconds=1),
        by=Actor(kind=ActorKind.SYSTEM),
        details=_SENT if is_sent else _NOT_SENT,
    )
    customer = Customer(email=_SAID.email, name=_SAID.name, locale=_SAID.locale)
    return _stored(told(link, act, customer, "delivery"), 2)


def _stored(event: Event, stream_sequence: int) -> StoredEvent:
    return stored(
        event,
        id=Mint(event.at, event.type.encode().rjust(16))("evt"),
        workspace=workspace_text(1),
        stream=_ID,
        stream_sequence=stream_sequence,
    )
