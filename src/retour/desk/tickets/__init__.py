"""Tickets: made, looked up, changed, written in, ended; each with a return wherever it can be.

A ticket is the return whose id ends like its own.  One whose order is not known waits
(``tickets_waiting``); a later change that names a known order makes the return, under the id it
always had, in the same transaction in which the wait ends.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace as dataclass_replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from retour.desk.execute import TRIES_MAX, Ahead, Asked, Busy, execute
from retour.desk.outcome import Done, NotFound, Outcome, Refused
from retour.desk.tickets.shown import Asker, TicketSource
from retour.desk.tickets.waiting import (
    WORKED_OUT_TOO_OFTEN,
    Answering,
    Moved,
    change_waiting,
    open_waiting,
    source_of,
)
from retour.dialects.tickets import status as words
from retour.dialects.tickets.parse import ChangeGiven, TicketGiven, change
from retour.dialects.tickets.plan import legal, plan_change, plan_new
from retour.dialects.tickets.request import note_of, noted_fields
from retour.dialects.tickets.status import status_of_waiting
from retour.kernel.ids import is_id
from retour.kernel.refusal import Refusal, RefusalCode, refuse
from retour.lifecycle.commands import Annotate, Birth, Comment, Context
from retour.lifecycle.model import (
    Decision,
    Event,
    Priority,
    State,
    TicketFacts,
    TicketStatus,
    TicketWords,
)
from retour.lifecycle.talk.conversing import (
    Said,
    annotate_ticket,
    comment_ticket,
    end_ticket,
    noted,
    ticket_words,
)
from retour.store.loading import LoadKey, load
from retour.store.tickets import KeptTicket, clocks, match_ticket, one_ticket

if TYPE_CHECKING:
    from retour.desk.house import House
    from retour.lifecycle.decide import Step
    from retour.store.database import Connection

MAIN_FACILITY: Final = "main"
_TICKET: Final = NotFound(what="ticket")
_ASKING: Final = frozenset({None, words.OPEN, words.RETURN_REQUESTED, words.ELIGIBILITY_CHECK})
"""Statuses that a ticket can have before it has a return."""
_ENDS: Final = {
    words.REJECTED: TicketStatus.REJECTED,
    words.CANCELED: TicketStatus.CANCELED,
    words.CLOSED: TicketStatus.CLOSED,
}
_RAW: Final = msgspec.json.Decoder(float_hook=Decimal)


# ---------------------------------------------------------------- create


async def create(house: House, given: TicketGiven, asker: Asker) -> Outcome:
    """Make a ticket: with its return in the same commit where the order is known, else waiting.

    Raises:
        Busy: The order changed under six decisions in a row; nothing was written.
    """
    birth = _birth(given)
    fields = given.fields
    if fields.order_id is not None and fields.items:

        def work_out(state: State, context: Context) -> Sequence[Step] | Refusal:
            return plan_new(state, given, context)

        ahead = Ahead(
            work_out=work_out,
            order_number=fields.order_id,
            facility=MAIN_FACILITY,
            birth=birth,
            numbers=len(fields.items),
        )
        outcome = await execute(house, _asked(asker, ahead, status=201))
        if not _is_unknown_order(outcome):
            return outcome
    if given.status not in _ASKING:
        return Refused(refusal=_unmatched(given.status or ""))
    asks = given.status not in {None, words.OPEN} or bool(fields.order_id or fields.items)
    return await open_waiting(house, asker, birth, asks_return=asks)


def _birth(given: TicketGiven) -> Birth:
    return Birth(
        facts=TicketFacts(
            priority=Priority(given.priority or Priority.NORMAL),
            assignee=given.assignee_id,
            tags=given.tags,
            source=given.source or "api",
            in_review=given.status == words.ELIGIBILITY_CHECK,
        ),
        words=TicketWords(
            subject=given.subject,
            body=given.body,
            email=given.customer_email,
            name=given.customer_name,
            fields={
                key: text for key, text in noted_fields(given.fields).items() if text != "null"
            },
        ),
    )


def _asked(asker: Asker, ahead: Ahead, *, return_id: str | None = None, status: int = 200) -> Asked:
    return Asked(
        workspace_id=asker.workspace_id,
        actor=asker.actor,
        source=asker.source,
        ahead=ahead,
        show=_showing(asker),
        status=status,
        key=asker.key,
        return_id=return_id,
    )


def _showing(asker: Asker) -> Callable[[Decision], bytes]:
    return lambda decision: asker.show(_of_state(asker.workspace_id, decision.state))


def _of_state(workspace_id: int, state: State) -> TicketSource:
    return TicketSource(
        workspace_id=workspace_id, customer=state.customer, ret=state.ret, words=state.words
    )


def _is_unknown_order(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and outcome.refusal.code is RefusalCode.UNKNOWN_ORDER


def _unmatched(status: str) -> Refusal:
    return refuse(
        RefusalCode.TICKET_UNMATCHED,
        f"The ticket has no return that could become {status}. Give an order_id that is known, and"
        " items_to_return; it can be canceled, rejected or closed without.",
        "/status",
    )


# ---------------------------------------------------------------- look up


async def look_up(house: House, asker: Asker, ticket_id: str) -> Outcome:
    """Give one ticket, a return or a waiting one."""
    source = await find(house, asker.workspace_id, ticket_id)
    if source is None:
        return _TICKET
    owner = source.ret or source.ticket
    return Done(
        status=200, body=asker.show(source), version=None if owner is None else owner.version
    )


async def find(house: House, workspace_id: int, ticket_id: str) -> TicketSource | None:
    """Find what a ticket is shown from; ``None`` where there is no such ticket."""
    if not is_id(ticket_id, "tkt"):
        return None
    wanted = LoadKey(workspace_id=workspace_id, return_id=_return_id(ticket_id))
    loaded = await load(await house.database.pool(), wanted)
    if loaded is not None and loaded.state is not None:
        return _of_state(workspace_id, loaded.state)
    kept = await _waiting(house, workspace_id, ticket_id)
    return None if kept is None else source_of(workspace_id, kept)


async def _waiting(house: House, workspace_id: int, ticket_id: str) -> KeptTicket | None:
    async with house.database.transaction(workspace_id) as connection:
        return await one_ticket(connection, workspace_id, ticket_id)


def _return_id(ticket_id: str) -> str:
    return "ret_" + ticket_id.removeprefix("tkt_")


# ---------------------------------------------------------------- change


async def patch(house: House, ticket_id: str, given: ChangeGiven, asker: Asker) -> Outcome:
    """Change a ticket: all of what is asked, or nothing; what is so already changes nothing.

    Raises:
        Busy: The ticket changed under six decisions in a row; nothing was written.
    """

    def work_out(state: State, context: Context) -> Sequence[Step] | Refusal:
        return plan_change(state, given, context)

    ahead = Ahead(work_out=work_out, facility=MAIN_FACILITY, offer=legal)
    asked = _asked(asker, ahead, return_id=_return_id(ticket_id))
    return await _on_either(
        house,
        asker,
        ticket_id,
        asked,
        lambda kept: _patch_waiting(house, kept, given, asker),
    )


async def _on_either(
    house: House,
    asker: Asker,
    ticket_id: str,
    asked: Asked,
    waiting: Callable[[KeptTicket], Awaitable[Outcome]],
) -> Outcome:
    """Ask it of the return, or of the ticket that has none; a match may come in between."""
    if not is_id(ticket_id, "tkt"):
        return _TICKET
    for _ in range(TRIES_MAX):
        outcome = await execute(house, asked)
        if not isinstance(outcome, NotFound):
            return outcome
        kept = await _waiting(house, asker.workspace_id, ticket_id)
        if kept is None:
            return _TICKET
        try:
            return await waiting(kept)
        except Moved:
            continue
    raise Busy(WORKED_OUT_TOO_OFTEN)


async def _patch_waiting(
    house: House, kept: KeptTicket, given: ChangeGiven, asker: Asker
) -> Outcome:
    """Match a waiting ticket where the change names what was missing; else note and end it."""
    fields = given.fields
    if kept.ticket.status is TicketStatus.OPEN and (fields.order_id or fields.items):
        async with house.turns.take(asker.workspace_id, kept.ticket.id):
            outcome = await _match(house, kept, given, asker)
        if outcome is not None:
            return outcome

    def changed(now: KeptTicket, context: Context) -> Said | Refusal:
        return _changed(now, given, context)

    return await change_waiting(house, asker, kept.ticket.id, changed)


def _changed(kept: KeptTicket, given: ChangeGiven, context: Context) -> Said | Refusal:
    """Note a change of a waiting ticket, and end its wait where that is asked."""
    ticket, said_before = kept.ticket, ticket_words(kept.words, kept.ticket.id)
    now = status_of_waiting(ticket.status, asks_return=ticket.asks_return)
    wanted = now if given.status is UNSET else given.status
    is_end = wanted in _ENDS
    if wanted != now and not is_end and not (now in _ASKING and wanted in _ASKING):
        return _unmatched(wanted)
    note = note_of(given)
    if wanted != now and not is_end:
        note = replace(note, in_review=wanted == words.ELIGIBILITY_CHECK)
    said = annotate_ticket(ticket, said_before, note, context)
    if isinstance(said, Refusal) or not is_end or wanted == now:
        return said
    ended = end_ticket(
        replace(said.ticket, version=ticket.version), said.words, _ENDS[wanted], context
    )
    return (
        ended
        if isinstance(ended, Refusal)
        else ended._replace(events=(*said.events, *ended.events))
    )


# ---------------------------------------------------------------- match


async def match(
    house: House, ticket_id: str, order_number: str, asker: Asker, items: Sequence[str] = ()
) -> Outcome:
    """Let an agent say which order a waiting ticket is about, and what comes back."""
    fields: dict[str, object] = {"order_id": order_number}
    if items:
        fields["items_to_return"] = list(items)
    return await patch(house, ticket_id, change({"custom_fields": fields}), asker)


async def _match(
    house: House, kept: KeptTicket, given: ChangeGiven, asker: Asker
) -> Outcome | None:
    """Make the return a ticket waited for; ``None`` where its order or items are not known yet."""
    ticket = kept.ticket
    async with house.database.transaction(asker.workspace_id) as connection:
        now = await clocks(connection, asker.workspace_id)
    merged = noted(ticket.facts, ticket_words(kept.words, ticket.id), note_of(given), now.at)
    if isinstance(merged, Refusal):
        return Refused(refusal=merged)
    request = _request_of(merged.words, given)
    fields = request.fields
    if fields.order_id is None or not fields.items:
        return None

    def work_out(state: State, context: Context) -> Sequence[Step] | Refusal:
        return plan_new(state, request, context)

    async def end_wait(connection: Connection) -> None:
        matched = replace(ticket, status=TicketStatus.MATCHED, version=ticket.version + 1)
        if not await match_ticket(connection, asker.workspace_id, matched, now.tick):
            raise Moved

    ahead = Ahead(
        work_out=work_out,
        order_number=fields.order_id,
        facility=MAIN_FACILITY,
        birth=Birth(
            return_id=_return_id(ticket.id),
            facts=replace(merged.facts, opened_at=ticket.created_at),
            words=merged.words,
        ),
        number=ticket.number,
        numbers=len(fields.items),
    )
    asked = dataclass_replace(_asked(asker, ahead), first=end_wait)
    outcome = await execute(house, asked)
    return None if _is_unknown_order(outcome) else outcome


def _request_of(said: TicketWords, given: ChangeGiven) -> TicketGiven:
    """Read what a ticket asks from what it has kept, with the status a change gives it."""
    kept = {key: _RAW.decode(text) for key, text in said.fields.items()}
    return TicketGiven(
        subject=said.subject or "",
        status=None if given.status is UNSET else given.status,
        fields=change({"custom_fields": kept}).fields,
    )


# ---------------------------------------------------------------- write


async def comment(
    house: House,
    ticket_id: str,
    message: Comment,
    asker: Asker,
    show: Callable[[Event], bytes],
) -> Outcome:
    """Write into a ticket's conversation; ``show`` writes the answer from the event."""
    asked = Asked(
        workspace_id=asker.workspace_id,
        plan=(message,),
        actor=asker.actor,
        source=asker.source,
        show=lambda decision: show(decision.events[0]),
        status=201,
        key=asker.key,
        return_id=_return_id(ticket_id),
    )
    written = Answering(status=201, show=lambda said: show(said.events[0]))

    def said(kept: KeptTicket, context: Context) -> Said:
        words_now = ticket_words(kept.words, kept.ticket.id)
        return comment_ticket(kept.ticket, words_now, message, context)

    return await _on_either(
        house,
        asker,
        ticket_id,
        asked,
        lambda kept: change_waiting(house, asker, kept.ticket.id, said, written),
    )


