"""Withdrawals: a consumer's statement that ends a contract (Directive 2011/83/EU, Article 11a).

A legal statement, not a return: no policy is asked, nothing about the order can refuse it.  Its
evidence is a chain: each record names the digest of what was said and the hash of the record
before, so none can be changed, dropped or slipped in without breaking the links around it.
Digests stand between words and chain; the chain outlives words that are erased.  Pure.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from retour.kernel.value import Value
from retour.lifecycle.commands import Body, Instant, Quantity, Some, Text, Word
from retour.lifecycle.model import Actor, Customer, Event, EventType, Personal, Snapshot

REFUND_DAYS: Final = 14
"""Article 13: the trader pays back within so many days of being informed."""
START: Final = bytes(32)
"""Stands for the hash before the first."""

_CANONICAL: Final = msgspec.json.Encoder(order="sorted")


class WithdrawalStatus(StrEnum):
    """Whether it is known which order a withdrawal is about."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"  # Waits for an agent; the consumer has withdrawn all the same.


class WithdrawnLine(Body):
    """Goods that a partial withdrawal is about, in the consumer's words; no order is asked."""

    line: Word | None = None
    sku: Word | None = None
    title: Text | None = None
    quantity: Quantity | None = None


class Withdraw(Body):
    """Declare a withdrawal.  Of what identifies the contract, whatever the consumer knows.

    ``submitted_at`` is when the consumer confirmed, where whoever hands it in knows that.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    email: Annotated[str, Meta(min_length=3, max_length=320)]
    statement: Annotated[str, Meta(min_length=1, max_length=20_000)]
    order_number: Word | None = None
    contract: Text | None = None
    lines: Annotated[tuple[WithdrawnLine, ...], Some] | None = None
    submitted_at: Instant | None = None


class Content(Value):
    """What was said, word for word; ``nonce`` lets its digest outlive it without telling it."""

    name: str
    email: str
    statement: str
    order_number: str | None
    contract: str | None
    lines: tuple[WithdrawnLine, ...] | None
    submitted_at: datetime | None
    nonce: str


class Link(Value):
    """One record of the chain, as it is kept.

    Args:
        workspace: Its outward form, ``ws_…``.
        number: Gapless per workspace, from 1.
        received_at: The workspace's business time.
        recorded_at: Database time.
        content: A ``Content`` in its canonical bytes.
        previous: The hash of the record before, or ``START``.
    """

    workspace: str
    id: str
    number: int
    received_at: datetime
    recorded_at: datetime
    content: bytes
    content_digest: bytes
    previous: bytes
    hash: bytes

    @property
    def record(self) -> bytes:
        """The canonical bytes that ``hash`` is of."""
        return _CANONICAL.encode(
            {
                "content_sha256": self.content_digest.hex(),
                "id": self.id,
                "number": self.number,
                "previous": self.previous.hex(),
                "received_at": self.received_at.astimezone(UTC),
                "recorded_at": self.recorded_at.astimezone(UTC),
                "workspace": self.workspace,
            }
        )


class Checks(NamedTuple):
    """What was recomputed, and whether it agrees; ``None`` where there is nothing to compare."""

    content: bool  # What was said has the digest on record.
    record: bool  # The record has the hash that is kept.
    previous: bool  # It names the hash of the record before, or it is the first.
    following: bool | None  # The record behind names its hash; the last one has none behind it.

    @property
    def all_hold(self) -> bool:
        """Whether nothing disagrees."""
        return self.content and self.record and self.previous and self.following is not False


def content_of(said: Withdraw, nonce: str) -> bytes:
    """Write what was said in canonical bytes: JSON, keys by the alphabet, no spaces, UTC."""
    submitted = said.submitted_at
    return _CANONICAL.encode(
        Content(
            name=said.name,
            email=said.email,
            statement=said.statement,
            order_number=said.order_number,
            contract=said.contract,
            lines=said.lines,
            submitted_at=None if submitted is None else submitted.astimezone(UTC),
            nonce=nonce,
        )
    )


def sealed(
    *,
    workspace: str,
    id: str,
    number: int,
    received_at: datetime,
    recorded_at: datetime,
    content: bytes,
    previous: bytes,
) -> Link:
    """Make a record with its digest and its hash."""
    bare = Link(
        workspace=workspace,
        id=id,
        number=number,
        received_at=received_at,
        recorded_at=recorded_at,
        content=content,
        content_digest=_sha256(content),
        previous=previous,
        hash=b"",
    )
    return msgspec.structs.replace(bare, hash=_sha256(bare.record))


def check(link: Link, *, before: bytes | None, behind: bytes | None) -> Checks:
    """Recompute a record and compare it with those around it.

    Args:
        link: The record as it is kept.
        before: The hash of the record before, if there is one.
        behind: What the record behind says came before it, if there is one.
    """
    expected = START if link.number == 1 else before
    return Checks(
        content=_sha256(link.content) == link.content_digest,
        record=_sha256(link.record) == link.hash,
        previous=expected == link.previous,
        following=None if behind is None else behind == link.hash,
    )


def refund_by(received_at: datetime, zone: tzinfo) -> datetime:
    """Give the instant by which all must be paid back: the end of the last day, in UTC.

    The day of the statement does not count (Regulation 1182/71).  Where the last day is no working
    day, the law may give longer; this is the instant that is never too late.
    """
    last = received_at.astimezone(zone).date() + timedelta(days=REFUND_DAYS)
    return datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)


def announced(
    link: Link, said: Withdraw, *, is_matched: bool, zone: tzinfo, actor: Actor, source: str
) -> Event:
    """Give the event that tells of a statement.  Its ``hash`` is a witness outside our walls."""
    return Event(
        type=EventType.WITHDRAWAL_RECEIVED,
        at=link.received_at,
        actor=actor,
        source=source,
        snapshot=Snapshot(
            details={
                "withdrawal": link.id,
                "message": link.id,
                "order_number": said.order_number,
                "matched": is_matched,
                "refund_by": msgspec.to_builtins(refund_by(link.received_at, zone)),
                "hash": link.hash.hex(),
            }
        ),
        personal=Personal(
            customer=Customer(email=said.email, name=said.name),
            messages={link.id: said.statement},
        ),
    )


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
