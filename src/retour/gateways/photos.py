"""Photos that strangers sent, made into plain JPEGs by children that may be killed at any moment.

``PhotoPool`` looks at no more than the first bytes, to tell people what to send instead; decoding
is ``photo_child``'s, which shares nothing with this process but a pipe. Never here: where photos
are kept, or what they show.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import msgspec

from retour.gateways.cell import unpacked
from retour.gateways.crew import Crew, Lost, Overtaxed
from retour.gateways.limits import (
    PHOTO_BYTES_MAX,
    PHOTO_CHILDREN,
    PHOTO_CPU_S,
    PHOTO_FULL_SIDE,
    PHOTO_IDLE_S,
    PHOTO_WALL_S,
)

_CHILD: Final = "retour.gateways.photo_child"
PHOTO_TYPE: Final = "image/jpeg"
"""What every photo is kept and served as."""
_JPEG: Final = b"\xff\xd8\xff"
_HEIC: Final = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"})

WORDS: Final = MappingProxyType(
    {
        "empty": "There is no photo here. Send its bytes as the body.",
        "too_large": f"The photo is larger than {PHOTO_BYTES_MAX >> 20} MB. Send a smaller one.",
        "heic": "Photos in HEIC or AVIF are not read here. Send a JPEG: on an iPhone choose"
        " Settings, Camera, Formats, Most Compatible.",
        "wrong_type": "This is no JPEG, PNG or WebP. Send the photo in one of these.",
        "unreadable": "This is no JPEG, PNG or WebP that can be read. Take or save the photo anew.",
        "damaged": "The photo is damaged or ends too early. Send it again.",
        "too_many_pixels": "The photo has more than 40 million pixels. Send a smaller one.",
        "too_small": "The photo is less than 16 pixels wide or high. Send a larger one.",
        "too_much": "The photo takes too much time or memory to read. Save it anew as a JPEG.",
        "try_again": "The photo could not be read this time. Send it again.",
    }
)
"""Why a photo is not taken, for whoever sent it, by a stable code."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A photo as it is kept: two JPEGs of pixels and nothing else."""

    width: int
    height: int
    full: bytes
    thumb: bytes


class PhotoError(msgspec.Struct, frozen=True):
    """Why a photo is not taken: a key of ``WORDS``."""

    code: str

    @property
    def words(self) -> str:
        """The same for people."""
        return WORDS[self.code]


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    """What a child says of a photo; believed only as far as it can be checked."""

    width: int = 0
    height: int = 0
    full_bytes: int = 0
    thumb_bytes: int = 0
    problem: str | None = None


class PhotoPool:
    """Remakes photos, at most ``children`` at once; costs nothing before the first.

    Belongs to one event loop.
    """

    def __init__(
        self,
        *,
        children: int = PHOTO_CHILDREN,
        cpu_s: float = PHOTO_CPU_S,
        wall_s: float = PHOTO_WALL_S,
        idle_s: float = PHOTO_IDLE_S,
    ) -> None:
        self._crew = Crew(_CHILD, places=children, cpu_s=cpu_s, wall_s=wall_s, idle_s=idle_s)

    async def remake(self, data: bytes) -> Picture | PhotoError:
        """Give what is kept of a photo, or why nothing is."""
        if (wrong := first_look(data)) is not None:
            return PhotoError(wrong)
        try:
            return believed(await self._crew.ask(data))
        except Overtaxed:
            return PhotoError("too_much")
        except Lost:
            return PhotoError("try_again")

    async def close(self) -> None:
        """End every child. Whoever still waits is told to try again."""
        await self._crew.close()


def first_look(data: bytes) -> str | None:
    """Say what is wrong as far as the first bytes tell."""
    if not data:
        return "empty"
    if len(data) > PHOTO_BYTES_MAX:
        return "too_large"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        return "heic"
    is_known = data.startswith((_JPEG, b"\x89PNG\r\n\x1a\n")) or (
        data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    )
    return None if is_known else "wrong_type"


def believed(frame: bytes) -> Picture | PhotoError:
    """Take a child's answer, unless it is none that an honest one would give."""
    try:
        said, blobs = unpacked(frame)
        head = msgspec.json.decode(said, type=_Head)
    except msgspec.DecodeError:
        return PhotoError("try_again")
    if head.problem is not None:
        return PhotoError(head.problem if head.problem in WORDS else "unreadable")
    full, thumb = blobs[: head.full_bytes], blobs[head.full_bytes :]
    is_honest = (
        len(thumb) == head.thumb_bytes
        and min(head.width, head.height) > 0
        and max(head.width, head.height) <= PHOTO_FULL_SIDE
        and full.startswith(_JPEG)
        and thumb.startswith(_JPEG)
    )
    if not is_honest:
        return PhotoError("try_again")
    return Picture(width=head.width, height=head.height, full=full, thumb=thumb)
