"""A shopper's own return by its link: what it shows, what it lets do, and what it never says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from retour.api.limits import SHOPPER_PER_MINUTE
from retour.api.pace import Pace
from retour.kernel.ids import workspace_number
from retour.screens import follow
from retour.store.links import SHOPPER, Right, token
from tests.doors.apps import app_of
from tests.doors.client import Answer, Client, call
from tests.support.running import order_body

if TYPE_CHECKING:
    from litestar import Litestar

    from retour.desk.house import House

POLICY = {
    "approval": "auto",
    "shopper": {
        "rejected_options": ["send_back", "donate"],
        "send_back_fee": {"amount": "5.90", "currency": "EUR"},
    },
}
SECRETS = ("verdict", "trace", "risk", "attributes", "internal", "allowed_commands", "email")
JSON = {"content-type": "application/json"}


class Link:
    """Somebody who has nothing but the link."""

    def __init__(self, app: Litestar, text: str) -> None:
        self._app, self.text = app, text

    async def look(self) -> Answer:
        """Look at the return."""
        return await call(self._app, "GET", f"/v1/shopper/{self.text}")

    async def ask(self, word: str, body: object = None, **headers: str) -> Answer:
        """Ask for something; headers by their names with underscores."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"/v1/shopper/{self.text}/{word}"
        sent = json.dumps({} if body is None else body).encode()
        return await call(self._app, "POST", path, sent, {**JSON, **given})


@pytest_asyncio.fixture
async def app(house: House) -> Litestar:
    """The application with the page behind the link."""
    return app_of(house, follow.routes)


async def asked(shop: Client, number: str = "A1", **policy: object) -> dict[str, Any]:
    """Ask for two of three pieces under the policy of this page."""
    await shop.ask("PUT", "/policies/default", {**POLICY, **policy})
    await shop.ask("PUT", f"/orders/{number}", order_body(3))
    lines = [{"line": "1", "quantity": 2, "reason": "Too small", "comment": "Runs small."}]
    return dict(await shop.ask("POST", "/returns", {"order_number": number, "lines": lines}))


async def link_of(shop: Client, ret: dict[str, Any]) -> Link:
    """Have the merchant give the link."""
    given = await shop.ask("POST", f"/returns/{ret['id']}/shopper-link", {"days": 30})
    assert given["url"].endswith(f"/follow/{given['token']}")
    assert given["api"].endswith(f"/v1/shopper/{given['token']}")
    return Link(shop.app, str(given["token"]))


async def test_the_link_shows_this_return_and_nothing_of_the_shops(shop: Client) -> None:
    ret = await asked(shop)
    await shop.ask(
        "POST", f"/returns/{ret['id']}/annotate", {"subject": "Watch this one", "tags": ["fraud"]}
    )
    note = {"text": "Do not trust", "internal": True}
    await shop.ask("POST", f"/returns/{ret['id']}/comment", note)
    link = await link_of(shop, ret)

    seen = await link.look()

    assert seen.status == 200
    assert seen.headers["cache-control"] == "no-store"
    assert seen.headers["etag"] == f'"{seen.json["version"]}"'
    view = seen.json
    assert (view["status"], view["order_number"], view["reference"]) == (
        "authorized",
        "A1",
        ret["rma_number"],
    )
    assert [(one["quantity"], one["most"], one["comment"]) for one in view["lines"]] == [
        (2, 3, "Runs small.")
    ]
    assert [one["mode"] for one in view["steps"][:3]] == ["manual", "automated", "automated"]
    assert view["allowed"] == [
        "amend",
        "cancel",
        "change_method",
        "create_label",
        "add_parcel",
        "ship",
        "record_drop_off",
    ]
    text = seen.body.decode()
    for secret in (*SECRETS, "Watch this one", "fraud", "Do not trust", "mira.sand"):
        assert f'"{secret}' not in text, secret


