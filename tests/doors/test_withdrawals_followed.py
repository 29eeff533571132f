"""What follows a withdrawal: judged by the clock, a return on legal ground, aside, erased."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.doors.client import Client
from tests.support.ordering import order_body

JSON = dict[str, Any]
EMAIL = "ann.other@example.com"
SAID: JSON = {
    "name": "Ann Other",
    "email": EMAIL,
    "statement": "I withdraw.",
    "order_number": "0042",
}


async def sold(shop: Client, *quantities: int, country: str = "DE", **more: object) -> JSON:
    """Put an order with shipping, delivered now unless said."""
    body = order_body(*(quantities or (2, 1)))
    customer = {"email": EMAIL, "country": country}
    captured = f"{sum(quantities or (2, 1)) * 10 + 4}.95"
    payments = [{**body["payments"][0], "captured": captured}]
    return await shop.ask(
        "PUT",
        "/orders/0042",
        {**body, "customer": customer, "shipping": "4.95", "payments": payments, **more},
    )


async def took(shop: Client, **change: object) -> JSON:
    """Take a statement."""
    return await shop.ask("POST", "/withdrawals", {**SAID, **change})


async def queue(shop: Client, name: str) -> list[str]:
    """Give the ids in an agent's queue."""
    return [
        one["id"] for one in (await shop.ask("GET", "/withdrawals", query=f"queue={name}"))["data"]
    ]


# ---------------------------------------------------------------- in time


@pytest.mark.parametrize(
    ("delivered", "submitted", "in_time"),
    [
        # A Tuesday in Berlin, summer: fourteen days later, to the last second.
        ("2026-06-02T10:00:00+02:00", "2026-06-16T23:59:59+02:00", True),
        ("2026-06-02T10:00:00+02:00", "2026-06-17T00:00:00+02:00", False),
        # Clocks go forward on 29 March, back on 25 October.
        ("2026-03-16T23:59:59+01:00", "2026-03-30T23:59:59+02:00", True),
        ("2026-03-16T23:59:59+01:00", "2026-03-31T00:00:00+02:00", False),
        ("2026-10-12T00:00:00+02:00", "2026-10-26T23:59:59+01:00", True),
        ("2026-10-12T00:00:00+02:00", "2026-10-27T00:00:00+01:00", False),
        # Good Friday to Easter Monday, Regulation 1182/71.
        ("2026-03-20T10:00:00+01:00", "2026-04-07T23:59:59+02:00", True),
        ("2026-03-20T10:00:00+01:00", "2026-04-08T00:00:00+02:00", False),
    ],
)
async def test_in_time_is_what_is_submitted_before_the_end(
    shop: Client, delivered: str, submitted: str, *, in_time: bool
) -> None:
    await sold(shop, delivered_at=delivered)

    taken = await took(shop, submitted_at=submitted)

    assert (taken["status"], taken["in_time"]) == ("matched", in_time)
    assert (await queue(shop, "out_of_time") == [taken["id"]]) is not in_time


async def test_what_waits_in_a_line_or_at_a_shop_is_still_in_time(shop: Client) -> None:
    """Submitted before the end and handed in a month later: the consumer's instant counts."""
    await sold(shop, delivered_at="2026-06-02T10:00:00+02:00")

    await shop.ask("POST", "/clock", {"advance": "P30D"})
    taken = await took(shop, submitted_at="2026-06-16T23:59:59+02:00")

    assert taken["in_time"]


async def test_a_submission_in_the_future_is_judged_by_its_receipt(shop: Client) -> None:
    now = datetime.now(UTC)
    await sold(shop, delivered_at=(now - timedelta(days=20)).isoformat())

    taken = await took(shop, submitted_at=(now + timedelta(days=9)).isoformat())

    assert taken["in_time"] is False


