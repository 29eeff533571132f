"""Named SQL: statements live in ``sql/*.sql`` and are called by typed functions of the same name.

A statement starts with ``-- :name <name>`` and a sentence; it ends where the next one starts.
Migrations are split into single statements here as well, for each is sent by itself.
"""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME: Final = re.compile(r"^-- :name (\w+)$", re.MULTILINE)
_TOKEN: Final = re.compile(
    r"--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|;", re.DOTALL
)


def named(file: str) -> dict[str, str]:
    """Read the statements of ``sql/<file>.sql`` by name."""
    text = (
        resources.files("retour.store").joinpath("sql", f"{file}.sql").read_text(encoding="utf-8")
    )
    parts = _NAME.split(text)
    return dict(zip(parts[1::2], (body.strip() for body in parts[2::2]), strict=True))


def migrations() -> list[tuple[int, str, str]]:
    """List the migrations as (number, file name, text), in order."""
    folder = resources.files("retour.store").joinpath("migrations")
    files = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [
        (int(name[:4]), name, folder.joinpath(name).read_text(encoding="utf-8")) for name in files
    ]


def statements(text: str) -> Iterator[str]:
    """Split a migration into its statements; quotes, comments and $$ bodies are left whole."""
    start = 0
    for token in _TOKEN.finditer(text):
        if token.group() == ";":
            statement = text[start : token.end()].strip()
            if statement != ";":
                yield statement
            start = token.end()
    rest = re.sub(r"--[^\n]*", "", text[start:]).strip()
    if rest:
        yield text[start:].strip()
