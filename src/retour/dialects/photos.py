"""How photos are shown in a return: the value, and the shape that declares it."""

from __future__ import annotations

from typing import Any, Final

from msgspec import to_builtins

from retour.dialects.shapes import Instant, Integer, Text, Tree, or_null
from retour.lifecycle.actors import Actor
from retour.lifecycle.photos.photo import Photo, PhotoAbout, PhotoMoment
from retour.lifecycle.words import ActorKind


def photo_view(photo: Photo) -> dict[str, Any]:
    """Show what a return knows of a photo."""
    return {
        "id": photo.id,
        "about": photo.about.value,
        "of": photo.of,
        "moment": None if photo.moment is None else photo.moment.value,
        "pair": photo.pair,
        "width": photo.width,
        "height": photo.height,
        "digest": photo.digest,
        "at": to_builtins(photo.at),
        "by": _actor(photo.by),
        "erased_at": None if photo.erased_at is None else to_builtins(photo.erased_at),
        "erased_by": None if photo.erased_by is None else _actor(photo.erased_by),
    }


def _actor(actor: Actor) -> dict[str, str | None]:
    return {"kind": actor.kind.value, "id": actor.id}


def _who(name: str, *, nullable: bool = False) -> Tree:
    kinds = tuple(kind.value for kind in ActorKind)
    return Tree(
        name=name,
        nullable=nullable,
        fields={"kind": Text(words=kinds), "id": or_null(Text())},
    )


PHOTO: Final = Tree(
    name="photo",
    about="A photo, without its bytes: those are read by its id.",
    fields={
        "id": Text(),
        "about": Text(words=tuple(about.value for about in PhotoAbout), about="What it shows."),
        "of": or_null(Text(), "The id of what it shows; null for the return as a whole."),
        "moment": Text(
            words=tuple(moment.value for moment in PhotoMoment),
            nullable=True,
            about="Which half of a pair it is.",
        ),
        "pair": or_null(Text(), "The photo that shows the same before."),
        "width": Integer(minimum=1),
        "height": Integer(minimum=1),
        "digest": Text(about="SHA-256 of the large JPEG."),
        "at": Instant(),
        "by": _who("photographer"),
        "erased_at": Instant(nullable=True, about="Since when its bytes are gone."),
        "erased_by": _who("eraser", nullable=True),
    },
)
