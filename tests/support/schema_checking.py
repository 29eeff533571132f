"""Asks the two reference validators what they think of a body."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
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


def json_problem(schema: Schema, instance: Json) -> str | None:
    """Give what is wrong with ``instance``, or ``None``."""
    return _json_problem(msgspec.json.encode(schema), instance)


def _json_problem(schema: bytes, instance: Json) -> str | None:
    error = next(_validator(schema).iter_errors(instance), None)
    return None if error is None else f"{error.json_path}: {error.message}"


@cache
def _validator(schema: bytes) -> Validator:
    decoded: Schema = msgspec.json.decode(schema)
    Draft202012Validator.check_schema(decoded)
    return Draft202012Validator(decoded)


def xml_problem(xsd: bytes, document: Element) -> str | None:
    """Give what is wrong with ``document``, or ``None``."""
    schema = _xsd(xsd)
    return None if schema.validate(document) else str(schema.error_log)


@cache
def _xsd(xsd: bytes) -> etree.XMLSchema:
    return etree.XMLSchema(parsed(xsd))
