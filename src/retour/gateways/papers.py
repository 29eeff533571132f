"""Labels and slips on paper: PDF and PNG by typst, ZPL for label printers, QR codes.

Everything that is printed comes in as text of the document's own inputs, so that nothing a shopper
typed is ever markup.  Typst and the two makers of codes are imported where first used.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
from base64 import b64encode
from dataclasses import dataclass
from importlib import resources
from typing import Final, Literal

_PPI: Final = 203.0
"""What label printers print."""
_QUIET: Final = 10
"""Modules that must be blank on both sides of Code 128."""
_SENTENCE_MAX: Final = 160
_PLAIN: Final = "#1C1C1A"
_AT_ONCE: Final = asyncio.Semaphore(2)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f]")
_ZPL_SPECIAL: Final = re.compile(rb"[\^~_\\]|[\x80-\xff]")
_LINE_MAX: Final = 60
_ITEM_MAX: Final = 44
"""Characters of an item that a slip has room for on one line."""
_SLIP: Final = "slip.typ"

_Form = Literal["pdf", "png"]
_Facts = dict[str, str | list[str] | list[list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What stands on a label or a slip.

    Args:
        code: What its bar code and its QR code say.
        sender: Lines of an address, empty where it is not known.
    """

    title: str
    code: str
    rma_number: str
    carrier: str = ""
    service: str = ""
    sender: tuple[str, ...] = ()
    receiver: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip(Sheet):
    """A sheet of the merchant's own: what comes, in their name, logo and colour.

    Args:
        accent: A colour that can be read on white, as ``#RRGGBB``.
        logo: A JPEG of ours.
        headings: What stands over the sender, the receiver and the number.
        items: How many of what.
        more: What is said of those that have no room.
    """

    merchant: str
    headings: tuple[str, str, str]
    accent: str | None = None
    logo: bytes = b""
    items: tuple[tuple[str, str], ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What stands on a picture that shoppers keep of their return.

    Args:
        code: The number, which its bar code and its QR code say.
        accent: A colour that can be read on white, as ``#RRGGBB``.
        towards: What stands over the address.
    """

    merchant: str
    heading: str
    code: str
    note: str = ""
    towards: str = ""
    receiver: tuple[str, ...] = ()
    accent: str | None = None


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text)[:_LINE_MAX]


def _short(text: str, most: int) -> str:
    said = _UNPRINTABLE.sub(" ", text)
    return said if len(said) <= most else f"{said[: most - 1].rstrip()}…"


async def pdf(sheet: Sheet) -> bytes:
    """Print a sheet as PDF, A6; the same sheet, the same bytes."""
    return await _printed(sheet, "pdf")


async def png(sheet: Sheet) -> bytes:
    """Print a sheet as a picture for a label printer."""
    return await _printed(sheet, "png")


async def card_png(card: Card) -> bytes:
    """Draw a picture to keep; where nothing here sets type, the QR code alone."""
    facts: _Facts = {
        "merchant": _clean(card.merchant),
        "heading": _clean(card.heading),
        "code": _clean(card.code),
        "note": _UNPRINTABLE.sub(" ", card.note)[:_SENTENCE_MAX],
        "towards": _clean(card.towards),
        "receiver": [_clean(line) for line in card.receiver],
        "accent": card.accent or _PLAIN,
        "bars": _bars(_clean(card.code)),
    }
    try:
        return await _typeset("card.typ", facts, "png")
    except ModuleNotFoundError:
        return qr_png(card.code)


async def _printed(sheet: Sheet, form: _Form) -> bytes:
    facts: _Facts = {
        "title": _clean(sheet.title),
        "code": _clean(sheet.code),
        "rma": _clean(sheet.rma_number),
        "carrier": _clean(sheet.carrier),
        "service": _clean(sheet.service),
        "sender": [_clean(line) for line in sheet.sender],
        "receiver": [_clean(line) for line in sheet.receiver],
        "note": _clean(sheet.note),
        "bars": _bars(_clean(sheet.code)),
    }
    if not isinstance(sheet, Slip):
        return await _typeset("label.typ", facts, form)
    facts |= {
        "merchant": _short(sheet.merchant, _LINE_MAX),
        "headings": [_clean(word) for word in sheet.headings],
        "accent": sheet.accent or _PLAIN,
        "items": [[_clean(count), _short(title, _ITEM_MAX)] for count, title in sheet.items],
        "more": _clean(sheet.more),
    }
    return await _typeset(_SLIP, facts, form, sheet.logo)


async def _typeset(page: str, facts: _Facts, form: _Form, logo: bytes = b"") -> bytes:
    async with _AT_ONCE:
        return await asyncio.to_thread(_compile, page, facts, form, logo)


def _compile(page: str, facts: _Facts, form: _Form, logo: bytes) -> bytes:
    import typst

    source = resources.files("retour.gateways").joinpath(page).read_bytes()
    inputs = {"facts": json.dumps(facts), "qr": qr_svg(str(facts["code"]))}
    if page == _SLIP:
        inputs["logo"] = picture_svg(logo)
    made = typst.compile(source, format=form, ppi=_PPI, sys_inputs=inputs)
    assert isinstance(made, bytes), "a sheet is one page"
    return made


def picture_svg(jpeg: bytes) -> str:
    """Put a JPEG into an SVG, for inputs of a page are text; empty where there is none."""
    if not jpeg:
        return ""
    from PIL import Image

    width, height = Image.open(io.BytesIO(jpeg)).size
    data = b64encode(jpeg).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{data}"/></svg>'
    )


def _bars(code: str) -> str:
    """Give the bars of Code 128 as ones and noughts; empty where a code has letters it lacks."""
    if not code.isascii() or not code:
        return ""
    from barcode import Code128  # pyright: ignore[reportMissingTypeStubs] - it has none

    built: list[str] = Code128(code).build()
    return str(built[0])


def bars_svg(code: str) -> str:
    """Draw Code 128 as SVG, with its quiet zones; empty where a code has letters it lacks."""
    bars = _bars(code)
    if not bars:
        return ""
    width = len(bars) + 2 * _QUIET
    path = "".join(f"M{_QUIET + at} 0h1v40h-1z" for at, bar in enumerate(bars) if bar == "1")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 40"'
        f' width="{2 * width}" height="64" preserveAspectRatio="none">'
        f'<path fill="#fff" d="M0 0h{width}v40h-{width}z"/><path d="{path}"/></svg>'
    )


def qr_svg(code: str) -> str:
    """Draw a QR code as SVG."""
    drawn = io.BytesIO()
    _qr(code).save(drawn, kind="svg", border=2, xmldecl=False, nl=False)
    return drawn.getvalue().decode()


def qr_png(code: str) -> bytes:
    """Draw a QR code as a picture that a screen shows and a counter scans."""
    drawn = io.BytesIO()
    _qr(code).save(drawn, kind="png", scale=8, border=4)
    return drawn.getvalue()


def _qr(code: str):  # noqa: ANN202 - segno's own, imported where first used
    import segno

    return segno.make(code, error="m", micro=False)


def zpl(sheet: Sheet) -> bytes:
    """Write a sheet in a label printer's own words, 4 by 6 inches at 203 dpi."""
    lines = ["^XA", "^CI28", "^PW812", "^LL1218", "^LH0,0"]
    lines.append(_text(40, 40, 60, sheet.title))
    lines.append(_text(40, 110, 34, f"{sheet.carrier} {sheet.service}".strip()))
    row = 180
    sender, receiver, number = ("From", "To", "RMA")
    if isinstance(sheet, Slip):
        sender, receiver, number = sheet.headings
        lines.append(_text(40, 8, 30, sheet.merchant))
    for heading, block in ((sender, sheet.sender), (receiver, sheet.receiver)):
        if block:
            lines.append(_text(40, row, 26, heading))
            for line in block:
                row += 40
                lines.append(_text(40, row, 34, line))
            row += 60
    lines.append(_text(40, 760, 40, f"{number} {sheet.rma_number}"))
    code = _escaped(sheet.code)
    lines.append(f"^FO560,640^BQN,2,7^FH_^FDMA,{code}^FS")
    lines.append(f"^FO40,900^BY3^BCN,160,Y,N,N^FH_^FD{code}^FS")
    if sheet.note:
        lines.append(_text(40, 1150, 26, sheet.note))
    lines.append("^XZ")
    return ("\n".join(lines) + "\n").encode()


def _text(x: int, y: int, height: int, words: str) -> str:
    return f"^FO{x},{y}^A0N,{height}^FH_^FD{_escaped(words)}^FS"


def _escaped(words: str) -> str:
    """Write words as data: what commands a printer, and what is not ASCII, in hexadecimal."""
    raw = _clean(words).encode()
    return _ZPL_SPECIAL.sub(lambda found: b"_%02X" % found[0][0], raw).decode("ascii")
