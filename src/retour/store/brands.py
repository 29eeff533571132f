"""Brands as rows: typed callers of ``sql/brands.sql``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("brands")


async def brand_said(connection: Connection, workspace_id: int) -> str | None:
    """Give what a workspace says of its look."""
    said: str | None = await connection.fetchval(_SQL["brand"], workspace_id)
    return said


async def put_brand(connection: Connection, workspace_id: int, body: str) -> None:
    """Say it anew."""
    await connection.execute(_SQL["put_brand"], workspace_id, body)


async def put_font(connection: Connection, workspace_id: int, digest: str, body: bytes) -> None:
    """Keep a font by what it is."""
    await connection.execute(_SQL["put_font"], workspace_id, digest, body)


async def font(connection: Connection, workspace_id: int, digest: str) -> bytes | None:
    """Give a font by what it is."""
    body: bytes | None = await connection.fetchval(_SQL["font"], workspace_id, digest)
    return body


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLook:
    """What is kept of a merchant that mails show, each as it is kept."""

    name: str
    brand: str | None
    papers: str | None
    withdrawals: str | None


async def mail_look(source: Connection | asyncpg.Pool, workspace_id: int) -> MailLook:
    """Give what mails show of a merchant."""
    row = await source.fetchrow(_SQL["mail_look"], workspace_id)
    if row is None:
        return MailLook(name="", brand=None, papers=None, withdrawals=None)
    return MailLook(**dict(row))
