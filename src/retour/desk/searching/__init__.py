"""Search over everything an agent may look for, and lists of returns narrowed as he likes.

A list is driven by one index, in steps, from the newest down; what else is asked is looked at of
what that yields.  So a page costs the same whatever the table holds; what is rare goes on behind
the cursor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, cursor
from retour.desk.searching.asked import ASIDE, NOBODY, OWN, Wanted, minor
from retour.desk.searching.rows import rows_of
from retour.desk.searching.words import (
    PREFIX_MIN,
    TAGGED,
    fold,
    former_marks,
    guesses,
    marks,
    personal_forms,
    personal_guesses,
    standing,
    tag,
)
from retour.dialects.view import View, instant
from retour.kernel.ids import time_prefix
from retour.lifecycle.model import Customer
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("searching")
_CUSTOMER: Final = msgspec.json.Decoder(Customer)
_ENCODE: Final = msgspec.json.Encoder()
_RETURNS: Final = ("ret_", "ret_~")
_ORDERS: Final = ("ord_", "ord_~")
_LAST: Final = "\U0010ffff"
STEPS: Final = (100, 400, 1500, 8000)
"""Candidates looked at for one page, step by step: 10 000 and no more."""
_MEANT_MAX: Final = 50
"""Words that one word may mean: those that begin with it, or are a slip away."""
_HELD_MAX: Final = 400
_BEGINNING_MAX: Final = 400
_OF_ORDERS_MAX: Final = 200
"""Orders that are looked through for one search, the newest: of a person, of a number."""
_ORDERS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class _Meant:
    """What a word may mean, whether that took a guess, and whether only returns have it."""

    words: list[str]
    is_guess: bool = False
    is_tag: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    ids: list[str]
    next_key: str | None


async def search(
    house: House,
    workspace_id: int,
    wanted: Wanted,
    page: Page,
    *,
    me: str | None = None,
    steps: Sequence[int] = STEPS,
) -> Outcome:
    """Give a page of returns, newest first, and the orders that are meant without any.

    Args:
        me: Whom ``owner:me`` means.
        steps: How many candidates are looked at, one step after the other.
    """
    async with house.database.transaction(workspace_id) as connection:
        wanted = await _joined(house, connection, workspace_id, wanted)
        meant = [await _meant(house, connection, workspace_id, one) for one in wanted.words]
        tags, wanted = await _tags(connection, workspace_id, wanted)
        meant += tags
        look = _Look(connection, workspace_id, wanted, meant, me, steps)
        is_vain = any(not one.words for one in meant)
        of_orders = [] if is_vain else await look.of_orders()
        found = _Found([], None) if is_vain else await look.find(page, of_orders)
        rows = await rows_of(connection, workspace_id, found.ids)
        orders = [] if page.after else await look.orders(of_orders)
    body = {
        "data": [rows[one] for one in found.ids if one in rows],
        "next_cursor": None if found.next_key is None else cursor(found.next_key),
        "guessed": any(one.is_guess for one in meant),
        "orders": orders,
    }
    return Done(status=200, body=_ENCODE.encode(body))


async def row(house: House, workspace_id: int, return_id: str) -> Outcome:
    """Give one return as lists show it."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await rows_of(connection, workspace_id, [return_id])
    found = rows.get(return_id)
    if found is None:
        return NotFound(what="return")
    return Done(status=200, body=_ENCODE.encode(found))


async def own(house: House, workspace_id: int, return_id: str, owner: str | None) -> Outcome:
    """Say who sees to a return, or that nobody in particular does."""
    async with house.database.transaction(workspace_id) as connection:
        if not await connection.fetchval(_SQL["is_return"], workspace_id, return_id):
            return NotFound(what="return")
        if owner is None:
            await connection.execute(_SQL["disown"], workspace_id, return_id)
        else:
            await connection.execute(_SQL["own"], workspace_id, return_id, owner)
        rows = await rows_of(connection, workspace_id, [return_id])
    return Done(status=200, body=_ENCODE.encode(rows[return_id]))


async def _tags(
    connection: Connection, workspace_id: int, wanted: Wanted
) -> tuple[list[_Meant], Wanted]:
    """Give the tags that are asked, the rarest first, and what is wanted beside them.

    A status goes with the first of them: returns that have both stand in a list of their own.
    """
    tags = [tag(one, value) for one in TAGGED if (value := getattr(wanted, one))]
    meant = [_Meant([one], is_tag=True) for one in tags]
    if not (tags and wanted.statuses):
        return meant, wanted
    if await connection.fetchval(_SQL["is_behind"], workspace_id):
        return meant, wanted
    both = [standing(status, tags[0]) for status in sorted(wanted.statuses)]
    return [_Meant(both, is_tag=True), *meant[1:]], replace(wanted, statuses=frozenset())


