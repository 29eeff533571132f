"""The docs page: the OpenAPI document for people, one page, nothing fetched from elsewhere.

Written from the document alone, so it cannot say anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from retour.api.problems import CATALOGUE
from retour.api.published import openapi
from retour.api.published.openapi_messages import foreign
from retour.api.published.openapi_parts import SCHEMAS, Piece
from retour.desk.scopes import SCOPES
from retour.dialects.catalogue import ENTRIES
from retour.dialects.dialect import DAY, DeliveryRules
from retour.dialects.registry import DIALECTS

_PAGES: Final = Environment(
    loader=PackageLoader("retour.api"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_DEPTH_MAX: Final = 5
_WORDS_SHOWN_MAX: Final = 14
_CODE: Final = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line of a table of fields: where it stands, what it may be."""

    name: str
    kind: str
    is_required: bool
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked, as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    query: Sequence[Field]
    fields: Sequence[Field]
    statuses: str
    request: str | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The operations of one tag."""

    id: str
    name: str
    about: str
    operations: Sequence[Operation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What another dialect says, and of what it is silent."""

    name: str
    source: str
    rules: str
    words: Sequence[tuple[str, Sequence[str]]]
    has_xml: bool
    silences: Sequence[tuple[str, str]]


@cache
def page() -> bytes:
    """Write the page."""
    document = openapi.document()
    return (
        _PAGES.get_template("docs.html")
        .render(
            version=document["info"]["version"],
            sections=_sections(document),
            events=_events(document),
            dialects=_spoken(),
            problems=CATALOGUE,
            scopes=SCOPES,
            event_fields=list(_fields(document, document["components"]["schemas"]["event"])),
            answers=_answers(document),
        )
        .encode()
    )


@cache
def style() -> bytes:
    """Give the page's stylesheet."""
    return resources.files("retour.api").joinpath("static", "docs.css").read_bytes()


def _coded(text: str) -> Markup:
    """Set what stands in backticks as code; all else is escaped."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped just here


_PAGES.filters["coded"] = _coded


def _sections(document: Piece) -> list[Section]:
    operations: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, said in item.items():
            operations[said["tags"][0]].append(_operation(document, method, path, said))
    return [
        Section(
            id=tag["name"].lower().replace(" ", "-"),
            name=tag["name"],
            about=tag["description"],
            operations=operations[tag["name"]],
        )
        for tag in document["tags"]
    ]


def _operation(document: Piece, method: str, path: str, said: Piece) -> Operation:
    media = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    successes = {code: one for code, one in said["responses"].items() if code < "3"}
    return Operation(
        id=said["operationId"],
        method=method.upper(),
        path=path,
        summary=said["summary"],
        about=said.get("description", ""),
        query=[_query(document, one) for one in said["parameters"] if _is_query(document, one)],
        fields=list(_fields(document, media["schema"])) if media else [],
        statuses=", ".join(successes),
        request=_pretty(media.get("example")),
        answer=_answer_name(next(iter(successes.values()))),
    )


def _pretty(value: object) -> str | None:
    return None if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def _is_query(document: Piece, parameter: Piece) -> bool:
    return bool(_resolved(document, parameter)["in"] == "query")


def _query(document: Piece, parameter: Piece) -> Field:
    said = _resolved(document, parameter)
    return Field(
        name=said["name"],
        kind=_kind(document, said["schema"]),
        is_required=said.get("required", False),
        about=said.get("description", ""),
    )


def _answer_name(success: Piece) -> str | None:
    """Name the schema that a success answers; a page's is its items'."""
    schema = success.get("content", {}).get("application/json", {}).get("schema", {})
    items = schema.get("properties", {}).get("data", {}).get("items", {})
    name: str = (schema.get("$ref") or items.get("$ref") or "").removeprefix(SCHEMAS)
    return name or None


def _answers(document: Piece) -> dict[str, list[Field]]:
    """Describe every schema that some operation answers, by its name."""
    names = {
        operation.answer
        for section in _sections(document)
        for operation in section.operations
        if operation.answer
    }
    schemas = document["components"]["schemas"]
    return {name: list(_fields(document, schemas[name])) for name in sorted(names)}


def _events(document: Piece) -> list[tuple[str, str]]:
    said = document["webhooks"]
    return [
        (entry.type.value, said[entry.type.value]["post"]["description"])
        for entry in ENTRIES.values()
    ]


def _spoken() -> list[Spoken]:
    """Put every other dialect's words together."""
    return [
        Spoken(
            name=name,
            source=dialect.source,
            rules=_rules(dialect.rules),
            words=[(one.word, [str(of) for of in one.types]) for one in said],
            has_xml="xml" in dialect.formats,
            silences=[(str(of), why) for of, why in dialect.silences.items()],
        )
        for name, dialect in DIALECTS.items()
        if (said := [one for one in foreign() if one.dialect.name == name])
    ]


