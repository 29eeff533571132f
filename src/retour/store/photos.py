"""Photos: what is known of them, and their bytes. Typed callers of ``sql/photos.sql``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from retour.kernel.ids import is_id
from retour.lifecycle.model import Actor
from retour.lifecycle.photos.photo import PhotoFacts
from retour.store.statements import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import asyncpg

    from retour.store.database import Connection

_SQL: Final = named("photos")
_ENCODE: Final = msgspec.json.Encoder()
_ACTOR: Final = msgspec.json.Decoder(Actor)

Size = Literal["full", "thumb"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPhoto:
    """What is known of a photo beside its bytes.

    Args:
        owner: The return, the ticket or the unmatched mail that has it.
        duplicate_of: The first photo that was sent in the very same bytes.
        duplicate_owner: Who has that one.
    """

    id: str
    owner: str | None
    digest: bytes
    width: int
    height: int
    bytes: int
    duplicate_of: str | None
    duplicate_owner: str | None
    created_at: datetime
    created_by: Actor
    erased_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPhoto:
    """A photo to be taken in; ``sent_digest`` is that of the bytes as they were sent."""

    id: str
    sent_digest: bytes
    digest: bytes
    width: int
    height: int
    full: bytes
    thumb: bytes
    at: datetime
    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One JPEG of a photo, with the digest of the large one."""

    body: bytes
    digest: bytes


async def add_photo(connection: Connection, workspace_id: int, photo: NewPhoto) -> None:
    """Take a photo in with both its JPEGs."""
    await connection.execute(
        _SQL["add_photo"],
        workspace_id,
        photo.id,
        photo.sent_digest,
        photo.digest,
        photo.width,
        photo.height,
        len(photo.full),
        photo.at,
        _ENCODE.encode(photo.by).decode(),
    )
    for size, body in (("full", photo.full), ("thumb", photo.thumb)):
        await connection.execute(_SQL["add_photo_image"], workspace_id, photo.id, size, body)


async def owned_photos(connection: Connection, workspace_id: int, owner: str) -> list[NewPhoto]:
    """Give photos as they can be taken in elsewhere; only of who has few."""
    return [
        NewPhoto(
            id=row["photo_id"],
            sent_digest=row["sent_digest"],
            digest=row["digest"],
            width=row["width"],
            height=row["height"],
            full=row["large"],
            thumb=row["small"],
            at=row["created_at"],
            by=_ACTOR.decode(row["created_by"]),
        )
        for row in await connection.fetch(_SQL["owned_photos"], workspace_id, owner)
    ]


async def waiting_twin(connection: Connection, workspace_id: int, sent: bytes) -> str | None:
    """Give the photo of the very same bytes that waits to be attached."""
    return await connection.fetchval(_SQL["waiting_twin"], workspace_id, sent)


async def one_photo(connection: Connection, workspace_id: int, photo_id: str) -> KeptPhoto | None:
    """Give what is known of one photo."""
    row = await connection.fetchrow(_SQL["photo"], workspace_id, photo_id)
    return None if row is None else _kept(row)


async def photos_of_return(
    connection: Connection, workspace_id: int, return_id: str, below: str, limit: int
) -> list[KeptPhoto]:
    """Give a return's photos below an id, newest first."""
    rows = await connection.fetch(_SQL["photos_of_return"], workspace_id, return_id, below, limit)
    return [_kept(row) for row in rows]


async def named_photos(
    connection: Connection, workspace_id: int, ids: Sequence[str]
) -> dict[str, PhotoFacts]:
    """Give what a decision needs of photos; erased and unknown ones are left out."""
    rows = await connection.fetch(_SQL["named_photos"], workspace_id, list(ids))
    return {
        row["photo_id"]: PhotoFacts(
            id=row["photo_id"],
            width=row["width"],
            height=row["height"],
            digest=row["digest"].hex(),
            of=_taken_by(row["owner"]),
        )
        for row in rows
    }


async def claim_photos(
    connection: Connection, workspace_id: int, ids: Sequence[str], owner: str
) -> bool:
    """Let photos belong to somebody; False where somebody else was faster with one."""
    rows = await connection.fetch(_SQL["claim_photos"], workspace_id, list(ids), owner)
    return len(rows) == len(ids)


async def wipe_photos(
    connection: Connection, workspace_id: int, ids: Sequence[str], at: datetime
) -> None:
    """Take the bytes of photos away, for good."""
    await connection.execute(_SQL["wipe_images"], workspace_id, list(ids))
    await connection.execute(_SQL["mark_erased"], workspace_id, list(ids), at)


async def stale_uploads(
    connection: Connection, workspace_id: int, before: datetime, limit: int
) -> list[str]:
    """Give a few photos that were uploaded before an instant and never attached."""
    rows = await connection.fetch(_SQL["stale_uploads"], workspace_id, before, limit)
    return [row["photo_id"] for row in rows]


async def image(
    connection: Connection, workspace_id: int, photo_id: str, size: Size
) -> Image | None:
    """Give a photo's bytes; none once erased."""
    return _image(await connection.fetchrow(_SQL["image"], workspace_id, photo_id, size))


async def image_until(
    connection: Connection, workspace_id: int, photo_id: str, size: Size, until: datetime
) -> Image | None:
    """Give the same, unless the instant has passed."""
    row = await connection.fetchrow(_SQL["image_until"], workspace_id, photo_id, size, until)
    return _image(row)


async def moment(connection: Connection) -> datetime:
    """Give database time."""
    now: datetime = await connection.fetchval(_SQL["moment"])
    return now


def _taken_by(owner: str | None) -> str | None:
    """Say who has a photo for good: one that lies with an unmatched mail can still be attached."""
    return None if owner is None or is_id(owner, "iml") else owner


def _image(row: asyncpg.Record | None) -> Image | None:
    return None if row is None else Image(body=row["body"], digest=row["digest"])


def _kept(row: asyncpg.Record) -> KeptPhoto:
    return KeptPhoto(
        id=row["photo_id"],
        owner=row["owner"],
        digest=row["digest"],
        width=row["width"],
        height=row["height"],
        bytes=row["bytes"],
        duplicate_of=row["duplicate_of"],
        duplicate_owner=row["duplicate_owner"],
        created_at=row["created_at"],
        created_by=_ACTOR.decode(row["created_by"]),
        erased_at=row["erased_at"],
    )
