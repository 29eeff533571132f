"""The look for decisions that are due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.desk.agents.holding import carry_out_due
from retour.wiring.looking import looking

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from retour.desk.house import House

_LOOK_S: Final = 1.0


def deciding(house: House) -> AbstractAsyncContextManager[None]:
    """Carry out what has been held long enough, for as long as the block lasts."""

    async def look() -> float:
        return 0.0 if await carry_out_due(house) else _LOOK_S

    return looking(look, "held decisions")
