"""A view as XML: the same tree, always well-formed, whatever somebody typed.

- An object's keys are elements, in order; a list is an element holding its items under its
  singular; ``null`` is an empty element with ``xsi:nil="true"``.
- ``attributes`` has keys of the merchant's own: ``<attribute name="key">value</attribute>``.
- A character XML 1.0 cannot carry at all (most below U+0020, U+FFFE, U+FFFF) becomes U+FFFD; a
  carriage return travels as ``&#13;``, so it comes back as one.

Pure and without a parser: built as text, in one pass.
"""

from __future__ import annotations

import re
from typing import Final, cast

from retour.dialects.view import View

XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"

SINGULARS: Final = {
    "allowed_commands": "command",
    "attempts": "attempt",
    "contributions": "contribution",
    "documents": "document",
    "drop_offs": "drop_off",
    "facilities": "facility",
    "flags": "flag",
    "goods": "piece",
    "graded": "step",
    "judgements": "judgement",
    "legs": "leg",
    "lines": "line",
    "parts": "part",
    "methods": "method",
    "orderNumbers": "orderNumber",
    "outcomes": "outcome",
    "parcels": "parcel",
    "payments": "payment",
    "photos": "photo",
    "reasons": "reason",
    "receipts": "receipt",
    "resolutions": "resolution",
    "scans": "scan",
    "serials": "serial",
    "settlementMemos": "settlementMemo",
    "settlements": "settlement",
    "shipments": "shipment",
    "steps": "step",
    "tags": "tag",
    "taken": "sum",
    "trace": "step",
    "units": "unit",
}
"""What one item of a list is called.  A list without a word here is a mistake of ours."""

FREE_MAPS: Final = frozenset({"attributes", "fields", "inputs"})
"""Objects whose keys are not known beforehand."""

_SPECIAL: Final = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL_QUOTED: Final = re.compile('[&<>"\t\n\r\x00-\x1f\ud800-\udfff\ufffe\uffff]')
_REFERENCES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\t": "&#9;",
    "\n": "&#10;",
    "\r": "&#13;",
}


def _reference(match: re.Match[str]) -> str:
    return _REFERENCES.get(match.group(), "\ufffd")


def escape(text: str) -> str:
    """Write ``text`` so that it may stand between two tags."""
    return text if _SPECIAL.search(text) is None else _SPECIAL.sub(_reference, text)


def escape_quoted(text: str) -> str:
    """Write ``text`` so that it may stand between double quotes in a tag."""
    return _SPECIAL_QUOTED.sub(_reference, text)


def document(root: str, view: View) -> bytes:
    """Write ``view`` as a whole document under the element ``root``, in UTF-8."""
    pieces = [f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns:xsi="{XSI}">']
    _write_object(view, pieces)
    pieces.append(f"</{root}>\n")
    return "".join(pieces).encode()


def _write_object(view: View, pieces: list[str]) -> None:
    for key, value in view.items():
        # Most values are text or null; they are not worth a call each.
        if value is None:
            pieces.append(f'<{key} xsi:nil="true"/>')
        elif type(value) is str:
            pieces.append(f"<{key}>{escape(value)}</{key}>")
        else:
            _write(key, value, pieces)


def _write(name: str, value: object, pieces: list[str]) -> None:
    if value is None:
        pieces.append(f'<{name} xsi:nil="true"/>')
    elif isinstance(value, str):
        pieces.append(f"<{name}>{escape(value)}</{name}>")
    elif value is True or value is False:
        pieces.append(f"<{name}>{'true' if value else 'false'}</{name}>")
    elif isinstance(value, int):
        pieces.append(f"<{name}>{value}</{name}>")
    elif isinstance(value, list):
        singular = SINGULARS[name]
        pieces.append(f"<{name}>")
        for item in cast("list[object]", value):
            _write(singular, item, pieces)
        pieces.append(f"</{name}>")
    elif name in FREE_MAPS:
        pieces.append(f"<{name}>")
        for key, text in cast("dict[str, str]", value).items():
            pieces.append(f'<attribute name="{escape_quoted(key)}">{escape(text)}</attribute>')
        pieces.append(f"</{name}>")
    else:
        assert isinstance(value, dict), f"{name} is no JSON"
        pieces.append(f"<{name}>")
        _write_object(cast("View", value), pieces)
        pieces.append(f"</{name}>")