# ---------------------------------------------------------------- end


async def delete(house: House, ticket_id: str, asker: Asker) -> Outcome:
    """Withdraw a ticket, with its return where it has one and that can still be withdrawn."""
    return await patch(house, ticket_id, ChangeGiven(status=words.CANCELED), asker)


async def mark_spam(house: House, ticket_id: str, asker: Asker) -> Outcome:
    """Mark a ticket as spam; one without a return is closed."""
    note = Annotate(is_spam=True)
    asked = Asked(
        workspace_id=asker.workspace_id,
        plan=(note,),
        actor=asker.actor,
        source=asker.source,
        show=_showing(asker),
        key=asker.key,
        return_id=_return_id(ticket_id),
    )

    def closed(kept: KeptTicket, context: Context) -> Said | Refusal:
        before = kept.ticket
        marked = annotate_ticket(before, ticket_words(kept.words, before.id), note, context)
        if isinstance(marked, Refusal) or before.status is not TicketStatus.OPEN:
            return marked
        again = replace(marked.ticket, version=before.version)
        ended = end_ticket(again, marked.words, TicketStatus.CLOSED, context)
        if isinstance(ended, Refusal):
            return ended
        return ended._replace(events=(*marked.events, *ended.events))

    return await _on_either(
        house,
        asker,
        ticket_id,
        asked,
        lambda kept: change_waiting(house, asker, kept.ticket.id, closed),
    )
