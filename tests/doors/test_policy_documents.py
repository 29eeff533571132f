"""Policies as documents: YAML both ways, versions, differences, examples, and what they come to."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio import create_subprocess_exec, subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from retour.desk.policies import examples
from tests.doors.client import Client
from tests.support.pg import MASTER_KEY, Workspace
from tests.support.running import order_body

YAML = {"content-type": "application/yaml"}
AS_YAML = {"accept": "application/yaml"}
PIECE = {"line": "1", "quantity": 1}
FEE: dict[str, Any] = {
    "id": "label",
    "when": {},
    "then": {"fee": {"label": {"en": "Label", "de": "Etikett"}, "amounts": {"EUR": "3.95"}}},
}
WORN: dict[str, Any] = {
    "id": "worn",
    "at": "grading",
    "when": {"unit": {"grades": ["B"]}},
    "then": {"accept": True, "deduct": {"percent": "20", "label": "Worn"}},
}
RUNNING: dict[str, Any] = {"approval": "auto", "consumer_law": "off", "rules": [FEE, WORN]}


@pytest.mark.parametrize("name", examples.texts())
async def test_an_example_goes_in_and_comes_out_as_yaml_and_changes_nothing(
    shop: Client, name: str
) -> None:
    """Put its file, read it as YAML, put that again: the same version, the same text."""
    text = (await shop.call("GET", f"/policy-examples/{name}", headers=AS_YAML)).body
    put = await shop.call("PUT", f"/policies/{name}", text, {**YAML})
    assert put.status == 201, put.json

    read = await shop.call("GET", f"/policies/{name}", headers=AS_YAML)
    again = await shop.call("PUT", f"/policies/{name}", read.body, {**YAML, **AS_YAML})

    assert "application/yaml" == read.headers["content-type"]
    assert read.body.startswith(b"# A Retour policy.")
    assert (200, '"1"') == (again.status, again.headers["etag"])
    assert again.body == read.body
    as_json = await shop.ask("GET", f"/policy-examples/{name}")
    assert as_json["rules"] == put.json["rules"]


BAD_YAML = [
    (b"rules: &a [1]\nmore: *a", "alias"),
    (b"rules: !!python/object/apply:os.system ['true']", "tag"),
    (b"window_days: 3\nwindow_days: 4", "twice"),
    (b"rules: [", "cannot be read"),
    (b"[" * 500, "nested"),
    (b"a: \xff", "UTF-8"),
    (b"? [window_days]\n: 3", "no text"),
]


@pytest.mark.parametrize(("text", "word"), BAD_YAML)
async def test_yaml_that_cannot_be_read_is_refused_in_words(
    shop: Client, text: bytes, word: str
) -> None:
    answer = await shop.call("PUT", "/policies/default", text, YAML)

    assert (400, "unreadable") == (answer.status, answer.code)
    assert word in answer.json["detail"]


async def test_yaml_that_says_nonsense_is_named_by_place(shop: Client) -> None:
    text = b"window_days: soon\nrules:\n  - id: a\n    then: {reject: 5}\n"

    answer = await shop.call("PUT", "/policies/default", text, YAML)

    assert {"/window_days", "/rules/0/then/reject"} <= set(answer.pointers)
    assert answer.status == 422
    other = await shop.call("PUT", "/policies/default", b"{}", {"content-type": "text/csv"})
    assert (415, "unsupported_media_type") == (other.status, other.code)


async def test_every_version_is_kept_and_compared(shop: Client) -> None:
    later = {**RUNNING, "window_days": 60, "rules": [WORN]}
    for body in (RUNNING, later, {**later, "rules": [WORN, FEE]}):
        await shop.ask("PUT", "/policies/fashion", body)

    listed = await shop.ask("GET", "/policies/fashion/versions")
    page = await shop.ask("GET", "/policies/fashion/versions", query="limit=2")
    rest = await shop.ask(
        "GET", "/policies/fashion/versions", query=f"limit=2&cursor={page['next_cursor']}"
    )
    first = await shop.ask("GET", "/policies/fashion/versions/1")
    changed = await shop.ask("GET", "/policies/fashion/diff", query="from=1&to=2")
    newest = await shop.ask("GET", "/policies/fashion/diff")

    assert [3, 2, 1] == [one["version"] for one in listed["data"]]
    assert [3, 2, 1] == [one["version"] for one in (*page["data"], *rest["data"])]
    assert [FEE, WORN] == first["rules"]
    assert {
        "/window_days": (30, 60),
        "/rules/label": (FEE, None),
        "/order of rules": (["label", "worn"], ["worn"]),
    } == {
        one["path"]: tuple(one[end] and json.loads(one[end]) for end in ("from", "to"))
        for one in changed["changes"]
    }
    assert (2, 3) == (newest["from"], newest["to"])
    assert (await shop.call("GET", "/policies/fashion/versions/4")).status == 404
    assert (await shop.call("GET", "/policies/none/versions")).status == 404
    wrong = await shop.call("GET", "/policies/fashion/diff", query="from=9")
    assert {"/from": "bad_value"} == wrong.pointers


async def test_examples_are_listed_with_what_they_are_for(shop: Client) -> None:
    listed = (await shop.ask("GET", "/policy-examples"))["data"]

    assert 12 == len(listed)
    assert all(one["title"] and one["about"] and one["rules"] for one in listed)
    assert (await shop.call("GET", "/policy-examples/none")).status == 404


# ---------------------------------------------------------------- what rules come to


async def requested(shop: Client, policy: dict[str, Any], **more: object) -> dict[str, Any]:
    await shop.ask("PUT", "/policies/default", policy)
    await shop.ask("PUT", "/orders/1", order_body(3))
    body = {"order_number": "1", "lines": [{"line": "1", "quantity": 2}], **more}
    return await shop.ask("POST", "/returns", body)


async def test_fees_and_deductions_of_rules_reach_the_settlement(shop: Client) -> None:
    """Two pieces of 10.00: one is worth 20 % less, and the label costs 3.95."""
    ret = await requested(shop, RUNNING)
    at = f"/returns/{ret['id']}"

    [terms] = ret["terms"]["lines"]
    assert {"amount": "3.95", "label": "Label", "rule": "label"}.items() <= terms["fee"].items()
    await shop.ask("POST", f"{at}/receive", {"units": [{"line": "1", "quantity": 2}]})
    unknown = await shop.call("POST", f"{at}/inspect", {"units": [{**PIECE, "grade": "C"}]})
    assert (422, "no_acceptance") == (unknown.status, unknown.code)
    graded = {"units": [{**PIECE, "grade": "B"}, {**PIECE, "acceptance": "accepted"}]}
    judged = await shop.ask("POST", f"{at}/inspect", graded)
    assert ["worn"] == [step["rule"] for step in judged["verdict"]["graded"]]
    rulings = [unit["ruling"] for line in judged["lines"] for unit in line["units"]]
    assert {"20", None} == {one and one["deduct_percent"] for one in rulings}
    await shop.ask("POST", f"{at}/finish_receipt", {})
    settled = await shop.ask("POST", f"{at}/propose_settlement", {})

    lines = [(one["kind"], one["amount"], one["label"]) for one in settled["settlement"]["lines"]]
    assert [
        ("item", "20.00", None),
        ("adjustment", "-2.00", "Worn"),
        ("fee", "-3.95", "Label"),
    ] == lines
    assert "14.05" == settled["settlement"]["total"]


async def test_an_outcome_that_is_not_offered_is_refused_by_name(shop: Client) -> None:
    await requested(shop, RUNNING)

    answer = await shop.call(
        "POST", "/returns", {"order_number": "1", "lines": [PIECE], "outcome": "exchange"}
    )

    assert (422, "outcome_not_offered") == (answer.status, answer.code)
    assert "exchange is not offered here. Ask for refund" in answer.json["detail"]


async def test_goods_are_received_where_the_policy_sends_them(shop: Client) -> None:
    """And a policy cannot send them to a place that is not there."""
    rule = {"id": "away", "then": {"destination": "workshop"}}
    nowhere = await shop.call("PUT", "/policies/default", {"rules": [rule]})
    assert {"/rules/0/then/destination": "unknown_facility"} == nowhere.pointers
    await shop.ask("PUT", "/facilities/workshop", {"name": "Workshop", "kind": "merchant"})

    ret = await requested(shop, {"approval": "auto", "rules": [rule]})
    seen = {"units": [{"line": "1", "quantity": 1}]}
    received = await shop.ask("POST", f"/returns/{ret['id']}/receive", seen)
    named = await shop.ask("POST", f"/returns/{ret['id']}/receive", {**seen, "facility": "main"})

    assert "workshop" == ret["terms"]["destination"]
    assert ["workshop"] == [one["facility"] for one in received["receipts"]]
    assert ["workshop", "main"] == [one["facility"] for one in named["receipts"]]


# ---------------------------------------------------------------- trying


async def test_a_draft_is_tried_on_a_return_that_is_there_at_any_date(shop: Client) -> None:
    """As if its order had never been asked back; what is in force stays in force."""
    ret = await requested(shop, {"approval": "auto"})
    draft = {**RUNNING, "window_days": 10}
    body = {"return_id": ret["id"], "graded": [{"line": "1", "grade": "B"}, {"line": "1"}]}

    then = await shop.ask("POST", "/policies/default/simulate", body)
    drafted = await shop.ask("POST", "/policies/new/simulate", {**body, "policy": draft})
    late = await shop.ask(
        "POST",
        "/policies/default/simulate",
        {**body, "policy": draft, "at": "2027-11-20T12:00:00Z"},
    )

    assert (True, ret["requested_at"]) == (then["eligible"], then["at"])
    assert [None, None] == [one["acceptance"] for one in then["graded"]]
    assert "label" == drafted["terms"]["lines"][0]["fee"]["rule"]
    assert ["accepted", None] == [one["acceptance"] for one in drafted["graded"]]
    assert "20" == drafted["graded"][0]["ruling"]["deduct_percent"]
    assert (True, False) == (drafted["eligible"], late["eligible"])
    assert await shop.ask("GET", f"/returns/{ret['id']}") == ret
    assert (await shop.call("GET", "/policies/new")).status == 404


async def test_a_trial_is_of_one_thing(shop: Client) -> None:
    await requested(shop, RUNNING)
    at = "/policies/default/simulate"

    both = await shop.call("POST", at, {"order_number": "1", "return_id": "ret_1"})
    bare = await shop.call("POST", at, {"order_number": "1"})
    nobody = await shop.call("POST", at, {"return_id": "ret_none"})
    wrong: dict[str, Any] = {
        "lines": [PIECE],
        "order_number": "1",
        "policy": {"rules": [{"id": "a", "then": {}}]},
    }
    draft = await shop.call("POST", at, wrong)

    assert {"/order_number": "bad_value"} == both.pointers
    assert {"/lines": "bad_value"} == bare.pointers
    assert (404, "not_found") == (nobody.status, nobody.code)
    assert "contradictory" in draft.pointers.values()


# ---------------------------------------------------------------- the command line


async def retour(dsn: str, *words: str) -> tuple[int, str, str]:
    """Run the command line as a user does, on the server that already serves."""
    running = await create_subprocess_exec(
        sys.executable,
        "-m",
        "retour.wiring",
        "policy",
        *words,
        env={
            **os.environ,
            "RETOUR_DATABASE_URL": dsn,
            "RETOUR_MASTER_KEY": MASTER_KEY.hex(),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await running.communicate()
    return running.returncode or 0, out.decode(), err.decode()


async def test_files_go_in_and_out_by_the_command_line(
    shop: Client, workspace: Workspace, admin_dsn: str, tmp_path: Path
) -> None:
    file, bad = tmp_path / "policy.yaml", tmp_path / "bad.yaml"
    bad.write_text("rules:\n  - id: a\n    then: {}\n", "utf-8")
    await shop.ask("PUT", "/policies/default", RUNNING)
    await shop.ask("PUT", "/orders/1", order_body(3))

    code, exported, _ = await retour(admin_dsn, "export", workspace.text)
    assert code == 0
    file.write_text(exported.replace("window_days: 30", "window_days: 45"), "utf-8")
    imported = await retour(admin_dsn, "import", workspace.text, "default", str(file))
    refused = await retour(admin_dsn, "import", workspace.text, "default", str(bad))
    tried: Sequence[str] = ("simulate", workspace.text, "--order", "1", "--line", "1:2:broken")
    simulated = await retour(admin_dsn, *tried)

    assert (0, "default version 3 is in force.\n") == imported[:2]
    assert 45 == (await shop.ask("GET", "/policies/default"))["window_days"]
    assert 2 == refused[0]
    assert "/rules/0/then" in refused[2]
    assert 0 == simulated[0], simulated[2]
    assert simulated[1].startswith("authorized, eligible, by default version 3\n")
    assert "line 1  label: eligible." in simulated[1]
