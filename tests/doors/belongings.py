"""What a workspace owns, made by the API: one of each kind, by the parameter that names it."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit
from uuid import uuid4

from retour.api.published.examples import REQUESTS
from retour.api.routes import BASE, Route
from retour.desk.exports import slices
from retour.kernel.ids import workspace_number
from tests.doors import channel_story, credit_story, memo_story, payment_story
from tests.doors.client import Answer, Client, call
from tests.doors.staff_story import admitted
from tests.support import pictures
from tests.support.letters import letter
from tests.support.running import order_body
from tests.support.stripe_server import signed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retour.desk.house import House

MISSING = {
    "order_number": "no-such-order",
    "return_id": "ret_01kagz4v1e8qj0m2h3n4p5r6s7",
    "policy_id": "no-such-policy",
    "version": "999999",
    "example": "no-such-example",
    "code": "no-such-facility",
    "key_id": "00000000000000000000x",
    "subscription_id": "sub_01kagz4v1e8qj0m2h3n4p5r6s7",
    "delivery_id": "dlv_01kagz4v1e8qj0m2h3n4p5r6s7",
    "profile_id": "npr_01kagz4v1e8qj0m2h3n4p5r6s7",
    "template_id": "ntp_01kagz4v1e8qj0m2h3n4p5r6s7",
    "template_version": "999999",
    "message_id": "msg_01kagz4v1e8qj0m2h3n4p5r6s7",
    "withdrawal_id": "wdr_01kagz4v1e8qj0m2h3n4p5r6s7",
    "parcel_id": "pcl_01kagz4v1e8qj0m2h3n4p5r6s7",
    "account": "no_such_account",
    "payment_account": "no_such_account",
    "channel_account": "no_such_account",
    "channel_return": "no_such_account-1",
    "channel_product": "NO-SUCH-PRODUCT",
    "payment_case_id": "pmc_01kagz4v1e8qj0m2h3n4p5r6s7",
    "reconciliation_id": "rcn_01kagz4v1e8qj0m2h3n4p5r6s7",
    "reconciliation_item_id": "rci_01kagz4v1e8qj0m2h3n4p5r6s7",
    "dispute_id": "dsp_01kagz4v1e8qj0m2h3n4p5r6s7",
    "store_credit_id": "crd_01kagz4v1e8qj0m2h3n4p5r6s7",
    "stock_sku": "NO-SUCH-SKU",
    "article": "no-such-article",
    "photo_id": "pho_01kagz4v1e8qj0m2h3n4p5r6s7",
    "mail_id": "iml_01kagz4v1e8qj0m2h3n4p5r6s7",
    "entry_id": "lst_01kagz4v1e8qj0m2h3n4p5r6s7",
    "backtest_id": "bkt_01kagz4v1e8qj0m2h3n4p5r6s7",
    "unmatched_id": "ump_01kagz4v1e8qj0m2h3n4p5r6s7",
    "exception_id": "exc_01kagz4v1e8qj0m2h3n4p5r6s7",
    "set_id": "no-such-set",
    "disposition": "no-such-disposition",
    "grade": "no-such-grade",
    "settlement_id": "stl_01kagz4v1e8qj0m2h3n4p5r6s7",
    "queue": "no-such-queue",
    "report": "no-such-report",
    "view_id": "svw_01kagz4v1e8qj0m2h3n4p5r6s7",
    "reply_code": "no-such-reply",
    "person_id": "psn_01kagz4v1e8qj0m2h3n4p5r6s7",
    "invitation_id": "inv_01kagz4v1e8qj0m2h3n4p5r6s7",
    "erasure_id": "era_01kagz4v1e8qj0m2h3n4p5r6s7",
    "data_request_id": "drq_01kagz4v1e8qj0m2h3n4p5r6s7",
    "export_id": "exp_01kagz4v1e8qj0m2h3n4p5r6s7",
}
"""An id of each kind that names nothing; a parameter that is not here fails the tests below."""
EVERYBODY_S = {"example", "grade", "queue", "report"}
"""Parameters that name what is nobody's own."""
_FRESH = (f"SKU-{n}" for n in count())
POSTED: dict[str, tuple[str, object]] = {
    "key_id": ("/api-keys", {"name": "Theirs"}),
    "profile_id": (
        "/notification-profiles",
        {"name": "Theirs", "type": "email", "address": "theirs@example.com"},
    ),
    "template_id": (
        "/notification-templates",
        {"event": "return_received", "type": "email"},
    ),
    "message_id": ("/messages", REQUESTS["create_message"]),
    "withdrawal_id": ("/withdrawals", REQUESTS["take_withdrawal"]),
    "entry_id": (
        "/list-entries",
        lambda: {"list": "block", "kind": "sku", "value": next(_FRESH), "reason": "Theirs"},
    ),
    "backtest_id": ("/policies/default/backtest", REQUESTS["start_backtest"]),
    "view_id": ("/saved-views", REQUESTS["create_saved_view"]),
    "unmatched_id": ("/facilities/main/unmatched-parcels", REQUESTS["keep_unmatched_parcel"]),
    "dispute_id": ("/sandbox/processor/disputes", REQUESTS["open_dispute"]),
    "erasure_id": ("/customers/erase", {"email": "nobody.known@example.com"}),
    "data_request_id": ("/data-requests", REQUESTS["create_data_request"]),
}
"""How what answers its id is made; what must be new each time is made by a call."""
PUT: dict[str, tuple[str, object]] = {
    "version": ("/policies/default", {"window_days": 7}),
    "code": ("/facilities/theirs", {"name": "Theirs", "kind": "store"}),
    "set_id": ("/grading-sets/theirs", REQUESTS["put_grading_set"]),
    "account": ("/carrier-accounts/theirs", REQUESTS["put_carrier_account"]),
    "payment_account": ("/payment-accounts/theirs", REQUESTS["put_payment_account"]),
    "channel_account": ("/channel-accounts/theirs", REQUESTS["put_channel_account"]),
    "article": ("/articles/theirs", REQUESTS["put_article"]),
    "reply_code": ("/reply-templates/theirs", REQUESTS["put_reply_template"]),
    "stock_sku": ("/sandbox/stock/items/THEIRS", REQUESTS["put_sandbox_stock"]),
}
"""How what has a name is put."""
HOUSES: list[House] = []
"""Whose database it is, the last: store credit comes by no call."""


