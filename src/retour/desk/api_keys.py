"""API keys: made with a token shown once, listed, revoked; only a digest is ever kept.

A key gives away no more than it holds.  Every change moves the workspace's epoch, so that other
processes notice.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.control.limits import ROLE
from retour.desk.keeping import keep
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, envelope
from retour.desk.scopes import ALL, SCOPES, holds
from retour.desk.workspaces import mint_key
from retour.dialects.view import instant
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.commands import Body, Word
from retour.lifecycle.money.control import OWNER, POLICY
from retour.store.statements import named
from retour.store.telling import bump_epoch, take_turn

if TYPE_CHECKING:
    import asyncpg

    from retour.desk.config import Principal
    from retour.desk.execute import RequestKey
    from retour.desk.house import House

_SQL: Final = named("api_keys")
_ENCODE: Final = msgspec.json.Encoder()
KEYS_MAX: Final = 1000
"""Good keys of one workspace; every process keeps them in memory."""
_END_OF_TIME: Final = datetime(9999, 12, 31, tzinfo=UTC)


class KeyNew(Body):
    """What a key is called and what it may do; all that its maker may, unless said.

    ``facilities`` bind it to these: it is good for their docks, and for nothing else.  ``role`` is
    whose limits of money hold for it: its maker's unless an owner says another.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    scopes: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)] | None = None
    facilities: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=100)] | None = None
    role: Word | None = None


async def create(
    house: House, maker: Principal, body: KeyNew, key: RequestKey | None = None
) -> Outcome:
    """Make a key; its token is in this answer and in no other, a replay included.

    Raises:
        InvalidRequest: A scope is unknown or beyond the maker's, or there are too many keys.
    """
    scopes = _scopes(maker, body)
    facilities = _facilities(maker, body)
    role = _role(maker, body)
    workspace_id = maker.workspace_id
    config = await house.configs.recent(workspace_id)
    assert config is not None, "a key was just found in this workspace"
    fresh = mint_key(workspace_id, sandbox=config.is_sandbox)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "a workspace with a key exists"
        view = _view(fresh.id, body.name, (scopes, facilities, role), turn.tick, None)
        kept = _ENCODE.encode(view)
        if answered := await keep(connection, workspace_id, key, 201, kept):
            return answered
        if await connection.fetchval(_SQL["count_live_api_keys"], workspace_id) >= KEYS_MAX:
            detail = f"This workspace has {KEYS_MAX} good keys. Revoke one first."
            raise InvalidRequest(FieldError(pointer="", code="too_many_keys", detail=detail))
        await connection.execute(
            _SQL["make_api_key"],
            workspace_id,
            fresh.id,
            body.name,
            fresh.digest,
            scopes,
            turn.tick,
            facilities,
            role,
        )
        await bump_epoch(connection, workspace_id)
    house.configs.forget(workspace_id)
    return Done(status=201, body=_ENCODE.encode({**view, "token": fresh.token}))


def _scopes(maker: Principal, body: KeyNew) -> list[str]:
    if body.scopes is None:
        return sorted(maker.scopes)
    errors: list[FieldError] = []
    for index, scope in enumerate(body.scopes):
        pointer = f"/scopes/{index}"
        if scope != ALL and scope not in SCOPES:
            detail = f"There is no scope {scope[:80]!r}. Known are {', '.join((ALL, *SCOPES))}."
            errors.append(FieldError(pointer=pointer, code="unknown_scope", detail=detail))
        elif not holds(maker.scopes, scope):
            detail = f"This key lacks {scope!r} and cannot give it away. Leave it out."
            errors.append(FieldError(pointer=pointer, code="scope_missing", detail=detail))
    if errors:
        raise InvalidRequest(*errors)
    return sorted(set(body.scopes))


def _facilities(maker: Principal, body: KeyNew) -> list[str] | None:
    """Say where a key may act: nowhere that its maker may not."""
    if body.facilities is None:
        return None if maker.facilities is None else sorted(maker.facilities)
    beyond = [
        FieldError(
            pointer=f"/facilities/{index}",
            code="facility_missing",
            detail=f"This key may not act at {code!r} and cannot let another. Leave it out.",
        )
        for index, code in enumerate(body.facilities)
        if maker.facilities is not None and code not in maker.facilities
    ]
    if beyond:
        raise InvalidRequest(*beyond)
    return sorted(set(body.facilities))


def _role(maker: Principal, body: KeyNew) -> str:
    """Say whose limits hold: an owner gives away any role, everybody else his own."""
    role = body.role or maker.role
    if role == POLICY or not ROLE.fullmatch(role):
        detail = f"{role!r} is no role of a key. Give lower case letters, digits and underscores."
        raise InvalidRequest(FieldError(pointer="/role", code="bad_role", detail=detail))
    if maker.role not in {OWNER, role}:
        detail = f"This key is {maker.role}'s and makes no other's. Leave the role out."
        raise InvalidRequest(FieldError(pointer="/role", code="role_missing", detail=detail))
    return role


def _view(
    key_id: str,
    name: str,
    rights: tuple[list[str], list[str] | None, str],
    created_at: datetime,
    revoked_at: datetime | None,
) -> dict[str, object]:
    scopes, facilities, role = rights
    return {
        "id": key_id,
        "name": name,
        "scopes": scopes,
        "facilities": facilities,
        "role": role,
        "created_at": instant(created_at),
        "revoked_at": revoked_at and instant(revoked_at),
    }


def _row_view(row: asyncpg.Record) -> bytes:
    return _ENCODE.encode(
        _view(
            row["key_id"],
            row["name"],
            (row["scopes"], row["facilities"], row["role"]),
            row["created_at"],
            row["revoked_at"],
        )
    )


async def look_up(house: House, workspace_id: int, key_id: str) -> Outcome:
    """Give one key, revoked or not; never its token."""
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["one_api_key"], workspace_id, key_id)
    return NotFound(what="API key") if row is None else Done(status=200, body=_row_view(row))


async def listing(house: House, workspace_id: int, page: Page) -> Outcome:
    """Give a page of keys, newest first, revoked ones too."""
    before, below = _position(page.after)
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["list_api_keys"], workspace_id, before, below, page.limit + 1
        )
    more: str | None = None
    if len(rows) > page.limit:
        last = rows[page.limit - 1]
        more = f"{last['created_at'].isoformat()} {last['key_id']}"
    return Done(status=200, body=envelope([_row_view(row) for row in rows[: page.limit]], more))


def _position(after: str) -> tuple[datetime, str]:
    """Read where a page starts: before an instant, and among equals below an id."""
    if not after:
        return _END_OF_TIME, ""
    text, _, key_id = after.partition(" ")
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        detail = "This cursor is none of ours. Give next_cursor of the page before, unchanged."
        raise InvalidRequest(FieldError(pointer="/cursor", code="bad_cursor", detail=detail))
    return at, key_id


async def revoke(house: House, workspace_id: int, key_id: str) -> Outcome:
    """End a key: at once in this process, within a second in others; again changes nothing."""
    async with house.database.transaction(workspace_id) as connection:
        await take_turn(connection, workspace_id)
        found = await connection.fetchval(_SQL["revoke_api_key"], workspace_id, key_id)
        if found is not None:
            await bump_epoch(connection, workspace_id)
    if found is None:
        return NotFound(what="API key")
    house.configs.forget(workspace_id)
    return Done(status=204, body=b"")
