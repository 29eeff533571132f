"""``retour config export``: what a workspace settles, beside a running server on the same data."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from retour.desk import configuration
from retour.desk.outcome import Done
from retour.desk.scopes import ALL
from retour.wiring.base import open_base, open_house
from retour.wiring.policy_files import expect_workspace, numbered
from retour.wiring.running import carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings


def run(*, workspace: str, data: Path | None, database_url: str | None, as_json: bool) -> int:
    """Print it, as YAML or JSON."""

    async def use(settings: Settings) -> int:
        number = numbered(workspace)
        async with open_base(settings) as base, open_house(base) as house:
            await expect_workspace(house, number)
            found = await configuration.read(house, number, frozenset({ALL}))
        assert isinstance(found, Done), "what was never said is left out"
        document = json.loads(found.body)
        if as_json:
            sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
        else:
            sys.stdout.write(configuration.as_yaml(document))
        return 0

    return carry_out(use, data=data, database_url=database_url)
