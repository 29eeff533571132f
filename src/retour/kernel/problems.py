"""Errors, drawn.

::

    Refusal (a value, kernel.refusal)      the domain says no          409, or 422 where malformed
    InvalidRequest                         cannot be understood        400 unreadable, 422 fields
    Transient (store, gateways)            the world is slow or busy   503 + Retry-After, or a retry
    AssertionError, anything else          our belief was false        500, logged whole

Doors map these to their own form; nothing here knows HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One field that cannot be understood: where, a stable code, and what to do."""

    pointer: str  # RFC 6901, into the request's body; "" is the body itself.
    code: str
    detail: str


class InvalidRequest(Exception):
    """A request that no state of the world makes meaningful; raised at doors only."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(error.detail for error in errors))
        self.errors = errors


class Transient(Exception):
    """The world is slow or busy; the same request may succeed a moment later."""
