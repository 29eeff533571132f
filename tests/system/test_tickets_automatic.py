"""The returns guide's workflow by itself, end to end: two requests set it up, then nobody acts.

A real SMTP server outside holds every mail; each customer is written in their own language, once
per step.  Where a person has to look, that is shown, and told too.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.support.mailbox import Mailbox
from tests.support.running import Api, Retour, free_port, retour_running, until

AUTOMATIC = {"approval": "auto", "label": "auto", "settlement": "auto", "completion": "auto"}
RECEIVED = {"status": "item_received", "custom_fields": {"condition": "good"}}
MODES = ["manual", "automated", "automated", "automated", "manual", "automated"]
WAY = [
    "return_requested",
    "eligibility_check",
    "approved",
    "label_sent",
    "item_received",
    "refunded",
]
MIRA, JONAS = "mira.sand@example.com", "jonas.brekke@example.com"
LOCALES = {MIRA: "en-GB", JONAS: "de-AT"}


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A mail server of its own, and its port."""
    kept, port = Mailbox(), free_port()
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    yield kept, port
    controller.stop()


@pytest.fixture(scope="module")
def house(mailbox: tuple[Mailbox, int]) -> Iterator[Retour]:
    """A server that sends its mail there."""
    with retour_running(RETOUR_SMTP_URL=f"smtp://127.0.0.1:{mailbox[1]}") as running:
        yield running


class Shop:
    """A merchant who set everything up with two requests."""

    def __init__(self, house: Retour, mailbox: Mailbox, **policy: object) -> None:
        self.api: Api = house.workspace()
        self._mailbox = mailbox
        self.api.ask("PUT", "/policies/default", {**AUTOMATIC, **policy})
        languages = {"languages": ["en", "de"]}
        self.made = self.api.ask("POST", "/notification-templates/defaults", languages)
        self.again = self.api.ask("POST", "/notification-templates/defaults", languages)
        self.tickets: dict[str, Any] = {}

    def ticket(self, customer: str, delivered_at: str = "2026-11-20T12:00:00Z") -> str:
        """Let a customer of ours ask, as the guide shows it; gives the path of the ticket."""
        number = f"{1000 + len(self.tickets)}"
        self.api.ask(
            "PUT",
            f"/orders/{number}",
            {
                "currency": "EUR",
                "customer": {"email": customer, "locale": LOCALES[customer], "country": "DE"},
                "ordered_at": delivered_at,
                "delivered_at": delivered_at,
                "payments": [{"id": "pay-1", "processor": "sandbox", "captured": "149.00"}],
                "lines": [
                    {
                        "id": "1",
                        "sku": "SKU-001",
                        "title": "Boots",
                        "quantity": 1,
                        "unit_price": "149.00",
                        "returnable": True,
                    }
                ],
            },
        )
        ticket = self.api.ask(
            "POST",
            "/tickets",
            {
                "subject": f"Return Request - Order #{number}",
                "customer_email": customer,
                "status": "return_requested",
                "custom_fields": {
                    "order_id": number,
                    "return_reason": "wrong_size",
                    "items_to_return": ["SKU-001"],
                },
            },
        )
        path = f"/tickets/{ticket['id']}"
        self.tickets[path] = ticket
        return path

    def until(self, path: str, status: str) -> dict[str, Any]:
        """Wait until a ticket has a status, and give it."""
        until(lambda: self.api.ask("GET", path)["status"] == status, f"{path} is {status}")
        return self.api.ask("GET", path)

    def mails(self, path: str, *events: str) -> list[EmailMessage]:
        """Wait for the mails about one ticket: one of each event, and no others.

        They came in the log's order: all are written by one profile.
        """
        until(lambda: len(self.arrived(path)) >= len(events), f"{len(events)} mails came", 60)
        found = self.arrived(path)
        assert [str(mail["x-retour-event"]) for mail in found] == list(events)
        assert len({str(mail["message-id"]) for mail in found}) == len(found)
        return found

    def arrived(self, path: str) -> list[EmailMessage]:
        """Give the mails about one ticket as they came in."""
        return_id = path.replace("/tickets/tkt_", "ret_")
        return [
            mail for mail in list(self._mailbox.mails) if mail["x-retour-return-id"] == return_id
        ]


