"""Settlement memos and credit notes as rows: their series, what they say, and who sends them.

Typed callers of ``sql/papers.sql``.  A document is written once, in the commit that numbers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from retour.lifecycle.numbering import PaperKind, Series
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("papers")
_HIGHEST: Final = "stl_~"
"""Above every id: where a list starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperMade:
    """A document to be kept: of which settlement, under which number, told by which event."""

    settlement: str
    kind: PaperKind
    number: str
    event_id: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PapersMade:
    """All documents of one commit, with their series before and after."""

    before: Mapping[PaperKind, Series]
    after: Mapping[PaperKind, Series]
    papers: Sequence[PaperMade]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperKept:
    """A document as it was made; ``personal`` is None once its event is erased."""

    body: str
    number: str
    return_id: str
    made_at: datetime
    personal: str | None


async def take_series(
    connection: Connection, workspace_id: int, patterns: Mapping[PaperKind, Series]
) -> dict[PaperKind, Series]:
    """Lock the series until the transaction ends, and give them as they stand."""
    kinds = sorted(patterns)
    rows = await connection.fetch(_SQL["take_series"], workspace_id, kinds)
    return {kind: _at(patterns[kind], row) for row in rows if (kind := PaperKind(row["kind"]))}


async def series_of(
    connection: Connection, workspace_id: int, patterns: Mapping[PaperKind, Series]
) -> dict[PaperKind, Series]:
    """Give the series as they stand; nothing is drawn."""
    rows = {row["kind"]: row for row in await connection.fetch(_SQL["series"], workspace_id)}
    return {kind: _at(one, rows.get(kind.value)) for kind, one in patterns.items()}


def _at(pattern: Series, row: asyncpg.Record | None) -> Series:
    if row is None:
        return pattern
    return Series(
        pattern=pattern.pattern, yearly=pattern.yearly, next=row["next"], year=row["year"]
    )


def papers_arguments(
    workspace_id: int, tick: datetime, return_id: str, made: PapersMade | None
) -> list[Any] | None:
    """Give what ``keep_papers`` takes; None where no document was made."""
    if made is None or not made.papers:
        return None
    moved = [kind for kind in sorted(made.after) if made.after[kind] != made.before[kind]]
    return [
        workspace_id,
        tick,
        return_id,
        [kind.value for kind in moved],
        [made.before[kind].next for kind in moved],
        [made.after[kind].next for kind in moved],
        [made.after[kind].year for kind in moved],
        [paper.settlement for paper in made.papers],
        [paper.kind.value for paper in made.papers],
        [paper.number for paper in made.papers],
        [paper.event_id for paper in made.papers],
        [paper.body.decode() for paper in made.papers],
    ]


async def paper_of(
    connection: Connection | asyncpg.Pool, workspace_id: int, settlement_id: str, kind: PaperKind
) -> PaperKept | None:
    """Give a settlement's document of one kind, where it has been made."""
    row = await connection.fetchrow(_SQL["paper"], workspace_id, settlement_id, kind.value)
    return None if row is None else PaperKept(**dict(row))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperListed:
    """A document as lists show it."""

    settlement_id: str
    kind: str
    number: str
    return_id: str
    made_at: datetime


async def listed(
    connection: Connection, workspace_id: int, kind: PaperKind, below: str, limit: int
) -> list[PaperListed]:
    """Give documents of one kind, those of settlements below an id, newest first."""
    rows = await connection.fetch(
        _SQL["papers"], workspace_id, kind.value, below or _HIGHEST, limit
    )
    return [PaperListed(**dict(row)) for row in rows]


async def is_given(connection: Connection, workspace_id: int, kind: PaperKind, number: str) -> bool:
    """Say whether a document of that kind has that number."""
    found: bool = await connection.fetchval(_SQL["is_given"], workspace_id, kind.value, number)
    return found


async def settings_said(connection: Connection | asyncpg.Pool, workspace_id: int) -> str | None:
    """Give what a workspace says of its documents; None where it said nothing."""
    said: str | None = await connection.fetchval(_SQL["paper_settings"], workspace_id)
    return said


async def put_settings(connection: Connection, workspace_id: int, body: str) -> None:
    """Say it anew; documents made before stay as they are."""
    await connection.execute(_SQL["put_paper_settings"], workspace_id, body)


async def put_logo(connection: Connection, workspace_id: int, digest: str, body: bytes) -> None:
    """Keep a picture."""
    await connection.execute(_SQL["put_logo"], workspace_id, digest, body)


async def logo_of(
    connection: Connection | asyncpg.Pool, workspace_id: int, digest: str
) -> bytes | None:
    """Give a picture."""
    body: bytes | None = await connection.fetchval(_SQL["logo"], workspace_id, digest)
    return body
