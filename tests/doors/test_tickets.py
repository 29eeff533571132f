"""Tickets over HTTP, as the returns guide asks for them and as the SDK speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.doors.client import Answer, Client
from tests.doors.test_tickets_webhooks import brand, complaint

if TYPE_CHECKING:
    from litestar import Litestar

    from tests.support.pg import Workspace

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
  "custom_fields": {
    "received_date": "2024-01-15",
    "condition": "good",
    "refund_amount": 149.00
  }
}"""


def order(processor: str = "sandbox", quantity: int = 1) -> dict[str, Any]:
    return {
        "currency": "EUR",
        "customer": {"email": "mira.sand@example.com", "name": "Mira Sand"},
        "delivered_at": "2026-11-20T12:00:00Z",
        "payments": [{"id": "pay-1", "processor": processor, "captured": "149.00"}],
        "lines": [
            {
                "id": "1",
                "sku": "SKU-001",
                "title": "Boots",
                "quantity": quantity,
                "unit_price": "149.00",
            }
        ],
    }


async def sold(shop: Client) -> None:
    await shop.ask("PUT", "/orders/1234", order())


async def opened(shop: Client, body: object = CREATE) -> dict[str, Any]:
    answer = await shop.call("POST", "/tickets", body)
    assert answer.status == 201, answer
    ticket: dict[str, Any] = answer.json
    return ticket


async def moved(shop: Client, ticket: dict[str, Any], status: str, **fields: str) -> dict[str, Any]:
    body = {"status": status, "custom_fields": fields}
    changed: dict[str, Any] = await shop.ask("PATCH", f"/tickets/{ticket['id']}", body)
    assert changed["status"] == status
    return changed


def fields_of(answer: Answer) -> list[str]:
    return [error["field"] for error in complaint(answer)["errors"]]


# ---------------------------------------------------------------- as documented


async def test_the_documents_ticket_is_a_return(shop: Client) -> None:
    await sold(shop)

    answer = await shop.call("POST", "/tickets", CREATE)

    assert answer.status == 201, answer
    ticket = answer.json
    assert ticket["status"] == "return_requested"
    assert ticket["workspace_id"] == shop.workspace
    assert answer.headers["location"].endswith(f"/tickets/{ticket['id']}")
    assert b'"original_order_total":149.00' in answer.body
    assert ticket["custom_fields"] == {
        "order_id": "1234",
        "return_reason": "wrong_size",
        "items_to_return": ["SKU-001"],
        "return_lines": [{"sku": "SKU-001", "quantity": 1, "reason": "wrong_size"}],
        "original_order_total": 149.0,
    }
    ret = await shop.ask("GET", f"/returns/ret_{ticket['id'].removeprefix('tkt_')}")
    assert (ret["order_number"], ret["number"]) == ("1234", ticket["number"])
    assert await shop.ask("GET", f"/tickets/{ticket['id']}") == ticket


async def test_the_documents_change_receives_the_goods(shop: Client) -> None:
    await sold(shop)
    ticket = await opened(shop)
    await moved(shop, ticket, "approved")

    answer = await shop.call("PATCH", f"/tickets/{ticket['id']}", UPDATE)

    assert answer.status == 200, answer
    fields = answer.json["custom_fields"]
    assert answer.json["status"] == "item_received"
    assert (fields["received_date"], fields["condition"]) == ("2024-01-15", "good")
    assert b'"refund_amount":149.00' in answer.body
    ret = await shop.ask("GET", f"/returns/ret_{ticket['id'].removeprefix('tkt_')}")
    (unit,) = ret["lines"][0]["units"]
    assert (unit["acceptance"], unit["grade"], unit["condition"]) == ("accepted", "A", "good")
    assert ret["status"] == "processed"


async def test_the_sdks_address_speaks_camel_case_of_the_same_ticket(shop: Client) -> None:
    await sold(shop)
    sdk = brand(shop)
    body = {
        "title": "Wrong size",
        "customerEmail": "mira.sand@example.com",
        "priority": "high",
        "customFields": {"orderId": 1234, "itemsToReturn": ["SKU-001"]},
    }

    ticket = await opened(sdk, body)

    assert (ticket["title"], ticket["priority"]) == ("Wrong size", "high")
    assert (ticket["brandId"], ticket["customFields"]["order_id"]) == (shop.workspace, "1234")
    seen = await shop.ask("GET", f"/tickets/{ticket['id']}")
    assert (seen["subject"], seen["number"]) == ("Wrong size", ticket["ticketNumber"])
    assert list(seen.values()) == list(ticket.values())


# ---------------------------------------------------------------- what is refused


