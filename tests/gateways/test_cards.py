"""Pictures of a return to keep, and slips: every word is drawn, and none is understood."""

from __future__ import annotations

from dataclasses import replace

import pytest

from retour.gateways.papers import Card, Slip, card_png, pdf, png

CARD = Card(
    merchant="Lamps & Mugs",
    heading="Return number",
    code="R00000059",
    note="Hand the parcel in by Tuesday, December 22, 2026.",
    towards="It goes to:",
    receiver=("Lamps & Mugs", "Damrak 1", "1012 AB Amsterdam"),
    accent="#0F766E",
)
_PNG = b"\x89PNG\r\n\x1a\n"


def size(picture: bytes) -> tuple[int, int]:
    """Read a PNG's width and height."""
    assert picture.startswith(_PNG)
    return int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])


@pytest.mark.parametrize(
    "change",
    [
        {"merchant": "#panic(1)"},
        {"heading": "<script>"},
        {"code": "R00000060"},
        {"note": ""},
        {"note": "Hand the parcel in by Friday, December 25, 2026."},
        {"receiver": ("*b* $1/0$ @x // 店",)},
        {"accent": None},
    ],
)
async def test_each_word_is_drawn_and_none_is_understood(change: dict[str, str]) -> None:
    usual, other = await card_png(CARD), await card_png(replace(CARD, **change))

    assert usual == await card_png(CARD)
    assert usual != other
    assert size(usual)[0] == size(other)[0]


async def test_an_address_makes_it_longer() -> None:
    _, tall = size(await card_png(CARD))
    _, short = size(await card_png(replace(CARD, receiver=())))
    assert short < tall


SLIP = Slip(
    title="Return slip",
    code="R00000059",
    rma_number="R00000059",
    sender=("Mira Sand", "Torstr. 1", "10115 Berlin"),
    receiver=("Lamps & Mugs", "Damrak 1", "1012 AB Amsterdam"),
    note="Put this into the parcel.",
    merchant="Lamps & Mugs",
    accent="#0F766E",
    headings=("From", "To", "Return"),
    items=(("1 ×", "Desk lamp"),),
    more="and 3 more",
)


@pytest.mark.parametrize(
    "change",
    [
        {"merchant": "#panic(1)"},
        {"title": "<script>"},
        {"accent": None},
        {"headings": ("Von", "An", "Retoure")},
        {"items": (("2 ×", "Desk lamp"),)},
        {"more": ""},
        {"note": "*b* $1/0$ @x // 店"},
        {"items": tuple((f"{n} ×", "Rindfleisch" * 20) for n in range(40))},
        {"sender": ("Donaudampfschifffahrt" * 3,) * 20},
    ],
)
async def test_a_slip_is_one_page_whatever_stands_on_it(change: dict[str, str]) -> None:
    usual, other = await png(SLIP), await png(replace(SLIP, **change))

    assert usual == await png(SLIP)
    assert usual != other
    assert size(usual) == size(other)
    assert b"/Type/Pages/Count 1/" in await pdf(replace(SLIP, **change))
