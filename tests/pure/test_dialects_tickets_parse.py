"""What people send about tickets: both spellings, exact numbers, every fault named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from retour.dialects.tickets import parse
from retour.dialects.tickets.parse import FieldsGiven, ItemGiven
from retour.kernel.problems import InvalidRequest

JSON = msgspec.json.Decoder(float_hook=Decimal)

CREATE = b"""{
  "subject": "Return Request - Order #1234",
  "customer_email": "mira.sand@example.com",
  "status": "return_requested",
  "custom_fields": {
    "order_id": "1234",
    "return_reason": "wrong_size",
    "items_to_return": ["SKU-001"],
    "original_order_total": 149.00
  }
}"""
UPDATE = b"""{
  "status": "item_received",
  "custom_fields": {"received_date": "2024-01-15", "condition": "good", "refund_amount": 149.00}
}"""


def faults(read: Callable[[object], object], body: bytes) -> dict[str, str]:
    """Give what is wrong with a body, by pointer."""
    with pytest.raises(InvalidRequest) as raised:
        read(JSON.decode(body))
    return {error.pointer: error.code for error in raised.value.errors}


def test_the_documents_own_request_is_read_exactly() -> None:
    given = parse.new_ticket(JSON.decode(CREATE))

    assert given.subject == "Return Request - Order #1234"
    assert given.customer_email == "mira.sand@example.com"
    assert given.status == "return_requested"
    assert given.fields == FieldsGiven(
        order_id="1234",
        return_reason="wrong_size",
        items=(ItemGiven(name="SKU-001"),),
        original_order_total=Decimal("149.00"),
    )


def test_the_documents_own_change_is_read_exactly() -> None:
    given = parse.change(JSON.decode(UPDATE))

    assert given.status == "item_received"
    assert given.subject is UNSET
    assert given.assignee_id is UNSET
    assert given.fields.received_date == date(2024, 1, 15)
    assert given.fields.condition == "good"
    assert str(given.fields.refund_amount) == "149.00"


def test_camel_case_says_the_same() -> None:
    camel = CREATE
    for name in (b"customer_email", b"custom_fields", b"order_id", b"return_reason"):
        first, *rest = name.split(b"_")
        camel = camel.replace(name, first + b"".join(word.capitalize() for word in rest))
    camel = camel.replace(b'"subject"', b'"title"').replace(b"items_to_return", b"itemsToReturn")

    assert b"_to_" not in camel
    assert parse.new_ticket(JSON.decode(camel)) == parse.new_ticket(JSON.decode(CREATE))


def test_both_spellings_may_agree() -> None:
    body = b'{"subject": "A", "title": "A", "custom_fields": {"order_id": "1", "orderId": "1"}}'

    given = parse.new_ticket(JSON.decode(body))

    assert (given.subject, given.fields.order_id) == ("A", "1")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"subject": "A", "title": "B"}', "/title"),
        (b'{"subject": "A", "custom_fields": {}, "customFields": {"a": 1}}', "/customFields"),
        (
            b'{"subject": "A", "custom_fields": {"order_id": "1", "orderId": 1}}',
            "/custom_fields/orderId",
        ),
    ],
)
def test_both_spellings_must_not_differ(body: bytes, pointer: str) -> None:
    assert faults(parse.new_ticket, body) == {pointer: "differs"}


def test_everything_wrong_is_named_at_once() -> None:
    body = b"""{"customer_email": "[email\xc2\xa0protected]", "priority": "asap", "colour": "red",
        "custom_fields": {"order_id": 1.5, "refund_amount": "many", "received_date": "15.01.2024",
                          "items_to_return": ["A", null]}}"""

    assert faults(parse.new_ticket, body) == {
        "/subject": "missing",
        "/customer_email": "bad_value",
        "/priority": "bad_value",
        "/colour": "unknown_field",
        "/custom_fields/order_id": "wrong_type",
        "/custom_fields/refund_amount": "bad_value",
        "/custom_fields/received_date": "bad_value",
        "/custom_fields/items_to_return/1": "wrong_type",
    }


@pytest.mark.parametrize(
    ("sent", "expected"),
    [("149.00", "149.00"), ("149", "149"), ("0.10", "0.10"), ('"7.5"', "7.5"), ("1.5e2", "150")],
)
def test_amounts_keep_their_digits(sent: str, expected: str) -> None:
    body = b'{"custom_fields": {"refund_amount": %b}}' % sent.encode()

    assert str(parse.change(JSON.decode(body)).fields.refund_amount) == expected


@pytest.mark.parametrize("sent", ["1e999999999", "true", "[]", '"1e5"', "12345678901234567890"])
def test_what_is_no_amount_is_said_so(sent: str) -> None:
    body = b'{"custom_fields": {"refund_amount": %b}}' % sent.encode()

    assert set(faults(parse.change, body)) == {"/custom_fields/refund_amount"}


@pytest.mark.parametrize(("sent", "expected"), [('"007"', "007"), ("1234", "1234"), ("0", "0")])
def test_ids_are_strings_or_integers(sent: str, expected: str) -> None:
    body = b'{"custom_fields": {"order_id": %b}}' % sent.encode()

    assert parse.change(JSON.decode(body)).fields.order_id == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (b'{"items_to_return": ["A", "B", "A"]}', [("A", 2, None), ("B", 1, None)]),
        (b'{"items_to_return": [7]}', [("7", 1, None)]),
        (
            b'{"return_lines": [{"sku": "A", "quantity": 3, "reason": "late"}]}',
            [("A", 3, "late")],
        ),
        (
            b'{"items_to_return": ["A"], "returnLines": [{"sku": "A", "quantity": 2}]}',
            [("A", 2, None)],
        ),
    ],
)
def test_items_are_named_per_piece_or_per_line(fields: bytes, expected: list[Any]) -> None:
    given = parse.change(JSON.decode(b'{"custom_fields": %b}' % fields))

    assert given.fields.items is not None
    assert [(item.name, item.quantity, item.reason) for item in given.fields.items] == expected


def test_items_named_in_both_ways_are_the_same_items() -> None:
    body = b'{"custom_fields": {"items_to_return": ["A"], "return_lines": [{"sku": "B"}]}}'

    assert faults(parse.change, body) == {"/custom_fields/items_to_return": "differs"}


def test_a_merchants_own_fields_are_kept_to_the_digit() -> None:
    body = b'{"custom_fields": {"loyalty": 10.50, "notes": ["a", {"b": null}], "gone": null}}'

    assert parse.change(JSON.decode(body)).fields.free == {
        "loyalty": "10.50",
        "notes": '["a",{"b":null}]',
        "gone": None,
    }


def test_null_takes_back_an_assignee_and_nothing_else() -> None:
    assert parse.change(JSON.decode(b'{"assignee_id": null}')).assignee_id is None
    assert faults(parse.change, b'{"status": null, "title": null, "tags": null}') == {
        "/status": "wrong_type",
        "/title": "wrong_type",
        "/tags": "wrong_type",
    }


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"null"])
def test_a_body_is_an_object(body: bytes) -> None:
    for read in (parse.new_ticket, parse.change, parse.new_comment, parse.new_webhook):
        assert faults(read, body) == {"": "wrong_type"}


def test_a_webhook_is_read_as_the_document_has_it() -> None:
    body = b'{"url": "https://your-app.com/webhooks/dispatch", "events": ["ticket.updated"]}'

    given = parse.new_webhook(JSON.decode(body))

    assert given.url == "https://your-app.com/webhooks/dispatch"
    assert given.events == ("ticket.updated",)
    assert given.secret is None
    assert faults(parse.new_webhook, b"{}") == {"/url": "missing", "/events": "missing"}
