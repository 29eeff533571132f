"""XML is well-formed and says what was typed, whatever was typed."""

from __future__ import annotations

import re
from typing import cast

from hypothesis import example, given
from hypothesis import strategies as st

from retour.dialects.dialect import Wanted
from retour.dialects.notification import WORDS, alert_of
from retour.dialects.notification.alert_trees import alert_tree
from retour.dialects.registry import DIALECTS
from retour.dialects.retour import event_view
from retour.dialects.stored import StoredEvent
from retour.dialects.trees import event_tree
from retour.dialects.view import View
from retour.dialects.xmltree import document, escape, escape_quoted
from retour.lifecycle.model import EventType
from tests.support import samples
from tests.support.xml_reading import Json, parsed, tree_of

TOLD = EventType.RETURN_SETTLED

# What XML 1.0, production [2], lets into a document.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

NASTY = st.one_of(
    st.text(),
    st.text(alphabet="<>&\"']]>\x00\x0b\r\n\t\ufffe\uffff\u202e\u0085\u2028😀é ", min_size=1),
)


def as_xml_can_say(value: Json) -> Json:
    """Give the tree with every illegal character replaced, in keys of free maps too."""
    if isinstance(value, str):
        return ILLEGAL.sub("\ufffd", value)
    if isinstance(value, list):
        return [as_xml_can_say(item) for item in cast("list[Json]", value)]
    if isinstance(value, dict):
        items = cast("dict[str, Json]", value).items()
        return {as_xml_can_say(key): as_xml_can_say(item) for key, item in items}
    return value


def xml_of(dialect: str, sample: StoredEvent) -> bytes:
    message = DIALECTS[dialect].render(sample, Wanted(format="xml"))
    assert message is not None
    return message.body


@given(NASTY)
@example("]]>")
@example("<![CDATA[")
@example("\x00\x1f\ufffe")
@example("&amp;&#0;")
@example(" \t\r\n ")
@example("\u202e\u0627\u0633\u0645")
@example("😀\U0010ffff")
def test_any_text_survives_in_events(text: str) -> None:
    sample = samples.saying(samples.event(TOLD), text)

    said = tree_of(parsed(xml_of("retour", sample)), event_tree(TOLD))

    assert as_xml_can_say(event_view(sample)) == said


@given(NASTY)
@example("]]>")
def test_any_text_survives_in_alerts(text: str) -> None:
    sample = samples.saying(samples.event(TOLD), text)

    said = tree_of(parsed(xml_of("notification", sample)), alert_tree(WORDS["return_settled"]))

    assert as_xml_can_say(alert_of(sample)) == said


@given(NASTY)
def test_text_comes_back_from_an_attribute(text: str) -> None:
    root = parsed(f'<a name="{escape_quoted(text)}"/>'.encode())

    assert ILLEGAL.sub("\ufffd", text) == root.get("name")


def test_half_a_character_is_replaced() -> None:
    assert escape("a\ud800b") == "a\ufffdb"
    assert escape_quoted("\udfff") == "\ufffd"


def test_empty_lists_null_and_empty_text_differ() -> None:
    view: View = {"lines": [], "reason": None, "title": "", "n": 0, "eligible": False}

    body = document("event", view).decode()

    assert body.endswith(
        '<lines></lines><reason xsi:nil="true"/><title></title><n>0</n>'
        "<eligible>false</eligible></event>\n"
    )


def test_lists_in_lists_keep_their_items_apart() -> None:
    view: View = {"lines": [{"line": "1", "units": ["a", "b"]}, {"line": None, "units": []}]}

    root = parsed(document("event", view))

    assert [len(line) for line in root.findall("lines/line")] == [2, 2]
    assert [unit.text for unit in root.findall("lines/line/units/unit")] == ["a", "b"]
