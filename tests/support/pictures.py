"""A corpus of photos of own making: honest ones, odd ones, and hostile ones; and a reader of JPEGs.

The hostile ones are written byte by byte, so that what they claim has nothing to do with what they
hold.  ``markers`` reads a JPEG with no library, to see what stands beside its pixels.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from PIL import Image, ImageCms

PLACE = b"52.3731081 N 4.8936041 E"
"""Where a photo was taken: must be found in what is sent, and nowhere in what is kept."""
SCRIPT = b"<script>alert(1)</script>"


def gradient(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Draw something with a corner of its own, so that one sees which way is up."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    image.paste((255, 0, 0), (0, 0, width // 4, height // 4))
    return image if mode == "RGB" else image.convert(mode)


def encoded(image: Image.Image, form: str, **more: Any) -> bytes:  # noqa: ANN401 - Pillow's own
    """Write an image in a format."""
    written = io.BytesIO()
    image.save(written, form, **more)
    return written.getvalue()


def exif(orientation: int = 1) -> bytes:
    """Give EXIF with a place, an owner and an orientation."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010E] = PLACE.decode()
    data[0xA430] = "Alex Jansen"
    data.get_ifd(0x8825)[1] = "N"
    data.get_ifd(0x8825)[2] = (52.0, 22.0, 23.19)
    return data.tobytes()


def chunk(kind: bytes, data: bytes) -> bytes:
    """Write one chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_head(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    """Begin a PNG of any size."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)


def png_bomb(side: int) -> bytes:
    """A PNG that unfolds to side² pixels of nothing."""
    rows = zlib.compressobj(9)
    row = bytes(side * 3 + 1)
    body = b"".join(rows.compress(row) for _ in range(64)) + rows.flush()
    return png_head(side, side) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose head claims a size it does not have."""
    data = bytearray(encoded(gradient(64, 64), "JPEG"))
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_of_size(width: int, height: int) -> bytes:
    """A WebP whose canvas claims a size it does not have."""
    lossy = encoded(gradient(64, 64), "WEBP")[12:]
    canvas = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + canvas + lossy
    return b"RIFF" + struct.pack("<I", len(body)) + body


def zipped() -> bytes:
    """A zip archive with a program in it."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("run.sh", SCRIPT)
    return written.getvalue()


def profile(length: int) -> bytes:
    """An ICC profile that claims a length, and names itself as its own parts."""
    head = bytearray(encoded_profile())
    head[0:4] = struct.pack(">I", length)
    for place in range(132, min(len(head), 132 + 12 * 9), 12):
        head[place + 4 : place + 12] = struct.pack(">II", 0, length)
    return bytes(head)


def encoded_profile() -> bytes:
    """The bytes of an honest sRGB profile."""
    profile = ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - untyped in Pillow
    return ImageCms.ImageCmsProfile(profile).tobytes()  # pyright: ignore[reportUnknownArgumentType] - as above


def png_with(kind: bytes, data: bytes) -> bytes:
    """An honest PNG with one more chunk behind its head."""
    honest = encoded(gradient(64, 64), "PNG")
    return honest[:33] + chunk(kind, data) + honest[33:]


def animated(form: str) -> bytes:
    """Two pictures in one file; the first is the one with the red corner."""
    second = Image.new("RGB", (64, 64), "blue")
    return encoded(gradient(64, 64), form, save_all=True, append_images=[second] * 3, duration=100)


def honest() -> Mapping[str, bytes]:
    """Photos that are taken, however odd."""
    tall = gradient(60, 120)
    xmp = b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>"
    return {
        "jpeg": encoded(tall, "JPEG"),
        "jpeg with a place": encoded(tall, "JPEG", exif=exif(), comment=PLACE, xmp=xmp),
        "jpeg with a profile": encoded(tall, "JPEG", icc_profile=encoded_profile()),
        "progressive jpeg": encoded(tall, "JPEG", progressive=True),
        "double jpeg of a telephone": encoded(tall, "MPO", save_all=True, append_images=[tall]),
        "cmyk jpeg": encoded(gradient(60, 120, "CMYK"), "JPEG"),
        "grey jpeg": encoded(gradient(60, 120, "L"), "JPEG"),
        "png": encoded(tall, "PNG"),
        "png with a place": encoded(tall, "PNG", exif=exif()),
        "png with text": png_with(b"tEXt", b"Comment\0" + PLACE),
        "png with alpha": encoded(gradient(60, 120, "RGBA"), "PNG"),
        "png of 16 bits": encoded(gradient(60, 120, "L").convert("I;16"), "PNG"),
        "png of one bit": encoded(gradient(60, 120, "1"), "PNG"),
        "png with a palette": encoded(gradient(60, 120, "P"), "PNG", transparency=3),
        "interlaced png": encoded(tall, "PNG", interlace=1),
        "webp": encoded(tall, "WEBP", exif=exif(), xmp=xmp),
        "lossless webp": encoded(tall, "WEBP", lossless=True),
        "animated webp": animated("WEBP"),
        "animated png": animated("PNG"),
        "jpeg and html": encoded(tall, "JPEG") + b"<html>" + SCRIPT + b"</html>",
        "html in a jpeg's comment": encoded(tall, "JPEG", comment=b"--><html>" + SCRIPT),
        "jpeg and zip": encoded(tall, "JPEG") + zipped(),
        "png and zip": encoded(tall, "PNG") + zipped(),
        "webp and script": encoded(tall, "WEBP") + SCRIPT,
        "profile that holds itself": encoded(tall, "JPEG", icc_profile=profile(1 << 20)),
        "profile of nonsense": encoded(tall, "JPEG", icc_profile=b"\x00" * 500),
        "very wide": encoded(gradient(20_000, 16), "JPEG"),
    }


