"""Reading bodies: the fast decoder first; words for everything that is wrong where it says no.

A body becomes a value of its type, or ends the request with 400 (unreadable) or 422 (fields).
"""

from __future__ import annotations

import json
from typing import Final, Generic, NoReturn, TypeVar

import msgspec

from retour.api.limits import DEPTH_MAX, DIGITS_MAX
from retour.api.problems import Problem, Stop, invalid
from retour.kernel.fields import (
    Fraction,
    Json,
    bad_instants,
    holds_instants,
    unsendable_texts,
    wrong_fields,
)
from retour.kernel.problems import FieldError

Wanted = TypeVar("Wanted")

_ESCAPED: Final = (b"\\u0000", b"\\ud", b"\\uD")
"""What a text that nothing can carry must contain somewhere in its JSON: NUL, or a surrogate."""
_EMPTY: Final = b"{}"


class BodyReader(Generic[Wanted]):
    """Reads bodies of one type; made once per route.

    Args:
        wanted: A Struct; where none of its fields is required, no body at all means ``{}``.
    """

    __slots__ = ("_decode", "_has_instants", "_shape")

    def __init__(self, wanted: type[Wanted]) -> None:
        self._decode = msgspec.json.Decoder(wanted).decode
        self._shape = msgspec.inspect.type_info(wanted)
        self._has_instants = holds_instants(self._shape)

    def read(self, body: bytes) -> Wanted:
        """Make a value of what came, or say all that is wrong with it.

        Raises:
            Stop: It is no JSON (400), or no ``wanted`` (422, naming every field at fault).
        """
        body = body or _EMPTY
        try:
            value = self._decode(body)
        except (ValueError, RecursionError) as error:
            self._explain(body, str(error))
        if any(mark in body for mark in _ESCAPED) and (errors := unsendable_texts(read_tree(body))):
            raise Stop(invalid(*errors))
        if self._has_instants and (errors := bad_instants(value)):
            raise Stop(invalid(*errors))
        return value

    def _explain(self, body: bytes, complaint: str) -> NoReturn:
        tree = read_tree(body)
        errors = {error.pointer: error for error in wrong_fields(tree, self._shape)}
        for error in unsendable_texts(tree):
            errors.setdefault(error.pointer, error)
        if not errors:  # The decoder knows better than we do; let it speak.
            errors[""] = FieldError(pointer="", code="bad_value", detail=f"{complaint}.")
        raise Stop(invalid(*errors.values()))


def read_tree(body: bytes) -> Json:
    """Decode any JSON into plain values, numbers that are no plain integers as ``Fraction``.

    Raises:
        Stop: 400; it is no JSON, or nested beyond reason.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise _unreadable(
            f"The body is not UTF-8 (byte {error.start}). Send JSON in UTF-8."
        ) from error
    if text.startswith("\ufeff"):
        raise _unreadable("The body starts with a byte order mark. Leave it out.")
    try:
        tree: Json = json.loads(
            text, parse_float=Fraction, parse_int=_integer, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        raise _unreadable(
            f"The body is no JSON: {error.msg.lower()} at line {error.lineno}, column"
            f" {error.colno}. Mend it there."
        ) from error
    except RecursionError as error:
        raise _too_deep() from error
    if _is_deeper(tree, DEPTH_MAX):
        raise _too_deep()
    return tree


def _integer(digits: str) -> int | Fraction:
    return int(digits) if len(digits) <= DIGITS_MAX else Fraction(digits)


def _refuse_constant(name: str) -> NoReturn:
    raise _unreadable(f"The body is no JSON: {name} is no number there. Leave it out.")


def _is_deeper(tree: Json, limit: int) -> bool:
    level = [tree]
    for _ in range(limit + 1):
        inner: list[Json] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
        if not inner:
            return False
        level = inner
    return True


def _unreadable(detail: str) -> Stop:
    return Stop(Problem(code="unreadable", detail=detail))


def _too_deep() -> Stop:
    return _unreadable(f"The body is nested too deeply. Stay within {DEPTH_MAX} levels.")
