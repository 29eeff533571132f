"""Errors as Dispatch Tickets' API says them: ``{message, code, errors: [{field, message}]}``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from retour.api.asgi import Reply

if TYPE_CHECKING:
    from retour.api.problems import Problem

_ENCODE: Final = msgspec.json.Encoder()


def complain(problem: Problem, request_id: str) -> Reply:
    """Say a problem in their form; ``allowed`` lists what is possible instead, where something is.

    The request's id is in its header and repeated here, for logs that keep bodies only.
    """
    body: dict[str, object] = {
        "message": problem.detail,
        "code": problem.code,
        "errors": [
            {"field": field_of(error.pointer), "message": error.detail} for error in problem.errors
        ],
        "request_id": request_id,
    }
    if problem.allowed_commands:
        body["allowed"] = problem.allowed_commands
    return Reply(status=problem.status, body=_ENCODE.encode(body), headers=problem.headers)


def field_of(pointer: str) -> str:
    """Name a field as forms do: the pointer's steps with dots between.

    >>> field_of("/custom_fields/order_id"), field_of("")
    ('custom_fields.order_id', '')
    """
    steps = pointer.split("/")[1:]
    return ".".join(step.replace("~1", "/").replace("~0", "~") for step in steps)
