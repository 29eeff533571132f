"""Grades: what each is called in the languages of shoppers, and what it looks like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from retour.desk.outcome import Done, NotFound, Outcome, VersionDiffers
from retour.desk.pages import envelope
from retour.desk.photos.links import links
from retour.dialects.portal.grade_words import OURS, GradeKept, GradePicture, said_of
from retour.dialects.view import View
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body, Word
from retour.store.grades import GRADE_PICTURES, GradeRow, grades_said, put_grade
from retour.store.photos import claim_photos, moment, wipe_photos
from retour.store.telling import bump_epoch, take_turn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from retour.desk.house import House

_ENCODE: Final = msgspec.json.Encoder()
_DECODE: Final = msgspec.json.Decoder(GradeKept)
_MISSING: Final = NotFound(what="grade")
NAME_MAX: Final = 60
TEXT_MAX: Final = 300
PICTURES_MAX: Final = 6
"""For a grade; each is made small by us, so that all of them are a few megabytes at most."""
_LANGUAGES: Final = Meta(max_length=20)
Names = Annotated[dict[Word, Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]], _LANGUAGES]
Texts = Annotated[dict[Word, Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]], _LANGUAGES]


class PictureShown(Body):
    """A photo that was sent and that nothing has yet, or one that the grade has already."""

    photo: Word
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]


class GradeWords(Body):
    """What a grade is called; ours stands where nothing is said.

    Args:
        name: By language; who reads none of them is shown the English, or else the first.
        text: A sentence by language.
    """

    name: Names = msgspec.field(default_factory=dict[str, str])
    text: Texts = msgspec.field(default_factory=dict[str, str])


class GradePut(GradeWords):
    """What a grade is called, and what it looks like; ours stands where nothing is said.

    Args:
        name: By language; who reads none of them is shown the English, or else the first.
        text: A sentence by language.
        pictures: For whoever judges, in this order. A photo left out is erased.
    """

    pictures: Annotated[tuple[PictureShown, ...], Meta(max_length=PICTURES_MAX)] = ()


def kept_grades(rows: Mapping[str, GradeRow]) -> dict[str, GradeKept]:
    """Read what a workspace says of its grades."""
    return {grade: _DECODE.decode(row.body) for grade, row in rows.items()}


async def listing(house: House, workspace_id: int) -> Outcome:
    """List the grades, best first."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await grades_said(connection, workspace_id)
        now = await moment(connection)
    items = [_ENCODE.encode(_view(house, workspace_id, grade, rows, now)) for grade in OURS]
    return Done(status=200, body=envelope(items, None))


async def look_up(house: House, workspace_id: int, grade: str) -> Outcome:
    """Give one grade; in version 0 nothing was ever said of it."""
    if grade not in OURS:
        return _MISSING
    async with house.database.transaction(workspace_id) as connection:
        rows = await grades_said(connection, workspace_id)
        now = await moment(connection)
    shown = _view(house, workspace_id, grade, rows, now)
    return Done(status=200, body=_ENCODE.encode(shown), version=shown["version"])


async def put(
    house: House, workspace_id: int, grade: str, body: GradePut, seen: int | None = None
) -> Outcome:
    """Say anew what a grade is; photos it shows no more are erased.

    Args:
        seen: The version that is written over; any where it is None, 0 where there is none yet.

    Raises:
        InvalidRequest: A photo is there twice, or is none that can be had.
    """
    if grade not in OURS:
        return _MISSING
    if errors := [*_twice(body)]:
        raise InvalidRequest(*errors)
    shown = tuple(GradePicture(photo=one.photo, text=one.text) for one in body.pictures)
    said = GradeKept(name=body.name, text=body.text, pictures=shown)
    async with house.database.transaction(workspace_id) as connection:
        turn = await take_turn(connection, workspace_id)
        assert turn is not None, "whoever asks belongs to a workspace"
        rows = await grades_said(connection, workspace_id)
        before = kept_grades(rows).get(grade, GradeKept())
        current = rows[grade].version if grade in rows else 0
        if seen not in (None, current):
            return VersionDiffers(current=current)
        had = [one.photo for one in before.pictures]
        for place, one in enumerate(shown):
            if one.photo not in had and not await claim_photos(
                connection, workspace_id, [one.photo], GRADE_PICTURES
            ):
                detail = "There is no such photo, or something has it. Send the photo anew."
                at = f"/pictures/{place}/photo"
                raise InvalidRequest(FieldError(pointer=at, code="unknown_photo", detail=detail))
        now = await moment(connection)
        if gone := sorted({*had} - {one.photo for one in shown}):
            await wipe_photos(connection, workspace_id, gone, now)
        if current == 0 or said != before:
            text = _ENCODE.encode(said).decode()
            current = await put_grade(connection, workspace_id, grade, text)
            await bump_epoch(connection, workspace_id)
        rows = await grades_said(connection, workspace_id)
    house.configs.forget(workspace_id)
    view = _view(house, workspace_id, grade, rows, now)
    return Done(status=200, body=_ENCODE.encode(view), version=current)


async def put_words(house: House, workspace_id: int, grade: str, said: GradeWords) -> Outcome:
    """Say anew what a grade is called; what it looks like stays."""
    async with house.database.transaction(workspace_id) as connection:
        rows = await grades_said(connection, workspace_id)
    kept = kept_grades(rows).get(grade, GradeKept())
    shown = tuple(PictureShown(photo=one.photo, text=one.text) for one in kept.pictures)
    body = GradePut(name=said.name, text=said.text, pictures=shown)
    return await put(house, workspace_id, grade, body)


def _twice(body: GradePut) -> Iterator[FieldError]:
    seen: set[str] = set()
    for place, one in enumerate(body.pictures):
        if one.photo in seen:
            detail = "The photo is there twice. Name it once."
            yield FieldError(pointer=f"/pictures/{place}/photo", code="duplicate", detail=detail)
        seen.add(one.photo)


def _view(
    house: House, workspace_id: int, grade: str, rows: Mapping[str, GradeRow], now: datetime
) -> View:
    kept = kept_grades(rows)
    said, own = said_of(grade, kept), kept.get(grade, GradeKept())
    return {
        "grade": grade,
        "version": rows[grade].version if grade in rows else 0,
        "name": dict(said.name),
        "text": dict(said.text),
        "pictures": [
            {
                "photo": one.photo,
                "text": one.text,
                "links": links(house, workspace_id, one.photo, now),
            }
            for one in said.pictures
        ],
        "own": bool(own.name or own.text),
    }
