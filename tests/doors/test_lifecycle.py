"""One return over HTTP, from request to completed; versions, refusals and unknown words."""

from __future__ import annotations

from typing import Any

from tests.doors.client import Client
from tests.support.running import order_body


async def requested(shop: Client, order_number: str = "1001", quantity: int = 1) -> Any:  # noqa: ANN401 - JSON
    """Put an order and ask for some of its first line back."""
    await shop.ask("PUT", f"/orders/{order_number}", order_body(2, 1, processor="external"))
    asked = {
        "order_number": order_number,
        "lines": [{"line": "1", "quantity": quantity, "reason": "broken"}],
    }
    return await shop.ask("POST", "/returns", asked)


async def give(shop: Client, ret: Any, word: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    """Give a command that must succeed."""
    return await shop.ask("POST", f"/returns/{ret['id']}/{word}", body)


async def test_a_return_goes_from_request_to_completed(shop: Client) -> None:
    """Every command of the straight way, each answering the return as it has become."""
    ret = await requested(shop)
    piece = {"line": "1", "quantity": 1}
    for word, body, status in (
        ("authorize", {}, "authorized"),
        ("ship", None, "shipped"),
        ("track", {"code": "in_transit"}, "tracked"),
        ("receive", {"units": [piece]}, "received"),
        ("inspect", {"units": [{**piece, "acceptance": "accepted"}]}, "received"),
        ("finish_receipt", {}, "processed"),
        ("propose_settlement", {}, "processed"),
        ("confirm_settlement", {}, "processed"),
        ("start_refund", {}, "processed"),
    ):
        ret = await give(shop, ret, word, body)
        assert ret["status"] == status, word
    leg = ret["settlement"]["legs"][0]
    assert leg["executor"] == "external"
    ret = await give(shop, ret, "record_refund_outcome", {"leg": leg["id"], "outcome": "succeeded"})
    assert ret["status"] == "settled"
    ret = await give(shop, ret, "complete")
    assert ret["status"] == "completed"
    assert ret["completed_at"] is not None
    order = await shop.ask("GET", "/orders/1001")
    assert order["lines"][0]["settled"] == 1
    assert order["lines"][0]["returnable"] == 1


async def test_a_refusal_says_what_is_allowed(shop: Client) -> None:
    """409 with a stable code and the commands that make sense now; the return stays as it was."""
    ret = await requested(shop)
    refused = await shop.call("POST", f"/returns/{ret['id']}/complete")
    assert (refused.status, refused.code) == (409, "not_allowed_in_status")
    assert refused.json["allowed_commands"] == ret["allowed_commands"]
    assert await shop.ask("GET", f"/returns/{ret['id']}") == ret


async def test_a_malformed_command_names_its_field(shop: Client) -> None:
    """422 where no state would make it right, with a pointer to the field at fault."""
    ret = await requested(shop)
    await give(shop, ret, "authorize")
    units = [{"line": "1", "quantity": 1}]
    body = {"facility": "nowhere", "units": units}
    refused = await shop.call("POST", f"/returns/{ret['id']}/receive", body)
    assert (refused.status, refused.code) == (422, "unknown_facility")
    assert refused.pointers == {"/facility": "unknown_facility"}


async def test_what_only_processors_say_cannot_be_said_here(shop: Client) -> None:
    """A leg that is pending or unknown is a processor's word, not a person's."""
    ret = await requested(shop)
    body = {"leg": "leg_x", "outcome": "pending"}
    refused = await shop.call("POST", f"/returns/{ret['id']}/record_refund_outcome", body)
    assert refused.pointers == {"/outcome": "bad_value"}


async def test_unknown_and_internal_words_are_no_addresses(shop: Client) -> None:
    """What a machine says of a label, and what nobody says, is not found."""
    ret = await requested(shop)
    for word in ("record_label", "request", "fly"):
        answer = await shop.call("POST", f"/returns/{ret['id']}/{word}", {})
        assert (answer.status, answer.code) == (404, "not_found"), word


async def test_an_order_number_may_hold_a_slash(shop: Client) -> None:
    """Ids of merchants are opaque; percent-encoded, they are whatever they are."""
    number = "2026/0001 ü%"
    put = await shop.call("PUT", "/orders/2026%2F0001%20%C3%BC%25", order_body(1))
    assert (put.status, put.json["order_number"]) == (201, number)
    again = await shop.call("PUT", "/orders/2026%2F0001%20%C3%BC%25", order_body(1))
    assert (again.status, again.headers["etag"]) == (200, put.headers["etag"])


async def test_an_order_put_with_less_than_is_in_a_return_is_refused(shop: Client) -> None:
    """409 line_in_return, and the order stays."""
    await requested(shop, quantity=2)
    refused = await shop.call("PUT", "/orders/1001", order_body(1, 1, processor="external"))
    assert (refused.status, refused.code) == (409, "line_in_return")
    assert (await shop.ask("GET", "/orders/1001"))["lines"][0]["quantity"] == 2


async def test_a_return_is_talked_about_in_any_status(shop: Client) -> None:
    """Notes and messages change no status, and what was said is shown with the return."""
    ret = await requested(shop)
    assert ret["ticket"] is None
    ret = await give(shop, ret, "reject", {"reason": "Worn"})
    note = {"subject": "Lamp", "priority": "high", "fields": {"total": "149.00"}}

    ret = await give(shop, ret, "annotate", note)
    ret = await give(shop, ret, "comment", {"text": "Why?", "author": "customer"})
    events = await shop.ask("GET", f"/returns/{ret['id']}/events")

    assert ret["status"] == "rejected"
    assert ret["allowed_commands"] == []
    assert ret["ticket"]["subject"] == "Lamp"
    assert ret["ticket"]["messages"] == 1
    assert ret["ticket"]["fields"] == {"total": "149.00"}
    assert events["data"][-2]["data"]["changes"] == "priority,subject,fields.total"
    assert events["data"][-1]["data"]["text"] == "Why?"
    refused = await shop.call(
        "POST", f"/returns/{ret['id']}/annotate", {"fields": {"total": "no JSON"}}
    )
    assert (refused.status, refused.code) == (422, "bad_field")
