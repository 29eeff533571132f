"""The program of a photo child: makes a plain JPEG of what claims to be a photo.

Started by ``crew``; it may open neither file nor socket nor more memory or time than its share.
Only the first picture of a JPEG, PNG or WebP is read, only if its head says a bearable size, and
only its pixels go on: turned upright, in sRGB, on white, small, and written anew. So nothing that
was beside the pixels (places, names, other formats in the same bytes) can be in the result.
"""

from __future__ import annotations

import io
import sys
from typing import Final

import msgspec
from PIL import (
    Image,
    ImageCms,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from retour.gateways.cell import packed, serve
from retour.gateways.limits import (
    PHOTO_FULL_SIDE,
    PHOTO_MEMORY_BYTES,
    PHOTO_PIXELS_MAX,
    PHOTO_SIDE_MIN,
    PHOTO_THUMB_SIDE,
)

FORMATS: Final = ("JPEG", "PNG", "WEBP")
_NEEDED: Final = (
    *(JpegImagePlugin, PngImagePlugin, WebPImagePlugin),
    *(MpoImagePlugin, TiffImagePlugin),
)
"""Imported while files can still be opened; the last two read EXIF and telephones' double JPEGs."""
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB: Final = ImageCms.ImageCmsProfile(
    ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - untyped in Pillow
)
_PROFILE_BYTES_MAX: Final = 1 << 20
_QUALITY: Final = 85
_THUMB_QUALITY: Final = 78
_HIGH_BITS: Final = 8
"""Of 16 bits a screen shows the upper half."""
_BOX: Final = 2.0
"""Averaging stops at twice the wanted size; the rest is done with care."""


class Remade(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a photo, and the lengths of its two JPEGs, which follow."""

    width: int = 0
    height: int = 0
    full_bytes: int = 0
    thumb_bytes: int = 0
    problem: str | None = None


class Unfit(Exception):
    """The bytes are no photo we take; the message is one of ``photos.WORDS``."""


def remade(data: bytes) -> tuple[Remade, bytes, bytes]:
    """Make the large and the small JPEG of a photo.

    Raises:
        Unfit: It cannot be one.
    """
    image = _opened(data)
    size = _shrunk(image.size, PHOTO_FULL_SIDE)
    try:
        image.draft(None, (2 * size[0], 2 * size[1]))  # A JPEG can be decoded small at once.
        image.load()
        turn = _turn(image)
        full = _plain(_small(image, size), image.info.get("icc_profile"))
    except MemoryError:
        raise
    except Exception as error:
        raise Unfit("damaged") from error
    if turn is not None:
        full = full.transpose(turn)
    thumb = full.copy()
    thumb.thumbnail((PHOTO_THUMB_SIDE, PHOTO_THUMB_SIDE), Image.Resampling.LANCZOS)
    large, small = _jpeg(full, _QUALITY), _jpeg(thumb, _THUMB_QUALITY)
    head = Remade(
        width=full.width,
        height=full.height,
        full_bytes=len(large),
        thumb_bytes=len(small),
    )
    return head, large, small


def _opened(data: bytes) -> Image.Image:
    """Read the head alone, and refuse what it says to be too much."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        width, height = image.size
    except MemoryError:
        raise
    except Exception as error:
        raise Unfit("unreadable") from error
    if width * height > PHOTO_PIXELS_MAX:
        raise Unfit("too_many_pixels")
    if min(width, height) < PHOTO_SIDE_MIN:
        raise Unfit("too_small")
    return image


def _shrunk(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _turn(image: Image.Image) -> Image.Transpose | None:
    """Say how a loaded picture is to be turned; what is wrong beside its pixels does not matter."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - a reader of EXIF may fail in any way
        return None


def _small(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Bring loaded pixels down to ``size`` before anything else is done with them."""
    if image.mode.startswith("I;16") or image.mode == "I":
        image = image.convert("I").point(lambda value: value / (1 << _HIGH_BITS)).convert("L")
    elif image.mode not in {"L", "LA", "RGB", "RGBA", "CMYK"}:
        has_alpha = "transparency" in image.info or image.mode in {"PA", "La", "RGBa"}
        image = image.convert("RGBA" if has_alpha else "RGB")
    if image.size == size:
        return image
    factor = int(min(image.width / size[0], image.height / size[1]) / _BOX)
    if factor > 1:
        image = image.reduce(factor)
    return image.resize(size, Image.Resampling.LANCZOS)


def _plain(image: Image.Image, profile: object) -> Image.Image:
    """Give sRGB pixels on white, and nothing but pixels."""
    alpha = image.getchannel("A") if image.mode in {"LA", "RGBA"} else None
    if alpha is not None:
        image = image.convert("RGB" if image.mode == "RGBA" else "L")
    if isinstance(profile, bytes) and len(profile) <= _PROFILE_BYTES_MAX:
        image = _in_srgb(image, profile)
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image.convert("RGB"), mask=alpha)
    return canvas


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # A profile nobody can read says nothing.
    return image if changed is None else changed


def _jpeg(image: Image.Image, quality: int) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=quality, optimize=True, progressive=True)
    return written.getvalue()


def answer(question: bytes) -> bytes:
    """Answer with the two JPEGs, or with the word for why there are none."""
    try:
        head, large, small = remade(question)
    except Unfit as unfit:
        return packed(msgspec.json.encode(Remade(problem=str(unfit))))
    return packed(msgspec.json.encode(head), (large, small))


def _warm_up() -> None:
    """Have every library loaded that decoding or writing may ask for."""
    tried = Image.new("RGB", (32, 32), "white")
    for name in FORMATS:
        written = io.BytesIO()
        profile, exif = _SRGB.tobytes(), Image.Exif()
        exif[_ORIENTATION] = 6
        tried.save(written, name, icc_profile=profile, exif=exif)
        remade(written.getvalue())


def main(cpu_s: float) -> None:
    """Answer questions until the parent hangs up; die of any that takes more than ``cpu_s``."""
    Image.MAX_IMAGE_PIXELS = None  # Heads are judged by us, in words.
    _warm_up()
    serve(answer, memory_bytes=PHOTO_MEMORY_BYTES, cpu_s=cpu_s)


if __name__ == "__main__":
    main(float(sys.argv[1]))