class Hostile(NamedTuple):
    """A photo that is refused, and the words for it that are right."""

    data: bytes
    codes: frozenset[str]


def hostile() -> Mapping[str, Hostile]:
    """Photos that are refused, each by a code."""
    whole = encoded(gradient(400, 300), "JPEG", quality=95)
    flat = encoded(gradient(400, 300), "PNG")
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>"
    cases = {
        "nothing": (b"", "empty"),
        "one byte": (b"\xff", "wrong_type"),
        "text": (b"a photo of my shoe", "wrong_type"),
        "html": (b"<html>" + SCRIPT, "wrong_type"),
        "svg": (svg, "wrong_type"),
        "gif": (encoded(gradient(64, 64, "P"), "GIF"), "wrong_type"),
        "gif and jar": (encoded(gradient(64, 64, "P"), "GIF") + zipped(), "wrong_type"),
        "tiff": (encoded(gradient(64, 64), "TIFF"), "wrong_type"),
        "bmp": (encoded(gradient(64, 64), "BMP"), "wrong_type"),
        "eps": (encoded(gradient(64, 64), "EPS"), "wrong_type"),
        "pdf": (b"%PDF-1.7\n", "wrong_type"),
        "heic": (b"\x00\x00\x00\x18ftypheic" + bytes(100), "heic"),
        "avif": (b"\x00\x00\x00\x1cftypavif" + bytes(100), "heic"),
        "zip": (zipped(), "wrong_type"),
        "jpeg head alone": (b"\xff\xd8\xff\xe0", "unreadable"),
        "png head alone": (b"\x89PNG\r\n\x1a\n", "unreadable"),
        "webp head alone": (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "unreadable"),
        "half a jpeg": (whole[: len(whole) // 2], "damaged"),
        "half a png": (flat[: len(flat) // 2], "damaged"),
        "png of noise": (png_head(64, 64) + chunk(b"IDAT", b"noise" * 9), "damaged unreadable"),
        "png bomb": (png_bomb(30_000), "too_many_pixels"),
        "jpeg bomb": (jpeg_of_size(30_000, 30_000), "too_many_pixels"),
        "jpeg of the largest size": (jpeg_of_size(65_500, 65_500), "too_many_pixels"),
        "webp bomb": (webp_of_size(16_383, 16_383), "too_many_pixels unreadable"),
        "png of no size": (png_head(0, 0) + chunk(b"IEND", b""), "unreadable too_small"),
        "png of all sizes": (png_head(2**31 - 1, 2**31 - 1), "too_many_pixels unreadable"),
        "one pixel": (encoded(gradient(1, 1), "PNG"), "too_small"),
        "1 x 30000": (encoded(Image.new("RGB", (1, 30_000)), "PNG"), "too_small"),
        "huge chunk": (
            png_head(64, 64) + b"\x7f\xff\xff\xffIDAT" + bytes(64),
            "damaged unreadable",
        ),
        "text bomb": (
            png_with(b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000_000))),
            "unreadable damaged",
        ),
        "too large": (whole + bytes(12 << 20), "too_large"),
    }
    return {name: Hostile(data, frozenset(codes.split())) for name, (data, codes) in cases.items()}


def unfolding() -> Mapping[str, bytes]:
    """Photos within the bounds of pixels that cost all a child may take, or more."""
    side = (8000, 5000)
    return {
        "40 million pixels of four bytes": encoded(
            Image.new("RGBA", side, (9, 9, 9, 9)), "PNG", compress_level=1
        ),
        "a canvas of 24 million": encoded(Image.new("L", (6000, 4000)), "WEBP", method=0),
        "40 million as jpeg": encoded(Image.new("RGB", side, "blue"), "JPEG"),
    }


def markers(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """Read the segments of a JPEG up to its pixels, and what stands behind its end."""
    assert jpeg[:2] == b"\xff\xd8"
    place = 2
    while jpeg[place + 1] != 0xDA:
        assert jpeg[place] == 0xFF, "a marker begins with 0xFF"
        length = int.from_bytes(jpeg[place + 2 : place + 4])
        yield jpeg[place + 1], jpeg[place + 4 : place + 2 + length]
        place += 2 + length
    end = jpeg.rindex(b"\xff\xd9") + 2
    if jpeg[end:]:
        yield 0, jpeg[end:]