@pytest.mark.parametrize(
    ("said", "country", "order", "in_time"),
    [
        ({}, "DE", {}, False),
        ({"informed": False}, "DE", {}, True),
        ({"days": 30}, "DE", {}, True),
        ({}, "IT", {"order_type": "doorstep"}, True),
        ({}, "DE", {"order_type": "doorstep"}, False),
        ({}, "US", {}, None),
        ({"who": "everyone"}, "US", {}, False),
        ({"who": "off"}, "DE", {}, None),
    ],
)
async def test_periods_are_the_better_of_law_and_merchant(
    shop: Client, said: JSON, country: str, order: JSON, *, in_time: bool | None
) -> None:
    await shop.ask("PUT", "/withdrawal-settings", said)
    delivered = (datetime.now(UTC) - timedelta(days=25)).isoformat()
    await sold(shop, country=country, delivered_at=delivered, **order)

    assert (await took(shop))["in_time"] is in_time


async def test_the_period_has_not_begun_while_something_is_on_its_way(shop: Client) -> None:
    left, came = "2026-01-02T10:00:00Z", "2026-01-04T10:00:00Z"
    first: JSON = {"id": "s1", "shipped_at": left, "delivered_at": came}
    second: JSON = {"id": "s2", "shipped_at": left}
    body: JSON = {
        "delivered_at": None,
        "shipments": [
            {**first, "lines": [{"line": "1", "quantity": 2}]},
            {**second, "lines": [{"line": "2", "quantity": 1}]},
        ],
    }
    await sold(shop, **body)

    taken = await took(shop)

    assert (taken["in_time"], taken["period_ends_at"]) == (True, None)


async def test_lines_that_the_law_excepts_are_named_with_their_ground(shop: Client) -> None:
    lines = order_body(2, 1)["lines"]
    lines[1]["attributes"] = {"legal_ground": "custom_made"}
    lines[0]["attributes"] = {"legal_ground": "we would rather not"}
    await sold(shop, lines=lines)

    taken = await took(shop)
    made = await shop.ask("POST", f"/withdrawals/{taken['id']}/return", {})

    (found,) = taken["excepted_lines"]
    assert (found["line"], found["ground"]) == ("2", "custom_made")
    assert "Article 16 c" in found["about"]
    assert [(line["line"], line["quantity"]) for line in made["lines"]] == [("1", 2)]


# ---------------------------------------------------------------- the return


async def test_the_return_stands_on_the_law(shop: Client) -> None:
    """Whatever the policy says: no reason, no veto, authorized at once."""
    await shop.ask("PUT", "/policies/default", {"window_days": 0, "ineligible": "reject"})
    await sold(shop)
    taken = await took(shop)
    path = f"/withdrawals/{taken['id']}"

    made = await shop.ask("POST", f"{path}/return", {})

    shown = await shop.ask("GET", path)
    assert (made["status"], made["legal_basis"]) == ("authorized", "withdrawal")
    assert (made["withdrawal"], made["refund_by"]) == (taken["id"], taken["refund_by"])
    assert made["verdict"]["eligible"]
    assert {step["rule"] for step in made["verdict"]["trace"]} == {"legal_basis"}
    assert all(line["reasons"] == [] for line in made["lines"])
    assert (shown["return"], shown["return_status"]) == (made["id"], "authorized")
    assert shown["refund_may_wait"]
    again = await shop.call("POST", f"{path}/return", {})
    assert (again.status, again.code) == (409, "not_allowed_in_status")
    assert [act["kind"] for act in (await shop.ask("GET", f"{path}/evidence"))["acts"]] == [
        "returned"
    ]
    await shop.ask(
        "POST", f"/returns/{made['id']}/receive", {"units": [{"line": "1", "quantity": 1}]}
    )
    assert not (await shop.ask("GET", path))["refund_may_wait"], "goods have come"


async def test_many_at_once_make_one_return(shop: Client) -> None:
    await sold(shop)
    taken = await took(shop)

    answers = await asyncio.gather(
        *(shop.call("POST", f"/withdrawals/{taken['id']}/return", {}) for _ in range(4))
    )

    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
    assert len((await shop.ask("GET", "/returns"))["data"]) == 1


async def settled(shop: Client, ret: JSON, *units: tuple[str, int]) -> JSON:
    """Take goods in, accept them, and propose what is owed."""
    path = f"/returns/{ret['id']}"
    there = [{"line": line, "quantity": n} for line, n in units]
    await shop.ask("POST", f"{path}/receive", {"units": there})
    judged = [{**one, "acceptance": "accepted"} for one in there]
    await shop.ask("POST", f"{path}/inspect", {"units": judged})
    await shop.ask("POST", f"{path}/finish_receipt", {})
    return (await shop.ask("POST", f"{path}/propose_settlement", {}))["settlement"]


