"""The published schemas catch what receivers would trip over, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

import pytest

from retour.dialects.dialect import Wanted
from retour.dialects.notification import WORDS
from retour.dialects.notification.alert_trees import alert_tree
from retour.dialects.registry import DIALECTS
from retour.dialects.schemas import (
    Schema,
    alert_json_schema,
    alert_xsd,
    json_definitions,
    json_schema,
    xsd,
)
from retour.dialects.shapes import ListOf, Shape, StringMap, Text, Tree
from retour.dialects.trees import event_tree
from retour.lifecycle.model import EventType
from tests.support import samples
from tests.support.schema_checking import json_problem, xml_problem
from tests.support.xml_reading import Element, Json, parsed

RICH = EventType.RETURN_SETTLED
"""The sample with the most in it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A body with both its published schemas and the shape they are written from."""

    dialect: str
    schema: Schema
    written: bytes
    shape: Tree


CASES = [
    pytest.param(Case("retour", json_schema(RICH), xsd(RICH), event_tree(RICH)), id="event"),
    pytest.param(
        Case(
            "notification",
            alert_json_schema("return_settled"),
            alert_xsd("return_settled"),
            alert_tree(WORDS["return_settled"]),
        ),
        id="alert",
    ),
]

Path = tuple[str | int, ...]


def body(dialect: str, form: str, event_type: EventType = RICH) -> bytes:
    message = DIALECTS[dialect].render(samples.event(event_type), Wanted(format=form))
    assert message is not None
    return message.body


def places(value: Json, shape: Shape, at: Path = ()) -> Iterator[tuple[Path, Shape]]:
    """Walk every value of an instance together with its shape."""
    yield at, shape
    if value is None:
        return
    if isinstance(shape, Tree):
        for key, inner in shape.fields.items():
            yield from places(value[key], inner, (*at, key))
    elif isinstance(shape, ListOf):
        for n, item in enumerate(value):
            yield from places(item, shape.item, (*at, n))


def value_at(instance: Json, at: Path) -> Json:
    """Give what stands at one place."""
    for step in at:
        instance = instance[step]
    return instance


def changed(instance: Json, at: Path, value: Json) -> Json:
    """Give a copy in which one place holds something else."""
    copy = deepcopy(instance)
    value_at(copy, at[:-1])[at[-1]] = value
    return copy


def without(instance: Json, at: Path) -> Json:
    """Give a copy in which one key is missing."""
    copy = deepcopy(instance)
    del value_at(copy, at[:-1])[at[-1]]
    return copy


def wrong_for(shape: Shape) -> list[object]:
    """Give values that a place of this shape must not hold."""
    wrong: list[object] = [1.5] if shape.nullable else [1.5, None]
    if isinstance(shape, Text):
        return [*wrong, 7, True, *(["no such word"] if shape.words else [])]
    if isinstance(shape, (Tree, StringMap)):
        return [*wrong, "text", ["list"]]
    if isinstance(shape, ListOf):
        return [*wrong, "text", {"an": "object"}]
    return [*wrong, "neither number, amount, instant nor boolean"]


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_type_anywhere_is_refused_in_json(case: Case) -> None:
    instance = json.loads(body(case.dialect, "json"))
    assert json_problem(case.schema, instance) is None

    accepted = [
        (at, wrong)
        for at, inner in places(instance, case.shape)
        if at
        for wrong in wrong_for(inner)
        if json_problem(case.schema, changed(instance, at, wrong)) is None
    ]

    assert accepted == []


@pytest.mark.parametrize("case", CASES)
def test_a_missing_key_anywhere_is_refused_in_json(case: Case) -> None:
    instance = json.loads(body(case.dialect, "json"))

    accepted = [
        at
        for at, _ in places(instance, case.shape)
        if at
        and isinstance(at[-1], str)
        and json_problem(case.schema, without(instance, at)) is None
    ]

    assert accepted == []


def elements(element: Element, shape: Shape) -> Iterator[tuple[Element, Shape]]:
    """Walk every element of a document together with its shape."""
    yield element, shape
    if isinstance(shape, Tree):
        known = {**shape.fields, **shape.extras}
        for child in element:
            yield from elements(child, known[str(child.tag)])
    elif isinstance(shape, ListOf):
        for child in element:
            yield from elements(child, shape.item)


@pytest.mark.parametrize("case", CASES)
def test_a_missing_element_anywhere_is_refused_in_xml(case: Case) -> None:
    root = parsed(body(case.dialect, "xml"))
    assert xml_problem(case.written, root) is None

    accepted: list[str] = []
    for parent, parent_shape in list(elements(root, case.shape)):
        if not isinstance(parent_shape, Tree):
            continue
        for child in [child for child in parent if str(child.tag) in parent_shape.fields]:
            place = parent.index(child)
            parent.remove(child)
            if xml_problem(case.written, root) is None:
                accepted.append(f"{parent.tag}/{child.tag}")
            parent.insert(place, child)

    assert accepted == []
    assert xml_problem(case.written, root) is None, "every element is back in its place"


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_text_is_refused_in_xml_wherever_not_any_text_will_do(case: Case) -> None:
    root = parsed(body(case.dialect, "xml"))

    accepted: list[str] = []
    for element, inner in list(elements(root, case.shape)):
        is_any_text = isinstance(inner, Text) and not inner.words
        if is_any_text or element.get("{http://www.w3.org/2001/XMLSchema-instance}nil"):
            continue
        said, element.text = element.text, "neither number, amount, instant nor boolean"
        if xml_problem(case.written, root) is None:
            accepted.append(str(element.tag))
        element.text = said

    assert accepted == []


@pytest.mark.parametrize("case", CASES)
def test_nil_is_refused_in_xml_wherever_null_is_no_value(case: Case) -> None:
    root = parsed(body(case.dialect, "xml"))
    nil = "{http://www.w3.org/2001/XMLSchema-instance}nil"

    accepted: list[str] = []
    for element, inner in list(elements(root, case.shape)):
        if inner.nullable or element is root:
            continue
        text, children = element.text, list(element)
        element.text = None
        for child in children:
            element.remove(child)
        element.set(nil, "true")
        if xml_problem(case.written, root) is None:
            accepted.append(str(element.tag))
        del element.attrib[nil]
        element.text = text
        element.extend(children)

    assert accepted == []
    assert xml_problem(case.written, root) is None


@pytest.mark.parametrize("case", CASES)
def test_an_addition_breaks_nobody(case: Case) -> None:
    instance = json.loads(body(case.dialect, "json"))
    root = parsed(body(case.dialect, "xml"))

    trees = [at for at, inner in places(instance, case.shape) if isinstance(inner, Tree)]
    for at in trees:
        if value_at(instance, at) is not None:
            instance = changed(instance, (*at, "added_later"), {"any": ["thing"]})
    for element, inner in list(elements(root, case.shape)):
        if isinstance(inner, Tree) and len(element):
            element.append(parsed(b"<added_later><any/></added_later>"))

    assert json_problem(case.schema, instance) is None
    assert xml_problem(case.written, root) is None


def test_an_event_is_not_another_event() -> None:
    other = json.loads(body("retour", "json", EventType.RETURN_COMPLETED))

    assert json_problem(json_schema(RICH), other) is not None
    assert xml_problem(xsd(RICH), parsed(body("retour", "xml", EventType.RETURN_COMPLETED)))


def test_a_detail_of_a_wrong_type_is_refused() -> None:
    refund = EventType.REFUND_SUCCEEDED
    instance = json.loads(body("retour", "json", refund))
    root = parsed(body("retour", "xml", refund))
    attempt = root.find("data/attempt")
    assert attempt is not None

    attempt.text = "first"

    assert json_problem(json_schema(refund), changed(instance, ("data", "attempt"), "first"))
    assert xml_problem(xsd(refund), root)


def test_the_return_may_be_null_only_where_there_is_none() -> None:
    # A message may be about a return, a ticket without one, or neither.
    for event_type in set(EventType) - {EventType.MESSAGE_CREATED}:
        instance = json.loads(body("retour", "json", event_type))
        is_there = instance["data"]["return"] is not None

        problem = json_problem(json_schema(event_type), changed(instance, ("data", "return"), None))

        assert is_there == (problem is not None), event_type


def test_definitions_can_live_in_another_document() -> None:
    tree = event_tree(RICH)

    definitions = json_definitions(tree, "#/components/schemas/")

    assert "#/$defs/" not in json.dumps(definitions)
    document = {
        "$ref": "#/components/schemas/event",
        "components": {"schemas": definitions},
    }
    assert json_problem(document, json.loads(body("retour", "json"))) is None
    assert json_problem(document, {}) is not None
