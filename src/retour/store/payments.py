"""Accounts at processors, and what processors tell that no leg explains: callers of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("payments")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPut:
    """What an account is to be; ``credentials`` are sealed."""

    code: str
    processor: str
    name: str
    credentials: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(AccountPut):
    """An account as it lies there."""

    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a processor told of a refund or dispute that no leg explains."""

    processor: str
    reference: str
    kind: str
    status: str
    is_final: bool
    payment: str | None
    order_number: str | None
    amount: int
    currency: str
    why: str
    event_id: str
    event_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Told):
    """The same as it is kept, until a person has seen to it."""

    case_id: str
    note: str | None
    created_at: datetime
    closed_at: datetime | None


async def put_account(connection: Connection, workspace_id: int, account: AccountPut) -> None:
    """Keep an account; its processor stays what it was."""
    await connection.execute(
        _SQL["put_account"],
        workspace_id,
        account.code,
        account.processor,
        account.name,
        account.credentials,
    )


async def one_account(connection: Connection, workspace_id: int, code: str) -> Account | None:
    """Give an account by its code."""
    return _account(await connection.fetchrow(_SQL["account"], workspace_id, code))


async def account_at(connection: Connection, workspace_id: int, processor: str) -> Account | None:
    """Give the account at a processor."""
    return _account(await connection.fetchrow(_SQL["account_at"], workspace_id, processor))


async def list_accounts(
    connection: Connection, workspace_id: int, after: str, limit: int
) -> list[Account]:
    """Give accounts behind a code."""
    rows = await connection.fetch(_SQL["accounts"], workspace_id, after, limit)
    return [Account(**row) for row in rows]


async def drop_account(connection: Connection, workspace_id: int, code: str) -> bool:
    """Forget an account; False where there is none."""
    return await connection.fetchval(_SQL["drop_account"], workspace_id, code) is not None


async def processors_of(connection: Connection, workspace_id: int) -> frozenset[str]:
    """Name the processors that a workspace has an account at."""
    rows = await connection.fetch(_SQL["processors"], workspace_id)
    return frozenset(row["processor"] for row in rows)


async def order_told_of(
    connection: Connection,
    workspace_id: int,
    processor: str,
    reference: str,
    payments: Sequence[str],
) -> str | None:
    """Name the order that a reference was told of before, or the latest that a payment paid."""
    return await connection.fetchval(
        _SQL["order_told_of"], workspace_id, processor, reference, list(payments)
    )


async def put_case(
    connection: Connection, workspace_id: int, case_id: str, told: Told, *, is_closed: bool
) -> None:
    """Keep what was told under its reference; what is older than is known changes nothing."""
    await connection.execute(
        _SQL["put_case"],
        workspace_id,
        case_id,
        told.processor,
        told.reference,
        told.kind,
        told.status,
        told.is_final,
        told.payment,
        told.order_number,
        told.amount,
        told.currency,
        told.why,
        told.event_id,
        told.event_at,
        is_closed,
    )


async def one_case(connection: Connection, workspace_id: int, case_id: str) -> Case | None:
    """Give a case by its id."""
    row = await connection.fetchrow(_SQL["one_case"], workspace_id, case_id)
    return None if row is None else _case(row)


async def cases_by_ids(connection: Connection, workspace_id: int, ids: Sequence[str]) -> list[Case]:
    """Give some cases, in any order."""
    rows = await connection.fetch(_SQL["cases_by_ids"], workspace_id, list(ids))
    return [_case(row) for row in rows]


async def list_cases(
    connection: Connection, workspace_id: int, below: str, limit: int, *, is_open: bool
) -> list[Case]:
    """Give cases below an id, newest first; only those that need a person where asked for."""
    statement = _SQL["open_cases" if is_open else "cases"]
    return [_case(row) for row in await connection.fetch(statement, workspace_id, below, limit)]


async def close_case(
    connection: Connection, workspace_id: int, case_id: str, note: str | None
) -> None:
    """Say that a person has seen to a case."""
    await connection.execute(_SQL["close_case"], workspace_id, case_id, note)


def _account(row: asyncpg.Record | None) -> Account | None:
    return None if row is None else Account(**row)


def _case(row: asyncpg.Record) -> Case:
    return Case(**{name: value for name, value in row.items() if name != "workspace_id"})
