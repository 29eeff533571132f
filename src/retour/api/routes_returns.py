"""Orders, returns, and every command on a return."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from retour.api.call import SOURCE
from retour.api.json_body import BodyReader
from retour.api.routes import BASE, LOOKS, PAGED, Parameter, Route
from retour.api.shapes import ANSWERED_ORDER, ANSWERED_RETURN
from retour.desk import foreseeing, orders, returns
from retour.desk.execute import Asked, execute
from retour.desk.order_body import OrderBody
from retour.desk.outcome import Done
from retour.desk.parcels.tracking import number_known
from retour.desk.scopes import of_command
from retour.dialects.trees import FORESEEN, RETURN
from retour.lifecycle.bodies import Body, Text, Word
from retour.lifecycle.commands import (
    AddParcel,
    Amend,
    Annotate,
    Authorize,
    Cancel,
    Command,
    Comment,
    Complete,
    ConfirmSettlement,
    CorrectReceipt,
    DiscardSettlement,
    Dispose,
    FallBack,
    FinishReceipt,
    Inspect,
    PauseReceipt,
    ProposeSettlement,
    PutAway,
    Receive,
    RecordRefundOutcome,
    RedirectLeg,
    Reject,
    Reopen,
    Request,
    RetryRefund,
    SendBack,
    SettleElsewhere,
    StartRefund,
    WaiveReceipt,
)
from retour.lifecycle.model import ReturnStatus
from retour.lifecycle.parcels.bodies import CreateLabel, Ship, Track
from retour.lifecycle.shopper.bodies import ChangeMethod, RecordDropOff, ResolveRejected
from retour.lifecycle.steps import Verb

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_STATUSES: Final = frozenset(status.value for status in ReturnStatus)
_ORDER: Final = BodyReader(OrderBody)
_REQUEST: Final = BodyReader(Request)
_PROPOSAL: Final = BodyReader(ProposeSettlement)
Given = TypeVar("Given", bound=Body)


class ReportRefundOutcome(Body):
    """What became of a leg that somebody else pays."""

    leg: Word
    outcome: Literal["succeeded", "failed"]
    reference: Text | None = None
    error: Text | None = None


async def put_order(call: Call) -> Outcome:
    """Make the order, or bring it up to date."""
    return await orders.put(
        call.house,
        call.workspace_id,
        call.params["order_number"],
        _ORDER.read(call.body),
        actor=call.actor,
        source=SOURCE,
        if_match=call.if_match,
    )


async def read_order(call: Call) -> Outcome:
    """Give an order with its counters."""
    return await orders.look_up(call.house, call.workspace_id, call.params["order_number"])


async def request_return(call: Call) -> Outcome:
    """Ask for a return; what the policy does at once is done in the same commit."""
    return await execute(
        call.house,
        Asked(
            workspace_id=call.workspace_id,
            plan=(_REQUEST.read(call.body),),
            actor=call.actor,
            source=SOURCE,
            key=call.key,
            scopes=call.scopes,
        ),
    )


async def list_returns(call: Call) -> Outcome:
    """Give a page of returns, newest first."""
    filters = returns.Filters(
        status=call.choice("status", _STATUSES),
        order_number=call.query.get("order_number"),
        email=call.query.get("email"),
        sku=call.query.get("sku"),
        updated_since=call.instant("updated_since"),
        q=call.query.get("q"),
    )
    return await returns.listing(call.house, call.workspace_id, filters, call.page)


async def read_return(call: Call) -> Outcome:
    """Give one return with what it now allows."""
    return await returns.look_up(
        call.house, call.workspace_id, call.params["return_id"], call.scopes
    )


async def simulate_settlement(call: Call) -> Outcome:
    """Say what a settlement would come to."""
    return await foreseeing.simulate(
        call.house,
        call.workspace_id,
        call.params["return_id"],
        _PROPOSAL.read(call.body),
        actor=call.actor,
        source=SOURCE,
    )


def as_it_is(body: Command) -> Command:
    """A body that is the command itself."""
    return body


def _reported(body: ReportRefundOutcome) -> Command:
    """The command behind a report; what only processors say cannot be put into it."""
    return RecordRefundOutcome(
        leg=body.leg, outcome=body.outcome, reference=body.reference, error=body.error
    )


def command_route(
    verb: Verb,
    body: type[Given],
    meaning: Callable[[Given], Command],
    summary: str,
    about: str = "",
) -> Route:
    """Make the route of one command."""
    reader = BodyReader(body)

    async def answer(call: Call) -> Outcome:
        given = reader.read(call.body)
        outcome = await execute(
            call.house,
            Asked(
                workspace_id=call.workspace_id,
                return_id=call.params["return_id"],
                plan=(meaning(given),),
                actor=call.actor,
                source=SOURCE,
                key=call.key,
                if_match=call.if_match,
                scopes=call.scopes,
            ),
        )
        if isinstance(outcome, Done) and isinstance(given, Ship | AddParcel | SendBack):
            await number_known(call.house, call.workspace_id, given.tracking_number)
        return outcome

    return Route(
        method="POST",
        path=f"{BASE}/returns/{{return_id}}/{verb.value}",
        name=verb.value,
        tag="Commands",
        summary=summary,
        about=about,
        scope=of_command(verb.value),
        noun="return",
        answer=answer,
        body=body,
        result=ANSWERED_RETURN,
        versioned=True,
        matched=True,
    )


COMMANDS: Final = (
    command_route(
        Verb.AUTHORIZE,
        Authorize,
        as_it_is,
        "Let the customer ship",
        "Lines may be refused with reasons; at least one must be left.",
    ),
    command_route(Verb.REJECT, Reject, as_it_is, "Say no to the whole return"),
    command_route(
        Verb.CANCEL,
        Cancel,
        as_it_is,
        "Withdraw the return",
        "Goods already received need a decision: send_back, keep or return_to_stock.",
    ),
    command_route(Verb.AMEND, Amend, as_it_is, "Replace what is asked for, while nothing has come"),
    command_route(
        Verb.REOPEN, Reopen, as_it_is, "Open a decided return again; more lines may join"
    ),
    command_route(
        Verb.CREATE_LABEL,
        CreateLabel,
        as_it_is,
        "Have a carrier make a label",
        "The label comes later, as the event label.created or label.failed.",
    ),
    command_route(
        Verb.CHANGE_METHOD,
        ChangeMethod,
        as_it_is,
        "Send the goods another way",
        "Labels that nobody used are taken back, and the one that is wanted is asked for; own is a"
        " carrier of the shopper's choice. Possible until the goods are on their way.",
    ),
    command_route(
        Verb.RECORD_DROP_OFF,
        RecordDropOff,
        as_it_is,
        "Give proof that the parcel was handed in",
        "A place, a receipt's number or a photo. It counts as proof of sending, and the return is"
        " shipped by it unless its policy waits for a carrier's scan.",
    ),
    command_route(
        Verb.RESOLVE_REJECTED,
        ResolveRejected,
        as_it_is,
        "Say what becomes of goods that were not accepted",
        "They are sent back, donated or discarded: their disposition follows, and a parcel back"
        " where the policy makes labels alone.",
    ),
    command_route(Verb.SHIP, Ship, as_it_is, "The customer handed the parcel over"),
    command_route(Verb.TRACK, Track, as_it_is, "A carrier saw the parcel"),
    command_route(
        Verb.RECEIVE,
        Receive,
        as_it_is,
        "Goods were seen at a facility",
        "Name pieces by order line, SKU or barcode; the facility is main unless said.",
    ),
    command_route(
        Verb.INSPECT,
        Inspect,
        as_it_is,
        "Judge units",
        "By id, or some of a line: pending ones first, then waiting ones, lowest id first.",
    ),
    command_route(
        Verb.DISPOSE,
        Dispose,
        as_it_is,
        "Say where units go",
        "One of the workspace's dispositions; possible in every status as long as goods are here.",
    ),
    command_route(
        Verb.PUT_AWAY,
        PutAway,
        as_it_is,
        "Note where units were put",
        "A bin, a shelf, a carrier with a licence plate; told once per line and facility.",
    ),
    command_route(Verb.FINISH_RECEIPT, FinishReceipt, as_it_is, "The facility is done"),
    command_route(
        Verb.PAUSE_RECEIPT,
        PauseReceipt,
        as_it_is,
        "Work on a receipt rests, or goes on",
        "Nothing is kept from happening; it is told as receipt.updated.",
    ),
    command_route(
        Verb.CORRECT_RECEIPT,
        CorrectReceipt,
        as_it_is,
        "Say what was really there",
        "A new receipt line that names the one it corrects; nothing is overwritten.",
    ),
    command_route(Verb.WAIVE_RECEIPT, WaiveReceipt, as_it_is, "The customer keeps the goods"),
    command_route(
        Verb.PROPOSE_SETTLEMENT, ProposeSettlement, as_it_is, "Work out what is owed, as a draft"
    ),
    command_route(
        Verb.CONFIRM_SETTLEMENT,
        ConfirmSettlement,
        as_it_is,
        "Promise the draft",
        "Its legs are reserved against what was paid.",
    ),
    command_route(
        Verb.DISCARD_SETTLEMENT,
        DiscardSettlement,
        as_it_is,
        "Drop a settlement that has not been started",
    ),
    command_route(
        Verb.START_REFUND,
        StartRefund,
        as_it_is,
        "Pay the confirmed settlement",
        "Each leg by its executor; a return that is processed settles by itself once all is paid.",
    ),
    command_route(
        Verb.RETRY_REFUND,
        RetryRefund,
        as_it_is,
        "Start a new series of attempts on a failed leg",
        "With the same key at the processor, so that nothing can be paid twice.",
    ),
    command_route(
        Verb.FALL_BACK,
        FallBack,
        as_it_is,
        "Give up an exchange, for money or store credit",
        "One that is promised, waits for its difference or has failed; what was put aside is let"
        " go, and its legs take of the payments what they took.",
    ),
    command_route(
        Verb.SETTLE_ELSEWHERE,
        SettleElsewhere,
        as_it_is,
        "Say that a leg was paid by other means",
        "For one that is promised, failed or was reversed; it goes on taking what it took of its"
        " payment.",
    ),
    command_route(
        Verb.REDIRECT_LEG,
        RedirectLeg,
        as_it_is,
        "Have a leg given in another way",
        "As store credit, or by your own system. At once where it failed or was reversed, else when"
        " the settlement is started.",
    ),
    command_route(
        Verb.RECORD_REFUND_OUTCOME,
        ReportRefundOutcome,
        _reported,
        "Report what became of a leg that you pay",
        "For legs whose executor is external.",
    ),
    command_route(Verb.COMPLETE, Complete, as_it_is, "Close the return"),
    command_route(
        Verb.ANNOTATE,
        Annotate,
        as_it_is,
        "Note something about the return as a ticket",
        "Possible in every status, so allowed_commands does not list it. What is left out stays; an"
        " empty text is taken away, a field by the JSON text null.",
    ),
    command_route(
        Verb.COMMENT,
        Comment,
        as_it_is,
        "Write into the return's conversation",
        "Possible in every status, so allowed_commands does not list it.",
    ),
)
"""Every command people can give, each at its own address."""

ROUTES: Final = (
    Route(
        method="PUT",
        path=f"{BASE}/orders/{{order_number}}",
        name="put_order",
        tag="Orders",
        summary="Put an order as it now is",
        about="201 the first time. The same again changes nothing; less than what is already in a"
        " return is refused. Amounts are decimal strings.",
        scope="orders:write",
        noun="order",
        answer=put_order,
        body=OrderBody,
        result=ANSWERED_ORDER,
        statuses=(200, 201),
        versioned=True,
        matched=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/orders/{{order_number}}",
        name="read_order",
        tag="Orders",
        summary="Read an order with its counters",
        scope="orders:read",
        noun="order",
        answer=read_order,
        result=ANSWERED_ORDER,
        versioned=True,
    ),
    Route(
        method="POST",
        path=f"{BASE}/returns",
        name="request_return",
        tag="Returns",
        summary="Ask for a return",
        about="Answers the state after the whole plan: a policy may authorize or reject at once.",
        scope="returns:write",
        noun="return",
        answer=request_return,
        body=Request,
        result=ANSWERED_RETURN,
        statuses=(201,),
        creates=True,
        versioned=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/returns",
        name="list_returns",
        tag="Returns",
        summary="List or search returns, newest first",
        scope="returns:read",
        noun="return",
        answer=list_returns,
        query=(
            Parameter(name="status", about="In this status now.", words=tuple(sorted(_STATUSES))),
            Parameter(name="order_number", about="Of this order."),
            Parameter(name="email", about="Of the customer with this address."),
            Parameter(name="sku", about="With a line of this SKU."),
            Parameter(name="updated_since", about="Changed at or after.", kind="instant"),
            Parameter(name="q", about="An RMA number, an order number, an address or a SKU."),
            *PAGED,
        ),
        result=RETURN,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/returns/{{return_id}}",
        name="read_return",
        tag="Returns",
        summary="Read a return and what it now allows",
        scope="returns:read",
        noun="return",
        answer=read_return,
        result=ANSWERED_RETURN,
        versioned=True,
    ),
    Route(
        method="POST",
        path=f"{BASE}/returns/{{return_id}}/settlements/simulate",
        name="simulate_settlement",
        tag="Returns",
        summary="Say what a settlement would come to",
        about="The same code works it out as for propose_settlement and confirm_settlement, and"
        " nothing is written. Where the policy does not let money move yet, everything that may"
        " still come counts as accepted, and is_early says so.",
        scope="returns:read",
        noun="return",
        answer=simulate_settlement,
        body=ProposeSettlement,
        result=FORESEEN,
        again=LOOKS,
    ),
    *COMMANDS,
)
