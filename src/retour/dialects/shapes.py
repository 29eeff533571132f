"""What a tree may look like, said once: the pieces that schemas are written from.

A shape knows what JSON Schema, XML Schema and a reader of XML need to know, and nothing of any
event.  ``trees.py`` puts the pieces together; ``schemas.py`` writes them down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What one value may be.

    Args:
        nullable: Whether ``null`` is a value, meaning: not known, not given or not yet.
        about: One line for the reader of a schema; empty where the name says all.
    """

    nullable: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Shape):
    """A string; one of ``words`` where there are any, matching ``pattern`` where there is one."""

    words: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Shape):
    """A whole number, at least ``minimum`` where there is one."""

    minimum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Boolean(Shape):
    """True or false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Shape):
    """Money or a percentage as a decimal string, never a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Shape):
    """A number of JSON with a fraction, where another system's wire demands one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing(Shape):
    """Always ``null``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant(Shape):
    """A moment: RFC 3339 in UTC, with ``Z``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StringMap(Shape):
    """An object whose keys are the merchant's own and whose values are strings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf(Shape):
    """A list, perhaps empty, in an order that means something."""

    item: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree(Shape):
    """An object: every key of ``fields`` is there, those of ``extras`` may be, others may come.

    ``name`` is unique among the trees of one document.
    """

    name: str
    fields: Mapping[str, Shape]
    extras: Mapping[str, Shape] = field(default_factory=dict[str, Shape])


Some = TypeVar("Some", bound=Shape)


def or_null(shape: Some, about: str = "") -> Some:
    """Let ``null`` be a value of ``shape`` too."""
    return replace(shape, nullable=True, about=about or shape.about)
