"""Payment cases: listed, read, closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, ENDED, PAGED, Parameter, Route
from retour.desk.payments import cases
from retour.desk.payments.cases import ClosePaymentCase
from retour.dialects.shapes import Text, Tree, or_null
from retour.dialects.tree_parts import MOMENT, TEXT
from retour.gateways.payments.messages import MessageKind

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_CASES: Final = f"{BASE}/payment-cases"
_ONE: Final = f"{_CASES}/{{payment_case_id}}"
_CLOSE: Final = BodyReader(ClosePaymentCase)

CASE: Final = Tree(
    name="payment_case",
    about="What a processor told that no leg of a return explains.",
    fields={
        "id": TEXT,
        "processor": TEXT,
        "kind": Text(words=tuple(MessageKind)),
        "reference": Text(about="The processor's id of the refund or dispute."),
        "status": Text(about="In the processor's own word."),
        "payment": or_null(TEXT, "As the processor names it."),
        "order_number": or_null(TEXT, "Null where no order has this payment."),
        "amount": TEXT,
        "currency": TEXT,
        "why": Text(about="Why it is here, and what to do."),
        "told_at": MOMENT,
        "note": or_null(TEXT, "What a person made of it."),
        "created_at": MOMENT,
        "closed_at": or_null(MOMENT, "Null while it needs a person."),
    },
)


async def list_payment_cases(call: Call) -> Outcome:
    """Give a page of cases, newest first."""
    is_open = call.choice("open", frozenset({"true", "false"})) == "true"
    return await cases.listing(call.house, call.workspace_id, call.page, is_open=is_open)


async def read_payment_case(call: Call) -> Outcome:
    """Give one case."""
    return await cases.look_up(call.house, call.workspace_id, call.params["payment_case_id"])


async def close_payment_case(call: Call) -> Outcome:
    """Say that a person has seen to it."""
    body = _CLOSE.read(call.body)
    return await cases.close(call.house, call.workspace_id, call.params["payment_case_id"], body)


ROUTES: Final = (
    Route(
        method="GET",
        path=_CASES,
        name="list_payment_cases",
        tag="Payments",
        summary="List what processors told that no leg explains",
        about="Refunds made elsewhere, disputes, and refunds that no return takes; open=true lists"
        " what needs a person.",
        scope="returns:read",
        noun="payment case",
        answer=list_payment_cases,
        query=(
            Parameter(name="open", about="Those that need a person.", words=("true", "false")),
            *PAGED,
        ),
        result=CASE,
        paged=True,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_payment_case",
        tag="Payments",
        summary="Read a payment case",
        scope="returns:read",
        noun="payment case",
        answer=read_payment_case,
        result=CASE,
    ),
    Route(
        method="POST",
        path=f"{_ONE}/close",
        name="close_payment_case",
        tag="Payments",
        summary="Close a payment case",
        about="The first note stands; closing again changes nothing.",
        scope="refunds:write",
        noun="payment case",
        answer=close_payment_case,
        body=ClosePaymentCase,
        result=CASE,
        again=ENDED,
    ),
)
