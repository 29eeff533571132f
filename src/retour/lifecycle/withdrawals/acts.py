"""What became of a withdrawal: records behind its own, each naming the hash of the one before.

Found, acknowledged, followed by a return, put aside, erased: all of it is appended, so that the
evidence tells the whole story and nothing of it can be taken back unseen.  An act holds no
personal words but those an agent wrote as a reason.  Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

import msgspec

from retour.kernel.value import Value
from retour.lifecycle.model import Actor, Customer, Event, EventType, Personal, Snapshot
from retour.lifecycle.withdrawals.withdrawing import Link

Details = dict[str, str | int | bool | None]
_CANONICAL: Final = msgspec.json.Encoder(order="sorted")


class ActKind(StrEnum):
    """What was done about a withdrawal."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"
    DUPLICATE = "duplicate"
    DISMISSED = "dismissed"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    RETURNED = "returned"
    ERASED = "erased"


class Act(Value):
    """One thing done, as its record says it.

    Args:
        n: From 1, gapless per withdrawal.
        at: The workspace's business time.
        recorded_at: Database time.
        previous: The hash of the act before; the statement's own for the first.
    """

    withdrawal: str
    n: int
    kind: ActKind
    at: datetime
    recorded_at: datetime
    by: Actor
    previous: str
    details: Details = {}


class KeptAct(Value):
    """An act as it is kept: the canonical bytes of its record, and their hash."""

    kind: ActKind
    record: bytes
    hash: bytes

    @property
    def act(self) -> Act:
        """What the record says."""
        return _ACT.decode(self.record)


_ACT: Final = msgspec.json.Decoder(Act)


def add_act(
    link: Link,
    acts: Sequence[KeptAct],
    kind: ActKind,
    *,
    at: datetime,
    recorded_at: datetime,
    by: Actor,
    details: Details | None = None,
) -> KeptAct:
    """Put an act behind those there are."""
    act = Act(
        withdrawal=link.id,
        n=len(acts) + 1,
        kind=kind,
        at=at.astimezone(UTC),
        recorded_at=recorded_at.astimezone(UTC),
        by=by,
        previous=(acts[-1].hash if acts else link.hash).hex(),
        details=details or {},
    )
    record = _CANONICAL.encode(act)
    return KeptAct(kind=kind, record=record, hash=hashlib.sha256(record).digest())


def acts_hold(link: Link, acts: Sequence[KeptAct]) -> bool:
    """Recompute the acts of a withdrawal: each has its hash, and names the one before."""
    before = link.hash
    for n, kept in enumerate(acts, start=1):
        if hashlib.sha256(kept.record).digest() != kept.hash:
            return False
        try:
            act = kept.act
        except msgspec.MsgspecError:
            return False
        named = (act.withdrawal, act.n, act.kind, act.previous)
        if named != (link.id, n, kept.kind, before.hex()):
            return False
        before = kept.hash
    return True


def told(link: Link, kept: KeptAct, customer: Customer, source: str) -> Event:
    """Give the event that tells what became of the acknowledgement."""
    act = kept.act
    is_sent = act.kind is ActKind.ACKNOWLEDGED
    return Event(
        type=EventType.WITHDRAWAL_ACKNOWLEDGED if is_sent else EventType.ACKNOWLEDGEMENT_FAILED,
        at=act.at,
        actor=act.by,
        source=source,
        snapshot=Snapshot(
            details={
                "withdrawal": link.id,
                "reference": link.reference,
                **act.details,
                "hash": kept.hash.hex(),
            }
        ),
        personal=Personal(customer=customer),
    )
