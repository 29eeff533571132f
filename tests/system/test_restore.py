"""A backup put back: nothing is sent or paid until processors were compared, then once each.

The processor's ledger and the receiver stand outside of what is restored.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.running import JSON, Api, Receiver, Retour, order_body, retour_running, until
from tests.support.stripe_server import KEY, WEBHOOK_SECRET, StripeServer

PIECE = {"line": "1", "quantity": 1}
ACCOUNT = {
    "processor": "stripe",
    "name": "Stripe",
    "api_key": KEY,
    "webhook_secrets": [WEBHOOK_SECRET],
}


def started(api: Api, number: str, payment: str) -> str:
    """Have goods of 10.00 back and their refund started; gives the return's id."""
    order = order_body(1, captured="50.00", processor="stripe")
    order["payments"][0]["id"] = payment
    api.ask("PUT", f"/orders/{number}", order)
    asked = {"order_number": number, "lines": [{**PIECE, "reason": "x"}]}
    one = str(api.ask("POST", "/returns", asked)["id"])
    for word, body in (
        ("authorize", {}),
        ("receive", {"units": [PIECE]}),
        ("inspect", {"units": [{**PIECE, "acceptance": "accepted"}]}),
        ("finish_receipt", {}),
        ("propose_settlement", {}),
        ("confirm_settlement", {}),
        ("start_refund", {}),
    ):
        api.ask("POST", f"/returns/{one}/{word}", body)
    return one


def leg(api: Api, one: str) -> JSON:
    found: JSON = api.ask("GET", f"/returns/{one}")["settlement"]["legs"][0]
    return found


def copied(source: Path, to: Path) -> None:
    """Copy a folder with its owners, as a backup does."""
    shutil.rmtree(to, ignore_errors=True)
    subprocess.run(["cp", "-a", str(source), str(to)], check=True)


def retour(house: Retour, *words: str) -> subprocess.CompletedProcess[str]:
    """Have a command carried out beside the server."""
    return subprocess.run(  # our own program
        [sys.executable, "-m", "retour.wiring", *words, "--data", str(house.data)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **house.environment},
    )


def serve(house: Retour, api: Api, *arguments: str) -> Api:
    """Start the server anew; gives the same key at its new address."""
    house.arguments = arguments
    house.start()
    again = api.at(house.base)
    house.apis.append(again)
    return again


@pytest.mark.timeout(240)
def test_after_a_restore_nothing_moves_until_it_is_released(stripe: StripeServer) -> None:
    receiver = Receiver()
    with retour_running("--no-delivery", RETOUR_STRIPE_URL=stripe.url) as house:
        api = house.workspace()
        backup = house.data.parent / "backup"
        stripe.pay("pi_before", 5000)
        stripe.pay("pi_after", 5000)
        api.ask("PUT", "/payment-accounts/stripe", ACCOUNT)
        api.ask("POST", "/subscriptions", {"url": receiver.url, "events": ["*"]})
        before = started(api, "S-1", "pi_before")
        intent = leg(api, before)["id"]
        house.stop()
        copied(house.data, backup)

        api = serve(house, api)
        until(lambda: leg(api, before)["status"] == "succeeded", "the refund is made")
        after = started(api, "S-2", "pi_after")
        until(lambda: leg(api, after)["status"] == "succeeded", "the next one is made")
        assert {"held": False, "why": None}.items() <= api.ask("GET", "/epoch").items()
        house.stop()
        asked, sent, refunds = len(stripe.asked), len(receiver.got), len(stripe.refunds)
        assert 2 == refunds

        copied(backup, house.data)
        api = serve(house, api)
        epoch = api.ask("GET", "/epoch")
        assert epoch["held"]
        assert "it is a copy or a backup" in epoch["why"]
        until(lambda: "nothing is sent or paid" in house.log, "the delivery process says so")
        assert "in_flight" == leg(api, before)["status"]
        while_held = started(api, "S-3", "pi_before")
        assert 1 == retour(house, "doctor").returncode
        house.stop()
        posted = [one for one in stripe.asked[asked:] if one[0] == "POST"]
        assert ([], sent, refunds) == (posted, len(receiver.got), len(stripe.refunds))

        refused = retour(house, "epoch", "release")
        assert 1 == refused.returncode
        assert "1 are not" in refused.stderr, "the refund made after the backup"
        done = retour(house, "epoch", "release", "--anyway", "--json")
        assert 0 == done.returncode, done.stderr
        assert {"number": 2, "held": False, "why": None} == json.loads(done.stdout)
        asked = len(stripe.asked)

        api = serve(house, api)
        until(lambda: leg(api, before)["status"] == "succeeded", "the old refund is found")
        until(lambda: leg(api, while_held)["status"] == "succeeded", "the new one is made")
        assert 1 == len(stripe.live(intent))
        anew = [one for one in stripe.asked[asked:] if one[0] == "POST"]
        assert intent not in str(anew), "what may have been asked before is looked up"
        assert 1 == len(stripe.live(leg(api, while_held)["id"]))
        assert refunds + 1 == len(stripe.refunds)
        receiver.until(lambda got: len(got) > sent)
    receiver.close()
