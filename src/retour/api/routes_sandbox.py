"""A sandbox's own world: its clock, its processor's ledger, faults to order, what it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Route
from retour.api.shapes import BOOKING, CLOCK, FAULT, MESSAGE, SANDBOX_DISPUTE
from retour.desk.once import once
from retour.desk.outcome import Done, NotFound
from retour.desk.pages import envelope
from retour.desk.payments.messages import take
from retour.desk.timers import clock
from retour.desk.timers.clock import ClockBody
from retour.sandbox.carrier import CarrierFault, SandboxCarrier
from retour.sandbox.elsewhere import DisputeEnded, SandboxElsewhere, TakenElsewhere
from retour.sandbox.messages import Messages
from retour.sandbox.processor import ProcessorFault, SandboxProcessor

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_CLOCK: Final = BodyReader(ClockBody)
_PROCESSOR_FAULT: Final = BodyReader(ProcessorFault)
_TAKEN: Final = BodyReader(TakenElsewhere)
_ENDED: Final = BodyReader(DisputeEnded)
SANDBOX: Final = "sandbox"
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


async def refund_elsewhere(call: Call) -> Outcome:
    """Refund as in the processor's dashboard; the processor tells us of it."""
    given = _TAKEN.read(call.body)

    async def make() -> Outcome:
        elsewhere = SandboxElsewhere(call.house.database)
        answer, message = await elsewhere.refund(call.workspace_id, given)
        await take(call.house, call.workspace_id, SANDBOX, message)
        return Done(status=201, body=answer)

    return await once(call.house, call.workspace_id, call.key, make)


async def open_dispute(call: Call) -> Outcome:
    """Have the bank take a payment back; the processor tells us of it."""
    given = _TAKEN.read(call.body)

    async def make() -> Outcome:
        elsewhere = SandboxElsewhere(call.house.database)
        answer, message = await elsewhere.dispute(call.workspace_id, given)
        await take(call.house, call.workspace_id, SANDBOX, message)
        return Done(status=201, body=answer)

    return await once(call.house, call.workspace_id, call.key, make)


async def end_dispute(call: Call) -> Outcome:
    """Have the bank decide; the processor tells us of it."""
    given = _ENDED.read(call.body)

    async def make() -> Outcome:
        elsewhere = SandboxElsewhere(call.house.database)
        ended = await elsewhere.end_dispute(call.workspace_id, call.params["dispute_id"], given)
        if ended is None:
            return NotFound(what="dispute")
        answer, message = ended
        await take(call.house, call.workspace_id, SANDBOX, message)
        return Done(status=200, body=answer)

    return await once(call.house, call.workspace_id, call.key, make)


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
        path=f"{BASE}/sandbox/processor/refunds",
        name="refund_elsewhere",
        tag="Sandbox",
        summary="Refund as somebody does in the processor's dashboard",
        about="No return asked for it: so much less can be refunded, and a payment case says so.",
        scope="sandbox:write",
        noun="sandbox",
        answer=refund_elsewhere,
        body=TakenElsewhere,
        result=BOOKING,
        statuses=(201,),
        sandbox_only=True,
    ),
    Route(
        method="POST",
        path=f"{BASE}/sandbox/processor/disputes",
        name="open_dispute",
        tag="Sandbox",
        summary="Have the bank take a payment back",
        scope="sandbox:write",
        noun="sandbox",
        answer=open_dispute,
        body=TakenElsewhere,
        result=SANDBOX_DISPUTE,
        statuses=(201,),
        sandbox_only=True,
    ),
    Route(
        method="POST",
        path=f"{BASE}/sandbox/processor/disputes/{{dispute_id}}/end",
        name="end_dispute",
        tag="Sandbox",
        summary="Have the bank decide on a dispute",
        about="The first word stands; asking again tells it again.",
        scope="sandbox:write",
        noun="dispute",
        answer=end_dispute,
        body=DisputeEnded,
        result=SANDBOX_DISPUTE,
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