def text_of(mail: EmailMessage) -> str:
    """Give the plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content


@pytest.fixture(scope="module")
def shop(house: Retour, mailbox: tuple[Mailbox, int]) -> Shop:
    """The merchant of the automatic way."""
    return Shop(house, mailbox[0])


TOLD = (
    "return.requested",
    "return.authorized",
    "label.created",
    "return.received",
    "return.processed",
    "settlement.settled",
    "return.completed",
)


def test_two_requests_set_it_up_and_nothing_is_made_twice(shop: Shop) -> None:
    made = {(one["event"], one["language"]) for one in shop.made["templates"]}
    assert len(shop.made["templates"]) == len(made) == 26
    assert all(one["made"] for one in shop.made["templates"])
    assert not any(one["made"] for one in shop.again["templates"])
    assert [one["id"] for one in shop.again["templates"]] == [
        one["id"] for one in shop.made["templates"]
    ]
    assert len(shop.api.ask("GET", "/notification-profiles")["data"]) == 1


@pytest.mark.parametrize("customer", LOCALES)
def test_from_the_request_to_the_refund_by_itself(shop: Shop, customer: str) -> None:
    path = shop.ticket(customer)
    shop.until(path, "label_sent")
    first = shop.mails(path, *TOLD[:3])
    shop.api.ask("PATCH", path, RECEIVED)
    ticket = shop.until(path, "closed")
    mails = shop.mails(path, *TOLD)

    steps = ticket["steps"]
    assert [(one["status"], one["mode"]) for one in steps] == list(zip(WAY, MODES, strict=True))
    assert [one["by"]["kind"] for one in steps] == [
        "api_key", "policy", "policy", "policy", "api_key", "policy",
    ]  # fmt: skip
    assert {one["by"]["id"] for one in steps if one["mode"] == "automated"} == {"default/2"}
    assert all(one["at"] for one in steps)
    assert [str(one["at"]) for one in steps] == sorted(str(one["at"]) for one in steps)
    assert ticket["custom_fields"]["refund_amount"] == 149.0

    assert {str(mail["to"]) for mail in mails} == {customer}
    assert [mail["message-id"] for mail in mails[:3]] == [mail["message-id"] for mail in first]
    assert all(mail in first for mail in shop.arrived(path)[:3]), "what came first stays first"
    label, paid = text_of(mails[2]), text_of(mails[5])
    assert "/labels/" in label or "/label" in label
    assert all("/follow/" in text_of(mail) for mail in mails)
    is_german = LOCALES[customer].startswith("de")
    assert ("149,00" if is_german else "149.00") in paid
    assert "€" in paid
    assert ("Etikett" in label) is is_german
    assert ("zurückgegeben" in paid) is is_german
    assert ("have given" in paid) is not is_german


def test_the_log_says_what_the_policy_did(shop: Shop) -> None:
    path = shop.ticket(MIRA)
    shop.until(path, "label_sent")
    return_id = path.replace("/tickets/tkt_", "ret_")

    events = shop.api.ask("GET", f"/returns/{return_id}/events")["data"]

    assert [(one["type"], one["data"].get("by_policy")) for one in events] == [
        ("return.requested", None),
        ("eligibility.checked", "default/2"),
        ("return.authorized", "default/2"),
        ("label.requested", "default/2"),
        ("label.created", None),
    ]
    assert {one["actor"]["kind"] for one in events[:4]} == {"api_key"}


def test_money_may_come_with_the_carriers_first_scan(
    house: Retour, mailbox: tuple[Mailbox, int]
) -> None:
    """No hand of the shop's at all: the carrier's scan pays."""
    shop = Shop(house, mailbox[0], settle_at="tracked")
    path = shop.ticket(JONAS)
    shop.until(path, "label_sent")
    return_id = path.replace("/tickets/tkt_", "ret_")
    shop.api.ask("POST", f"/returns/{return_id}/track", {"code": "in_transit"})

    ticket = shop.until(path, "refunded")

    assert ticket["steps"][5]["mode"] == "automated"
    assert ticket["steps"][4]["at"] is None
    shop.mails(path, *TOLD[:3], "settlement.settled")


def test_what_is_not_eligible_waits_for_a_person(shop: Shop) -> None:
    path = shop.ticket(JONAS, "2026-01-02T12:00:00Z")
    waiting = shop.api.ask("GET", path)
    shop.mails(path, "return.requested")
    shop.api.ask("PATCH", path, {"status": "approved"})
    shop.until(path, "label_sent")
    after = shop.api.ask("GET", path)
    mails = shop.mails(path, *TOLD[:3])

    assert waiting["status"] == "eligibility_check"
    assert [one["mode"] for one in waiting["steps"][:3]] == ["manual", "automated", "automated"]
    assert waiting["steps"][2]["by"] is None
    assert (after["steps"][2]["mode"], after["steps"][2]["by"]["kind"]) == ("manual", "api_key")
    assert "genehmigt" in str(mails[1]["subject"])


def test_a_no_is_told_with_its_reason(house: Retour, mailbox: tuple[Mailbox, int]) -> None:
    shop = Shop(house, mailbox[0], ineligible="reject")
    path = shop.ticket(JONAS, "2026-01-02T12:00:00Z")
    ticket = shop.until(path, "rejected")
    mails = shop.mails(path, "return.requested", "return.rejected")

    step = ticket["steps"][2]
    assert (step["status"], step["mode"], step["by"]["kind"]) == (
        "rejected",
        "automated",
        "policy",
    )
    assert "abgelehnt" in str(mails[1]["subject"])
    assert "window of 30 days" in text_of(mails[1])
