"""Readers of single values in ticket bodies, and of objects whose names have two spellings.

A reader takes a plain JSON value (numbers as integers or ``Decimal``) and gives a typed one, or
raises ``InvalidRequest`` that points to it.  ``Members`` reads an object's members once each and
collects what is wrong, so that one answer names all of it.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias, TypeVar

from retour.kernel.problems import FieldError, InvalidRequest

T = TypeVar("T")
D = TypeVar("D")
Read: TypeAlias = Callable[[object, str], T]
"""Makes a value of what stands at a pointer, or raises ``InvalidRequest``."""

NAME_MAX: Final = 255
LIST_MAX: Final = 500
_SHOWN_MAX: Final = 40
_DIGITS_MAX: Final = 30
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")
_EMAIL_MAX: Final = 320
_NUMBER: Final = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,8})?")

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "subject": ("subject", "title"),
    "title": ("title", "subject"),
    "body": ("body", "description"),
}
"""What has another name beside its two spellings, the usual one first."""


def camel(name: str) -> str:
    """Spell a name in camelCase.

    >>> camel("custom_fields"), camel("id")
    ('customFields', 'id')
    """
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def spellings(name: str) -> tuple[str, ...]:
    """Give every name under which a field may be sent, the usual one first."""
    return ALIASES.get(name) or tuple(dict.fromkeys((name, camel(name))))


def bad(at: str, code: str, detail: str) -> InvalidRequest:
    """Say what is wrong with one value."""
    return InvalidRequest(FieldError(pointer=at, code=code, detail=detail))


def wrong_type(value: object, wanted: str, at: str) -> InvalidRequest:
    """Say that something else was expected."""
    return bad(at, "wrong_type", f"Here stands {_kind(value)}; give {wanted}.")


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case _:
            return "an object"


def shown(text: str) -> str:
    """Shorten what is quoted back."""
    return text if len(text) <= _SHOWN_MAX else text[:_SHOWN_MAX] + "…"


class Members:
    """The members of one object, each read once under any of its spellings."""

    def __init__(self, tree: object, at: str = "") -> None:
        if not isinstance(tree, dict):
            raise wrong_type(tree, "an object", at)
        self._at = at
        self._left: dict[str, object] = {str(key): value for key, value in tree.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
        self._known: list[str] = []
        self._errors: list[FieldError] = []

    def need(self, name: str, read: Read[T], default: D) -> T | D:
        """Read a member that must be there; ``default`` stands in until ``finish`` raises."""
        if not any(one in self._left for one in spellings(name)):
            usual = spellings(name)[0]
            detail = f"The field {usual!r} is missing; give it."
            self._add(FieldError(pointer=f"{self._at}/{usual}", code="missing", detail=detail))
        return self.changed(name, read, default)

    def take(self, name: str, read: Read[T], default: D) -> T | D:
        """Read a member that may be missing or ``null``, which both mean ``default``."""
        return self.changed(
            name, lambda value, at: default if value is None else read(value, at), default
        )

    def changed(self, name: str, read: Read[T], default: D) -> T | D:
        """Read a member that may be missing, but for which ``null`` is a value."""
        names = spellings(name)
        self._known.extend(names)
        given = [(one, self._left.pop(one)) for one in names if one in self._left]
        if not given:
            return default
        spelled, value = given[0]
        at = f"{self._at}/{spelled}"
        for other, said in given[1:]:
            if said != value or type(said) is not type(value):
                detail = f"{spelled!r} and {other!r} are one field and differ here; give one."
                self._add(FieldError(pointer=f"{self._at}/{other}", code="differs", detail=detail))
        try:
            return read(value, at)
        except InvalidRequest as error:
            self._add(*error.errors)
            return default

    def rest(self) -> dict[str, object]:
        """Take all members that nobody has read."""
        left, self._left = self._left, {}
        return left

    def finish(self) -> None:
        """End the reading.

        Raises:
            InvalidRequest: Naming every member that is wrong or unknown.
        """
        for key in self._left:
            detail = f"There is no field {shown(key)!r} here. Known: {', '.join(self._known)}."
            at = f"{self._at}/{escaped(key)}"
            self._add(FieldError(pointer=at, code="unknown_field", detail=detail))
        if self._errors:
            raise InvalidRequest(*self._errors)

    def _add(self, *errors: FieldError) -> None:
        self._errors.extend(errors)


def escaped(key: str) -> str:
    """Write a key as one step of an RFC 6901 pointer."""
    return key.replace("~", "~0").replace("/", "~1")


# ---------------------------------------------------------------- single values


def text(length_max: int, length_min: int = 1) -> Read[str]:
    """Make a reader of strings of some length."""

    def read(value: object, at: str) -> str:
        if not isinstance(value, str):
            raise wrong_type(value, "a string", at)
        if len(value) > length_max:
            detail = f"{len(value)} characters are too many; give at most {length_max}."
            raise bad(at, "too_long", detail)
        if len(value.strip()) < length_min:
            raise bad(at, "too_short", "This is empty; give some text.")
        return value

    return read


def one_of(words: Sequence[str]) -> Read[str]:
    """Make a reader of a closed list of words."""

    def read(value: object, at: str) -> str:
        if isinstance(value, str) and value in words:
            return value
        if not isinstance(value, str):
            raise wrong_type(value, f"one of {', '.join(words)}", at)
        detail = f"{shown(value)!r} is none of {', '.join(words)}; give one of them."
        raise bad(at, "bad_value", detail)

    return read


def or_none(read: Read[T]) -> Read[T | None]:
    """Let ``null`` be a value too."""
    return lambda value, at: None if value is None else read(value, at)


def flag(value: object, at: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise wrong_type(value, "true or false", at)
    return value


def reference(value: object, at: str) -> str:
    """Read an id of somebody else's: a string as it is, or an integer as its digits."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_DIGITS_MAX:
        return str(value)
    if not isinstance(value, str):
        raise wrong_type(value, "a string or an integer", at)
    return text(NAME_MAX)(value, at)


