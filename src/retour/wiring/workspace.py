"""``retour workspace create``: works beside a running server on the same data."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from retour.desk.people import invitations
from retour.desk.workspaces import NewWorkspace, create_workspace
from retour.wiring.base import open_base, open_house
from retour.wiring.running import carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings


def run(
    *,
    name: str,
    sandbox: bool,
    zone: str,
    currency: str,
    data: Path | None,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Make the workspace and print its id and key."""

    async def use(settings: Settings) -> int:
        new = NewWorkspace(name=name, sandbox=sandbox, zone=zone, currency=currency)
        async with open_base(settings) as base, open_house(base) as house:
            made = await create_workspace(house, new)
            link = await invitations.first_admin(house, made.number)
        if as_json:
            said = {"id": made.id, "api_key": made.api_key, "first_admin": link}
            sys.stdout.write(json.dumps(said) + "\n")
        else:
            sys.stdout.write(
                f"workspace    {made.id}\napi key      {made.api_key}\nfirst admin  {link}\n"
                "The key is shown this once; keep it. The link is good once, for a week.\n"
            )
        return 0

    return carry_out(use, data=data, database_url=database_url)
