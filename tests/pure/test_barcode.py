"""One scan, all that it may mean: GS1 in each of its writings, scanners' marks, command sheets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retour.kernel.barcode import COMMANDS, as_gtin, normal, read_code

WIDE = {ord("0") + n: 0xFF10 + n for n in range(10)}
"""Digits that are digits to Python, and to no scanner."""


@pytest.mark.parametrize(
    ("raw", "gtin", "serial", "batch"),
    [
        ("4006381333931", "04006381333931", None, None),
        ("036000291452", "00036000291452", None, None),
        ("96385074", "00000096385074", None, None),
        ("(01)09501101530003(21)SN 7(10)L1", "09501101530003", "SN 7", "L1"),
        ("]C10109501101530003211A\x1d10LOT", "09501101530003", "1A", "LOT"),
        ("]d201095011015300031725123121XY", "09501101530003", "XY", None),
        ("\x1d010950110153000310L1\x1d21S", "09501101530003", "S", "L1"),
        ("010950110153000321ABC", "09501101530003", "ABC", None),
        ("https://id.gs1.org/01/09501101530003/10/L1/21/S%2F1?x=1", "09501101530003", "S/1", "L1"),
        ("HTTPS://shop.example/en/01/09501101530003/21/7", "09501101530003", "7", None),
    ],
)
def test_gs1_is_read_in_each_of_its_writings(
    raw: str, gtin: str | None, serial: str | None, batch: str | None
) -> None:
    read = read_code(raw)

    assert (read.gtin, read.serial, read.batch) == (gtin, serial, batch)
    assert normal(gtin or "") in read.candidates


@pytest.mark.parametrize(
    "raw",
    [
        "4006381333932",  # The check digit lies.
        "RMA-1001",
        "0109501101530004",  # So does this one's.
        "0109501101530003ZZ",  # No such identifier.
        "https://shop.example/returns/1001",
        "http://[",
        "(",
        "01",
        "",
    ],
)
def test_what_is_no_gs1_means_itself(raw: str) -> None:
    read = read_code(raw)

    assert (read.gtin, read.serial, read.batch, read.sscc) == (None, None, None, None)
    assert read.candidates == ((normal(raw),) if raw else ())


def test_a_shipping_unit_is_found_with_and_without_its_identifier() -> None:
    assert read_code("00340434161094042557").candidates == (
        "340434161094042557",
        "00340434161094042557",
    )


@pytest.mark.parametrize("word", COMMANDS)
def test_a_command_barcode_is_a_word_and_nothing_else(word: str) -> None:
    read = read_code(f"rt:{word.lower()}\r\n")

    assert (read.command, read.candidates) == (word, ())


def test_an_article_called_ok_is_no_command() -> None:
    assert read_code("OK").command is None


def test_ean_upc_and_gtin_are_one_code() -> None:
    forms = ("036000291452", "0036000291452", "00036000291452", " 036000291452\r")

    assert len({read_code(form).candidates for form in forms}) == 1


@pytest.mark.parametrize(
    "text", ["", "1234567", "123456789", "4006381333931".translate(WIDE), "40063813-3931"]
)
def test_what_is_no_gtin_is_none(text: str) -> None:
    assert as_gtin(text) is None


@given(st.text(max_size=60))
def test_anything_can_be_scanned(raw: str) -> None:
    read = read_code(raw)

    assert all(normal(one) == one for one in read.candidates)
