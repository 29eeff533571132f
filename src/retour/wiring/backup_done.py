"""``retour backup done``: tells that a backup was made, so that its age is known."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from retour.dialects.view import instant
from retour.store.database import DELIVERY
from retour.store.epoch import backup_done
from retour.wiring.base import open_base, open_house
from retour.wiring.running import carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings


def run(*, data: Path | None, database_url: str | None, as_json: bool) -> int:
    """Note it by the database's clock."""

    async def use(settings: Settings) -> int:
        async with open_base(settings) as base, open_house(base) as house:
            at = instant(await backup_done(await house.database.pool(DELIVERY)))
        text = json.dumps({"backed_up_at": at}) if as_json else f"A backup was made at {at}."
        sys.stdout.write(text + "\n")
        return 0

    return carry_out(use, data=data, database_url=database_url)
