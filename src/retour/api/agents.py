"""Agents side by side: leases, snoozes, and decisions that can be taken back for some seconds."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec

from retour.api.finding import ROW
from retour.api.json_body import BodyReader
from retour.api.routes import BASE, LOOKS, PAGED, Route
from retour.desk.agents import foretelling, holding, leases, snoozing
from retour.desk.agents.holding import DECISIONS, HOLD
from retour.desk.people.masking import sight_of
from retour.dialects.shapes import Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MOMENT, TEXT
from retour.kernel.problems import FieldError, InvalidRequest
from retour.lifecycle.bodies import Body
from retour.lifecycle.commands import Authorize, LineRefused, Reject

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.agents.holding import Decision
    from retour.desk.outcome import Outcome

_REASON_MAX: Final = 4000


class LeasePut(Body):
    """Have a return open; ``over`` takes it from whoever has it."""

    over: bool = False


class SnoozePut(Body):
    """Put a return off: until an instant, or until its shopper writes."""

    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class HeldPut(Body):
    """A decision to be held: ``lines`` are those refused of one that says yes.

    Args:
        note: What only people here read; it becomes an internal message with the decision.
    """

    decision: Literal["authorize", "reject"]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=_REASON_MAX)] | None = None
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=_REASON_MAX)] | None = None
    lines: Annotated[tuple[LineRefused, ...], msgspec.Meta(max_length=200)] = ()


_LEASE: Final = BodyReader(LeasePut)
_SNOOZE: Final = BodyReader(SnoozePut)
_HELD: Final = BodyReader(HeldPut)
LEASE: Final = Tree(
    name="lease",
    about="Who has a return open to act on it.",
    fields={"holder": TEXT, "since": MOMENT, "until": MOMENT},
)
HELD: Final = Tree(
    name="held_decision",
    about="A decision that has not happened yet, or that could not be carried out.",
    fields={
        "id": TEXT,
        "return": TEXT,
        "rma_number": TEXT,
        "decision": or_null(
            Text(words=tuple(DECISIONS)),
            "Null where another version wrote it down and this one cannot read it: take it back.",
        ),
        "reason": or_null(TEXT, "What the customer will read."),
        "note": or_null(TEXT, "What only people here will read."),
        "by": TEXT,
        "status": Text(words=("held", "failed")),
        "why": or_null(TEXT, "Why it could not be carried out."),
        "held_at": MOMENT,
        "due_at": MOMENT,
        "left_s": COUNT,
    },
)

FORETOLD: Final = Tree(
    name="foretold_mail",
    about="What a decision would tell its customer.",
    fields={
        "mail": or_null(
            Tree(
                name="foretold_mail_parts",
                about="The mail as its reader would get it.",
                fields={"language": TEXT, "subject": TEXT, "text": TEXT, "html": TEXT},
            ),
            "Null where no mail is sent for it.",
        )
    },
)


async def put_lease(call: Call) -> Outcome:
    """Have a return open."""
    over, me = _LEASE.read(call.body).over, call.principal.key_id
    return await leases.take(call.house, call.workspace_id, call.params["return_id"], me, over=over)


async def drop_lease(call: Call) -> Outcome:
    """Have it open no longer."""
    me = call.principal.key_id
    return await leases.release(call.house, call.workspace_id, call.params["return_id"], me)


async def put_snooze(call: Call) -> Outcome:
    """Put a return off."""
    until, me = _SNOOZE.read(call.body).until, call.principal.key_id
    return await snoozing.snooze(call.house, call.workspace_id, call.params["return_id"], me, until)


async def drop_snooze(call: Call) -> Outcome:
    """Let it wait where it belongs again."""
    return await snoozing.wake(call.house, call.workspace_id, call.params["return_id"])


def _decision(said: HeldPut) -> Decision:
    if said.decision == "authorize":
        return Authorize(reject=said.lines)
    if said.reason is None:
        detail = "Say why in reason; whom it concerns reads it."
        raise InvalidRequest(FieldError(pointer="/reason", code="missing", detail=detail))
    return Reject(reason=said.reason)


async def put_held(call: Call) -> Outcome:
    """Decide something that can still be taken back."""
    said = _HELD.read(call.body)
    return await holding.hold(
        call.house,
        call.workspace_id,
        call.params["return_id"],
        _decision(said),
        actor=call.actor,
        version=call.if_match,
        note=said.note,
    )


async def preview_held(call: Call) -> Outcome:
    """Show what a decision would tell its customer."""
    decision = _decision(_HELD.read(call.body))
    return_id = call.params["return_id"]
    return await foretelling.mail_of(
        call.house,
        call.workspace_id,
        return_id,
        decision,
        actor=call.actor,
        sight=sight_of(call.principal),
    )


async def read_held(call: Call) -> Outcome:
    """Give the decision of a return that is held."""
    return await holding.of_return(call.house, call.workspace_id, call.params["return_id"])


async def list_held(call: Call) -> Outcome:
    """Give a page of one's own."""
    me = call.principal.key_id
    return await holding.listing(call.house, call.workspace_id, call.page, me=me)


