"""``retour policy import``: brings a file into force, beside a running server on the same data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from retour.desk import policies
from retour.desk.outcome import Done
from retour.wiring.base import open_base, open_house
from retour.wiring.policy_files import naming_places, numbered, read_policy, refused
from retour.wiring.running import carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings


def run(
    *, workspace: str, policy: str, file: Path, data: Path | None, database_url: str | None
) -> int:
    """Put the policy and say which version it is; the same again makes none."""

    async def use(settings: Settings) -> int:
        number, body = numbered(workspace), read_policy(file)
        async with open_base(settings) as base, open_house(base) as house:
            with naming_places():
                put = await policies.put(house, number, policy, body)
        if not isinstance(put, Done):
            return refused(put, workspace)
        sys.stdout.write(f"{policy} version {put.version} is in force.\n")
        return 0

    return carry_out(use, data=data, database_url=database_url)
