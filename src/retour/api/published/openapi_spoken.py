"""The part of the OpenAPI document about what is spoken in other systems' words.

Those systems' own references say what each field means; here stands what is served where, with
which scope, and that errors take their form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from retour.api.published import openapi_parts as parts
from retour.api.published.openapi_parts import Piece, ref
from retour.api.routes import WITH_BODIES, Route
from retour.api.table import SPOKEN_ROUTES

TAGS: Final = {
    "Tickets": "Dispatch Tickets' API: `/v1/workspaces` in the names of its guide, `/v1/brands` in"
    " those of its SDK. Either spelling is read. Errors are `{message, code, errors: [{field,"
    " message}]}`; 409 `invalid_transition` lists the statuses that are `allowed`.",
    "fulfillmenttools": "fulfillmenttools' returns API; the key names the workspace. Errors are"
    " `[{summary, description}]`.",
}
"""One tag per system."""

_PATH_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_REFUSED: Final[Piece] = {
    "4XX": {"description": "Refused, in that system's form.", "content": {"application/json": {}}},
    "5XX": {"description": "Failed, in that system's form.", "content": {"application/json": {}}},
}
_EXAMPLES: Final[dict[str, Piece]] = {
    "create_ticket": {
        "subject": "Return Request - Order #1234",
        "customer_email": "mira.sand@example.com",
        "status": "return_requested",
        "custom_fields": {
            "order_id": "1234",
            "return_reason": "wrong_size",
            "items_to_return": ["SKU-001"],
        },
    },
    "change_ticket": {
        "status": "item_received",
        "custom_fields": {"received_date": "2026-01-15", "condition": "good"},
    },
    "mark_ticket_spam": {"is_spam": True},
    "write_comment": {"body": "It is on its way.", "author_type": "CUSTOMER"},
    "create_webhook": {
        "url": "https://shop.example.com/hooks/returns",
        "events": ["ticket.updated"],
    },
}
"""Bodies by their routes' names; those of the SDK's address may be spelled like these too."""


def operations() -> Iterator[tuple[str, str, Piece]]:
    """Give every operation with its path and method."""
    for route in SPOKEN_ROUTES:
        yield route.path, route.method.lower(), _operation(route)


def _operation(route: Route) -> Piece:
    operation: Piece = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "description": " ".join(filter(None, (route.about, f"Scope: `{route.scope}`."))),
        "security": [{"key": [route.scope]}],
        "parameters": _parameters(route),
        "responses": {**{str(one): _success() for one in route.statuses}, **_REFUSED},
    }
    if route.method in WITH_BODIES:
        media: Piece = {"schema": {"type": "object"}}
        example = _EXAMPLES.get(route.name.removeprefix("brand_"))
        if example is not None:
            media["example"] = example
        operation["requestBody"] = {"required": True, "content": {"application/json": media}}
    return operation


def _parameters(route: Route) -> list[Piece]:
    names = _PATH_PARAMETER.findall(route.path)
    return [
        *(
            ref("parameters", "ws") if name == "ws" else parts.path_parameter(name)
            for name in names
        ),
        *(parts.query_parameter(parameter) for parameter in route.query),
    ]


def _success() -> Piece:
    return {"description": "Done.", "headers": {"x-request-id": ref("headers", "x-request-id")}}
