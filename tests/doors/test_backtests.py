"""Backtests from outside: begun, followed, read by pages, canceled."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from retour.desk.house import House
from retour.desk.policies import trying
from tests.doors.client import Client
from tests.support.pg import MASTER_KEY, Workspace
from tests.support.running import order_body

PIECE = {"line": "1", "quantity": 1}
DRAFT = {
    "approval": "auto",
    "rules": [{"id": "all", "when": {}, "then": {"review": "Everything."}}],
}


async def past(shop: Client, count: int) -> list[Any]:
    await shop.ask("PUT", "/policies/default", {"approval": "auto"})
    await shop.ask("PUT", "/orders/1", order_body(count))
    body = {"order_number": "1", "lines": [PIECE], "origin": "portal"}
    return [await shop.ask("POST", "/returns", body) for _ in range(count)]


async def test_a_draft_is_tried(shop: Client, house: House, workspace: Workspace) -> None:
    made = await past(shop, 3)
    answer = await shop.call("POST", "/policies/default/backtest", {"days": 7, "policy": DRAFT})
    begun = answer.json
    one = f"/backtests/{begun['id']}"
    while await trying.go_on(house, workspace.id, begun["id"]) is not None:
        pass
    done = await shop.ask("GET", one)
    page = await shop.ask("GET", f"{one}/changes", query="limit=2")
    rest = await shop.ask("GET", f"{one}/changes", query=f"limit=2&cursor={page['next_cursor']}")

    assert (answer.status, begun["state"], begun["total"]) == (202, "running", 3)
    assert (done["state"], done["tried"], done["changed"]) == ("done", 3, 3)
    assert done["would"] == {"approve": 0, "review": 3, "reject": 0}
    assert [one["return"] for one in page["data"] + rest["data"]] == [one["id"] for one in made]
    assert page["data"][0]["rule"] == "all"
    assert rest["next_cursor"] is None
    assert (await shop.ask("GET", "/policies/default"))["version"] == 2, "nothing is in force"
    assert [one["id"] for one in (await shop.ask("GET", "/backtests"))["data"]] == [begun["id"]]


async def test_it_is_canceled(shop: Client) -> None:
    await past(shop, 1)
    begun = await shop.ask("POST", "/policies/default/backtest", {})
    canceled = await shop.ask("POST", f"/backtests/{begun['id']}/cancel", {})

    assert (canceled["state"], canceled["phase"]) == ("canceled", "ended")
    assert canceled["finished_at"] is not None


async def test_what_cannot_be_tried_is_refused(shop: Client) -> None:
    bad: dict[str, Any] = {"rules": [{"id": "x", "when": {}, "then": {}}]}
    assert (await shop.call("POST", "/policies/none/backtest", {})).status == 404
    assert (await shop.call("POST", "/policies/default/backtest", {"days": 0})).status == 422
    refused = await shop.call("POST", "/policies/default/backtest", {"policy": bad})
    assert refused.status == 422
    assert list(refused.pointers) == ["/policy/rules/0/then"]
    assert (await shop.call("GET", "/backtests/bkt_none")).status == 404
    assert (await shop.call("GET", "/backtests/bkt_none/changes")).status == 404
    assert (await shop.call("POST", "/backtests/bkt_none/cancel", {})).status == 404


async def test_a_repeated_request_begins_one(shop: Client) -> None:
    key = {"idempotency-key": "once"}
    first = await shop.call("POST", "/policies/default/backtest", {}, headers=key)
    again = await shop.call("POST", "/policies/default/backtest", {}, headers=key)

    assert first.json == again.json
    assert len((await shop.ask("GET", "/backtests"))["data"]) == 1


# ---------------------------------------------------------------- the command line


async def retour(dsn: str, *words: str) -> tuple[int, str, str]:
    """Run ``retour policy backtest`` as a user does, on this run's database."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "retour.wiring", "policy", "backtest"),
        *words,
        env={
            **os.environ,
            "RETOUR_DATABASE_URL": dsn,
            "RETOUR_MASTER_KEY": MASTER_KEY.hex(),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_the_command_line_tries_a_draft(
    shop: Client, workspace: Workspace, admin_dsn: str, tmp_path: Path
) -> None:
    """It needs no server; without a terminal its progress is a line of JSON."""
    made = await past(shop, 2)
    draft = tmp_path / "draft.yaml"
    draft.write_text(
        "approval: auto\nrules:\n- id: all  # Nothing goes through alone.\n  when: {}\n"
        "  then: {review: Everything.}\n"
    )

    code, out, err = await retour(admin_dsn, workspace.text, "--draft", str(draft))

    assert code == 0, err
    phase, *told = out.splitlines()
    progress = msgspec.json.decode(phase)
    assert (progress["phase"], progress["n"], progress["total"]) == ("backtest", 2, 2)
    assert "would approve 0, review 2, reject 0; changes 2 of 2" in told[0]
    assert [line.split()[0] for line in told[1:]] == [one["id"] for one in made]
    assert "approve -> review  all" in told[1]


async def test_the_command_line_speaks_json(
    shop: Client, workspace: Workspace, admin_dsn: str
) -> None:
    await past(shop, 1)
    code, out, err = await retour(admin_dsn, workspace.text, "default", "--json")

    assert code == 0, err
    told = msgspec.json.decode(out)
    assert (told["state"], told["would"]["approve"], told["changed"]) == ("done", 1, 0)


async def test_the_command_line_says_what_is_wrong(
    workspace: Workspace, admin_dsn: str, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"windows": 3}')
    idle = tmp_path / "idle.json"
    idle.write_text('{"rules": [{"id": "x", "when": {}, "then": {}}]}')

    unread, useless, unknown, nowhere = await asyncio.gather(
        retour(admin_dsn, workspace.text, "--draft", str(bad)),
        retour(admin_dsn, workspace.text, "--draft", str(idle)),
        retour(admin_dsn, workspace.text, "none"),
        retour(admin_dsn, "ws_1"),
    )

    assert (unread[0], useless[0], unknown[0], nowhere[0]) == (2, 2, 1, 2)
    assert "windows" in unread[2]
    assert "/policy/rules/0/then" in useless[2]
    assert "no such policy" in unknown[2]
    assert "ws_1" in nowhere[2]
