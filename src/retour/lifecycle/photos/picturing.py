"""Photos of a return: attached to what they show, paired before and after, erased.

Nothing here moves a status, goods or money, so all of it is possible in every status.  That a photo
exists is the desk's to know: it brings the facts of those a plan names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.fold import Fold
from retour.lifecycle.model import EventType, Return
from retour.lifecycle.photos.bodies import AttachPhoto, ErasePhoto
from retour.lifecycle.photos.photo import Photo, PhotoAbout, PhotoMoment

if TYPE_CHECKING:
    from retour.lifecycle.commands import LineAsked

PHOTOS_MAX: Final = 100
"""Photos of one return, erased ones included: every event carries what is known of them."""


class Shown(NamedTuple):
    """What a photo shows."""

    about: PhotoAbout
    of: str | None = None


def attach(fold: Fold, command: AttachPhoto) -> Refusal | None:
    """Attach an uploaded photo; the same again changes nothing."""
    shown = _shown(fold.ret, command)
    if isinstance(shown, Refusal):
        return shown
    kept = _kept(fold.ret, command.photo)
    if kept is not None and (kept.about, kept.of) == shown and kept.erased_at is None:
        return None
    wrong = _wrong_pair(fold.ret, command, shown)
    if wrong is not None:
        return wrong
    refusal = add(fold, (command.photo,), shown, pointer="/photo")
    if refusal is not None:
        return refusal
    photo = fold.ret.photos[-1]
    moment = PhotoMoment.AFTER if command.pair is not None else command.moment
    photo = replace(photo, moment=moment, pair=command.pair)
    fold.change(photos=(*fold.ret.photos[:-1], photo))
    fold.say(
        EventType.PHOTO_ATTACHED,
        {
            "photo": photo.id,
            "about": photo.about.value,
            "of": photo.of,
            "moment": None if moment is None else moment.value,
            "pair": photo.pair,
            "digest": photo.digest,
        },
    )
    return None


def add(fold: Fold, ids: Sequence[str], shown: Shown, *, pointer: str) -> Refusal | None:
    """Let photos belong to the return; whoever asks says the event.

    Args:
        pointer: The field of the command that names them.
    """
    ret = fold.ret
    if len(ret.photos) + len(ids) > PHOTOS_MAX:
        detail = f"A return keeps at most {PHOTOS_MAX} photos. Leave this one out."
        return refuse(RefusalCode.TOO_MANY_PHOTOS, detail, pointer)
    if len(set(ids)) < len(ids):
        detail = "A photo is named twice here. Name each once."
        return refuse(RefusalCode.PHOTO_TAKEN, detail, pointer)
    added: list[Photo] = []
    for photo_id in ids:
        facts = fold.context.photos.get(photo_id)
        if facts is None:
            detail = f"There is no photo {photo_id!r}. Upload it first, and name it by its id."
            return refuse(RefusalCode.UNKNOWN_PHOTO, detail, pointer)
        if facts.of is not None:
            detail = f"The photo {photo_id} is attached already. Upload it again to use it twice."
            return refuse(RefusalCode.PHOTO_TAKEN, detail, pointer)
        added.append(
            Photo(
                id=facts.id,
                about=shown.about,
                of=shown.of,
                at=fold.at,
                by=fold.context.actor,
                width=facts.width,
                height=facts.height,
                digest=facts.digest,
            )
        )
    fold.change(photos=(*ret.photos, *added))
    return None


def add_to_lines(fold: Fold, asked: Sequence[LineAsked]) -> Refusal | None:
    """Attach the photos that lines were asked for with; those that are attached already stay."""
    for index, one in enumerate(asked):
        had = {photo.id for photo in fold.ret.photos}
        fresh = tuple(photo_id for photo_id in one.photos if photo_id not in had)
        if not fresh:
            continue
        line = next(line for line in reversed(fold.ret.lines) if line.line == one.line)
        shown = Shown(PhotoAbout.LINE, line.id)
        refusal = add(fold, fresh, shown, pointer=f"/lines/{index}/photos")
        if refusal is not None:
            return refusal
    return None


def erase(fold: Fold, command: ErasePhoto) -> Refusal | None:
    """Note that a photo's bytes are gone; the desk takes them away in the same commit."""
    kept = _kept(fold.ret, command.photo)
    if kept is None:
        detail = f"This return has no photo {command.photo!r}. Name one of its own."
        return refuse(RefusalCode.UNKNOWN_PHOTO, detail, "/photo")
    if kept.erased_at is not None:
        return None
    gone = replace(kept, erased_at=fold.at, erased_by=fold.context.actor)
    fold.change(photos=tuple(gone if one.id == gone.id else one for one in fold.ret.photos))
    details = {"photo": gone.id, "about": gone.about.value, "of": gone.of}
    fold.say(EventType.PHOTO_ERASED, {**details, "reason": command.reason})
    return None


