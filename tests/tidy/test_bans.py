"""Bans: what we never write, and what we write instead.

A line may keep a banned thing with ``# tidy: allow(<rule>) <reason>``; the escapes are counted.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from tests.tidy.sources import Offence, Source, assert_none, python, sample

ESCAPES_MAX: Final = 12
"""How many escapes the whole house has; the number may only fall."""

_ESCAPE: Final = re.compile(r"# tidy: allow\((?P<rule>[a-z-]+)\) (?P<reason>\S.+)")

Match = Callable[[ast.AST], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """One thing we never write."""

    rule: str
    where: Callable[[Source], bool]
    match: Match
    instead: str
    bites: tuple[str, ...]  # Each is found.
    spares: tuple[str, ...]  # None of these is.
    path: str = "src/retour/kernel/sample.py"  # Where the samples are said to lie.


def dotted(node: ast.AST) -> str:
    """Write a chain of names as ``a.b.c``; what is no name becomes ``?``."""
    match node:
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{dotted(node.value)}.{node.attr}"
        case _:
            return "?"


def calls(*endings: str) -> Match:
    """Match a call of a function named so, under whatever module."""
    return lambda node: (
        isinstance(node, ast.Call)
        and any(f".{dotted(node.func)}".endswith(f".{ending}") for ending in endings)
    )


def imports(*packages: str) -> Match:
    """Match an import of a package or of anything in it."""

    def is_in(name: str) -> bool:
        return any(f"{name}.".startswith(f"{package}.") for package in packages)

    def match(node: ast.AST) -> bool:
        match node:
            case ast.Import():
                return any(is_in(alias.name) for alias in node.names)
            case ast.ImportFrom(module=str(module)):
                return is_in(module) or any(is_in(f"{module}.{a.name}") for a in node.names)
            case _:
                return False

    return match


def either(*matches: Match) -> Match:
    """Match what any of these does."""
    return lambda node: any(match(node) for match in matches)


def is_shell(node: ast.AST) -> bool:
    """Match a command that a shell would read."""
    return isinstance(node, ast.keyword) and node.arg == "shell" and not is_constant(node.value)


def is_constant(node: ast.AST) -> bool:
    """Say whether a value is plainly false."""
    return isinstance(node, ast.Constant) and not node.value


_SQL_CALLS: Final = {
    "execute", "executemany", "fetch", "fetchrow", "fetchval", "fetchmany", "prepare", "cursor",
}  # fmt: skip


def is_built_sql(node: ast.AST) -> bool:
    """Match a statement put together where it is sent."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    if node.func.attr not in _SQL_CALLS or not node.args:
        return False
    match node.args[0]:
        case ast.JoinedStr() | ast.BinOp(op=ast.Mod()):
            return True
        case ast.BinOp(op=ast.Add()) as sum_:
            return not all(isinstance(n, ast.Constant | ast.BinOp) for n in (sum_.left, sum_.right))
        case ast.Call(func=ast.Attribute(attr="format" | "join" | "replace")):
            return True
        case _:
            return False


_EMPTY_WORDS: Final = {"manager", "helper", "helpers", "util", "utils", "service", "handler"}


def words(name: str) -> list[str]:
    """Split snake_case and CamelCase into lower-case words."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def says_nothing(node: ast.AST) -> bool:
    """Match a name that any name could replace."""
    named = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    return named and not _EMPTY_WORDS.isdisjoint(words(node.name))


def is_getter(node: ast.AST) -> bool:
    """Match a function that hides what the value costs."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and bool(
        re.match(r"_*get_", node.name)
    )


def is_float(node: ast.AST) -> bool:
    """Match a number that is not exact, made or declared."""
    return (isinstance(node, ast.Name) and node.id == "float") or (
        isinstance(node, ast.Constant) and isinstance(node.value, float)
    )


def anywhere(source: Source) -> bool:
    """Hold everywhere."""
    return bool(source.path)


