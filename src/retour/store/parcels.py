"""Parcels looked up across returns, their papers, and numbers that no return has.

Typed callers of ``sql/parcels.sql`` and ``sql/carrier_accounts.sql``.  What a parcel is stands in
its return; the rows here follow it in the same commit, by ``keep_parcels``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from retour.lifecycle.model import Parcel, ParcelScan
from retour.store.loading import FacilityBody
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("parcels")
_ACCOUNTS: Final = named("carrier_accounts")
_PARCEL: Final = msgspec.json.Decoder(Parcel)
_SCANS: Final = msgspec.json.Decoder(tuple[ParcelScan, ...])
_FACILITY: Final = msgspec.json.Decoder(FacilityBody)
_ENCODE: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A parcel with the returns whose goods lie in it, the one that asked for it first."""

    parcel: Parcel
    order_number: str
    returns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A parcel that only its carrier knows; ``matched`` names the parcel it turned out to be."""

    id: str
    carrier: str
    tracking_number: str
    scans: tuple[ParcelScan, ...]
    why: str | None
    matched: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPut:
    """What a carrier account is to be; ``credentials`` are sealed."""

    code: str
    carrier: str
    name: str
    body: str
    credentials: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(AccountPut):
    """A carrier account as it lies there."""

    version: int
    created_at: datetime
    updated_at: datetime


async def list_boxes(
    connection: Connection, workspace_id: int, below: str, limit: int, status: str | None
) -> list[Box]:
    """Give boxes below an id, newest first."""
    rows = await connection.fetch(_SQL["parcels"], workspace_id, below, limit, status)
    return await _with_returns(connection, workspace_id, rows)


async def boxes_tracked(
    connection: Connection,
    workspace_id: int,
    below: str,
    limit: int,
    narrowed: tuple[str, str | None],
) -> list[Box]:
    """Give boxes with a tracking number, and perhaps a status, below an id, newest first."""
    number, status = narrowed
    rows = await connection.fetch(
        _SQL["parcels_tracked"], workspace_id, below, limit, number, status
    )
    return await _with_returns(connection, workspace_id, rows)


async def _with_returns(
    connection: Connection, workspace_id: int, rows: Sequence[asyncpg.Record]
) -> list[Box]:
    ids = [row["parcel_id"] for row in rows]
    all_rows = await connection.fetch(_SQL["parcel_rows"], workspace_id, ids) if ids else []
    inside: dict[str, list[str]] = {}
    for row in all_rows:
        inside.setdefault(row["parcel_id"], []).append(row["return_id"])
    return [
        Box(
            parcel=_PARCEL.decode(row["body"]),
            order_number=row["order_number"],
            returns=tuple(inside[row["parcel_id"]]),
        )
        for row in rows
    ]


async def one_box(connection: Connection, workspace_id: int, parcel_id: str) -> Box | None:
    """Give one box."""
    rows = await connection.fetch(_SQL["parcel_rows"], workspace_id, [parcel_id])
    if not rows:
        return None
    return Box(
        parcel=_PARCEL.decode(rows[0]["body"]),
        order_number=rows[0]["order_number"],
        returns=tuple(row["return_id"] for row in rows),
    )


async def parcel_of_number(connection: Connection, workspace_id: int, number: str) -> str | None:
    """Find the box with a tracking number."""
    return await connection.fetchval(_SQL["parcel_of_number"], workspace_id, number)


async def is_same_customer(connection: Connection, workspace_id: int, one: str, two: str) -> bool:
    """Say whether two returns are of one person; False where one is not there."""
    return bool(await connection.fetchval(_SQL["same_customer"], workspace_id, one, two))


# ---------------------------------------------------------------- papers and places


async def put_document(
    connection: Connection,
    workspace_id: int,
    parcel_id: str,
    place: tuple[str, str],
    paper: tuple[str, bytes],
) -> None:
    """Keep a paper by kind and format, with its digest."""
    await connection.execute(_SQL["put_document"], workspace_id, parcel_id, *place, *paper)


async def read_document(
    connection: Connection, workspace_id: int, parcel_id: str, kind: str, form: str
) -> bytes | None:
    """Give a paper's bytes."""
    return await connection.fetchval(_SQL["document"], workspace_id, parcel_id, kind, form)


async def facility_of(connection: Connection, workspace_id: int, code: str) -> FacilityBody | None:
    """Give a facility as stored."""
    body = await connection.fetchval(_SQL["facility_of"], workspace_id, code)
    return None if body is None else _FACILITY.decode(body)