async def test_a_shopper_changes_the_return_until_it_is_sent(shop: Client) -> None:
    ret = await asked(shop)
    link = await link_of(shop, ret)
    less = {"lines": [{"line": "1", "quantity": 1, "reason": "Too small"}]}

    amended = await link.ask("amend", less)
    labelled = await link.ask("create_label")
    changed = await link.ask("change_method", {"method": "own", "carrier": "My post"})
    proof = await link.ask("record_drop_off", {"place": "Parcel shop", "receipt_number": "R7"})
    late = await link.ask("cancel", {})

    assert [one.status for one in (amended, labelled, changed, proof)] == [200] * 4
    assert amended.json["lines"][0]["quantity"] == 1
    assert [one["method"] for one in changed.json["parcels"]] == ["label", "own"]
    assert changed.json["parcels"][0]["label_url"] is None
    assert (proof.json["status"], proof.json["drop_offs"][0]["receipt_number"]) == (
        "shipped",
        "R7",
    )
    assert (late.status, late.code) == (409, "already_sent")
    assert "create_label" in late.json["allowed_commands"]
    events = (await shop.ask("GET", f"/returns/{ret['id']}/events"))["data"]
    by_hand = [(one["type"], one["actor"]["kind"], one["source"]) for one in events[-2:]]
    assert by_hand == [
        ("return.dropped_off", "customer", "portal"),
        ("return.shipped", "customer", "portal"),
    ]


async def test_a_shopper_keeps_the_goods_after_all(shop: Client) -> None:
    link = await link_of(shop, await asked(shop))

    done = await link.ask("cancel", {"reason": "It fits after all"})

    assert (done.json["status"], done.json["cancel_reason"]) == ("canceled", "It fits after all")
    assert done.json["allowed"] == []


async def test_a_shopper_is_asked_about_goods_refused_and_told_the_cost(shop: Client) -> None:
    ret = await asked(shop)
    link, to = await link_of(shop, ret), f"/returns/{ret['id']}"
    await shop.ask("POST", f"{to}/receive", {"units": [{"line": "1", "quantity": 2}]})
    judged = [
        {"line": "1", "quantity": 1, "acceptance": "accepted"},
        {"line": "1", "quantity": 1, "acceptance": "rejected", "reason": "Worn"},
    ]
    await shop.ask("POST", f"{to}/inspect", {"units": judged})
    await shop.ask("POST", f"{to}/finish_receipt", {})

    before = (await link.look()).json["rejected"]
    refused = await link.ask("resolve_rejected", {"choice": "discard"})
    done = await link.ask("resolve_rejected", {"choice": "send_back"})
    draft = await shop.ask("POST", f"{to}/propose_settlement", {})

    assert (before["units"], before["options"]) == (
        1,
        [
            {"choice": "send_back", "fee": "5.90", "currency": "EUR"},
            {"choice": "donate", "fee": None, "currency": "EUR"},
        ],
    )
    assert refused.code == "not_yours_to_choose"
    assert done.json["rejected"] is None
    assert draft["resolutions"][0]["fee"] == "5.90"
    assert draft["settlement"]["total"] == "4.10"


async def test_writing_is_the_customers_word(shop: Client) -> None:
    ret = await asked(shop)
    link = await link_of(shop, ret)

    assert (await link.ask("comment", {"text": "Where do I go?"})).status == 200
    hidden = await link.ask("comment", {"text": "x", "internal": True})

    assert (hidden.status, hidden.pointers) == (422, {"/internal": "unknown_field"})
    (told,) = [
        one
        for one in (await shop.ask("GET", f"/returns/{ret['id']}/events"))["data"]
        if one["type"] == "message.created"
    ]
    assert (told["data"]["author"], told["data"]["text"]) == ("customer", "Where do I go?")


async def test_the_same_key_answers_the_same_once(shop: Client) -> None:
    ret = await asked(shop)
    link = await link_of(shop, ret)

    first = await link.ask("create_label", {}, idempotency_key="k1")
    again = await link.ask("create_label", {}, idempotency_key="k1")
    other = await link.ask("create_label", {"carrier": "x"}, idempotency_key="k1")

    assert first.body == again.body
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert len((await shop.ask("GET", f"/returns/{ret['id']}"))["parcels"]) == 1


async def test_what_was_changed_meanwhile_is_not_overwritten(shop: Client) -> None:
    link = await link_of(shop, await asked(shop))

    stale = await link.ask("create_label", {}, if_match='"99"')
    odd = await link.ask("create_label", {}, if_match="new")

    assert (stale.status, stale.code) == (412, "version_differs")
    assert (odd.status, odd.code) == (400, "bad_header")


