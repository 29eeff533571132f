"""fulfillmenttools' API spoken to from outside, on a workspace that has an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from retour.dialects.fulfillmenttools.ids import facility_ref, job_id
from tests.doors.client import JSON, Answer, Client, call


@dataclass(frozen=True, kw_only=True)
class Fft:
    """Speaks with one key; the key names the workspace."""

    client: Client

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        query: str = "",
    ) -> Answer:
        """Make one call; ``body`` is JSON to be, or bytes as they are."""
        token = self.client.token
        sent = {} if token is None else {"authorization": f"Bearer {token}"}
        content = body if isinstance(body, bytes) else b""
        if body is not None and not isinstance(body, bytes):
            content = msgspec.json.encode(body)
        if content:
            sent["content-type"] = JSON
        sent |= headers or {}
        return await call(self.client.app, method, path, content, sent, query=query)

    async def ask(self, method: str, path: str, body: object = None, **more: Any) -> Any:  # noqa: ANN401 - any JSON
        """Make a call that must succeed, and give its JSON."""
        answer = await self.call(method, path, body, **more)
        assert answer.status == 200, answer
        return answer.json

    async def refused(self, status: int, method: str, path: str, body: object = None) -> str:
        """Make a call that must not succeed, and give its first summary and description."""
        answer = await self.call(method, path, body)
        assert answer.status == status, answer
        first = answer.json[0]
        return f"{first['summary']} {first.get('description', '')}"

    async def deliver(
        self,
        number: str,
        *skus: str,
        price: str = "49.95",
        processor: str = "external",
        **more: Any,  # noqa: ANN401 - a field of JSON
    ) -> str:
        """Put an order that was handed over, one unit per line; gives its job's path."""
        lines = [
            {
                "id": str(index),
                "sku": sku,
                "title": f"Article {sku}",
                "quantity": 1,
                "unit_price": price,
                "tax_rate": "19",
                **more,
            }
            for index, sku in enumerate(skus, start=1)
        ]
        captured = f"{float(price) * len(skus) * more.get('quantity', 1):.2f}"
        order = await self.client.ask(
            "PUT",
            f"/orders/{number}",
            {
                "currency": "EUR",
                "customer": {"email": "mira.sand@example.com", "name": "Mira Sand"},
                "delivered_at": "2026-11-20T12:00:00Z",
                "payments": [{"id": "pay-1", "processor": processor, "captured": captured}],
                "lines": lines,
            },
        )
        return f"/api/itemreturnjobs/{job_id(order['id'])}"

    async def kept(self, path: str, job: Mapping[str, Any], place: int) -> Any:  # noqa: ANN401 - any JSON
        """Say of a job's line that it is not returnable; gives the job."""
        body = {
            "name": "CHANGE_LINE_ITEMS_TO_NOT_RETURNABLE_IN_ITEM_RETURN_JOB",
            "version": job["version"],
            "lineItemIds": [job["returnableLineItems"][place]["id"]],
        }
        return await self.ask("POST", f"{path}/actions", body)

    async def facility(self, code: str) -> str:
        """Put a facility; gives the ref it goes by."""
        await self.client.ask("PUT", f"/facilities/{code}", {"name": code, "kind": "store"})
        return facility_ref(code)

    async def refunds_allowed(self) -> None:
        """Let refunds be triggered."""
        await self.ask(
            "PUT", "/api/configurations/return", {"version": 1, "allowTriggerRefund": True}
        )


def line(job: Mapping[str, Any], place: int, status: str, **more: object) -> dict[str, object]:
    """Give one unit of a job's line, to come back."""
    ref = job["returnableLineItems"][place]["id"]
    return {"itemReturnJobLineItemRef": ref, "status": status, **more}


def item_return(
    version: object, facility: str, status: str, *lines: object, **more: object
) -> dict[str, object]:
    """Give the body that adds an ItemReturn."""
    made = {"status": status, "returnFacilityRef": facility, "returnedLineItems": lines, **more}
    return {"itemReturnForCreation": made, "itemReturnJobVersion": version}
