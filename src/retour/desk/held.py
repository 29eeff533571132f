"""Photos around a command: what a plan may name, and what its commit does with them.

A decision knows only the facts of photos; that one is attached once, and that an erased one has no
bytes any more, is written in the very transaction of the commit.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from retour.lifecycle.commands import Amend, Comment, Reopen, Request
from retour.lifecycle.photos.bodies import AttachPhoto
from retour.lifecycle.photos.photo import PhotoFacts
from retour.lifecycle.shopper.bodies import RecordDropOff
from retour.lifecycle.talk.bodies import RecordMail
from retour.store.photos import claim_photos, named_photos, wipe_photos

if TYPE_CHECKING:
    from datetime import datetime

    from retour.desk.house import House
    from retour.lifecycle.model import Return
    from retour.store.database import Connection


class Moved(NamedTuple):
    """Photos that a decision attached, and those it erased, by id."""

    attached: tuple[str, ...] = ()
    erased: tuple[str, ...] = ()


def named_in(plan: Iterable[object]) -> tuple[str, ...]:
    """List the photos that commands of a plan want to attach."""
    ids: list[str] = []
    for step in plan:
        if isinstance(step, AttachPhoto):
            ids.append(step.photo)
        elif isinstance(step, Comment | RecordMail):
            ids.extend(step.photos)
        elif isinstance(step, Request | Amend | Reopen):
            ids.extend(photo for line in step.lines for photo in line.photos)
        elif isinstance(step, RecordDropOff) and step.photo is not None:
            ids.append(step.photo)
    return tuple(ids)


async def facts_of(house: House, workspace_id: int, ids: tuple[str, ...]) -> dict[str, PhotoFacts]:
    """Give what a decision needs of photos; most plans name none, and cost nothing."""
    if not ids:
        return {}
    async with house.database.transaction(workspace_id) as connection:
        return await named_photos(connection, workspace_id, ids)


def moved(before: Return | None, after: Return) -> Moved | None:
    """Say which photos a decision attached and erased; ``None`` where it did neither."""
    if before is not None and before.photos == after.photos:
        return None
    were = {} if before is None else {photo.id: photo for photo in before.photos}
    attached = tuple(photo.id for photo in after.photos if photo.id not in were)
    erased = tuple(
        photo.id
        for photo in after.photos
        if photo.erased_at is not None
        and (photo.id not in were or were[photo.id].erased_at is None)
    )
    return Moved(attached, erased) if attached or erased else None


async def hold(
    connection: Connection, workspace_id: int, return_id: str, photos: Moved, tick: datetime
) -> bool:
    """Write what became of photos; False where somebody else attached one meanwhile."""
    if photos.attached and not await claim_photos(
        connection, workspace_id, photos.attached, return_id
    ):
        return False
    if photos.erased:
        await wipe_photos(connection, workspace_id, photos.erased, tick)
    return True
