"""Every dialect says every event in the bytes on file, or is silent on purpose.

A golden file changes only with ``RETOUR_GOLDEN=1``, and its difference is read like code.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from retour.dialects.dialect import Dialect, Wanted
from retour.dialects.example_message import use_case_example
from retour.dialects.notification import WORDS, word_of
from retour.dialects.notification.alert_trees import alert_tree
from retour.dialects.registry import DIALECTS
from retour.dialects.schemas import Schema, alert_json_schema, alert_xsd, json_schema, xsd
from retour.dialects.shapes import Tree
from retour.dialects.stored import StoredEvent
from retour.dialects.trees import event_tree
from retour.lifecycle.model import EventType
from tests.support import samples
from tests.support.schema_checking import json_problem, xml_problem
from tests.support.xml_reading import parsed, tree_of

FOLDER = Path(__file__).parent


def sample(dialect: Dialect, event_type: EventType) -> StoredEvent:
    """Give the sample of an event; of messages, notifications speak of use cases' only."""
    if dialect.name == "notification" and event_type is EventType.MESSAGE_CREATED:
        return use_case_example()
    return samples.event(event_type)


def spoken(dialect: Dialect) -> Iterator[tuple[EventType, str, str]]:
    """Give the messages the samples make; a word may not fit one, as that of another outcome."""
    for event_type, words in dialect.vocabulary.items():
        for word in words:
            for form in dialect.formats:
                wanted = Wanted(word=word, format=form)
                if dialect.render(sample(dialect, event_type), wanted) is not None:
                    yield event_type, word, form


SAID = [
    pytest.param(dialect, event_type, word, form, id=f"{dialect.name}-{event_type}-{word}-{form}")
    for dialect in DIALECTS.values()
    for event_type, word, form in spoken(dialect)
]
SCHEMED = ("retour", "notification")
WORDED = [
    pytest.param(dialect, event_type, id=f"{dialect.name}-{event_type}")
    for dialect in DIALECTS.values()
    if dialect.name in SCHEMED
    for event_type in dialect.vocabulary
]


def file_of(dialect: Dialect, event_type: EventType, word: str, form: str) -> str:
    """Name the file of a message: after its event, and its word where there are several."""
    several = len(dialect.vocabulary[event_type]) > 1
    return f"{dialect.name}/{event_type}{f'.{word}' if several else ''}.{form}"


def schemas_of(dialect: Dialect, event_type: EventType) -> tuple[Schema, bytes, Tree]:
    """Give both published schemas of a body, and the shape they are written from."""
    if dialect.name == "retour":
        return json_schema(event_type), xsd(event_type), event_tree(event_type)
    word = word_of(event_type)
    assert word is not None
    return alert_json_schema(word.name), alert_xsd(word.name), alert_tree(WORDS[word.name])


def body_of(dialect: Dialect, event_type: EventType, form: str) -> bytes:
    message = dialect.render(sample(dialect, event_type), Wanted(format=form))
    assert message is not None
    return message.body


@pytest.mark.parametrize(("dialect", "event_type", "word", "form"), SAID)
def test_bytes_are_those_on_file(
    dialect: Dialect, event_type: EventType, word: str, form: str
) -> None:
    path = FOLDER / file_of(dialect, event_type, word, form)

    message = dialect.render(sample(dialect, event_type), Wanted(word=word, format=form))

    assert message is not None
    if os.environ.get("RETOUR_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(message.body)
    assert path.read_bytes() == message.body


def test_no_file_is_left_over() -> None:
    expected = {
        file_of(dialect, event_type, word, form)
        for dialect in DIALECTS.values()
        for event_type, word, form in spoken(dialect)
    }

    found = {
        path.relative_to(FOLDER).as_posix()
        for path in FOLDER.glob("*/*")
        if path.is_file() and path.suffix != ".pyc" and path.parent.name != "policies"
    }

    assert expected == found


@pytest.mark.parametrize(("dialect", "event_type"), WORDED)
def test_json_obeys_its_schema(dialect: Dialect, event_type: EventType) -> None:
    schema, _, _ = schemas_of(dialect, event_type)

    assert json_problem(schema, json.loads(body_of(dialect, event_type, "json"))) is None


@pytest.mark.parametrize(("dialect", "event_type"), WORDED)
def test_xml_obeys_its_schema(dialect: Dialect, event_type: EventType) -> None:
    _, written, _ = schemas_of(dialect, event_type)

    assert xml_problem(written, parsed(body_of(dialect, event_type, "xml"))) is None


@pytest.mark.parametrize(("dialect", "event_type"), WORDED)
def test_xml_says_what_json_says(dialect: Dialect, event_type: EventType) -> None:
    _, _, shape = schemas_of(dialect, event_type)

    expected = json.loads(body_of(dialect, event_type, "json"))
    said = tree_of(parsed(body_of(dialect, event_type, "xml")), shape)

    assert expected == said
    assert json.dumps(expected) == json.dumps(said), "the keys stand in the same order"
