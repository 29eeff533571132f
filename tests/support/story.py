"""Returns driven by the API through every command, as system tests need them."""

from __future__ import annotations

from tests.support.running import JSON, Api, order_body, until


def request(api: Api, number: str, **lines: int) -> str:
    """Ask for a return of some units of order lines (``l1=2``); gives its id."""
    asked = [
        {"line": name.removeprefix("l"), "quantity": quantity, "reason": "Too small"}
        for name, quantity in lines.items()
    ]
    return str(api.ask("POST", "/returns", {"order_number": number, "lines": asked})["id"])


def command(api: Api, return_id: str, word: str, body: JSON | None = None) -> JSON:
    """Give a command that must succeed."""
    return api.ask("POST", f"/returns/{return_id}/{word}", body or {})


def refunded(api: Api, return_id: str) -> bool:
    """Say whether the money of a return has arrived."""
    ret = api.ask("GET", f"/returns/{return_id}")
    return bool(ret["settlement"]) and ret["settlement"]["status"] == "settled"


def settle(api: Api, return_id: str) -> None:
    """Propose, confirm and pay; ends when the processor has paid."""
    command(api, return_id, "propose_settlement", {"kind": "refund"})
    command(api, return_id, "confirm_settlement")
    command(api, return_id, "start_refund")
    until(lambda: refunded(api, return_id), "the refund has arrived")


def inspected(api: Api, return_id: str, line: str, quantity: int) -> None:
    """Receive, accept and finish some units of a line."""
    seen = [{"line": line, "quantity": quantity}]
    command(api, return_id, "receive", {"units": seen})
    judged = [{"line": line, "quantity": quantity, "acceptance": "accepted", "grade": "A"}]
    command(api, return_id, "inspect", {"units": judged})
    command(api, return_id, "finish_receipt")


def long_way(api: Api, number: str) -> str:
    """Take a return of two of three lines through every command of the straight way and back."""
    api.ask("PUT", f"/orders/{number}", order_body(2, 3, 1))
    ret = request(api, number, l1=1, l2=1)
    amended = [
        {"line": "1", "quantity": 1, "reason": "Too small"},
        {"line": "2", "quantity": 3, "reason": "Scratched"},
    ]
    command(api, ret, "amend", {"lines": amended})
    refused = [{"line": "2", "quantity": 1, "reason": "Worn"}]
    command(api, ret, "authorize", {"reject": refused})
    command(api, ret, "create_label", {"carrier": "sandbox"})
    until(lambda: _has_label(api, ret), "the label was made")
    command(api, ret, "ship")
    command(api, ret, "track", {"code": "in_transit"})
    command(api, ret, "track", {"code": "delivered"})
    api.ask("PUT", "/facilities/hub-2", {"name": "Hub two", "kind": "hub"})
    command(api, ret, "receive", {"units": [{"line": "1", "quantity": 1}]})
    got = command(
        api, ret, "receive", {"facility": "hub-2", "units": [{"line": "2", "quantity": 1}]}
    )
    wrong = got["receipts"][-1]["lines"][-1]["id"]
    corrected = {"receipt_line": wrong, "quantity": 2, "reason": "Counted again"}
    command(api, ret, "correct_receipt", corrected)
    judged = [
        {"line": "1", "quantity": 1, "acceptance": "accepted", "grade": "A"},
        {"line": "2", "quantity": 2, "acceptance": "accepted", "grade": "B"},
    ]
    command(api, ret, "inspect", {"units": judged})
    for receipt in got["receipts"]:
        command(api, ret, "finish_receipt", {"receipt": receipt["id"]})
    command(api, ret, "propose_settlement", {"kind": "refund"})
    command(api, ret, "discard_settlement")
    settle(api, ret)
    command(api, ret, "complete")
    more = [{"line": "3", "quantity": 1, "reason": "Forgotten"}]
    command(api, ret, "reopen", {"reason": "One more piece", "lines": more})
    inspected(api, ret, "3", 1)
    settle(api, ret)
    command(api, ret, "complete")
    return ret


def _has_label(api: Api, ret: str) -> bool:
    parcels = api.ask("GET", f"/returns/{ret}")["parcels"]
    return any(parcel["status"] == "label_created" for parcel in parcels)


def short_ways(api: Api, number: str) -> list[str]:
    """Take returns through the ways that end early: rejected, canceled, kept by the customer."""
    api.ask("PUT", f"/orders/{number}", order_body(5))
    rejected, canceled, kept = (request(api, number, l1=1) for _ in range(3))
    command(api, rejected, "reject", {"reason": "Worn"})
    command(api, canceled, "cancel", {"reason": "Changed their mind"})
    command(api, kept, "authorize")
    command(api, kept, "waive_receipt")
    settle(api, kept)
    command(api, kept, "complete")
    return [rejected, canceled, kept]


def external_way(api: Api, number: str) -> str:
    """Take a return paid by an outside system: it fails once, is retried, and succeeds."""
    api.ask("PUT", f"/orders/{number}", order_body(1, processor="external"))
    ret = request(api, number, l1=1)
    command(api, ret, "authorize")
    inspected(api, ret, "1", 1)
    command(api, ret, "propose_settlement", {"kind": "refund"})
    leg = command(api, ret, "confirm_settlement")["settlement"]["legs"][0]["id"]
    command(api, ret, "start_refund")
    failed = {"leg": leg, "outcome": "failed", "error": "Card closed"}
    command(api, ret, "record_refund_outcome", failed)
    command(api, ret, "retry_refund", {"leg": leg})
    command(api, ret, "record_refund_outcome", {"leg": leg, "outcome": "succeeded"})
    command(api, ret, "complete")
    return ret