def in_product(source: Source) -> bool:
    """Hold in the product, not in its tests and tools."""
    return source.is_ours


def in_pure(source: Source) -> bool:
    """Hold in rooms without clock and I/O."""
    return source.is_pure


def in_money(source: Source) -> bool:
    """Hold where amounts live."""
    return source.room in {"kernel", "lifecycle", "policy", "settlement"}


BANS: Final = (
    Ban(
        rule="clock",
        where=in_product,
        match=calls(
            "datetime.now", "datetime.today", "utcnow", "date.today", "time.time", "time_ns"
        ),
        instead="take the instant as an argument: there is one clock, the database's",
        bites=("datetime.now(UTC)", "dt.datetime.utcnow()", "time.time()", "date.today()"),
        spares=("time.monotonic()", "row.time()", "at.date()"),
        path="src/retour/desk/sample.py",
    ),
    Ban(
        rule="pure-clock",
        where=in_pure,
        match=calls("now", "today", "monotonic", "perf_counter"),
        instead="take the instant as an argument: this room is pure",
        bites=("clock.now()", "now()"),
        spares=("known()", "context.at"),
    ),
    Ban(
        rule="pure-chance",
        where=in_pure,
        match=calls("uuid1", "uuid4", "uuid6", "uuid7", "urandom", "token_bytes", "token_hex"),
        instead="take the id as an argument: ids are minted in the shell; uuid5 derives one",
        bites=("uuid.uuid4()", "uuid7()", "os.urandom(8)"),
        spares=("uuid.uuid5(NAMESPACE, text)", "uuid.UUID(text)"),
    ),
    Ban(
        rule="pure-wait",
        where=in_pure,
        match=lambda node: isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncWith),
        instead="write a plain function: this room is pure, waiting is the shell's",
        bites=("async def f(): ...",),
        spares=("def f(): ...",),
    ),
    Ban(
        rule="float",
        where=in_money,
        match=is_float,
        instead="money is an integer of minor units, ratios are Fractions or pairs of integers",
        bites=("float(x)", "def f(x: float): ...", "x = 0.5"),
        spares=("int(x)", "Fraction(1, 2)"),
    ),
    Ban(
        rule="sql-text",
        where=in_product,
        match=is_built_sql,
        instead="give the statement a name in store/sql and pass values as $1, $2",
        bites=(
            'c.execute(f"DROP {x}")',
            'pool.fetch("SELECT %s" % x)',
            'c.fetchrow("SELECT " + x)',
            'c.execute("SELECT {}".format(x))',
            'c.fetch(" AND ".join(parts))',
        ),
        spares=('c.execute("SELECT $1", x)', 'c.fetch(STATEMENTS["load"], x)'),
        path="src/retour/store/sample.py",
    ),
    Ban(
        rule="eval",
        where=anywhere,
        match=lambda node: isinstance(node, ast.Call) and dotted(node.func) in {"eval", "exec"},
        instead="write a table from words to functions",
        bites=("eval(text)", "exec(text)"),
        spares=("decode(text)", "redis.eval(text)"),
    ),
    Ban(
        rule="pickle",
        where=anywhere,
        match=imports("pickle", "marshal", "shelve", "dill"),
        instead="use msgspec: reading foreign bytes must never run them",
        bites=("import pickle", "from marshal import loads"),
        spares=("import msgspec",),
    ),
    Ban(
        rule="yaml",
        where=anywhere,
        match=calls("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load"),
        instead="use yaml.safe_load",
        bites=("yaml.load(text)",),
        spares=("yaml.safe_load(text)",),
    ),
    Ban(
        rule="shell",
        where=anywhere,
        match=either(is_shell, calls("os.system", "os.popen", "create_subprocess_shell")),
        instead="give the command as a list of words",
        bites=("run(x, shell=True)", "run(x, shell=flag)", "os.system(x)"),
        spares=("run([x])", "run([x], shell=False)"),
    ),
    Ban(
        rule="xml",
        where=anywhere,
        match=imports("xml.etree", "xml.dom", "xml.parsers", "xml.sax.expatreader", "xmltodict"),
        instead="use lxml through dialects.xmltree: no entities, no network",
        bites=("import xml.etree.ElementTree", "from xml.dom import minidom"),
        spares=("from lxml import etree", "from xml.sax.saxutils import escape"),
    ),
    Ban(
        rule="http-client",
        where=in_product,
        match=imports("httpx", "requests", "urllib.request", "urllib3", "aiohttp", "http.client"),
        instead="send through gateways.http: it is the one guarded way out",
        bites=("import httpx", "from urllib import request", "import urllib.request"),
        spares=("from urllib.parse import urlsplit", "from http import HTTPStatus"),
        path="src/retour/delivery/sample.py",
    ),
    Ban(
        rule="mock",
        where=lambda source: source.path.startswith("tests/"),
        match=either(
            imports("unittest.mock", "mock", "pytest_mock"),
            calls("monkeypatch.setattr", "monkeypatch.setitem"),
        ),
        instead="use the real thing, or pass the double in as an argument",
        bites=("from unittest import mock", "monkeypatch.setattr(desk, 'load', fake)"),
        spares=("monkeypatch.setenv('A', 'b')",),
        path="tests/pure/sample.py",
    ),
    Ban(
        rule="get",
        where=anywhere,
        match=is_getter,
        instead="name the cost: parse is pure, load touches the database, fetch the network",
        bites=("def get_order(): ...", "async def _get_order(): ..."),
        spares=("def load_order(): ...", "def target(): ..."),
    ),
    Ban(
        rule="name",
        where=anywhere,
        match=says_nothing,
        instead="name it for what it does or keeps",
        bites=("class LaneManager: ...", "def url_helper(): ...", "class HTTPHandler: ..."),
        spares=("class Lanes: ...", "def help(): ...", "class Utility: ..."),
    ),
)  # fmt: skip


