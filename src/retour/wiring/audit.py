"""``retour audit``: proves that the log of what people and keys did is whole; prints its heads."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import msgspec

from retour.desk.auditing import Proof, heads, prove
from retour.kernel.ids import workspace_text
from retour.settings import BadSetting
from retour.store.database import DELIVERY
from retour.wiring.base import open_base, open_house
from retour.wiring.keeping import FILE, Noted, noted_heads, read_noted
from retour.wiring.policy_files import numbered
from retour.wiring.running import FAILED, carry_out

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from retour.desk.house import House
    from retour.settings import Settings


def run(
    *,
    act: str,
    workspace: str | None,
    noted: Path | None,
    data: Path | None,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Carry out ``verify`` or ``heads``; 1 where a log is not whole."""

    async def use(settings: Settings) -> int:
        wanted = None if workspace is None else numbered(workspace)
        async with open_base(settings) as base, open_house(base) as house:
            ends = await heads(await house.database.pool(DELIVERY))
            if act == "heads":
                shown = {workspace_text(ws): (one.number, one.hash) for ws, one in ends.items()}
                sys.stdout.write(json.dumps(shown) + "\n")
                return 0
            seen = [read_noted(settings.data / FILE)]
            if noted is not None:
                seen.append(_given(noted))
            known = {*ends, *(numbered(one) for each in seen for one in each)}
            proofs = {
                workspace_text(number): await _prove(house, number, seen)
                for number in sorted(known if wanted is None else {wanted})
            }
        return say(proofs, as_json=as_json)

    return carry_out(use, data=data, database_url=database_url)


def _given(path: Path) -> Noted:
    """Read heads that were kept elsewhere.

    Raises:
        BadSetting: The file is not there, or holds something else.
    """
    try:
        found = read_noted(path)
    except (OSError, msgspec.MsgspecError) as error:
        message = f"{path} holds no heads. Give a file that `retour audit heads` wrote."
        raise BadSetting(message) from error
    if not found:
        message = f"There is no {path}, or nothing in it. Give what `retour audit heads` wrote."
        raise BadSetting(message)
    return found


async def _prove(house: House, workspace_id: int, seen: list[Noted]) -> Proof:
    text = workspace_text(workspace_id)
    found = [head for one in seen for head in noted_heads(one, text)]
    faults: list[str] = []
    proof = await prove(house, workspace_id)
    for head in found:
        more = (await prove(house, workspace_id, [head])).faults
        faults += [one for one in more if one not in faults and one not in proof.faults]
    return Proof(faults=(*proof.faults, *faults), head=proof.head, events=proof.events)


def say(proofs: Mapping[str, Proof], *, as_json: bool) -> int:
    """Print what was found, workspace by workspace; 1 where a log is not whole."""
    if as_json:
        shown = {
            workspace: {
                "whole": not one.faults,
                "rows": 0 if one.head is None else one.head.number,
                "hash": None if one.head is None else one.head.hash,
                "events_sealed": one.events,
                "faults": list(one.faults),
            }
            for workspace, one in proofs.items()
        }
        sys.stdout.write(json.dumps(shown) + "\n")
    else:
        for workspace, one in proofs.items():
            rows = 0 if one.head is None else one.head.number
            word = "NOT WHOLE" if one.faults else "whole"
            sys.stdout.write(f"{workspace}: {word}; {rows} rows, {one.events} events sealed\n")
            for fault in one.faults:
                sys.stdout.write(f"  {fault}\n")
    return FAILED if any(one.faults for one in proofs.values()) else 0
