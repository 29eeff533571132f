"""API keys: made with a token shown once, listed, revoked; only a digest is ever kept.

A key gives away no more than it holds.  It may end by itself, and be good from some networks
alone; it is rotated by making its like, and ends a while later.  Every change moves the workspace's
epoch, so that other processes notice.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from retour.desk.control.limits import ROLE
from retour.desk.keeping import keep
from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
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
    from retour.desk.workspaces import NewKey
    from retour.store.database import Connection

_SQL: Final = named("api_keys")
_ENCODE: Final = msgspec.json.Encoder()
KEYS_MAX: Final = 1000
"""Good keys of one workspace; every process keeps them in memory."""
_ENDED: Final = "This key has ended, so it has nothing to hand over. Make a new one."
_END_OF_TIME: Final = datetime(9999, 12, 31, tzinfo=UTC)


class KeyNew(Body):
    """What a key is called and what it may do; all that its maker may, unless said.

    ``facilities`` bind it to these: it is good for their docks, and for nothing else.  ``role`` is
    whose limits of money hold for it: its maker's unless an owner says another.  ``networks`` are
    addresses or blocks of them (CIDR) that it is good from; ``ends_at`` is when it ends by itself,
    or ``life_days`` after how long.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    scopes: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)] | None = None
    facilities: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=100)] | None = None
    role: Word | None = None
    networks: (
        Annotated[
            tuple[Annotated[str, Meta(max_length=50)], ...], Meta(min_length=1, max_length=20)
        ]
        | None
    ) = None
    ends_at: Annotated[datetime, Meta(tz=True)] | None = None
    life_days: Annotated[int, Meta(ge=1, le=3650)] | None = None


class KeyRotate(Body):
    """For how long the key that is replaced stays good."""

    overlap_s: Annotated[int, Meta(ge=0, le=7 * 86_400)] = 86_400


class _Rights(NamedTuple):
    """What a key may do, where, whence and until when."""

    scopes: list[str]
    facilities: list[str] | None
    role: str
    networks: list[str] | None
    ends_at: datetime | None = None


async def create(
    house: House, maker: Principal, body: KeyNew, key: RequestKey | None = None
) -> Outcome:
    """Make a key; its token is in this answer and in no other, a replay included.

    Raises:
        InvalidRequest: A scope is unknown or beyond the maker's, or there are too many keys.
    """
    rights = _Rights(
        scopes=_scopes(maker, body),
        facilities=_facilities(maker, body),
        role=_role(maker, body),
        networks=_networks(body),
    )
    workspace_id = maker.workspace_id
    config = await house.configs.recent(workspace_id)
    assert config is not None, "a key was just found in this workspace"
    fresh = mint_key(workspace_id, sandbox=config.is_sandbox)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "a workspace with a key exists"
        rights = rights._replace(ends_at=_ending(body, turn.tick))
        view = _view(fresh.id, body.name, rights, turn.tick)
        kept = _ENCODE.encode(view)
        if answered := await keep(connection, workspace_id, key, 201, kept):
            return answered
        await _write(connection, workspace_id, fresh, rights, name=body.name, at=turn.tick)
    house.configs.forget(workspace_id)
    return Done(status=201, body=_ENCODE.encode({**view, "token": fresh.token}))


async def _write(
    connection: Connection,
    workspace_id: int,
    fresh: NewKey,
    rights: _Rights,
    *,
    name: str,
    at: datetime,
) -> None:
    """Keep a new key's digest, where there is room for one more."""
    if await connection.fetchval(_SQL["count_live_api_keys"], workspace_id) >= KEYS_MAX:
        detail = f"This workspace has {KEYS_MAX} good keys. Revoke one first."
        raise InvalidRequest(FieldError(pointer="", code="too_many_keys", detail=detail))
    await connection.execute(
        _SQL["make_api_key"],
        workspace_id,
        fresh.id,
        name,
        fresh.digest,
        rights.scopes,
        at,
        rights.facilities,
        rights.role,
        rights.networks,
        rights.ends_at,
    )
    await bump_epoch(connection, workspace_id)


