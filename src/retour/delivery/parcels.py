"""Where parcels are: carriers that do not tell by themselves are asked, until it is over."""

from __future__ import annotations

import time
from typing import Final

from retour.delivery.effects import TRACKING_LOOKS_MAX, TRACKING_PAUSES_S
from retour.delivery.labels import Desk, label_order
from retour.delivery.ledger import Tried
from retour.delivery.outcome import DELIVERED, Abandoned, Outcome, Retry
from retour.delivery.protocols import Execute, Work
from retour.gateways.carriers import Answer, Carriers, Scan, TrackReply
from retour.kernel.problems import Transient
from retour.kernel.wire import WireMessage
from retour.lifecycle.parcels.bodies import scanned

_BUSY_S: Final = 5
_TOO_LONG: Final = "The parcel has been on its way for a hundred days. Ask the carrier."


class TrackingSender:
    """Asks carriers where parcels are; each scan is a command by the carrier's name of it."""

    def __init__(self, execute: Execute, carriers: Carriers, desk: Desk) -> None:
        self._execute = execute
        self._carriers = carriers
        self._desk = desk

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        """Look once; tell what is new, and look again later unless it is over."""
        del wire
        began = time.monotonic()
        ret = work.event.snapshot.ret
        parcel = next(
            (one for one in (ret.parcels if ret else ()) if one.id == work.row.lane), None
        )
        if ret is None or parcel is None:
            return Tried(outcome=Abandoned("The event names no such parcel."))
        code = parcel.carrier or ""
        carrier = await self._carriers.find(work.row.workspace_id, code)
        order = await label_order(work, ret, parcel, self._desk)
        reply = await carrier.track(order)
        try:
            for scan in reply.scans:
                await self._tell(work, parcel.id, scan)
            outcome = _after(work, reply)
        except Transient as error:
            outcome = Retry(str(error), after_s=_BUSY_S, is_receivers=False)
        return Tried(
            outcome=outcome,
            error=None if reply.answer is Answer.DONE else "tracking",
            detail=reply.error,
            ms=int((time.monotonic() - began) * 1000),
            peer=code or None,
        )

    async def _tell(self, work: Work, parcel: str, scan: Scan) -> None:
        # What the return does not take any more is nobody's business; the carrier has it on record.
        await self._execute(
            work.row.workspace_id,
            work.row.return_id or "",
            scanned(parcel, scan.event, scan.code, scan.at, said=(scan.detail, scan.location)),
            effect_id=f"{parcel}/{scan.event}",
            attempt=0,
        )


def _after(work: Work, reply: TrackReply) -> Outcome:
    if reply.is_over:
        return DELIVERED
    if work.n >= TRACKING_LOOKS_MAX:
        return Abandoned(_TOO_LONG)
    pause_s = TRACKING_PAUSES_S[min(work.tries, len(TRACKING_PAUSES_S)) - 1]
    return Retry(reply.error or "It is on its way.", after_s=pause_s, is_receivers=False)
