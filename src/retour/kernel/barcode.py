"""What a scanner read: one text, and all that it may mean.

Scanners send what is printed, often with marks of their own: an AIM identifier in front, a group
separator within, a GS1 Digital Link in place of a number.  ``read_code`` takes those off and says
which texts can be looked up.  Pure; nothing is looked up here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

CODE_MAX: Final = 512
"""Characters of a scan; the longest GS1 message has 8 200 bits, and no label of ours as many."""

GTIN: Final = "01"
SERIAL: Final = "21"
BATCH: Final = "10"
SSCC: Final = "00"

COMMANDS: Final = (
    "OK",
    "UNDO",
    "NEXT",
    "HELP",
    "PHOTO",
    "FINISH",
    "PAUSE",
    "GRADE-A",
    "GRADE-B",
    "GRADE-C",
    "GRADE-D",
)
"""Words of command barcodes; printed behind ``COMMAND_MARK``, so that no SKU is one."""
COMMAND_MARK: Final = "RT:"

_AIM: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_GROUP: Final = "\x1d"
_PARENTHESES: Final = re.compile(r"\((\d{2,4})\)([^(]*)")
_EDGES: Final = "\r\n\t \x1d\x1e\x04\ufeff"

_FIXED: Final[Mapping[str, int]] = {
    SSCC: 18,
    GTIN: 14,
    "02": 14,
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), 6),
    "20": 2,
}
"""Application identifiers whose values have one length, so that nothing need end them."""
_VARIABLE: Final[Mapping[str, int]] = {
    BATCH: 20,
    SERIAL: 20,
    "22": 20,
    "30": 8,
    "37": 8,
    "240": 30,
    "241": 30,
    "250": 30,
    "400": 30,
    "401": 30,
}
"""Others we know, with the most characters each may have; a group separator ends them."""
_PRINTED_GTIN: Final = (8, 12, 13, 14)
_GTIN_DIGITS: Final = 14
_BARE_GTIN: Final = len(GTIN) + _GTIN_DIGITS


class Scanned(NamedTuple):
    """A scan, read.

    Args:
        text: As printed, without the scanner's marks.
        candidates: Everything it can be looked up as, the likeliest first; each in ``normal`` form.
        command: Of a command barcode, its word.
    """

    text: str
    candidates: tuple[str, ...]
    gtin: str | None = None
    serial: str | None = None
    batch: str | None = None
    sscc: str | None = None
    command: str | None = None


def read_code(raw: str) -> Scanned:
    """Read a scan; whatever it is, it means something, if only itself."""
    text = _AIM.sub("", raw.strip(_EDGES), count=1) if raw.strip(_EDGES)[:1] == "]" else raw
    text = text.strip(_EDGES)
    word = text.upper().removeprefix(COMMAND_MARK)
    if text.upper().startswith(COMMAND_MARK) and word in COMMANDS:
        return Scanned(text, (), command=word)
    parts = _parts(text)
    gtin = as_gtin(parts[GTIN]) if GTIN in parts else as_gtin(text)
    serial, sscc = parts.get(SERIAL), parts.get(SSCC)
    found = (serial, sscc, gtin, text)
    return Scanned(
        text,
        tuple(dict.fromkeys(normal(one) for one in found if one)),
        gtin=gtin,
        serial=serial,
        batch=parts.get(BATCH),
        sscc=sscc,
    )


def normal(text: str) -> str:
    """Give the form in which codes are compared: without case, spaces, or a GTIN's length."""
    plain = "".join(text.split()).casefold()
    return as_gtin(plain) or plain


def as_gtin(text: str) -> str | None:
    """Give an EAN, UPC or GTIN its 14 digits; ``None`` where it is none or its check digit lies."""
    if not (text.isascii() and text.isdigit() and len(text) in _PRINTED_GTIN):
        return None
    digits = [int(digit) for digit in text.rjust(_GTIN_DIGITS, "0")]
    total = sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits[:-1]))
    if (10 - total % 10) % 10 != digits[-1]:
        return None
    return text.rjust(_GTIN_DIGITS, "0")


def _parts(text: str) -> Mapping[str, str]:
    """Read a GS1 message in any of its writings; nothing where the text is none."""
    lower = text.lower()
    if lower.startswith(("http://", "https://")):
        return dict(_of_link(text))
    if text.startswith("("):
        return {name: value.strip(_EDGES) for name, value in _PARENTHESES.findall(text)}
    is_marked = _GROUP in text
    is_long = text.startswith(GTIN) and len(text) >= _BARE_GTIN and as_gtin(text[2:_BARE_GTIN])
    is_sscc = text.startswith(SSCC) and len(text) == len(SSCC) + _FIXED[SSCC] and text.isdigit()
    if not (is_marked or is_long or is_sscc):
        return {}
    parts = _elements(text)
    return {} if parts is None else parts


def _elements(text: str) -> Mapping[str, str] | None:
    """Read element strings without parentheses; ``None`` where they make no sense."""
    parts: dict[str, str] = {}
    rest = text
    while rest:
        name = next((rest[:n] for n in (2, 3) if rest[:n] in {**_FIXED, **_VARIABLE}), None)
        if name is None:
            return None
        rest = rest[len(name) :]
        if name in _FIXED:
            value, rest = rest[: _FIXED[name]], rest[_FIXED[name] :]
            if len(value) < _FIXED[name]:
                return None
        else:
            value, _, rest = rest.partition(_GROUP)
            if not 1 <= len(value) <= _VARIABLE[name]:
                return None
        parts[name] = value
        rest = rest.removeprefix(_GROUP)
    return parts


def _of_link(text: str) -> Iterator[tuple[str, str]]:
    """Read a GS1 Digital Link: identifiers and values take turns in its path."""
    try:
        path = urlsplit(text).path
    except ValueError:
        return
    steps = [unquote(step) for step in path.split("/") if step]
    start = steps.index(GTIN) if GTIN in steps else len(steps)
    for name, value in zip(steps[start::2], steps[start + 1 :: 2], strict=False):
        if name in _FIXED or name in _VARIABLE:
            yield name, value