async def test_the_whole_contract_gives_back_the_way_out_too(shop: Client) -> None:
    await sold(shop)
    taken = await took(shop)
    made = await shop.ask("POST", f"/withdrawals/{taken['id']}/return", {})

    draft = await settled(shop, made, ("1", 2), ("2", 1))

    assert draft["total"] == "34.95"
    assert [line["kind"] for line in draft["lines"]] == ["item", "item", "shipping"]


async def test_a_part_gives_the_way_out_back_with_the_last_of_it(shop: Client) -> None:
    await sold(shop)
    totals: list[str] = []
    for line, quantity in (("1", 2), ("2", 1)):
        taken = await took(shop, lines=[{"line": line, "quantity": quantity}])
        made = await shop.ask("POST", f"/withdrawals/{taken['id']}/return", {})
        draft = await settled(shop, made, (line, quantity))
        await shop.ask("POST", f"/returns/{made['id']}/confirm_settlement", {})
        totals.append(draft["total"])

    assert totals == ["20.00", "14.95"]


async def test_withdrawing_costs_no_fee(shop: Client) -> None:
    await sold(shop)
    taken = await took(shop)
    made = await shop.ask("POST", f"/withdrawals/{taken['id']}/return", {})
    await settled(shop, made, ("1", 2), ("2", 1))
    path = f"/returns/{made['id']}/propose_settlement"

    fee = await shop.call("POST", path, {"fees": [{"label": "Restocking", "amount": "5.00"}]})
    mute = await shop.call("POST", path, {"adjustments": [{"label": " ", "amount": "-5.00"}]})
    worn = {"label": "The mug was used for weeks; grade C", "amount": "-5.00"}
    said = await shop.ask("POST", path, {"adjustments": [worn]})

    assert (fee.status, fee.code) == (409, "fee_on_withdrawal")
    assert (mute.status, mute.code) == (409, "fee_on_withdrawal")
    assert said["settlement"]["total"] == "29.95"


async def test_lines_are_found_by_what_the_consumer_wrote_or_named_by_an_agent(
    shop: Client,
) -> None:
    await sold(shop)
    vague = await took(shop, lines=[{"title": "the blue one"}])
    path = f"/withdrawals/{vague['id']}"

    unclear = await shop.call("POST", f"{path}/return", {})
    named = await shop.ask("POST", f"{path}/return", {"lines": [{"line": "2", "quantity": 1}]})

    assert (unclear.status, unclear.code) == (422, "ambiguous_item")
    assert await queue(shop, "returnless") == []
    assert [(one["line"], one["quantity"]) for one in named["lines"]] == [("2", 1)]
    by_sku = await took(shop, lines=[{"sku": named["lines"][0]["sku"]}])
    nothing = await shop.call("POST", f"/withdrawals/{by_sku['id']}/return", {})
    assert (nothing.status, nothing.code) == (409, "nothing_left")


async def test_before_its_order_is_known_no_return_follows(shop: Client) -> None:
    taken = await took(shop)

    answer = await shop.call("POST", f"/withdrawals/{taken['id']}/return", {})

    assert (answer.status, answer.code) == (409, "not_allowed_in_status")


async def test_by_itself_where_the_merchant_wants_it(shop: Client) -> None:
    await shop.ask("PUT", "/withdrawal-settings", {"returns": "auto"})
    await sold(shop, delivered_at=(datetime.now(UTC) - timedelta(days=1)).isoformat())

    key = {"idempotency-key": "once"}
    taken = await shop.ask("POST", "/withdrawals", SAID, headers=key)
    await shop.ask("POST", "/withdrawals", SAID, headers=key)

    (made,) = (await shop.ask("GET", "/returns"))["data"]
    assert (await shop.ask("GET", f"/withdrawals/{taken['id']}"))["return"] == made["id"]
    assert made["source"] == "system"


