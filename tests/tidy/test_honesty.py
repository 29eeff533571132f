"""Honesty: nothing is put off, nothing is silenced without a reason, every test can fail."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.tidy.sources import Offence, Source, assert_none, python, sample, sources
from tests.tidy.test_bans import dotted

# In two halves, so that this file does not hold the words it forbids.
_LATER: Final = [a + b for a, b in (("TO", "DO"), ("FIX", "ME"), ("X", "XX"), ("HA", "CK"))]
_PUT_OFF: Final = re.compile(rf"\b({'|'.join(_LATER)})\b|NotImplemented" + "Error")
_SILENCED: Final = re.compile(r"#\s*(noqa|pyright:\s*ignore|type:\s*ignore)(?P<rest>[^#]*)")
_EXPLAINED: Final = re.compile(
    r"^(: ?[A-Z]+\d+(, ?[A-Z]+\d+)*|\[[A-Za-z, ]+\])\s*(-|–|—|:|#)\s*\S+"
)
_NOT_RUN: Final = {"skip", "skipif", "xfail", "importorskip", "skipTest", "skipIf", "skipUnless"}


def put_off(source: Source) -> Iterator[Offence]:
    """Find work that was left for later in words or in code."""
    for number, line in enumerate(source.lines, start=1):
        if _PUT_OFF.search(line):
            yield Offence(source.path, number, "do it, or leave it out; a note does neither.")


def silenced(source: Source) -> Iterator[Offence]:
    """Find a silenced rule that does not say which and why."""
    for number, line in enumerate(source.lines, start=1):
        for found in _SILENCED.finditer(line):
            reason = found["rest"] + line[found.end() :]
            if "(" + "noqa|" not in line and not _EXPLAINED.match(reason):
                yield Offence(
                    source.path, number, "name the rule and add ` - why`, or mend the cause."
                )


def not_run(source: Source) -> Iterator[Offence]:
    """Find a test that may pass without running."""
    for node in source.nodes:
        if not (isinstance(node, ast.Attribute) and node.attr in _NOT_RUN):
            continue
        if dotted(node).startswith(("pytest.", "unittest.", "self.", "mark.")):
            yield Offence(source.path, node.lineno, "give the test what it needs, or remove it.")


Function = ast.FunctionDef | ast.AsyncFunctionDef


def can_fail(function: Function, others: dict[str, Function]) -> bool:
    """Say whether a test asserts something, itself or in what it calls."""
    return _asserts(function, others, seen={function.name})


def _asserts(function: Function, others: dict[str, Function], seen: set[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            return True
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func).rpartition(".")[2]
        if name in {"raises", "warns", "fail"} or name.startswith(("assert_", "expect_")):
            return True
        if name in others and name not in seen:
            seen.add(name)
            if _asserts(others[name], others, seen):
                return True
    return False


def cannot_fail(source: Source) -> Iterator[Offence]:
    """Find tests that no change of ours could turn red."""
    functions = {node.name: node for node in source.nodes if isinstance(node, Function)}
    for name, function in functions.items():
        if name.startswith("test") and not can_fail(function, functions):
            yield Offence(
                source.path, function.lineno, f"{name} asserts nothing; say what must hold."
            )


def _tests() -> list[Source]:
    return [source for source in python() if source.path.startswith("tests/")]


def test_nothing_is_put_off() -> None:
    ours = [source for source in sources() if source.path != "LICENSE"]
    assert_none(offence for source in ours for offence in put_off(source))


def test_work_put_off_is_found() -> None:
    assert [*put_off(sample("# FIX" + "ME later"))]
    assert [*put_off(sample("raise NotImplemented" + "Error"))]
    assert not [*put_off(sample("# A fix. All todos are done; `TODOS` is a name."))]


def test_silence_has_a_reason() -> None:
    assert_none(offence for source in python() for offence in silenced(source))


def test_silence_without_a_reason_is_found() -> None:
    hush = "x = 1  # no" + "qa"
    assert [*silenced(sample(hush))]
    assert [*silenced(sample(hush + ": E501"))]
    assert not [*silenced(sample(hush + ": E501 - one address"))]
    ignore = "x = y  # pyright: " + "ignore"
    assert [*silenced(sample(ignore))]
    assert [*silenced(sample(ignore + "[reportAny]"))]
    assert not [*silenced(sample(ignore + "[reportAny] - lxml has no type for it"))]


def test_every_test_runs() -> None:
    assert_none(offence for source in _tests() for offence in not_run(source))


def test_a_test_that_may_not_run_is_found() -> None:
    for text in ("pytest.skip('x')", "@pytest.mark.skipif(x)\ndef f(): ...", "pytest.xfail('x')"):
        assert [*not_run(sample(text))], text
    assert not [*not_run(sample("lane.skip(head)"))]


def test_every_test_can_fail() -> None:
    assert_none(offence for source in _tests() for offence in cannot_fail(source))


def test_a_test_that_cannot_fail_is_found() -> None:
    assert [*cannot_fail(sample("def test_a():\n  f()"))]
    assert [*cannot_fail(sample("def test_a():\n  assert True"))]
    assert not [*cannot_fail(sample("def check(): assert x\ndef test_a():\n  check()"))]
    assert not [*cannot_fail(sample("def test_a():\n  with pytest.raises(E): f()"))]


def test_tests_lie_in_rings() -> None:
    """A test beside the rings would be run by nobody."""
    strays = [s.path for s in _tests() if re.fullmatch(r"tests/test_.*|.*_test\.py", s.path)]
    assert strays == []
