"""Labels: a parcel's carrier is asked, and the label or its failure comes back as a command."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

import msgspec

from retour.delivery.effects import LABEL_PAUSES_S
from retour.delivery.ledger import Tried
from retour.delivery.outcome import DELIVERED, Abandoned, Outcome, Retry
from retour.delivery.protocols import Execute, Work
from retour.gateways.carriers import Carrier, CarrierReply, LabelOrder, NullCarrier
from retour.kernel.problems import Transient
from retour.kernel.wire import WireMessage
from retour.lifecycle.commands import RecordLabel

_ENCODE: Final = msgspec.json.Encoder()
_BUSY_S: Final = 5


class LabelSender:
    """Asks carriers for labels, by their names."""

    def __init__(self, execute: Execute, carriers: Mapping[str, Carrier]) -> None:
        self._execute = execute
        self._carriers = carriers

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        """Ask once; report a label, a refusal, or the fourth silence."""
        del wire
        began = time.monotonic()
        ret = work.event.snapshot.ret
        parcels = [one for one in (ret.parcels if ret else ()) if one.id == work.row.lane]
        if ret is None or not parcels:
            return Tried(outcome=Abandoned("The event names no such parcel."))
        carrier = parcels[0].carrier or ""
        order = LabelOrder(
            workspace_id=work.row.workspace_id,
            parcel=parcels[0].id,
            carrier=carrier,
            rma_number=ret.rma_number,
        )
        reply = await (self._carriers.get(carrier) or NullCarrier()).make_label(order)
        try:
            outcome = await self._judged(work, reply)
        except Transient as error:
            outcome = Retry(str(error), after_s=_BUSY_S, is_receivers=False)
        return Tried(
            outcome=outcome,
            error=None if reply.tracking_number else "label",
            detail=reply.error,
            ms=int((time.monotonic() - began) * 1000),
            peer=carrier or None,
            response_body=_ENCODE.encode(
                {"tracking_number": reply.tracking_number, "label_url": reply.label_url}
            ),
        )

    async def _judged(self, work: Work, reply: CarrierReply) -> Outcome:
        is_made = reply.tracking_number is not None
        if not is_made and not reply.is_final and work.tries <= len(LABEL_PAUSES_S):
            why = reply.error or "The carrier did not answer."
            return Retry(why, after_s=LABEL_PAUSES_S[work.tries - 1], is_receivers=False)
        # A refusal means that the return has moved on; the label is then nobody's business.
        await self._execute(
            work.row.workspace_id,
            work.row.return_id or "",
            RecordLabel(
                parcel=work.row.lane,
                outcome="created" if is_made else "failed",
                tracking_number=reply.tracking_number,
                label_url=reply.label_url,
                error=reply.error,
            ),
            effect_id=work.row.delivery_id,
            attempt=work.n,
        )
        return DELIVERED
