"""Accounts at ChannelEngine, and what marketplaces declared there: callers of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("channels")
SEARCHED_MAX: Final = 1000
"""Of the newest orders, those that goods are looked for in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAccount:
    """An account as it lies there; ``credentials`` are sealed, ``facts`` is JSON."""

    code: str
    tenant: str
    name: str
    credentials: bytes
    stage: str
    facts: str
    watermark: datetime
    due_at: datetime
    polled_at: datetime | None
    trouble: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    tested_at: datetime | None
    rehearsed_at: datetime | None
    live_at: datetime | None
    hook_at: datetime | None
    refused_at: datetime | None
    staged_at: datetime
    keyed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A return that a marketplace declared; ``body`` and ``parts`` are JSON."""

    code: str
    foreign_id: int
    status: str
    marketplace: str | None
    merchant_order_no: str | None
    channel_order_no: str | None
    body: str
    why: str | None
    return_id: str | None
    parts: str | None
    declared_at: datetime
    seen_at: datetime
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One of a page of returns, as it is about to be kept."""

    foreign_id: int
    marketplace: str | None
    merchant_order_no: str | None
    channel_order_no: str | None
    body: str
    declared_at: datetime | None


async def put_account(
    connection: Connection,
    workspace_id: int,
    code: str,
    *,
    tenant: str,
    name: str,
    credentials: bytes,
    facts: str,
    since: datetime | None,
    is_elsewhere: bool,
    is_keyed: bool,
) -> None:
    """Keep an account; where it has been put before, its stage and watermark stay.

    ``since`` is how old a return may be that is found first; thirty days unless said.
    ``is_elsewhere`` says that it asks with another key or at another address than before,
    ``is_keyed`` that it is the key.
    """
    await connection.execute(
        _SQL["put_account"],
        workspace_id,
        code,
        tenant,
        name,
        credentials,
        facts,
        since,
        is_elsewhere,
        is_keyed,
    )


async def one_account(
    connection: Connection, workspace_id: int, code: str
) -> ChannelAccount | None:
    """Give an account by its code."""
    row = await connection.fetchrow(_SQL["account"], workspace_id, code)
    return None if row is None else ChannelAccount(**row)


async def list_accounts(
    connection: Connection, workspace_id: int, after: str = "", limit: int = 1
) -> list[ChannelAccount]:
    """Give the workspace's account, as a list."""
    rows = await connection.fetch(_SQL["accounts"], workspace_id, after, limit)
    return [ChannelAccount(**row) for row in rows]


async def set_stage(connection: Connection, workspace_id: int, code: str, stage: str) -> None:
    """Let an account look for returns, or rest."""
    await connection.execute(_SQL["set_stage"], workspace_id, code, stage)


async def drop_account(connection: Connection, workspace_id: int, code: str) -> bool:
    """Forget an account; False where there is none."""
    return await connection.fetchval(_SQL["drop_account"], workspace_id, code) is not None


async def wake_account(connection: Connection, workspace_id: int, code: str) -> None:
    """Have an account look for returns at once."""
    await connection.execute(_SQL["wake_account"], workspace_id, code)


async def due_anywhere(pool: asyncpg.Pool) -> list[tuple[int, str]]:
    """List accounts whose turn it is, of every workspace: number and code."""
    rows = await pool.fetch(_SQL["due_anywhere"])
    return [(row["workspace_id"], row["code"]) for row in rows]


async def take_account(connection: Connection, workspace_id: int, code: str) -> datetime | None:
    """Take an account's turn until the instant given; None where somebody else has it."""
    return await connection.fetchval(_SQL["take_account"], workspace_id, code)


async def end_turn(
    connection: Connection,
    workspace_id: int,
    code: str,
    *,
    taken_until: datetime,
    pause_s: int,
    watermark: datetime,
    trouble: str | None,
) -> None:
    """Say how a turn ended, and when the next one is."""
    await connection.execute(
        _SQL["end_turn"], workspace_id, code, taken_until, pause_s, watermark, trouble
    )


async def keep_found(
    connection: Connection, workspace_id: int, code: str, seen: Sequence[Seen]
) -> None:
    """Keep a page of what was found; what is known already keeps its place."""
    await connection.execute(
        _SQL["keep_found"],
        workspace_id,
        code,
        [one.foreign_id for one in seen],
        [one.marketplace for one in seen],
        [one.merchant_order_no for one in seen],
        [one.channel_order_no for one in seen],
        [one.body for one in seen],
        [one.declared_at for one in seen],
    )


async def in_status(
    connection: Connection, workspace_id: int, status: str, after: int, limit: int
) -> list[Found]:
    """Give channel returns of one status behind an id, oldest first."""
    rows = await connection.fetch(_SQL["in_status"], workspace_id, status, after, limit)
    return [Found(**row) for row in rows]