def offences(ban: Ban, source: Source) -> Iterator[Offence]:
    """Find what a ban forbids in one file, escapes left out."""
    if not ban.where(source):
        return
    for node in source.nodes:
        if not ban.match(node):
            continue
        first = getattr(node, "lineno", 1)
        last = getattr(node, "end_lineno", None) or first
        if ban.rule not in escaped(source.lines[first - 1 : last]):
            yield Offence(source.path, first, f"[{ban.rule}] {ban.instead}.")


def escaped(lines: list[str]) -> set[str]:
    """List the rules these lines are excused from, each with a reason."""
    return {found["rule"] for line in lines if (found := _ESCAPE.search(line))}


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: ban.rule)
def test_nothing_banned_is_written(ban: Ban) -> None:
    assert_none(offence for source in python() for offence in offences(ban, source))


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: ban.rule)
def test_a_ban_bites(ban: Ban) -> None:
    for text in ban.bites:
        assert [*offences(ban, sample(text, ban.path))], text
    for text in ban.spares:
        assert not [*offences(ban, sample(text, ban.path))], text


def test_an_escape_needs_the_rule_and_a_reason() -> None:
    ban = next(ban for ban in BANS if ban.rule == "eval")
    line = "eval(text)  # tidy: allow({}) {}".format
    assert not [*offences(ban, sample(line("eval", "the text is ours")))]
    assert [*offences(ban, sample(line("eval", "")))]
    assert [*offences(ban, sample(line("shell", "the text is ours")))]


def test_escapes_do_not_grow() -> None:
    lines = [line for source in python() if source.is_ours for line in source.lines]
    assert sum(bool(escaped([line])) for line in lines) <= ESCAPES_MAX


def test_modules_say_what_they_hold() -> None:
    empty = [
        source.path
        for source in python()
        if not _EMPTY_WORDS.isdisjoint(words(source.path.rpartition("/")[2].removesuffix(".py")))
    ]
    assert empty == []
