"""What comparisons with processors read and write of legs, sums and findings: callers of SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    import asyncpg

    from retour.store.database import Connection

SQL: Final = named("reconciling")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A refund or a leg that nothing explains."""

    subject: str
    why: str
    amount: int
    currency: str
    reference: str | None = None
    leg_id: str | None = None
    return_id: str | None = None
    payment: str | None = None
    order_number: str | None = None
    status: str | None = None
    our_amount: int | None = None
    our_currency: str | None = None


@dataclass(slots=True)
class Sum:
    """Refunds of one currency: how many, how much, and how many of them are explained."""

    found: int = 0
    explained: int = 0
    found_amount: int = 0
    explained_amount: int = 0

    def add(self, amount: int, *, is_explained: bool) -> None:
        """Count one."""
        self.found += 1
        self.found_amount += amount
        if is_explained:
            self.explained += 1
            self.explained_amount += amount


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a slice comes to."""

    sums: dict[str, Sum] = field(default_factory=dict[str, Sum])
    findings: list[Finding] = field(default_factory=list[Finding])
    seen: list[str] = field(default_factory=list[str])
    told: int = 0

    def count(self, amount: int, currency: str, *, is_explained: bool) -> None:
        """Count one refund."""
        self.sums.setdefault(currency, Sum()).add(amount, is_explained=is_explained)


async def legs_named(
    connection: Connection, workspace_id: int, intents: Sequence[str], references: Sequence[str]
) -> list[asyncpg.Record]:
    """Give the legs that refunds name by intent or by reference."""
    return await connection.fetch(SQL["legs"], workspace_id, list(intents), list(references))


async def noted_before(
    connection: Connection, workspace_id: int, processor: str, subjects: Sequence[str]
) -> Mapping[tuple[str, str], asyncpg.Record]:
    """Give what people said before, by subject and why."""
    rows = await connection.fetch(SQL["notes"], workspace_id, processor, list(subjects))
    return {(row["subject"], row["why"]): row for row in rows}


async def write_tally(
    connection: Connection,
    workspace_id: int,
    reconciliation_id: str,
    tally: Tally,
    listed: Sequence[tuple[str, Finding]],
) -> None:
    """Add a slice's sums, keep its findings under their ids, and mark the legs that were found."""
    sums = sorted(tally.sums.items())
    if sums:
        await connection.execute(
            SQL["add_sums"],
            workspace_id,
            reconciliation_id,
            [currency for currency, _ in sums],
            [one.found for _, one in sums],
            [one.explained for _, one in sums],
            [one.found_amount for _, one in sums],
            [one.explained_amount for _, one in sums],
        )
    if tally.seen:
        await connection.execute(SQL["mark_seen"], workspace_id, reconciliation_id, tally.seen)
    if listed:
        found = [one for _, one in listed]
        await connection.execute(
            SQL["add_items"],
            workspace_id,
            reconciliation_id,
            [item_id for item_id, _ in listed],
            [one.subject for one in found],
            [one.why for one in found],
            [one.reference for one in found],
            [one.leg_id for one in found],
            [one.return_id for one in found],
            [one.payment for one in found],
            [one.order_number for one in found],
            [one.status for one in found],
            [one.amount for one in found],
            [one.currency for one in found],
            [one.our_amount for one in found],
            [one.our_currency for one in found],
        )


async def finish_or_go_on(
    connection: Connection,
    workspace_id: int,
    reconciliation_id: str,
    *,
    lease: datetime,
    reached: tuple[datetime | None, str],
    tally: Tally,
    listed: int,
    ours: int,
    ms: int,
    is_last: bool,
) -> bool:
    """Note a slice of our legs; False where another has done it meanwhile."""
    row = await connection.fetchrow(
        SQL["note_ours"],
        workspace_id,
        reconciliation_id,
        lease,
        reached[0],
        reached[1],
        ours,
        tally.told,
        listed,
        ms,
        is_last,
    )
    return row is not None
