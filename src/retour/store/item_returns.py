"""Jobs as rows: orders that were handed over, each with everything that came back of it.

Typed callers of ``sql/item_returns.sql``.  An order's stream begins with its hand-over, so an order
with an event is one with a job.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from retour.lifecycle.model import Customer, LineWords, Order, Return
from retour.store.loading import order_from
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("item_returns")
_CUSTOMER: Final = msgspec.json.Decoder(Customer)
_RETURN: Final = msgspec.json.Decoder(Return)
_WORDS: Final = msgspec.json.Decoder(dict[str, LineWords])

COUNTED_MAX: Final = 10_000
"""Beyond it nobody pages; counting on would only cost."""
_FOUND_MAX: Final = 10_000
_FACILITIES_MAX: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An order that was handed over, with all that came back of it.

    Args:
        version: The number of the order's last event, which happened at ``modified``.
        words: What shoppers wrote, by return line, of all its returns.
    """

    order: Order
    customer: Customer
    returns: Sequence[Return]
    words: Mapping[str, LineWords]
    version: int
    modified: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What the workspace says about ItemReturns, as it was put."""

    version: int
    body: str
    updated_at: datetime


async def jobs_by_ids(
    connection: Connection, workspace_id: int, order_ids: Sequence[str]
) -> list[Job]:
    """Give the jobs of these orders, in their order; those without one are left out."""
    rows = await connection.fetch(_SQL["jobs_by_ids"], workspace_id, order_ids)
    by_id = {row["order_id"]: row for row in rows}
    return [_job(by_id[order_id]) for order_id in order_ids if order_id in by_id]


def _job(row: asyncpg.Record) -> Job:
    words: dict[str, LineWords] = {}
    for text in row["words"] or ():
        words |= _WORDS.decode(text)
    return Job(
        order=order_from(row),
        customer=_CUSTOMER.decode(row["customer"]),
        returns=tuple(_RETURN.decode(body) for body in row["bodies"] or ()),
        words=words,
        version=row["stream_sequence"],
        modified=row["occurred_at"],
    )


async def job_ids_after(
    connection: Connection, workspace_id: int, after: str, limit: int
) -> list[str]:
    """Name up to ``limit`` orders with jobs whose ids follow ``after``."""
    rows = await connection.fetch(_SQL["job_ids_after"], workspace_id, after, limit)
    return [row["order_id"] for row in rows]


async def count_jobs(connection: Connection, workspace_id: int) -> int:
    """Count jobs, up to ``COUNTED_MAX``."""
    number: int = await connection.fetchval(_SQL["count_jobs"], workspace_id, COUNTED_MAX)
    return number


async def job_ids_found(
    connection: Connection, workspace_id: int, word: str, email_digest: bytes
) -> list[str]:
    """Name the orders that a word names."""
    rows = await connection.fetch(
        _SQL["job_ids_found"], workspace_id, word, email_digest, _FOUND_MAX
    )
    return [row["order_id"] for row in rows]


async def all_facilities(connection: Connection, workspace_id: int) -> list[tuple[str, str | None]]:
    """Give each facility's code and external id."""
    rows = await connection.fetch(_SQL["all_facilities"], workspace_id, _FACILITIES_MAX)
    return [(row["code"], row["external_id"]) for row in rows]


async def configuration(connection: Connection, workspace_id: int) -> Configuration | None:
    """Give what was last put; ``None`` where nothing ever was."""
    row = await connection.fetchrow(_SQL["configuration"], workspace_id)
    if row is None:
        return None
    return Configuration(version=row["version"], body=row["body"], updated_at=row["updated_at"])


async def put_configuration(
    connection: Connection, workspace_id: int, before: int, body: str
) -> bool:
    """Put the version after ``before``; ``False`` where that is not the last any more."""
    version = await connection.fetchval(_SQL["put_configuration"], workspace_id, before, body)
    return version is not None
