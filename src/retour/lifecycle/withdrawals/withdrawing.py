"""Withdrawals: a consumer's statement that ends a contract (Directive 2011/83/EU, Article 11a).

A legal statement, not a return: no policy is asked, nothing about the order can refuse it.  Its
evidence is a chain: each record names the digest of what was said and the hash of the record
before, so none can be changed, dropped or slipped in without breaking the links around it.
Digests stand between words and chain; the chain outlives words that are erased.  Pure.
"""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from retour.kernel.value import Value
from retour.lifecycle.bodies import Body, Instant, Quantity, Some, Text, Word
from retour.lifecycle.model import Actor, Customer, Event, EventType, Personal, Snapshot
from retour.policy.consumer_law import refund_by

START: Final = bytes(32)
"""Stands for the hash before the first."""

_CANONICAL: Final = msgspec.json.Encoder(order="sorted")


class WithdrawalStatus(StrEnum):
    """Whether it is known which order a withdrawal is about."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"  # Waits for an agent; the consumer has withdrawn all the same.
    DUPLICATE = "duplicate"  # Says again what another says; it stays as evidence.
    DISMISSED = "dismissed"  # Ends no contract, as an agent has found and said why.


class Acknowledgement(StrEnum):
    """What became of the mail that says what was received, and when."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  # Nobody has taken it yet; an agent is told.
    NONE = "none"  # From before mails were sent from here.


class WithdrawnLine(Body):
    """Goods that a partial withdrawal is about, in the consumer's words; no order is asked."""

    line: Word | None = None
    sku: Word | None = None
    title: Text | None = None
    quantity: Quantity | None = None


class Labels(Body):
    """The words on the two buttons that the consumer pressed."""

    entry: Word
    confirm: Word


class Withdraw(Body):
    """Declare a withdrawal.  Of what identifies the contract, whatever the consumer knows.

    Args:
        submitted_at: When the consumer confirmed, where whoever hands it in knows that.
        locale: In which language they are answered.
        labels: What they were shown.
        page: Which version of which form.
        ip: Where from; only the network of it is kept.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    email: Annotated[str, Meta(min_length=3, max_length=320)]
    statement: Annotated[str, Meta(min_length=1, max_length=20_000)]
    order_number: Word | None = None
    contract: Text | None = None
    lines: Annotated[tuple[WithdrawnLine, ...], Some] | None = None
    submitted_at: Instant | None = None
    locale: Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")] | None = None
    labels: Labels | None = None
    page: Word | None = None
    ip: Annotated[str, Meta(max_length=64)] | None = None


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
    locale: str | None = None
    labels: Labels | None = None
    page: str | None = None
    network: str | None = None  # The consumer's, not their address.


class Link(Value):
    """One record of the chain, as it is kept.

    Args:
        workspace: Its outward form, ``ws_…``.
        number: Gapless per workspace, from 1.
        received_at: The workspace's business time.
        recorded_at: Database time.
        content: A ``Content`` in its canonical bytes; None once erased.
        previous: The hash of the record before, or ``START``.
    """

    workspace: str
    id: str
    number: int
    received_at: datetime
    recorded_at: datetime
    content: bytes | None
    content_digest: bytes
    previous: bytes
    hash: bytes

    @property
    def reference(self) -> str:
        """Give the number that people read aloud."""
        return f"W-{self.number:06d}"

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

    content: bool | None  # What was said has the digest on record; nothing is left once erased.
    record: bool  # The record has the hash that is kept.
    previous: bool  # It names the hash of the record before, or it is the first.
    following: bool | None  # The record behind names its hash; the last one has none behind it.

    @property
    def all_hold(self) -> bool:
        """Whether nothing disagrees."""
        return self.record and self.previous and False not in (self.content, self.following)


class Judged(NamedTuple):
    """What is known of a statement once it is taken; ``None`` is not known."""

    is_matched: bool
    in_time: bool | None = None


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
            locale=said.locale,
            labels=said.labels,
            page=said.page,
            network=None if said.ip is None else network_of(said.ip),
        )
    )


def network_of(ip: str) -> str | None:
    """Give the network an address lies in, too wide to be one person's; None where it is none.

    >>> network_of("203.0.113.77"), network_of("2001:db8:1:2::3"), network_of("unix")
    ('203.0.113.0/24', '2001:db8:1::/48', None)
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    bits = 24 if address.version == 4 else 48  # noqa: PLR2004 - the version of the protocol
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


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
        content=None if link.content is None else _sha256(link.content) == link.content_digest,
        record=_sha256(link.record) == link.hash,
        previous=expected == link.previous,
        following=None if behind is None else behind == link.hash,
    )


def announced(
    link: Link, said: Withdraw, judged: Judged, *, zone: tzinfo, actor: Actor, source: str
) -> Event:
    """Give the event that tells of a statement.  Its ``hash`` is a witness outside our walls."""
    submitted = said.submitted_at or link.received_at
    return Event(
        type=EventType.WITHDRAWAL_RECEIVED,
        at=link.received_at,
        actor=actor,
        source=source,
        snapshot=Snapshot(
            details={
                "withdrawal": link.id,
                "reference": link.reference,
                "message": link.id,
                "order_number": said.order_number,
                "matched": judged.is_matched,
                "in_time": judged.in_time,
                "submitted_at": _instant(submitted),
                "refund_by": _instant(refund_by(link.received_at, zone)),
                "zone": str(zone),
                "hash": link.hash.hex(),
            }
        ),
        personal=Personal(
            customer=Customer(email=said.email, name=said.name, locale=said.locale),
            messages={link.id: said.statement},
        ),
    )


def _instant(at: datetime) -> str:
    text: str = msgspec.to_builtins(at.astimezone(UTC))
    return text


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
