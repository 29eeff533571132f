"""The documents say what the routes do: complete, valid, fresh, and true of real answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from retour.api.json_body import BodyReader
from retour.api.problems import CATALOGUE
from retour.api.published import asyncapi, openapi
from retour.api.published.examples import REQUESTS
from retour.api.published.openapi_messages import foreign
from retour.api.routes import HookRoute, Route
from retour.api.table import HOOK_ROUTES, OPEN_ROUTES, ROUTES, SPOKEN_ROUTES
from retour.desk.exports import slices
from retour.desk.policies.trying import go_on
from retour.dialects.catalogue import ENTRIES
from retour.dialects.messages import Said
from retour.dialects.registry import DIALECTS
from retour.dialects.schemas import message_schema
from retour.dialects.shapes import Tree
from retour.kernel.fields import Json
from retour.kernel.ids import workspace_number
from retour.lifecycle.model import EventType
from tests.doors import (
    brand_story,
    channel_story,
    control_story,
    conversation_story,
    credit_story,
    dock_story,
    exchange_story,
    finding_story,
    memo_story,
    parcel_story,
    payment_story,
    people_story,
    portal_story,
    shopper_story,
    withdrawal_story,
)
from tests.doors.belongings import path
from tests.doors.client import Answer, Client
from tests.support.running import order_body
from tests.support.schema_checking import json_problem, problem_within

if TYPE_CHECKING:
    from retour.desk.house import House

DOCUMENT = openapi.document()
SCHEMAS = DOCUMENT["components"]["schemas"]
FILE = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_file_is_fresh() -> None:
    """``python -m retour.api.published.openapi > docs/openapi.json`` writes it."""
    assert FILE.read_text(encoding="utf-8") == openapi.text()


def _walk(piece: Json) -> Iterator[dict[str, Json]]:
    if isinstance(piece, dict):
        yield piece
        for inner in piece.values():
            yield from _walk(inner)
    elif isinstance(piece, list):
        for inner in piece:
            yield from _walk(inner)


@pytest.mark.parametrize("document", [DOCUMENT, asyncapi.document()], ids=["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No fragment points into the void."""
    given = [piece.get("$ref") for piece in _walk(document)]
    references = {one for one in given if isinstance(one, str)}
    assert references
    for reference in references:
        found: Any = document
        assert reference.startswith("#/")
        for step in reference[2:].split("/"):
            assert step in found, reference
            found = found[step]


def test_every_route_is_there_and_nothing_else() -> None:
    """One operation per row of the table, by its own name."""
    described = {
        (method.upper(), path, said["operationId"])
        for path, item in DOCUMENT["paths"].items()
        for method, said in item.items()
    }
    keyed = {(route.method, route.path, route.name) for route in (*ROUTES, *SPOKEN_ROUTES)}
    hooks = {(route.method, route.path, route.name) for route in HOOK_ROUTES}
    opened = {("GET", route.path, route.name) for route in OPEN_ROUTES}
    assert described == keyed | hooks | opened
    assert len({name for _, _, name in described}) == len(described)