async def test_only_a_good_link_opens_anything(shop: Client, house: House) -> None:
    """A forged, cut, foreign or spent link: no word of what is behind it."""
    ret = await asked(shop)
    link = await link_of(shop, ret)
    good = link.text
    forged = good[:-1] + ("0" if good[-1] != "0" else "1")
    workspace_id = workspace_number(shop.workspace)
    assert workspace_id is not None
    spent = token(
        house.vault,
        SHOPPER,
        Right(
            workspace_id=workspace_id,
            return_id=ret["id"],
            until=datetime.now(UTC) - timedelta(seconds=5),
        ),
    )
    agents = token(
        house.vault,
        "authorize",
        Right(
            workspace_id=workspace_id,
            return_id=ret["id"],
            until=datetime.now(UTC) + timedelta(days=1),
        ),
    )
    for text in (forged, good[:-1], good.upper(), "x", agents, "%00"):
        for answer in (await Link(shop.app, text).look(), await Link(shop.app, text).ask("cancel")):
            assert (answer.status, answer.code) == (404, "not_found"), text
    for answer in (await Link(shop.app, spent).look(), await Link(shop.app, spent).ask("cancel")):
        assert (answer.status, answer.code) == (410, "link_expired")
    assert (await link.look()).json["status"] == "authorized"


async def test_a_link_that_knocks_without_end_waits(shop: Client) -> None:
    """One link; another is not kept waiting by it."""
    link = await link_of(shop, await asked(shop))
    other = await link_of(shop, await asked(shop, "A2"))

    answers = [await link.look() for _ in range(SHOPPER_PER_MINUTE + 5)]
    over = answers[-1]

    assert [one.status for one in answers[:SHOPPER_PER_MINUTE]] == [200] * SHOPPER_PER_MINUTE
    assert (over.status, over.code) == (429, "too_many_requests")
    assert 0 < int(over.headers["retry-after"]) <= 2
    assert (await other.look()).status == 200


def test_a_pace_fills_again_with_time() -> None:
    """Three a minute: all at once, then one each twenty seconds; a long rest gives no more."""
    now = [0.0]
    pace = Pace(3, lambda: now[0])
    knocks = [pace.wait_s("a") for _ in range(4)]
    now[0] += 19
    early = pace.wait_s("a")
    now[0] += 1
    again = [pace.wait_s("a") for _ in range(2)]
    now[0] += 3600
    rested = [pace.wait_s("a") for _ in range(4)]

    assert (knocks, early, again, rested) == ([0, 0, 0, 20], 1, [0, 20], [0, 0, 0, 20])
    assert pace.wait_s("b") == 0


async def test_people_follow_their_return_on_a_page(shop: Client) -> None:
    ret = await asked(shop)
    link = await link_of(shop, ret)
    page = await call(shop.app, "GET", f"/follow/{link.text}")
    text = page.body.decode()

    assert page.status == 200
    way_out = "withdraw from contract here"
    for fact in (
        "2 × Article 1",
        "Too small",
        ret["rma_number"],
        "What is next",
        "Approved",
        way_out,
    ):
        assert fact in text
    assert "<script" not in text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert (await call(shop.app, "GET", "/follow/x")).status == 404


async def test_a_bad_policy_for_shoppers_is_named_and_the_live_one_stays(shop: Client) -> None:
    await asked(shop)
    for said, pointer in (
        ({"rejected_options": ["donate", "donate"]}, "/shopper/rejected_options"),
        ({"send_back_fee": {"amount": "0", "currency": "EUR"}}, "/shopper/send_back_fee/amount"),
        ({"send_back_fee": {"amount": "1", "currency": "?"}}, "/shopper/send_back_fee/currency"),
    ):
        answer = await shop.call("PUT", "/policies/default", {"shopper": said})
        assert answer.status == 422
        assert pointer in answer.pointers
    kept = await shop.ask("GET", "/policies/default")
    assert kept["shopper"]["rejected_options"] == ["send_back", "donate"]
