"""One authenticated request, read as far as its route asks: body, query, keys, versions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import msgspec

from retour.api.limits import KEY_LENGTH_MAX, QUERY_BYTES_MAX
from retour.api.problems import Problem, Stop, invalid
from retour.api.routes import LIMIT
from retour.desk.execute import RequestKey
from retour.desk.pages import LIMIT_MAX, Page, read_page
from retour.desk.scopes import ALL
from retour.kernel.fields import bad_instants
from retour.kernel.problems import FieldError
from retour.lifecycle.model import Actor, ActorKind

if TYPE_CHECKING:
    from retour.desk.config import Principal
    from retour.desk.house import House

SOURCE: Final = "api"
_UNSENDABLE_IN_QUERY: Final = "\x00"
_LIMIT_LENGTH_MAX: Final = len(str(LIMIT_MAX))
"""Zeros in front would make any number look small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request whose key is good for it.

    Args:
        params: The path's parameters, decoded.
        query: Only names that the route knows, each once.
        path: As it was sent; with the method and the body it is what an Idempotency-Key stands for.
    """

    house: House
    principal: Principal
    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[bytes, bytes]
    body: bytes = b""

    @property
    def workspace_id(self) -> int:
        """The workspace of the key, which is also that of the path."""
        return self.principal.workspace_id

    @property
    def actor(self) -> Actor:
        """Who asks, as events will tell."""
        return Actor(kind=ActorKind.API_KEY, id=self.principal.key_id)

    @property
    def scopes(self) -> frozenset[str] | None:
        """What the key may do; ``None`` where that is everything."""
        return None if ALL in self.principal.scopes else self.principal.scopes

    @property
    def page(self) -> Page:
        """The part of a list that ``limit`` and ``cursor`` ask for."""
        return read_page(self.query.get("limit"), self.query.get("cursor"))

    @property
    def key(self) -> RequestKey | None:
        """The Idempotency-Key with what it stands for, where there is one."""
        header = self.headers.get(b"idempotency-key")
        if header is None:
            return None
        return RequestKey(key_id=self.principal.key_id, key=read_key(header), digest=self._digest())

    def _digest(self) -> bytes:
        request = hashlib.sha256(f"{self.method} {self.path}\n".encode())
        request.update(self.body)
        return request.digest()

    @property
    def if_match(self) -> int | None:
        """The version that If-Match names; ``None`` where any will do."""
        header = self.headers.get(b"if-match")
        if header is None or header.strip() == b"*":
            return None
        version = read_etag(header)
        if version is None:
            raise Stop(
                Problem(
                    code="bad_header",
                    detail='If-Match cannot be understood. Give one ETag as answered, such as "3".',
                )
            )
        return version

    def instant(self, name: str) -> datetime | None:
        """Read a query parameter as an instant."""
        text = self.query.get(name)
        if text is None:
            return None
        try:
            # A "+" that was not percent-encoded has become a space; what was meant is clear.
            value = msgspec.convert(text.replace(" ", "+"), datetime)
        except msgspec.ValidationError as error:
            detail = f"{name} is no instant; give one such as 2026-05-04T12:00:00Z."
            wrong = FieldError(pointer=f"/{name}", code="bad_value", detail=detail)
            raise Stop(invalid(wrong)) from error
        if errors := bad_instants(value, f"/{name}"):
            raise Stop(invalid(*errors))
        return value

    def choice(self, name: str, choices: frozenset[str]) -> str | None:
        """Read a query parameter that is one of some words."""
        word = self.query.get(name)
        if word is not None and word not in choices:
            detail = f"{name} is none of {', '.join(sorted(choices))}; give one of them."
            raise Stop(invalid(FieldError(pointer=f"/{name}", code="bad_value", detail=detail)))
        return word


def read_etag(header: bytes) -> int | None:
    """Read one ETag of ours (``"3"``), or ``None`` where it is none; a weak one means the same."""
    text = header.strip().removeprefix(b"W/")
    digits = text[1:-1]
    if text[:1] != b'"' or text[-1:] != b'"' or not digits.isdigit() or len(digits) > 10:  # noqa: PLR2004 - versions are 32 bits
        return None
    return int(digits)


def read_key(header: bytes) -> str:
    """Read an Idempotency-Key.

    Raises:
        Stop: 400; it is none.
    """
    text = header.decode("latin-1").strip()
    if not text or len(text) > KEY_LENGTH_MAX or not (text.isascii() and text.isprintable()):
        detail = f"Idempotency-Key is unusable. Give 1 to {KEY_LENGTH_MAX} printable characters."
        raise Stop(Problem(code="bad_header", detail=detail))
    return text


def read_query(
    raw: bytes, known: frozenset[str], repeated: frozenset[str] = frozenset()
) -> dict[str, str]:
    """Read a query string that may hold only ``known`` names, each once.

    Those ``repeated`` may come more than once; their values are joined by commas.

    Raises:
        Stop: 422, naming what is unknown, given twice or unreadable.
    """
    if not raw:
        return {}
    detail = "The query string cannot be read. Percent-encode it in UTF-8, and keep it short."
    wrong_whole = invalid(FieldError(pointer="", code="bad_value", detail=detail))
    if len(raw) > QUERY_BYTES_MAX:
        raise Stop(wrong_whole)
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise Stop(wrong_whole) from error
    query: dict[str, str] = {}
    errors: list[FieldError] = []
    for name, value in pairs:
        before = query.pop(name, None) if name in repeated else None
        wrong = _wrong_parameter(name, value, known, query)
        if wrong is not None:
            errors.append(FieldError(pointer=f"/{name[:80]}", code=wrong[0], detail=wrong[1]))
        query[name] = value if before is None else f"{before},{value}"
    if errors:
        raise Stop(invalid(*errors))
    return query


def _wrong_parameter(
    name: str, value: str, known: frozenset[str], query: dict[str, str]
) -> tuple[str, str] | None:
    if name not in known:
        known_here = f"known here: {', '.join(sorted(known))}" if known else "none is known here"
        return "unknown_parameter", f"There is no query parameter {name[:80]!r}; {known_here}."
    if name in query:
        return "duplicate", f"{name} is given twice; give it once."
    if name == LIMIT.name and len(value) > _LIMIT_LENGTH_MAX:
        return "out_of_range", f"{name} is too long a number; give one from 1 to {LIMIT_MAX}."
    if _UNSENDABLE_IN_QUERY in value:
        return "bad_text", f"{name} contains NUL; leave it out."
    return None