def test_every_operation_is_described_whole() -> None:
    """Its path's parameters, a known tag, a summary, what success and each problem look like."""
    tags = {tag["name"] for tag in DOCUMENT["tags"]}
    for route in ROUTES:
        said = DOCUMENT["paths"][route.path][route.method.lower()]
        parameters = [_resolved(one) for one in said["parameters"]]
        in_path = {one["name"] for one in parameters if one["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", route.path))
        assert set(said["tags"]) <= tags
        assert said["summary"]
        assert {"401", "403", "404", "429", "500", "503"} <= set(said["responses"])
        assert {str(status) for status in route.statuses} <= set(said["responses"])
        assert ("requestBody" in said) == (route.body is not None or bool(route.accepts))
        headers = {one["name"] for one in parameters if one["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (route.method == "POST" and not route.again)


def _resolved(piece: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in piece:
        return piece
    _, kind, name = piece["$ref"].removeprefix("#/").split("/")
    return DOCUMENT["components"][kind][name]


def test_every_message_is_a_webhook() -> None:
    """Each word of each dialect, in OpenAPI and in AsyncAPI."""
    names = {
        word if dialect.name == "retour" else f"{dialect.name}.{word}"
        for dialect in DIALECTS.values()
        for words in dialect.vocabulary.values()
        for word in words
    }
    assert set(DOCUMENT["webhooks"]) == names
    assert set(asyncapi.document()["components"]["messages"]) == names


@pytest.mark.parametrize("said", foreign(), ids=lambda said: said.name)
def test_every_message_is_as_its_webhook_says(said: Said) -> None:
    """The sample is valid by the document's schema and by the published one; spoilt, by neither."""
    sample = json.loads(said.sample("json").body)
    published = message_schema(said.dialect, said.word)
    required = set(published["$defs"][_root(published)]["required"])
    assert required <= set(sample)
    cases: list[tuple[Json, bool]] = [
        (sample, True),
        *(({**sample, key: {"odd": []}}, False) for key in required - {"data"}),
        *(({k: v for k, v in sample.items() if k != key}, False) for key in required),
    ]
    for body, is_valid in cases:
        assert (_problem_of(SCHEMAS[said.name], body) is None) == is_valid
        assert (json_problem(published, body) is None) == is_valid


def _root(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _problem_of(schema: dict[str, Any], instance: Any) -> str | None:  # noqa: ANN401 - any JSON
    return problem_within({"components": {"schemas": SCHEMAS}}, schema, instance)


@pytest.mark.parametrize("event_type", EventType)
def test_every_event_is_as_its_webhook_says(event_type: EventType) -> None:
    """The sample is valid; with its type changed or its data gone it is not."""
    schema = openapi.event_schema(ENTRIES[event_type])
    sample = json.loads(json.dumps(ENTRIES[event_type].example))
    assert _problem_of(schema, sample) is None
    assert _problem_of(schema, {**sample, "type": "return.imagined"}) is not None
    assert _problem_of(schema, {**sample, "data": None}) is not None


@pytest.mark.parametrize("name", REQUESTS)
def test_every_example_is_read_as_it_stands(name: str) -> None:
    """By the schema that the document gives, and by the reader that the route uses."""
    route = next(route for route in (*ROUTES, *HOOK_ROUTES) if route.name == name)
    assert route.body is not None
    body = REQUESTS[name]
    BodyReader(route.body).read(msgspec.json.encode(body))
    assert _problem_of(SCHEMAS[route.body.__name__], body) is None
    assert _problem_of(SCHEMAS[route.body.__name__], {**body, "wings": 2}) is not None


def test_every_body_has_an_example() -> None:
    """A new route brings one."""
    rows = (*ROUTES, *HOOK_ROUTES)
    assert set(REQUESTS) == {route.name for route in rows if route.body is not None}


def test_the_samples_of_answers_are_valid() -> None:
    """They are shown beside the schemas, so they had better be."""
    for name, sample in DOCUMENT["components"]["examples"].items():
        assert _problem_of(SCHEMAS[name], json.loads(json.dumps(sample["value"]))) is None


class Story:
    """Uses every route once, so that what is answered can be held to what is declared."""

    def __init__(self, shop: Client) -> None:
        self.shop = shop
        self.answers: dict[str, Answer] = {}

    async def use(self, name: str, body: object = None, query: str = "", **values: str) -> Any:  # noqa: ANN401 - any JSON
        route = next(route for route in ROUTES if route.name == name)
        given = REQUESTS.get(name) if body is None else body
        answer = await self.shop.call(route.method, path(route, **values), given, query=query)
        assert answer.status in route.statuses, (name, answer)
        self.answers[name] = answer
        return answer.json if answer.body else None


async def _settings(story: Story) -> None:
    for name, values in (
        ("put_policy", {"policy_id": "default"}),
        ("read_policy", {"policy_id": "default"}),
        ("put_facility", {"code": "hub"}),
        ("read_facility", {"code": "hub"}),
        ("read_facility_uses", {"code": "hub"}),
        ("put_routing", {}),
        ("read_routing", {}),
        ("try_routing", {}),
        ("list_policies", {}),
        ("list_policy_versions", {"policy_id": "default"}),
        ("read_policy_version", {"policy_id": "default", "version": "2"}),
        ("compare_policy_versions", {"policy_id": "default"}),
        ("list_policy_examples", {}),
        ("read_policy_example", {"example": "fashion"}),
        ("list_facilities", {}),
        ("list_api_keys", {}),
        ("advance_clock", {}),
        ("read_processor_ledger", {}),
        ("add_processor_fault", {}),
        ("add_carrier_fault", {}),
        ("list_sandbox_messages", {}),
    ):
        await story.use(name, **values)
    key = await story.use("create_api_key")
    await story.use("read_api_key", key_id=key["id"])
    await story.use("rotate_api_key", key_id=key["id"])
    await story.use("revoke_api_key", key_id=key["id"])

    for name in ("put_policy_draft", "read_policy_draft"):
        await story.use(name, policy_id="default")
    await story.use("schedule_policy_draft", policy_id="default")
    await story.use("unschedule_policy_draft", policy_id="default")
    await story.use("publish_policy_draft", {}, policy_id="default")
    await story.use("roll_back_policy", policy_id="default")
    await story.use("put_policy_draft", policy_id="default")
    await story.use("discard_policy_draft", policy_id="default")


async def _subscriptions(story: Story) -> str:
    body = {"url": "http://127.0.0.1:9/hook", "headers": {"x-shop": "1"}}
    one = (await story.use("create_subscription", body))["id"]
    for name in (
        "read_subscription",
        "read_subscription_health",
        "rotate_secret",
        "reveal_secret",
        "recover_subscription",
    ):
        await story.use(name, subscription_id=one)
    await story.use("change_subscription", subscription_id=one)
    await story.use("resume_subscription", subscription_id=one)
    await story.use("list_subscriptions")
    return one


async def _notifications(story: Story) -> None:
    profile = (await story.use("create_notification_profile"))["id"]
    body = {**REQUESTS["create_notification_template"], "profiles": [profile]}
    template = (await story.use("create_notification_template", body))["id"]
    await story.use("list_notification_profiles")
    await story.use("read_notification_profile", profile_id=profile)
    await story.use("change_notification_profile", profile_id=profile)
    await story.use("list_notification_templates")
    await story.use("read_notification_template", template_id=template)
    await story.use("preview_notification_template", {}, template_id=template)
    await story.use("test_notification_template", template_id=template)
    await story.use("change_notification_template", template_id=template)
    at = {"template_id": template, "template_version": "1"}
    await story.use("lint_notification_template", template_id=template)
    await story.use("read_notification_matrix")
    await story.use("read_notification_profile_health", profile_id=profile)
    hook = {"name": "ERP", "type": "custom", "url": "https://erp.example.com/hook"}
    made = await story.use("create_notification_profile", hook)
    await story.use("rotate_profile_secret", profile_id=made["id"])
    await story.use("reveal_profile_secret", profile_id=made["id"])
    cell = {"event": "return_received", "type": "email", "profile": profile, "on": False}
    await story.use("change_notification_matrix", {"cells": [cell]})
    await story.use("list_notification_template_versions", template_id=template)
    await story.use("read_notification_template_version", **at)
    await story.use("compare_notification_template_versions", template_id=template)
    await story.use("restore_notification_template_version", **at)
    await story.use("delete_notification_template", template_id=template)
    await story.use("test_notification_profile", profile_id=profile)
    await story.use("delete_notification_profile", profile_id=profile)
    message = (await story.use("create_message"))["id"]
    await story.use("read_message", message_id=message)


async def _asked_back(story: Story, **fields: object) -> str:
    body = {**REQUESTS["request_return"], **fields}
    return str((await story.use("request_return", body))["id"])


async def _return(story: Story, subscription: str) -> None:
    """Take one return the whole way, and others down the side roads."""
    await story.use("put_policy", {"keep_item": True}, policy_id="default")
    order = {**order_body(9, 9, processor="external"), "attributes": {"till": "4"}}
    await story.use("put_order", order, order_number="1001")
    await story.use("read_order", order_number="1001")
    await story.use("simulate_policy", policy_id="default")
    one = await _asked_back(story)
    await story.use("amend", return_id=one)
    await story.use("authorize", {}, return_id=one)
    for name in ("create_label", "ship", "track", "receive"):
        body = {"units": [{"line": "1", "quantity": 1}]} if name == "receive" else None
        ret = await story.use(name, body, return_id=one)
    line = ret["receipts"][0]["lines"][0]["id"]
    correction = {"receipt_line": line, "line": "1", "quantity": 1, "reason": "Counted again"}
    await story.use("correct_receipt", correction, return_id=one)
    await story.use("inspect", return_id=one)
    await story.use("pause_receipt", return_id=one)
    await story.use("finish_receipt", return_id=one)
    money = {"kind": "refund"}
    await story.use("simulate_settlement", money, return_id=one)
    await story.use("propose_settlement", money, return_id=one)
    await story.use("discard_settlement", return_id=one)
    await story.use("propose_settlement", money, return_id=one)
    await story.use("confirm_settlement", return_id=one)
    ret = await story.use("start_refund", return_id=one)
    leg = ret["settlement"]["legs"][0]["id"]
    await story.use("record_refund_outcome", {"leg": leg, "outcome": "failed"}, return_id=one)
    await story.use("retry_refund", {"leg": leg}, return_id=one)
    await story.use("record_refund_outcome", {"leg": leg, "outcome": "succeeded"}, return_id=one)
    await story.use("complete", return_id=one)
    await story.use("reopen", return_id=one)
    await story.use("annotate", return_id=one)
    await story.use("comment", return_id=one)
    kept = await _asked_back(story)
    await story.use("authorize", {}, return_id=kept)
    await story.use("waive_receipt", return_id=kept)
    await story.use("reject", return_id=await _asked_back(story))
    await story.use("cancel", {"reason": "x"}, return_id=await _asked_back(story))
    for name in ("read_return", "list_return_events"):
        await story.use(name, return_id=one)
    await story.use("list_returns")
    await story.use("list_order_events", order_number="1001")
    await story.use("list_events")
    await story.use("read_feed", query=f"subscription={subscription}")


async def _customers(story: Story, house: House) -> None:
    """Try a draft on what was asked back before, and list somebody."""
    ret = (await story.shop.ask("GET", "/returns"))["data"][-1]["id"]
    await story.use("read_judgement", return_id=ret)
    begun = (await story.use("start_backtest", policy_id="default"))["id"]
    workspace = workspace_number(story.shop.workspace)
    assert workspace is not None
    await go_on(house, workspace, begun)
    await story.use("read_backtest", backtest_id=begun)
    await story.use("list_backtest_changes", backtest_id=begun)
    await story.use("list_backtests")
    await story.use("cancel_backtest", backtest_id=begun)
    one = (await story.use("create_list_entry"))["id"]
    for name in ("read_list_entry", "change_list_entry"):
        await story.use(name, entry_id=one)
    await story.use("list_list_entries")
    await story.use("remove_list_entry", entry_id=one)
    for name in ("read_system", "read_setup", "put_setup", "read_retention", "put_retention"):
        await story.use(name)
    for name in ("read_configuration", "compare_configuration", "put_configuration"):
        await story.use(name)
    await story.use("survey_customer")
    story.answers["export_customer"] = await story.shop.call(
        "POST", "/customers/export", REQUESTS["export_customer"]
    )
    whole = (await story.use("start_export"))["id"]
    while await slices.go_on(house, workspace, whole) is not None:
        continue
    await story.use("read_export", export_id=whole)
    await story.use("list_exports")
    story.answers["read_export_file"] = await story.shop.call("GET", f"/exports/{whole}/file")
    await story.use("cancel_export", export_id=whole)
    request = (await story.use("create_data_request"))["id"]
    await story.use("list_data_requests")
    for name in ("read_data_request", "answer_data_request"):
        await story.use(name, data_request_id=request)
    gone = (await story.use("erase_customer"))["id"]
    await story.use("list_erasures")
    await story.use("read_erasure", erasure_id=gone)


async def _timers(story: Story) -> None:
    """Be late with one request."""
    await story.shop.ask("PUT", "/policies/timed", {"deadlines": {"review_days": 1}})
    one = await _asked_back(story, policy="timed")
    await story.use("list_timers")
    await story.shop.ask("POST", "/clock", {"advance": "P3D"})
    await story.use("list_timers_of_return", return_id=one)
    await story.use("list_overdue", query="cause=review")
    await story.use("count_overdue")


async def _deliveries(story: Story, subscription: str) -> None:
    await story.use("test_subscription", subscription_id=subscription)
    page = await story.use("list_deliveries", query=f"subscription={subscription}")
    one = page["data"][0]["id"]
    await story.use("read_delivery", delivery_id=one)
    await story.use("resend_delivery", delivery_id=one)
    await story.use("delete_subscription", subscription_id=subscription)
    await story.use("list_customer_mails", return_id=await _asked_back(story))


async def test_every_answer_is_as_declared(shop: Client, house: House) -> None:
    """Every route is used, and what it answers is valid, with no field that is not declared."""
    story = Story(shop)
    await _settings(story)
    subscription = await _subscriptions(story)
    await _return(story, subscription)
    await _deliveries(story, subscription)
    await _notifications(story)
    await dock_story.tell(story)
    await withdrawal_story.tell(story)
    await _customers(story, house)
    await _timers(story)
    await conversation_story.tell(story, await _asked_back(story))
    await parcel_story.tell(story, house)
    await control_story.tell(story)
    await finding_story.tell(story)
    await people_story.tell(story, house)
    await credit_story.tell(story, house)
    await exchange_story.tell(story)
    await portal_story.tell(story)
    await memo_story.tell(story)
    await brand_story.tell(story)
    for hook, answer in await channel_story.tell(story, house):
        _hold_hook(hook, answer)
    for hook, answer in await payment_story.tell(story, house):
        _hold_hook(hook, answer)
    for hook, answer in await shopper_story.tell(story):
        _hold_hook(hook, answer)
    unused = {route.name for route in ROUTES} - set(story.answers)
    assert not unused, unused
    for route in ROUTES:
        _hold(route, story.answers[route.name])


def _hold(route: Route, answer: Answer) -> None:
    if route.gives is not None:
        assert answer.headers["content-type"] == route.gives, route.name
        assert answer.headers["cache-control"].startswith(("no-store", "private")), route.name
        return
    assert answer.headers["cache-control"] == "no-store"
    assert ("etag" in answer.headers) == route.versioned, route.name
    assert ("location" in answer.headers) == route.creates, route.name
    if route.result is None:
        assert answer.body == b"", route.name
        return
    assert isinstance(route.result, Tree)
    said = DOCUMENT["paths"][route.path][route.method.lower()]
    media = said["responses"][str(answer.status)]["content"]["application/json"]
    assert _problem_of(media["schema"], answer.json) is None, route.name
    declared = {*route.result.fields, *route.result.extras}
    for item in answer.json["data"] if route.paged else [answer.json]:
        assert set(item) <= declared, route.name
    if route.paged and route.name not in ("read_processor_ledger", "list_sandbox_messages"):
        assert answer.json["data"], f"{route.name} has shown nothing to check"


def _hold_hook(route: HookRoute, answer: Answer) -> None:
    """Hold an answer that needed no key; nothing stands in it that is not declared."""
    assert isinstance(route.result, Tree)
    said = DOCUMENT["paths"][route.path][route.method.lower()]
    media = said["responses"]["200"]["content"]["application/json"]
    assert _problem_of(media["schema"], answer.json) is None, route.name
    assert set(answer.json) == set(route.result.fields), route.name


async def test_problems_are_as_declared(shop: Client) -> None:
    """One of each form: plain, with fields, with commands."""
    schema = {"$ref": "#/components/schemas/problem"}
    await shop.ask("PUT", "/orders/1", order_body(1))
    body = {"order_number": "1", "lines": [{"line": "1", "quantity": 1}]}
    ret = (await shop.ask("POST", "/returns", body))["id"]
    for answer in (
        await shop.call("GET", "/returns/none"),
        await shop.call("POST", "/returns", {}),
        await shop.call("POST", f"/returns/{ret}/complete"),
    ):
        assert answer.code in CATALOGUE
        assert _problem_of(schema, answer.json) is None
        assert _problem_of(schema, {**answer.json, "code": "imagined"}) is not None
