"""Carriers are asked about one parcel at a time: for its label, to take it back, to come for it.

A parcel's effects share a lane, so what was asked first is answered first.  Its id is the carrier's
idempotency key for life: whatever may have been asked before is looked up, and only an intent
without a label is asked for.  What a carrier says comes back as a command, committed before the
lane is settled; its papers are kept before that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

import msgspec

from retour.delivery.crash import crash_point
from retour.delivery.effects import LABEL_PAUSES_S
from retour.delivery.ledger import Tried
from retour.delivery.outcome import DELIVERED, Abandoned, Outcome, Retry
from retour.delivery.protocols import Execute, Work
from retour.gateways.carriers import (
    Answer,
    Carrier,
    CarrierReply,
    Carriers,
    Document,
    LabelOrder,
    Party,
    PickupOrder,
)
from retour.kernel.problems import Transient
from retour.kernel.wire import WireMessage
from retour.lifecycle.commands import Command, RecordLabel, RecordPickup, RecordVoid
from retour.lifecycle.model import (
    Address,
    Customer,
    Direction,
    EventType,
    Parcel,
    ParcelDocument,
    Return,
)
from retour.lifecycle.parcels.bodies import PickupAnswer

_ENCODE: Final = msgspec.json.Encoder()
_BUSY_S: Final = 5
_SILENT: Final = "The carrier did not answer."


class Desk(Protocol):
    """What is kept and known of parcels beside their returns."""

    async def keep(
        self, workspace_id: int, parcel: str, documents: tuple[Document, ...]
    ) -> tuple[ParcelDocument, ...]:
        """Keep a carrier's papers; the same again changes nothing."""
        ...

    async def place(self, workspace_id: int, facility: str | None) -> Party:
        """Say where a facility is; ``main`` where none is named."""
        ...

    def label_url(self, workspace_id: int, parcel: str) -> str:
        """Give the address at which whoever has it finds the label."""
        ...


class NoDesk:
    """Where nothing is kept: addresses are unknown, papers are dropped."""

    async def keep(
        self, workspace_id: int, parcel: str, documents: tuple[Document, ...]
    ) -> tuple[ParcelDocument, ...]:
        """Keep nothing."""
        del workspace_id, parcel, documents
        return ()

    async def place(self, workspace_id: int, facility: str | None) -> Party:
        """Know nothing."""
        del workspace_id, facility
        return Party()

    def label_url(self, workspace_id: int, parcel: str) -> str:
        """Name the parcel, for want of an address."""
        del workspace_id
        return f"/labels/{parcel}"


async def label_order(work: Work, ret: Return, parcel: Parcel, desk: Desk) -> LabelOrder:
    """Say in a carrier's terms what a parcel is."""
    facility = await desk.place(work.row.workspace_id, parcel.facility)
    shopper = party_of(work.event.customer)
    is_outbound = parcel.direction is Direction.OUTBOUND
    return LabelOrder(
        workspace_id=work.row.workspace_id,
        parcel=parcel.id,
        carrier=parcel.carrier or "",
        rma_number=ret.rma_number,
        method=parcel.method.value,
        service=parcel.service,
        is_outbound=is_outbound,
        sender=facility if is_outbound else shopper,
        receiver=shopper if is_outbound else facility,
        reference=parcel.reference,
        tracking_number=parcel.tracking_number,
    )


def party_of(customer: Customer) -> Party:
    """Give the customer as sender: the address goods were shipped to."""
    at = customer.shipping_address or customer.billing_address or Address()
    return Party(
        name=at.name or customer.name,
        company=at.company,
        street=at.street,
        street2=at.street2,
        region=at.region,
        city=at.city,
        postcode=at.postcode or customer.postcode,
        country=at.country or customer.country,
        phone=customer.phone,
        email=customer.email,
    )