def path(route: Route, **values: str) -> str:
    """Fill in a route's parameters."""
    given = {**MISSING, **values}
    return route.path.removeprefix(BASE).format_map(given)


async def use(
    speaker: Client, route: Route, headers: Mapping[str, str] | None = None, /, **values: str
) -> Answer:
    """Call a route with its example body."""
    query = "subscription=" + values.get("subscription_id", MISSING["subscription_id"])
    return await speaker.call(
        route.method,
        path(route, **values),
        REQUESTS.get(route.name),
        headers,
        query=query if route.name == "read_feed" else "",
    )


ABOVE: dict[str, dict[str, str]] = {}
"""What stands before an id in its address, where that is not any other id's."""


async def theirs(owner: Client, parameter: str) -> str:
    """Have a workspace own something that the parameter can name."""
    match parameter:
        case "order_number":
            await owner.ask("PUT", "/orders/theirs", order_body(100))
            return "theirs"
        case "return_id":
            await owner.ask("PUT", "/orders/theirs", order_body(100))
            lines = [{"line": "1", "quantity": 1}]
            body = {"order_number": "theirs", "lines": lines}
            made = str((await owner.ask("POST", "/returns", body))["id"])
            draft, held = REQUESTS["put_message_draft"], {"decision": "authorize"}
            await owner.ask("PUT", f"/returns/{made}/message-draft", draft)
            await owner.ask("PUT", f"/returns/{made}/held-decision", held)
            await owner.ask("POST", f"/returns/{made}/authorize", {})
            return made
        case "exception_id":
            parcel = REQUESTS["keep_unmatched_parcel"]
            await owner.ask("POST", "/facilities/main/unmatched-parcels", parcel)
            return str((await owner.ask("GET", "/exceptions"))["data"][0]["id"])
        case _ if parameter in BEHIND:
            return await BEHIND[parameter](owner)
        case "delivery_id":
            sent = await owner.ask("POST", f"/subscriptions/{await _subscription(owner)}/test")
            return str(sent["delivery"])
        case "parcel_id":
            there = f"/returns/{await theirs(owner, 'return_id')}/add_parcel"
            return str((await owner.ask("POST", there, {}))["parcels"][-1]["id"])
        case "photo_id":
            jpeg = {"content-type": "image/jpeg"}
            photo = pictures.encoded(pictures.gradient(32, 32), "JPEG")
            return str((await owner.ask("POST", "/photos", photo, headers=jpeg))["id"])
        case "mail_id":
            hook = urlsplit(str((await owner.ask("GET", "/mail-settings"))["hook"])).path
            return str((await call(owner.app, "POST", hook, letter("theirs@x.example"))).json["id"])
        case _ if parameter in PUT:
            await owner.ask("PUT", *PUT[parameter])
            return "2" if parameter == "version" else "theirs"
        case _:
            where, body = POSTED[parameter]
            given = body() if callable(body) else body
            return str((await owner.ask("POST", where, given))["id"])


