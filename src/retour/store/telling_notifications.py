"""Notification profiles and templates as rows, and the subscriptions underneath them.

Typed callers of ``sql/notifications.sql``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from retour.store.statements import named
from retour.store.telling import Subscription, subscription_from

if TYPE_CHECKING:
    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("notifications")
_ENCODE: Final = msgspec.json.Encoder()
_MAILS_OF_PROFILE_MAX: Final = 1000


class ProfileBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a profile leads to, as stored.

    Args:
        type: email, chat or custom.
        target: An address for email or the word customer, a URL otherwise.
        secrets: The sealed signing keys of a custom one, in base64.
        inbox: The support tool behind an address, zendesk or intercom.
        reply_to: Whom an answer to a mail goes to, customer or sender; unsaid, a support tool's go
            to the customer, others to the sender.
        platform: Of a chat, slack or teams; unsaid, its URL tells.
        is_paused: Whether nothing is sent through it, and all of it waits.
    """

    name: str
    type: str
    target: str
    headers: dict[str, str] = {}
    secrets: str | None = None
    inbox: str | None = None
    reply_to: str | None = None
    platform: str | None = None
    is_paused: bool = False


class TemplateBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a template says, as stored."""

    event: str
    type: str
    profiles: tuple[str, ...]
    name: str = ""
    language: str = "en"
    subject: str | None = None
    body: str | None = None
    active: bool = True


_PROFILE: Final = msgspec.json.Decoder(ProfileBody)
_TEMPLATE: Final = msgspec.json.Decoder(TemplateBody)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProfile:
    """Where a notification goes, with the id it is named by."""

    id: str
    body: ProfileBody
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTemplate:
    """A template at its latest version."""

    id: str
    version: int
    body: TemplateBody
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptVersion:
    """What a template said at one of its versions.

    Args:
        made_by: Who had it say so, as the audit log names them.
        note: What they wrote about it.
        restored: The version whose words it says again, where it does.
    """

    version: int
    body: TemplateBody
    made_by: str
    note: str
    restored: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Why a template has another version: a note, and the version it goes back to."""

    note: str = ""
    restored: int | None = None


PLAIN: Final = Change()
"""A change that nobody wrote anything about."""


def _text(body: msgspec.Struct) -> str:
    return _ENCODE.encode(body).decode()


def _profile(row: asyncpg.Record) -> StoredProfile:
    return StoredProfile(
        id=row["profile_id"], body=_PROFILE.decode(row["body"]), created_at=row["created_at"]
    )


def _template(row: asyncpg.Record) -> StoredTemplate:
    return StoredTemplate(
        id=row["template_id"],
        version=row["version"],
        body=_TEMPLATE.decode(row["body"]),
        created_at=row["created_at"],
    )


async def add_profile(connection: Connection, workspace_id: int, profile: StoredProfile) -> None:
    """Make a profile."""
    await connection.execute(
        _SQL["add_profile"], workspace_id, profile.id, _text(profile.body), profile.created_at
    )


async def set_profile(
    connection: Connection, workspace_id: int, profile_id: str, body: ProfileBody
) -> None:
    """Say anew where a profile leads to."""
    await connection.execute(_SQL["set_profile"], workspace_id, profile_id, _text(body))


async def delete_profile(
    connection: Connection, workspace_id: int, profile_id: str, at: datetime
) -> None:
    """Mark a profile as deleted."""
    await connection.execute(_SQL["delete_profile"], workspace_id, profile_id, at)


async def profiles_by_id(
    connection: Connection, workspace_id: int, profile_ids: Iterable[str]
) -> Mapping[str, StoredProfile]:
    """Give some profiles by their ids; those that are not there are absent."""
    rows = await connection.fetch(_SQL["profiles"], workspace_id, list(profile_ids))
    return {row["profile_id"]: _profile(row) for row in rows}


async def list_profiles(
    connection: Connection, workspace_id: int, below: str, limit: int
) -> Sequence[StoredProfile]:
    """Give the profiles whose ids lie below ``below``, newest first."""
    rows = await connection.fetch(_SQL["list_profiles"], workspace_id, below, limit)
    return [_profile(row) for row in rows]


async def customer_profile(connection: Connection, workspace_id: int) -> StoredProfile | None:
    """Give the first profile that leads to the customer of each return, if there is one."""
    row = await connection.fetchrow(_SQL["customer_profile"], workspace_id)
    return None if row is None else _profile(row)