# ---------------------------------------------------------------- strays


async def keep_stray(
    connection: Connection, workspace_id: int, stray: Stray, *, is_new: bool
) -> bool:
    """Write a stray, or what is now known of it; False where somebody else has just begun it."""
    scans = _ENCODE.encode(stray.scans).decode()
    if not is_new:
        await connection.execute(_SQL["update_stray"], workspace_id, stray.id, scans, stray.why)
        return True
    added = await connection.fetchval(
        _SQL["add_stray"],
        workspace_id,
        stray.id,
        stray.carrier,
        stray.tracking_number,
        scans,
        stray.why,
    )
    return added is not None


async def open_stray(
    connection: Connection, workspace_id: int, number: str, carrier: str
) -> tuple[str, tuple[ParcelScan, ...]] | None:
    """Lock what is known of a number that no return has."""
    row = await connection.fetchrow(_SQL["open_stray"], workspace_id, number, carrier)
    return None if row is None else (row["stray_id"], _SCANS.decode(row["scans"]))


async def one_stray(connection: Connection, workspace_id: int, stray_id: str) -> Stray | None:
    """Give one stray."""
    row = await connection.fetchrow(_SQL["stray"], workspace_id, stray_id)
    return None if row is None else _stray(row)


async def strays_by_ids(
    connection: Connection, workspace_id: int, ids: Sequence[str]
) -> list[Stray]:
    """Give some strays, in any order."""
    rows = await connection.fetch(_SQL["strays_by_ids"], workspace_id, list(ids))
    return [_stray(row) for row in rows]


async def list_strays(
    connection: Connection, workspace_id: int, below: str, limit: int, number: str | None
) -> list[Stray]:
    """Give open strays below an id, newest first."""
    rows = await connection.fetch(_SQL["strays"], workspace_id, below, limit, number)
    return [_stray(row) for row in rows]


async def strays_of(connection: Connection, workspace_id: int, number: str) -> list[Stray]:
    """Give what carriers said of a number before its return was known."""
    rows = await connection.fetch(_SQL["strays_of_number"], workspace_id, number)
    return [_stray(row) for row in rows]


async def match_stray(
    connection: Connection, workspace_id: int, stray_id: str, parcel_id: str
) -> bool:
    """Say which box it was; False where somebody else had."""
    return (
        await connection.fetchval(_SQL["match_stray"], workspace_id, stray_id, parcel_id)
        is not None
    )


def _stray(row: asyncpg.Record) -> Stray:
    return Stray(
        id=row["stray_id"],
        carrier=row["carrier"],
        tracking_number=row["tracking_number"],
        scans=_SCANS.decode(row["scans"]),
        why=row["why"],
        matched=row["matched_parcel"],
        created_at=row["created_at"],
    )


# ---------------------------------------------------------------- accounts


async def put_account(connection: Connection, workspace_id: int, account: AccountPut) -> int:
    """Write an account; answers its version."""
    version: int = await connection.fetchval(
        _ACCOUNTS["put_account"],
        workspace_id,
        account.code,
        account.carrier,
        account.name,
        account.body,
        account.credentials,
    )
    return version


async def one_account(connection: Connection, workspace_id: int, code: str) -> Account | None:
    """Give one account."""
    row = await connection.fetchrow(_ACCOUNTS["account"], workspace_id, code)
    return None if row is None else Account(**dict(row))


async def list_accounts(
    connection: Connection, workspace_id: int, after: str, limit: int
) -> list[Account]:
    """Give accounts behind a code, by their codes."""
    rows = await connection.fetch(_ACCOUNTS["accounts"], workspace_id, after, limit)
    return [Account(**dict(row)) for row in rows]


async def hanging_on(connection: Connection, workspace_id: int, code: str) -> tuple[list[str], int]:
    """Name the policies that label by an account, up to twenty, and count labels it owes."""
    policies = await connection.fetch(_ACCOUNTS["policies_labelling_by"], workspace_id, code, 20)
    labels: int = await connection.fetchval(_ACCOUNTS["labels_owed"], workspace_id, code, 1000)
    return [row["policy_id"] for row in policies], labels


async def drop_account(connection: Connection, workspace_id: int, code: str) -> bool:
    """Forget an account; False where there was none."""
    return await connection.fetchval(_ACCOUNTS["drop_account"], workspace_id, code) is not None
