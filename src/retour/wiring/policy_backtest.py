"""``retour policy backtest``: works beside a running server on the same data, and without one.

It takes slices itself; a server on the same database takes others, and neither does one twice.
Interrupted, it leaves the backtest to whoever goes on with it.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk.outcome import Done
from retour.desk.pages import Page
from retour.desk.policies import backtesting, trying
from retour.desk.policies.backtesting import BacktestNew
from retour.lifecycle.model import Actor, ActorKind
from retour.wiring.base import open_base, open_house
from retour.wiring.policy_files import naming_places, numbered, read_policy, refused
from retour.wiring.progress import phase
from retour.wiring.running import FAILED, carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from retour.desk.house import House
    from retour.settings import Settings

_OTHERS_S: Final = 0.1
"""How long to wait where another process has the slice."""
_SHOWN_MAX: Final = 20


def run(
    *,
    workspace: str,
    policy: str,
    days: int,
    draft: Path | None,
    data: Path | None,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Try the policy and print what would change."""

    async def use(settings: Settings) -> int:
        number = numbered(workspace)
        body = BacktestNew(days=days, policy=None if draft is None else read_policy(draft))
        async with open_base(settings) as base, open_house(base) as house:
            with naming_places():
                begun = await backtesting.start(
                    house, number, policy, body, actor=Actor(kind=ActorKind.SYSTEM)
                )
            if not isinstance(begun, Done):
                return refused(begun, workspace)
            return await _follow(house, number, msgspec.json.decode(begun.body), as_json)

    return carry_out(use, data=data, database_url=database_url)


async def _follow(house: House, number: int, begun: dict[str, Any], as_json: bool) -> int:  # noqa: FBT001 - an option
    """Go on with the backtest until it has ended, and say what came of it."""
    shown = begun
    with nullcontext() if as_json else phase("backtest", begun["total"]) as bar:
        while shown["state"] == "running":
            if await trying.go_on(house, number, begun["id"]) is None:
                await asyncio.sleep(_OTHERS_S)
            before, shown = shown, await _look(house, number, begun["id"])
            if bar is not None:
                bar.step(shown["tried"] - before["tried"])
    if as_json:
        sys.stdout.write(msgspec.json.encode(shown).decode() + "\n")
    else:
        await _report(house, number, shown)
    return 0 if shown["state"] == "done" else FAILED


async def _look(house: House, number: int, backtest_id: str) -> dict[str, Any]:
    outcome = await backtesting.look_up(house, number, backtest_id)
    assert isinstance(outcome, Done), "it was begun a moment ago"
    shown: dict[str, Any] = msgspec.json.decode(outcome.body)
    return shown


async def _report(house: House, number: int, shown: dict[str, Any]) -> None:
    """Print the sums, and the first of the lines that would change."""
    would = shown["would"]
    sys.stdout.write(
        f"  {shown['id']} is {shown['state']}: would approve {would['approve']}, review"
        f" {would['review']}, reject {would['reject']}; changes {shown['changed']} of"
        f" {shown['tried']}\n"
    )
    if shown["failure"]:
        sys.stdout.write(f"  {shown['failure']}\n")
    page = Page(limit=_SHOWN_MAX)
    outcome = await backtesting.changes(house, number, shown["id"], page)
    assert isinstance(outcome, Done), "it was begun a moment ago"
    changes: list[dict[str, Any]] = msgspec.json.decode(outcome.body)["data"]
    for one in changes:
        sys.stdout.write(
            f"  {one['return']}  line {one['line']}  {one['from']} -> {one['to']}"
            f"  {one['rule'] or ''}\n"
        )
    if shown["listed"] > len(changes):
        sys.stdout.write(f"  and {shown['listed'] - len(changes)} lines more\n")
