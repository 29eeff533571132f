"""Every room says at its door what it promises, and the plan of the house names every room."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tests.tidy.sources import ROOT, Offence, assert_none, python, sources

README_LINES: Final = 25


def rooms() -> list[str]:
    """List the rooms that are folders, from what lies in them."""
    return sorted({s.room for s in python() if s.room and s.path.count("/") > 2})


def doors(found: list[str], readmes: Mapping[str, str]) -> Iterator[Offence]:
    """Find rooms without a word at the door, or with too many."""
    for room in found:
        path = f"src/retour/{room}/README.md"
        text = readmes.get(path)
        if text is None:
            yield Offence(path, 1, "write what it promises, its verbs, what it must never do.")
            continue
        lines = text.splitlines()
        if len(lines) > README_LINES:
            yield Offence(path, len(lines), f"{README_LINES} lines are the limit; docs/ has room.")
        if not re.match(rf"# .*\b{room}\b", lines[0] if lines else "", re.IGNORECASE):
            yield Offence(path, 1, f"begin with a heading that names {room}.")


def test_every_room_has_a_word_at_its_door() -> None:
    readmes = {
        source.path: source.text for source in sources() if source.path.endswith("README.md")
    }
    assert_none(doors(rooms(), readmes))


def test_a_silent_door_is_found() -> None:
    path = "src/retour/desk/README.md"
    assert [*doors(["desk"], {})]
    assert [*doors(["desk"], {path: "# desk\n" + "x\n" * README_LINES})]
    assert [*doors(["desk"], {path: "# store\n"})]
    assert not [*doors(["desk"], {path: "# desk\nWhat it promises.\n"})]


def test_architecture_names_every_room() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [room for room in rooms() if not re.search(rf"\b{room}\b", text)] == []


def test_contracts_cover_every_room() -> None:
    """The import contracts are exhaustive; a room is not excused from them by a comment."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "exhaustive = true" in text
    assert "ignore_imports" not in text
    assert "exhaustive_ignores" not in text
