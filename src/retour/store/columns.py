"""What each column of each table holds: what names persons, what is secret, what is money.

Declared once, in ``columns.toml``; ``tests/pg/test_columns.py`` fails where a column is not.
By it exports leave secrets out, and people see what is kept of them.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

from retour.store.statements import migrations

ColumnClass = Literal["pii", "secret", "money", "plain"]
CLASSES: Final[tuple[ColumnClass, ...]] = ("pii", "secret", "money", "plain")
"""In the order of how much harm it does to lose them."""
_TABLE: Final = re.compile(r"((?:^--[^\n]*\n)+)\n?CREATE TABLE retour\.(\w+) \(", re.MULTILINE)
_SENTENCE: Final = re.compile(r"(?:[^.]|\.(?!\s|$))+\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, what it is for, and its columns by class; ``workspace_id`` is everybody's first."""

    name: str
    about: str
    columns: dict[ColumnClass, tuple[str, ...]]

    @property
    def is_personal(self) -> bool:
        """Whether anything of it names a person."""
        return bool(self.columns.get("pii"))


@cache
def tables() -> tuple[Table, ...]:
    """Give every table as it is declared, by name."""
    text = resources.files("retour.store").joinpath("columns.toml").read_text(encoding="utf-8")
    said = _said()
    return tuple(
        Table(
            name=name,
            about=said.get(name, ""),
            columns={one: tuple(given[one].split()) for one in CLASSES if one in given},
        )
        for name, given in sorted(tomllib.loads(text).items())
    )


def _said() -> dict[str, str]:
    """Give the first sentence that stands before each table in its migration."""
    found: dict[str, str] = {}
    for _, _, text in migrations():
        for comment, name in _TABLE.findall(text):
            words = " ".join(line.removeprefix("--").strip() for line in comment.splitlines())
            first = _SENTENCE.match(words)
            found[name] = (first.group() if first else words).replace("`", "")
    return found
