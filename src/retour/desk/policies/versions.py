"""The versions a policy has had: listed, shown whole, and held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from retour.desk.outcome import Done, NotFound, Outcome
from retour.desk.pages import Page, paged
from retour.desk.policies import policy_view
from retour.desk.policies.drafts import actor_view
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.model import Policy
from retour.store.statements import named

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.store.database import Connection

_SQL: Final = named("places")
_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(Policy)
_HIGHEST: Final = 2**31 - 1
_CHANGES_MAX: Final = 1000
_KEPT_APART: Final = frozenset({"id", "version"})


async def listing(house: House, workspace_id: int, policy_id: str, page: Page) -> Outcome:
    """Give a page of versions, newest first: when each came into force, and of how many rules."""
    below = int(page.after) if page.after.isdigit() else _HIGHEST
    async with house.database.transaction(workspace_id) as connection:
        rows = await connection.fetch(
            _SQL["policy_versions"], workspace_id, policy_id, below, page.limit + 1
        )
    if not rows and below == _HIGHEST:
        return NotFound(what="policy")
    return paged(
        rows,
        page,
        lambda row: {
            "id": policy_id,
            "version": row["version"],
            "created_at": row["created_at"],
            "author": actor_view(row["author"]),
            "restores": row["restores"],
            "rules": len(_DECODE.decode(row["body"]).rules),
        },
        key=lambda row: row["version"],
    )


async def look_up(house: House, workspace_id: int, policy_id: str, version: str) -> Outcome:
    """Give one version of a policy, in force or not."""
    async with house.database.transaction(workspace_id) as connection:
        policy = await _version(connection, workspace_id, policy_id, _number(version))
    if policy is None:
        return NotFound(what="policy version")
    return Done(status=200, body=policy_view(policy), version=policy.version)


def _number(text: str) -> int:
    """Read a version; what is none is one that nothing has."""
    return int(text) if text.isdigit() and text.isascii() and len(text) < 10 else 0  # noqa: PLR2004 - versions are 32 bits


async def _version(
    connection: Connection, workspace_id: int, policy_id: str, version: int
) -> Policy | None:
    row = await connection.fetchrow(_SQL["one_policy"], workspace_id, policy_id, version)
    return None if row is None else _DECODE.decode(row["body"])


async def compare(
    house: House, workspace_id: int, policy_id: str, wanted: Mapping[str, str]
) -> Outcome:
    """Say what changed between two versions; the newest and the one before unless named.

    Raises:
        InvalidRequest: A version that is named is not there.
    """
    async with house.database.transaction(workspace_id) as connection:
        row = await connection.fetchrow(_SQL["latest_policy"], workspace_id, policy_id)
        if row is None:
            return NotFound(what="policy")
        newer = _number(wanted["to"]) if "to" in wanted else row["version"]
        older = _number(wanted["from"]) if "from" in wanted else max(newer - 1, 1)
        found: list[Policy] = []
        for name, version in (("from", older), ("to", newer)):
            policy = await _version(connection, workspace_id, policy_id, version)
            if policy is None:
                raise InvalidRequest(_unknown(name, policy_id))
            found.append(policy)
    was, now = (_plain(policy) for policy in found)
    changes = list(differences(was, now))
    return Done(
        status=200,
        body=_ENCODE.encode(
            {
                "id": policy_id,
                "from": older,
                "to": newer,
                "changes": changes[:_CHANGES_MAX],
                "complete": len(changes) <= _CHANGES_MAX,
            }
        ),
    )


def _unknown(name: str, policy_id: str) -> FieldError:
    return FieldError(
        pointer=f"/{name}",
        code="bad_value",
        detail=f"The policy {policy_id!r} has no such version. Take one from its versions.",
    )


def _plain(policy: Policy) -> dict[str, Any]:
    """Give a policy as JSON, its rules by their names."""
    shown: dict[str, Any] = msgspec.json.decode(policy_view(policy))
    rules: list[dict[str, Any]] = shown.pop("rules")
    names = [rule.get("id") or rule.get("name") or "" for rule in rules]
    shown = {name: value for name, value in shown.items() if name not in _KEPT_APART}
    return {**shown, "rules": dict(zip(names, rules, strict=True)), "order of rules": names}


def differences(
    older: Mapping[str, object], newer: Mapping[str, object], at: str = ""
) -> Iterator[dict[str, str | None]]:
    """Find what changed, by path, as JSON text; what only one of them has is null in the other."""
    for name in dict.fromkeys((*older, *newer)):
        was, now = older.get(name), newer.get(name)
        path = f"{at}/{name}"
        if was == now:
            continue
        within = _objects(was, now)
        if within is None:
            yield {"path": path, "from": _text(was), "to": _text(now)}
        else:
            yield from differences(*within, path)


def _objects(was: object, now: object) -> tuple[Mapping[str, object], Mapping[str, object]] | None:
    """Give both as objects, where both are."""
    if isinstance(was, dict) and isinstance(now, dict):
        return cast("dict[str, object]", was), cast("dict[str, object]", now)
    return None


def _text(value: object) -> str | None:
    """Write a value as JSON text; what is not there is nothing."""
    return None if value is None else _ENCODE.encode(value).decode()
