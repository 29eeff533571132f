"""What the other dialects say, for the OpenAPI and AsyncAPI documents: one webhook for each word.

Schemas are written from the shapes the dialects declare.  Trees that several messages of a dialect
share stand once under ``components``; a tree that differs by word is that word's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from retour.api.published.openapi_parts import SCHEMAS, Piece, ref
from retour.dialects.messages import Said, every_message
from retour.dialects.schemas import share_definitions

_NATIVE: Final = "retour"
_STANDARD_HEADERS: Final = (
    ("webhook-id", True, "The event's id, the same for every attempt and resend."),
    ("webhook-timestamp", True, "Seconds since 1970, of this attempt."),
    ("webhook-signature", True, "Standard Webhooks: `v1,` and an HMAC-SHA256, one per secret."),
)


def foreign() -> tuple[Said, ...]:
    """Give the messages of every dialect but our own."""
    return tuple(one for one in every_message() if one.dialect.name != _NATIVE)


@cache
def components() -> Piece:
    """Give the schema of each of them under its name, and what those refer to."""
    schemas: Piece = {}
    for said in foreign():
        root = said.dialect.shape(said.word)
        own, shared = f"{said.name}.", f"{said.dialect.name}."
        name = share_definitions(schemas, root, at=SCHEMAS, shared=shared, own=own)
        if name != said.name:
            schemas[said.name] = ref("schemas", name)
    return schemas


def webhooks() -> Iterator[tuple[str, Piece]]:
    """Describe each of them as a request that receivers are sent."""
    for said in foreign():
        yield said.name, {"post": _webhook(said)}


def _webhook(said: Said) -> Piece:
    rules = said.dialect.rules
    low, high = rules.success
    code = str(low) if low == high else "2XX"
    return {
        "operationId": "tell_" + said.name.replace(".", "_"),
        "summary": f"{said.word} ({said.dialect.name})",
        "description": about(said),
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": is_required,
                "description": words,
                "schema": {"type": "string"},
            }
            for name, is_required, words in _headers(said)
        ],
        "requestBody": {"required": True, "content": _content(said)},
        "responses": {
            code: {
                "description": f"Taken, if said within {rules.timeout_s} s. "
                "Anything else is tried again."
            },
            "410": {"description": "Gone: the subscription is paused."},
        },
    }


def about(said: Said) -> str:
    """Say in a sentence which events it is told of."""
    types = ", ".join(f"`{event_type}`" for event_type in said.types)
    return f"Told of {types}. Source: {said.dialect.source}."


def _content(said: Said) -> Piece:
    json_type = said.sample("json").content_type.partition(";")[0]
    content: Piece = {
        json_type: {
            "schema": ref("schemas", said.name),
            "examples": {"sample": {"externalValue": example_at(said)}},
        }
    }
    if "xml" in said.dialect.formats:
        content["application/xml"] = {"schema": {"type": "string"}}
    return content


def example_at(said: Said) -> str:
    """Say where its sample is served."""
    return f"/schemas/{said.dialect.name}/{said.word}.example.json"


def _headers(said: Said) -> Iterator[tuple[str, bool, str]]:
    dialect = said.dialect
    if dialect.is_signed and dialect.sign is None:
        yield from _STANDARD_HEADERS
    elif dialect.sign is not None:
        for name, _ in dialect.sign([b"secret"], b""):
            yield name, True, f"How {dialect.name} signs the body."
    for name, _ in said.sample("json").headers:
        yield name, False, "As the dialect has it."


def message(said: Said) -> Piece:
    """Describe one of them for AsyncAPI."""
    return {
        "name": said.name,
        "title": said.word,
        "summary": about(said),
        "payload": ref("schemas", said.name),
        "externalDocs": {"url": example_at(said)},
    }
