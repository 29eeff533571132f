"""The words of an event keep their places: a delivery that waits names its word by its place.

``words.txt`` holds them as they were published.  New words go behind the old ones; a word that is
said no longer keeps its place.  ``RETOUR_GOLDEN=1`` writes what has been added, and only that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from retour.dialects.registry import DIALECTS

_KEPT = Path(__file__).parent / "words.txt"


def spoken() -> dict[str, tuple[str, ...]]:
    """Give every dialect's words by event, in their order."""
    return {
        f"{name} {event_type.value}": tuple(words)
        for name, dialect in sorted(DIALECTS.items())
        for event_type, words in sorted(dialect.vocabulary.items())
    }


def kept() -> dict[str, tuple[str, ...]]:
    """Read what was published."""
    lines = _KEPT.read_text(encoding="utf-8").splitlines() if _KEPT.exists() else []
    return {line.partition(": ")[0]: tuple(line.partition(": ")[2].split(", ")) for line in lines}


def moved(before: dict[str, tuple[str, ...]], now: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Find what would say another word to a delivery that waits."""
    for key, words in before.items():
        if now.get(key, ())[: len(words)] != words:
            yield f"{key}: was {', '.join(words)}; is {', '.join(now.get(key, ()))}."


def test_every_word_keeps_its_place() -> None:
    assert [*moved(kept(), spoken())] == []
    if os.environ.get("RETOUR_GOLDEN"):
        text = "".join(f"{key}: {', '.join(words)}\n" for key, words in spoken().items())
        _KEPT.write_text(text, encoding="utf-8")
    assert kept() == spoken(), "Words were added: RETOUR_GOLDEN=1 writes them."


def test_a_moved_word_is_found() -> None:
    before = {"kibo return.rejected": ("return_deleted", "other")}
    assert [*moved(before, {"kibo return.rejected": ("other", "return_deleted")})]
    assert [*moved(before, {"kibo return.rejected": ("return_deleted",)})]
    assert [*moved(before, {})]
    assert not [*moved(before, {"kibo return.rejected": ("return_deleted", "other", "new")})]
