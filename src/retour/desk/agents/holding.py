"""Held decisions: for some seconds a decision can be taken back, and until then nobody is told.

It is tried when it is made, so that what the rules refuse is refused at once; kept as a row; and
carried out, when it is due, by the transaction that takes that row away.  So it is done once,
whoever dies meanwhile, and one that was taken back leaves no trace.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from retour.desk.execute import Asked, Busy, execute, look_ahead
from retour.desk.outcome import Done, NotFound, Outcome, Refused, VersionDiffers
from retour.desk.pages import Page, paged
from retour.dialects.view import instant
from retour.kernel.ids import Mint
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.actors import Actor
from retour.lifecycle.commands import Authorize, Comment, DeclineSettlement, Reject
from retour.lifecycle.decide import decide
from retour.lifecycle.words import ActorKind, EventType
from retour.store.database import AWAY, DELIVERY
from retour.store.statements import named

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.house import House
    from retour.lifecycle.commands import Command, Context
    from retour.lifecycle.model import State
    from retour.store.database import Connection

_SQL: Final = named("agents")
_LOG: Final = structlog.get_logger()
_ENCODE: Final = msgspec.json.Encoder()
HOLD: Final = timedelta(seconds=10)
Decision = Authorize | Reject | DeclineSettlement
DECISIONS: Final[dict[str, type[Decision]]] = {
    "authorize": Authorize,
    "reject": Reject,
    "decline_settlement": DeclineSettlement,
}
"""What can be held, by the names of the commands."""
_NAMES: Final = {kind: name for name, kind in DECISIONS.items()}
_QUIET: Final = frozenset({EventType.MESSAGE_CREATED.value, EventType.RETURN_REMINDED.value})
"""What may happen meanwhile without making a decision another."""
_SOURCE: Final = "agent"
_AT_ONCE: Final = 100
_TRIES: Final = 3
_HIGHEST: Final = "~"
_BROKE: Final = "Carrying it out failed by our fault; the log says how. Decide again."
_UNREADABLE: Final = (
    "Another version of Retour wrote it down, and this one cannot read it. Decide again."
)
_CHANGED: Final = "Somebody changed this return before it was carried out. Decide again."


class _TakenBack(Exception):
    """Whoever decided it was faster, or another process carried it out."""


class _Unreadable(Exception):
    """A row keeps what this version cannot read."""


async def hold(
    house: House,
    workspace_id: int,
    return_id: str,
    command: Decision,
    *,
    actor: Actor,
    version: int | None = None,
    note: str | None = None,
    after: timedelta = HOLD,
) -> Outcome:
    """Decide something, to be carried out after a while; refused at once where the rules say no.

    Args:
        version: The one that was seen; None where any will do.
        note: What only people here read: written into the conversation with the decision.
    """
    assert actor.id is not None, "somebody in particular decides"
    plan = plan_of(command, note)
    seen: list[tuple[int, int]] = []

    def look(state: State, context: Context) -> Done | Refusal:
        assert state.ret is not None, "a return was looked at"
        seen.append((state.ret.version, state.ret.sequence))
        decided = decide(state, plan, context)
        return decided if isinstance(decided, Refusal) else Done(status=201, body=b"")

    asked = Asked(workspace_id=workspace_id, return_id=return_id, actor=actor, source=_SOURCE)
    outcome = await look_ahead(house, asked, look)
    if seen and version is not None and seen[0][0] != version:
        return VersionDiffers(current=seen[0][0])
    if not isinstance(outcome, Done):
        return outcome
    (now_version, sequence), name = seen[0], _NAMES[type(command)]
    async with house.database.transaction(workspace_id) as connection:
        await connection.execute(_SQL["drop_old_decisions"], workspace_id, actor.id)
        now = await connection.fetchval("SELECT clock_timestamp()")
        values = (Mint(now, os.urandom(16))("hld"), actor.id, actor.kind.value, name)
        body = _kept(command, note)
        kept = (*values, body, now_version, sequence, after)
        made = await connection.fetchval(_SQL["hold"], workspace_id, return_id, *kept)
        row = await connection.fetchrow(_SQL["held"], workspace_id, return_id)
    if row is None:  # Carried out, or taken back, between the two.
        return await hold(
            house,
            workspace_id,
            return_id,
            command,
            actor=actor,
            version=version,
            note=note,
            after=after,
        )
    is_again = (row["by_whom"], row["command"], row["body"]) == (actor.id, name, body)
    if made is None and not is_again:
        return Refused(refusal=refuse(RefusalCode.DECISION_HELD, _held_words(row)))
    return Done(status=200, body=_view(row))


def plan_of(command: Decision, note: str | None) -> tuple[Command, ...]:
    """Give what a decision comes to, its note first: what is decided stands last."""
    return (command,) if note is None else (Comment(text=note, internal=True), command)


def _kept(command: Decision, note: str | None) -> str:
    """Write a decision as its row keeps it: its own fields, and the note beside them."""
    fields = msgspec.to_builtins(command)
    return _ENCODE.encode(fields if note is None else {**fields, "note": note}).decode()


def _read(row: asyncpg.Record) -> tuple[Decision, str | None]:
    """Read back the decision that a row keeps, and its note.

    Raises:
        _Unreadable: Another version wrote it, and means something else by it.
    """
    try:
        fields = msgspec.json.decode(row["body"], type=dict[str, Any])
        note = msgspec.convert(fields.pop("note", None), str | None)
        return msgspec.convert(fields, DECISIONS[row["command"]]), note
    except (KeyError, msgspec.MsgspecError):
        raise _Unreadable from None


def _held_words(row: asyncpg.Record) -> str:
    return (
        f"{row['by_whom']} has decided it ({row['command']}); that is carried out at"
        f" {instant(row['due_at'])}. Wait until then."
    )


async def of_return(house: House, workspace_id: int, return_id: str) -> Outcome:
    """Give the decision of a return that is held, or that could not be carried out."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["held"], workspace_id, return_id)
    return NotFound(what="held decision") if row is None else Done(status=200, body=_view(row))


