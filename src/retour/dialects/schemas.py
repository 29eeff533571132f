"""JSON Schema (2020-12) and XML Schema (1.0) of what we send, written from its declared shape.

Both refuse a missing key, a wrong type and an unknown word, and both let keys be added: a receiver
that validates today is not broken by what we add tomorrow.  In XML an addition stands after what is
declared; the keys an event may have or not are elements of their own, checked in that open place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from retour.dialects.dialect import Dialect
from retour.dialects.notification.alert_trees import alert_tree
from retour.dialects.notification.words import WORDS
from retour.dialects.shapes import (
    Amount,
    Boolean,
    Instant,
    Integer,
    ListOf,
    Nothing,
    Number,
    Shape,
    StringMap,
    Text,
    Tree,
)
from retour.dialects.trees import SCHEMA_VERSION, event_tree
from retour.dialects.xmltree import SINGULARS, escape, escape_quoted
from retour.lifecycle.model import EventType

Schema = dict[str, Any]  # JSON Schema is JSON.
Refer = Callable[[str], str]
"""Says how to refer to a tree by its name."""

_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_AMOUNT: Final = "-?[0-9]+(\\.[0-9]+)?"
_INSTANT: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z"


def json_schema(event_type: EventType) -> Schema:
    """Give the JSON Schema of a native event's body."""
    return _document(event_tree(event_type), f"urn:retour:event:{SCHEMA_VERSION}:{event_type}")


def xsd(event_type: EventType) -> bytes:
    """Give the XML Schema of a native event's body."""
    return _xsd(event_tree(event_type))


def alert_json_schema(word: str) -> Schema:
    """Give the JSON Schema of 12Return's alert; ``word`` is a key of ``WORDS``."""
    return _document(alert_tree(WORDS[word]), f"urn:retour:alert:{SCHEMA_VERSION}:{word}")


def alert_xsd(word: str) -> bytes:
    """Give the XML Schema of 12Return's alert; ``word`` is a key of ``WORDS``."""
    return _xsd(alert_tree(WORDS[word]))


def message_schema(dialect: Dialect, word: str) -> Schema:
    """Give the JSON Schema of what a dialect says in one of its words."""
    return _document(dialect.shape(word), f"urn:retour:{dialect.name}:{word}")


def message_xsd(dialect: Dialect, word: str) -> bytes:
    """Give the XML Schema of what a dialect that has XML says in one of its words."""
    return _xsd(dialect.shape(word))


def _trees(shape: Shape) -> Iterator[Tree]:
    """Walk every tree below and including ``shape``, the inner ones first."""
    match shape:
        case ListOf():
            yield from _trees(shape.item)
        case Tree():
            for inner in (*shape.fields.values(), *shape.extras.values()):
                yield from _trees(inner)
            yield shape
        case _:
            pass


def _named(root: Tree) -> dict[str, Tree]:
    """Give every tree of a document under its name; a name stands for one set of keys."""
    named: dict[str, Tree] = {}
    for tree in _trees(root):
        known = named.setdefault(tree.name, tree)
        assert known.fields == tree.fields, f"two trees are called {tree.name}"
    return named


# ---------------------------------------------------------------- JSON Schema


def _document(root: Tree, urn: str) -> Schema:
    return {
        "$schema": _DRAFT,
        "$id": urn,
        "$ref": f"#/$defs/{root.name}",
        "$defs": json_definitions(root, "#/$defs/"),
    }


def json_definitions(root: Tree, prefix: str) -> Schema:
    """Give a tree and all below it as definitions whose references start with ``prefix``.

    For documents that keep their schemas elsewhere, as OpenAPI does under ``components``.
    """
    return {name: _json_tree(tree, prefix.__add__) for name, tree in _named(root).items()}


def share_definitions(known: Schema, root: Tree, *, at: str, shared: str, own: str) -> str:
    """Add a tree and all below it to ``known``, but for what is there already.

    Args:
        at: How references to what is in ``known`` begin.
        shared: How the names of definitions begin that others may use too.
        own: How those begin that differ from what others call by the same name.

    Returns:
        The name of ``root`` in ``known``.
    """
    names: dict[str, str] = {}
    for tree in _named(root).values():
        schema = _json_tree(tree, lambda name: at + names[name])
        names[tree.name] = shared + tree.name
        if known.setdefault(names[tree.name], schema) != schema:
            names[tree.name] = own + tree.name
            known[names[tree.name]] = schema
    return names[root.name]


def _json_tree(tree: Tree, refer: Refer) -> Schema:
    properties = {key: _json(shape, refer) for key, shape in {**tree.fields, **tree.extras}.items()}
    schema: Schema = {"type": "object", "properties": properties, "required": list(tree.fields)}
    if tree.about and not tree.nullable:
        schema["description"] = tree.about
    return schema


def _json(shape: Shape, refer: Refer) -> Schema:
    if isinstance(shape, Tree):
        schema: Schema = {"$ref": refer(shape.name)}
        if shape.nullable:
            schema = {"anyOf": [schema, {"type": "null"}]}
    else:
        schema = _json_leaf(shape, refer)
        if shape.nullable:
            schema["type"] = [schema["type"], "null"]
            if "enum" in schema:
                schema["enum"] = [*schema["enum"], None]
    if shape.about and (shape.nullable or not isinstance(shape, Tree)):
        schema["description"] = shape.about
    return schema