async def rotate(
    house: House,
    maker: Principal,
    key_id: str,
    body: KeyRotate,
    key: RequestKey | None = None,
) -> Outcome:
    """Make a key like another one, which ends after a while; the token is in this answer only.

    Raises:
        InvalidRequest: The key has ended, or may more than who asks.
    """
    workspace_id = maker.workspace_id
    config = await house.configs.recent(workspace_id)
    assert config is not None, "who asks belongs to a workspace"
    fresh = mint_key(workspace_id, sandbox=config.is_sandbox)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "a workspace with a key exists"
        row = await connection.fetchrow(_SQL["one_api_key"], workspace_id, key_id)
        if row is None:
            return NotFound(what="API key")
        rights = _like(maker, row)
        view = _view(fresh.id, row["name"], rights, turn.tick)
        if answered := await keep(connection, workspace_id, key, 201, _ENCODE.encode(view)):
            return answered
        overlap = timedelta(seconds=body.overlap_s)
        ending = await connection.fetchval(_SQL["end_api_key_later"], workspace_id, key_id, overlap)
        if ending is None:
            raise InvalidRequest(FieldError(pointer="", code="key_ended", detail=_ENDED))
        await _write(connection, workspace_id, fresh, rights, name=row["name"], at=turn.tick)
    house.configs.forget(workspace_id)
    return Done(status=201, body=_ENCODE.encode({**view, "token": fresh.token}))


def _like(maker: Principal, row: asyncpg.Record) -> _Rights:
    """Give a key's rights to its successor: no more than who makes that may give away."""
    at: list[str] | None = row["facilities"]
    said = KeyNew(
        name=row["name"],
        scopes=tuple(row["scopes"]),
        facilities=None if at is None else tuple(at),
        role=row["role"],
    )
    return _Rights(
        scopes=_scopes(maker, said),
        facilities=_facilities(maker, said),
        role=_role(maker, said),
        networks=row["networks"],
    )


async def note_use(house: House, user: Principal) -> None:
    """Note that a key is in use, once a minute in each process."""
    if not house.configs.is_first_in_a_minute(user.key_id):
        return
    async with house.database.transaction(user.workspace_id) as connection:
        await connection.execute(_SQL["note_key_use"], user.workspace_id, user.key_id)


def is_from(user: Principal, address: str) -> bool:
    """Say whether a key is good from an address."""
    if not user.networks:
        return True
    try:
        sender = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(sender, "ipv4_mapped", None)
    return any((mapped or sender) in ipaddress.ip_network(one) for one in user.networks)


def _networks(body: KeyNew) -> list[str] | None:
    """Write networks as networks are written; an address is one of its own."""
    if body.networks is None:
        return None
    kept: list[str] = []
    errors: list[FieldError] = []
    for index, text in enumerate(body.networks):
        try:
            kept.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError:
            detail = f"{text[:60]!r} is no network. Give one such as 203.0.113.0/24."
            pointer = f"/networks/{index}"
            errors.append(FieldError(pointer=pointer, code="bad_value", detail=detail))
    if errors:
        raise InvalidRequest(*errors)
    return sorted(set(kept))


def _ending(body: KeyNew, now: datetime) -> datetime | None:
    """Say when a key ends by itself: at the first of what was said."""
    said = [] if body.ends_at is None else [body.ends_at]
    if body.life_days is not None:
        said.append(now + timedelta(days=body.life_days))
    ends_at = min(said, default=None)
    if ends_at is not None and ends_at <= now:
        detail = f"It would have ended already: it is {instant(now)}. Give a later instant."
        raise InvalidRequest(FieldError(pointer="/ends_at", code="bad_value", detail=detail))
    return ends_at


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


def _view(key_id: str, name: str, rights: _Rights, created_at: datetime) -> dict[str, object]:
    return {
        "id": key_id,
        "name": name,
        "scopes": rights.scopes,
        "facilities": rights.facilities,
        "role": rights.role,
        "networks": rights.networks,
        "created_at": instant(created_at),
        "ends_at": rights.ends_at and instant(rights.ends_at),
        "revoked_at": None,
        "used_at": None,
        "is_good": True,
    }


def _row_view(row: asyncpg.Record) -> bytes:
    rights = _Rights(row["scopes"], row["facilities"], row["role"], row["networks"], row["ends_at"])
    view = _view(row["key_id"], row["name"], rights, row["created_at"])
    revoked_at, used_at = row["revoked_at"], row["used_at"]
    view["revoked_at"] = revoked_at and instant(revoked_at)
    view["used_at"] = used_at and instant(used_at)
    view["is_good"] = row["is_good"]
    return _ENCODE.encode(view)


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
    return paged(
        rows, page, _row_view, key=lambda row: f"{row['created_at'].isoformat()} {row['key_id']}"
    )


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
