"""Photos of strangers: what is taken comes out as pixels alone, what is not is refused in words."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image

from retour.gateways.cell import packed
from retour.gateways.limits import PHOTO_FULL_SIDE, PHOTO_THUMB_SIDE
from retour.gateways.photos import WORDS, PhotoError, PhotoPool, Picture, believed
from tests.support import pictures

PLAIN = {0xE0, 0xDB, 0xC0, 0xC2, 0xC4, 0xDD}
"""JFIF's own head, tables, sizes: what a JPEG needs to be one."""
INFO = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
HONEST = pictures.honest()
HOSTILE = pictures.hostile()


@pytest_asyncio.fixture(scope="module")
async def pool() -> AsyncIterator[PhotoPool]:
    """One child for all of them: what one photo did to it, the next would suffer from."""
    opened = PhotoPool(children=1)
    yield opened
    await opened.close()


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image


def colour(jpeg: bytes, place: int) -> tuple[int, int, int]:
    """Give the colour of one point."""
    found = opened(jpeg).getpixel((place, place))
    assert isinstance(found, tuple)
    red, green, blue = (int(part) for part in found)
    return red, green, blue


@pytest.mark.parametrize("name", HONEST)
async def test_what_is_kept_is_pixels_alone(pool: PhotoPool, name: str) -> None:
    """No place, no name, no profile, no second picture, nothing behind the end."""
    made = await pool.remake(HONEST[name])

    assert isinstance(made, Picture), made
    for jpeg, side in ((made.full, PHOTO_FULL_SIDE), (made.thumb, PHOTO_THUMB_SIDE)):
        segments = list(pictures.markers(jpeg))
        assert {kind for kind, _ in segments} <= PLAIN
        assert [data[:5] for kind, data in segments if kind == 0xE0] == [b"JFIF\0"]
        assert not any(
            word in jpeg for word in (pictures.PLACE, pictures.SCRIPT, b"Exif", b"Alex", b"run.sh")
        )
        image = opened(jpeg)
        assert (image.format, image.mode, getattr(image, "n_frames", 1)) == ("JPEG", "RGB", 1)
        assert max(image.size) <= side
        assert set(image.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
    assert opened(made.full).size == (made.width, made.height)


def test_the_corpus_holds_what_must_not_be_kept() -> None:
    """Or its absence would prove nothing."""
    with_place = [name for name, data in HONEST.items() if pictures.PLACE in data]

    assert len(with_place) >= 4
    assert sum(b"Alex Jansen" in data for data in HONEST.values()) >= 3


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_no_photo_is_refused_in_words(pool: PhotoPool, name: str) -> None:
    made = await pool.remake(HOSTILE[name].data)

    assert isinstance(made, PhotoError), name
    assert made.code in HOSTILE[name].codes
    assert made.words == WORDS[made.code]


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_photo_is_turned_upright(pool: PhotoPool, orientation: int) -> None:
    """Wherever the camera says that up is, the red corner ends up at the top left."""
    upright = pictures.gradient(80, 40)
    turned = upright
    undo = {
        2: (Image.Transpose.FLIP_LEFT_RIGHT,),
        3: (Image.Transpose.ROTATE_180,),
        4: (Image.Transpose.FLIP_TOP_BOTTOM,),
        5: (Image.Transpose.TRANSPOSE,),
        6: (Image.Transpose.ROTATE_90,),
        7: (Image.Transpose.TRANSVERSE,),
        8: (Image.Transpose.ROTATE_270,),
    }
    for step in undo.get(orientation, ()):
        turned = turned.transpose(step)

    made = await pool.remake(pictures.encoded(turned, "PNG", exif=pictures.exif(orientation)))

    assert isinstance(made, Picture)
    assert (made.width, made.height) == (80, 40)
    red, green, _ = colour(made.full, 4)
    assert (red > 200, green < 60) == (True, True)


async def test_only_the_first_picture_is_taken(pool: PhotoPool) -> None:
    for form in ("PNG", "WEBP"):
        made = await pool.remake(pictures.animated(form))
        assert isinstance(made, Picture)
        red, _, blue = colour(made.full, 4)
        assert (red > 200, blue < 60) == (True, True)


async def test_colours_and_transparency_come_out_as_seen(pool: PhotoPool) -> None:
    """Ink becomes light, 16 bits become 8, and what is transparent becomes white."""
    see_through = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    half = Image.new("I;16", (64, 64), 32_768)
    ink = Image.new("CMYK", (64, 64), (0, 255, 255, 0))
    found: list[tuple[int, int, int]] = []
    for image, form in ((see_through, "PNG"), (half, "PNG"), (ink, "JPEG")):
        made = await pool.remake(pictures.encoded(image, form))
        assert isinstance(made, Picture)
        found.append(colour(made.full, 32))

    assert found[0] == (255, 255, 255)
    assert found[1] == (128, 128, 128)
    red, green, blue = found[2]
    assert red > 200
    assert max(green, blue) < 60


async def test_a_child_that_was_killed_is_replaced() -> None:
    pool = PhotoPool(children=1, cpu_s=0.05)
    large = pictures.encoded(Image.effect_noise((6000, 4000), 60), "PNG", compress_level=1)[
        : 12 << 20
    ]
    try:
        killed = await pool.remake(large)
        after = await pool.remake(HONEST["jpeg"])
    finally:
        await pool.close()

    assert isinstance(killed, PhotoError)
    assert killed.code in {"too_much", "damaged"}
    assert isinstance(after, Picture)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (b"no json", b""),
        (b'{"width":9,"height":9,"full_bytes":4,"thumb_bytes":4}', b"\xff\xd8\xff\xe0<htm"),
        (b'{"width":9,"height":9,"full_bytes":4,"thumb_bytes":9}', b"\xff\xd8\xff\xe0" * 2),
        (b'{"width":9,"height":99999,"full_bytes":4,"thumb_bytes":4}', b"\xff\xd8\xff\xe0" * 2),
        (b'{"problem":"<script>"}', b""),
    ],
)
def test_a_child_that_lies_is_notbelieved(head: bytes, body: bytes) -> None:
    """A decoder that was taken over can say anything; only what an honest one says is taken."""
    made = believed(packed(head, (body,)))

    assert isinstance(made, PhotoError)
    assert made.code in WORDS
