"""How a use case can end, as values; doors turn them into their own form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retour.kernel.refusal import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It was done, or had been done before by the same request.

    Args:
        status: 200, 201 …; part of what an idempotency key keeps.
        body: The answer as JSON.
        version: Of the thing answered, for its ETag; None for a replay, which says it in its body.
    """

    status: int
    body: bytes
    version: int | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The domain said no; nothing was written."""

    refusal: Refusal
    allowed_commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """There is no such thing in this workspace."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiffers:
    """If-Match named another version than the current one."""

    current: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyReused:
    """The idempotency key was used for another request."""


Outcome = Done | Refused | NotFound | VersionDiffers | KeyReused
