"""A sandbox's own world: its clock, its processor's ledger, faults to order, what it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Route
from retour.api.shapes import BOOKING, CLOCK, FAULT, MESSAGE
from retour.desk.once import once
from retour.desk.outcome import Done
from retour.desk.pages import envelope
from retour.desk.timers import clock
from retour.desk.timers.clock import ClockBody
from retour.sandbox.carrier import CarrierFault, SandboxCarrier
from retour.sandbox.messages import Messages
from retour.sandbox.processor import ProcessorFault, SandboxProcessor

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_CLOCK: Final = BodyReader(ClockBody)
_PROCESSOR_FAULT: Final = BodyReader(ProcessorFault)
_CARRIER_FAULT: Final = BodyReader(CarrierFault)


async def advance_clock(call: Call) -> Outcome:
    """Move business time ahead, and the waiting work with it."""
    body = _CLOCK.read(call.body)

    async def advance() -> Outcome:
        return await clock.advance_clock(call.house, call.workspace_id, body)

    return await once(call.house, call.workspace_id, call.key, advance)


async def read_ledger(call: Call) -> Outcome:
    """Give what the processor booked, oldest first."""
    page = call.page
    processor = SandboxProcessor(call.house.database)
    items, following = await processor.ledger(call.workspace_id, after=page.after, limit=page.limit)
    return Done(status=200, body=envelope(items, following))


async def add_processor_fault(call: Call) -> Outcome:
    """Have the processor fail the next times."""
    fault = _PROCESSOR_FAULT.read(call.body)

    async def add() -> Outcome:
        processor = SandboxProcessor(call.house.database)
        return Done(status=201, body=await processor.add_fault(call.workspace_id, fault))

    return await once(call.house, call.workspace_id, call.key, add)


async def add_carrier_fault(call: Call) -> Outcome:
    """Have the carrier fail the next times."""
    fault = _CARRIER_FAULT.read(call.body)

    async def add() -> Outcome:
        carrier = SandboxCarrier(call.house.database)
        return Done(status=201, body=await carrier.add_fault(call.workspace_id, fault))

    return await once(call.house, call.workspace_id, call.key, add)


async def list_messages(call: Call) -> Outcome:
    """Give what the sandbox's sink and mailbox were sent, newest first."""
    page = call.page
    items, following = await Messages(call.house.database).listing(
        call.workspace_id, below=page.after, limit=page.limit
    )
    return Done(status=200, body=envelope(items, following))


ROUTES: Final = (
    Route(
        method="POST",
        path=f"{BASE}/clock",
        name="advance_clock",
        tag="Sandbox",
        summary="Move business time ahead",
        about="By a duration, or to where the next waiting work is due; that work moves with it.",
        scope="sandbox:write",
        noun="sandbox",
        answer=advance_clock,
        body=ClockBody,
        result=CLOCK,
        sandbox_only=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/sandbox/processor/ledger",
        name="read_processor_ledger",
        tag="Sandbox",
        summary="Read what the processor booked, oldest first",
        scope="sandbox:read",
        noun="sandbox",
        answer=read_ledger,
        query=PAGED,
        result=BOOKING,
        paged=True,
        sandbox_only=True,
    ),
    Route(
        method="POST",
        path=f"{BASE}/sandbox/processor/faults",
        name="add_processor_fault",
        tag="Sandbox",
        summary="Have the processor fail",
        scope="sandbox:write",
        noun="sandbox",
        answer=add_processor_fault,
        body=ProcessorFault,
        result=FAULT,
        statuses=(201,),
        sandbox_only=True,
    ),
    Route(
        method="POST",
        path=f"{BASE}/sandbox/carrier/faults",
        name="add_carrier_fault",
        tag="Sandbox",
        summary="Have the carrier fail",
        scope="sandbox:write",
        noun="sandbox",
        answer=add_carrier_fault,
        body=CarrierFault,
        result=FAULT,
        statuses=(201,),
        sandbox_only=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/sandbox/messages",
        name="list_sandbox_messages",
        tag="Sandbox",
        summary="Read what the sandbox's sink and mailbox were sent, newest first",
        scope="sandbox:read",
        noun="sandbox",
        answer=list_messages,
        query=PAGED,
        result=MESSAGE,
        paged=True,
        sandbox_only=True,
    ),
)