async def _there(connection: Connection, workspace_id: int, words: Sequence[str]) -> list[str]:
    """Give those of some words that anything is found by."""
    asked = list(words)
    if len(asked) > _MEANT_MAX:
        rows = await connection.fetch(_SQL["words_held"], workspace_id, asked, _HELD_MAX)
        if len(rows) < _HELD_MAX:
            return list(dict.fromkeys(row["word"] for row in rows))[:_MEANT_MAX]
    # Few, or some that much is found by, which hide the others: each is asked for by itself.
    rows = await connection.fetch(_SQL["words_there"], workspace_id, asked, _MEANT_MAX)
    return [row["word"] for row in rows]


def _exactly(house: House, workspace_id: int, text: str) -> list[str]:
    forms = personal_forms(text)
    written = (write(house.vault, workspace_id, forms) for write in (marks, former_marks))
    return [fold(text), *chain.from_iterable(written)]


async def _joined(
    house: House, connection: Connection, workspace_id: int, wanted: Wanted
) -> Wanted:
    """Take for one word what is one, such as a telephone number with blanks in it."""
    whole = "".join(wanted.words)
    if len(wanted.words) < 2 or not fold(whole):  # noqa: PLR2004 - one is joined already
        return wanted
    is_one = await _there(connection, workspace_id, _exactly(house, workspace_id, whole))
    return replace(wanted, words=(whole,)) if is_one else wanted


async def _meant(house: House, connection: Connection, workspace_id: int, text: str) -> _Meant:
    """Find what somebody meant: just this, else what begins with it, else what is a slip away."""
    plain = fold(text)
    if not plain:
        return _Meant([])
    exact = await _there(connection, workspace_id, _exactly(house, workspace_id, text))
    if exact:
        return _Meant(exact)
    if len(plain) >= PREFIX_MIN:
        rows = await connection.fetch(
            _SQL["words_beginning"], workspace_id, plain, plain + _LAST, _BEGINNING_MAX
        )
        if rows:
            return _Meant([row["word"] for row in rows])
    slips = guesses(plain)
    if any(one.isdecimal() for one in plain):
        # A number before a person's: its neighbours lie close together, those of marks anywhere.
        found = await _there(connection, workspace_id, slips)
        if found:
            return _Meant(found, is_guess=True)
        slips = ()
    of_persons = marks(house.vault, workspace_id, personal_guesses(text))
    return _Meant(await _there(connection, workspace_id, [*slips, *of_persons]), is_guess=True)


