"""Documents say what the code says: words, settings, refusals, decisions, links."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

import pytest

from retour.kernel.refusal import RefusalCode
from tests.tidy.sources import ROOT, Offence, Source, assert_none, markdown, python, sample, sql

_TABLE: Final = re.compile(r"^CREATE TABLE retour\.(\w+)\b(?! PARTITION OF)", re.MULTILINE)
_SETTING: Final = re.compile(r"\bRETOUR_[A-Z_]*[A-Z]{2}\b")
_LINK: Final = re.compile(r"\[[^\]]*\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")
_CODE: Final = re.compile(r"`([a-z_]+)`")


def read(path: str) -> str:
    """Read a document, which must exist."""
    file = ROOT / path
    assert file.is_file(), f"{path} is missing; write it."
    return file.read_text(encoding="utf-8")


def enum_values(source: Source) -> Iterator[str]:
    """List the stored words of a module's StrEnums."""
    classes = [node for node in source.nodes if isinstance(node, ast.ClassDef)]
    for class_ in classes:
        if not any(isinstance(b, ast.Name) and b.id == "StrEnum" for b in class_.bases):
            continue
        for item in class_.body:
            match item:
                case ast.Assign(value=ast.Constant(value=str(value))):
                    yield value
                case _:
                    pass


def tables() -> set[str]:
    """List our tables; partitions are theirs under another name."""
    return {name for source in sql() for name in _TABLE.findall(source.text)}


def unknown_words(words: set[str], text: str) -> list[str]:
    """List the words a text does not hold as words."""
    held = set(re.findall(r"[a-z0-9][a-z0-9_.]*[a-z0-9]|[a-z]", text.lower()))
    return sorted(word for word in words if word.lower() not in held)


def settings_read(source: Source) -> set[str]:
    """List the settings a module names, the short names of the settings room too."""
    found = {name.removesuffix("_FILE") for name in _SETTING.findall(source.text)}
    if source.path.startswith("src/retour/settings"):
        for node in source.nodes:
            match node:
                case ast.Call(args=[_, ast.Constant(value=str(name))]) if re.fullmatch(
                    r"[A-Z][A-Z_]+", name
                ):
                    found.add(f"RETOUR_{name}")
                case _:
                    pass
    return found - {"RETOUR_X"}  # How documentation says "any of them".


def broken_links(source: Source) -> Iterator[Offence]:
    """Find links to files that are not there."""
    folder = (ROOT / source.path).parent
    for number, line in enumerate(source.lines, start=1):
        for link in _LINK.finditer(line):
            target = link["target"]
            is_outside = "://" in target or target.startswith("mailto:")
            if not is_outside and not (folder / target).exists():
                yield Offence(source.path, number, f"{target} is not there; mend the link.")


def test_the_glossary_has_every_stored_word() -> None:
    stored = {
        value
        for source in python()
        if source.room in {"lifecycle", "kernel"} and "refusal" not in source.path
        for value in enum_values(source)
    }
    assert unknown_words(stored, read("GLOSSARY.md")) == []


def test_the_glossary_has_every_table() -> None:
    assert unknown_words(tables(), read("GLOSSARY.md")) == []


def test_every_setting_is_documented() -> None:
    known = {name for s in python() if s.is_ours for name in settings_read(s)}
    told = settings_read(sample(read("docs/settings.md"), "docs/settings.md"))
    assert (sorted(known - told), sorted(told - known)) == ([], [])


def test_every_refusal_is_documented() -> None:
    headings = re.findall(r"^(?:#+|\|) *`([a-z_]+)`", read("docs/refusals.md"), re.MULTILINE)
    assert sorted(set(headings)) == sorted(code.value for code in RefusalCode)


def test_every_link_leads_somewhere() -> None:
    assert_none(offence for source in markdown() for offence in broken_links(source))


def test_words_are_found_as_words() -> None:
    assert unknown_words({"lane", "in_flight"}, "**Lane**: one is `in_flight`.") == []
    assert unknown_words({"lane", "flight"}, "planes are `in_flight`") == ["flight", "lane"]


def test_enum_values_are_found() -> None:
    text = 'class A(StrEnum):\n  """Doc."""\n  B = "b_c"\n  D: int = 3\nclass E:\n  F = "f"'
    assert [*enum_values(sample(text))] == ["b_c"]


def test_settings_are_found() -> None:
    text = 'x = _value(environ, "PORT") or os.environ["RETOUR_DATA_FILE"]'
    assert settings_read(sample(text, "src/retour/settings.py")) == {"RETOUR_PORT", "RETOUR_DATA"}


@pytest.mark.parametrize("text", ["[a](missing.md)", "[a](missing.md#there)", "![a](docs/no.svg)"])
def test_a_broken_link_is_found(text: str) -> None:
    assert [*broken_links(sample(text, "README.md"))]
    assert not [*broken_links(sample("[a](LICENSE) [b](https://a.test/x) [c](#here)", "README.md"))]
