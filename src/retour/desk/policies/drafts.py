"""Drafts of policies: one of each, for all who may; in force when somebody says so.

A draft may contradict itself; what keeps it from coming into force is told with it.  What somebody
else brought into force meanwhile is never replaced unseen: publishing says over which version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from retour.desk.keeping import keep, kept_for
from retour.desk.outcome import Done, NotFound, Outcome, Refused, VersionDiffers
from retour.desk.policies import (
    PolicyPut,
    as_version,
    body_of,
    bring,
    faults_of,
    policy_view,
    read_body,
)
from retour.desk.policies.rule_body import mixed
from retour.dialects.view import instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import RefusalCode, refuse
from retour.lifecycle.bodies import Body, Instant
from retour.lifecycle.model import Actor, Policy
from retour.store.database import DELIVERY, acting_as
from retour.store.statements import named
from retour.store.telling import take_turn

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from retour.desk.execute import RequestKey
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("places")
_ENCODE: Final = msgspec.json.Encoder()
_POLICY: Final = msgspec.json.Decoder(Policy)
_ACTOR: Final = msgspec.json.Decoder(Actor)
_MISSING: Final = NotFound(what="policy draft")
_MOVED: Final = "Version {now} came into force after this draft was begun on version {was}."
_SCHEDULED: Final = "The draft comes into force by itself. Take that back before changing it."
_UNCHANGED: Final = "The draft says what version {now} says. Change it first, or discard it."


class Publish(Body):
    """What a draft replaces, where that is not the version it was begun on."""

    over: int | UnsetType = UNSET


class Schedule(Publish, kw_only=True):
    """When a draft comes into force: a later instant of the workspace's clock."""

    at: Instant


class Rollback(Body):
    """Which version is brought back, as the next one."""

    version: int


