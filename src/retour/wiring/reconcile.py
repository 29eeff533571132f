"""``retour reconcile``: works beside a running server on the same data, and without one.

It takes slices itself; a server on the same database takes others, and neither does one twice.
Interrupted, it leaves the reconciliation to whoever goes on with it.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk import reconciling
from retour.desk.outcome import Done
from retour.desk.pages import Page
from retour.desk.reconciling import ReconciliationNew
from retour.desk.reconciling.slices import go_on
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient
from retour.lifecycle.model import Actor, ActorKind
from retour.wiring.base import open_base, open_house
from retour.wiring.policy_files import naming_places, numbered, refused
from retour.wiring.reconciling import counterparts
from retour.wiring.running import FAILED, carry_out

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from retour.desk.house import House
    from retour.desk.reconciling.slices import Counterpart
    from retour.settings import Settings

_OTHERS_S: Final = 0.1
"""How long to wait where another process has the slice, or the processor is given time."""
_SHOWN_MAX: Final = 20


def run(
    *,
    workspace: str,
    processor: str,
    days: int,
    data: Path | None,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Compare, and print what is not explained; 0 only where everything is."""

    async def use(settings: Settings) -> int:
        number = numbered(workspace)
        body = ReconciliationNew(processor=processor, days=days)
        async with open_base(settings) as base, open_house(base) as house:
            with naming_places():
                begun = await reconciling.start(
                    house, number, body, actor=Actor(kind=ActorKind.SYSTEM)
                )
            if not isinstance(begun, Done):
                return refused(begun, workspace)
            http = HttpClient(allow=parse_allow(settings.egress_allow))
            http.start()
            try:
                shown = await _follow(
                    house, counterparts(house, http), number, msgspec.json.decode(begun.body)
                )
            finally:
                await http.close()
            if as_json:
                sys.stdout.write(msgspec.json.encode(shown).decode() + "\n")
            else:
                await _report(house, number, shown)
        return 0 if shown["state"] == "done" and not shown["unexplained"] else FAILED

    return carry_out(use, data=data, database_url=database_url)


async def _follow(
    house: House, known: Mapping[str, Counterpart], number: int, begun: dict[str, Any]
) -> dict[str, Any]:
    """Go on with it until it has ended; nobody knows before how much there is."""
    shown = begun
    while shown["state"] == "running":
        if await go_on(house, known, number, begun["id"]) is None:
            await asyncio.sleep(_OTHERS_S)
        shown = await _look(house, number, begun["id"])
        if sys.stderr.isatty():
            done = shown["theirs"] + shown["ours"]
            sys.stderr.write(f"\r  reconciliation {done} refunds {shown['per_second']}/s ")
            sys.stderr.flush()
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    return shown


async def _look(house: House, number: int, reconciliation_id: str) -> dict[str, Any]:
    outcome = await reconciling.look_up(house, number, reconciliation_id)
    assert isinstance(outcome, Done), "it was begun a moment ago"
    shown: dict[str, Any] = msgspec.json.decode(outcome.body)
    return shown


async def _report(house: House, number: int, shown: dict[str, Any]) -> None:
    """Print the sums, and the first of what is not explained."""
    if shown["failure"]:
        sys.stdout.write(f"  {shown['id']} is {shown['state']}: {shown['failure']}\n")
    else:
        sys.stdout.write(
            f"  {shown['id']} is {shown['state']}: {shown['percent']} % of {shown['found']} refunds"
            f" are explained, {shown['told']} legs heard of theirs only now\n"
        )
    for one in shown["sums"]:
        sys.stdout.write(
            f"  {one['currency']}  {one['explained_amount']} of {one['amount']} explained,"
            f" {one['percent']} %\n"
        )
    page = Page(limit=_SHOWN_MAX)
    outcome = await reconciling.items(house, number, shown["id"], page, is_open=True)
    assert isinstance(outcome, Done), "it was begun a moment ago"
    items: list[dict[str, Any]] = msgspec.json.decode(outcome.body)["data"]
    for one in items:
        sys.stdout.write(
            f"  {one['why']}  {one['amount']} {one['currency']}  {one['reference'] or one['leg']}"
            f"  order {one['order_number'] or '-'}\n    {one['remedy']}\n"
        )
    if shown["unexplained"] > len(items):
        sys.stdout.write(f"  and {shown['unexplained'] - len(items)} more\n")
