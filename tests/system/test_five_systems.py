"""One return driven once; every system that listens is told in its own words, and only those.

What is expected of whom is written down here by hand, from what the five systems' own documents
say, so that no table of ours checks itself.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from lxml import etree
from standardwebhooks.webhooks import Webhook

from tests.support.running import JSON, Api, Got, Receiver, Retour, order_body, retour_running
from tests.support.story import command, external_way, inspected, request, settle, until

STRAIGHT: Final[Mapping[str, tuple[str, ...]]] = {
    "notification": (
        "return_requested", "return_authorized", "return_shipped", "return_tracked",
        "return_received", "return_processed", "settlement_memo", "return_settled",
        "return_completed",
    ),
    "kibo": ("return_created", "return_accepted", "return_cleared"),
    "fulfillmenttools": (
        "ITEM_RETURN_JOB_CREATED",
        *["ITEM_RETURN_JOB_UPDATED"] * 7,  # Announced, open, labelled, come, judged, done, paying.
        "REFUND_TRIGGERED",
        "ITEM_RETURN_JOB_UPDATED",
    ),
    "tickets": ("ticket.created", *["ticket.updated"] * 7, "ticket.closed"),
}  # fmt: skip
"""What each is told of a return that goes straight from request to completed."""

TICKET_STATUSES: Final = (
    "return_requested", "approved", "label_sent", "item_received", "item_received",
    "item_received", "refunded", "closed", "closed",
)  # fmt: skip


def word_of(dialect: str, got: Got) -> str:
    """Read from a message itself what it says."""
    if "xml" in got.headers["content-type"]:
        return etree.fromstring(got.body).findtext("event") or "?"
    body: JSON = json.loads(got.body)
    key = {"kibo": "eventTypeID", "cloudevents": "type", "retour": "type"}.get(dialect, "event")
    return str(body[key])


class Listening:
    """One receiver with its subscription, in one dialect."""

    def __init__(self, api: Api, dialect: str, **more: object) -> None:
        self.dialect = dialect
        self.receiver = Receiver(lambda _: 200)
        asked = {"url": self.receiver.url, "events": ["*"], "dialect": dialect, **more}
        self.secret: str = api.ask("POST", "/subscriptions", asked)["secret"]

    def words(self, count: int) -> list[str]:
        """Wait for so many messages, and say which came."""
        got = self.receiver.until(lambda got: len(got) >= count)
        return [word_of(self.dialect, one) for one in got]

    @property
    def bodies(self) -> list[JSON]:
        """Give the bodies of what came, where they are JSON."""
        return [json.loads(one.body) for one in self.receiver.got]


@pytest.fixture(scope="module")
def server() -> Iterator[Retour]:
    """Run a server for all the tests of this module."""
    with retour_running() as house:
        yield house


def straight_way(api: Api, number: str) -> str:
    """Take a return of one piece from request to completed."""
    api.ask("PUT", f"/orders/{number}", order_body(2))
    ret = request(api, number, l1=1)
    command(api, ret, "authorize")
    command(api, ret, "create_label", {"carrier": "sandbox"})
    until(
        lambda: api.ask("GET", f"/returns/{ret}")["parcels"][0]["status"] == "label_created",
        "the label was made",
    )
    command(api, ret, "ship")
    command(api, ret, "track", {"code": "in_transit"})
    inspected(api, ret, "1", 1)
    settle(api, ret)
    command(api, ret, "complete")
    return ret


def test_each_system_is_told_in_its_own_words_and_only_those(server: Retour) -> None:
    """Five dialects and XML on one return: all of it, in order, and nothing more."""
    api = server.workspace()
    listening = {name: Listening(api, name) for name in STRAIGHT}
    xml = Listening(api, "notification", format="xml")
    native, events = Listening(api, "retour"), Listening(api, "cloudevents")

    ret = straight_way(api, "F-1")

    log = [one["type"] for one in api.ask("GET", f"/returns/{ret}/events?limit=200")["data"]]
    told = ["order.delivered", *log]
    assert told == native.words(len(told))
    assert [f"retour.{one}" for one in told] == events.words(len(told))
    for name, expected in STRAIGHT.items():
        assert list(expected) == listening[name].words(len(expected)), name
    assert list(STRAIGHT["notification"]) == xml.words(len(STRAIGHT["notification"]))
    statuses = [body["data"]["status"] for body in listening["tickets"].bodies]
    assert list(TICKET_STATUSES) == statuses
    versions = [
        body["payload"]["version"]
        for body in listening["fulfillmenttools"].bodies
        if "version" in body["payload"]
    ]
    assert versions == sorted(set(versions))
    assert 1 == versions[0]
    _check_signatures(listening, xml)


def _check_signatures(listening: Mapping[str, Listening], xml: Listening) -> None:
    """Who signs, signs so that others' code verifies it; who does not, sends no signature."""
    for one in (listening["notification"], xml):
        for got in one.receiver.got:
            Webhook(one.secret).verify(got.body, dict(got.headers), json_parse=False)
    tickets = listening["tickets"]
    for got in tickets.receiver.got:
        digest = hmac.new(tickets.secret.encode(), got.body, hashlib.sha256).hexdigest()
        assert f"sha256={digest}" == got.headers["x-dispatch-signature"]
        assert "webhook-signature" not in got.headers
    for name in ("kibo", "fulfillmenttools"):
        for got in listening[name].receiver.got:
            assert not {"webhook-signature", "x-dispatch-signature"} & set(got.headers)


def test_a_refund_that_failed_for_good_is_two_messages_to_kibo(server: Retour) -> None:
    """One about the return, one about the payment, under one id and in this order."""
    api = server.workspace()
    kibo = Listening(api, "kibo")

    external_way(api, "F-2")

    expected = ["return_created", "return_accepted", "return_errored", "refund", "return_cleared"]
    assert expected == kibo.words(len(expected))
    errored, refund = kibo.receiver.got[2:4]
    assert errored.headers["x-event-id"] == refund.headers["x-event-id"]
    assert "Card closed" == json.loads(refund.body)["errorMessage"]


def test_single_words_of_a_dialect_can_be_asked_for(server: Retour) -> None:
    """As systems do whose subscriptions name their own events."""
    api = server.workspace()
    refunds = Listening(api, "fulfillmenttools", events=["REFUND_TRIGGERED"])
    closed = Listening(api, "tickets", events=["ticket.closed"])

    straight_way(api, "F-3")

    assert ["ticket.closed"] == closed.words(1)
    assert ["REFUND_TRIGGERED"] == refunds.words(1)