async def test_a_status_that_cannot_be_reached_is_refused_with_those_that_can(
    shop: Client,
) -> None:
    await sold(shop)
    ticket = await opened(shop)

    answer = await shop.call("PATCH", f"/tickets/{ticket['id']}", {"status": "refunded"})

    assert answer.status == 409
    body = complaint(answer)
    assert body["code"] == "invalid_transition"
    assert fields_of(answer) == ["status"]
    assert body["allowed"] == [
        "return_requested",
        "eligibility_check",
        "approved",
        "label_sent",
        "item_received",
        "rejected",
        "canceled",
    ]
    assert (await shop.ask("GET", f"/tickets/{ticket['id']}"))["status"] == "return_requested"


async def test_the_present_status_changes_nothing_and_says_nothing(shop: Client) -> None:
    await sold(shop)
    ticket = await opened(shop)
    path = f"/returns/ret_{ticket['id'].removeprefix('tkt_')}/events"
    before = await shop.ask("GET", path)

    again = await shop.ask("PATCH", f"/tickets/{ticket['id']}", {"status": "return_requested"})

    assert again == ticket
    assert await shop.ask("GET", path) == before


async def test_more_money_than_is_owed_is_refused(shop: Client) -> None:
    await sold(shop)
    ticket = await opened(shop)
    await moved(shop, ticket, "approved")
    fields = {"condition": "good", "refund_amount": 149.01}
    body = {"status": "item_received", "custom_fields": fields}

    answer = await shop.call("PATCH", f"/tickets/{ticket['id']}", body)

    assert answer.status == 409
    assert fields_of(answer) == ["custom_fields.refund_amount"]
    assert (await shop.ask("GET", f"/tickets/{ticket['id']}"))["status"] == "approved"


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        (b"{", 400, []),
        (b'{"subject": "a", "title": "b"}', 422, ["title"]),
        (b'{"custom_fields": {"order_id": {}}}', 422, ["subject", "custom_fields.order_id"]),
        (b'{"subject": "a", "status": "shipped"}', 422, ["status"]),
        (b'{"subject": "a", "customer_email": "[email\\u00a0protected]"}', 422, ["customer_email"]),
        (b'{"subject": "a\\u0000"}', 422, ["subject"]),
        (b'{"subject": "a", "custom_fields": {"refund_amount": NaN}}', 400, []),
    ],
)
async def test_what_cannot_be_understood_is_named(
    shop: Client, body: bytes, status: int, fields: list[str]
) -> None:
    answer = await shop.call("POST", "/tickets", body)

    assert (answer.status, fields_of(answer)) == (status, fields)


async def test_items_the_order_lacks_are_refused(shop: Client) -> None:
    await sold(shop)
    body = {"subject": "a", "custom_fields": {"order_id": "1234", "items_to_return": ["SKU-9"]}}

    answer = await shop.call("POST", "/tickets", body)

    assert (answer.status, fields_of(answer)) == (422, ["custom_fields.items_to_return.0"])


async def test_a_repeated_ticket_is_one_ticket(shop: Client) -> None:
    await sold(shop)
    headers = {"x-idempotency-key": "ticket-1"}

    first = await shop.call("POST", "/tickets", CREATE, headers)
    again = await shop.call("POST", "/tickets", CREATE, headers)
    other = await shop.call("POST", "/tickets", {"subject": "Other"}, headers)

    assert (first.status, again.status, other.status) == (201, 201, 422)
    assert again.json == first.json
    assert complaint(other)["code"] == "idempotency_key_reused"
    assert len((await shop.ask("GET", "/returns"))["data"]) == 1


async def test_who_may_not_move_money_cannot_say_refunded(
    shop: Client, app: Litestar, workspace: Workspace
) -> None:
    await sold(shop)
    ticket = await opened(shop)
    await moved(shop, ticket, "approved")
    await moved(shop, ticket, "item_received", condition="good")
    narrow = await shop.ask("POST", "/api-keys", {"name": "N", "scopes": ["returns:write"]})
    clerk = Client(app=app, workspace=workspace.text, token=narrow["token"])

    answer = await clerk.call("PATCH", f"/tickets/{ticket['id']}", {"status": "refunded"})

    assert (answer.status, complaint(answer)["code"]) == (403, "scope_missing")
    assert "refunds:write" in answer.json["message"]


# ---------------------------------------------------------------- without an order


async def test_a_ticket_without_a_known_order_waits_until_it_is_matched(shop: Client) -> None:
    ticket = await opened(shop)
    assert ticket["status"] == "return_requested"
    assert (await shop.ask("GET", "/returns"))["data"] == []
    early = await shop.call("PATCH", f"/tickets/{ticket['id']}", {"status": "approved"})
    assert (early.status, complaint(early)["code"]) == (409, "ticket_unmatched")

    await sold(shop)
    body = {"custom_fields": {"order_id": "1234"}}
    matched = await shop.ask("PATCH", f"/tickets/{ticket['id']}", body)

    assert (matched["id"], matched["number"]) == (ticket["id"], ticket["number"])
    assert matched["created_at"] == ticket["created_at"]
    (ret,) = (await shop.ask("GET", "/returns"))["data"]
    assert ret["id"] == f"ret_{ticket['id'].removeprefix('tkt_')}"
    assert (await moved(shop, ticket, "approved"))["subject"] == ticket["subject"]


