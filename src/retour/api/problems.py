"""Problems (RFC 9457): one value for everything that is not an answer, and its one mapping.

``CATALOGUE`` lists every code with its status and title; the OpenAPI document and the docs page are
written from it.  Nothing here reads a request or touches the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never

import msgspec

from retour.desk.outcome import KeyReused, NotFound, Refused, VersionDiffers
from retour.kernel.problems import FieldError, InvalidRequest
from retour.kernel.refusal import Refusal, RefusalCode

CONTENT_TYPE: Final = b"application/problem+json"
URN: Final = "urn:retour:problem:"
_ENCODE: Final = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What all problems of one code have in common."""

    status: int
    title: str
    about: str


_OURS: Final[dict[str, Kind]] = {
    "unreadable": Kind(status=400, title="Unreadable", about="The body is no JSON we can read."),
    "bad_header": Kind(status=400, title="Bad header", about="A header cannot be understood."),
    "unauthenticated": Kind(
        status=401,
        title="Not authenticated",
        about="There is no good API key in the Authorization header.",
    ),
    "scope_missing": Kind(
        status=403, title="Scope missing", about="The key is good, but not made for this."
    ),
    "facility_missing": Kind(
        status=403,
        title="Facility missing",
        about="The key is bound to facilities, and this is none of theirs.",
    ),
    "persons_hidden": Kind(
        status=403,
        title="Persons hidden",
        about="The key's role does not see persons, and what was asked for cannot be masked.",
    ),
    "network_refused": Kind(
        status=403,
        title="Network refused",
        about="The key is good from some networks alone, and this is none of them.",
    ),
    "not_found": Kind(
        status=404,
        title="Not found",
        about="There is no such thing here, or it belongs to somebody else.",
    ),
    "gone": Kind(status=410, title="Gone", about="It was here, and is not any more, nor will be."),
    "link_expired": Kind(
        status=410, title="Link expired", about="The link was good for a time, which is over."
    ),
    "method_not_allowed": Kind(
        status=405, title="Method not allowed", about="The address exists; it does other things."
    ),
    "request_timeout": Kind(
        status=408, title="Request timed out", about="The body took too long to arrive."
    ),
    "version_differs": Kind(
        status=412,
        title="Version differs",
        about="If-Match names another version than the current one; nothing was changed.",
    ),
    "body_too_large": Kind(status=413, title="Body too large", about="Bodies end at one megabyte."),
    "unsupported_media_type": Kind(
        status=415, title="Unsupported media type", about="Bodies are JSON in UTF-8."
    ),
    "invalid_request": Kind(
        status=422,
        title="Invalid request",
        about="One or more fields cannot be understood; errors names each.",
    ),
    "idempotency_key_reused": Kind(
        status=422,
        title="Idempotency key reused",
        about="The key was used before, for a request that was not this one.",
    ),
    "too_many_requests": Kind(
        status=429,
        title="Too many requests",
        about="More than 64 requests of this workspace are running.",
    ),
    "internal_error": Kind(
        status=500, title="Internal error", about="The fault is ours; the request id finds it."
    ),
    "unavailable": Kind(
        status=503,
        title="Unavailable",
        about="The world is slow or busy; the same request may succeed after Retry-After seconds.",
    ),
}


def _title(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _refusal_kind(code: RefusalCode) -> Kind:
    refusal = Refusal(code=code, detail="")
    return Kind(
        status=422 if refusal.is_malformed else 409,
        title=_title(code),
        about="No state makes this request right."
        if refusal.is_malformed
        else "Not possible now; allowed_commands lists what is.",
    )


CATALOGUE: Final[Mapping[str, Kind]] = {
    **_OURS,
    **{code.value: _refusal_kind(code) for code in RefusalCode},
}
"""Every code a problem can carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a request was not answered.

    Args:
        code: A key of ``CATALOGUE``.
        detail: The fact, then the remedy.
        headers: To be sent along, such as ``retry-after``.
    """

    code: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    allowed_commands: tuple[str, ...] | None = None
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())

    @property
    def status(self) -> int:
        """The HTTP status of the problem's code."""
        return CATALOGUE[self.code].status

    def encode(self, request_id: str) -> bytes:
        """Write the problem as its JSON body."""
        kind = CATALOGUE[self.code]
        body: dict[str, object] = {
            "type": URN + self.code,
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        if self.errors:
            body["errors"] = [
                {"pointer": error.pointer, "code": error.code, "detail": error.detail}
                for error in self.errors
            ]
        if self.allowed_commands is not None:
            body["allowed_commands"] = self.allowed_commands
        return _ENCODE.encode(body)


class Stop(Exception):
    """Ends a request with a problem, from wherever in this room it is noticed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def not_found(what: str) -> Problem:
    """Say that there is no such thing, in the same words whoever it belongs to."""
    return Problem(
        code="not_found",
        detail=f"There is no such {what} here. Check the address, and whose key you use.",
    )


def invalid(*errors: FieldError) -> Problem:
    """Name every field that cannot be understood."""
    count = len(errors)
    detail = (
        errors[0].detail
        if count == 1
        else f"{count} fields cannot be understood; errors names each."
    )
    return Problem(code="invalid_request", detail=detail, errors=errors)


def unavailable(detail: str) -> Problem:
    """Ask for the same request again in a moment."""
    return Problem(code="unavailable", detail=detail, headers=((b"retry-after", b"1"),))


def of_outcome(outcome: Refused | NotFound | VersionDiffers | KeyReused) -> Problem:
    """Turn a use case's no into this door's form."""
    match outcome:
        case Refused(refusal=refusal, allowed_commands=allowed):
            return _of_refusal(refusal, allowed)
        case NotFound(what=what):
            return not_found(what)
        case VersionDiffers(current=current):
            return Problem(
                code="version_differs",
                detail=f"The current version is {current}. Read it again, then decide again.",
                headers=((b"etag", b'"%d"' % current),),
            )
        case KeyReused():
            return Problem(
                code="idempotency_key_reused",
                detail="This Idempotency-Key stands for another request. Use a fresh key.",
            )
        case _:
            assert_never(outcome)


def _of_refusal(refusal: Refusal, allowed: tuple[str, ...]) -> Problem:
    code = refusal.code.value
    errors = ()
    if refusal.pointer is not None:
        errors = (FieldError(pointer=refusal.pointer, code=code, detail=refusal.detail),)
    return Problem(code=code, detail=refusal.detail, errors=errors, allowed_commands=allowed)


def of_invalid(error: InvalidRequest) -> Problem:
    """Turn what a use case could not understand into this door's form."""
    return invalid(*error.errors)
