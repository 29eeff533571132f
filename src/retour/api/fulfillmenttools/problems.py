"""Errors as fulfillmenttools says them: a list of ``{summary, description}``.

What cannot be understood is 400 there; a version that is not the current one is 409 with both.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec

from retour.api.asgi import Reply
from retour.api.problems import CATALOGUE

if TYPE_CHECKING:
    from retour.api.problems import Problem
    from retour.dialects.fulfillmenttools.plan import Objection

_ENCODE: Final = msgspec.json.Encoder()
_UNDERSTOOD: Final = 422
_NOT_UNDERSTOOD: Final = 400
_CONFLICT: Final = 409


def complain(problem: Problem, request_id: str) -> Reply:
    """Say a problem of the door in their form; the request's id is in its header."""
    del request_id
    said = [(error.pointer, error.detail) for error in problem.errors]
    errors = [
        {"summary": CATALOGUE[problem.code].title, "description": _placed(pointer, detail)}
        for pointer, detail in said or [("", problem.detail)]
    ]
    status = _NOT_UNDERSTOOD if problem.status == _UNDERSTOOD else problem.status
    return Reply(status=status, body=_ENCODE.encode(errors), headers=problem.headers)


def _placed(pointer: str, detail: str) -> str:
    return f"{pointer}: {detail}" if pointer else detail


def objected(objection: Objection) -> Reply:
    """Say why a request is not carried out."""
    error = {"summary": objection.summary, "description": objection.description}
    return Reply(status=objection.status, body=_ENCODE.encode([error]))


def stale(sent: Decimal | None, current: int) -> Reply:
    """Say which version was sent, and which is the current one."""
    error: dict[str, object] = {
        "summary": "Somebody else was faster.",
        "description": f"The version is {current} by now. Read it again, then decide again.",
        "version": current,
    }
    if sent is not None:
        error["requestVersion"] = int(sent)
    return Reply(status=_CONFLICT, body=_ENCODE.encode([error]))
