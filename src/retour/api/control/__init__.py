"""Control of money: limits, the queue of who agrees, and whether the house is held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.api.routes_returns import as_it_is, command_route
from retour.desk.control import approvals, epoch, limits
from retour.desk.control.limits import MoneyControlPut
from retour.dialects.shapes import Amount, Boolean, Integer, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.lifecycle.commands import ApproveSettlement, DeclineSettlement
from retour.lifecycle.steps import Verb
from retour.lifecycle.words import ApprovalStatus

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_CONTROL: Final = BodyReader(MoneyControlPut)
_NEEDED: Final = ApprovalStatus.NEEDED.value

MONEY_CONTROL: Final = Tree(
    name="money_control",
    about="How much whom may promise alone.",
    fields={
        "limits": Tree(
            name="limits_by_role",
            about="By role of a key, or policy: settlement and adjustment, amounts by currency.",
            fields={},
        ),
        "four_eyes_above": or_null(
            Tree(name="four_eyes_above", about="Amounts by currency.", fields={}),
            "Null asks nobody.",
        ),
        "store_credit": Text(words=("own", "external"), about="Who keeps what customers have."),
    },
)
APPROVAL_ASKED: Final = Tree(
    name="approval_asked",
    about="A promise that waits, or waited, for somebody's agreement.",
    fields={
        "settlement": TEXT,
        "return": TEXT,
        "rma_number": TEXT,
        "order_number": TEXT,
        "status": words(ApprovalStatus),
        "amount": Amount(about="What was asked about."),
        "currency": TEXT,
        "why": Text(about="Which limit it is above, with the arithmetic."),
        "asked_by": Text(about="The key that promised it, or policy."),
        "asked_at": MOMENT,
        "by": or_null(TEXT, "Who decided."),
        "at": MAYBE_MOMENT,
        "note": MAYBE,
    },
)
APPROVALS_COUNTED: Final = Tree(
    name="approvals_counted",
    fields={
        "count": COUNT,
        "is_more": Boolean(about="Whether there are more than were counted."),
        "oldest_asked_at": MAYBE_MOMENT,
    },
)
EPOCH: Final = Tree(
    name="epoch",
    about="Whether anything is sent and paid at all, or held after a restore.",
    fields={
        "number": Integer(minimum=1, about="Of this life of the database."),
        "held": Boolean(about="True: nothing is sent or paid."),
        "why": or_null(TEXT, "Why it is held, and what to do."),
        "held_at": MAYBE_MOMENT,
        "began_at": MOMENT,
    },
)


async def read_control(call: Call) -> Outcome:
    """Give what is said of limits."""
    return await limits.look_up(call.house, call.workspace_id)


async def put_control(call: Call) -> Outcome:
    """Say it anew."""
    return await limits.put(call.house, call.principal, _CONTROL.read(call.body))


async def list_approvals(call: Call) -> Outcome:
    """Give a page of promises that wait, or of all that ever did."""
    is_needed = call.choice("status", frozenset({_NEEDED, "all"})) != "all"
    return await approvals.listing(call.house, call.workspace_id, call.page, is_needed=is_needed)


async def count_approvals(call: Call) -> Outcome:
    """Count what waits."""
    return await approvals.counted(call.house, call.workspace_id)


async def read_epoch(call: Call) -> Outcome:
    """Say whether the house is held."""
    return await epoch.look_up(call.house)


ROUTES: Final = (
    command_route(
        Verb.APPROVE_SETTLEMENT,
        ApproveSettlement,
        as_it_is,
        "Agree to a settlement above the limit of who promised it",
        "With a key whose limit reaches so far; above the threshold of four eyes with another one"
        " than proposed and promised it.",
    ),
    command_route(
        Verb.DECLINE_SETTLEMENT,
        DeclineSettlement,
        as_it_is,
        "Do not agree: the settlement is dropped",
        "With the reason; another may be proposed.",
    ),
    Route(
        method="GET",
        path=f"{BASE}/money-control",
        name="read_money_control",
        tag="Payments",
        summary="Read how much whom may promise alone",
        scope="settings:read",
        noun="workspace",
        answer=read_control,
        result=MONEY_CONTROL,
    ),
    Route(
        method="PUT",
        path=f"{BASE}/money-control",
        name="put_money_control",
        tag="Payments",
        summary="Say how much whom may promise alone",
        about="With an owner's key. What was promised before stays as it was.",
        scope="settings:write",
        noun="workspace",
        answer=put_control,
        body=MoneyControlPut,
        result=MONEY_CONTROL,
    ),
    Route(
        method="GET",
        path=f"{BASE}/approvals",
        name="list_approvals",
        tag="Payments",
        summary="List settlements that wait for agreement, the oldest first",
        about="With status=all those decided too, the newest first.",
        scope="returns:read",
        noun="workspace",
        answer=list_approvals,
        query=(
            *PAGED,
            Parameter(name="status", about="Which; needed unless said.", words=(_NEEDED, "all")),
        ),
        result=APPROVAL_ASKED,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{BASE}/approvals/count",
        name="count_approvals",
        tag="Payments",
        summary="Count settlements that wait for agreement",
        scope="returns:read",
        noun="workspace",
        answer=count_approvals,
        result=APPROVALS_COUNTED,
    ),
    Route(
        method="GET",
        path=f"{BASE}/epoch",
        name="read_epoch",
        tag="Payments",
        summary="Say whether anything is sent and paid, or held after a restore",
        scope="settings:read",
        noun="workspace",
        answer=read_epoch,
        result=EPOCH,
    ),
)
