"""What is new in a mail's text: without the mail it answers, without the signature.

Pure. People's programs quote in many ways; where none is recognised everything is kept, for a word
too many is no harm and one too few is.
"""

from __future__ import annotations

import re
from typing import Final

_WROTE: Final = (
    r"On\b.{4,300}\bwrote|Am\b.{4,300}\bschrieb\b.*|Le\b.{4,300}\ba écrit"
    r"|Op\b.{4,300}\bschreef\b.*|El\b.{4,300}\bescribió|Il\b.{4,300}\bha scritto"
    r"|W dniu\b.{4,300}\b(?:pisze|napisał\(a\)|napisał)"
)
_OPENING: Final = re.compile(rf"^\s*(?:{_WROTE})\s*:\s*$", re.IGNORECASE)
_DASHED: Final = re.compile(
    r"^\s*-{2,}\s*(?:original (?:message|appointment)|ursprüngliche nachricht|message d'origine"
    r"|oorspronkelijk bericht|mensaje original|messaggio originale|forwarded message"
    r"|weitergeleitete nachricht)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_RULE: Final = re.compile(r"^\s*_{10,}\s*$")
_FROM: Final = re.compile(r"^\s*\*?(?:From|Von|De|Van|Da|Od)\s?:\*?\s.*\S")
_BESIDE: Final = re.compile(
    r"^\s*\*?(?:Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Envoyé|À|Objet|Verzonden|Aan"
    r"|Onderwerp|Enviado|Fecha|Para|Asunto|Inviato|A|Oggetto|Wysłano|Do|Temat)\s?:",
    re.IGNORECASE,
)
_BESIDE_WITHIN: Final = 4
_WRAPPED_MAX: Final = 3
"""Lines over which a program may break its opening line."""
_SIGNATURE: Final = "-- "


def new_text(text: str) -> str:
    """Leave out what a mail quotes, and its signature; everything stays where no more is sure."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    end = _quote_begins(lines)
    answer, behind = lines[:end], lines[end:]
    beneath = [line for line in behind[1:] if line.strip() and not _is_quoted(line)]
    if not _words(answer) and beneath and any(_is_quoted(line) for line in behind):
        answer = [line for line in behind[1:] if not _is_quoted(line)]  # Written below the quote.
    answer = [line for line in answer if not _is_quoted(line)]
    if _SIGNATURE in answer:
        above = answer[: answer.index(_SIGNATURE)]
        answer = above if _words(above) else answer
    return _joined(answer) or _joined(lines)


def _quote_begins(lines: list[str]) -> int:
    for place, line in enumerate(lines):
        if _DASHED.match(line) or _opens(lines, place) or _is_head(lines, place):
            return place
        if _RULE.match(line) and _is_head(lines, place + 1):
            return place
    return len(lines)


def _opens(lines: list[str], place: int) -> bool:
    """Say whether “On … wrote:” stands here, over one line or a few."""
    first = lines[place].lstrip()
    if not first.startswith(("On ", "Am ", "Le ", "Op ", "El ", "Il ", "W dniu ")):
        return False
    return any(
        _OPENING.match(" ".join(part.strip() for part in lines[place : place + length]))
        for length in range(1, _WRAPPED_MAX + 1)
    )


def _is_head(lines: list[str], place: int) -> bool:
    """Say whether the head of a quoted mail stands here, as some programs write it."""
    if place >= len(lines) or not _FROM.match(lines[place]):
        return False
    beside = lines[place + 1 : place + 1 + _BESIDE_WITHIN]
    return sum(_BESIDE.match(line) is not None for line in beside) > 1


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _words(lines: list[str]) -> bool:
    return any(line.strip() and not _is_quoted(line) for line in lines)


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
