"""``retour epoch``: say whether anything is sent and paid, hold it, release it after a restore."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any, Final

import msgspec

from retour.desk import reconciling
from retour.desk.control.epoch import why_held
from retour.desk.outcome import Done
from retour.desk.pages import LIMIT_MAX, Page
from retour.desk.reconciling import ReconciliationNew
from retour.desk.reconciling.slices import go_on
from retour.gateways.egress import parse_allow
from retour.gateways.http import HttpClient
from retour.kernel.ids import workspace_text
from retour.lifecycle.model import Actor, ActorKind
from retour.store.database import DELIVERY
from retour.store.epoch import accounts, epoch_now, hold, release
from retour.wiring.base import open_base, open_house
from retour.wiring.holding import keep
from retour.wiring.reconciling import counterparts
from retour.wiring.running import FAILED, carry_out
from retour.wiring.witness import witness_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from retour.desk.house import House
    from retour.settings import Settings

_OTHERS_S: Final = 0.1
"""How long to wait where a running server has the slice, or the processor is given time."""
_CLI: Final = "command line"


def run(
    *,
    act: str,
    why: str,
    days: int,
    anyway: bool,
    data: Path | None,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Carry out one of ``show``, ``hold`` and ``release``; 1 where it stays held."""
    acts: dict[str, Callable[[House], Coroutine[None, None, bool]]] = {
        "show": _nothing,
        "hold": lambda house: _hold(house, why),
        "release": lambda house: _release(house, days, anyway=anyway),
    }

    async def use(settings: Settings) -> int:
        async with open_base(settings) as base, open_house(base) as house:
            done = await acts[act](house)
            now = await epoch_now(await house.database.pool(DELIVERY))
        said = why_held(now)
        if as_json:
            view = {"number": now.number, "held": now.is_held, "why": said}
            sys.stdout.write(json.dumps(view) + "\n")
        else:
            sys.stdout.write(f"life {now.number}: {said or 'everything is sent and paid'}\n")
        return 0 if done else FAILED

    return carry_out(use, data=data, database_url=database_url)


async def _nothing(house: House) -> bool:
    """Only look."""
    return not (await epoch_now(await house.database.pool(DELIVERY))).is_held


async def _hold(house: House, why: str) -> bool:
    await hold(await house.database.pool(DELIVERY), why)
    return True


async def _release(house: House, days: int, *, anyway: bool) -> bool:
    """Compare with every processor, then begin the next life; says whether it began."""
    pool = await house.database.pool(DELIVERY)
    if not (await epoch_now(pool)).is_held:
        sys.stderr.write("Nothing is held.\n")
        return True
    http = HttpClient(allow=parse_allow(house.settings.egress_allow))
    http.start()
    try:
        compared = [
            await _compared(house, http, workspace_id, processor, days)
            for workspace_id, processor in await accounts(pool)
        ]
    finally:
        await http.close()
    if not all(compared) and not anyway:
        sys.stderr.write(
            "It stays held. Explain what was found, or release it as it is with --anyway.\n"
        )
        return False
    await release(pool, _CLI)
    keep(witness_of(house.settings), await epoch_now(pool))
    return True


async def _compared(
    house: House, http: HttpClient, workspace_id: int, processor: str, days: int
) -> bool:
    """Compare with one account's processor; says whether everything is explained."""
    begun = await _begun(house, workspace_id, processor, days)
    shown: dict[str, Any] = begun
    while shown["state"] == "running":
        if await go_on(house, counterparts(house, http), workspace_id, begun["id"]) is None:
            await asyncio.sleep(_OTHERS_S)
        looked = await reconciling.look_up(house, workspace_id, begun["id"])
        assert isinstance(looked, Done), "it was begun a moment ago"
        shown = msgspec.json.decode(looked.body)
    sys.stderr.write(
        f"{workspace_text(workspace_id)} {processor}: {shown['id']} is {shown['state']},"
        f" {shown['percent']} % of {shown['found']} refunds are explained,"
        f" {shown['unexplained']} are not\n"
    )
    return shown["state"] == "done" and not shown["unexplained"]


async def _begun(house: House, workspace_id: int, processor: str, days: int) -> dict[str, Any]:
    """Begin a comparison; one that came out of the backup, or began before, is ended."""
    body, actor = ReconciliationNew(processor=processor, days=days), Actor(kind=ActorKind.SYSTEM)
    while True:
        begun = await reconciling.start(house, workspace_id, body, actor=actor)
        if isinstance(begun, Done):
            said: dict[str, Any] = msgspec.json.decode(begun.body)
            return said
        page = Page(limit=LIMIT_MAX)
        listed = await reconciling.listing(house, workspace_id, page)
        assert isinstance(listed, Done), "a list is always answered"
        for one in msgspec.json.decode(listed.body)["data"]:
            if one["state"] == "running" and one["processor"] == processor:
                await reconciling.cancel(house, workspace_id, one["id"])