async def drop_held(call: Call) -> Outcome:
    """Take a decision back."""
    me = call.principal.key_id
    return await holding.take_back(call.house, call.workspace_id, call.params["return_id"], me=me)


_ONE: Final = f"{BASE}/returns/{{return_id}}"
ROUTES: Final = (
    Route(
        method="PUT",
        path=f"{_ONE}/lease",
        name="put_lease",
        tag="Queues",
        summary="Have a return open to act on it, or go on having it",
        about="For five minutes. It bars nobody from acting; it tells others in lists and on the"
        " return's page. Refused where somebody else has it, unless `over` takes it over.",
        scope="returns:write",
        noun="return",
        answer=put_lease,
        body=LeasePut,
        result=LEASE,
    ),
    Route(
        method="DELETE",
        path=f"{_ONE}/lease",
        name="delete_lease",
        tag="Queues",
        summary="Have a return open no longer",
        scope="returns:write",
        noun="return",
        answer=drop_lease,
        statuses=(204,),
    ),
    Route(
        method="PUT",
        path=f"{_ONE}/snooze",
        name="put_snooze",
        tag="Queues",
        summary="Put a return off",
        about="Queues of work do not show it until then; those of deadlines do. Without `until`,"
        " until its shopper writes, which ends every snooze.",
        scope="returns:write",
        noun="return",
        answer=put_snooze,
        body=SnoozePut,
        result=ROW,
    ),
    Route(
        method="DELETE",
        path=f"{_ONE}/snooze",
        name="delete_snooze",
        tag="Queues",
        summary="Let a return wait where it belongs again",
        scope="returns:write",
        noun="return",
        answer=drop_snooze,
        statuses=(204,),
    ),
    Route(
        method="PUT",
        path=f"{_ONE}/held-decision",
        name="put_held_decision",
        tag="Queues",
        summary="Decide something that can still be taken back",
        about=f"It is tried now and carried out {HOLD.seconds} seconds later; until then nothing"
        " has happened and nobody is told. Whoever needs no time to think uses the command itself.",
        scope="returns:write",
        noun="return",
        answer=put_held,
        body=HeldPut,
        result=HELD,
        matched=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/held-decision/preview",
        name="preview_held_decision",
        tag="Queues",
        summary="See the mail that a decision would send its customer",
        about="As it would be now, in their language where one of its templates has it; nothing is"
        " decided and nobody is told.",
        scope="returns:write",
        noun="return",
        answer=preview_held,
        body=HeldPut,
        result=FORETOLD,
        again=LOOKS,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/held-decision",
        name="read_held_decision",
        tag="Queues",
        summary="Look at a decision that is held, or that could not be carried out",
        scope="returns:read",
        noun="held decision",
        answer=read_held,
        result=HELD,
    ),
    Route(
        method="DELETE",
        path=f"{_ONE}/held-decision",
        name="delete_held_decision",
        tag="Queues",
        summary="Take a decision of one's own back",
        about="Refused once it has been carried out. Of one that could not be, it says that one"
        " has read why.",
        scope="returns:write",
        noun="return",
        answer=drop_held,
        statuses=(204,),
    ),
    Route(
        method="GET",
        path=f"{BASE}/held-decisions",
        name="list_held_decisions",
        tag="Queues",
        summary="List one's own decisions that are held or could not be carried out",
        scope="returns:read",
        noun="held decision",
        answer=list_held,
        query=PAGED,
        result=HELD,
        paged=True,
    ),
)
