"""Forms as people fill them in: read from addresses and bodies, answered with where to go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request, Response
from litestar.datastructures import FormMultiDict

from retour.desk.sealed import TOKEN_LENGTH_MAX
from retour.dialects.withdrawal.labels import accepted
from retour.screens.pages import PRIVATE

BODY_BYTES_MAX: Final = 65_536
_FIELDS_MAX: Final = 320
_COUNT_LENGTH_MAX: Final = 6


def go_on(address: str) -> Response[Any]:
    """Send the browser on, so that going back or pressing again repeats nothing."""
    return Response(b"", status_code=303, headers={**PRIVATE, "location": address})


def language_for(
    request: Request[Any, Any, Any], query: Mapping[str, str], spoken: Mapping[str, object]
) -> str:
    """Choose the language: as the address says, or else the browser."""
    asked = query.get("lang", "")
    if asked in spoken:
        return asked
    return accepted(request.headers.get("accept-language", ""), spoken)


def query_of(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Read what stands behind the question mark; nothing where it is too long to be ours."""
    raw: bytes = request.scope["query_string"]
    return read_form(raw) if len(raw) <= 2 * TOKEN_LENGTH_MAX else {}


def read_form(raw: bytes) -> dict[str, str]:
    """Read a form; what cannot be read is as if it were empty, and asked for again."""
    try:
        return dict(
            parse_qsl(
                raw.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=_FIELDS_MAX,
            )
        )
    except ValueError:
        return {}


async def read_parts(request: Request[Any, Any, Any]) -> FormMultiDict:
    """Read a form with files; one whose words cannot be read is as if it were empty."""
    try:
        return await request.form()
    except UnicodeDecodeError:
        return FormMultiDict()


def count_in(text: str) -> int:
    """Read a number of items; what is none counts as zero."""
    text = text.strip()
    is_number = text.isascii() and text.isdecimal() and len(text) <= _COUNT_LENGTH_MAX
    return int(text) if is_number else 0


def address_of(request: Request[Any, Any, Any]) -> str:
    """Give the sender's address: the nearest one that is no proxy of the operator's own.

    Whose word counts for that is the server's to know (``wiring.serving.listening``).
    """
    return ("" if request.client is None else request.client.host)[:64] or "unknown"
