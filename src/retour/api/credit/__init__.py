"""Store credit, and the legs of money that wait for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Parameter, Route
from retour.desk import credit
from retour.desk.credit import CancelRedemption, RedeemCredit, waiting
from retour.desk.credit.waiting import COUNTED, LISTED
from retour.dialects.shapes import Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import AMOUNT, MOMENT, TEXT, words
from retour.dialects.trees import LEG
from retour.kernel.status import ReturnStatus
from retour.lifecycle.model import LegStatus
from retour.store.credit import EntryKind

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_CREDITS: Final = f"{BASE}/store-credits"
_ONE: Final = f"{_CREDITS}/{{store_credit_id}}"
_REFUNDS: Final = f"{BASE}/refunds"
_REDEEM: Final = BodyReader(RedeemCredit)
_CANCEL: Final = BodyReader(CancelRedemption)

CREDIT: Final = Tree(
    name="store_credit",
    about="What a customer has in one currency.",
    fields={
        "id": TEXT,
        "currency": Text(about="ISO 4217."),
        "balance": AMOUNT,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    },
)
ENTRY: Final = Tree(
    name="store_credit_entry",
    about="One movement; the balance is what was left after it.",
    fields={
        "id": TEXT,
        "store_credit": TEXT,
        "kind": words(EntryKind),
        "amount": AMOUNT,
        "balance": AMOUNT,
        "reference": Text(about="The leg it was issued for, or the shop's own word."),
        "return": or_null(TEXT, "The return it was issued for."),
        "note": or_null(TEXT, "As somebody wrote it."),
        "at": MOMENT,
    },
)
WAITING: Final = Tree(
    name="refund",
    about="One leg of a return's settlements, and what can be done about it.",
    fields={
        "leg": LEG,
        "currency": Text(about="ISO 4217."),
        "settlement": TEXT,
        "return": TEXT,
        "rma_number": TEXT,
        "order_number": TEXT,
        "return_status": words(ReturnStatus),
        "since": MOMENT,
        "tries": Integer(minimum=0),
        "why": or_null(TEXT, "The executor's last words about what went wrong."),
        "remedies": ListOf(item=Text(about="A command on the return that is possible now.")),
    },
)
COUNTS: Final = Tree(
    name="refund_counts",
    about="Legs that are not done, by status.",
    fields={
        "counted_to": Integer(minimum=1, about="Nobody counts further."),
        **{status.value: Integer(minimum=0) for status in COUNTED},
    },
)


async def list_store_credits(call: Call) -> Outcome:
    """Give a page of accounts, newest first."""
    return await credit.listing(
        call.house, call.workspace_id, call.page, email=call.query.get("email")
    )


async def read_store_credit(call: Call) -> Outcome:
    """Give one account."""
    return await credit.look_up(call.house, call.workspace_id, call.params["store_credit_id"])


async def list_store_credit_entries(call: Call) -> Outcome:
    """Give a page of an account's movements, oldest first."""
    return await credit.entries(
        call.house, call.workspace_id, call.params["store_credit_id"], call.page
    )


async def redeem_store_credit(call: Call) -> Outcome:
    """Take credit for something bought."""
    body = _REDEEM.read(call.body)
    return await credit.redeem(
        call.house, call.workspace_id, call.params["store_credit_id"], body, call.key
    )


async def cancel_redemption(call: Call) -> Outcome:
    """Give back what was taken."""
    body = _CANCEL.read(call.body)
    return await credit.cancel_redemption(
        call.house, call.workspace_id, call.params["store_credit_id"], body, call.key
    )


async def list_refunds(call: Call) -> Outcome:
    """Give a page of legs, oldest first."""
    word = call.choice("status", frozenset(one.value for one in LISTED))
    status = None if word is None else LegStatus(word)
    return await waiting.listing(call.house, call.workspace_id, call.page, status)


async def count_refunds(call: Call) -> Outcome:
    """Count what is not done."""
    return await waiting.counts(call.house, call.workspace_id)


ROUTES: Final = (
    Route(
        method="GET",
        path=_REFUNDS,
        name="list_refunds",
        tag="Refunds",
        summary="List refunds that wait for a person",
        about="Legs that failed or were reversed, oldest first, each with what helps; or those in"
        " another status.",
        scope="returns:read",
        noun="refund",
        answer=list_refunds,
        query=(
            Parameter(
                name="status",
                about="Those in this status instead.",
                words=tuple(sorted(one.value for one in LISTED)),
            ),
            *PAGED,
        ),
        result=WAITING,
        paged=True,
    ),
    Route(
        method="GET",
        path=f"{_REFUNDS}/counts",
        name="count_refunds",
        tag="Refunds",
        summary="Count refunds that are not done",
        scope="returns:read",
        noun="refund",
        answer=count_refunds,
        result=COUNTS,
    ),
    Route(
        method="GET",
        path=_CREDITS,
        name="list_store_credits",
        tag="Store credit",
        summary="List store credit, newest first",
        scope="returns:read",
        noun="store credit",
        answer=list_store_credits,
        query=(Parameter(name="email", about="What one customer has."), *PAGED),
        result=CREDIT,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_store_credit",
        tag="Store credit",
        summary="Read a balance",
        scope="returns:read",
        noun="store credit",
        answer=read_store_credit,
        result=CREDIT,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/entries",
        name="list_store_credit_entries",
        tag="Store credit",
        summary="List the movements of a store credit, oldest first",
        scope="returns:read",
        noun="store credit",
        answer=list_store_credit_entries,
        query=PAGED,
        result=ENTRY,
        paged=True,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/redeem",
        name="redeem_store_credit",
        tag="Store credit",
        summary="Take store credit for something bought",
        about="Once per reference: the same again is answered as it was the first time.",
        scope="refunds:write",
        noun="store credit",
        answer=redeem_store_credit,
        body=RedeemCredit,
        result=ENTRY,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/cancel_redemption",
        name="cancel_store_credit_redemption",
        tag="Store credit",
        summary="Give back what a purchase took",
        about="All that was taken under the reference, once.",
        scope="refunds:write",
        noun="store credit",
        answer=cancel_redemption,
        body=CancelRedemption,
        result=ENTRY,
    ),
)