def photos_of(ret: Return, line: str) -> int:
    """Count the photos of a return line and of its units; erased ones do not count.

    Args:
        line: The return line's id.
    """
    units = {unit.id for one in ret.lines if one.id == line for unit in one.units}
    return sum(
        photo.erased_at is None
        and (
            (photo.about is PhotoAbout.LINE and photo.of == line)
            or (photo.about is PhotoAbout.UNIT and photo.of in units)
        )
        for photo in ret.photos
    )


def photos_missing(ret: Return, line: str, needed: int) -> int:
    """Say how many photos of a return line are still to come, of those that must be there.

    Args:
        line: The return line's id.
        needed: How many a policy asks for.
    """
    return max(0, needed - photos_of(ret, line))


def lacks_photos(ret: Return) -> bool:
    """Say whether photos that rules ask for are still to come, of a line that is asked back."""
    needed = {one.line: one.photos_required or 0 for one in ret.verdict.terms}
    return any(
        photos_missing(ret, line.id, needed.get(line.line or "", 0))
        for line in ret.lines
        if line.units
    )


def _kept(ret: Return, photo_id: str) -> Photo | None:
    return next((one for one in ret.photos if one.id == photo_id), None)


def _shown(ret: Return, command: AttachPhoto) -> Shown | Refusal:
    named = {
        PhotoAbout.LINE: command.line,
        PhotoAbout.UNIT: command.unit,
        PhotoAbout.RECEIPT: command.receipt,
        PhotoAbout.PARCEL: command.parcel,
    }
    given = {about: text for about, text in named.items() if text is not None}
    if not given:
        return Shown(PhotoAbout.RETURN)
    if len(given) > 1:
        words = " and ".join(about.value for about in given)
        detail = f"A photo shows one thing, not {words}. Name one of them."
        return refuse(RefusalCode.PHOTO_OF_WHAT, detail, f"/{list(given)[1].value}")
    ((about, text),) = given.items()
    found = _found(ret, about, text)
    if found is None:
        detail = f"This return has no {about.value} {text!r}. Name one of its own."
        return refuse(_UNKNOWN[about], detail, f"/{about.value}")
    return Shown(about, found)


_UNKNOWN: Final = {
    PhotoAbout.LINE: RefusalCode.UNKNOWN_LINE,
    PhotoAbout.UNIT: RefusalCode.UNKNOWN_UNIT,
    PhotoAbout.RECEIPT: RefusalCode.UNKNOWN_RECEIPT,
    PhotoAbout.PARCEL: RefusalCode.UNKNOWN_PARCEL,
}


def _found(ret: Return, about: PhotoAbout, text: str) -> str | None:
    """Give the id of what is named, if the return has it."""
    match about:
        case PhotoAbout.LINE:
            ids = [line.id for line in ret.lines if text in (line.id, line.line)]
        case PhotoAbout.UNIT:
            ids = [unit.id for line in ret.lines for unit in line.units if unit.id == text]
        case PhotoAbout.RECEIPT:
            ids = [receipt.id for receipt in ret.receipts if receipt.id == text]
        case _:
            ids = [parcel.id for parcel in ret.parcels if parcel.id == text]
    return ids[0] if ids else None


def _wrong_pair(ret: Return, command: AttachPhoto, shown: Shown) -> Refusal | None:
    if command.pair is None:
        return None
    before = _kept(ret, command.pair)
    is_good = (
        before is not None
        and before.erased_at is None
        and (before.about, before.of) == shown
        and before.moment is PhotoMoment.BEFORE
        and command.moment is not PhotoMoment.BEFORE
        and all(one.pair != before.id for one in ret.photos if one.erased_at is None)
    )
    if is_good:
        return None
    detail = (
        "pair must name a photo of the same thing that was attached as the one before and has no"
        " pair yet. Attach that one first, or leave pair out."
    )
    return refuse(RefusalCode.PHOTO_OF_WHAT, detail, "/pair")
