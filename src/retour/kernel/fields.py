"""Names everything that is wrong with a body at once, which a decoder that stops cannot.

Walks a plain JSON tree along the shape of a Struct as ``msgspec.inspect`` tells it.  Used only
where the fast decoder has already said no, so it may take its time; it never decides that a body is
good.  Pure.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias, TypeGuard

import msgspec
from msgspec import inspect

from retour.kernel.problems import FieldError

ERRORS_MAX: Final = 100
"""How many wrong fields one answer names."""
EARLIEST_YEAR: Final = 1970
LATEST_YEAR: Final = 2999
"""Instants beyond are typing errors, and beyond what the database's arithmetic can carry."""
_SHOWN_MAX: Final = 40
_STEP_MAX: Final = 300
_CHOICES_SHOWN_MAX: Final = 12
_UNSENDABLE: Final = re.compile("[\x00\ud800-\udfff]")


Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"
"""A decoded body before anything is known of it."""


class Fraction(str):
    """A JSON number that is no integer, or one too long to be meant, as it was written."""

    __slots__ = ()


def escape(key: str) -> str:
    """Write a key as one step of an RFC 6901 pointer that can be sent, whatever the key."""
    return _UNSENDABLE.sub("�", key).replace("~", "~0").replace("/", "~1")[:_STEP_MAX]


def wrong_fields(tree: Json, shape: inspect.Type) -> list[FieldError]:
    """List what keeps ``tree`` from being of ``shape``, in the order of the document."""
    found = _Found()
    _check(found, tree, shape, "")
    return found.errors


def unsendable_texts(tree: Json) -> list[FieldError]:
    """List the strings (and keys) with NUL or half a surrogate pair, which nothing can carry."""
    found = _Found()
    waiting: list[tuple[Json, str]] = [(tree, "")]
    while waiting and not found.is_full:
        value, at = waiting.pop()
        if isinstance(value, str):
            if _UNSENDABLE.search(value):
                found.add(at, "bad_text", "Leave NUL and unpaired surrogates out of the text.")
        elif isinstance(value, dict):
            for key, inner in value.items():
                if _UNSENDABLE.search(key):
                    found.add(at, "bad_text", "Leave NUL and unpaired surrogates out of the names.")
                else:
                    waiting.append((inner, f"{at}/{escape(key)}"))
        elif isinstance(value, list):
            waiting.extend((inner, f"{at}/{index}") for index, inner in enumerate(value))
    return sorted(found.errors, key=lambda error: error.pointer)


def bad_instants(value: object, at: str = "") -> list[FieldError]:
    """List the instants in a decoded body that have no offset or lie outside sensible years."""
    if isinstance(value, datetime):
        error = _instant_error(value)
        return [] if error is None else [FieldError(pointer=at, code=error[0], detail=error[1])]
    if isinstance(value, msgspec.Struct):
        return [
            error
            for name, said in zip(
                value.__struct_fields__, value.__struct_encode_fields__, strict=True
            )
            for error in bad_instants(getattr(value, name), f"{at}/{said}")
        ]
    if _is_tuple(value):
        return [
            error
            for index, item in enumerate(value)
            for error in bad_instants(item, f"{at}/{index}")
        ]
    return []


def _is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    return isinstance(value, tuple)


def holds_instants(shape: inspect.Type) -> bool:
    """Say whether a body of this shape can hold an instant."""
    match shape:
        case inspect.DateTimeType():
            return True
        case inspect.StructType(fields=fields):
            return any(holds_instants(field.type) for field in fields)
        case inspect.UnionType(types=types):
            return any(holds_instants(one) for one in types)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return holds_instants(item)
        case _:
            return False