@pytest.mark.parametrize(("country", "in_time"), [("DE", False), ("US", None)])
async def test_too_late_or_beyond_the_law_is_for_an_agent_even_then(
    shop: Client, country: str, *, in_time: bool | None
) -> None:
    await shop.ask("PUT", "/withdrawal-settings", {"returns": "auto"})
    await sold(shop, country=country, delivered_at="2026-01-02T10:00:00Z")

    taken = await took(shop)

    assert (taken["in_time"], taken["acknowledgement"]) == (in_time, "waiting")
    assert (await shop.ask("GET", "/returns"))["data"] == []
    assert await queue(shop, "returnless") == [taken["id"]]


# ---------------------------------------------------------------- agents


async def test_queues_hold_what_somebody_has_to_look_at(shop: Client) -> None:
    await sold(shop)
    lost = await took(shop, order_number="9")
    due = await took(shop)

    assert await queue(shop, "unmatched") == [lost["id"]]
    assert await queue(shop, "returnless") == [due["id"]]
    assert await queue(shop, "refund_due") == []
    await shop.ask("POST", "/clock", {"advance": "P12D"})
    assert await queue(shop, "refund_due") == [due["id"]]
    assert (await shop.call("GET", "/withdrawals", query="queue=lost")).status == 422


async def test_a_finding_can_be_taken_back(shop: Client) -> None:
    await sold(shop)
    taken = await took(shop)
    path = f"/withdrawals/{taken['id']}"

    back = await shop.ask("POST", f"{path}/unmatch")
    again = await shop.ask("POST", f"{path}/unmatch")
    await shop.ask("POST", f"{path}/match", {"order_number": "0042"})
    await shop.ask("POST", f"{path}/return", {})
    late = await shop.call("POST", f"{path}/unmatch")

    assert (back["status"], back["matched_order"], back["in_time"]) == ("unmatched", None, None)
    assert again == back
    assert (late.status, late.code) == (409, "not_allowed_in_status")
    acts = (await shop.ask("GET", f"{path}/evidence"))["acts"]
    assert [act["kind"] for act in acts] == ["unmatched", "matched", "returned"]


async def test_a_duplicate_is_put_aside_and_stays(shop: Client) -> None:
    await sold(shop)
    first, second, third = [await took(shop) for _ in range(3)]
    path = f"/withdrawals/{second['id']}"

    aside = await shop.ask("POST", f"{path}/dismiss", {"duplicate_of": first["id"]})
    spam = await shop.ask("POST", f"/withdrawals/{third['id']}/dismiss", {"reason": "A test."})

    assert (aside["status"], aside["duplicate_of"]) == ("duplicate", first["id"])
    assert (aside["statement"], spam["status"]) == (SAID["statement"], "dismissed")
    assert (await shop.ask("GET", f"{path}/evidence"))["verified"]
    assert await queue(shop, "returnless") == [first["id"]]
    for body, code in (
        ({"duplicate_of": second["id"]}, "unknown_withdrawal"),  # A duplicate itself.
        ({"duplicate_of": first["id"]}, "unknown_withdrawal"),  # Itself.
        ({}, "invalid"),
        ({"duplicate_of": second["id"], "reason": "both"}, "invalid"),
    ):
        answer = await shop.call("POST", f"/withdrawals/{first['id']}/dismiss", body)
        assert answer.status == 422, (body, code)
    restored = await shop.ask("POST", f"{path}/unmatch")
    assert (restored["status"], restored["duplicate_of"]) == ("unmatched", None)


# ---------------------------------------------------------------- erasure


async def test_what_was_said_is_erased_and_the_chain_still_holds(shop: Client) -> None:
    taken = [await took(shop, statement=f"Secret {n}") for n in range(3)]
    path = f"/withdrawals/{taken[1]['id']}"

    early = await shop.call("POST", f"{path}/erase", {})
    mute = await shop.call("POST", f"{path}/erase", {"force": True})
    gone = await shop.ask("POST", f"{path}/erase", {"force": True, "reason": "By request"})

    assert (early.status, early.code) == (409, "kept_as_evidence")
    assert (mute.status, set(mute.pointers)) == (422, {"/reason"})
    assert gone == await shop.ask("GET", path)
    assert (gone["statement"], gone["name"], gone["email"]) == (None, None, None)
    assert gone["hash"] == taken[1]["hash"]
    for one in taken:
        proof = await shop.ask("GET", f"/withdrawals/{one['id']}/evidence")
        assert proof["verified"], proof
    proof = await shop.ask("GET", f"{path}/evidence")
    assert (proof["content"], proof["checks"]["content"]) == (None, None)
    assert proof["content_sha256"]
    told = (await shop.ask("GET", "/events"))["data"]
    texts = {event["data"]["withdrawal"]: event["data"]["text"] for event in told}
    assert texts == {taken[0]["id"]: "Secret 0", taken[1]["id"]: None, taken[2]["id"]: "Secret 2"}


