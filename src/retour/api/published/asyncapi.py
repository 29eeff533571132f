"""The AsyncAPI 3 document: what is told to subscriptions, from the same catalogue as OpenAPI."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from retour.api.published.openapi import event_schema
from retour.api.published.openapi_messages import components, foreign, message
from retour.api.published.openapi_parts import Piece, answer_schemas, ref
from retour.api.shapes import EVENT
from retour.dialects.catalogue import ENTRIES, Entry


@cache
def document() -> Piece:
    """Give the whole document; callers must not change it."""
    native = [entry.type.value for entry in ENTRIES.values()]
    names = [*native, *(said.name for said in foreign())]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Retour",
            "version": version("retour"),
            "description": "Events as subscriptions are told of them, by signed HTTP requests.",
            "license": {"name": "Apache 2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "subscription": {
                "address": None,
                "title": "A subscription's URL",
                "description": "Each return's events come in order, in the chosen dialect.",
                "messages": {name: ref("messages", name) for name in names},
                "bindings": {"http": {}},
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": {"$ref": "#/channels/subscription"},
                "bindings": {"http": {"method": "POST"}},
                "messages": [
                    {"$ref": f"#/channels/subscription/messages/{name}"} for name in names
                ],
            }
        },
        "components": {
            "messages": {
                **{entry.type.value: _message(entry) for entry in ENTRIES.values()},
                **{said.name: message(said) for said in foreign()},
            },
            "schemas": {**answer_schemas([EVENT]), **components()},
        },
    }


def _message(entry: Entry) -> Piece:
    return {
        "name": entry.type.value,
        "title": entry.title,
        "summary": entry.description,
        "payload": event_schema(entry),
        "externalDocs": {"url": f"/schemas/{entry.type.value}.example.json"},
    }
