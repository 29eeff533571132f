"""The pieces of the OpenAPI document: schemas, headers, parameters, problems.

Bodies are described from their Structs, answers from their declared shapes; neither is written
twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from retour.api.problems import CATALOGUE, URN
from retour.api.routes import Parameter, Route
from retour.dialects.schemas import json_definitions
from retour.dialects.shapes import Shape, Tree

Piece = dict[str, Any]  # OpenAPI is JSON.

SCHEMAS: Final = "#/components/schemas/"
_ARGUMENT: Final = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def ref(kind: str, name: str) -> Piece:
    """Point to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def body_schemas(bodies: Iterable[type[msgspec.Struct]]) -> Piece:
    """Describe request bodies and all they hold, by their types' names."""
    template = SCHEMAS + "{name}"
    _, schemas = msgspec.json.schema_components(list(dict.fromkeys(bodies)), ref_template=template)
    for schema in schemas.values():
        _tell(schema)
    return schemas


def _tell(schema: Piece) -> None:
    """Put what a docstring says of a field to the field, and leave the sentence."""
    text = str(schema.get("description", ""))
    said, _, arguments = text.partition("Args:\n")
    if said:
        schema["description"] = _plain(said)
    for name, about in _ARGUMENT.findall(arguments):
        _describe(schema, name, _plain(about))


def _describe(schema: Piece, name: str, about: str) -> None:
    field = schema.get("properties", {}).get(name)
    if field is not None:
        field["description"] = about


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def answer_schemas(shapes: Iterable[Shape | None]) -> Piece:
    """Describe what is answered, by the shapes' names; one name is one shape."""
    schemas: Piece = {}
    for shape in shapes:
        if isinstance(shape, Tree):
            for name, schema in json_definitions(shape, SCHEMAS).items():
                assert schemas.setdefault(name, schema) == schema, f"two shapes are called {name}"
    return schemas


def page_schema(name: str) -> Piece:
    """Describe a page of items."""
    return {
        "type": "object",
        "required": ["data", "next_cursor"],
        "properties": {
            "data": {"type": "array", "items": {"$ref": SCHEMAS + name}},
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Give it back unchanged for the next page; null on the last one.",
            },
        },
    }


PROBLEM: Final[Piece] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable and for programs, `detail` is for people.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "pattern": f"^{URN}"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "The fact, then the remedy."},
        "code": {"type": "string", "enum": list(CATALOGUE)},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Every field at fault.",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "RFC 6901; `` is the body."},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "allowed_commands": {
            "type": "array",
            "description": "On a refusal: what may be asked instead.",
            "items": {"type": "string"},
        },
    },
}


def problem_responses() -> Piece:
    """Describe, per status, the problems that come with it."""
    by_status: dict[int, list[str]] = {}
    for code, kind in CATALOGUE.items():
        by_status.setdefault(kind.status, []).append(code)
    return {
        f"problem_{status}": {
            "description": "; ".join(f"`{code}`" for code in codes),
            "headers": {"x-request-id": ref("headers", "x-request-id")},
            "content": {"application/problem+json": {"schema": ref("schemas", "problem")}},
        }
        for status, codes in sorted(by_status.items())
    }


def problem_statuses(route: Route) -> Sequence[int]:
    """List the statuses of the problems that a route can end in."""
    statuses = {401, 403, 404, 429, 500, 503}
    if route.query:
        statuses.add(422)
    if route.method in ("POST", "PUT", "PATCH"):
        statuses |= {400, 408, 409, 413, 415, 422}
    if route.matched:
        statuses |= {400, 412}
    return sorted(statuses | {*route.problems})


HEADERS: Final[Piece] = {
    "x-request-id": {
        "description": "Names the request in our logs; yours, where you sent one.",
        "schema": {"type": "string"},
    },
    "etag": {
        "description": "The version, as If-Match and If-None-Match take it.",
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
    },
    "idempotent-replayed": {
        "description": "`true` where the same request had been answered before.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "location": {
        "description": "Where what was made can be read.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
}

PARAMETERS: Final[Piece] = {
    "ws": {
        "name": "ws",
        "in": "path",
        "required": True,
        "description": "The workspace of the key.",
        "schema": {"type": "string", "pattern": "^ws_[0-9a-z]{13}$"},
    },
    "idempotency-key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and request again changes nothing and answers the same; kept"
        " for at least 7 days.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    },
    "if-match": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag you have seen: 412 where it is no longer the current one.",
        "schema": {"type": "string"},
    },
    "if-none-match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag you hold: 304 where it is still the current one.",
        "schema": {"type": "string"},
    },
}


def query_parameter(parameter: Parameter) -> Piece:
    """Describe a query parameter."""
    schema: Piece = {"type": "string"}
    if parameter.words:
        schema["enum"] = list(parameter.words)
    elif parameter.kind == "integer":
        schema = {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    elif parameter.kind == "instant":
        schema["format"] = "date-time"
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.is_required,
        "description": parameter.about,
        "schema": schema,
    }


def path_parameter(name: str) -> Piece:
    """Describe a path parameter other than the workspace."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    }
