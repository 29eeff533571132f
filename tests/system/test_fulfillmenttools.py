"""fulfillmenttools from outside: asked over HTTP, told by webhook, by one running process."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from tests.support.running import Api, Got, Receiver, Retour, order_body


class Speaker:
    """Speaks fulfillmenttools' API with a workspace's key, by plain HTTP."""

    def __init__(self, base: str, api: Api) -> None:
        self._base = base
        self._key = api.api_key

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        """Make a call that must succeed."""
        request = urllib.request.Request(
            self._base + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self._key}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())


def welcomed(got: Got) -> int:
    """Answer the one status that means success to fulfillmenttools' receivers."""
    del got
    return 200


def test_a_job_is_told_as_it_is_answered(running: Retour, receiver: Receiver) -> None:
    """From the hand-over to the refund: each message is the whole job, in its version's order."""
    receiver.answer = welcomed
    api = running.workspace()
    fft = Speaker(running.base, api)
    for event in ("ITEM_RETURN_JOB_CREATED", "ITEM_RETURN_JOB_UPDATED", "REFUND_TRIGGERED"):
        target = {
            "type": "WEBHOOK",
            "callbackUrl": f"{receiver.url}/{event}",
            "headers": [{"key": "x-api-key", "value": "s3cret"}],
        }
        fft.ask("POST", "/api/subscriptions", {"name": event, "event": event, "target": target})
    fft.ask("PUT", "/api/configurations/return", {"version": 1, "allowTriggerRefund": True})
    api.ask("PUT", "/orders/ORDER-3333", order_body(1))
    found = fft.ask("GET", "/api/itemreturnjobs?searchTerm=ORDER-3333")
    job = found["itemReturnJobsWithSearchPaths"][0]["itemReturnJob"]
    path = f"/api/itemreturnjobs/{job['id']}"
    line = {"itemReturnJobLineItemRef": job["returnableLineItems"][0]["id"], "status": "ACCEPTED"}
    made = {"status": "FINISHED", "returnFacilityRef": "main", "returnedLineItems": [line]}
    job = fft.ask(
        "POST",
        f"{path}/itemreturns",
        {"itemReturnJobVersion": job["version"], "itemReturnForCreation": made},
    )
    one = job["itemReturns"][0]
    where = f"{path}/itemreturns/{one['id']}/returnedlineitems/{one['returnedLineItems'][0]['id']}"
    price = {"value": 10.0, "currency": "EUR"}
    fft.ask(
        "PATCH",
        where,
        {
            "itemReturnJobVersion": job["version"],
            "refund": {"status": "OPEN", "price": price, "percent": None},
        },
    )

    # The sandbox's processor pays: the last message about the job tells that the refund is closed.
    def is_closed(message: dict[str, Any]) -> bool:
        returns = message["payload"].get("itemReturns", ())
        lines = [item for one in returns for item in one["returnedLineItems"]]
        return any(item.get("refund", {}).get("status") == "CLOSED" for item in lines)

    got = receiver.until(
        lambda got: (
            any(is_closed(json.loads(one.body)) for one in got)
            and any(one.path == "/hook/REFUND_TRIGGERED" for one in got)
        )
    )

    assert {one.headers.get("x-api-key") for one in got} == {"s3cret"}
    messages = [json.loads(one.body) for one in got]
    assert [f"/hook/{message['event']}" for message in messages] == [one.path for one in got]
    jobs = [m["payload"] for m in messages if m["event"] == "ITEM_RETURN_JOB_UPDATED"]
    versions = [one["version"] for one in jobs]
    assert versions == sorted(versions)
    assert len(set(versions)) == len(versions)
    answered = fft.ask("GET", path)
    assert answered["itemReturns"] == jobs[-1]["itemReturns"]
    (trigger,) = [m["payload"] for m in messages if m["event"] == "REFUND_TRIGGERED"]
    assert trigger["itemReturnJobRef"] == answered["id"]
    assert trigger["refundedLineItems"][0]["refund"]["price"] == price