@dataclass(frozen=True, slots=True)
class _Look:
    """One look through the returns of a workspace."""

    connection: Connection
    workspace_id: int
    wanted: Wanted
    meant: list[_Meant]
    me: str | None
    steps: Sequence[int]

    async def of_orders(self) -> list[str]:
        """Give the newest orders that hold the first word; none holds a tag."""
        if not self.meant or self.meant[0].is_tag:
            return []
        words, (low, high) = self.meant[0].words, _ORDERS
        rows = await self.connection.fetch(
            _SQL["subjects_by_words"], self.workspace_id, words, high, low, _OF_ORDERS_MAX
        )
        return [row["subject"] for row in rows]

    async def find(self, page: Page, of_orders: list[str]) -> _Found:
        """Give the ids of a page, and where the next one begins."""
        below, ids = page.after or self._top(), list[str]()
        for step in self.steps if self._is_checked else (page.limit + 1,):
            candidates = await self._candidates(below, of_orders, step)
            rows = await self._fitting(candidates)
            for return_id in (one for one in candidates if one in rows):
                row = rows[return_id]
                if row is not None and self._is_too_old(row):
                    return _Found(ids, None)
                if row is None or fits(row, self.wanted, self._owner):
                    if len(ids) == page.limit:
                        return _Found(ids, ids[-1])
                    ids.append(return_id)
            if len(candidates) < step:
                return _Found(ids, None)
            below = candidates[-1]
        return _Found(ids, below)

    async def orders(self, ids: list[str]) -> list[View]:
        """Give the newest of some orders that hold all other words too."""
        for one in self.meant[1:]:
            ids = sorted(await self._holding(one, ids), reverse=True) if ids else []
        if not ids:
            return []
        rows = await self.connection.fetch(_SQL["orders"], self.workspace_id, ids[:_ORDERS_SHOWN])
        return [_order(row) for row in sorted(rows, key=lambda row: row["order_id"], reverse=True)]

    @property
    def _is_checked(self) -> bool:
        """Say whether candidates may be what is not wanted: more is asked than one index knows."""
        return len(self.meant) > 1 or self.wanted.is_narrow

    def _top(self) -> str:
        """Say below which id to start: no return is minted after it is asked for."""
        before = self.wanted.before
        return _RETURNS[1] if before is None else time_prefix("ret", before) + "~"

    async def _holding(self, meant: _Meant, subjects: Sequence[str]) -> set[str]:
        rows = await self.connection.fetch(
            _SQL["subjects_holding"], self.workspace_id, list(subjects), meant.words
        )
        return {row["subject"] for row in rows}

    async def _candidates(self, below: str, of_orders: list[str], step: int) -> list[str]:
        """Give the next ids by the one index that knows most."""
        fetch, ws = self.connection.fetch, self.workspace_id
        if self.meant:
            words = self.meant[0].words
            rows = await fetch(_SQL["subjects_by_words"], ws, words, below, _RETURNS[0], step)
            found = {row["subject"] for row in rows}
            if of_orders:
                rows = await fetch(_SQL["returns_of_orders"], ws, of_orders, below, step)
                found |= {row["return_id"] for row in rows}
            return sorted(found, reverse=True)[:step]
        if self.wanted.owner not in {None, NOBODY}:
            rows = await fetch(_SQL["returns_by_owner"], ws, self._owner, below, step)
        elif self.wanted.snoozed == ASIDE:
            rows = await fetch(_SQL["returns_snoozed"], ws, below, step)
        elif self.wanted.statuses:
            statuses = sorted(self.wanted.statuses)
            rows = await fetch(_SQL["returns_by_statuses"], ws, statuses, below, step)
        else:
            rows = await fetch(_SQL["returns_below"], ws, below, step)
        return [row["return_id"] for row in rows]

    async def _fitting(self, ids: list[str]) -> dict[str, asyncpg.Record | None]:
        """Give those that hold every word, with what they are narrowed by where that is asked."""
        others = self.meant[1:]
        for one in (one for one in others if one.is_tag and ids):
            holding = await self._holding(one, ids)
            ids = [return_id for return_id in ids if return_id in holding]
        others = [one for one in others if not one.is_tag]
        if not ids or not (others or self.wanted.is_narrow):
            return dict.fromkeys(ids)
        fetched = await self.connection.fetch(_SQL["narrowed"], self.workspace_id, ids)
        rows = {row["return_id"]: row for row in fetched}
        for one in others:
            subjects = {row["order_id"] for row in rows.values()} | set(rows)
            holding = await self._holding(one, sorted(subjects))
            rows = {
                return_id: row
                for return_id, row in rows.items()
                if return_id in holding or row["order_id"] in holding
            }
        return dict(rows)

    @property
    def _owner(self) -> str | None:
        return self.me if self.wanted.owner == OWN else self.wanted.owner

    def _is_too_old(self, row: asyncpg.Record) -> bool:
        since, asked_at = self.wanted.since, row["asked_at"]
        return since is not None and asked_at is not None and asked_at < since


def fits(row: asyncpg.Record, wanted: Wanted, owner: str | None) -> bool:
    """Say whether a return is as it is wanted, its words apart."""
    is_owned = (
        wanted.owner is None
        or (wanted.owner == NOBODY and row["owner"] is None)
        or (wanted.owner != NOBODY and row["owner"] == owner)
    )
    return (
        is_owned
        and wanted.shows(is_snoozed=row["is_snoozed"])
        and (not wanted.statuses or row["status"] in wanted.statuses)
        and (wanted.before is None or (row["asked_at"] or wanted.before) < wanted.before)
        and (wanted.since is None or (row["asked_at"] or wanted.since) >= wanted.since)
        and _is_worth(row, wanted)
    )


def _is_worth(row: asyncpg.Record, wanted: Wanted) -> bool:
    if wanted.lowest is None and wanted.highest is None:
        return True
    if row["currency"] is None:
        return False
    value: int = row["value"]
    if wanted.lowest is not None:
        low = minor(wanted.lowest, row["currency"], is_up=False)
        if value < low or (value == low and not wanted.is_low_in):
            return False
    if wanted.highest is not None:
        high = minor(wanted.highest, row["currency"], is_up=True)
        return value < high or (value == high and wanted.is_high_in)
    return True


def _order(row: asyncpg.Record) -> View:
    customer = _CUSTOMER.decode(row["customer"])
    return {
        "id": row["order_id"],
        "order_number": row["order_number"],
        "customer": {"name": customer.name, "email": customer.email},
        "created_at": instant(row["created_at"]),
    }