class _Found:
    """What is wrong so far, up to a limit."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    @property
    def is_full(self) -> bool:
        return len(self.errors) >= ERRORS_MAX

    def add(self, at: str, code: str, detail: str) -> None:
        if not self.is_full:
            self.errors.append(FieldError(pointer=at, code=code, detail=detail))


def _check(found: _Found, value: Json, shape: inspect.Type, at: str) -> None:  # noqa: C901, PLR0912 - one case per type
    if found.is_full:
        return
    match shape:
        case inspect.StructType():
            _check_struct(found, value, shape, at)
        case inspect.UnionType(types=types):
            _check_union(found, value, types, at)
        case inspect.StrType():
            _check_text(found, value, shape, at)
        case inspect.IntType():
            _check_integer(found, value, shape, at)
        case inspect.BoolType():
            if not isinstance(value, bool):
                _wrong_type(found, value, "true or false", at)
        case inspect.NoneType():
            if value is not None:
                _wrong_type(found, value, "null", at)
        case inspect.EnumType(cls=cls):
            _check_choice(found, value, [str(member.value) for member in cls], at)
        case inspect.LiteralType(values=values):
            _check_choice(found, value, [str(one) for one in values], at)
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            _check_list(found, value, shape, item, at)
        case inspect.DictType():
            _check_map(found, value, shape, at)
        case inspect.DecimalType():
            _check_decimal(found, value, at)
        case inspect.DateTimeType():
            _check_instant(found, value, at)
        case inspect.DateType():
            _check_day(found, value, at)
        case inspect.TimeDeltaType():
            _check_duration(found, value, at)
        case _:
            pass  # Anything goes, or nothing we can say better than the decoder.


def _kind(value: Json) -> str:
    """Name what stands there, as a person would."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Fraction():
            return f"the number {_shown(value)}"
        case str():
            return "a string"
        case int():
            return "an integer"
        case list():
            return "a list"
        case _:
            return "an object"


def _shown(text: str) -> str:
    clean = _UNSENDABLE.sub("�", text)
    return clean if len(clean) <= _SHOWN_MAX else clean[:_SHOWN_MAX] + "…"


def _wrong_type(found: _Found, value: Json, wanted: str, at: str) -> None:
    found.add(at, "wrong_type", f"Here stands {_kind(value)}; give {wanted}.")


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word[:_SHOWN_MAX], known, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Known here: {', '.join(known)}." if known else "Nothing is expected here."


def _check_struct(found: _Found, value: Json, shape: inspect.StructType, at: str) -> None:
    if not isinstance(value, dict):
        _wrong_type(found, value, "an object", at)
        return
    members = value
    fields = {field.encode_name: field for field in shape.fields}
    for key, inner in members.items():
        if key in fields:
            _check(found, inner, fields[key].type, f"{at}/{key}")
        elif shape.forbid_unknown_fields:
            detail = f"There is no field {_shown(key)!r} here. {_nearest(key, list(fields))}"
            found.add(f"{at}/{escape(key)}", "unknown_field", detail)
    for name, field in fields.items():
        if field.required and name not in members:
            found.add(f"{at}/{name}", "missing", f"The field {name!r} is missing; give it.")


def _check_union(found: _Found, value: Json, types: tuple[inspect.Type, ...], at: str) -> None:
    """Check against the member of the union that is meant, going by the kind of JSON value."""
    for one in types:
        if _is_meant(value, one):
            _check(found, value, one, at)
            return
    _wrong_type(found, value, " or ".join(_wanted(one) for one in types), at)


def _is_meant(value: Json, shape: inspect.Type) -> bool:
    match shape:
        case inspect.NoneType():
            return value is None
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType():
            return isinstance(value, int | Fraction) and not isinstance(value, bool)
        case inspect.DecimalType():
            return isinstance(value, int | str) and not isinstance(value, bool)
        case inspect.StructType() | inspect.DictType():
            return isinstance(value, dict)
        case inspect.VarTupleType() | inspect.ListType():
            return isinstance(value, list)
        case inspect.AnyType():
            return True
        case _:
            return isinstance(value, str) and not isinstance(value, Fraction)


def _wanted(shape: inspect.Type) -> str:
    match shape:
        case inspect.NoneType():
            return "null"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "an integer"
        case inspect.DecimalType():
            return "a number"
        case inspect.StructType() | inspect.DictType():
            return "an object"
        case inspect.VarTupleType() | inspect.ListType():
            return "a list"
        case inspect.DateTimeType():
            return "an instant"
        case inspect.DateType():
            return "a day"
        case inspect.TimeDeltaType():
            return "a duration"
        case _:
            return "a string"


def _check_text(found: _Found, value: Json, shape: inspect.StrType, at: str) -> None:
    if not isinstance(value, str) or isinstance(value, Fraction):
        _wrong_type(found, value, "a string", at)
    elif shape.max_length is not None and len(value) > shape.max_length:
        detail = f"{len(value)} characters are too many; give at most {shape.max_length}."
        found.add(at, "too_long", detail)
    elif shape.min_length is not None and len(value) < shape.min_length:
        lack = "empty" if not value else "too short"
        least = "something" if shape.min_length == 1 else f"at least {shape.min_length} characters"
        found.add(at, "too_short", f"This is {lack}; give {least}.")
    elif shape.pattern is not None and not re.search(shape.pattern, value):
        detail = f"{_shown(value)!r} is not of the form {shape.pattern}; mend it."
        found.add(at, "bad_value", detail)


