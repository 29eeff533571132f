"""``retour migrate``: bring the schema up to date, and say what was done."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from retour.wiring.base import open_base
from retour.wiring.running import carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings


def run(*, data: Path | None, database_url: str | None, as_json: bool) -> int:
    """Migrate and print the migrations applied."""
    said: list[str] = []

    async def use(settings: Settings) -> int:
        async with open_base(settings, progress=said.append):
            applied = [
                word.removeprefix("migrated ") for word in said if word.startswith("migrated ")
            ]
        if as_json:
            sys.stdout.write(json.dumps({"applied": applied}) + "\n")
        else:
            sys.stdout.write(
                "".join(f"applied {name}\n" for name in applied) or "The schema is up to date.\n"
            )
        return 0

    return carry_out(use, data=data, database_url=database_url)