async def test_a_question_is_a_ticket_too(shop: Client) -> None:
    ticket = await opened(shop, {"subject": "Where is my parcel?"})

    assert ticket["status"] == "open"
    assert (await shop.call("DELETE", f"/tickets/{ticket['id']}")).status == 204
    assert (await shop.ask("GET", f"/tickets/{ticket['id']}"))["status"] == "canceled"


async def test_a_deleted_ticket_withdraws_its_return(shop: Client) -> None:
    await sold(shop)
    ticket = await opened(shop)

    assert (await shop.call("DELETE", f"/tickets/{ticket['id']}")).status == 204

    (ret,) = (await shop.ask("GET", "/returns"))["data"]
    assert ret["status"] == "canceled"


# ---------------------------------------------------------------- comments and lists


async def test_comments_are_listed_oldest_first(shop: Client) -> None:
    await sold(shop)
    ticket = await opened(shop)
    path = f"/tickets/{ticket['id']}/comments"

    first = await shop.ask("POST", path, {"body": "Hello?", "author_type": "CUSTOMER"})
    second = await brand(shop).ask("POST", path, {"body": "Noted.", "isInternal": True})

    assert (first["author_type"], second["authorType"]) == ("CUSTOMER", "AGENT")
    assert first["ticket_id"] == second["ticketId"] == ticket["id"]
    seen = await shop.ask("GET", path)
    assert [comment["body"] for comment in seen] == ["Hello?", "Noted."]
    assert seen[0] == first
    assert (await shop.ask("GET", f"/tickets/{ticket['id']}"))["comment_count"] == 2


async def test_the_list_holds_returns_and_waiting_tickets(shop: Client) -> None:
    await sold(shop)
    made = [
        await opened(shop, {"subject": "Question", "priority": "urgent"}),
        await opened(shop),
        await opened(shop, {"subject": "Another", "tags": ["late"]}),
    ]

    newest_first = await shop.ask("GET", "/tickets")
    assert [one["id"] for one in newest_first["data"]] == [one["id"] for one in reversed(made)]
    assert newest_first["pagination"] == {"cursor": None, "has_more": False}

    for query, expected in (
        ("status=return_requested", [1]),
        ("status=open,return_requested&order=asc", [0, 1, 2]),
        ("status=active&limit=200", [2, 1, 0]),
        ("priority=urgent", [0]),
        ("search=order", [1]),
        ("tag_ids=late", [2]),
        ("customer_email=mira.sand%40example.com", [1]),
        ("sort=priority", [0, 2, 1]),
    ):
        found = await shop.ask("GET", "/tickets", query=query)
        assert [one["id"] for one in found["data"]] == [made[n]["id"] for n in expected], query


async def test_pages_follow_each_other_without_gaps(shop: Client) -> None:
    made = [await opened(shop, {"subject": f"Question {n}"}) for n in range(5)]
    sdk, seen, query = brand(shop), list[str](), "limit=2"
    while query:
        page = await sdk.ask("GET", "/tickets", query=query)
        seen += [one["id"] for one in page["data"]]
        following = page["pagination"]
        assert following["hasMore"] == (following["cursor"] is not None)
        query = f"limit=2&cursor={following['cursor']}" if following["hasMore"] else ""

    assert seen == [one["id"] for one in reversed(made)]


@pytest.mark.parametrize(
    "query", ["status=shipped", "sort=age", "order=up", "cursor=%21", "limit=0", "colour=red"]
)
async def test_a_query_that_means_nothing_is_refused(shop: Client, query: str) -> None:
    answer = await shop.call("GET", "/tickets", query=query)

    assert answer.status == 422
    assert fields_of(answer) == [query.partition("=")[0]]


async def test_a_ticket_is_marked_as_spam_in_either_spelling(shop: Client) -> None:
    for base, member in (("", "is_spam"), (None, "isSpam")):
        ticket = await shop.ask(
            "POST", "/tickets", {"subject": "Win", "customer_email": "a@b.example"}
        )
        there = f"/tickets/{ticket['id']}/spam"
        one = brand(shop) if base is None else shop
        refused = await one.call("POST", there, {member: False})
        assert refused.status in {400, 422}, refused
        marked = await one.ask("POST", there, {member: True})
        assert (marked["status"], marked[member]) == ("closed", True)
