"""What the tidy rules look at: our own files, read and parsed once.

A rule is a function from a file to its offences.  Each has two tests: the house keeps it, and
it bites on a sample that breaks it.  Every offence says what to write instead.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PURE_ROOMS: Final = ("kernel", "lifecycle", "policy", "settlement", "dialects")

_FOLDERS: Final = ("src", "tests", "scripts", "bench", "docs", "requirements", ".ci")
_GENERATED: Final = {"__pycache__", "vendor", "results"}
_TEXT: Final = {
    ".css", ".html", ".js", ".json", ".liquid", ".md", ".mjml", ".py", ".pyi", ".sh", ".sql",
    ".svg", ".toml", ".txt", ".xml", ".xsd", ".yaml", ".yml", ".in", ".lock", "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One file: where it lies in the repository, and its text."""

    path: str  # Relative to the repository, with forward slashes.
    text: str

    @property
    def room(self) -> str | None:
        """The room of ``src/retour`` this file is in, ``None`` outside of rooms."""
        parts = self.path.split("/")
        if parts[:2] != ["src", "retour"] or len(parts) < 3:
            return None
        return parts[2].removesuffix(".py")

    @property
    def is_ours(self) -> bool:
        """True for the product itself, false for its tests and tools."""
        return self.path.startswith("src/")

    @property
    def is_pure(self) -> bool:
        """True in rooms without a clock and without I/O."""
        return self.room in PURE_ROOMS

    @property
    def lines(self) -> list[str]:
        """The text, line by line."""
        return self.text.splitlines()

    @property
    def tree(self) -> ast.Module:
        """The syntax tree of a Python file."""
        return _parse(self.text)

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of that tree, as `ast.walk` comes to them."""
        return _walk(self.text)


@dataclass(frozen=True, slots=True)
class Offence:
    """One broken rule: where, and what to do instead."""

    path: str
    line: int
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.remedy}"


@cache
def _parse(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def _walk(text: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(_parse(text)))


@cache
def sources() -> tuple[Source, ...]:
    """List every text file of ours, in path order."""
    return tuple(
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(_paths())
    )


def _paths() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.suffix in _TEXT)
    for folder in _FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in _TEXT and not _GENERATED & set(path.parts):
                yield path


def python() -> tuple[Source, ...]:
    """List our Python files."""
    return tuple(source for source in sources() if source.path.endswith(".py"))


def sql() -> tuple[Source, ...]:
    """List our SQL files."""
    return tuple(source for source in sources() if source.path.endswith(".sql"))


def markdown() -> tuple[Source, ...]:
    """List our Markdown files."""
    return tuple(source for source in sources() if source.path.endswith(".md"))


def assert_none(offences: Iterable[Offence]) -> None:
    """Fail with every offence on a line of its own."""
    found = "\n".join(str(offence) for offence in offences)
    assert not found, f"\n{found}"


def sample(text: str, path: str = "src/retour/desk/sample.py") -> Source:
    """Make a file that does not exist, to show that a rule bites."""
    return Source(path, text)
