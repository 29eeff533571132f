"""Asks the two reference validators what they think of a body."""

from __future__ import annotations

from functools import cache

import msgspec
from jsonschema import Draft202012Validator
from lxml import etree

from retour.dialects.schemas import Schema
from tests.support.xml_reading import Element, Json, parsed


def json_problem(schema: Schema, instance: Json) -> str | None:
    """Give what is wrong with ``instance``, or ``None``."""
    return _json_problem(msgspec.json.encode(schema), instance)


def _json_problem(schema: bytes, instance: Json) -> str | None:
    errors = _validator(schema).iter_errors(instance)  # pyright: ignore[reportUnknownMemberType] - half typed
    error = next(errors, None)
    return None if error is None else f"{error.json_path}: {error.message}"


@cache
def _validator(schema: bytes) -> Draft202012Validator:
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