class LabelSender:
    """Asks carriers about parcels, by the event that asked."""

    def __init__(self, execute: Execute, carriers: Carriers, desk: Desk) -> None:
        self._execute = execute
        self._carriers = carriers
        self._desk = desk
        self._asking: Mapping[EventType, Callable[[_Asked], Awaitable[_Said]]] = {
            EventType.LABEL_REQUESTED: self._create,
            EventType.LABEL_VOID_REQUESTED: self._cancel,
            EventType.RETURN_CANCELED: self._cancel,
            EventType.RETURN_REJECTED: self._cancel,
            EventType.PICKUP_REQUESTED: self._come,
            EventType.PICKUP_CANCEL_REQUESTED: self._stay,
        }

    async def send(self, work: Work, wire: WireMessage | None) -> Tried:
        """Ask once; report what was said, or the fourth silence."""
        del wire
        crash_point("label_taken")
        began = time.monotonic()
        ret = work.event.snapshot.ret
        parcel = next(
            (one for one in (ret.parcels if ret else ()) if one.id == work.row.lane), None
        )
        ask = self._asking.get(work.event.type)
        if ret is None or parcel is None or ask is None:
            return Tried(outcome=Abandoned("The event names no such parcel."))
        code = parcel.carrier or ""
        carrier = await self._carriers.find(work.row.workspace_id, code)
        order = await label_order(work, ret, parcel, self._desk)
        said = await ask(_Asked(work=work, parcel=parcel, carrier=carrier, order=order))
        crash_point("label_replied")
        try:
            outcome = await self._judged(work, said)
        except Transient as error:
            outcome = Retry(str(error), after_s=_BUSY_S, is_receivers=False)
        crash_point("label_recorded")
        return _tried(said.reply, outcome, code, began)

    async def _create(self, asked: _Asked) -> _Said:
        work, order = asked.work, asked.order
        reply = await asked.carrier.look_up(order) if _may_repeat(work) else None
        if reply is None:
            call = asyncio.ensure_future(asked.carrier.create(order))
            await asyncio.sleep(0)
            crash_point("label_called")
            reply = await call
        if reply.answer is Answer.UNKNOWN and _is_last(work):
            reply = await asked.carrier.look_up(order) or reply
        if not (reply.is_final or _is_last(work)):
            return _Said(reply=reply, command=None)
        is_made = reply.answer is Answer.DONE
        documents: tuple[ParcelDocument, ...] = ()
        if is_made:
            documents = await self._desk.keep(order.workspace_id, order.parcel, reply.documents)
        command = RecordLabel(
            parcel=order.parcel,
            outcome="created" if is_made else "failed",
            tracking_number=reply.tracking_number,
            label_url=self._desk.label_url(order.workspace_id, order.parcel) if is_made else None,
            error=None if is_made else (reply.error or _SILENT),
            service=reply.service,
            reference=reply.reference,
            documents=documents,
        )
        return _Said(reply=reply, command=command)

    async def _cancel(self, asked: _Asked) -> _Said:
        reply = await asked.carrier.cancel(asked.order)
        if not (reply.is_final or _is_last(asked.work)):
            return _Said(reply=reply, command=None)
        is_void = reply.answer is Answer.DONE
        command = RecordVoid(
            parcel=asked.order.parcel,
            outcome="voided" if is_void else "refused",
            error=None if is_void else (reply.error or _SILENT),
        )
        return _Said(reply=reply, command=command)

    async def _come(self, asked: _Asked) -> _Said:
        pickup = _pickup_order(asked)
        reply = await asked.carrier.come(pickup)
        return _said_of_pickup(asked, reply, "scheduled")

    async def _stay(self, asked: _Asked) -> _Said:
        reply = await asked.carrier.stay(_pickup_order(asked))
        return _said_of_pickup(asked, reply, "canceled")

    async def _judged(self, work: Work, said: _Said) -> Outcome:
        if said.command is None:
            why = said.reply.error or _SILENT
            return Retry(why, after_s=LABEL_PAUSES_S[work.tries - 1], is_receivers=False)
        # A refusal means that the return has moved on; the parcel is then nobody's business.
        await self._execute(
            work.row.workspace_id,
            work.row.return_id or "",
            said.command,
            effect_id=work.row.delivery_id,
            attempt=work.n,
        )
        return DELIVERED


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One parcel whose turn it is, and the carrier to be asked."""

    work: Work
    parcel: Parcel
    carrier: Carrier
    order: LabelOrder


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the carrier said, and the command it comes to; None where it is to be asked again."""

    reply: CarrierReply
    command: Command | None


def _may_repeat(work: Work) -> bool:
    """Say whether the intent may have been asked before: a failed label is asked again by hand."""
    return work.may_repeat or _was_asked(work)


def _was_asked(work: Work) -> bool:
    ret = work.event.snapshot.ret
    parcel = next((one for one in (ret.parcels if ret else ()) if one.id == work.row.lane), None)
    return parcel is not None and parcel.created_at < work.event.occurred_at


def _is_last(work: Work) -> bool:
    return work.tries > len(LABEL_PAUSES_S)


def _pickup_order(asked: _Asked) -> PickupOrder:
    pickup = asked.parcel.pickup
    assert pickup is not None, "whoever asks for a pick-up says when"
    return PickupOrder(
        label=asked.order,
        earliest=pickup.earliest,
        latest=pickup.latest,
        note=pickup.note,
        confirmation=pickup.reference,
    )


def _said_of_pickup(asked: _Asked, reply: CarrierReply, done: PickupAnswer) -> _Said:
    if not (reply.is_final or _is_last(asked.work)):
        return _Said(reply=reply, command=None)
    is_done = reply.answer is Answer.DONE
    command = RecordPickup(
        parcel=asked.order.parcel,
        outcome=done if is_done else "failed",
        reference=reply.reference,
        error=None if is_done else (reply.error or _SILENT),
    )
    return _Said(reply=reply, command=command)


def _tried(reply: CarrierReply, outcome: Outcome, carrier: str, began: float) -> Tried:
    shown = {
        "answer": reply.answer.value,
        "tracking_number": reply.tracking_number,
        "reference": reply.reference,
        "error": reply.error,
    }
    return Tried(
        outcome=outcome,
        error=None if reply.answer is Answer.DONE else "label",
        detail=reply.error,
        ms=int((time.monotonic() - began) * 1000),
        peer=carrier or None,
        response_body=_ENCODE.encode(shown),
    )
