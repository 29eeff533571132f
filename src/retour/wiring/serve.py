"""``retour serve``: everything one merchant needs, until it is told to stop."""

from __future__ import annotations

import os
import sys
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from retour.desk.people import invitations
from retour.wiring.application import build
from retour.wiring.base import open_base, open_house
from retour.wiring.running import carry_out
from retour.wiring.serving import HintPipe, bind, delivery_child, listening, until_told_to_stop
from retour.wiring.stones import forget_again
from retour.wiring.working import delivering

if TYPE_CHECKING:
    from pathlib import Path

    from retour.desk.house import House
    from retour.settings import Settings


def run(
    *,
    host: str,
    port: int | None,
    data: Path | None,
    database_url: str | None,
    in_process: bool,
    no_delivery: bool,
) -> int:
    """Serve until told to stop."""

    async def use(settings: Settings) -> int:
        async with AsyncExitStack() as stack:
            taken = bind(settings.host, settings.port)
            settings = replace(settings, port=taken.getsockname()[1])
            base = await stack.enter_async_context(open_base(settings, progress=_note))
            hints = HintPipe()
            house = await stack.enter_async_context(open_house(base, hints=hints))
            if in_process or (not no_delivery and (os.cpu_count() or 1) == 1):
                engine = await stack.enter_async_context(delivering(house))
                house = replace(house, hints=engine.hint)
            elif not no_delivery:
                await stack.enter_async_context(delivery_child(settings, hints))
            await forget_again(house)
            app = build(house, now=base.started_at)
            await stack.enter_async_context(listening(app, taken, proxies=settings.proxies))
            stack.callback(house.closing.set)
            await _welcome_first(house)
            sys.stdout.write(f"ready http://{settings.host}:{settings.port}\n")
            sys.stdout.flush()
            await until_told_to_stop()
        return 0

    return carry_out(use, data=data, database_url=database_url, host=host, port=port)


async def _welcome_first(house: House) -> None:
    """Say where the first admin of each workspace that nobody can enter comes in."""
    for name, link in await invitations.first_admins(house):
        _note(f"first admin of {name}: {link} (good once, for a week)")


def _note(words: str) -> None:
    sys.stderr.write(f"{words}\n")
