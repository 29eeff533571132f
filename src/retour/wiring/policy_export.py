"""``retour policy export``: a policy as YAML, beside a running server on the same data."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from retour.desk import policies
from retour.desk.outcome import Done
from retour.desk.policies import versions
from retour.desk.policies.yaml_form import write_yaml
from retour.wiring.base import open_base, open_house
from retour.wiring.policy_files import numbered, refused
from retour.wiring.running import carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings


def run(
    *,
    workspace: str,
    policy: str,
    version: int | None,
    data: Path | None,
    database_url: str | None,
) -> int:
    """Print the policy that is in force, or one of its versions."""

    async def use(settings: Settings) -> int:
        number = numbered(workspace)
        async with open_base(settings) as base, open_house(base) as house:
            if version is None:
                found = await policies.look_up(house, number, policy)
            else:
                found = await versions.look_up(house, number, policy, str(version))
        if not isinstance(found, Done):
            return refused(found, workspace)
        sys.stdout.write(write_yaml(json.loads(found.body)))
        return 0

    return carry_out(use, data=data, database_url=database_url)