def _check_integer(found: _Found, value: Json, shape: inspect.IntType, at: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        _wrong_type(found, value, "an integer", at)
    elif (shape.ge is not None and value < shape.ge) or (shape.le is not None and value > shape.le):
        least = "" if shape.ge is None else f" from {shape.ge}"
        most = "" if shape.le is None else f" up to {shape.le}"
        detail = f"{value} is out of range; give an integer{least}{most}."
        found.add(at, "out_of_range", detail)


def _check_decimal(found: _Found, value: Json, at: str) -> None:
    """Check a number that may be quoted."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        _wrong_type(found, value, "a number", at)
        return
    try:
        Decimal(value)
    except InvalidOperation:
        _wrong_type(found, value, "a number", at)


def _check_choice(found: _Found, value: Json, choices: list[str], at: str) -> None:
    if not isinstance(value, str) or isinstance(value, Fraction):
        _wrong_type(found, value, f"one of {_listed(choices)}", at)
    elif value not in choices:
        detail = f"{_shown(value)!r} is none of {_listed(choices)}; give one of them."
        found.add(at, "bad_value", detail)


def _listed(choices: list[str]) -> str:
    shown = ", ".join(choices[:_CHOICES_SHOWN_MAX])
    return shown if len(choices) <= _CHOICES_SHOWN_MAX else shown + ", …"


def _check_list(
    found: _Found, value: Json, shape: inspect.Type, item: inspect.Type, at: str
) -> None:
    if not isinstance(value, list):
        _wrong_type(found, value, "a list", at)
        return
    items = value
    assert isinstance(shape, inspect.VarTupleType | inspect.ListType)
    if shape.max_length is not None and len(items) > shape.max_length:
        detail = f"{len(items)} items are too many; give at most {shape.max_length}."
        found.add(at, "too_long", detail)
        return
    if shape.min_length is not None and len(items) < shape.min_length:
        found.add(at, "too_short", f"Give at least {shape.min_length} item here.")
    for index, inner in enumerate(items):
        _check(found, inner, item, f"{at}/{index}")


def _check_map(found: _Found, value: Json, shape: inspect.DictType, at: str) -> None:
    if not isinstance(value, dict):
        _wrong_type(found, value, "an object", at)
        return
    if shape.max_length is not None and len(value) > shape.max_length:
        detail = f"{len(value)} entries are too many; give at most {shape.max_length}."
        found.add(at, "too_long", detail)
        return
    if shape.min_length is not None and len(value) < shape.min_length:
        found.add(at, "too_short", f"Give at least {shape.min_length} entry here.")
    for key, inner in value.items():
        _check(found, key, shape.key_type, f"{at}/{escape(key)}")
        _check(found, inner, shape.value_type, f"{at}/{escape(key)}")


def _check_instant(found: _Found, value: Json, at: str) -> None:
    if not isinstance(value, str) or isinstance(value, Fraction):
        _wrong_type(found, value, "an instant such as '2026-05-04T12:00:00Z'", at)
        return
    try:
        instant = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        detail = f"{_shown(value)!r} is no instant; give one such as '2026-05-04T12:00:00Z'."
        found.add(at, "bad_value", detail)
        return
    if (error := _instant_error(instant)) is not None:
        found.add(at, *error)


def _check_day(found: _Found, value: Json, at: str) -> None:
    if not isinstance(value, str) or isinstance(value, Fraction):
        _wrong_type(found, value, "a day such as '2026-12-24'", at)
        return
    try:
        msgspec.convert(value, date)
    except msgspec.ValidationError:
        detail = f"{_shown(value)!r} is no day; give one such as '2026-12-24'."
        found.add(at, "bad_value", detail)


def _instant_error(instant: datetime) -> tuple[str, str] | None:
    if instant.tzinfo is None:
        return "no_offset", "Give the instant with its offset, such as …T12:00:00Z."
    if not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
        return "out_of_range", f"Give an instant from {EARLIEST_YEAR} to {LATEST_YEAR}."
    return None


def _check_duration(found: _Found, value: Json, at: str) -> None:
    if not isinstance(value, str) or isinstance(value, Fraction):
        _wrong_type(found, value, "a duration such as 'PT1H'", at)
        return
    try:
        msgspec.convert(value, timedelta)
    except msgspec.ValidationError:
        detail = f"{_shown(value)!r} is no duration in days and less, such as 'P1DT2H'."
        found.add(at, "bad_value", detail)
