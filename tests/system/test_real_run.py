"""A real run: every command, three subscribers; all arrives in order, signed and valid."""

from __future__ import annotations

import http.client
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import pytest
from aiosmtpd.controller import Controller
from lxml import etree
from standardwebhooks.webhooks import Webhook

from tests.support.mailbox import Mailbox
from tests.support.running import (
    JSON,
    Api,
    Got,
    Receiver,
    Retour,
    free_port,
    retour_running,
    until,
)
from tests.support.story import external_way, long_way, short_ways

WORDS = (
    "return_requested",
    "return_rejected",
    "return_authorized",
    "return_shipped",
    "return_tracked",
    "return_received",
    "return_processed",
    "return_settled",
    "return_completed",
    "return_canceled",
)
PRIMARY = {word.replace("_", ".", 1) for word in WORDS}


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    """An SMTP server and its address."""
    kept = Mailbox()
    port = free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture(scope="module")
def mailing(mailbox: tuple[Mailbox, str]) -> Iterator[Retour]:
    """A server that sends its mail there."""
    with retour_running(RETOUR_SMTP_URL=mailbox[1]) as house:
        yield house


def _log(api: Api, path: str) -> list[JSON]:
    """Read a log whole, page by page."""
    events: list[JSON] = []
    cursor = ""
    while True:
        page = api.ask("GET", f"{path}?limit=200{cursor}")
        events += page["data"]
        if page["next_cursor"] is None:
            return events
        cursor = f"&cursor={page['next_cursor']}"


def _body(got: Got) -> JSON:
    """Read a native message's envelope from either format."""
    if "xml" not in got.headers["content-type"]:
        return json.loads(got.body)
    root = etree.fromstring(got.body)
    return {
        "id": root.findtext("id"),
        "type": root.findtext("type"),
        "data": {"return": {"id": root.findtext("data/return/id")}},
    }


def _by_return(got: list[Got]) -> dict[str, list[str]]:
    """Give the event ids per return in the order of arrival."""
    arrived: dict[str, list[str]] = defaultdict(list)
    for one in got:
        if "webhook-sequence" in one.headers:
            arrived[_body(one)["data"]["return"]["id"]].append(one.headers["webhook-id"])
    return arrived


def test_everything_arrives_in_order_signed_and_valid(
    mailing: Retour, mailbox: tuple[Mailbox, str]
) -> None:
    """Three subscribers each get every event they asked for; all of it verifies."""
    api = mailing.workspace_by_command()
    as_json, as_xml = Receiver(), Receiver()
    json_sub = api.ask("POST", "/subscriptions", {"url": as_json.url, "events": ["*"]})
    xml_sub = api.ask(
        "POST", "/subscriptions", {"url": as_xml.url, "events": ["*"], "format": "xml"}
    )
    profile = api.ask(
        "POST",
        "/notification-profiles",
        {"name": "Inbox", "type": "email", "address": "team@example.com"},
    )
    for word in WORDS:
        template = {"event": word, "type": "email", "profiles": [profile["id"]], "active": True}
        api.ask("POST", "/notification-templates", template)

    returns = [long_way(api, "R-1"), *short_ways(api, "R-2"), external_way(api, "R-3")]

    logs = {ret: _log(api, f"/returns/{ret}/events") for ret in returns}
    count = sum(len(log) for log in logs.values()) + 3  # and three orders delivered
    for outside in (as_json, as_xml):
        outside.until(lambda got: len(got) >= count)
        _check_order(outside.got, logs)
    _check_signatures(as_json.got, json_sub["secret"])
    _check_signatures(as_xml.got, xml_sub["secret"])
    _check_schemas(mailing.base, as_json.got, as_xml.got)
    _check_mails(mailbox[0], logs)
    _check_resend(api, json_sub["id"], as_json)
    _check_resend(api, xml_sub["id"], as_xml)
    as_json.close()
    as_xml.close()


def _check_order(got: list[Got], logs: dict[str, list[JSON]]) -> None:
    """Each return's events arrive exactly once, in the order of their sequence."""
    arrived = _by_return(got)
    for ret, log in logs.items():
        assert list(range(1, len(log) + 1)) == [event["sequence"] for event in log]
        assert [event["id"] for event in log] == arrived[ret]


def _check_signatures(got: list[Got], secret: str) -> None:
    verifier = Webhook(secret)
    for one in got:
        verifier.verify(one.body, dict(one.headers), json_parse=False)
    tampered = got[0].body.replace(b"return", b"re7urn", 1) + b" "
    with pytest.raises(Exception, match="signature"):
        verifier.verify(tampered, dict(got[0].headers))


def _fetch(base: str, path: str) -> bytes:
    place = urlsplit(base)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert 200 == answer.status, path
    return content


def _check_schemas(base: str, as_json: list[Got], as_xml: list[Got]) -> None:
    """Every message validates against what is published for its type."""
    validators: dict[str, Any] = {}
    for one in as_json:
        kind = json.loads(one.body)["type"]
        if kind not in validators:
            schema = json.loads(_fetch(base, f"/schemas/{kind}.json"))
            validators[kind] = jsonschema.Draft202012Validator(schema)
        validators[kind].validate(json.loads(one.body))
    schemas: dict[str, etree.XMLSchema] = {}
    for one in as_xml:
        root = etree.fromstring(one.body)
        kind = root.findtext("type") or ""
        if kind not in schemas:
            schemas[kind] = etree.XMLSchema(etree.fromstring(_fetch(base, f"/schemas/{kind}.xsd")))
        schemas[kind].assertValid(root)
    assert len(validators) >= 20
    assert set(validators) == set(schemas)


def _check_mails(mailbox: Mailbox, logs: dict[str, list[JSON]]) -> None:
    """Each primary event is one mail with text and HTML, per return in order."""
    wanted = [event for log in logs.values() for event in log if event["type"] in PRIMARY]
    until(lambda: len(mailbox.mails) >= len(wanted), "every mail has arrived")
    assert len(wanted) == len(mailbox.mails)
    arrived = [mail["x-retour-event-id"] for mail in mailbox.mails]
    for log in logs.values():
        ids = [event["id"] for event in log if event["type"] in PRIMARY]
        assert ids == [one for one in arrived if one in ids]
    for mail in mailbox.mails:
        assert {"text/plain", "text/html"} == {
            part.get_content_type() for part in mail.walk() if not part.is_multipart()
        }


def _check_resend(api: Api, subscription: str, outside: Receiver) -> None:
    """A resend gives the same bytes under the same id, with a signature of its own."""
    delivery = api.ask("GET", f"/deliveries?subscription={subscription}&limit=1")["data"][0]
    first = next(got for got in outside.got if got.headers["webhook-id"] == delivery["event"])
    before = len(outside.got)
    again = api.ask("POST", f"/deliveries/{delivery['id']}/resend")
    outside.until(lambda got: len(got) > before)
    assert delivery["id"] == again["resend_of"]
    assert first.body == outside.got[-1].body
    assert first.headers["webhook-id"] == outside.got[-1].headers["webhook-id"]