async def listing(house: House, workspace_id: int, page: Page, *, me: str) -> Outcome:
    """Give a page of somebody's decisions that are held or could not be carried out."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["held_by"], workspace_id, me, page.after or _HIGHEST, page.limit + 1
        )
    return paged(rows, page, _view, key=lambda row: row["decision_id"])


async def take_back(house: House, workspace_id: int, return_id: str, *, me: str) -> Outcome:
    """Take back a decision of one's own; of one that failed, say that one has read why."""
    async with house.database.transaction(workspace_id) as connection:
        if not await connection.fetchval(_SQL["is_return"], workspace_id, return_id):
            return NotFound(what="return")
        gone = await connection.fetchval(_SQL["take_back"], workspace_id, return_id, me)
    if gone is None:
        detail = "It is too late: it has been carried out, and whom it concerns was told."
        return Refused(refusal=refuse(RefusalCode.NOTHING_HELD, detail))
    return Done(status=204, body=b"")


# ---------------------------------------------------------------- when they are due


async def carry_out_due(house: House) -> int:
    """Carry out what is due in every workspace; says how many are due no more."""
    rows = await (await house.database.pool(DELIVERY)).fetch(_SQL["due_decisions"], _AT_ONCE)
    count = 0
    for row in rows:
        count += await _carry_out(house, row["workspace_id"], row["return_id"])
    return count


async def _carry_out(house: House, workspace_id: int, return_id: str) -> bool:
    """Carry out one: all of it and its row, in one transaction; says whether it is due no more."""
    for is_last in (*[False] * (_TRIES - 1), True):
        async with house.database.transaction(workspace_id) as connection:
            row = await connection.fetchrow(_SQL["held"], workspace_id, return_id)
            if row is None or row["status"] != "held":
                return True
            version = await _version_for(connection, workspace_id, row)
        try:
            outcome = await execute(house, _asked(workspace_id, row, version))
        except _TakenBack:
            return True
        except _Unreadable:
            await _fail(house, workspace_id, row, _UNREADABLE)
            return True
        except Busy:
            return False  # It is found again at the next look.
        except AWAY:
            raise
        except Exception:  # noqa: BLE001 - one decision may not hold up everybody's
            _LOG.exception("a held decision broke", return_id=return_id)
            await _fail(house, workspace_id, row, _BROKE)
            return True
        # A message that came between the look and the decision makes it no other return.
        if is_last or not isinstance(outcome, VersionDiffers) or version == row["version"]:
            await _settle(house, workspace_id, row, outcome)
            return True
    return False


async def _settle(house: House, workspace_id: int, row: asyncpg.Record, outcome: Outcome) -> None:
    """Say what became of a decision; where it changed nothing, its row is still there."""
    if isinstance(outcome, Done):
        key: tuple[int, str, str] = (workspace_id, row["return_id"], row["decision_id"])
        async with house.database.transaction(workspace_id) as connection:
            await connection.execute(_SQL["release_decision"], *key)
        return
    why = outcome.refusal.detail if isinstance(outcome, Refused) else _CHANGED
    await _fail(house, workspace_id, row, why)


async def _fail(house: House, workspace_id: int, row: asyncpg.Record, why: str) -> None:
    """Keep a decision that cannot be carried out, with why, for whoever made it."""
    key: tuple[int, str, str] = (workspace_id, row["return_id"], row["decision_id"])
    async with house.database.transaction(workspace_id) as connection:
        await connection.execute(_SQL["fail_decision"], *key, why)
    _LOG.info("a held decision was not carried out", return_id=row["return_id"], why=why)


async def _version_for(connection: Connection, workspace_id: int, row: asyncpg.Record) -> int:
    """Give the version to ask for: the one that was seen, or a later one that says the same."""
    since = await connection.fetchrow(
        _SQL["happened_since"], workspace_id, row["return_id"], row["sequence"]
    )
    is_same = since is not None and _QUIET.issuperset(since["types"])
    version: int = since["version"] if since is not None and is_same else row["version"]
    return version


def _asked(workspace_id: int, row: asyncpg.Record, version: int) -> Asked:
    return_id, decision_id = row["return_id"], row["decision_id"]

    async def first(connection: Connection) -> None:
        """Take the row away, or see that somebody did."""
        gone = await connection.fetchval(
            _SQL["release_decision"], workspace_id, return_id, decision_id
        )
        if gone is None:
            raise _TakenBack

    return Asked(
        workspace_id=workspace_id,
        return_id=return_id,
        plan=plan_of(*_read(row)),
        actor=Actor(kind=ActorKind(row["actor_kind"]), id=row["by_whom"]),
        source=_SOURCE,
        if_match=version,
        first=first,
    )


def _view(row: asyncpg.Record) -> bytes:
    """Show a decision; of one that cannot be read, that there is one."""
    try:
        decided, note = _read(row)
    except _Unreadable:
        decided, note = None, None
    return _ENCODE.encode(
        {
            "id": row["decision_id"],
            "return": row["return_id"],
            "rma_number": row["rma_number"],
            "decision": None if decided is None else row["command"],
            "reason": None if decided is None else getattr(decided, "reason", None),
            "note": note,
            "by": row["by_whom"],
            "status": row["status"],
            "why": row["why"],
            "held_at": instant(row["held_at"]),
            "due_at": instant(row["due_at"]),
            "left_s": max(0, int((row["due_at"] - row["now"]).total_seconds() + 0.999)),
        }
    )
