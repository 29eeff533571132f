"""Every event as a CloudEvent: read back by the project's own library, in both modes."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from retour.dialects.cloudevents import DIALECT, MODES, data_schema
from retour.dialects.dialect import Wanted
from retour.dialects.retour import event_view
from retour.dialects.schemas import message_schema
from retour.dialects.stored import StoredEvent
from retour.kernel.wire import WireMessage
from retour.lifecycle.model import EventType
from tests.support import samples
from tests.support.schema_checking import json_problem

BOTH = pytest.mark.parametrize("mode", MODES)
ATTRIBUTES = [
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "sequence",
]
NAME = re.compile("[a-z0-9]{1,20}")


def said(event: StoredEvent, mode: str) -> WireMessage:
    message = DIALECT.render(event, Wanted(settings={"mode": mode}))
    assert message is not None
    return message


def read(event: StoredEvent, mode: str) -> BaseCloudEvent:
    """Say an event and read it as a receiver does."""
    message = said(event, mode)
    headers = {"content-type": message.content_type, **dict(message.headers)}
    return from_http_event(HTTPMessage(headers=headers, body=message.body))


@BOTH
@pytest.mark.parametrize("event_type", list(EventType))
def test_the_library_reads_what_is_said(event_type: EventType, mode: str) -> None:
    event = samples.event(event_type)

    found = read(event, mode)

    assert found.get_specversion() == "1.0"
    assert found.get_id() == event.id
    assert found.get_source() == f"/workspaces/{event.workspace}"
    assert found.get_type() == f"retour.{event_type}"
    assert found.get_time() == event.occurred_at
    assert found.get_datacontenttype() == "application/json"
    assert found.get_data() == event_view(event)["data"]


@pytest.mark.parametrize("event_type", list(EventType))
def test_both_modes_say_the_same(event_type: EventType) -> None:
    event = samples.event(event_type)

    structured, binary = (read(event, mode) for mode in MODES)

    assert structured.get_attributes() == binary.get_attributes()
    assert structured.get_data() == binary.get_data()


def test_structured_is_one_json_object_and_the_default() -> None:
    event = samples.event(EventType.RETURN_RECEIVED)

    message = DIALECT.render(event, Wanted())

    assert message is not None
    assert message == said(event, "structured")
    assert message.content_type == "application/cloudevents+json"
    assert message.headers == ()
    body = cast("dict[str, Any]", msgspec.json.decode(message.body))
    assert list(body) == [*ATTRIBUTES, "data"]
    assert all(NAME.fullmatch(name) for name in body)


def test_binary_has_its_attributes_in_headers_and_nothing_but_data_in_its_body() -> None:
    event = samples.event(EventType.RETURN_RECEIVED)

    message = said(event, "binary")

    assert message.content_type == "application/json"
    names = [f"ce-{name}" for name in ATTRIBUTES if name != "datacontenttype"]
    assert [name for name, _ in message.headers] == names
    assert msgspec.json.decode(message.body) == event_view(event)["data"]


@pytest.mark.parametrize(
    ("event_type", "subject"),
    [
        (EventType.RETURN_RECEIVED, "ret_"),
        (EventType.ORDER_DELIVERED, "000100042"),
        (EventType.SUBSCRIPTION_PAUSED, "sub_"),
    ],
)
def test_the_subject_is_what_the_event_is_about(event_type: EventType, subject: str) -> None:
    assert str(read(samples.event(event_type), "binary").get_subject()).startswith(subject)


@BOTH
def test_sequences_of_a_return_compare_as_text(mode: str) -> None:
    """``10`` comes after ``9``, in a library that knows nothing of numbers."""
    events = samples.walk()
    first = events[0]
    late = replace(first, sequence=100_000)

    found = [str(read(event, mode).get_extension("sequence")) for event in (*events, late)]

    assert found[0] == "0000000001"
    assert len(found) > 10
    assert found == sorted(found)


def test_an_event_of_no_return_has_no_sequence() -> None:
    attributes = read(samples.event(EventType.ORDER_DELIVERED), "structured").get_attributes()

    assert "sequence" not in attributes


@BOTH
@given(number=st.text(min_size=1, max_size=30))
def test_whatever_an_order_is_called_arrives(mode: str, number: str) -> None:
    """What no attribute may hold becomes U+FFFD; no header has a space, a quote or a line's end."""
    sample = samples.event(EventType.ORDER_DELIVERED)
    event = samples.with_order(sample, replace(samples.order_of(sample), order_number=number))

    subject = str(read(event, mode).get_subject())

    assert len(subject) == len(number)
    kept = [(was, now) for was, now in zip(number, subject, strict=True) if now != "\ufffd"]
    assert all(was == now for was, now in kept)
    assert not re.search("[\x00-\x1f\x7f-\x9f]", subject)
    for _, value in said(event, "binary").headers:
        assert re.fullmatch("[!#-~]+", value)


@pytest.mark.parametrize("event_type", list(EventType))
def test_data_obeys_the_schema_that_is_named(event_type: EventType) -> None:
    """An absolute URI without a fragment, as the type of ``dataschema`` demands."""
    found = read(samples.event(event_type), "structured")
    named = urlsplit(str(found.get_dataschema()))
    schema = data_schema(event_type)

    assert named.scheme
    assert not named.fragment
    assert schema["$id"] == found.get_dataschema()
    assert json_problem(schema, found.get_data()) is None
    assert json_problem(schema, {"return": 1}) is not None


@pytest.mark.parametrize("event_type", list(EventType))
def test_a_structured_body_has_the_shape_that_is_stated(event_type: EventType) -> None:
    message = said(samples.event(event_type), "structured")
    body = cast("dict[str, Any]", msgspec.json.decode(message.body))
    schema = message_schema(DIALECT, f"retour.{event_type}")

    assert json_problem(schema, body) is None
    assert json_problem(schema, {**body, "sequence": "1"}) is not None


@pytest.mark.parametrize(
    ("mode", "wrong"), [("binary", False), ("structured", False), ("batch", True), (None, True)]
)
def test_only_a_mode_there_is_can_be_set(mode: str | None, *, wrong: bool) -> None:
    assert (DIALECT.checks["mode"](mode) is not None) == wrong


def test_a_mode_there_is_not_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        DIALECT.render(samples.event(EventType.RETURN_RECEIVED), Wanted(settings={"mode": "batch"}))


def test_time_is_the_business_one() -> None:
    event = samples.event(EventType.RETURN_RECEIVED)

    body = msgspec.json.decode(said(event, "structured").body)

    assert datetime.fromisoformat(body["time"]) == event.occurred_at
    assert body["time"].endswith("Z")
