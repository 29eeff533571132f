"""``retour mail-in``: takes one mail from standard input; works beside a running server.

A mail server pipes to it, so it answers in that world's exit codes: what failed for now is to be
tried again, and only what can never be read is given back to its sender.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from retour.desk.conversation.arriving import take_mail
from retour.desk.outcome import Done
from retour.gateways.limits import INCOMING_BYTES_MAX
from retour.kernel.ids import workspace_number
from retour.kernel.problems import Transient
from retour.settings import BadSetting
from retour.store.database import AWAY
from retour.wiring.base import open_base, open_house
from retour.wiring.running import MISUNDERSTOOD, carry_out, complain

if TYPE_CHECKING:
    from pathlib import Path

    from retour.settings import Settings

_UNREADABLE: Final = os.EX_DATAERR
_NOBODY: Final = os.EX_NOUSER
_LATER: Final = os.EX_TEMPFAIL


def run(
    *, workspace: str | None, data: Path | None, database_url: str | None, as_json: bool
) -> int:
    """Take the mail in and say what became of it."""

    async def use(settings: Settings) -> int:
        home = None if workspace is None else workspace_number(workspace)
        if workspace is not None and home is None:
            message = f"{workspace!r} is no workspace; give its id, such as ws_0000000000001."
            raise BadSetting(message)
        raw = sys.stdin.buffer.read(INCOMING_BYTES_MAX + 1)
        try:
            async with open_base(settings) as base, open_house(base) as house:
                outcome = await take_mail(house, raw, home)
        except (*AWAY, Transient) as error:
            complain(f"The mail could not be taken in now; try again. ({error})")
            return _LATER
        if not isinstance(outcome, Done):
            complain("This mail answers none of ours. Name a --workspace where it can wait.")
            return _NOBODY
        if as_json:
            sys.stdout.write(outcome.body.decode() + "\n")
        return 0

    code = carry_out(use, data=data, database_url=database_url)
    return {1: _LATER, MISUNDERSTOOD: _UNREADABLE}.get(code, code)
