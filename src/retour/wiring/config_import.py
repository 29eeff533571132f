"""``retour config import``: brings a file in, beside a running server on the same data."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from retour.desk import configuration
from retour.desk.configuration import Asker, Configuration
from retour.desk.outcome import Done
from retour.desk.scopes import ALL
from retour.wiring.base import open_base, open_house
from retour.wiring.policy_files import expect_workspace, naming_places, numbered
from retour.wiring.running import REFUSED, carry_out

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings


def run(
    *,
    workspace: str,
    file: Path,
    dry_run: bool,
    data: Path | None,
    database_url: str | None,
    as_json: bool,
) -> int:
    """Bring it in, or only compare; 3 where something is refused."""

    async def use(settings: Settings) -> int:
        number, said = numbered(workspace), _read(file)
        async with open_base(settings) as base, open_house(base) as house:
            await expect_workspace(house, number)
            if dry_run:
                done = await configuration.compare(house, number, said)
            else:
                asker = Asker(frozenset({ALL}))
                done = await configuration.bring_in(house, number, said, asker)
        assert isinstance(done, Done), "each thing says for itself what became of it"
        told = json.loads(done.body)
        sys.stdout.write(done.body.decode() + "\n" if as_json else _written(told))
        return REFUSED if told["refused"] else 0

    return carry_out(use, data=data, database_url=database_url)


def _read(path: Path) -> Configuration:
    """Read a file.

    Raises:
        BadSetting: It cannot be read, or is no configuration; says each place.
        OSError: There is no such file.
    """
    with naming_places():
        return configuration.read_text(path.read_bytes())


def _written(told: dict[str, Any]) -> str:
    """Write a line for each thing that is not the same, and the counts."""
    lines = [
        f"{one['change']:<8} {one['part']} {one['key']} {', '.join(one['fields'])}".rstrip()
        + (f": {one['detail']}" if one["detail"] else "")
        for one in told["items"]
        if one["change"] != "same"
    ]
    counts = ", ".join(f"{told[name]} {name}" for name in ("new", "changed", "same", "refused"))
    return "\n".join([*lines, f"{counts}."]) + "\n"
