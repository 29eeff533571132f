"""The log of what people and keys did: listed, added to, and proved to be whole.

Writes of settings log themselves, by triggers; what is no setting, such as an erasure, is said
here.  Each row holds the hash of the one before it, so that an edit, a deletion, an exchange or a
cut shows; the events of the workspace are sealed into it portion by portion.  A cut of the end, its
head included, shows against a head that was noted elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.outcome import Outcome
from retour.desk.pages import Page, paged
from retour.dialects.view import instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    import asyncpg

    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("auditing")
_ENCODE: Final = msgspec.json.Encoder()
_HIGHEST: Final = 2**62
_PORTION: Final = 1000
SEALED: Final = "event_log.sealed"
SEALED_MAX: Final = 2000
"""Events that one row seals at most."""
TOLD_MAX: Final = 100
"""Faults of one log that are told; a log with more is as good as none."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a log ended when somebody looked."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is wrong with a log, in words, how long it is, and how many events it seals."""

    faults: tuple[str, ...]
    head: Head | None
    events: int


async def act(
    connection: Connection,
    workspace_id: int,
    word: str,
    subject: str,
    details: Mapping[str, object],
) -> None:
    """Log an act within its own transaction, as the last thing of it."""
    text = _ENCODE.encode(details).decode()
    await connection.execute(_SQL["act"], workspace_id, word, subject, text)


async def person_mark(house: House, connection: Connection, workspace_id: int, form: str) -> str:
    """Give what stands for a person in the log, until ``forget_person`` destroys what tells it."""
    mark = house.vault.identity(workspace_id, "audit", form)
    await connection.execute(_SQL["add_person_key"], workspace_id, mark, os.urandom(32))
    key: bytes = await connection.fetchval(_SQL["person_key"], workspace_id, mark)
    return hashlib.sha256(key + mark).hexdigest()[:32]


async def forget_person(
    house: House, connection: Connection, workspace_id: int, forms: Iterable[str]
) -> int:
    """Destroy what tells which rows were about somebody; the rows stay, and so does the chain."""
    marks = [house.vault.identity(workspace_id, "audit", form) for form in forms]
    return len(await connection.fetch(_SQL["forget_person"], workspace_id, marks))


async def listing(
    house: House,
    workspace_id: int,
    page: Page,
    *,
    word: str | None = None,
    actor: str | None = None,
    subject: str | None = None,
) -> Outcome:
    """Give a page of the log, newest first.

    Raises:
        InvalidRequest: The cursor is none of ours.
    """
    if page.after and not page.after.isdecimal():
        detail = "This cursor is none of ours. Give next_cursor of the page before."
        raise InvalidRequest(FieldError(pointer="/cursor", code="bad_cursor", detail=detail))
    below = min(int(page.after), _HIGHEST) if page.after else _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["acts"], workspace_id, below, page.limit + 1, word, actor, subject
        )
    return paged(rows, page, _view, key=lambda row: row["number"])


def _view(row: asyncpg.Record) -> bytes:
    return _ENCODE.encode(
        {
            "number": row["number"],
            "at": instant(row["at"]),
            "actor": row["actor"],
            "act": row["act"],
            "subject": row["subject"],
            "details": msgspec.Raw(row["details"].encode()),
            "hash": row["hash"].hex(),
        }
    )


async def heads(pool: asyncpg.Pool) -> dict[int, Head]:
    """Give where the log of each workspace ends; note it where nobody who has the database can."""
    return {
        row["workspace_id"]: Head(number=row["number"], hash=row["hash"].hex())
        for row in await pool.fetch(_SQL["heads"])
    }


# ---------------------------------------------------------------- sealing


async def seal(house: House, workspace_id: int) -> int:
    """Seal the next events into the log; says how many there were."""
    async with house.database.transaction(workspace_id) as connection:
        last = await connection.fetchval(_SQL["last_seal"], workspace_id)
        tx, event_id = _place(last)
        row = await connection.fetchrow(
            _SQL["digest_of_events"], workspace_id, tx, event_id, None, None, SEALED_MAX
        )
        assert row is not None, "an aggregate has a row"
        count: int = row["count"]
        if count:
            details = {
                "after": {"tx": tx, "id": event_id},
                "to": {"tx": row["tx"], "id": row["event_id"]},
                "count": count,
                "hash": row["hash"].hex(),
            }
            await act(connection, workspace_id, SEALED, row["event_id"], details)
    return count


def _place(details: str | None) -> tuple[str, str]:
    if details is None:
        return "0", ""
    to = json.loads(details)["to"]
    return to["tx"], to["id"]


# ---------------------------------------------------------------- proving


def _text(row: asyncpg.Record, workspace_id: int, number: int) -> bytes:
    """Write a row as ``audit_act`` did when it hashed it, as if it stood at ``number``."""
    micros = (row["at"] - _EPOCH) // (datetime.resolution)
    fields = (
        str(workspace_id),
        str(number),
        str(micros),
        row["actor"],
        row["act"],
        row["subject"],
        row["details"],
        row["previous"].hex(),
    )
    encoded = [field.encode() for field in fields]
    return b"".join(b"%d:%s" % (len(field), field) for field in encoded)


def _is_as_hashed(row: asyncpg.Record, workspace_id: int, number: int) -> bool:
    return hashlib.sha256(_text(row, workspace_id, number)).digest() == row["hash"]


async def _chain(connection: Connection, workspace_id: int) -> AsyncIterator[asyncpg.Record]:
    above = 0
    while True:
        rows = await connection.fetch(_SQL["chain"], workspace_id, above, _PORTION)
        for row in rows:
            yield row
        if len(rows) < _PORTION:
            return
        above = rows[-1]["number"]


async def prove(house: House, workspace_id: int, noted: Iterable[Head] = ()) -> Proof:
    """Go through a log from its first row, and say what is wrong with it.

    Args:
        noted: Heads as they were noted outside of the database.
    """
    by_number = {one.number: one.hash for one in noted if one.number}
    faults: list[str] = []
    events, last, hash_ = 0, 0, b""
    async with house.database.transaction(workspace_id) as connection:
        async for row in _chain(connection, workspace_id):
            number = row["number"]
            fault = await _fault(connection, workspace_id, row, last, hash_)
            if fault is not None:
                faults.append(fault)
            note = by_number.pop(number, None)
            if note is not None and note != row["hash"].hex():
                faults.append(f"Row {number} is not the one that was noted outside: rewritten.")
            if row["act"] == SEALED and fault is None:
                sealed = json.loads(row["details"])
                events += sealed["count"]
                faults += await _seal_faults(connection, workspace_id, number, sealed)
            last, hash_ = number, row["hash"]
        head = await connection.fetchrow(_SQL["head"], workspace_id)
    faults += _end_faults(head, last, hash_)
    faults += [
        f"Row {number} was noted outside and is not there: the end was cut."
        for number in sorted(by_number)
        if number > last
    ]
    found = None if not last else Head(number=last, hash=hash_.hex())
    return Proof(faults=tuple(faults[:TOLD_MAX]), head=found, events=events)


async def _fault(
    connection: Connection, workspace_id: int, row: asyncpg.Record, last: int, hash_: bytes
) -> str | None:
    """Say what is wrong with a row behind another."""
    number: int = row["number"]
    if not _is_as_hashed(row, workspace_id, number):
        follower = await connection.fetchval(_SQL["row_before_hash"], workspace_id, row["hash"])
        places = {number - 1, number + 1, *(() if follower is None else (follower - 1,))}
        for place in sorted(places - {number}):
            if _is_as_hashed(row, workspace_id, place):
                return f"Row {number} was row {place}: rows were exchanged."
        return f"Row {number} is not as it was written: edited."
    if number != last + 1:
        gone = (
            f"Row {last + 1} is" if number == last + 2 else f"Rows {last + 1} to {number - 1} are"
        )
        return f"{gone} gone: deleted."
    if row["previous"] != hash_:
        return f"Row {number} does not follow row {last}: one of them was rewritten."
    return None


def _end_faults(head: asyncpg.Record | None, last: int, hash_: bytes) -> list[str]:
    if head is None or head["number"] == 0:
        return [] if not last else ["The log's head is gone: deleted."]
    if head["number"] > last:
        return [f"The log ends at row {last}, its head says {head['number']}: the end was cut."]
    if head["number"] < last or head["hash"] != hash_:
        return [f"The log's head says row {head['number']}, and is not row {last}'s: rewritten."]
    return []


async def _seal_faults(
    connection: Connection, workspace_id: int, number: int, sealed: dict[str, Any]
) -> list[str]:
    """Say what is wrong with the events that a row seals."""
    after, to = sealed["after"], sealed["to"]
    row = await connection.fetchrow(
        _SQL["digest_of_events"],
        workspace_id,
        after["tx"],
        after["id"],
        to["tx"],
        to["id"],
        2 * SEALED_MAX,
    )
    assert row is not None, "an aggregate has a row"
    span = f"the events sealed by row {number}, up to {to['id']},"
    if row["count"] < sealed["count"]:
        return [f"Of {span} {sealed['count'] - row['count']} are gone: deleted."]
    if row["count"] > sealed["count"]:
        return [f"Among {span} {row['count'] - sealed['count']} came later: put in."]
    if row["hash"].hex() != sealed["hash"]:
        return [f"One of {span} is not as it was written: edited."]
    return []
