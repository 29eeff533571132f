"""Asks the two reference validators what they think of a body."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Protocol

import msgspec
from jsonschema import Draft202012Validator, ValidationError
from lxml import etree

from retour.dialects.schemas import Schema
from tests.support.xml_reading import Element, Json, parsed


class Validator(Protocol):
    """What we use of jsonschema's, which leaves its arguments untyped."""

    def iter_errors(self, instance: Json) -> Iterator[ValidationError]:
        """Give what is wrong with ``instance``, one by one."""
        ...

    def evolve(self, *, schema: Schema) -> Validator:
        """Give one for another schema, whose references lead to the same document."""
        ...


def json_problem(schema: Schema, instance: Json) -> str | None:
    """Give what is wrong with ``instance``, or ``None``."""
    return _first_problem(_validator(msgspec.json.encode(schema)), instance)


def problem_within(document: Schema, schema: Schema, instance: Json) -> str | None:
    """Say the same by a schema that refers to other parts of a document."""
    _check(schema)
    whole = _validator(msgspec.json.encode(document))
    return _first_problem(whole.evolve(schema=schema), instance)


def _first_problem(validator: Validator, instance: Json) -> str | None:
    error = next(validator.iter_errors(instance), None)
    return None if error is None else f"{error.json_path}: {error.message}"


@lru_cache(maxsize=4)  # Those in use just now: each is megabytes.
def _validator(schema: bytes) -> Validator:
    decoded: Schema = msgspec.json.decode(schema)
    _check(decoded)
    return Draft202012Validator(decoded)


def _check(schema: Schema) -> None:
    """Hold a schema to its own schema, and what many schemas define alike only once."""
    _check_part(msgspec.json.encode({**schema, "$defs": {}}))
    for part in schema.get("$defs", {}).values():
        _check_part(msgspec.json.encode(part))


@cache
def _check_part(part: bytes) -> None:
    Draft202012Validator.check_schema(msgspec.json.decode(part))


def xml_problem(xsd: bytes, document: Element) -> str | None:
    """Give what is wrong with ``document``, or ``None``."""
    schema = _xsd(xsd)
    return None if schema.validate(document) else str(schema.error_log)


@cache
def _xsd(xsd: bytes) -> etree.XMLSchema:
    return etree.XMLSchema(parsed(xsd))
