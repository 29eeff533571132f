"""The returns guide's six steps with a real server: curl asks, a receiver outside is told.

The receiver checks signatures by code of its own, with nothing but the secret it was shown.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.doors.test_tickets import CREATE, UPDATE, order
from tests.doors.test_tickets_webhooks import AS_DOCUMENTED
from tests.support.running import Api, Got, Receiver, Retour, retour_running, until

WAIT_S = 30.0


@pytest.fixture(scope="module")
def house() -> Iterator[Retour]:
    """One server for all walks; each has a workspace of its own."""
    with retour_running() as running:
        yield running


@dataclass(frozen=True, kw_only=True)
class Told:
    """One message as the receiver understood it."""

    event: str
    data: dict[str, Any]
    id: str


class Listener:
    """A webhook's endpoint: it takes what is signed with its secret, and nothing else."""

    def __init__(self, api: Api, *events: str) -> None:
        self.receiver = Receiver()
        made = api.ask("POST", "/webhooks", {"url": self.receiver.url, "events": list(events)})
        self.id: str = made["id"]
        self.secret: str = made["secret"]

    def until(self, *expected: tuple[str, str]) -> list[Told]:
        """Wait for the last of these, and give all that was told, each once, in order."""
        self.receiver.until(lambda got: len(got) >= len(expected), WAIT_S)
        told = [self._read(one) for one in list(self.receiver.got)]
        assert [(one.event, one.data.get("status", "")) for one in told] == list(expected)
        assert len({one.id for one in told}) == len(told)
        return told

    def _read(self, got: Got) -> Told:
        digest = hmac.new(self.secret.encode(), got.body, hashlib.sha256).hexdigest()
        assert got.headers["x-dispatch-signature"] == f"sha256={digest}"
        assert "webhook-signature" not in got.headers
        body = json.loads(got.body)
        assert list(body) == ["id", "event", "brand_id", "data", "timestamp"]
        return Told(event=body["event"], data=body["data"], id=body["id"])

    def close(self) -> None:
        """Stop listening."""
        self.receiver.close()


def curl(house: Retour, api: Api, method: str, path: str, body: bytes) -> tuple[int, Any]:
    """Ask as the guide shows it, from outside; gives the status and the answer."""
    done = subprocess.run(
        [
            *("curl", "--silent", "--show-error", "--request", method),
            *("--header", f"authorization: Bearer {api.api_key}"),
            *("--header", "content-type: application/json"),
            *("--data-binary", "@-", "--write-out", "\n%{http_code}"),
            f"{house.base}/v1/workspaces/{api.workspace}{path}",
        ],
        input=body,
        capture_output=True,
        check=True,
    )
    answer, _, status = done.stdout.rpartition(b"\n")
    return int(status), json.loads(answer)


def listed(api: Api, path: str) -> list[dict[str, Any]]:
    """Ask for a bare list."""
    items: list[dict[str, Any]] = json.loads(api.call("GET", path).body)
    return items


def test_the_three_documented_requests_do_what_they_say(house: Retour) -> None:
    """201, 200 and 201, as they stand in the guide; its redacted address is a real one here."""
    api = house.workspace()
    api.ask("PUT", "/orders/1234", order())

    made, ticket = curl(house, api, "POST", "/tickets", CREATE)
    changed, after = curl(house, api, "PATCH", f"/tickets/{ticket['id']}", UPDATE)
    hooked, webhook = curl(house, api, "POST", "/webhooks", AS_DOCUMENTED)

    assert (made, changed, hooked) == (201, 200, 201)
    assert (ticket["status"], after["status"]) == ("return_requested", "item_received")
    assert webhook["secret"].startswith("whsec_")


