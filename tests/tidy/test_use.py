"""Use: what is defined is named somewhere; what nobody names is deleted."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from tests.tidy.sources import Offence, Source, assert_none, python, sample, sources, sql

_WORD: Final = re.compile(r"\w+")
_NAMED: Final = re.compile(r"^-- :name (\w+)", re.MULTILINE)
_CODE: Final = (".py", ".html", ".liquid", ".toml")


def words(files: Sequence[Source]) -> Counter[str]:
    """Count every word of files."""
    return Counter(
        word for one in files if one.path.endswith(_CODE) for word in _WORD.findall(one.text)
    )


def defined(source: Source) -> Iterator[tuple[int, str]]:
    """List what a module defines for others or for itself; a decorator may use what it adorns."""
    for node in source.tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if not node.decorator_list:
                yield node.lineno, node.name
            case ast.ClassDef(decorator_list=[]):
                yield node.lineno, node.name
            case ast.Assign(targets=[ast.Name(name)]) | ast.AnnAssign(target=ast.Name(name)):
                yield node.lineno, name
            case _:
                pass


def names_nobody_uses(source: Source, counted: Counter[str]) -> Iterator[Offence]:
    """Find names that stand where they are defined and nowhere else."""
    for line, name in defined(source):
        if counted[name] == 1 and not name.startswith("__"):
            yield Offence(source.path, line, f"nobody names {name}; delete it")


def asked_for(files: Sequence[Source]) -> tuple[set[str], list[re.Pattern[str]]]:
    """List the texts of the code that may name statements, whole ones and such with gaps."""
    whole, gapped = set[str](), list[re.Pattern[str]]()
    for node in (node for one in files for node in one.nodes):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            whole.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (one.value if isinstance(one, ast.Constant) else None for one in node.values)
            text = "".join(r"\w+" if part is None else re.escape(str(part)) for part in parts)
            if re.fullmatch(r"[\w\\+]*[a-z]{3}[\w\\+]*", text):
                gapped.append(re.compile(text))
    return whole, gapped


def statements_nobody_asks_for(
    source: Source, whole: set[str], gapped: Sequence[re.Pattern[str]]
) -> Iterator[Offence]:
    """Find statements whose name no code says."""
    for found in _NAMED.finditer(source.text):
        name = found[1]
        if name not in whole and not any(one.fullmatch(name) for one in gapped):
            line = source.text.count("\n", 0, found.start()) + 1
            yield Offence(source.path, line, f"no code asks for {name}; delete it")


def test_what_is_defined_is_used() -> None:
    counted = words(sources())
    assert_none(
        offence
        for source in python()
        if source.is_ours
        for offence in names_nobody_uses(source, counted)
    )


def test_every_statement_is_asked_for() -> None:
    whole, gapped = asked_for([one for one in python() if not one.path.startswith("tests/tidy/")])
    assert_none(
        offence for source in sql() for offence in statements_nobody_asks_for(source, whole, gapped)
    )


def test_the_rules_bite() -> None:
    unused = sample("def one() -> None: ...\n\n\nTWO = 2\n\n\ndef three() -> None: one()\n")
    found = names_nobody_uses(unused, words([unused]))
    assert [offence.line for offence in found] == [4, 7]
    statement = Source("src/retour/store/sql/x.sql", "-- :name take_it\n\n-- :name drop_it\n")
    asked = asked_for([sample('SQL["keep"], SQL[f"take_{word}"]')])
    assert [one.line for one in statements_nobody_asks_for(statement, *asked)] == [3]