async def look_up(house: House, workspace_id: int, policy_id: str) -> Outcome:
    """Give a draft, with what keeps it from coming into force."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_draft"], workspace_id, policy_id)
        return _MISSING if row is None else await _shown(connection, workspace_id, policy_id, row)


async def put(
    house: House,
    workspace_id: int,
    policy_id: str,
    body: PolicyPut,
    *,
    actor: Actor,
    if_match: int | None = None,
) -> Outcome:
    """Say what a draft says; begins it where there is none.

    Raises:
        InvalidRequest: A rule mixes two forms, and so says nothing.
    """
    if errors := [one for n, rule in enumerate(body.rules) for one in mixed(rule, n)]:
        raise InvalidRequest(*errors)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "a workspace with a key exists"
        row = await connection.fetchrow(_SQL["one_draft"], workspace_id, policy_id)
        if refused := _unfit(row, if_match):
            return refused
        text, editor = _ENCODE.encode(body).decode(), _ENCODE.encode(actor).decode()
        if row is None:
            live = await connection.fetchrow(_SQL["latest_policy"], workspace_id, policy_id)
            version = 0 if live is None else live["version"]
            said = (text, version, editor, turn.tick)
            await connection.execute(_SQL["begin_draft"], workspace_id, policy_id, *said)
        else:
            said = (text, editor, turn.tick)
            await connection.execute(_SQL["edit_draft"], workspace_id, policy_id, *said)
        kept = await connection.fetchrow(_SQL["one_draft"], workspace_id, policy_id)
        assert kept is not None, "it was just written"
        return await _shown(
            connection, workspace_id, policy_id, kept, status=201 if row is None else 200
        )


async def begin(house: House, workspace_id: int, policy_id: str, *, actor: Actor) -> Outcome:
    """Begin a draft of what is in force; one that is there stays as it is."""
    async with house.database.transaction(workspace_id) as connection:
        there = await connection.fetchrow(_SQL["one_draft"], workspace_id, policy_id)
        live = await connection.fetchrow(_SQL["latest_policy"], workspace_id, policy_id)
    if there is not None:
        return await look_up(house, workspace_id, policy_id)
    if live is None:
        return NotFound(what="policy")
    body = body_of(_POLICY.decode(live["body"]))
    return await put(house, workspace_id, policy_id, body, actor=actor)


async def discard(
    house: House, workspace_id: int, policy_id: str, if_match: int | None = None
) -> Outcome:
    """Forget a draft, and when it was to come into force."""
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        row = await connection.fetchrow(_SQL["one_draft"], workspace_id, policy_id)
        if row is None:
            return _MISSING
        if if_match not in (None, row["version"]):
            return VersionDiffers(current=row["version"])
        await connection.execute(_SQL["discard_draft"], workspace_id, policy_id)
    return Done(status=204, body=b"")


async def publish(
    house: House,
    workspace_id: int,
    policy_id: str,
    body: Publish | Schedule,
    *,
    actor: Actor,
    if_match: int | None = None,
    key: RequestKey | None = None,
) -> Outcome:
    """Bring a draft into force as the next version, or say when it does.

    Raises:
        InvalidRequest: It contradicts itself, or the instant has passed.
    """
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        row = await connection.fetchrow(_SQL["one_draft"], workspace_id, policy_id)
        if turn is None or row is None:
            return _MISSING
        if refused := _unfit(row, if_match):
            return refused
        if isinstance(body, Schedule) and body.at <= turn.at:
            detail = "This instant has passed by the workspace's clock. Give a later one."
            raise InvalidRequest(FieldError(pointer="/at", code="out_of_range", detail=detail))
        if not await _changes(connection, workspace_id, policy_id, _said(row)):
            words = _UNCHANGED.format(now=row["in_force"])
            return Refused(refusal=refuse(RefusalCode.POLICY_UNCHANGED, words))
        over = row["based_on"] if isinstance(body.over, UnsetType) else body.over
        if over != row["in_force"]:
            fact = _MOVED.format(now=row["in_force"], was=row["based_on"])
            remedy = f"Look at what changed, then publish over version {row['in_force']}."
            return Refused(refusal=refuse(RefusalCode.POLICY_MOVED_ON, f"{fact} {remedy}"))
        place = (workspace_id, policy_id)
        if isinstance(body, Schedule):
            done = await _schedule(connection, place, row, (body.at, over), actor)
        else:
            done = await _bring(connection, workspace_id, policy_id, row, actor)
        await keep(connection, workspace_id, key, done.status, done.body)
        return done


async def _schedule(
    connection: Connection,
    place: tuple[int, str],
    row: asyncpg.Record,
    when: tuple[datetime, int],
    actor: Actor,
) -> Done:
    """Say when a draft comes into force, and over which version.

    Raises:
        InvalidRequest: It cannot be carried out.
    """
    at, over = when
    if faults := await faults_of(connection, *place, _said(row)):
        raise InvalidRequest(*faults)
    said = (at, None, _ENCODE.encode(actor).decode(), over)
    await connection.execute(_SQL["schedule_draft"], *place, *said)
    kept = await connection.fetchrow(_SQL["one_draft"], *place)
    assert kept is not None, "it was just written"
    return await _shown(connection, *place, kept)


async def unschedule(house: House, workspace_id: int, policy_id: str) -> Outcome:
    """Take back that a draft comes into force by itself."""
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        row = await connection.fetchrow(_SQL["one_draft"], workspace_id, policy_id)
        if row is None:
            return _MISSING
        when = (None, row["held"], None, row["based_on"])
        await connection.execute(_SQL["schedule_draft"], workspace_id, policy_id, *when)
    return await look_up(house, workspace_id, policy_id)


async def roll_back(
    house: House,
    workspace_id: int,
    policy_id: str,
    body: Rollback,
    *,
    actor: Actor,
    key: RequestKey | None = None,
) -> Outcome:
    """Bring an earlier version into force again, as the next one.

    Raises:
        InvalidRequest: It can no longer be carried out, such as for a facility that is gone; or
            there is no such version.
    """
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        if answered := await kept_for(connection, workspace_id, key):
            return answered
        if await connection.fetchrow(_SQL["latest_policy"], workspace_id, policy_id) is None:
            return NotFound(what="policy")
        number = body.version if 0 < body.version < 2**31 else 0
        row = await connection.fetchrow(_SQL["one_policy"], workspace_id, policy_id, number)
        if row is None:
            detail = f"The policy {policy_id!r} has no such version. Take one from its versions."
            raise InvalidRequest(FieldError(pointer="/version", code="bad_value", detail=detail))
        policy = _POLICY.decode(row["body"])
        if faults := await faults_of(connection, workspace_id, policy_id, body_of(policy)):
            raise InvalidRequest(*faults)
        done = await bring(
            connection,
            workspace_id,
            lambda n: msgspec.structs.replace(policy, version=n),
            actor=actor,
            restores=body.version,
        )
        await keep(connection, workspace_id, key, done.status, done.body)
        return done


# ---------------------------------------------------------------- when they are due


async def due(house: House) -> list[tuple[int, str]]:
    """List the drafts that come into force now: workspace and policy."""
    pool = await house.database.pool(DELIVERY)
    rows = await pool.fetch(_SQL["due_drafts"])
    return [(row["workspace_id"], row["policy_id"]) for row in rows]


async def publish_due(house: House, workspace_id: int, policy_id: str) -> bool:
    """Bring a draft that is due into force; says whether it could, and the draft says why not."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_draft"], workspace_id, policy_id)
    if row is None:
        return False
    editor = _ACTOR.decode(row["editor"])
    with acting_as(_mark(editor)):
        async with house.database.transaction(workspace_id) as connection:
            turn = await take_turn(connection, workspace_id)
            row = await connection.fetchrow(_SQL["one_draft"], workspace_id, policy_id)
            if row is None or turn is None or row["publish_at"] is None:
                return False
            if row["publish_at"] > turn.at:
                return False  # Somebody said another instant meanwhile.
            held = await _held(connection, workspace_id, policy_id, row)
            if held is None:
                await _bring(connection, workspace_id, policy_id, row, editor)
                return True
            when = (None, held, None, row["based_on"])
            await connection.execute(_SQL["schedule_draft"], workspace_id, policy_id, *when)
    return False


