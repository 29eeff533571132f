"""Sizes: what fits on a screen can be read; what does not wants a wall."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from tests.tidy.sources import Offence, Source, assert_none, python, sample, sources

FUNCTION_LINES: Final = 70
MODULE_LINES: Final = 500
POSITIONAL: Final = 5
LINE_LENGTH: Final = {".sql": 120, ".sh": 100, ".md": 140}  # Python is for ruff.

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(source: Source) -> Iterator[Function]:
    """Walk every function of a file, however deep."""
    return (node for node in source.nodes if isinstance(node, Function))


def long_functions(source: Source) -> Iterator[Offence]:
    """Find functions that do not fit on a screen."""
    for function in functions(source):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > FUNCTION_LINES:
            yield Offence(
                source.path,
                function.lineno,
                f"{function.name} has {length} lines; move its leaves into functions, "
                f"{FUNCTION_LINES} is the limit.",
            )


def many_positional(source: Source) -> Iterator[Offence]:
    """Find functions whose calls cannot be read without their definition."""
    for function in functions(source):
        named = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        count = len([name for name in named if name not in {"self", "cls"}])
        if count > POSITIONAL:
            yield Offence(
                source.path,
                function.lineno,
                f"{function.name} takes {count} positional arguments; make all but the first "
                "few keyword-only, or give them a type.",
            )


def long_modules(source: Source) -> Iterator[Offence]:
    """Find modules that hold more than one idea."""
    if len(source.lines) > MODULE_LINES:
        yield Offence(
            source.path,
            1,
            f"{len(source.lines)} lines; split by idea, {MODULE_LINES} is the limit.",
        )


def long_lines(source: Source) -> Iterator[Offence]:
    """Find lines that run out of the window; a line that is one address may."""
    limit = LINE_LENGTH.get(f".{source.path.rpartition('.')[2]}")
    for number, line in enumerate(source.lines, start=1):
        if limit and len(line) > limit and "://" not in line and not line.startswith("|"):
            yield Offence(source.path, number, f"{len(line)} columns; {limit} is the limit.")


def test_functions_fit_on_a_screen() -> None:
    assert_none(offence for source in python() for offence in long_functions(source))


def test_a_long_function_is_found() -> None:
    body = "    x = 1\n"
    assert not [*long_functions(sample("def f():\n" + body * (FUNCTION_LINES - 1)))]
    assert [*long_functions(sample("async def f():\n" + body * FUNCTION_LINES))]


def test_modules_hold_one_idea() -> None:
    assert_none(offence for source in python() for offence in long_modules(source))


def test_a_long_module_is_found() -> None:
    assert not [*long_modules(sample("x = 1\n" * MODULE_LINES))]
    assert [*long_modules(sample("x = 1\n" * (MODULE_LINES + 1)))]


def test_calls_can_be_read_without_the_definition() -> None:
    assert_none(offence for source in python() for offence in many_positional(source))


def test_many_positional_arguments_are_found() -> None:
    assert not [*many_positional(sample("def f(self, a, b, c, d, e, *, g): ..."))]
    assert [*many_positional(sample("def f(a, b, c, d, e, g): ..."))]


def test_lines_fit_in_the_window() -> None:
    assert_none(offence for source in sources() for offence in long_lines(source))


def test_a_long_line_is_found() -> None:
    assert not [*long_lines(sample("x" * 120, "a.sql"))]
    assert [*long_lines(sample("x" * 121, "a.sql"))]
    assert [*long_lines(sample("x" * 141, "a.md"))]
    assert not [*long_lines(sample("see https://example.test/" + "x" * 140, "a.md"))]