async def of_order(
    connection: Connection, workspace_id: int, merchant_order_no: str, after: int, limit: int
) -> list[Found]:
    """Give channel returns of one order."""
    rows = await connection.fetch(_SQL["of_order"], workspace_id, merchant_order_no, after, limit)
    return [Found(**row) for row in rows]


async def unacknowledged(
    connection: Connection, workspace_id: int, after: int, limit: int
) -> list[Found]:
    """Give returns of ours that the channel has not been told our number of."""
    rows = await connection.fetch(_SQL["unacknowledged"], workspace_id, after, limit)
    return [Found(**row) for row in rows]


async def one_found(
    connection: Connection, workspace_id: int, code: str, foreign_id: int
) -> Found | None:
    """Give one channel return."""
    row = await connection.fetchrow(_SQL["one_found"], workspace_id, code, foreign_id)
    return None if row is None else Found(**row)


async def found_of(connection: Connection, workspace_id: int, return_id: str) -> Found | None:
    """Give the channel return that a return of ours is."""
    row = await connection.fetchrow(_SQL["found_of"], workspace_id, return_id)
    return None if row is None else Found(**row)


async def become(
    connection: Connection,
    workspace_id: int,
    found: Found,
    status: str,
    *,
    why: str | None = None,
    return_id: str | None = None,
    parts: str | None = None,
    cause: str | None = None,
) -> None:
    """Say what became of a channel return; ``cause`` is why it waits, in one word."""
    key = (workspace_id, found.code, found.foreign_id)
    await connection.execute(_SQL["become"], *key, status, why, return_id, parts, cause)


async def note_acknowledged(connection: Connection, workspace_id: int, found: Found) -> None:
    """Say that the channel knows our number."""
    await connection.execute(_SQL["note_acknowledged"], workspace_id, found.code, found.foreign_id)


async def orders_named(
    connection: Connection, workspace_id: int, numbers: Sequence[str]
) -> list[str]:
    """Name the orders that a channel's numbers mean: two at most, for two are one too many."""
    rows = await connection.fetch(_SQL["orders_named"], workspace_id, list(numbers))
    return [row["order_number"] for row in rows]


# -------------------------------------------------------------------- how a set-up goes


async def note_tested(connection: Connection, workspace_id: int, account: ChannelAccount) -> None:
    """Say that the test call came well with the account as it was read."""
    await connection.execute(_SQL["note_tested"], workspace_id, account.code, account.version)


async def note_rehearsed(
    connection: Connection, workspace_id: int, account: ChannelAccount
) -> None:
    """Say that the dry run came well with the account as it was read."""
    await connection.execute(_SQL["note_rehearsed"], workspace_id, account.code, account.version)


async def note_hook(
    connection: Connection, workspace_id: int, code: str, *, is_there: bool
) -> None:
    """Say whether our address is among the account's webhooks."""
    await connection.execute(_SQL["note_hook"], workspace_id, code, is_there)


async def note_refused(
    connection: Connection, workspace_id: int, account: ChannelAccount, words: str
) -> bool:
    """Stop an account whose key is known no more; False where it goes by another by now."""
    done = await connection.fetchval(
        _SQL["note_refused"], workspace_id, account.code, account.version, words
    )
    return done is not None


async def wake_legs(connection: Connection, workspace_id: int) -> set[str]:
    """Have payments by marketplaces asked for at once; gives the subscriptions to hint at."""
    rows = await connection.fetch(_SQL["wake_legs"], workspace_id)
    return {row["subscription_id"] for row in rows}


async def waiting_legs(connection: Connection, workspace_id: int) -> int:
    """Count payments by marketplaces that are under way, up to a thousand."""
    counted: int = await connection.fetchval(_SQL["waiting_legs"], workspace_id)
    return counted


# -------------------------------------------------------------------- what waits for people


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """Which of those that wait: of a cause, of a marketplace, declared so many days ago or more."""

    cause: str | None = None
    marketplace: str | None = None
    days: int | None = None


EVERYTHING: Final = Narrowed()


async def try_again(connection: Connection, workspace_id: int, code: str) -> None:
    """Let what matched nothing be tried again where something of it is new."""
    await connection.execute(_SQL["try_again"], workspace_id, code)


async def forget_comments(connection: Connection, workspace_id: int, code: str) -> None:
    """Forget what buyers wrote of returns that nobody matched in a long time."""
    await connection.execute(_SQL["forget_comments"], workspace_id, code)