def _rules(rules: DeliveryRules) -> str:
    """Say in a sentence how its receivers are treated."""
    low, high = rules.success
    taken = f"exactly {low}" if low == high else f"any of {low} to {high}"
    days = rules.expiry_s // DAY
    return f"Taken means {taken} within {rules.timeout_s} s; tried again for up to {days} days."


def _resolved(document: Piece, piece: Piece) -> Piece:
    reference: str | None = piece.get("$ref")
    if reference is None:
        return piece
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return _resolved(document, found)


def _fields(document: Piece, schema: Piece, prefix: str = "", depth: int = 0) -> Iterator[Field]:
    """List the fields of an object and of all below it, each by its way from the top."""
    schema = _resolved(document, schema)
    required = schema.get("required", [])
    for name, said in schema.get("properties", {}).items():
        way = f"{prefix}{name}"
        about = said.get("description") or _resolved(document, _something(said)).get(
            "description", ""
        )
        yield Field(name=way, kind=_kind(document, said), is_required=name in required, about=about)
        inner = _resolved(document, _something(said))
        if inner.get("type") == "array":
            way += "[]"
            inner = _resolved(document, _something(inner["items"]))
        if inner.get("properties") and depth < _DEPTH_MAX:
            yield from _fields(document, inner, f"{way}.", depth + 1)


def _something(schema: Piece) -> Piece:
    """Give what stands there when it is not null; the object, where it may be a string too."""
    options: list[Piece] = [
        one for one in schema.get("anyOf", []) if one.get("type") not in ("null", "string")
    ]
    if options:
        return options[0]
    given: list[Piece] = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    return given[0] if given else schema


def _kind(document: Piece, schema: Piece) -> str:
    """Say in words what a value may be."""
    said = _resolved(document, schema)
    if "anyOf" in said:
        return " or ".join(_kind(document, one) for one in said["anyOf"])
    if "enum" in said:
        words = ["null" if word is None else str(word) for word in said["enum"]]
        more = " | …" if len(words) > _WORDS_SHOWN_MAX else ""
        return " | ".join(words[:_WORDS_SHOWN_MAX]) + more
    kinds: str | list[str] = said.get("type", "any")
    if isinstance(kinds, list):
        return " or ".join(_kind(document, {**said, "type": one}) for one in kinds)
    if kinds == "array":
        return f"list of {_kind(document, said['items'])}{_range(said, 'Items')}"
    if kinds == "string":
        return _text(said)
    if kinds == "integer":
        return f"integer{_range(said, '')}"
    return kinds


def _text(said: Piece) -> str:
    named = {"date-time": "instant", "duration": "duration"}.get(said.get("format", ""))
    return named or f"string{_range(said, 'Length')}"


def _range(said: Piece, what: str) -> str:
    least, most = ("minimum", "maximum") if not what else (f"min{what}", f"max{what}")
    low, high = said.get(least), said.get(most)
    if low is None and high is None:
        return ""
    if high is None:
        return f" ≥ {low}" if low else ""
    return f", {low} to {high}" if what == "" and low is not None else f" ≤ {high}"