def _json_leaf(shape: Shape, refer: Refer) -> Schema:
    match shape:
        case Text():
            return {
                "type": "string",
                **({"enum": list(shape.words)} if shape.words else {}),
                **({"pattern": shape.pattern} if shape.pattern else {}),
            }
        case Integer():
            least = {} if shape.minimum is None else {"minimum": shape.minimum}
            return {"type": "integer", **least}
        case Boolean():
            return {"type": "boolean"}
        case Amount():
            return {"type": "string", "pattern": f"^{_AMOUNT}$"}
        case Number():
            return {"type": "number"}
        case Nothing():
            return {"type": "null"}
        case Instant():
            return {"type": "string", "format": "date-time", "pattern": f"^{_INSTANT}$"}
        case StringMap():
            return {"type": "object", "additionalProperties": {"type": "string"}}
        case ListOf():
            return {"type": "array", "items": _json(shape.item, refer)}
        case _:
            raise AssertionError(shape)


# ---------------------------------------------------------------- XML Schema

_PREAMBLE: Final = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:simpleType name="Amount">
    <xs:restriction base="xs:string"><xs:pattern value="{_AMOUNT}"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="Instant">
    <xs:restriction base="xs:dateTime"><xs:pattern value="{_INSTANT}"/></xs:restriction>
  </xs:simpleType>
  <xs:complexType name="StringMap">
    <xs:sequence>
      <xs:element name="attribute" minOccurs="0" maxOccurs="unbounded">
        <xs:complexType>
          <xs:simpleContent>
            <xs:extension base="xs:string">
              <xs:attribute name="name" type="xs:string" use="required"/>
            </xs:extension>
          </xs:simpleContent>
        </xs:complexType>
      </xs:element>
    </xs:sequence>
  </xs:complexType>
"""
_OPEN: Final = '      <xs:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/>\n'


def _xsd(root: Tree) -> bytes:
    trees = _named(root)
    extras = {key: shape for tree in trees.values() for key, shape in tree.extras.items()}
    return "".join(
        (
            _PREAMBLE,
            f'  <xs:element name="{root.name}" type="{root.name}"/>\n',
            *(_element(key, shape, "  ") for key, shape in extras.items()),
            *(_complex_type(tree) for tree in trees.values()),
            "</xs:schema>\n",
        )
    ).encode()


def _complex_type(tree: Tree) -> str:
    elements = "".join(_element(key, shape, "      ") for key, shape in tree.fields.items())
    return (
        f'  <xs:complexType name="{tree.name}">\n    <xs:sequence>\n{elements}{_OPEN}'
        "    </xs:sequence>\n  </xs:complexType>\n"
    )


def _element(name: str, shape: Shape, indent: str, occurs: str = "") -> str:
    nillable = ' nillable="true"' if shape.nullable else ""
    opening = f'{indent}<xs:element name="{name}"{occurs}{nillable}'
    about = _annotation(shape, indent)
    if (inner := _anonymous_type(name, shape, indent)) is None:
        typed = f'{opening} type="{_type_name(shape)}"'
        return f"{typed}>\n{about}{indent}</xs:element>\n" if about else f"{typed}/>\n"
    return f"{opening}>\n{about}{inner}{indent}</xs:element>\n"


def _annotation(shape: Shape, indent: str) -> str:
    if not shape.about:
        return ""
    said = f"<xs:documentation>{escape(shape.about)}</xs:documentation>"
    return f"{indent}  <xs:annotation>{said}</xs:annotation>\n"


def _anonymous_type(name: str, shape: Shape, indent: str) -> str | None:
    """Write the type of an element that has one of its own: a list, or a set of words."""
    if isinstance(shape, ListOf):
        item = _element(
            SINGULARS[name], shape.item, f"{indent}      ", ' minOccurs="0" maxOccurs="unbounded"'
        )
        return (
            f"{indent}  <xs:complexType>\n{indent}    <xs:sequence>\n{item}"
            f"{indent}    </xs:sequence>\n{indent}  </xs:complexType>\n"
        )
    if isinstance(shape, Text) and shape.words:
        words = "".join(f'<xs:enumeration value="{escape_quoted(word)}"/>' for word in shape.words)
        return (
            f'{indent}  <xs:simpleType><xs:restriction base="xs:string">{words}'
            "</xs:restriction></xs:simpleType>\n"
        )
    if isinstance(shape, Integer) and shape.minimum is not None:
        return (
            f'{indent}  <xs:simpleType><xs:restriction base="xs:integer">'
            f'<xs:minInclusive value="{shape.minimum}"/></xs:restriction></xs:simpleType>\n'
        )
    return None


def _type_name(shape: Shape) -> str:
    match shape:
        case Text():
            return "xs:string"
        case Integer():
            return "xs:integer"
        case Boolean():
            return "xs:boolean"
        case Amount() | Instant() | StringMap():
            return type(shape).__name__
        case Tree():
            return shape.name
        case _:
            raise AssertionError(shape)
