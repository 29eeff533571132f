"""Payment accounts: put, read, tried out, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Route
from retour.desk.once import once
from retour.desk.payments import accounts
from retour.desk.payments.accounts import PaymentAccountPut
from retour.desk.payments.processors import try_account
from retour.dialects.shapes import Boolean, Integer, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MOMENT, TEXT

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_ACCOUNTS: Final = f"{BASE}/payment-accounts"
_ONE: Final = f"{_ACCOUNTS}/{{payment_account}}"
_PUT: Final = BodyReader(PaymentAccountPut)

ACCOUNT: Final = Tree(
    name="payment_account",
    about="By whom money goes back; what proves us there is never shown.",
    fields={
        "code": TEXT,
        "processor": Text(words=("stripe",)),
        "name": TEXT,
        "mode": Text(words=("live", "test"), about="Of its key."),
        "webhook_secrets": COUNT,
        "hook_url": Text(about="Where the processor shall tell us of refunds and disputes."),
        "version": Integer(minimum=1),
        "created_at": MOMENT,
        "updated_at": MOMENT,
    },
)
TRIAL: Final = Tree(
    name="payment_trial",
    fields={
        "ok": Boolean(about="It let us in."),
        "error": or_null(TEXT, "What it said instead."),
    },
)


async def put_payment_account(call: Call) -> Outcome:
    """Make an account, or bring it up to date."""
    body = _PUT.read(call.body)
    return await accounts.put(call.house, call.workspace_id, _code(call), body)


async def read_payment_account(call: Call) -> Outcome:
    """Give one account."""
    return await accounts.look_up(call.house, call.workspace_id, _code(call))


async def list_payment_accounts(call: Call) -> Outcome:
    """Give a page of accounts."""
    return await accounts.listing(call.house, call.workspace_id, call.page)


async def delete_payment_account(call: Call) -> Outcome:
    """Forget an account."""
    return await accounts.drop(call.house, call.workspace_id, _code(call))


async def test_payment_account(call: Call) -> Outcome:
    """Ask the account's processor for something harmless."""

    async def ask() -> Outcome:
        return await try_account(call.house, call.workspace_id, _code(call))

    return await once(call.house, call.workspace_id, call.key, ask)


def _code(call: Call) -> str:
    return call.params["payment_account"]


ROUTES: Final = (
    Route(
        method="PUT",
        path=_ONE,
        name="put_payment_account",
        tag="Payments",
        summary="Put a payment account",
        about="A workspace has one account at each processor; orders name the processor. A key or"
        " secrets that are left out stay as they were.",
        scope="settings:write",
        noun="payment account",
        answer=put_payment_account,
        body=PaymentAccountPut,
        result=ACCOUNT,
        statuses=(200, 201),
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_payment_account",
        tag="Payments",
        summary="Read a payment account, without its secrets",
        scope="settings:read",
        noun="payment account",
        answer=read_payment_account,
        result=ACCOUNT,
    ),
    Route(
        method="GET",
        path=_ACCOUNTS,
        name="list_payment_accounts",
        tag="Payments",
        summary="List payment accounts by code",
        scope="settings:read",
        noun="payment account",
        answer=list_payment_accounts,
        query=PAGED,
        result=ACCOUNT,
        paged=True,
    ),
    Route(
        method="DELETE",
        path=_ONE,
        name="delete_payment_account",
        tag="Payments",
        summary="Forget a payment account",
        about="No refund starts by it any more; one under way fails in words, or waits where its"
        " fate is unknown.",
        scope="settings:write",
        noun="payment account",
        answer=delete_payment_account,
        statuses=(204,),
    ),
    Route(
        method="POST",
        path=f"{_ONE}/test",
        name="test_payment_account",
        tag="Payments",
        summary="Try a payment account out",
        about="Reads one refund there; nothing is moved.",
        scope="settings:write",
        noun="payment account",
        answer=test_payment_account,
        result=TRIAL,
    ),
)