async def test_a_request_repeated_after_the_erasure_tells_nothing(shop: Client) -> None:
    key = {"idempotency-key": "once"}
    taken = await shop.ask("POST", "/withdrawals", SAID, headers=key)
    other = await shop.ask("POST", "/withdrawals", SAID, headers={"idempotency-key": "other"})
    erasing = {"force": True, "reason": "By request"}
    await shop.ask("POST", f"/withdrawals/{taken['id']}/erase", erasing)

    again = await shop.ask("POST", "/withdrawals", SAID, headers=key)
    kept = await shop.ask("POST", "/withdrawals", SAID, headers={"idempotency-key": "other"})

    assert (again["id"], again["statement"], again["email"]) == (taken["id"], None, None)
    assert kept == other
    assert len((await shop.ask("GET", "/withdrawals"))["data"]) == 2


async def test_after_its_time_it_goes_without_force(shop: Client) -> None:
    await shop.ask("PUT", "/withdrawal-settings", {"keep_days": 30})
    taken = await took(shop)
    await shop.ask("POST", "/clock", {"advance": "P31D"})

    gone = await shop.ask("POST", f"/withdrawals/{taken['id']}/erase", {})

    assert gone["statement"] is None
    assert gone["erased_at"]


async def test_erasing_takes_a_right_of_its_own(shop: Client) -> None:
    taken = await took(shop)
    key = await shop.ask(
        "POST", "/api-keys", {"name": "agent", "scopes": ["withdrawals:write", "withdrawals:read"]}
    )
    agent = Client(app=shop.app, workspace=shop.workspace, token=key["token"])

    assert (await agent.call("POST", f"/withdrawals/{taken['id']}/erase", {})).status == 403
    assert (await agent.call("POST", f"/withdrawals/{taken['id']}/return", {})).status == 403


# ---------------------------------------------------------------- settings


async def test_settings_and_rules_are_data(shop: Client) -> None:
    before = await shop.ask("GET", "/withdrawal-settings")
    labels = {"de": {"entry": "Hier widerrufen", "confirm": "Jetzt widerrufen"}}
    put = await shop.ask("PUT", "/withdrawal-settings", {"who": "everyone", "labels": labels})
    rules = await shop.ask("GET", "/withdrawal-rules")

    by_language = {one["language"]: one for one in rules["labels"]}
    periods = {one["country"]: one for one in rules["periods"]}
    assert (before["who"], before["informed"], before["returns"]) == ("eu", True, "manual")
    assert put == await shop.ask("GET", "/withdrawal-settings")
    assert by_language["en"]["entry"] == "withdraw from contract here"
    assert by_language["de"]["confirm"] == "Jetzt widerrufen"
    assert {"en", "de", "fr", "nl", "pl", "es", "it"} <= set(by_language)
    assert (periods["DE"]["days"], periods["IT"]["doorstep_days"], len(periods)) == (14, 30, 30)
    assert len(rules["exceptions"]) == 13


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"who": "nobody"}, "/who"),
        ({"days": 0}, "/days"),
        ({"keep_days": 5}, "/keep_days"),
        ({"labels": {"tlh": {"entry": "a", "confirm": "b"}}}, "/labels/tlh"),
        ({"labels": {"de": {"entry": "", "confirm": "b"}}}, "/labels/de/entry"),
        ({"unknown": 1}, "/unknown"),
    ],
)
async def test_settings_that_cannot_be_are_named(shop: Client, body: JSON, pointer: str) -> None:
    answer = await shop.call("PUT", "/withdrawal-settings", body)

    assert answer.status == 422
    assert set(answer.pointers) == {pointer}
