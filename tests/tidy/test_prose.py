"""Docstrings promise something their name does not say already."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from tests.tidy.sources import Offence, Source, assert_none, python, sample
from tests.tidy.test_bans import words

_GLUE: Final = frozenset(
    {"a", "all", "an", "and", "are", "as", "at", "be", "by", "for", "from", "given", "if", "in",
     "into", "is", "it", "its", "of", "on", "one", "or", "our", "return", "returns", "that", "the",
     "their", "this", "to", "was", "whether", "which", "with"}
)  # fmt: skip

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def stem(word: str) -> str:
    """Bring plurals and third persons together: loads and load say the same."""
    for ending in ("ing", "es", "ed", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def said(text: str) -> set[str]:
    """List what a text says beyond grammar."""
    return {stem(word) for word in words(text) if word not in _GLUE}


def named(source: Source) -> Iterator[tuple[Documented, str]]:
    """Walk what may carry a docstring, each with the words of its name and its owner's."""
    yield source.tree, source.path.rpartition("/")[2].removesuffix(".py")
    for node in source.nodes:
        owner = node.name if isinstance(node, ast.ClassDef) else ""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Documented) and not isinstance(child, ast.Module):
                yield child, f"{owner} {child.name}"


def echoes(source: Source) -> Iterator[Offence]:
    """Find docstrings whose first line only repeats the name."""
    for node, name in named(source):
        text = ast.get_docstring(node)
        first = text.split("\n", 1)[0] if text else ""
        if first and said(first) <= said(name):
            line = 1 if isinstance(node, ast.Module) else node.lineno
            yield Offence(source.path, line, f"{first!r} repeats the name; promise something.")


def test_docstrings_promise() -> None:
    ours = [source for source in python() if not source.path.startswith("tests/")]
    assert_none(offence for source in ours for offence in echoes(source))


def test_an_echo_is_found() -> None:
    assert [*echoes(sample('def load_orders():\n  """Loads the order."""'))]
    assert [*echoes(sample('class Lane:\n  """A lane."""'))]
    assert [*echoes(sample('class Lane:\n  def settle(self):\n    """Settle the lane."""'))]
    assert [*echoes(sample('"""The lanes."""', "src/retour/delivery/lanes.py"))]
    assert not [*echoes(sample('def load_orders():\n  """Read in one call, without a lock."""'))]
    assert not [*echoes(sample("def load_orders(): ..."))]
