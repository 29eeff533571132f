"""The program of a paper child: sets settlement memos and credit notes in type.

Started by ``crew``; it may open neither file nor socket nor more memory or time than its share.
Every word of a document is an input and shown as text.  Only the fonts that typst brings are used,
and those of a folder that the operator names, so that the same document is the same bytes.
"""

from __future__ import annotations

import io
import re
import sys
from importlib import resources
from typing import Final, cast

import msgspec
import typst
from PIL import Image

from retour.gateways.cell import packed, serve, unpacked
from retour.gateways.limits import PAPER_EXOTIC_MAX, PAPER_MEMORY_BYTES
from retour.gateways.papers import picture_svg

TEMPLATES: Final = (1, 2)
"""Versions of the page; one is kept for as long as documents were made with it."""
_SAMPLE: Final = "Ää Łł Øø ßẞ Ωω Жж ñ ¿ ± − ½ ™"
_USUAL: Final = re.compile("[\\s\\x20-\\x7e\\xa0-\\xff\u0100-\u017f\u2013-\u2026\u20ac\u2212]")
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_BREAKS: Final = re.compile("[\t\n\x0b\r\x0c\x85\u2028\u2029]")
_BOX: Final = "\u25a1"
"""Stands for a character that no font of ours has."""
_MISSING: Final = "could not be displayed"
_PROBE: Final = (
    b'#set document(title: "x")\n#set text(font: ("Libertinus Serif", "New Computer Modern",'
    b' "DejaVu Sans Mono"))\n#sys.inputs.text #text(weight: "semibold", sys.inputs.text)'
)
_TOUCH: Final = b"""
#set text(font: sys.inputs.family)
a #text(weight: "semibold")[a] #text(weight: "bold")[a]
"""
_FAMILIES_MAX: Final = 200


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A document to print; a picture of ``logo`` bytes follows, 0 where there is none."""

    template: int
    sheet: dict[str, object]
    logo: int = 0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """How it went; the PDF follows."""

    problem: str | None = None


_PAGES: Final = {
    version: resources.files("retour.gateways").joinpath(f"paper-{version}.typ").read_bytes()
    for version in TEMPLATES
}
_QUESTION: Final = msgspec.json.Decoder(Question)
_shown: dict[str, bool] = {}
_fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def printed(question: Question, logo: bytes) -> bytes:
    """Set a document in type, as a tagged PDF (PDF/UA-1)."""
    sheet = {**question.sheet, "has_logo": bool(logo)}
    text = msgspec.json.encode(_visible(sheet)).decode()
    page, picture = _PAGES[question.template], picture_svg(logo)
    try:
        return _compiled(page, text, picture)
    except typst.TypstError as error:
        if _MISSING not in str(error):
            raise
        return _compiled(page, _legible(text), picture)


def _compiled(page: bytes, sheet: str, picture: str) -> bytes:
    made = typst.compile(
        page,
        format="pdf",
        font_paths=_fonts,
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
        sys_inputs={"sheet": sheet, "logo": picture},
    )
    assert isinstance(made, bytes), "a PDF is one file"
    return made


def _visible(said: object) -> object:
    """Take out what no page shows and readers stumble over; line breaks become spaces."""
    match said:
        case str():
            return _UNSEEN.sub("", _BREAKS.sub(" ", said))
        case dict():
            fields = cast("dict[str, object]", said)
            return {name: _visible(one) for name, one in fields.items()}
        case list():
            return [_visible(one) for one in cast("list[object]", said)]
        case _:
            return said


def _legible(text: str) -> str:
    """Put a box where a character has no glyph in any font we have."""
    exotic = sorted({one for one in text if not _USUAL.match(one)})
    for one in exotic[:PAPER_EXOTIC_MAX]:
        if one not in _shown:
            _shown[one] = _has_glyph(one)
    lacking = {one for one in exotic if not _shown.get(one, False)}
    return "".join(_BOX if one in lacking else one for one in text)


def _has_glyph(one: str) -> bool:
    try:
        typst.compile(
            _PROBE,
            format="pdf",
            font_paths=_fonts,
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            sys_inputs={"text": one},
        )
    except typst.TypstError:
        return False
    return True


def answer(question: bytes) -> bytes:
    """Answer with a PDF, or with why there is none."""
    head, logo = unpacked(question)
    asked = _QUESTION.decode(head)
    try:
        made = printed(asked, logo[: asked.logo])
    except typst.TypstError as error:
        return packed(msgspec.json.encode(Answer(problem=str(error)[:300])))
    return packed(msgspec.json.encode(Answer()), (made,))


def _warm_up() -> None:
    """Have fonts, threads and pictures ready before the walls close."""
    listing = {"title": _SAMPLE, "heads": ["a", "b"], "rows": [["a", "b"]]}
    sheet: dict[str, object] = {
        "accent": "#0F766E",
        **dict.fromkeys(("title", "number", "seller", "page", "about", "mark"), _SAMPLE),
        "language": "en",
        "address": [_SAMPLE],
        "footer": [_SAMPLE],
        "facts": [["a", "b"]],
        "heads": ["a", "b"],
        "rows": [{"title": _SAMPLE, "detail": _SAMPLE, "cells": ["1"]}],
        "sums": [["a", "b"]],
        "total": ["a", "b"],
        "taxes": listing,
        "means": listing,
        "notes": [_SAMPLE],
        "has_logo": True,
        "reader": {"heading": "a", "lines": ["b"]},
    }
    logo = io.BytesIO()
    Image.new("RGB", (32, 16), "white").save(logo, "JPEG")
    for family in _fonts.families()[:_FAMILIES_MAX]:
        typst.compile(
            _TOUCH,
            format="pdf",
            font_paths=_fonts,
            ignore_system_fonts=True,
            sys_inputs={"family": family},
        )
    for version in TEMPLATES:
        printed(Question(template=version, sheet=sheet), logo.getvalue())


def main(cpu_s: float, folders: list[str]) -> None:
    """Answer questions until the parent hangs up; die of any that takes more than ``cpu_s``."""
    global _fonts  # noqa: PLW0603 - what this program prints with, once it knows its folders
    _fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=folders
    )
    _warm_up()
    serve(answer, memory_bytes=PAPER_MEMORY_BYTES, cpu_s=cpu_s)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
