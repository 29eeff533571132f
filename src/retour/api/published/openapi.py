"""The OpenAPI 3.1 document, written from the route table and the event catalogue.

``python -m retour.api.published.openapi`` prints ``docs/openapi.json``; a test keeps it fresh.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from importlib.metadata import version
from typing import Final

import msgspec

from retour.api.published import openapi_messages as messages
from retour.api.published import openapi_parts as parts
from retour.api.published import openapi_spoken
from retour.api.published.examples import REQUESTS
from retour.api.published.openapi_parts import Piece, ref
from retour.api.routes import HookRoute, OpenRoute, Route
from retour.api.shapes import ANSWERED_ORDER, ANSWERED_RETURN, EVENT
from retour.api.table import HOOK_ROUTES, OPEN_ROUTES, ROUTES
from retour.desk.scopes import ALL, SCOPES
from retour.dialects.catalogue import ENTRIES, Entry
from retour.dialects.shapes import Shape, Tree
from retour.dialects.trees import event_tree
from retour.lifecycle.model import EventType

_PATH_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_ABOUT: Final = """\
Runs the life of a return, from request to money, and tells every system concerned in its own
dialect.

Send `Authorization: Bearer rk_…` and JSON in UTF-8. Amounts are decimal strings, quantities
integers, instants RFC 3339 with an offset. Unknown fields and parameters are refused by name.
A POST takes an `Idempotency-Key`, or says what it does again. What is not yours is not there: 404.
"""

TAGS: Final = {
    "Orders": "What was sold, with counters of how far each line has come back.",
    "Returns": "The permission to send goods back, and all that became of it.",
    "Commands": "The only way a return changes. Each answers the return as it has become, or 409.",
    "Shoppers": "A shopper's own return, by the signed link in the path and without a key.",
    "Dock": "What comes in, whatever it is: scans, receipts, parcels nobody knows, grading.",
    "Queues": "What waits for a person, what is looked for, and who sees to it.",
    "Reports": "What returns come to over some days, and what people and keys did.",
    "Timers": "What returns wait for, until when, and what is late.",
    "Conversations": "What is written about returns, by mail and otherwise.",
    "Parcels": "The boxes of all returns: labels, where they are, and numbers nobody knows yet.",
    "Carriers": "Whose labels can be had.",
    "Refunds": "Legs of settlements one by one: what waits for a person, and what helps.",
    "Store credit": "What customers have with us, every movement of it, and spending it.",
    "Exchanges": "What could go out instead of money.",
    "Channels": "What marketplaces declare, and by whom they are told.",
    "Payments": "By whom money goes back, and what processors told that no leg explains.",
    "Photos": "What goods, parcels and damages look like.",
    "Lists": "Whom and what to allow or block.",
    "Privacy": "What there is of persons, and how they are forgotten.",
    "Portal": "The shopper's portal as its merchant arranges it.",
    "Withdrawals": "Consumers' statements that end a contract (Directive 2011/83/EU, Article 11a).",
    "Events": "The log, and what a subscription is told for those who would rather ask.",
    "Subscriptions": "Who is told of what, where and in which dialect.",
    "Notifications": "Mail, chat and alerts in 12Return's words.",
    "Deliveries": "What was told whom, and how it went.",
    "Settings": "Policies and facilities.",
    "API keys": "Who may ask.",
    "People": "Who may sign in, and as what.",
    "Sandbox": "Sandbox workspaces only: time, play money and faults.",
    "Memos and credit notes": "What was decided, and what corrects the invoice, as PDF.",
    "Brand and widget": "How you look to shoppers, and the portal on your own pages.",
    **openapi_spoken.TAGS,
    "Documents": "This document and its kin.",
    "Operations": "For those who run the instance.",
}
"""Every tag of the table, in the order of the docs page."""


_JSON: Final = "application/json"
_RECEIVED: Final = ENTRIES[EventType.RETURN_RECEIVED].example
_EXAMPLES: Final[Piece] = {
    ANSWERED_RETURN.name: {
        **_RECEIVED["data"]["return"],
        "allowed_commands": ["receive", "inspect", "finish_receipt", "correct_receipt", "cancel"],
        "timers": [
            {
                "id": "tmr_01kjvmhw5r409y6sd1vcmwggqv",
                "cause": "refund",
                "moment": "deadline",
                "status": "waiting",
                "due_at": "2026-03-17T00:00:00Z",
                "deadline": "2026-03-17T00:00:00Z",
                "since": "2026-03-02T11:00:00Z",
                "parcel": None,
                "n": None,
                "next": "agent",
                "is_overdue": False,
                "fired_at": None,
            }
        ],
    },
    ANSWERED_ORDER.name: _RECEIVED["data"]["order"],
}
"""Samples of answers, by the shapes' names."""


