"""What pages of goods share: lists typed with commas, and what differs from what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.desk.outcome import Done, Outcome
from retour.screens.staff.settings.said import body_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from retour.screens.staff.seat import Form

SEEN: Final = "seen"
"""The hidden field with the version that a form was made of."""


def listed(text: str) -> tuple[str, ...]:
    """Read words with commas or line breaks between, each once."""
    parts = (part.strip() for line in text.splitlines() for part in line.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def unlisted(words: Iterable[object]) -> str:
    """Write words with commas between."""
    return ", ".join(str(one) for one in words)


def seen_version(fields: Form) -> int | None:
    """Give the version that a form was made of; ``None`` where it says none."""
    text = fields.get(SEEN, "")
    return int(text) if text.isdecimal() and len(text) <= len("999999999") else None


def found_in(outcome: Outcome) -> dict[str, Any] | None:
    """Give what the desk answered; ``None`` where there is no such thing."""
    return body_of(outcome) if isinstance(outcome, Done) else None


def differing(
    kept: Mapping[str, str], typed: Mapping[str, str], names: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Give by name what stands now and what was typed, where the two differ."""
    return [
        (name, kept.get(field, "") or "–", typed.get(field, "") or "–")
        for field, name in names.items()
        if _plain(kept.get(field, "")) != _plain(typed.get(field, ""))
    ]


def _plain(text: str) -> str:
    """Write a field alike however its lines end."""
    return "\n".join(text.split("\r\n")).strip()