async def _payment_case(owner: Client) -> str:
    body = {**cast("dict[str, object]", PUT["payment_account"][1]), "webhook_secrets": ["whsec_a"]}
    account = await owner.ask("PUT", "/payment-accounts/theirs", body)
    dispute = {"id": "dp_1", "amount": 1, "currency": "eur", "status": "lost"}
    event = {"id": "evt_1", "type": "charge.dispute.closed", "created": 1}
    told = json.dumps({**event, "data": {"object": dispute}}).encode()
    signature = {"content-type": "application/json", "stripe-signature": signed(told, "whsec_a")}
    await call(owner.app, "POST", urlsplit(str(account["hook_url"])).path, told, signature)
    return str((await owner.ask("GET", "/payment-cases"))["data"][0]["id"])


async def _subscription(owner: Client) -> str:
    made = await owner.ask("POST", "/subscriptions", {"url": "http://127.0.0.1:9/hook"})
    return str(made["id"])


async def _store_credit(owner: Client) -> str:
    return await credit_story.issued(HOUSES[-1], owner, await theirs(owner, "return_id"))


async def _settlement(owner: Client) -> str:
    return_id, settlement_id = await memo_story.paid(owner, f"8100-{uuid4().hex}")
    ABOVE[settlement_id] = {"return_id": return_id}
    return settlement_id


async def _export(owner: Client) -> str:
    """Have everything written into a file; two in an hour are all there are."""
    found = (await owner.ask("GET", "/exports"))["data"]
    one = str((found[0] if found else await owner.ask("POST", "/exports"))["id"])
    workspace = workspace_number(owner.workspace)
    assert workspace is not None
    while await slices.go_on(HOUSES[-1], workspace, one) is not None:
        continue
    return one


async def _channel_return(owner: Client) -> str:
    return await channel_story.found(HOUSES[-1], owner)


async def _finding(owner: Client) -> str:
    finding = await payment_story.finding(HOUSES[-1], owner)
    ABOVE[finding] = {"reconciliation_id": await payment_story.reconciliation(owner)}
    return finding


async def _template_version(owner: Client) -> str:
    template = await theirs(owner, "template_id")
    changed = await owner.ask("PATCH", f"/notification-templates/{template}", {"name": "Theirs"})
    version = str(changed["version"])
    ABOVE[version] = {"template_id": template}
    return version


async def _person(owner: Client) -> str:
    return await admitted(HOUSES[-1], owner.workspace)


async def _invitation(owner: Client) -> str:
    body = {"email": f"{uuid4().hex}@example.com", "role": "agent"}
    return str((await owner.ask("POST", "/invitations", body))["id"])


async def _policy(owner: Client) -> str:
    await owner.ask("PUT", "/policies/theirs", {})
    await owner.call("DELETE", "/policies/theirs/draft")  # It may wait for its instant.
    await owner.ask("PUT", "/policies/theirs/draft", {"window_days": 14})
    return "theirs"


async def _channel_product(owner: Client) -> str:
    return await channel_story.product(owner, ABOVE)


BEHIND = {
    "policy_id": _policy,
    "person_id": _person,
    "invitation_id": _invitation,
    "subscription_id": _subscription,
    "payment_case_id": _payment_case,
    "channel_return": _channel_return,
    "channel_product": _channel_product,
    "settlement_id": _settlement,
    "export_id": _export,
    "template_version": _template_version,
    "store_credit_id": _store_credit,
    "reconciliation_id": payment_story.reconciliation,
    "reconciliation_item_id": _finding,
}
