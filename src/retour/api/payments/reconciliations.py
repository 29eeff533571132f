"""Reconciliations: begun, watched, read, explained, canceled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, ENDED, PAGED, Parameter, Route
from retour.desk import reconciling
from retour.desk.reconciling import Explanation, ReconciliationNew
from retour.desk.reconciling.comparing import Why
from retour.dialects.shapes import Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import AMOUNT, COUNT, MAYBE, MAYBE_MOMENT, MOMENT, TEXT, words
from retour.lifecycle.model import ActorKind

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_ALL: Final = f"{BASE}/reconciliations"
_ONE: Final = f"{_ALL}/{{reconciliation_id}}"
_NEW: Final = BodyReader(ReconciliationNew)
_EXPLANATION: Final = BodyReader(Explanation)
_PERCENT: Final = Text(about="Explained, of 100.00, rounded down; 100.00 only where all is.")

RECONCILIATION: Final = Tree(
    name="reconciliation",
    about="A processor's refunds compared with our legs, as far as it has come.",
    fields={
        "id": TEXT,
        "processor": TEXT,
        "state": Text(words=("running", "done", "failed", "canceled")),
        "phase": Text(
            words=("theirs", "ours", "ended"),
            about="Its list is read, then what of ours it did not name is asked for.",
        ),
        "author": Tree(
            name="reconciliation_author", fields={"kind": words(ActorKind), "id": MAYBE}
        ),
        "since": MOMENT,
        "until": MOMENT,
        "theirs": Integer(minimum=0, about="Refunds of its list read so far."),
        "ours": Integer(minimum=0, about="Legs asked for one by one."),
        "told": Integer(minimum=0, about="Legs that heard only now what had become of them."),
        "found": Integer(minimum=0, about="Refunds and legs that want an explanation."),
        "explained": COUNT,
        "unexplained": COUNT,
        "percent": or_null(_PERCENT, "Of 100.00, rounded down; null where it failed."),
        "sums": ListOf(
            item=Tree(
                name="reconciliation_sum",
                fields={
                    "currency": TEXT,
                    "found": COUNT,
                    "explained": COUNT,
                    "amount": AMOUNT,
                    "explained_amount": AMOUNT,
                    "percent": _PERCENT,
                },
            )
        ),
        "listed": Integer(minimum=0, about="What is listed one by one: the first 10 000."),
        "per_second": Integer(minimum=0, nullable=True, about="Compared while at work."),
        "failure": or_null(TEXT, "Why it waits or failed, in the processor's words."),
        "created_at": MOMENT,
        "finished_at": MAYBE_MOMENT,
    },
)
ITEM: Final = Tree(
    name="reconciliation_item",
    about="A refund or a leg that nothing explains.",
    fields={
        "id": TEXT,
        "why": words(Why),
        "remedy": Text(about="What to do."),
        "reference": or_null(TEXT, "The processor's id of the refund."),
        "leg": MAYBE,
        "return": MAYBE,
        "payment": MAYBE,
        "order_number": MAYBE,
        "status": or_null(TEXT, "The processor's word, or the leg's where it has none."),
        "amount": AMOUNT,
        "currency": TEXT,
        "our_amount": or_null(AMOUNT, "Of the leg."),
        "our_currency": MAYBE,
        "note": or_null(TEXT, "What a person said of it."),
        "explained_at": or_null(MOMENT, "Null while nobody has."),
    },
)


async def start_reconciliation(call: Call) -> Outcome:
    """Begin one."""
    return await reconciling.start(
        call.house,
        call.workspace_id,
        _NEW.read(call.body),
        actor=call.actor,
        key=call.key,
    )


async def list_reconciliations(call: Call) -> Outcome:
    """Give a page, newest first."""
    return await reconciling.listing(call.house, call.workspace_id, call.page)


async def read_reconciliation(call: Call) -> Outcome:
    """Give one as far as it has come."""
    return await reconciling.look_up(call.house, call.workspace_id, _id(call))


async def cancel_reconciliation(call: Call) -> Outcome:
    """End one as it stands."""
    return await reconciling.cancel(call.house, call.workspace_id, _id(call))


async def list_reconciliation_items(call: Call) -> Outcome:
    """Give a page of what is not explained."""
    is_open = call.choice("open", frozenset({"true", "false"})) == "true"
    return await reconciling.items(
        call.house, call.workspace_id, _id(call), call.page, is_open=is_open
    )


async def explain_reconciliation_item(call: Call) -> Outcome:
    """Say what one of them was."""
    return await reconciling.explain(
        call.house,
        call.workspace_id,
        _id(call),
        call.params["reconciliation_item_id"],
        _EXPLANATION.read(call.body),
        actor=call.actor,
    )


def _id(call: Call) -> str:
    return call.params["reconciliation_id"]


ROUTES: Final = (
    Route(
        method="POST",
        path=_ALL,
        name="start_reconciliation",
        tag="Payments",
        summary="Compare a processor's refunds with ours",
        about="It goes on by itself, also after a restart; read it for its progress. Each payment"
        " account is looked at once a day without being asked.",
        scope="refunds:write",
        noun="reconciliation",
        answer=start_reconciliation,
        body=ReconciliationNew,
        result=RECONCILIATION,
        statuses=(202,),
    ),
    Route(
        method="GET",
        path=_ALL,
        name="list_reconciliations",
        tag="Payments",
        summary="List reconciliations, newest first",
        about="The last 100 that have ended are kept.",
        scope="returns:read",
        noun="reconciliation",
        answer=list_reconciliations,
        query=PAGED,
        result=RECONCILIATION,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_reconciliation",
        tag="Payments",
        summary="Read a reconciliation",
        scope="returns:read",
        noun="reconciliation",
        answer=read_reconciliation,
        result=RECONCILIATION,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/cancel",
        name="cancel_reconciliation",
        tag="Payments",
        summary="Cancel a reconciliation",
        about="What it has found so far stays.",
        scope="refunds:write",
        noun="reconciliation",
        answer=cancel_reconciliation,
        result=RECONCILIATION,
        again=ENDED,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/items",
        name="list_reconciliation_items",
        tag="Payments",
        summary="List what is not explained",
        about="Each with why, and what to do; open=true leaves out what a person has explained.",
        scope="returns:read",
        noun="reconciliation",
        answer=list_reconciliation_items,
        query=(
            Parameter(name="open", about="Those nobody has explained.", words=("true", "false")),
            *PAGED,
        ),
        result=ITEM,
        paged=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/items/{{reconciliation_item_id}}/explain",
        name="explain_reconciliation_item",
        tag="Payments",
        summary="Explain one of them",
        about="It counts as explained here and in every later reconciliation. The first note"
        " stands; explaining again changes nothing.",
        scope="refunds:write",
        noun="reconciliation item",
        answer=explain_reconciliation_item,
        body=Explanation,
        result=ITEM,
        again="The first word stands, whatever is said after it.",
    ),
)