async def waiting_like(
    connection: Connection,
    workspace_id: int,
    statuses: Sequence[str],
    text: str,
    *,
    after: int,
    limit: int,
    narrowed: Narrowed = EVERYTHING,
) -> list[Found]:
    """Give channel returns of some statuses that a text is in, oldest first."""
    rows = await connection.fetch(
        _SQL["unmatched_like"],
        workspace_id,
        list(statuses),
        text,
        after,
        limit,
        narrowed.cause,
        narrowed.marketplace,
        narrowed.days,
    )
    return [Found(**row) for row in rows]


async def restore(connection: Connection, workspace_id: int, found: Found, why: str) -> bool:
    """Have one that was set aside wait again; False where it was not, or is a return of ours."""
    key = (workspace_id, found.code, found.foreign_id)
    return await connection.fetchval(_SQL["restore"], *key, why) is not None


async def marketplaces(
    connection: Connection, workspace_id: int, statuses: Sequence[str]
) -> list[str]:
    """Name the marketplaces of channel returns of some statuses."""
    rows = await connection.fetch(_SQL["marketplaces"], workspace_id, list(statuses))
    return [row["marketplace"] for row in rows]


async def count_by_status(
    connection: Connection, workspace_id: int, statuses: Sequence[str]
) -> dict[str, int]:
    """Count channel returns of some statuses, up to a thousand of each."""
    rows = await connection.fetch(_SQL["count_by_status"], workspace_id, list(statuses))
    return {row["status"]: row["amount"] for row in rows}


async def orders_like(
    connection: Connection, workspace_id: int, text: str, limit: int
) -> list[str]:
    """Name orders whose number begins with a text."""
    rows = await connection.fetch(
        _SQL["orders_like"], workspace_id, text, text + "\U0010ffff", limit
    )
    return [row["order_number"] for row in rows]


async def orders_with_goods(
    connection: Connection, workspace_id: int, skus: Sequence[str], text: str, limit: int
) -> list[str]:
    """Name orders, of the newest alone, that hold any of some goods or a text in a line's title."""
    rows = await connection.fetch(
        _SQL["orders_with_goods"], workspace_id, list(skus), text, SEARCHED_MAX, limit
    )
    return [row["order_number"] for row in rows]


# -------------------------------------------------------------------- what marketplaces wait for


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A return that a marketplace cancels at an instant, unless somebody handles it."""

    timer_id: str
    due_at: datetime
    is_open: bool
    return_id: str
    rma_number: str
    order_number: str
    status: str
    code: str | None
    foreign_id: int | None
    marketplace: str | None


async def closing(
    connection: Connection,
    workspace_id: int,
    before: datetime,
    after: tuple[datetime, str],
    limit: int,
) -> list[Closing]:
    """Give returns that a marketplace cancels before an instant, behind a place, the next first."""
    rows = await connection.fetch(_SQL["closing"], workspace_id, before, *after, limit)
    return [Closing(**row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaid:
    """A return of which a payment failed; ``body`` is JSON."""

    return_id: str
    rma_number: str
    order_number: str
    body: str


async def refused_payments(
    connection: Connection, workspace_id: int, after: str, limit: int
) -> list[Unpaid]:
    """Give returns of which a payment failed, behind an id."""
    rows = await connection.fetch(_SQL["refused_payments"], workspace_id, after, limit)
    return [Unpaid(**row) for row in rows]


async def under_way(connection: Connection, workspace_id: int) -> int:
    """Count channel returns that have not ended here, up to a thousand."""
    counted: int = await connection.fetchval(_SQL["under_way"], workspace_id)
    return counted


# -------------------------------------------------------------------- what products are called


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A channel's product, and the SKU it is here."""

    product: str
    sku: str
    mapped_at: datetime


async def put_product(
    connection: Connection, workspace_id: int, code: str, product: str, sku: str
) -> Mapped:
    """Say how we call a product, and have what waits tried again."""
    row = await connection.fetchrow(_SQL["put_product"], workspace_id, code, product, sku)
    assert row is not None, "it was put just now"
    await connection.execute(_SQL["hurry_unmatched"], workspace_id, code)
    return Mapped(**row)


async def list_products(
    connection: Connection, workspace_id: int, code: str, after: str, limit: int
) -> list[Mapped]:
    """Give what products are called here, behind a name."""
    rows = await connection.fetch(_SQL["products"], workspace_id, code, after, limit)
    return [Mapped(**row) for row in rows]


async def products_named(
    connection: Connection, workspace_id: int, code: str, products: Sequence[str]
) -> dict[str, str]:
    """Give what some products are called here; those called the same are left out."""
    rows = await connection.fetch(_SQL["products_named"], workspace_id, code, list(products))
    return {row["product"]: row["sku"] for row in rows}


async def drop_product(connection: Connection, workspace_id: int, code: str, product: str) -> bool:
    """Call a product as the channel does; False where we did."""
    gone = await connection.fetchval(_SQL["drop_product"], workspace_id, code, product)
    return gone is not None
