"""SQL: said in a sentence, kept in files, and distributable by workspace.

A statement that must cross workspaces says so in its comment: ``-- across workspaces: <reason>``.
Such a statement is not distributable as it is, so it may also insert where it likes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from tests.tidy.sources import Offence, Source, assert_none, python, sample, sql

_COMMENT_OR_STRING: Final = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_BOUNDARY: Final = re.compile(r";|(?=^-- :name )", re.MULTILINE)
_SENTENCE: Final = re.compile(r"^-- [^:\s].*", re.MULTILINE)
_CROSSES: Final = re.compile(r"^\s*-- across workspaces: \S", re.MULTILINE | re.IGNORECASE)
_NOT_ALIASES: Final = (
    "where|set|on|order|group|limit|values|using|join|left|right|inner|cross|full|for|returning|"
    "select|default|union|except|natural|lateral|loop|into|do|when|then|end|as|having|offset"
)
_READ: Final = re.compile(
    rf"\b(?:FROM|JOIN|UPDATE|USING)\s+(?:ONLY\s+)?retour\.(?P<table>\w+)\b(?!\s*\()"
    rf"(?:\s+(?:AS\s+)?(?!(?:{_NOT_ALIASES})\b)(?P<alias>[a-z_]\w*))?",
    re.IGNORECASE,
)
_WRITE: Final = re.compile(
    r"\bINTO\s+retour\.(?P<table>\w+)(?:\s+AS\s+\w+)?\s*\(\s*(?P<first>\w+)", re.IGNORECASE
)
_KEY: Final = re.compile(
    r"\b(?:PRIMARY\s+KEY|UNIQUE|UNIQUE\s+INDEX\s+\w+\s+ON\s+retour\.\w+)\s*\(\s*(?P<first>\w+)",
    re.IGNORECASE,
)
_INSERT_IN_CTE: Final = re.compile(
    r"\bAS\s*(?:NOT\s+)?(?:MATERIALIZED\s*)?\(\s*INSERT\b", re.IGNORECASE
)
_DEFINES: Final = re.compile(
    r"^CREATE\s+(?:OR\s+REPLACE\s+)?(?P<what>FUNCTION|TABLE)\s+(?P<name>[\w.]+)(?P<rest>.*)$",
    re.MULTILINE,
)
_IN_PYTHON: Final = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+retour\.\w+\b(?!\()", re.IGNORECASE)


def bare(text: str) -> str:
    """Blank comments and strings, so that places stay where they are."""
    return _COMMENT_OR_STRING.sub(lambda found: " " * len(found[0]), text)


def statements(text: str) -> Iterator[tuple[int, str, str]]:
    """Cut a file into statements, those of function bodies too: (line, as written, bare)."""
    marked = re.sub(r"'(?:[^']|'')*'|--(?! :name )[^\n]*", lambda f: " " * len(f[0]), text)
    start = 0
    for boundary in [*_BOUNDARY.finditer(marked), None]:
        end = boundary.end() if boundary else len(text)
        piece = text[start:end]
        if piece.strip():
            yield text.count("\n", 0, start) + 1, piece, bare(piece)
        start = end


def line_of(number: int, text: str, place: int) -> int:
    """Say on which line a place within a statement lies."""
    return number + text.count("\n", 0, place)


def unsaid(source: Source) -> Iterator[Offence]:
    """Find statements, functions and tables without a sentence above them."""
    for found in re.finditer(r"^-- :name (\w+)\n(.*)$", source.text, re.MULTILINE):
        if not _SENTENCE.match(found[2]):
            yield Offence(source.path, _line(source, found), f"say what {found[1]} does.")
    for found in _DEFINES.finditer(source.text):
        above = source.text[: found.start()].rstrip("\n").rpartition("\n")[2]
        if "PARTITION OF" not in found["rest"] and not _SENTENCE.match(above):
            yield Offence(source.path, _line(source, found), f"say what {found['name']} is.")


def _line(source: Source, found: re.Match[str]) -> int:
    return source.text.count("\n", 0, found.start()) + 1


def unscoped(source: Source) -> Iterator[Offence]:
    """Find tables that are read or written without naming the workspace."""
    for number, written, text in statements(source.text):
        if _CROSSES.search(written):
            continue
        reads = [*_READ.finditer(text)]
        for read in reads:
            name = read["alias"] or read["table"]
            scoped = rf"\b{name}\.workspace_id\s*=|=\s*{name}\.workspace_id\b|\(\s*workspace_id\b"
            alone = len(reads) == 1 or not read["alias"]
            if re.search(scoped, text, re.IGNORECASE):
                continue
            if not (alone and re.search(r"(?<![.\w])workspace_id\s*=", text)):
                place = line_of(number, text, read.start())
                yield Offence(source.path, place, f"{name} needs its own workspace_id = $1.")
        for write in _WRITE.finditer(text):
            if write["first"] != "workspace_id":
                place = line_of(number, text, write.start())
                yield Offence(source.path, place, f"put workspace_id first into {write['table']}.")


def unkeyed(source: Source) -> Iterator[Offence]:
    """Find keys that do not begin with the workspace."""
    for number, written, text in statements(source.text):
        if _CROSSES.search(written):
            continue
        for key in _KEY.finditer(text):
            if key["first"] != "workspace_id":
                place = line_of(number, text, key.start())
                yield Offence(source.path, place, "begin every key with workspace_id.")


def inserts_in_ctes(source: Source) -> Iterator[Offence]:
    """Find inserts that a distributed planner refuses."""
    for number, written, text in statements(source.text):
        if _CROSSES.search(written):
            continue
        for found in _INSERT_IN_CTE.finditer(text):
            place = line_of(number, text, found.start())
            yield Offence(source.path, place, "insert at the top level, from VALUES or a SELECT.")


def out_of_place(source: Source) -> Iterator[Offence]:
    """Find statements on our tables written in Python."""
    for node in source.nodes:
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        if _IN_PYTHON.search(node.value):
            yield Offence(source.path, node.lineno, "give the statement a name in store/sql.")


def test_every_statement_has_a_sentence() -> None:
    assert_none(offence for source in sql() for offence in unsaid(source))


def test_every_statement_names_its_workspace() -> None:
    assert_none(offence for source in sql() for offence in unscoped(source))


def test_every_key_begins_with_the_workspace() -> None:
    assert_none(offence for source in sql() for offence in unkeyed(source))


def test_inserts_stand_at_the_top() -> None:
    assert_none(offence for source in sql() for offence in inserts_in_ctes(source))


def test_statements_live_in_sql_files() -> None:
    ours = [source for source in python() if source.is_ours]
    assert_none(offence for source in ours for offence in out_of_place(source))


def _sql(text: str) -> Source:
    return sample(text, "src/retour/store/sql/sample.sql")


def test_a_silent_statement_is_found() -> None:
    assert [*unsaid(_sql("-- :name one\nSELECT 1"))]
    assert not [*unsaid(_sql("-- :name one\n-- The first.\nSELECT 1"))]
    assert [*unsaid(_sql("\nCREATE FUNCTION retour.f() RETURNS void"))]
    assert not [*unsaid(_sql("-- Does it.\nCREATE FUNCTION retour.f() RETURNS void"))]
    assert not [*unsaid(_sql("CREATE TABLE retour.a_default PARTITION OF retour.a DEFAULT;"))]


def test_an_unscoped_statement_is_found() -> None:
    scoped = "SELECT 1 FROM retour.lane l WHERE l.workspace_id = $1"
    assert not [*unscoped(_sql(scoped))]
    assert not [*unscoped(_sql("SELECT 1 FROM retour.lane WHERE workspace_id = $1 AND lane = $2"))]
    assert [*unscoped(_sql("SELECT 1 FROM retour.lane WHERE lane = $1"))]
    assert [*unscoped(_sql("UPDATE retour.lane SET due_at = $1"))]
    assert [*unscoped(_sql("DELETE FROM retour.lane l WHERE l.lane = $1"))]
    assert [*unscoped(_sql("SELECT 1 FROM retour.lane l -- l.workspace_id = $1"))]
    assert [*unscoped(_sql("SELECT 1; SELECT 2 FROM retour.lane; " + scoped))]
    join = scoped.replace(" WHERE", " JOIN retour.event e ON e.event_id = l.event_id WHERE")
    assert len([*unscoped(_sql(join))]) == 1
    assert not [*unscoped(_sql(join + " AND e.workspace_id = l.workspace_id"))]
    borrowed = "SELECT 1 FROM retour.lane JOIN given g ON g.workspace_id = $1"
    assert [*unscoped(_sql(borrowed))]
    ambiguous = scoped.replace(" WHERE l.", " JOIN retour.event e ON true WHERE ")
    assert len([*unscoped(_sql(ambiguous))]) == 2
    assert [*unscoped(_sql("INSERT INTO retour.lane (lane, workspace_id) VALUES ($1, $2)"))]
    assert not [*unscoped(_sql("INSERT INTO retour.lane (workspace_id, lane) VALUES ($1, $2)"))]
    assert not [*unscoped(_sql("SELECT * FROM retour.load($1, $2)"))]
    crossing = (
        "-- across workspaces: discovery looks for work wherever it is\nSELECT 1 FROM retour.lane"
    )
    assert not [*unscoped(_sql(crossing))]


def test_a_key_across_workspaces_is_found() -> None:
    assert [*unkeyed(_sql("CREATE TABLE retour.a (PRIMARY KEY (id, workspace_id))"))]
    assert [*unkeyed(_sql("CREATE UNIQUE INDEX a ON retour.b (id)"))]
    assert not [*unkeyed(_sql("CREATE TABLE retour.a (PRIMARY KEY (workspace_id, id))"))]


def test_an_insert_in_a_cte_is_found() -> None:
    assert [*inserts_in_ctes(_sql("WITH a AS (INSERT INTO b VALUES (1) RETURNING 1) SELECT 1"))]
    assert [*inserts_in_ctes(_sql("WITH a AS MATERIALIZED (\n INSERT INTO b VALUES (1)) SELECT 1"))]
    assert not [*inserts_in_ctes(_sql("WITH a AS (UPDATE b SET c = 1) INSERT INTO d SELECT 1"))]


def test_sql_in_python_is_found() -> None:
    assert [*out_of_place(sample('x = "SELECT 1 FROM retour.lane"'))]
    assert not [*out_of_place(sample('x = "SELECT * FROM retour.load($1)"'))]
    assert not [*out_of_place(sample('from retour.store import lanes\nx = "SHOW server_version"'))]