def test_the_six_steps_are_told_as_they_happen(house: Retour) -> None:
    api = house.workspace()
    api.ask("PUT", "/orders/1234", order())
    listener = Listener(api, "ticket.created", "ticket.updated", "ticket.closed")
    expected = [("ticket.created", "return_requested")]
    ticket = curl(house, api, "POST", "/tickets", CREATE)[1]
    path = f"/tickets/{ticket['id']}"

    for status in ("eligibility_check", "approved", "label_sent"):
        api.ask("PATCH", path, {"status": status})
        expected.append(("ticket.updated", status))
        listener.until(*expected)
    curl(house, api, "PATCH", path, UPDATE)
    expected += [("ticket.updated", "label_sent"), *[("ticket.updated", "item_received")] * 2]
    listener.until(*expected)
    api.ask("PATCH", path, {"status": "refunded"})
    expected += [("ticket.updated", "item_received"), ("ticket.updated", "refunded")]
    told = listener.until(*expected)
    api.ask("PATCH", path, {"status": "closed"})
    expected += [("ticket.updated", "closed"), ("ticket.closed", "closed")]
    listener.until(*expected)
    listener.close()

    assert {one.data["id"] for one in told} == {ticket["id"]}
    assert [one.data.get("changes") for one in told] == [
        None,
        ["status"],
        ["status"],
        ["status"],
        ["customFields.received_date", "customFields.refund_amount"],
        ["status", "customFields.received_date"],
        ["customFields.condition"],
        ["customFields.refund_amount"],
        ["status"],
    ]
    seen = api.ask("GET", path)
    assert (seen["status"], seen["custom_fields"]["refund_amount"]) == ("closed", 149.0)
    ledger = api.ask("GET", "/sandbox/processor/ledger")["data"]
    assert [(one["amount"], one["status"]) for one in ledger] == [("149.00", "succeeded")]


def test_where_the_merchant_pays_refunded_is_the_word_to_pay(house: Retour) -> None:
    """No processor of ours is asked; the status says that the merchant's own has paid."""
    api = house.workspace()
    api.ask("PUT", "/orders/1234", order("external"))
    ticket = curl(house, api, "POST", "/tickets", CREATE)[1]
    path = f"/tickets/{ticket['id']}"
    api.ask("PATCH", path, {"status": "approved"})
    curl(house, api, "PATCH", path, UPDATE)
    listener = Listener(api, "ticket.updated")

    after = api.ask("PATCH", path, {"status": "refunded"})

    assert after["status"] == "refunded"
    listener.until(("ticket.updated", "item_received"), ("ticket.updated", "refunded"))
    listener.close()
    assert api.ask("GET", "/sandbox/processor/ledger")["data"] == []


def test_a_ticket_that_waited_is_told_from_its_first_word_on(house: Retour) -> None:
    api = house.workspace()
    listener = Listener(api, "*")
    ticket = curl(house, api, "POST", "/tickets", CREATE)[1]
    path = f"/tickets/{ticket['id']}"
    api.ask("POST", f"{path}/comments", {"body": "Which order?", "author_type": "AGENT"})
    listener.until(("ticket.created", "return_requested"), ("comment.created", ""))
    api.ask("PUT", "/orders/1234", order())
    api.ask("PATCH", path, {"custom_fields": {"order_id": "1234"}})
    api.ask("PATCH", path, {"status": "rejected"})

    told = listener.until(
        ("ticket.created", "return_requested"),
        ("comment.created", ""),
        ("ticket.updated", "return_requested"),
        ("ticket.updated", "rejected"),
        ("ticket.closed", "rejected"),
    )
    listener.close()

    assert told[1].data["comment"]["body"] == "Which order?"
    assert told[2].data["changes"] == ["customFields.order_id"]
    assert [one["body"] for one in listed(api, f"{path}/comments")] == ["Which order?"]


def test_deliveries_show_what_a_webhook_was_told(house: Retour) -> None:
    api = house.workspace()
    listener = Listener(api, "*")
    api.ask("POST", "/tickets", {"subject": "Hello"})
    (told,) = listener.until(("ticket.created", "open"))
    listener.close()
    path = f"/webhooks/{listener.id}/deliveries"
    until(lambda: listed(api, path)[0]["status"] != "PENDING", "the answer is written down")

    (shown,) = listed(api, path)

    assert (shown["event"], shown["webhook_id"]) == ("ticket.created", listener.id)
    assert (shown["status"], shown["attempts"], shown["response_code"]) == ("SUCCESS", 1, 204)
    assert shown["payload"]["id"] == told.id