@cache
def document() -> Piece:
    """Give the whole document; callers must not change it."""
    paths: Piece = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    for path, method, operation in openapi_spoken.operations():
        paths.setdefault(path, {})[method] = operation
    for route in HOOK_ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _hook_operation(route)
    for route in OPEN_ROUTES:
        paths.setdefault(route.path, {})["get"] = _open_operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Retour",
            "version": version("retour"),
            "description": _ABOUT,
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This instance."}],
        "security": [{"key": []}],
        "tags": [{"name": name, "description": about} for name, about in TAGS.items()],
        "paths": paths,
        "webhooks": {
            **{entry.type.value: {"post": _webhook(entry)} for entry in ENTRIES.values()},
            **dict(messages.webhooks()),
        },
        "components": _components(),
    }


def _components() -> Piece:
    scopes = "\n".join(f"- `{name}`: {about}" for name, about in SCOPES.items())
    return {
        "schemas": {
            **parts.body_schemas(
                route.body for route in (*ROUTES, *HOOK_ROUTES) if route.body is not None
            ),
            **parts.answer_schemas([*(route.result for route in (*ROUTES, *HOOK_ROUTES)), EVENT]),
            **messages.components(),
            "problem": parts.PROBLEM,
        },
        "responses": parts.problem_responses(),
        "examples": {name: {"value": value} for name, value in _EXAMPLES.items()},
        "headers": parts.HEADERS,
        "parameters": parts.PARAMETERS,
        "securitySchemes": {
            "key": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "rk_live_… or rk_test_…",
                "description": f"An API key of the workspace. Its scopes:\n\n- `{ALL}`: All of"
                f" these, and those of later versions.\n{scopes}",
            }
        },
    }


def _operation(route: Route) -> Piece:
    operation: Piece = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "description": " ".join(
            filter(None, (route.about, route.again, f"Scope: `{route.scope}`."))
        ),
        "security": [{"key": [route.scope]}],
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.body is not None:
        operation["requestBody"] = _request_body(route, route.body.__name__)
    elif route.accepts:
        operation["requestBody"] = {
            "required": True,
            "content": {content_type: {} for content_type in route.accepts},
        }
    return operation


def _parameters(route: Route) -> list[Piece]:
    names = _PATH_PARAMETER.findall(route.path)
    parameters = [
        ref("parameters", "ws") if name == "ws" else parts.path_parameter(name) for name in names
    ]
    parameters += [parts.query_parameter(parameter) for parameter in route.query]
    if route.keeps:
        parameters.append(ref("parameters", "idempotency-key"))
    if route.matched:
        parameters.append(ref("parameters", "if-match"))
    if route.versioned and route.method == "GET":
        parameters.append(ref("parameters", "if-none-match"))
    return parameters


def _request_body(route: Route, schema: str) -> Piece:
    assert route.body is not None
    media: Piece = {"schema": ref("schemas", schema)}
    example = REQUESTS.get(route.name)
    if example is not None:
        media["example"] = example
    required = any(field.required for field in msgspec.structs.fields(route.body))
    kinds = route.accepts or ("application/json",)
    return {"required": required, "content": dict.fromkeys(kinds, media)}


def _responses(route: Route) -> Piece:
    responses: Piece = {}
    for status in route.statuses:
        responses[str(status)] = _success(route)
    if route.versioned and route.method == "GET":
        responses["304"] = {"description": "It is still the version you hold."}
    for status in parts.problem_statuses(route):
        responses[str(status)] = ref("responses", f"problem_{status}")
    return responses


