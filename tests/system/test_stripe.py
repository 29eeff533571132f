"""Stripe through a server as merchants run it: a process for requests, another for the refunds."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest

from tests.support.running import JSON, Api, order_body, retour_running, until
from tests.support.stripe_server import KEY, WEBHOOK_SECRET, StripeServer, signed

PIECE = {"line": "1", "quantity": 1}


def confirmed(api: Api, processor: str, payment: str) -> str:
    """Bring a return of 10.00 to where its refund can start."""
    order = order_body(1, captured="50.00", processor=processor)
    order["payments"][0]["id"] = payment
    api.ask("PUT", "/orders/S-1", order)
    made = api.ask("POST", "/returns", {"order_number": "S-1", "lines": [{**PIECE, "reason": "x"}]})
    for word, body in (
        ("authorize", {}),
        ("receive", {"units": [PIECE]}),
        ("inspect", {"units": [{**PIECE, "acceptance": "accepted"}]}),
        ("finish_receipt", {}),
        ("propose_settlement", {}),
        ("confirm_settlement", {}),
    ):
        api.ask("POST", f"/returns/{made['id']}/{word}", body)
    return str(made["id"])


def leg_of(api: Api, ret: str) -> JSON:
    """Give a return's one leg as it stands."""
    leg: JSON = api.ask("GET", f"/returns/{ret}")["settlement"]["legs"][0]
    return leg


@pytest.mark.timeout(180)
def test_a_merchant_s_refund_goes_out_and_what_stripe_tells_comes_in(stripe: StripeServer) -> None:
    with retour_running(RETOUR_STRIPE_URL=stripe.url) as house:
        api = house.workspace()
        stripe.pay("pi_1", 5000)
        ret = confirmed(api, "stripe", "pi_1")
        account = api.ask(
            "PUT",
            "/payment-accounts/stripe",
            {
                "processor": "stripe",
                "name": "Stripe",
                "api_key": KEY,
                "webhook_secrets": [WEBHOOK_SECRET],
            },
        )
        assert {"ok": True, "error": None} == api.ask("POST", "/payment-accounts/stripe/test")
        api.ask("POST", f"/returns/{ret}/start_refund", {})
        until(lambda: leg_of(api, ret)["status"] == "succeeded", "the refund is made")
        assert 1000 == stripe.refunded("pi_1")

        stripe.turn_out("re_1", "failed", "expired_or_canceled_card")
        assert {"matched": True} == told(house.base, account["hook_url"], stripe.refunds[0])
        assert "reversed" == leg_of(api, ret)["status"]

        live = house.workspace(sandbox=False)
        play = confirmed(live, "sandbox", "pay-1")
        refused = live.call("POST", f"/returns/{play}/start_refund", {})
        assert (409, "executor_unavailable") == (refused.status, refused.json["code"])


def told(base: str, hook: str, refund: JSON) -> JSON:
    """Tell a hook of a failed refund, and give what it answers."""
    event = {"id": "evt_1", "type": "refund.failed", "created": 1_800_000_000}
    body = json.dumps({**event, "data": {"object": refund}}).encode()
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)
    headers = {"content-type": "application/json", "stripe-signature": signed(body)}
    connection.request("POST", urlsplit(hook).path, body, headers)
    said: JSON = json.loads(connection.getresponse().read())
    connection.close()
    return said
