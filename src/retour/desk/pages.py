"""Pages: a limit, an opaque cursor, and the envelope every list answers in."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from retour.desk.outcome import Done
from retour.kernel.problems import FieldError, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LIMIT_DEFAULT: Final = 50
LIMIT_MAX: Final = 200
_DIGITS_MAX: Final = 9

_ENCODE: Final = msgspec.json.Encoder()
_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list: at most ``limit`` rows behind ``after`` (the last key seen, or "")."""

    limit: int = LIMIT_DEFAULT
    after: str = ""


def cursor(key: str) -> str:
    """Wrap a list's key so that nobody builds on its shape."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _unwrap(text: str) -> str:
    try:
        padded = text + "=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except ValueError as error:  # of base 64, of ASCII, of UTF-8
        raise InvalidRequest(
            FieldError(
                pointer="/cursor",
                code="bad_cursor",
                detail="This cursor is none of ours. Give next_cursor of the page before.",
            )
        ) from error


def read_page(limit: str | None, after: str | None) -> Page:
    """Read ``limit`` and ``cursor`` of a query.

    Raises:
        InvalidRequest: The limit is no number from 1 to 200, or the cursor is none of ours.
    """
    if limit is not None and not (
        limit.isascii()
        and limit.isdecimal()
        and len(limit) <= _DIGITS_MAX
        and 1 <= int(limit) <= LIMIT_MAX
    ):
        raise InvalidRequest(
            FieldError(
                pointer="/limit",
                code="out_of_range",
                detail=f"limit is {limit[:20]!r}; give a number from 1 to {LIMIT_MAX}.",
            )
        )
    return Page(
        limit=LIMIT_DEFAULT if limit is None else int(limit), after=_unwrap(after) if after else ""
    )


def envelope(items: Sequence[bytes], next_key: str | None) -> bytes:
    """Write a page: ready JSON items and the cursor of the next one."""
    following = b"null" if next_key is None else _ENCODE.encode(cursor(next_key))
    return b'{"data":[' + b",".join(items) + b'],"next_cursor":' + following + b"}"


def paged(
    rows: Sequence[_Row],
    page: Page,
    view: Callable[[_Row], bytes | Mapping[str, Any]],
    *,
    key: Callable[[_Row], object],
) -> Done:
    """Answer a page.

    Args:
        rows: What was found, by one row more than the page holds, where there are more.
        view: Writes a row as an item, or as the JSON of one.
        key: What the next page begins behind, where the row is the last of this.
    """
    shown = rows[: page.limit]
    following = str(key(shown[-1])) if len(rows) > page.limit else None
    views = map(view, shown)
    items = [one if isinstance(one, bytes) else _ENCODE.encode(one) for one in views]
    return Done(status=200, body=envelope(items, following))
