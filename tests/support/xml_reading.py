"""Reads XML of ours back into the tree it was written from, by the shape that declares it."""

from __future__ import annotations

from typing import Any, TypeAlias

from lxml import etree

from retour.dialects.shapes import (
    Amount,
    Boolean,
    Instant,
    Integer,
    ListOf,
    Shape,
    StringMap,
    Text,
    Tree,
)
from retour.dialects.xmltree import SINGULARS, XSI

Element = etree._Element  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - lxml has no other

Json: TypeAlias = Any
"""Whatever JSON can say; a shape is what gives it a type."""


def parsed(body: bytes) -> Element:
    """Parse as a careful receiver does: no entities, no network."""
    return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))


def tree_of(element: Element, shape: Shape) -> Json:
    """Give the JSON value that ``element`` says."""
    if element.get(f"{{{XSI}}}nil") == "true":
        assert shape.nullable, f"{element.tag} may not be null"
        return None
    match shape:
        case Text() | Amount() | Instant():
            return element.text or ""
        case Integer():
            return int(element.text or "")
        case Boolean():
            return {"true": True, "false": False}[element.text or ""]
        case StringMap():
            return {child.get("name"): child.text or "" for child in element}
        case ListOf():
            assert {child.tag for child in element} <= {SINGULARS[str(element.tag)]}
            return [tree_of(child, shape.item) for child in element]
        case Tree():
            known = {**shape.fields, **shape.extras}
            return {str(child.tag): tree_of(child, known[str(child.tag)]) for child in element}
        case _:
            raise AssertionError(shape)
