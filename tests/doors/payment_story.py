"""Payment accounts and cases used once each, to hold what is answered to documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from retour.api.payments.hooks import HOOK_ROUTES
from retour.api.published.examples import REQUESTS
from retour.desk.reconciling.slices import go_on
from retour.gateways.http import HttpClient
from retour.kernel.ids import workspace_number
from retour.wiring.reconciling import counterparts
from tests.doors.client import call
from tests.support.stripe_server import signed

if TYPE_CHECKING:
    from retour.desk.house import House
    from tests.doors.client import Client
    from tests.doors.shopper_story import Held, Uses

_ONE = "stripe"
_SANDBOX = REQUESTS["start_reconciliation"]


async def reconciliation(owner: Client) -> str:
    """Give a workspace's reconciliation with the sandbox; begins one where there is none."""
    there = (await owner.ask("GET", "/reconciliations"))["data"]
    one = there[0] if there else await owner.ask("POST", "/reconciliations", _SANDBOX)
    return str(one["id"])


async def finding(house: House, owner: Client) -> str:
    """Give something that a workspace's reconciliation does not explain.

    One that begins before the refund knows nothing of it, and there is one at a time.
    """
    await compare(house, owner.workspace, await reconciliation(owner))
    await owner.ask("POST", "/sandbox/processor/refunds", REQUESTS["refund_elsewhere"])
    one = str((await owner.ask("POST", "/reconciliations", _SANDBOX))["id"])
    await compare(house, owner.workspace, one)
    return str((await owner.ask("GET", f"/reconciliations/{one}/items"))["data"][0]["id"])


async def compare(house: House, workspace: str, one: str) -> None:
    """Go on with a reconciliation until it has ended, or somebody else does."""
    number = workspace_number(workspace)
    assert number is not None
    http = HttpClient(allow=())
    while await go_on(house, counterparts(house, http), number, one) is not None:
        pass


async def tell(story: Uses, house: House) -> list[Held]:
    """Use everything about payments; gives the route without a key, with what it answered."""
    await story.use("refund_elsewhere")
    dispute_id = (await story.use("open_dispute"))["id"]
    await story.use("end_dispute", dispute_id=dispute_id)
    one = (await story.use("start_reconciliation"))["id"]
    await compare(house, story.shop.workspace, one)
    await story.use("read_reconciliation", reconciliation_id=one)
    await story.use("list_reconciliations")
    items = (await story.use("list_reconciliation_items", reconciliation_id=one))["data"]
    await story.use(
        "explain_reconciliation_item",
        reconciliation_id=one,
        reconciliation_item_id=items[0]["id"],
    )
    await story.use("cancel_reconciliation", reconciliation_id=one)
    secret = "whsec_of_the_story"
    body = {**REQUESTS["put_payment_account"], "webhook_secrets": [secret]}
    account = await story.use("put_payment_account", body, payment_account=_ONE)
    for name in ("read_payment_account", "test_payment_account"):
        await story.use(name, payment_account=_ONE)
    await story.use("list_payment_accounts")
    dispute = {"id": "dp_1", "amount": 995, "currency": "eur", "status": "needs_response"}
    event = {"id": "evt_1", "type": "charge.dispute.created", "created": 1_800_000_000}
    told = json.dumps({**event, "data": {"object": dispute}}).encode()
    headers = {"content-type": "application/json", "stripe-signature": signed(told, secret)}
    path = urlsplit(str(account["hook_url"])).path
    answer = await call(story.shop.app, "POST", path, told, headers)
    case = (await story.use("list_payment_cases"))["data"][0]["id"]
    await story.use("read_payment_case", payment_case_id=case)
    await story.use("close_payment_case", payment_case_id=case)
    await story.use("delete_payment_account", payment_account=_ONE)
    return [(HOOK_ROUTES[0], answer)]
