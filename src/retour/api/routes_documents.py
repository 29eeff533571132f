"""What can be read about this instance: its documents, and a schema for everything it says.

The documents are written from the whole table, this module's rows among them, so they are imported
when they are first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from retour.api.asgi import Reply
from retour.api.problems import Stop, not_found
from retour.api.routes import OpenRoute
from retour.dialects.catalogue import ENTRIES
from retour.dialects.cloudevents import data_schema
from retour.dialects.messages import Said, message
from retour.dialects.notification import WORDS
from retour.dialects.schemas import (
    alert_json_schema,
    alert_xsd,
    json_schema,
    message_schema,
    message_xsd,
    xsd,
)
from retour.lifecycle.model import EventType

if TYPE_CHECKING:
    from retour.desk.house import House

_SCHEMA: Final = b"application/schema+json"
_XML: Final = b"application/xml; charset=utf-8"
_CACHED: Final = (b"cache-control", b"public, max-age=300")
_PAGE_POLICY: Final = (
    b"content-security-policy",
    (
        b"default-src 'none'; style-src 'self'; base-uri 'none';"
        b" form-action 'none'; frame-ancestors 'none'"
    ),
)


def _document(body: bytes, content_type: bytes) -> Reply:
    return Reply(body=body, content_type=content_type, headers=(_CACHED,))


def _json(value: Mapping[str, Any], content_type: bytes) -> Reply:
    return _document(json.dumps(value, ensure_ascii=False).encode(), content_type)


async def read_openapi(house: House, params: Mapping[str, str]) -> Reply:
    """Give the OpenAPI document."""
    del house, params
    return _openapi()


@cache
def _openapi() -> Reply:
    from retour.api.published import openapi

    return _json(openapi.document(), b"application/json")


async def read_asyncapi(house: House, params: Mapping[str, str]) -> Reply:
    """Give the AsyncAPI document."""
    del house, params
    return _asyncapi()


@cache
def _asyncapi() -> Reply:
    from retour.api.published import asyncapi

    return _json(asyncapi.document(), b"application/json")


async def read_docs(house: House, params: Mapping[str, str]) -> Reply:
    """Give the document for people."""
    del house, params
    from retour.api.published.docs import page

    headers = (_CACHED, _PAGE_POLICY, (b"referrer-policy", b"no-referrer"))
    return Reply(body=page(), content_type=b"text/html; charset=utf-8", headers=headers)


async def read_docs_style(house: House, params: Mapping[str, str]) -> Reply:
    """Give the page's stylesheet."""
    del house, params
    from retour.api.published.docs import style

    return _document(style(), b"text/css; charset=utf-8")


async def read_schema(house: House, params: Mapping[str, str]) -> Reply:
    """Give a schema or an example of an event, or a schema of an alert."""
    del house
    return _schema(params["file"])


@cache
def _schema(file: str) -> Reply:
    for suffix, write in _SUFFIXES.items():
        name = file.removesuffix(suffix)
        if name != file:
            reply = write(name)
            if reply is not None:
                return reply
    raise Stop(not_found("schema"))


async def read_message_schema(house: House, params: Mapping[str, str]) -> Reply:
    """Give a schema or a sample of what a dialect says in one of its words."""
    del house
    return _message_schema(params["dialect"], params["file"])


@cache
def _message_schema(dialect: str, file: str) -> Reply:
    for suffix, write in _OF_MESSAGES.items():
        if file.endswith(suffix):
            said = message(dialect, file.removesuffix(suffix))
            reply = None if said is None else write(said)
            if reply is not None:
                return reply
    raise Stop(not_found("schema"))


def _sample(said: Said) -> Reply:
    sample = said.sample("json")
    return _document(sample.body, sample.content_type.encode())


def _xml_sample(said: Said) -> Reply | None:
    return _document(said.sample("xml").body, _XML) if "xml" in said.dialect.formats else None


def _xml_schema(said: Said) -> Reply | None:
    if "xml" not in said.dialect.formats:
        return None
    return _document(message_xsd(said.dialect, said.word), _XML)


_OF_MESSAGES: Final[Mapping[str, Callable[[Said], Reply | None]]] = {
    ".example.json": _sample,
    ".example.xml": _xml_sample,
    ".json": lambda said: _json(message_schema(said.dialect, said.word), _SCHEMA),
    ".xsd": _xml_schema,
}


def _event_example(name: str) -> Reply | None:
    if name not in _EVENTS:
        return None
    return _json(ENTRIES[EventType(name)].example, b"application/json")


def _data_schema(name: str) -> Reply | None:
    return _json(data_schema(EventType(name)), _SCHEMA) if name in _EVENTS else None


def _any_json_schema(name: str) -> Reply | None:
    if name in _EVENTS:
        return _json(json_schema(EventType(name)), _SCHEMA)
    return _json(alert_json_schema(name), _SCHEMA) if name in WORDS else None


def _any_xsd(name: str) -> Reply | None:
    if name in _EVENTS:
        return _document(xsd(EventType(name)), _XML)
    return _document(alert_xsd(name), _XML) if name in WORDS else None


_EVENTS: Final = frozenset(entry.value for entry in EventType)
_SUFFIXES: Final[Mapping[str, Callable[[str], Reply | None]]] = {
    ".example.json": _event_example,
    ".data.json": _data_schema,
    ".json": _any_json_schema,
    ".xsd": _any_xsd,
}

ROUTES: Final = (
    OpenRoute(
        path="/openapi.json",
        name="read_openapi",
        tag="Documents",
        summary="This API as OpenAPI 3.1, webhooks included",
        answer=read_openapi,
    ),
    OpenRoute(
        path="/asyncapi.json",
        name="read_asyncapi",
        tag="Documents",
        summary="What subscriptions are told, as AsyncAPI 3",
        answer=read_asyncapi,
    ),
    OpenRoute(
        path="/docs",
        name="read_docs",
        tag="Documents",
        summary="The same for people",
        answer=read_docs,
        content_type="text/html",
    ),
    OpenRoute(
        path="/docs/style.css",
        name="read_docs_style",
        tag="Documents",
        summary="How that page looks",
        answer=read_docs_style,
        content_type="text/css",
    ),
    OpenRoute(
        path="/schemas/{file}",
        name="read_schema",
        tag="Documents",
        summary="A schema of a message: {event}.json, .data.json, .xsd; {event}.example.json",
        answer=read_schema,
        content_type="application/schema+json",
        noun="schema",
    ),
    OpenRoute(
        path="/schemas/{dialect}/{file}",
        name="read_message_schema",
        tag="Documents",
        summary="The same of any dialect: {word}.json, .xsd, .example.json, .example.xml",
        answer=read_message_schema,
        content_type="application/schema+json",
        noun="schema",
    ),
)