async def _held(
    connection: Connection, workspace_id: int, policy_id: str, row: asyncpg.Record
) -> str | None:
    """Say why a draft that is due cannot come into force."""
    if row["based_on"] != row["in_force"]:
        fact = _MOVED.format(now=row["in_force"], was=row["based_on"])
        return f"{fact} Look at what changed, then publish it by hand."
    try:
        body = _said(row)
    except InvalidRequest as error:
        return f"It can no longer be read: {error.errors[0].detail} Discard it and write it anew."
    faults = await faults_of(connection, workspace_id, policy_id, body)
    return faults[0].detail if faults else None


def _mark(actor: Actor) -> str:
    """Write somebody as the log names them."""
    return f"api_key:{actor.id}" if actor.kind.value == "api_key" else f"person:{actor.id}"


# ---------------------------------------------------------------- read and written


def _said(row: asyncpg.Record) -> PolicyPut:
    return read_body(msgspec.json.decode(row["body"]))


def _unfit(row: asyncpg.Record | None, if_match: int | None) -> Outcome | None:
    """Say why a draft cannot be changed: it was meanwhile, or it comes into force by itself."""
    current = 0 if row is None else row["version"]
    if if_match not in (None, current):
        return VersionDiffers(current=current)
    if row is not None and row["publish_at"] is not None:
        return Refused(refusal=refuse(RefusalCode.POLICY_SCHEDULED, _SCHEDULED))
    return None


async def _changes(
    connection: Connection, workspace_id: int, policy_id: str, body: PolicyPut
) -> bool:
    """Say whether a draft says anything else than what is in force; without that, it does."""
    live = await connection.fetchrow(_SQL["latest_policy"], workspace_id, policy_id)
    if live is None:
        return True
    return as_version(policy_id, live["version"], body) != _POLICY.decode(live["body"])


async def _bring(
    connection: Connection, workspace_id: int, policy_id: str, row: asyncpg.Record, actor: Actor
) -> Done:
    """Write a draft as the next version; it is no draft then.

    Raises:
        InvalidRequest: It cannot be carried out.
    """
    body = _said(row)
    if faults := await faults_of(connection, workspace_id, policy_id, body):
        raise InvalidRequest(*faults)
    await connection.execute(_SQL["discard_draft"], workspace_id, policy_id)
    return await bring(
        connection, workspace_id, lambda n: as_version(policy_id, n, body), actor=actor
    )


async def _shown(
    connection: Connection,
    workspace_id: int,
    policy_id: str,
    row: asyncpg.Record,
    *,
    status: int = 200,
) -> Done:
    body, at = _said(row), row["publish_at"]
    faults = await faults_of(connection, workspace_id, policy_id, body)
    policy = policy_view(as_version(policy_id, row["in_force"] + 1, body))
    shown: dict[str, Any] = {
        "id": policy_id,
        "version": row["version"],
        "based_on": row["based_on"],
        "in_force": row["in_force"],
        "editor": actor_view(row["editor"]),
        "begun_at": instant(row["begun_at"]),
        "edited_at": instant(row["edited_at"]),
        "publish_at": None if at is None else instant(at),
        "held": row["held"],
        "changed": await _changes(connection, workspace_id, policy_id, body),
        "faults": [{"path": one.pointer, "detail": one.detail} for one in faults],
        "policy": msgspec.Raw(policy),
    }
    return Done(status=status, body=_ENCODE.encode(shown), version=row["version"])


def actor_view(text: str | None) -> dict[str, str | None] | None:
    """Show who did it; nothing where that is not known."""
    if text is None:
        return None
    actor = _ACTOR.decode(text)
    return {"kind": actor.kind.value, "id": actor.id}
