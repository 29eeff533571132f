"""Timers: what is due of a return is said and done by a command, however often it is told.

Which timers those are, and whether they still apply, is the return's to know: a lane only says
that it is time to look.
"""

from __future__ import annotations

import time
from typing import Final

from retour.delivery.crash import crash_point
from retour.delivery.ledger import Tried
from retour.delivery.outcome import DELIVERED, Outcome, Retry
from retour.delivery.protocols import Execute, Work
from retour.kernel.problems import Transient
from retour.kernel.wire import WireMessage
from retour.lifecycle.commands import FireTimers

_BUSY_S: Final = 5


class TimerSender:
    """Has returns looked at when they are due."""

    def __init__(self, execute: Execute) -> None:
        self._execute = execute

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        """Let fire what is due; a return that is gone has nothing that could be."""
        del wire
        began = time.monotonic()
        outcome: Outcome = DELIVERED
        crash_point("timer_due")
        try:
            await self._execute(
                work.row.workspace_id,
                work.row.return_id or "",
                FireTimers(),
                effect_id=work.row.delivery_id,
                attempt=work.n,
            )
        except Transient as error:
            outcome = Retry(str(error), after_s=_BUSY_S, is_receivers=False)
        crash_point("timer_fired")
        return Tried(outcome=outcome, ms=int((time.monotonic() - began) * 1000))