def email(value: object, at: str) -> str:
    """Read an e-mail address, as far as its syntax can be judged."""
    given = text(_EMAIL_MAX)(value, at)
    if not _EMAIL.fullmatch(given):
        detail = f"{shown(given)!r} is no e-mail address; give one such as alex@example.com."
        raise bad(at, "bad_value", detail)
    return given


def amount(value: object, at: str) -> Decimal:
    """Read money: a plain number, or a string of one; its currency is the order's."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise wrong_type(value, "an amount such as 149.00", at)
    written = value if isinstance(value, str) else _plain(value)
    if not _NUMBER.fullmatch(written):
        detail = f"{shown(written)!r} is no amount; give a plain number such as 149.00."
        raise bad(at, "bad_value", detail)
    return Decimal(written)


def _plain(value: Decimal | int) -> str:
    """Write a number without an exponent, unless it is absurdly long that way."""
    number = Decimal(value)
    return f"{number:f}" if abs(number.adjusted()) <= _DIGITS_MAX else str(number)


def day(value: object, at: str) -> date:
    """Read a date, or the date of an instant as it was written."""
    given = text(NAME_MAX)(value, at)
    try:
        return date.fromisoformat(given)
    except ValueError:
        detail = f"{shown(given)!r} is no date; give one such as 2026-01-15."
        raise bad(at, "bad_value", detail) from None


def each(read: Read[T]) -> Read[tuple[T, ...]]:
    """Make a reader of lists, every item's faults named."""

    def read_all(value: object, at: str) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise wrong_type(value, "a list", at)
        given: list[object] = list(value)  # pyright: ignore[reportUnknownArgumentType] - JSON
        if len(given) > LIST_MAX:
            detail = f"{len(given)} items are too many; give at most {LIST_MAX}."
            raise bad(at, "too_long", detail)
        items: list[T] = []
        errors: list[FieldError] = []
        for index, one in enumerate(given):
            try:
                items.append(read(one, f"{at}/{index}"))
            except InvalidRequest as error:
                errors.extend(error.errors)
        if errors:
            raise InvalidRequest(*errors)
        return tuple(items)

    return read_all