def _success(route: Route) -> Piece:
    headers = ["x-request-id"]
    headers += ["etag"] if route.versioned else []
    headers += ["idempotent-replayed"] if route.keeps else []
    headers += ["location"] if route.creates else []
    success: Piece = {
        "description": "Done.",
        "headers": {name: ref("headers", name) for name in headers},
    }
    if isinstance(route.result, Tree):
        media: Piece = {"schema": ref("schemas", route.result.name)}
        if route.paged:
            media = {"schema": parts.page_schema(route.result.name)}
        elif route.result.name in _EXAMPLES:
            media["examples"] = {"sample": ref("examples", route.result.name)}
        success["content"] = {"application/json": media}
    elif route.gives is not None:
        success["content"] = {route.gives: {}}
    return success


def _hook_operation(route: HookRoute) -> Piece:
    """Describe what is asked by a token in the path instead of a key."""
    problems = (404, 500, 503) if route.method == "GET" else (404, 408, 413, 415, 422, 500, 503)
    operation: Piece = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "description": route.about,
        "security": [],
        "parameters": [parts.path_parameter(name) for name in _PATH_PARAMETER.findall(route.path)],
        "responses": {
            "200": {"description": "Done.", "content": {route.gives: _media(route.result)}},
            **{str(status): ref("responses", f"problem_{status}") for status in problems},
        },
    }
    if route.body is not None:
        schema = ref("schemas", route.body.__name__)
        required = any(field.required for field in msgspec.structs.fields(route.body))
        media = {"schema": schema, "example": REQUESTS[route.name]}
        operation["requestBody"] = {"required": required, "content": {_JSON: media}}
        operation["parameters"] += [
            ref("parameters", "idempotency-key"),
            ref("parameters", "if-match"),
        ]
    elif route.method == "POST":
        content: Piece = {kind: {} for kind in route.accepts or ("application/octet-stream",)}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _media(result: Shape | None) -> Piece:
    return {"schema": ref("schemas", result.name)} if isinstance(result, Tree) else {}


def _open_operation(route: OpenRoute) -> Piece:
    responses: Piece = {"200": {"description": "It is.", "content": {route.content_type: {}}}}
    names = _PATH_PARAMETER.findall(route.path)
    problems = (404, 500, 503) if names else (500, 503)
    for status in problems:
        responses[str(status)] = ref("responses", f"problem_{status}")
    return {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "security": [],
        "parameters": [parts.path_parameter(name) for name in names],
        "responses": responses,
    }


def _webhook(entry: Entry) -> Piece:
    return {
        "operationId": f"tell_{entry.type.value.replace('.', '_')}",
        "summary": entry.title,
        "description": f"{entry.description} Said when: {entry.when}",
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": is_required,
                "description": about,
                "schema": {"type": "string"},
            }
            for name, is_required, about in _WEBHOOK_HEADERS
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": event_schema(entry),
                    "examples": {
                        "sample": {"externalValue": f"/schemas/{entry.type.value}.example.json"}
                    },
                },
                "application/xml": {"schema": {"type": "string"}},
            },
        },
        "responses": {
            "2XX": {"description": "Taken. Anything else is tried again."},
            "410": {"description": "Gone: the subscription is paused."},
        },
    }


_WEBHOOK_HEADERS: Final = (
    ("webhook-id", True, "The event's id, the same for every attempt and resend."),
    ("webhook-timestamp", True, "Seconds since 1970, of this attempt."),
    (
        "webhook-signature",
        True,
        "Standard Webhooks: `v1,` and an HMAC-SHA256, one per secret.",
    ),
    ("webhook-sequence", False, "The event's number in its return, where it has one."),
)


def event_schema(entry: Entry) -> Piece:
    """Describe one type of event: the general one, and what is never null in it."""
    data = event_tree(entry.type).fields["data"]
    assert isinstance(data, Tree)
    always = {name: {"type": "object"} for name, shape in data.fields.items() if not shape.nullable}
    return {
        "allOf": [
            ref("schemas", EVENT.name),
            {
                "properties": {
                    "type": {"const": entry.type.value},
                    "data": {"properties": always},
                }
            },
        ]
    }


def text() -> str:
    """Write the document as the file in ``docs`` has it."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
