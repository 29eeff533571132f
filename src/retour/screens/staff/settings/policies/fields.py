"""Fields of forms about policies: how a value is written into one, and read back as it was meant.

What cannot be read is handed on as it was typed, so that the desk says what is wrong with it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from retour.screens.staff.seat import Form

_LANGUAGE: Final = re.compile(r"([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*):\s+(\S.*)")
_DIGITS_MAX: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that is asked.

    Args:
        id: The field's, and where its value stands: steps with dots between.
        parts: What stands in it, by input; the only one is under "".
    """

    id: str
    label: str
    kind: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    parts: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def value(self) -> Any:  # noqa: ANN401 - a text, or what is ticked
        """What stands in the only input."""
        return self.parts.get("", "")

    @property
    def is_filled(self) -> bool:
        """Whether anything stands in it."""
        return any(value not in ("", (), None) for value in self.parts.values())


# ---------------------------------------------------------------- written


def filled(one: Field, value: object, typed: Form | None = None) -> Field:
    """Fill a field: with what was typed where something was, else with a value."""
    names = _PARTS.get(one.kind, ("",))
    if typed is not None:
        parts = {name: _typed(one, name, typed) for name in names}
    else:
        parts = _written(one.kind, value, names)
    return Field(
        id=one.id,
        label=one.label,
        kind=one.kind,
        hint=one.hint,
        options=one.options,
        parts=parts,
    )


_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "span": ("at_least", "at_most"),
    "dates": ("at_least", "at_most"),
    "amount_span": ("currency", "at_least", "at_most"),
}
_LISTS: Final = ("ticks",)


def _typed(one: Field, name: str, typed: Form) -> Any:  # noqa: ANN401 - a text, or what is ticked
    whole = f"{one.id}.{name}" if name else one.id
    return tuple(typed.many(whole)) if one.kind in _LISTS else typed.get(whole, "")


def _written(kind: str, value: Any, names: tuple[str, ...]) -> dict[str, Any]:  # noqa: ANN401 - any value
    if names != ("",):
        said: Mapping[str, Any] = value or {}
        return {name: _text(said.get(name)) for name in names}
    return {"": _WRITE.get(kind, _text)(value)}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def list_text(values: object) -> str:
    """Write a list with commas between; what holds one stands in quotes.

    >>> list_text(["a", "b, c"])
    'a, "b, c"'
    """
    made = io.StringIO()
    csv.writer(made, lineterminator="").writerow(cast("Sequence[object]", values or ()))
    text = made.getvalue()
    return text.replace(",", ", ") if '"' not in text else _spaced(text)


def _spaced(text: str) -> str:
    """Put a space behind each comma that parts two values."""
    parts = re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', text)
    return ", ".join(parts)


def _pairs_text(values: object) -> str:
    said = cast("Mapping[str, object]", values or {})
    return "\n".join(f"{name}: {list_text(words)}" for name, words in said.items())


def said_text(words: object) -> str:
    """Write words for people: one text, or a line for each language."""
    if not isinstance(words, Mapping):
        return _text(words)
    said = cast("Mapping[str, str]", words)
    return "\n".join(f"{language}: {text}" for language, text in said.items())


def amounts_text(amounts: object) -> str:
    """Write amounts by currency."""
    said = cast("Mapping[str, str]", amounts or {})
    return ", ".join(f"{amount} {currency}" for currency, amount in said.items())


_WRITE: Final[Mapping[str, Callable[[Any], Any]]] = {
    "list": list_text,
    "days": list_text,
    "pairs": _pairs_text,
    "said": said_text,
    "amounts": amounts_text,
    "ticks": lambda value: tuple(value or ()),
    "tick": lambda value: "yes" if value else "",
}


# ---------------------------------------------------------------- read back


def read(one: Field) -> Any:  # noqa: ANN401 - what the desk reads
    """Give what a field says; None where it says nothing."""
    if one.kind in _PARTS:
        said = {name: text.strip() for name, text in one.parts.items() if text.strip()}
        if one.kind == "span":
            return {name: number(text) for name, text in said.items()} or None
        has_end = any(name != "currency" for name in said)
        return said if has_end or ("currency" in said and one.kind == "dates") else None
    return _READ.get(one.kind, _plain)(one.value)


def number(text: str) -> int | str:
    """Read a number; what is none stays what it is.

    >>> number("14"), number("x")
    (14, 'x')
    """
    is_one = text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX
    return int(text) if is_one else text


def _plain(text: str) -> str | None:
    return text.strip() or None


def list_of(text: str) -> list[str]:
    """Read a list with commas between.

    >>> list_of('a, "b, c",')
    ['a', 'b, c']
    """
    rows = csv.reader(text.splitlines(), skipinitialspace=True)
    return [word for row in rows for one in row if (word := one.strip())]


def _pairs(text: str) -> dict[str, list[str]] | None:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, values = line.partition(":")
        if name.strip():
            found[name.strip()] = list_of(values)
    return found or None


def said_of(text: str) -> str | dict[str, str] | None:
    """Read words for people: by language where every line begins with one.

    >>> said_of("Too late."), said_of("en: Too late." + chr(10) + "de: Zu spät.")
    ('Too late.', {'en': 'Too late.', 'de': 'Zu spät.'})
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [_LANGUAGE.fullmatch(line) for line in lines]
    if lines and all(found):
        return {one[1]: one[2] for one in found if one is not None}
    return text.strip().replace("\r\n", "\n") or None


def amounts_of(text: str) -> dict[str, str]:
    """Read amounts by currency, in either order.

    >>> amounts_of("2.95 EUR, USD 3.50")
    {'EUR': '2.95', 'USD': '3.50'}
    """
    found: dict[str, str] = {}
    for one in text.split(","):
        words = one.split()
        if words:
            currency = next((word for word in words if word.isalpha()), words[-1])
            amount = " ".join(word for word in words if word != currency)
            found[currency.upper()] = amount
    return found


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "list": lambda text: list_of(text) or None,
    "days": lambda text: [number(one) for one in list_of(text)],
    "pairs": _pairs,
    "said": said_of,
    "amounts": amounts_of,
    "number": lambda text: number(text.strip()) if text.strip() else None,
    "ticks": lambda value: list(value) or None,
    "tick": lambda value: value == "yes",
    "maybe": {"yes": True, "no": False}.get,
}