async def mails_of_profile(
    connection: Connection, workspace_id: int, profile_id: str
) -> Sequence[StoredTemplate]:
    """Give the mails that go through a profile, oldest first, a thousand at most."""
    rows = await connection.fetch(
        _SQL["mails_of_profile"], workspace_id, profile_id, _MAILS_OF_PROFILE_MAX
    )
    return [_template(row) for row in rows]


async def add_template(connection: Connection, workspace_id: int, template: StoredTemplate) -> None:
    """Make a template; what it says is its first version."""
    await connection.execute(
        _SQL["add_template"], workspace_id, template.id, _text(template.body), template.created_at
    )
    await _keep_version(connection, workspace_id, template, PLAIN)


async def set_template(
    connection: Connection, workspace_id: int, template: StoredTemplate, change: Change = PLAIN
) -> None:
    """Give a template the version and the body that it has here; those before are kept."""
    await connection.execute(
        _SQL["set_template"], workspace_id, template.id, template.version, _text(template.body)
    )
    await _keep_version(connection, workspace_id, template, change)


async def _keep_version(
    connection: Connection, workspace_id: int, template: StoredTemplate, change: Change
) -> None:
    await connection.execute(
        _SQL["keep_template_version"],
        workspace_id,
        template.id,
        template.version,
        _text(template.body),
        change.note,
        change.restored,
    )


async def versions_of_template(
    connection: Connection, workspace_id: int, template_id: str, below: int, limit: int
) -> Sequence[KeptVersion]:
    """Give a template's versions below a number, newest first."""
    rows = await connection.fetch(
        _SQL["template_versions"], workspace_id, template_id, below, limit
    )
    return [_kept(row) for row in rows]


async def one_template_version(
    connection: Connection, workspace_id: int, template_id: str, version: int
) -> KeptVersion | None:
    """Give what a template said at one version."""
    row = await connection.fetchrow(
        _SQL["one_template_version"], workspace_id, template_id, version
    )
    return None if row is None else _kept(row)


def _kept(row: asyncpg.Record) -> KeptVersion:
    return KeptVersion(
        version=row["version"],
        body=_TEMPLATE.decode(row["body"]),
        made_by=row["made_by"],
        note=row["note"],
        restored=row["restored"],
        created_at=row["created_at"],
    )


async def delete_template(
    connection: Connection, workspace_id: int, template_id: str, at: datetime
) -> None:
    """Mark a template as deleted."""
    await connection.execute(_SQL["delete_template"], workspace_id, template_id, at)


async def one_template(
    connection: Connection, workspace_id: int, template_id: str
) -> StoredTemplate | None:
    """Give a template, unless it is deleted."""
    row = await connection.fetchrow(_SQL["one_template"], workspace_id, template_id)
    return None if row is None else _template(row)


async def list_templates(
    connection: Connection, workspace_id: int, below: str, limit: int
) -> Sequence[StoredTemplate]:
    """Give the templates whose ids lie below ``below``, newest first."""
    rows = await connection.fetch(_SQL["list_templates"], workspace_id, below, limit)
    return [_template(row) for row in rows]


async def pairs_of_template(
    connection: Connection, workspace_id: int, template_id: str
) -> Sequence[Subscription]:
    """Give the subscriptions underneath a template, ended ones left out."""
    rows = await connection.fetch(_SQL["pairs_of_template"], workspace_id, template_id)
    return [subscription_from(row) for row in rows]


async def subscriptions_of_profiles(
    connection: Connection, workspace_id: int, profile_ids: Iterable[str]
) -> Sequence[Subscription]:
    """Give the subscriptions underneath some profiles, those of their tests among them."""
    rows = await connection.fetch(
        _SQL["subscriptions_of_profiles"], workspace_id, list(profile_ids)
    )
    return [subscription_from(row) for row in rows]


async def own_subscription(
    connection: Connection, workspace_id: int, profile_id: str
) -> Subscription | None:
    """Give the subscription that a profile's tests go through, if there was one."""
    row = await connection.fetchrow(_SQL["own_subscription"], workspace_id, profile_id)
    return None if row is None else subscription_from(row)


async def templates_of_profile(
    connection: Connection, workspace_id: int, profile_id: str
) -> Sequence[str]:
    """Name the templates that use a profile."""
    rows = await connection.fetch(_SQL["templates_of_profile"], workspace_id, profile_id)
    return [row["template_id"] for row in rows]
