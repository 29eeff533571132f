"""Carrier accounts: put, read, tried out, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retour.api.json_body import BodyReader
from retour.api.routes import BASE, PAGED, Route
from retour.desk.once import once
from retour.desk.parcels import accounts
from retour.desk.parcels.accounts import CarrierAccountPut
from retour.desk.parcels.carriers import try_account
from retour.dialects.shapes import Boolean, Integer, ListOf, Text, Tree, or_null
from retour.dialects.tree_parts import COUNT, MOMENT, TEXT
from retour.sandbox.carrier import SandboxCarrier

if TYPE_CHECKING:
    from retour.api.call import Call
    from retour.desk.outcome import Outcome

_ACCOUNTS: Final = f"{BASE}/carrier-accounts"
_ONE: Final = f"{_ACCOUNTS}/{{account}}"
_PUT: Final = BodyReader(CarrierAccountPut)

ACCOUNT: Final = Tree(
    name="carrier_account",
    about="Whose labels can be had; what proves us there is never shown.",
    fields={
        "code": TEXT,
        "carrier": Text(words=("easypost",)),
        "name": TEXT,
        "carriers": ListOf(item=TEXT, about="Only these behind it; all where none is named."),
        "label_format": Text(words=("pdf", "png", "zpl")),
        "parcel": Tree(
            name="usual_parcel",
            fields={
                "weight_g": Integer(minimum=1),
                "length_mm": Integer(minimum=1),
                "width_mm": Integer(minimum=1),
                "height_mm": Integer(minimum=1),
            },
        ),
        "has_webhook_secret": Boolean(about="Without one, its messages are not believed."),
        "hook_url": Text(about="Where the carrier shall tell us of parcels."),
        "version": Integer(minimum=1),
        "created_at": MOMENT,
        "updated_at": MOMENT,
    },
)
TRIAL: Final = Tree(
    name="carrier_trial",
    fields={
        "ok": Boolean(about="It let us in and gave prices."),
        "rates": COUNT,
        "prices": ListOf(
            item=Tree(
                name="trial_price",
                fields={
                    "service": TEXT,
                    "amount": TEXT,
                    "currency": TEXT,
                    "days": Integer(nullable=True),
                },
            )
        ),
        "error": or_null(TEXT, "What it said instead."),
    },
)


USES: Final = Tree(
    name="carrier_account_uses",
    fields={
        "policies": ListOf(item=TEXT, about="In force, that label by it."),
        "labels": Integer(minimum=0, about="Asked for and not there yet, up to a thousand."),
    },
)


async def put_carrier_account(call: Call) -> Outcome:
    """Make an account, or bring it up to date."""
    body = _PUT.read(call.body)
    code = call.params["account"]
    return await accounts.put(call.house, call.workspace_id, code, body, call.if_match)


async def read_carrier_account(call: Call) -> Outcome:
    """Give one account."""
    return await accounts.look_up(call.house, call.workspace_id, call.params["account"])


async def read_carrier_account_uses(call: Call) -> Outcome:
    """Say what hangs on an account."""
    return await accounts.uses(call.house, call.workspace_id, call.params["account"])


async def list_carrier_accounts(call: Call) -> Outcome:
    """Give a page of accounts."""
    return await accounts.listing(call.house, call.workspace_id, call.page)


async def delete_carrier_account(call: Call) -> Outcome:
    """Forget an account."""
    return await accounts.drop(call.house, call.workspace_id, call.params["account"])


async def test_carrier_account(call: Call) -> Outcome:
    """Ask the account's carrier for prices."""
    sandbox = SandboxCarrier(call.house.database)

    async def ask() -> Outcome:
        return await try_account(call.house, call.workspace_id, call.params["account"], sandbox)

    return await once(call.house, call.workspace_id, call.key, ask)


ROUTES: Final = (
    Route(
        method="PUT",
        path=_ONE,
        name="put_carrier_account",
        tag="Carriers",
        summary="Put a carrier account",
        about="Its code is what create_label names as carrier. A key or secret that is left out"
        " stays as it was.",
        scope="settings:write",
        noun="carrier account",
        answer=put_carrier_account,
        body=CarrierAccountPut,
        result=ACCOUNT,
        statuses=(200, 201),
        versioned=True,
        matched=True,
    ),
    Route(
        method="GET",
        path=f"{_ONE}/uses",
        name="read_carrier_account_uses",
        tag="Carriers",
        summary="Count what hangs on a carrier account",
        scope="settings:read",
        noun="carrier account",
        answer=read_carrier_account_uses,
        result=USES,
    ),
    Route(
        method="GET",
        path=_ONE,
        name="read_carrier_account",
        tag="Carriers",
        summary="Read a carrier account, without its secrets",
        scope="settings:read",
        noun="carrier account",
        answer=read_carrier_account,
        result=ACCOUNT,
        versioned=True,
    ),
    Route(
        method="GET",
        path=_ACCOUNTS,
        name="list_carrier_accounts",
        tag="Carriers",
        summary="List carrier accounts by code",
        scope="settings:read",
        noun="carrier account",
        answer=list_carrier_accounts,
        query=PAGED,
        result=ACCOUNT,
        paged=True,
    ),
    Route(
        method="DELETE",
        path=_ONE,
        name="delete_carrier_account",
        tag="Carriers",
        summary="Forget a carrier account",
        about="Labels it made stay; what is still to be asked of it fails in words.",
        scope="settings:write",
        noun="carrier account",
        answer=delete_carrier_account,
        statuses=(204,),
    ),
    Route(
        method="POST",
        path=f"{_ONE}/test",
        name="test_carrier_account",
        tag="Carriers",
        summary="Try a carrier account out",
        about="Asks for prices from and to the facility main; nothing is bought. sandbox is"
        " there in every sandbox.",
        scope="settings:write",
        noun="carrier account",
        answer=test_carrier_account,
        result=TRIAL,
    ),
)
