"""``retour erasures``: prints what stays of who was forgotten; forgets again after a restore."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from retour.settings import BadSetting
from retour.wiring.base import open_base, open_house
from retour.wiring.running import carry_out
from retour.wiring.stones import all_stones, forget_again, read_stones

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings


def run(*, act: str, file: Path | None, data: Path | None, database_url: str | None) -> int:
    """Carry out ``list`` or ``apply``."""

    async def use(settings: Settings) -> int:
        async with open_base(settings) as base, open_house(base) as house:
            if act == "list":
                stones = await all_stones(house, {})
                sys.stdout.write(msgspec.json.encode(stones).decode() + "\n")
                return 0
            assert file is not None, "the command line asks for it"
            count = await forget_again(house, _given(file))
            sys.stdout.write(f"{count} persons forgotten again\n")
        return 0

    return carry_out(use, data=data, database_url=database_url)


def _given(path: Path) -> Path:
    """Make sure that a file holds stones.

    Raises:
        BadSetting: It is not there, or holds something else.
    """
    try:
        if read_stones(path):
            return path
    except (OSError, msgspec.MsgspecError):
        pass
    message = f"{path} holds no erasures. Give what `retour erasures list` printed."
    raise BadSetting(message)
