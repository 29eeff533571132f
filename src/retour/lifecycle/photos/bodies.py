"""What may be asked about photos: attach one, erase one."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from retour.lifecycle.bodies import Body, Text, Word
from retour.lifecycle.photos.photo import PhotoMoment

Photos = Annotated[tuple[Word, ...], Meta(max_length=10)]
"""Photos that come along with something else, by id."""


class AttachPhoto(Body):
    """Say what an uploaded photo shows: one of these, or the return as a whole.

    Args:
        line: An order line, or a return line by its id.
        pair: The photo of the same thing that was taken before; this one is the one after.
    """

    photo: Word
    line: Word | None = None
    unit: Word | None = None
    receipt: Word | None = None
    parcel: Word | None = None
    moment: PhotoMoment | None = None
    pair: Word | None = None


class ErasePhoto(Body):
    """Take a photo's bytes away for good; that there was one stays known."""

    photo: Word
    reason: Text | None = None
