"""Load: one call that brings everything a decision may look at, without a lock.

Typed caller of ``retour.look`` and ``retour.load``, which see everything as it stood at one moment.
Counters and reserved amounts come from their own rows and are laid over the stored order, so that
what ``decide`` sees is what the commit will check.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from retour.lifecycle.model import (
    CompactReturn,
    Counters,
    Customer,
    FacilityRef,
    LineWords,
    Order,
    Policy,
    Return,
    State,
)
from retour.store.judging import past_from

if TYPE_CHECKING:
    from collections.abc import Iterable

    import asyncpg

    from retour.policy.history import Past

_ORDER: Final = msgspec.json.Decoder(Order)
_CUSTOMER: Final = msgspec.json.Decoder(Customer)
_RETURN: Final = msgspec.json.Decoder(Return)
_COMPACT: Final = msgspec.json.Decoder(CompactReturn)
_WORDS: Final = msgspec.json.Decoder(dict[str, LineWords])
_POLICY: Final = msgspec.json.Decoder(Policy)

_LOOK: Final = "SELECT * FROM retour.look($1, $2, $3, $4, $5, $6, $7)"
_LOOK_WITH_PAST: Final = (
    "SELECT l.*, retour.past($1, l.order_id, l.order_body, $2) AS past"
    " FROM retour.look($1, $2, $3, $4, $5, $6, $7) AS l"
)
"""The same call, with what the order's customer did before."""
_LOAD: Final = "SELECT * FROM retour.load($1, $2, $3, $4, $5, $8, $9, $6, $7)"
_LOAD_WITH_PAST: Final = (
    "SELECT l.*, retour.past($1, l.order_id, l.order_body, $2) AS past"
    " FROM retour.load($1, $2, $3, $4, $5, $8, $9, $6, $7) AS l"
)
"""Both again, with fresh numbers."""


class FacilityBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A facility as stored.

    Args:
        blind: Nobody there is shown what is expected before it is counted.
        active: Where it is not, no new return is sent there; what is on its way is received.
        groups: The only groups of goods it takes; ``countries``: the only ones it takes from.
        zone: Whose days and hours those below are; the workspace's where it is not said.
        hours: When it takes parcels, by day of the week; ``holidays``: the days when it does not.
    """

    name: str
    kind: str
    external_id: str | None = None
    address: dict[str, str | None] | None = None
    attributes: dict[str, str] = {}
    blind: bool = False
    active: bool = True
    groups: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    zone: str | None = None
    hours: dict[str, str] = {}
    holidays: tuple[date, ...] = ()


_FACILITY: Final = msgspec.json.Decoder(FacilityBody)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The reply kept for an idempotency key."""

    digest: bytes
    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One order (or none), perhaps one return, and what surrounds them.

    Args:
        tick: Database time: leases, signatures, ids.
        at: Business time: what ``decide`` is told.
        state: None where the order is unknown; then only ``policy`` and the clocks are of use.
        past: What the order's customer did before, where that was asked for.
        return_version: 0 where no return was asked for.
        numbers: Fresh per-workspace numbers: a new return's first, where one was asked for.
    """

    tick: datetime
    at: datetime
    epoch: int
    state: State | None
    policy: Policy | None
    order_version: int
    stream_sequence: int
    return_version: int
    facility: FacilityRef | None
    numbers: tuple[int, ...]
    replay: Replay | None
    past: Past | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadKey:
    """What to load: a return by id, or an order by number.

    With ``new`` a return's number is drawn, and ``numbers`` more for lines.
    ``key_id`` and ``key`` name the idempotency record to look up along the way, ``past`` asks for
    what the order's customer did before.
    """

    workspace_id: int
    return_id: str | None = None
    order_number: str | None = None
    policy: str | None = None
    facility: str | None = None
    new: bool = False
    numbers: int = 0
    key_id: str | None = None
    key: str | None = None
    past: bool = False

    @property
    def draws(self) -> bool:
        """Whether fresh numbers are needed."""
        return self.new or self.numbers > 0


def _statement(wanted: LoadKey) -> str:
    if wanted.draws:
        return _LOAD_WITH_PAST if wanted.past else _LOAD
    return _LOOK_WITH_PAST if wanted.past else _LOOK


async def load(connection: asyncpg.Pool | asyncpg.Connection, wanted: LoadKey) -> Loaded | None:
    """Load what ``wanted`` names; ``None`` where the return is unknown in that workspace."""
    row = await connection.fetchrow(
        _statement(wanted),
        wanted.workspace_id,
        wanted.return_id,
        wanted.order_number,
        wanted.policy,
        wanted.facility,
        wanted.key_id,
        wanted.key,
        *((wanted.new, wanted.numbers) if wanted.draws else ()),
    )
    if row is None:
        return None
    number = row["return_number"] if wanted.draws else None
    first = row["first_number"] if wanted.draws else None
    digest = row["replay_digest"]
    policy = _POLICY.decode(row["policy"]) if row["policy"] is not None else None
    return Loaded(
        tick=row["tick"],
        at=row["tick"] + timedelta(microseconds=row["clock_offset_us"]),
        epoch=row["epoch"],
        state=_state(row, policy) if row["order_id"] is not None and policy is not None else None,
        policy=policy,
        order_version=row["order_version"] or 0,
        stream_sequence=row["stream_sequence"] or 0,
        return_version=row["return_version"] or 0,
        facility=_facility(row, wanted.facility),
        numbers=(
            *(() if number is None else (number,)),
            *(() if first is None else range(first, first + wanted.numbers)),
        ),
        replay=None
        if digest is None
        else Replay(digest=digest, status=row["replay_status"], body=row["replay_body"]),
        past=past_from(row["past"]) if wanted.past else None,
    )


def _state(row: asyncpg.Record, policy: Policy) -> State:
    return State(
        order=order_from(row),
        customer=_CUSTOMER.decode(row["customer"]),
        policy=policy,
        ret=None if row["return_body"] is None else _RETURN.decode(row["return_body"]),
        words={} if row["words"] is None else _WORDS.decode(row["words"]),
        others=tuple(_COMPACT.decode(body) for body in row["others"] or ()),
        others_words=_words_of(row["others_words"] or ()),
    )


def _words_of(texts: Iterable[str | None]) -> dict[str, LineWords]:
    words: dict[str, LineWords] = {}
    for text in texts:
        if text is not None:
            words |= _WORDS.decode(text)
    return words


def order_from(row: asyncpg.Record) -> Order:
    """Decode a stored order and lay its counters and reserved amounts over it."""
    order = _ORDER.decode(row["order_body"])
    line_ids: list[str] = row["line_ids"] or []
    payment_ids: list[str] = row["payment_ids"] or []
    counted: list[list[int]] = row["counters"] or []
    held: list[int] = row["reserved"] or []
    counters = dict(zip(line_ids, counted, strict=True))
    reserved = dict(zip(payment_ids, held, strict=True))
    return replace(
        order,
        lines=tuple(replace(line, counters=_counters(counters[line.id])) for line in order.lines),
        payments=tuple(replace(paid, reserved=reserved[paid.id]) for paid in order.payments),
    )


def _counters(values: list[int]) -> Counters:
    delivered, requested, received, accepted, rejected, settled = values
    return Counters(
        delivered=delivered,
        requested=requested,
        received=received,
        accepted=accepted,
        rejected=rejected,
        settled=settled,
    )


def _facility(row: asyncpg.Record, code: str | None) -> FacilityRef | None:
    if code is None or row["facility"] is None:
        return None
    body = _FACILITY.decode(row["facility"])
    return FacilityRef(
        code=code, number=row["facility_number"], name=body.name, external_id=body.external_id
    )
