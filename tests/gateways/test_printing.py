"""Documents set in type by a child: bounded, tagged, the same bytes, in scripts with a font."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest_asyncio
from msgspec.structs import replace
from pypdf import PdfReader

from retour.dialects.brand.tokens import LIGHT, tokens
from retour.dialects.papers.sheet import TEMPLATE, Listing, Reader, Sheet, SheetRow
from retour.gateways.printing import PaperError, PaperPool
from retour.lifecycle.numbering import PaperKind

READER = Reader(heading="Customer", lines=("Łukasz Ørsted",))


def sheet(rows: int = 1, title: str = "Mug", language: str = "en") -> Sheet:
    """Give a document of so many lines."""
    cells = ("1", "10.00", "19 %", "1.60", "10.00")
    return Sheet(
        kind=PaperKind.CREDIT_NOTE,
        template=TEMPLATE,
        language=language,
        title="Credit note",
        number="CN-2026-000001",
        seller="Lamps",
        address=("Weg 1",),
        footer=("Lamps",),
        page="Page {page} of {pages}",
        customer="Customer",
        about="For return R00000018.",
        facts=(("Number", "CN-2026-000001"),),
        heads=("Item", "Qty", "Price", "Tax rate", "Tax", "Amount"),
        rows=tuple(SheetRow(title=title, cells=cells, detail=f"{n}") for n in range(rows)),
        sums=(("Net", "8.40"),),
        total=("Total", "€10.00"),
        taxes=Listing(title="Tax", heads=("Rate", "Tax"), rows=(("19 %", "1.60"),)),
        means=Listing(title="Means", heads=("Way", "Amount"), rows=(("Refund", "10.00"),)),
    )


async def made(pool: PaperPool, one: Sheet) -> bytes:
    """Print what can be printed."""
    body = await pool.print(one, READER, one.template)
    assert isinstance(body, bytes), body
    return body


def text(body: bytes) -> str:
    """Give all words of a PDF."""
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[PaperPool]:
    """A pool with one child and typst's own fonts."""
    opened = PaperPool(children=1)
    yield opened
    await opened.close()


async def test_the_same_document_is_the_same_bytes_from_any_child(pool: PaperPool) -> None:
    other = PaperPool(children=1)
    try:
        first = await made(pool, sheet(3))
        assert await made(pool, sheet(3)) == first
        assert await made(other, sheet(3)) == first
        assert await made(pool, sheet(4)) != first
    finally:
        await other.close()


def colours(body: bytes) -> set[tuple[float, ...]]:
    """Give the colours that a PDF's first page paints in."""
    said = PdfReader(io.BytesIO(body)).pages[0].get_contents()
    assert said is not None
    found = re.findall(r"([\d. ]+) scn?\b", said.get_data().decode("latin-1"), re.IGNORECASE)
    return {tuple(round(float(part), 2) for part in one.split()) for one in found}


async def test_a_colour_of_the_sellers_is_painted_and_changes_no_word(pool: PaperPool) -> None:
    """A page that documents were made with stays: the first version knows no colour."""
    yellow = tokens("#FFD400", LIGHT).ink
    accent = tuple(round(int(yellow[at : at + 2], 16) / 255, 2) for at in (1, 3, 5))
    plain = replace(sheet(30), template=2)
    seller = "Vereinigte Norddeutsche Leuchtmittelgroßhandelsgesellschaft mbH & Co. KG"
    bodies = [
        await made(pool, one)
        for one in (plain, replace(plain, accent=yellow), replace(plain, accent=yellow, template=1))
    ]
    assert [accent in colours(body) for body in bodies] == [False, True, False]
    assert text(bodies[0]) == text(bodies[1])
    assert len(PdfReader(io.BytesIO(bodies[1])).pages) == 2
    long = await made(pool, replace(plain, accent=yellow, seller=seller))
    assert "mbH & Co. KG" in " ".join(text(long).replace("\u200b", "").split())


async def test_it_is_tagged_for_screen_readers(pool: PaperPool) -> None:
    """PDF/UA-1: a structure tree, a title, a language."""
    body = await made(pool, sheet(language="nl"))
    root: Any = PdfReader(io.BytesIO(body)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - an object of the PDF's own
    assert "/StructTreeRoot" in root
    assert str(root["/Lang"]).startswith("nl")
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


async def test_many_lines_take_many_pages_with_heads_and_numbers(pool: PaperPool) -> None:
    pages = PdfReader(io.BytesIO(await made(pool, sheet(60)))).pages
    assert len(pages) > 2
    for place, page in enumerate(pages, start=1):
        said = page.extract_text()
        assert f"Page {place} of {len(pages)}" in said
        assert ("Tax rate" in said) == ("Mug" in said)


async def test_what_has_no_glyph_is_a_box_and_the_rest_is_printed(pool: PaperPool) -> None:
    said = text(await made(pool, sheet(title="Mug 日本 ÄØŁ")))
    assert "Mug □□ ÄØŁ" in said


async def test_a_folder_of_fonts_brings_its_scripts(pool: PaperPool, tmp_path: Path) -> None:
    """Read before the walls close: the child can open nothing later."""
    font = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    (tmp_path / "own.ttf").write_bytes(font.read_bytes())
    own = PaperPool(children=1, fonts=tmp_path)
    try:
        assert "Mug \u2d63\u25a1" in text(await made(own, sheet(title="Mug \u2d63\u65e5")))
        assert "Mug \u25a1\u25a1" in text(await made(pool, sheet(title="Mug \u2d63\u65e5")))
    finally:
        await own.close()


async def test_what_takes_too_long_is_ended_and_the_next_is_printed() -> None:
    pool = PaperPool(children=1, cpu_s=0.4)
    try:
        ended = await pool.print(sheet(6000), READER, 1)
        assert isinstance(ended, PaperError)
        assert ended.is_final
        assert (await made(pool, sheet())).startswith(b"%PDF")
    finally:
        await pool.close()


async def test_what_is_too_large_is_not_even_asked(pool: PaperPool) -> None:
    refused = await pool.print(sheet(title="x" * 4_000_001), READER, 1)
    assert isinstance(refused, PaperError)
    assert refused.is_final


async def test_the_loop_goes_on_while_documents_are_made(pool: PaperPool) -> None:
    """A child works; whoever waits for it holds nobody up."""
    await made(pool, sheet())
    printing = asyncio.create_task(made(pool, sheet(400)))
    turns = 0
    while not printing.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 100
