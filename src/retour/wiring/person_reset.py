"""``retour person reset``: a link by which somebody sets a new password; works beside a server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from retour.desk.people import resets
from retour.wiring.base import open_base, open_house
from retour.wiring.running import FAILED, carry_out, complain

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings


def run(*, email: str, data: Path | None, database_url: str | None) -> int:
    """Print the link."""

    async def use(settings: Settings) -> int:
        async with open_base(settings) as base, open_house(base) as house:
            link = await resets.link_for(house, email)
        if link is None:
            complain(f"No account has the address {email!r}. `retour person invite` invites.")
            return FAILED
        sys.stdout.write(f"{link}\nGood once, for an hour. Send it to nobody else.\n")
        return 0

    return carry_out(use, data=data, database_url=database_url)
