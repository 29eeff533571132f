"""Returns looked up: one by id, many by filters, newest first.

A list is driven by one index (the most selective filter asked for) in bounded steps; the other
filters are applied to what it yields, so a page costs the same whatever the table holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.execute import answer
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, envelope
from retour.dialects.view import return_view
from retour.lifecycle.model import LineWords, Return
from retour.store.loading import LoadKey, load
from retour.store.statements import named

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("returns")
_RETURN: Final = msgspec.json.Decoder(Return)
_WORDS: Final = msgspec.json.Decoder(dict[str, LineWords])
_ENCODE: Final = msgspec.json.Encoder()
_HIGHEST: Final = "ret_~"
"""Above every id: where a list starts."""
_STEP: Final = 400
_STEPS_MAX: Final = 25
"""One page looks at no more than 10 000 candidates; a rarer match continues behind the cursor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a list is narrowed to; ``q`` is an RMA number, an order number, an e-mail or a SKU."""

    status: str | None = None
    order_number: str | None = None
    email: str | None = None
    sku: str | None = None
    updated_since: datetime | None = None
    q: str | None = None


async def look_up(
    house: House, workspace_id: int, return_id: str, scopes: frozenset[str] | None = None
) -> Outcome:
    """Give one return with the commands it now allows."""
    loaded = await load(
        await house.database.pool(), LoadKey(workspace_id=workspace_id, return_id=return_id)
    )
    if loaded is None or loaded.state is None:
        return NotFound(what="return")
    return Done(status=200, body=answer(loaded.state, scopes), version=loaded.return_version)


async def listing(house: House, workspace_id: int, filters: Filters, page: Page) -> Outcome:
    """Give a page of returns, newest first."""
    async with house.database.transaction(workspace_id) as connection:
        found = await _find(house, connection, workspace_id, filters, page)
        rows = await connection.fetch(_SQL["returns_by_ids"], workspace_id, found.ids)
    by_id = {row["return_id"]: row for row in rows}
    items = [_item(by_id[return_id]) for return_id in found.ids if return_id in by_id]
    return Done(status=200, body=envelope(items, found.next_key))


@dataclass(frozen=True, slots=True)
class _Found:
    ids: list[str]
    next_key: str | None


def _item(row: asyncpg.Record) -> bytes:
    return _ENCODE.encode(return_view(_RETURN.decode(row["body"]), _WORDS.decode(row["words"])))


def _drivers(house: House, workspace_id: int, filters: Filters) -> list[tuple[str, object]]:
    """List the index scans of a request; the results of several (``q``) are united."""
    digest = house.vault.digest
    if filters.q:
        word = filters.q.strip()
        return [
            ("return_ids_by_rma", word.upper()),
            ("return_ids_by_order", word),
            ("return_ids_by_sku", word),
            ("return_ids_by_email", digest(workspace_id, word)),
        ]
    if filters.order_number is not None:
        return [("return_ids_by_order", filters.order_number)]
    if filters.email is not None:
        return [("return_ids_by_email", digest(workspace_id, filters.email))]
    if filters.sku is not None:
        return [("return_ids_by_sku", filters.sku)]
    if filters.status is not None:
        return [("return_ids_by_status", filters.status)]
    if filters.updated_since is not None:
        return [("return_ids_updated_since", filters.updated_since)]
    return [("return_ids_all", None)]


async def _find(
    house: House, connection: Connection, workspace_id: int, filters: Filters, page: Page
) -> _Found:
    below = page.after or _HIGHEST
    ids: list[str] = []
    for _ in range(_STEPS_MAX):
        candidates: set[str] = set()
        for name, value in _drivers(house, workspace_id, filters):
            arguments = [] if value is None else [value]
            rows = await connection.fetch(_SQL[name], workspace_id, below, _STEP, *arguments)
            candidates.update(row["return_id"] for row in rows)
        ordered = sorted(candidates, reverse=True)[:_STEP]
        if not ordered:
            return _Found(ids, None)
        fitting = await _fitting(house, connection, workspace_id, filters, ordered)
        for return_id in ordered:
            if return_id in fitting:
                if len(ids) == page.limit:
                    return _Found(ids, ids[-1])
                ids.append(return_id)
        below = ordered[-1]
        if len(candidates) < _STEP:
            return _Found(ids, None)
    return _Found(ids, below)


async def _fitting(
    house: House,
    connection: Connection,
    workspace_id: int,
    filters: Filters,
    ids: list[str],
) -> set[str]:
    """Narrow candidates by every filter that did not drive the scan."""
    asked = [
        name
        for name in ("status", "order_number", "email", "sku", "updated_since")
        if getattr(filters, name) is not None
    ]
    if not asked or (len(asked) == 1 and not filters.q):
        return set(ids)
    rows = await connection.fetch(_SQL["returns_by_ids"], workspace_id, ids)
    email = None if filters.email is None else house.vault.digest(workspace_id, filters.email)
    return {row["return_id"] for row in rows if _fits(row, filters, email)}


def _fits(row: asyncpg.Record, filters: Filters, email: bytes | None) -> bool:
    if filters.status is not None and row["status"] != filters.status:
        return False
    if filters.order_number is not None and row["order_number"] != filters.order_number:
        return False
    if email is not None and row["email_digest"] != email:
        return False
    if filters.updated_since is not None and row["updated_at"] < filters.updated_since:
        return False
    if filters.sku is None:
        return True
    return any(line.sku == filters.sku for line in _RETURN.decode(row["body"]).lines)
