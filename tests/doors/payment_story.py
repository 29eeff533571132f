"""Payment accounts and cases used once each, to hold what is answered to documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from retour.api.payments.hooks import HOOK_ROUTES
from retour.api.published.examples import REQUESTS
from tests.doors.client import call
from tests.support.stripe_server import signed

if TYPE_CHECKING:
    from tests.doors.shopper_story import Held, Uses

_ONE = "stripe"


async def tell(story: Uses) -> list[Held]:
    """Use everything about payments; gives the route without a key, with what it answered."""
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
